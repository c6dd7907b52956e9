//! Two reports side by side.

use fleetback_report::history::diff::{Diff, DiffKind};
use fleetback_report::render::json;
use fleetback_report::render::terminal::diff;
use fleetback_report::render::terminal::page::PageOptions;
use fleetback_report::results::{Code, FixId, Severity, *};
use fleetback_scanner::model::problem::Problem;
use jiff::tz::TimeZone;

use crate::common::{at, device, finding, results};

fn failing(serial: &str, severity: Severity) -> Device {
    let fix = FixId::CheckStorage;
    Device {
        severity: Some(severity),
        findings: vec![finding(Code::BackupStale, severity, "too old", fix)],
        ..device(serial, "", Status::Stale)
    }
}

fn sound(serial: &str) -> Device {
    device(serial, "", Status::Protected)
}

fn run(id: &str, day: &str, devices: Vec<Device>) -> Results {
    Results {
        run_id: id.to_owned(),
        scanned_at: at(&format!("{day}T04:00:00Z")),
        ..results(devices, Vec::new())
    }
}

fn compare(then: Vec<Device>, now: Vec<Device>) -> Diff {
    let old = run("a", "2026-11-22", then);
    let new = run("b", "2026-11-23", now);
    Diff::between(&old, &new, "0.0.0")
}

fn text(diff: &Diff) -> String {
    let options = PageOptions {
        width: 80,
        color: false,
        zone: &TimeZone::UTC,
        details: false,
    };
    let mut out = Vec::new();
    diff::write_text(diff, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[track_caller]
fn check(then: Option<Device>, now: Option<Device>, kind: DiffKind, is_worse: bool) {
    let diff = compare(then.into_iter().collect(), now.into_iter().collect());
    let counts: Vec<_> = diff
        .changes
        .iter()
        .map(|(kind, count)| (*kind, *count))
        .collect();
    assert_eq!((counts, diff.is_worse()), (vec![(kind, 1)], is_worse));
    assert_eq!(diff.devices.is_empty(), kind == DiffKind::Same);
}

#[test]
fn each_change_has_its_word() {
    use Severity::{Critical, Error, Warning};
    let bad = |severity| Some(failing("C39TEST00001", severity));
    let good = || Some(sound("C39TEST00001"));
    check(good(), bad(Error), DiffKind::New, true);
    check(None, bad(Error), DiffKind::New, true);
    check(bad(Error), bad(Critical), DiffKind::Worse, true);
    check(bad(Critical), bad(Error), DiffKind::Better, false);
    check(bad(Error), good(), DiffKind::Fixed, false);
    check(bad(Error), bad(Warning), DiffKind::Better, false);
    let aging = Device {
        severity: Some(Warning),
        ..device("C39TEST00001", "", Status::Aging)
    };
    check(good(), Some(aging.clone()), DiffKind::Worse, false);
    check(Some(aging), good(), DiffKind::Better, false);
    let failing_since = Device {
        status: Status::Failed,
        ..failing("C39TEST00001", Error)
    };
    check(bad(Error), Some(failing_since), DiffKind::Worse, true);
    check(None, good(), DiffKind::Appeared, false);
    check(good(), None, DiffKind::Gone, true);
    check(good(), good(), DiffKind::Same, false);
    check(bad(Error), bad(Error), DiffKind::Same, false);
}

#[test]
fn a_device_is_known_again_by_its_strongest_number() {
    let then = Device {
        udid: Some("00008030-001A75D23A2B803A".to_owned()),
        ..sound("C39TEST00001")
    };
    let now = Device {
        device_name: Some("another name".to_owned()),
        ..sound("C39TEST00001")
    };
    assert_eq!(compare(vec![then], vec![now]).count(DiffKind::Same), 1);
    let two = compare(vec![sound("C39TEST00001")], vec![sound("C39TEST00002")]);
    assert_eq!(
        (two.count(DiffKind::Gone), two.count(DiffKind::Appeared)),
        (1, 1)
    );
}

#[test]
fn what_came_and_went_is_told_where_nothing_else_changed() {
    let fix = FixId::CheckStorage;
    let other = Device {
        findings: vec![finding(
            Code::LocalFilesMissing,
            Severity::Error,
            "14 missing",
            fix,
        )],
        ..failing("C39TEST00001", Severity::Error)
    };
    let diff = compare(vec![failing("C39TEST00001", Severity::Error)], vec![other]);
    let [device] = &diff.devices[..] else {
        panic!("{diff:?}")
    };
    assert_eq!(device.change, DiffKind::Same);
    assert_eq!(
        (&device.came[..], &device.went[..]),
        (&[Code::LocalFilesMissing][..], &[Code::BackupStale][..])
    );
}

/// Every doubt is stated where it applies, and nowhere else.
#[test]
fn what_makes_a_comparison_doubtful_is_said() {
    let notes = |old: &Results, new: &Results| Diff::between(old, new, "0.0.0").notes;
    let (old, new) = (
        run("a", "2026-11-22", Vec::new()),
        run("b", "2026-11-23", Vec::new()),
    );
    assert_eq!(notes(&old, &new), Vec::<String>::new());
    assert!(notes(&new, &old)[0].contains("wrong order"));
    assert!(notes(&old, &old)[0].contains("same run"));
    let elsewhere = Results {
        scan_host: "another".to_owned(),
        ..new.clone()
    };
    assert!(notes(&old, &elsewhere)[0].contains("different places"));
    let blind = Results {
        problems: vec![Problem::incomplete(
            "/x",
            "a folder",
            "no permission".to_owned(),
        )],
        ..old.clone()
    };
    assert!(notes(&blind, &new)[0].contains("what is new may only"));
    let blind = Results {
        problems: blind.problems,
        ..new
    };
    let diff = Diff::between(&old, &blind, "0.0.0");
    assert!(diff.is_incomplete() && diff.notes[0].contains("what is gone or fixed"));
}

#[test]
fn the_text_for_a_terminal() {
    let named = |name: &str, device: Device| Device {
        device_name: Some(name.to_owned()),
        ..device
    };
    let then = vec![
        named("Front desk", sound("C39TEST00001")),
        named("Workshop", failing("C39TEST00002", Severity::Critical)),
        named("Van 7", sound("C39TEST00003")),
        named("Office", sound("C39TEST00004")),
    ];
    let hostile = "<script>\u{1b}[31m\u{202e}gnp.exe\r\nall is well";
    let now = vec![
        named("Front desk", failing("C39TEST00001", Severity::Error)),
        named("Workshop", sound("C39TEST00002")),
        named("Office", sound("C39TEST00004")),
        named(hostile, failing("C39TEST00005", Severity::Error)),
    ];
    let diff = compare(then, now);
    insta::assert_snapshot!(text(&diff));
    insta::assert_snapshot!(text(&compare(Vec::new(), Vec::new())));
}

/// `UPDATE_SCHEMA=1 cargo test -p fleetback-report --test outputs schema` writes it.
#[test]
fn the_schema_of_a_diff_in_docs_is_this_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diff.schema.json");
    let text = serde_json::to_string_pretty(&json::diff_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        text,
        "{path} is old"
    );
}
