//! Run after run with one history: what changed, since when, what was tried, which runs are
//! missing.

use std::process::Output;

use serde_json::Value;

use crate::sandbox::{Sandbox, exit_code, healthy, stderr, stdout};

/// A sandbox whose only device was last backed up before the run of the 20th of November.
fn one_device() -> Sandbox {
    Sandbox::with(&[healthy(1)])
}

/// Scans on a day of November and December 2026, counted from the 1st of November.
fn run_with(sandbox: &Sandbox, day: i64, args: &[&str]) -> Output {
    sandbox.scan_on_day(day, &[&["--json", "out.json"], args].concat())
}

/// The report of that run.
fn run_on_day(sandbox: &Sandbox, day: i64) -> Value {
    let output = run_with(sandbox, day, &[]);
    assert!(exit_code(&output) < 2, "{}", stderr(&output));
    serde_json::from_str(&sandbox.read("out.json")).unwrap()
}

fn device(report: &Value) -> &Value {
    &report["devices"][0]
}

/// The likely fix of the finding that says that the backup is old.
fn fix(report: &Value) -> &str {
    let findings = device(report)["findings"].as_array().unwrap();
    let old = findings
        .iter()
        .find(|finding| finding["code"] == "backup-stale")
        .unwrap();
    old["likely_fix"].as_str().unwrap()
}

#[test]
fn a_device_is_new_then_the_same_and_then_fixed() {
    let sandbox = one_device();
    assert_eq!(device(&run_on_day(&sandbox, 20))["change"], Value::Null);
    assert_eq!(device(&run_on_day(&sandbox, 21))["change"], "same");
    let stale = run_on_day(&sandbox, 30);
    assert_eq!(device(&stale)["change"], "new");
    assert_eq!(stale["history"]["changes"]["new"], 1);
    assert_eq!(device(&run_on_day(&sandbox, 31))["change"], "same");
    // Older than fourteen days: critical.
    assert_eq!(device(&run_on_day(&sandbox, 36))["change"], "worse");
}

#[test]
fn nights_that_failed_are_counted_and_nights_that_are_missing_are_not() {
    let sandbox = one_device();
    for day in [26, 30, 31] {
        run_on_day(&sandbox, day);
    }
    let report = run_on_day(&sandbox, 33);
    let past = &device(&report)["history"];
    assert_eq!(past["first_failing"], "2026-11-30T04:00:00Z");
    assert_eq!(past["nights_failing"], 3);
    let strip = past["nights"].as_str().unwrap();
    assert_eq!(strip.len(), 28);
    assert!(
        strip.ends_with("g---ff-f") || strip.ends_with("a---ff-f"),
        "{strip}"
    );
    assert_eq!(report["history"]["nights_missed"], 4);
    let again = run_on_day(&sandbox, 33);
    assert_eq!(
        device(&again)["history"]["nights_failing"],
        3,
        "a second run of one night is no second night"
    );
}

/// Records the fix of the last report as done on a day of November and December, counted likewise.
fn done(sandbox: &Sandbox, report: &Value, day: i64) {
    let serial = device(report)["serial_number"].as_str().unwrap();
    let first: jiff::civil::Date = "2026-11-01".parse().unwrap();
    let day = first
        .saturating_add(jiff::Span::new().days(day - 1))
        .to_string();
    let output = sandbox.run(&["done", serial, fix(report), "--on", &day]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
}

#[test]
fn a_fix_gives_way_when_it_was_done_and_not_because_nights_pass() {
    let sandbox = one_device();
    let first = fix(&run_on_day(&sandbox, 30)).to_owned();
    let mut report = Value::Null;
    for (day, nights) in [(31, 2), (32, 3), (35, 4)] {
        report = run_on_day(&sandbox, day);
        assert_eq!(fix(&report), first);
        let why = device(&report)["findings"][0]["why"].as_str().unwrap();
        let wanted = format!("still open, {nights} nights, no attempt since");
        assert!(why.contains(&wanted), "{why}");
    }
    done(&sandbox, &report, 35);
    assert_eq!(fix(&run_on_day(&sandbox, 35)), first, "of the same day");
    let fourth = run_on_day(&sandbox, 36);
    let second = fix(&fourth).to_owned();
    assert_ne!(second, first);
    let finding = &device(&fourth)["findings"][0];
    assert!(
        finding["why"].as_str().unwrap().contains("did not help"),
        "{finding}"
    );
    assert_eq!(finding["history"]["tried"][0]["fix"], first);
    assert_eq!(finding["history"]["tried"][0]["nights"], 4);
    assert_eq!(fix(&run_on_day(&sandbox, 37)), second);
}

#[test]
fn two_fixes_and_two_weeks_are_for_apple() {
    let sandbox = one_device();
    for day in 30..32 {
        let report = run_on_day(&sandbox, day);
        done(&sandbox, &report, day);
    }
    // Two fixes were done, and the backup is 13 days old.
    assert_ne!(fix(&run_on_day(&sandbox, 33)), "contact-apple-support");
    let fifteenth = run_on_day(&sandbox, 35);
    assert_eq!(fix(&fifteenth), "contact-apple-support");
}

#[test]
fn a_device_that_is_well_again_tells_what_was_shown_last() {
    let sandbox = one_device();
    let shown = fix(&run_on_day(&sandbox, 30)).to_owned();
    sandbox.write(
        "policy.toml",
        "[thresholds]\nstale_days = 60\naging_days = 30\ncritical_days = 90\n",
    );
    let output = run_with(&sandbox, 31, &["--policy", "policy.toml"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    let report: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    assert_eq!(device(&report)["change"], "fixed");
    assert_eq!(device(&report)["history"]["recovered"]["fix"], shown);
    let outcome = &report["history"]["fixes"][0];
    assert_eq!(
        (&outcome["shown"], &outcome["recovered"]),
        (&1.into(), &1.into())
    );
    run_with(&sandbox, 32, &["--policy", "policy.toml"]);
    let later: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    assert_eq!(
        device(&later)["history"]["recovered"],
        Value::Null,
        "told for one night"
    );
}

#[test]
fn a_change_is_counted_since_the_day_that_was_asked_for() {
    let sandbox = one_device();
    for day in [20, 30, 31] {
        run_on_day(&sandbox, day);
    }
    let since = |day: &str| {
        run_with(&sandbox, 31, &["--since", day]);
        let report: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
        let compared = report["history"]["compared_with"]["scanned_at"].clone();
        (device(&report)["change"].clone(), compared)
    };
    assert_eq!(
        since("2026-11-30"),
        ("same".into(), "2026-11-30T04:00:00Z".into())
    );
    assert_eq!(
        since("2026-11-29"),
        ("new".into(), "2026-11-20T04:00:00Z".into())
    );
    assert_eq!(since("2026-11-19"), (Value::Null, Value::Null));
    let without = run_with(&sandbox, 31, &["--since", "2026-11-20", "--no-history"]);
    assert_eq!(exit_code(&without), 2);
    assert!(
        stderr(&without).contains("--since asks the history"),
        "{}",
        stderr(&without)
    );
}

#[test]
fn other_folders_are_another_memory() {
    let sandbox = one_device();
    run_on_day(&sandbox, 20);
    let moved = sandbox.path("elsewhere");
    std::fs::rename(sandbox.path("backups"), &moved).unwrap();
    std::fs::create_dir(sandbox.path("backups")).unwrap();
    let output = sandbox.run(&[
        "scan",
        "elsewhere",
        "--now",
        "2026-11-21T04:00:00Z",
        "--host",
        "desk",
        "--json",
        "out.json",
    ]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    let report: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    assert_eq!(device(&report)["change"], Value::Null);
    assert_eq!(report["history"]["runs"], 0);
}

#[test]
fn the_change_stands_in_the_sentence_the_table_and_the_page() {
    let sandbox = one_device();
    run_on_day(&sandbox, 20);
    let args = [
        "--csv",
        "out.csv",
        "--csv-profile",
        "raw",
        "--html",
        "out.html",
    ];
    let output = run_with(&sandbox, 30, &args);
    assert!(
        stderr(&output).contains("since 2026-11-20: 1 new"),
        "{}",
        stderr(&output)
    );
    let mut rows = csv::Reader::from_path(sandbox.path("out.csv")).unwrap();
    let names = rows.headers().unwrap().clone();
    let row = rows.records().next().unwrap().unwrap();
    let cell = |name: &str| &row[names.iter().position(|column| column == name).unwrap()];
    assert_eq!(cell("change"), "new");
    assert_eq!(cell("first_failing"), "2026-11-30");
    assert_eq!(cell("nights_failing"), "1");
    let page = sandbox.read("out.html");
    assert!(
        page.contains("1 (0 on 2026-11-20): 1 new"),
        "no change on the page"
    );
    assert!(stdout(&output).is_empty());
}
