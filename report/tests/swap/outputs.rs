//! The tickets as they are printed.

use fleetback_report::render::csv::{CsvOptions, write_csv};
use fleetback_report::render::json;
use fleetback_report::render::terminal::page::PageOptions;
use fleetback_report::render::terminal::swap;
use fleetback_report::results::*;
use fleetback_report::swap::request::{SwapRequest, TargetSpec};
use fleetback_report::swap::retention::afterwards;
use fleetback_report::swap::ticket::Tickets;
use fleetback_report::tables::os_version::OsVersion;
use fleetback_report::view::ticket::{self, SWAP_COLUMNS};
use fleetback_scanner::model::backup::*;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use crate::common;
use crate::desk::*;
use crate::tickets::{all, asked, run};

/// What an unkind person could call a device.
pub(crate) const HOSTILE: &str =
    "=1+1</td><script>alert(1)</script>\u{1b}[31m\u{202e}gnp.exe\r\nREADY: you";

pub(crate) fn counter() -> Tickets {
    let blocked = Device {
        serial_number: Some("C39TEST00002".to_owned()),
        device_name: Some("Werkstatt".to_owned()),
        ..managed(with(bare(), plain(3 * DAY)), |mdm| mdm.find_my = Some(true))
    };
    let target_spec = TargetSpec {
        to: Some("iPhone 16 Pro".to_owned()),
        ..TargetSpec::default()
    };
    let asked = [
        asked("C39TEST00001"),
        SwapRequest {
            target_spec,
            ..asked("C39TEST00002")
        },
        asked("nobody"),
    ];
    all(vec![phone(), blocked], &asked)
}

fn text(tickets: &Tickets) -> String {
    wide(tickets, 80, false)
}

fn wide(tickets: &Tickets, width: usize, details: bool) -> String {
    let options = PageOptions {
        width,
        color: false,
        zone: &TimeZone::UTC,
        details,
    };
    let mut out = Vec::new();
    swap::write_text(tickets, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn csv(tickets: &Tickets) -> String {
    let mut out = Vec::new();
    write_csv(tickets, &TimeZone::UTC, &CsvOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_counter() {
    insta::assert_snapshot!(text(&counter()));
}

#[test]
fn the_counter_in_detail() {
    insta::assert_snapshot!(wide(&counter(), 80, true));
}

/// Devices of which each is held up by another rule, and one that is ready.
fn held_up() -> Vec<Device> {
    let changed = |change: fn(&mut Backup)| {
        let mut backup = local(HOUR);
        change(&mut backup);
        with(bare(), backup)
    };
    vec![
        phone(),
        bare(),
        Device {
            status: Status::Never,
            ..bare()
        },
        with(bare(), local(9 * DAY)),
        with(bare(), plain(HOUR)),
        with(bare(), locked(HOUR)),
        icloud(bare(), HOUR, HOUR),
        icloud(bare(), 3 * DAY, 3 * DAY),
        icloud(bare(), 200 * DAY, HOUR),
        changed(|backup| backup.state = State::InProgress),
        changed(|backup| backup.restorable = Restorable::No),
        changed(|backup| backup.verified.level = VerifyLevel::Names),
        changed(|backup| backup.verified.at = ago(3 * DAY)),
        changed(|backup| backup.password = Password::Wrong),
        changed(|backup| backup.password = Password::KeybagDamaged),
        changed(|backup| backup.serial_number = Some("C39TEST00077".to_owned())),
        changed(|backup| backup.named_by_folder_only = true),
        managed(phone(), |mdm| mdm.find_my = Some(true)),
        managed(phone(), |mdm| {
            mdm.apps_barred_from_backup = vec!["com.example.first".to_owned(); 40];
        }),
    ]
}

/// What may be said of the new device.
fn new_devices() -> Vec<TargetSpec> {
    let to = |to: &str, os: &str, gigabytes: f64| TargetSpec {
        to: Some(to.to_owned()),
        os_version: OsVersion::parse(os),
        capacity_gb: Some(gigabytes),
        ..TargetSpec::default()
    };
    vec![
        TargetSpec::default(),
        to("iPhone 16 Pro", "26.1", 256.0),
        to("iPhone 16 Pro", "17.0", 256.0),
        to("iPhone 16 Pro", "26.1", 1.0),
        to("iPhone6,2", "12.5", 16.0),
        TargetSpec {
            to: Some("F2LX0099TEST".to_owned()),
            ..TargetSpec::default()
        },
    ]
}

/// Six lines, with the whole next step, whatever the device and its user are called.
#[test]
fn one_device_takes_six_lines_and_ends_with_its_verdict() {
    let heads = ["==  ", "Who ", "Why ", "Next", "More"];
    for device in held_up() {
        for target_spec in new_devices() {
            for name in [
                device.device_name.as_deref().unwrap(),
                &"Anna’s long name ".repeat(20),
            ] {
                let named = Device {
                    device_name: Some(name.to_owned()),
                    user: Some(name.to_owned()),
                    ..device.clone()
                };
                let request = SwapRequest {
                    target_spec: target_spec.clone(),
                    ..asked("C39TEST00001")
                };
                let tickets = all(vec![named], &[request]);
                let text = text(&tickets);
                let lines: Vec<_> = text.lines().collect();
                assert_eq!(lines.len(), 6, "{text}");
                for (line, head) in lines.iter().zip(heads) {
                    assert!(line.starts_with(head), "{text}");
                }
                let verdict = tickets.swaps[0].verdict.label();
                assert!(lines[5].starts_with(&format!("{verdict}: ")), "{text}");
                assert!(lines[5].ends_with("(C39TEST00001)"), "{text}");
                assert!(lines[1].contains("(C39TEST00001), "), "{text}");
                assert!(!lines[3].contains('…'), "{text}");
                assert!(lines[4].contains("--details shows 22 checks"), "{text}");
                println!("{text}");
            }
        }
    }
}

/// A device that no evidence knows takes six lines too; what fits a name that several bear stands below.
#[test]
fn a_device_that_is_not_known_takes_six_lines() {
    for ticket in counter().swaps {
        let one = Tickets {
            swaps: vec![ticket],
            ..counter()
        };
        let text = text(&one);
        assert_eq!(text.lines().count(), 6, "{text}");
        let last = text.lines().last().unwrap();
        assert_eq!(last, ticket::headline(&one.swaps[0]));
    }
}

#[test]
fn several_devices_of_a_name_are_told_apart() {
    let named = |serial: &str, user: &str, model: &str| Device {
        user: Some(user.to_owned()),
        model: Some(model.to_owned()),
        ..common::device(serial, "iPhone", Status::Protected)
    };
    let one = managed(named("C39TEST00001", "Ada", "iPhone 13"), |mdm| {
        mdm.last_seen = Some(common::at("2026-11-22T09:00:00Z"));
    });
    let two = named("C39TEST00002", "Bo", "iPhone SE");
    let text = text(&all(vec![one, two], &[asked("iPhone")]));
    for words in [
        "C39TEST00001, iPhone 13, iOS 18.1, last seen 2026-11-22 09:00, Ada",
        "C39TEST00002, iPhone SE, iOS 18.1, never seen, Bo",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 120] {
        for details in [false, true] {
            for tickets in [counter(), hostile()] {
                let text = wide(&tickets, width, details);
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn the_table() {
    insta::assert_snapshot!(csv(&counter()));
}

#[test]
fn json_is_read_back_as_it_was_written() {
    let tickets = counter();
    let mut out = Vec::new();
    json::write(&tickets, &mut out).unwrap();
    assert_eq!(serde_json::from_slice::<Tickets>(&out).unwrap(), tickets);
}

pub(crate) fn hostile() -> Tickets {
    let named = Device {
        device_name: Some(HOSTILE.to_owned()),
        user: Some(HOSTILE.to_owned()),
        ..phone()
    };
    let twin = Device {
        serial_number: Some("C39TEST00009".to_owned()),
        udid: None,
        ..named.clone()
    };
    all(
        vec![named, twin],
        &[asked("C39TEST00001"), asked(HOSTILE), asked("\u{1b}[2J")],
    )
}

#[test]
fn a_name_paints_no_terminal_and_fakes_no_line() {
    let text = text(&hostile());
    assert!(text.contains("gnp.exe"));
    let barred = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.contains(barred), "{text:?}");
    assert!(
        !text
            .lines()
            .any(|line| line.trim_start().starts_with("READY: you"))
    );
}

#[test]
fn a_name_is_one_string_of_the_json() {
    let tickets = hostile();
    let mut out = Vec::new();
    json::write(&tickets, &mut out).unwrap();
    let barred = |byte: &u8| byte.is_ascii_control() && *byte != b'\n';
    assert!(!out.iter().any(barred));
    let read: Tickets = serde_json::from_slice(&out).unwrap();
    let name = read.swaps[0]
        .device
        .as_ref()
        .unwrap()
        .device_name
        .as_deref();
    assert_eq!(name, Some(HOSTILE));
}

#[test]
fn a_name_runs_in_no_spreadsheet() {
    let text = csv(&hostile());
    let mut reader = csv_reader(&text);
    let record = reader.next().unwrap();
    let name = SWAP_COLUMNS
        .iter()
        .position(|column| column.name == "device_name")
        .unwrap();
    assert!(record[name].starts_with("'="), "{:?}", &record[name]);
    assert!(!text.contains('\u{1b}'));
}

fn csv_reader(text: &str) -> impl Iterator<Item = Vec<String>> {
    let text = text.trim_start_matches('\u{feff}').as_bytes().to_vec();
    let reader = csv::Reader::from_reader(std::io::Cursor::new(text));
    let records = reader.into_records();
    records.map(|record| record.unwrap().iter().map(str::to_owned).collect())
}

#[test]
fn after_the_swap() {
    let target_spec = TargetSpec {
        to: Some("F2LX0002TEST".to_owned()),
        ..TargetSpec::default()
    };
    let new = with(
        Device {
            udid: None,
            ..common::device("F2LX0002TEST", "Neu", Status::Unknown)
        },
        local(HOUR),
    );
    let old = icloud(with(bare(), local(3 * DAY)), 4 * DAY, HOUR);
    let asked = [
        SwapRequest {
            target_spec,
            ..asked("C39TEST00001")
        },
        asked("F2LX0002TEST"),
    ];
    let after = afterwards(&common::results(vec![old, new], Vec::new()), &asked, &run());
    let options = PageOptions {
        width: 80,
        color: false,
        zone: &TimeZone::UTC,
        details: false,
    };
    let mut out = Vec::new();
    swap::write_after_text(&after, &options, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

/// `UPDATE_SCHEMA=1 cargo test -p fleetback-report --test swap schema` writes them.
#[test]
fn the_schemas_in_docs_are_these() {
    for (name, schema) in [
        ("swap", json::swap_schema()),
        ("swap-after", json::after_schema()),
    ] {
        let path = format!("{}/../docs/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            text,
            "{path} is old"
        );
    }
}

/// docs/swap.md has a row for each rule, with its words.
#[test]
fn the_page_knows_every_rule() {
    let page = include_str!("../../../docs/swap.md");
    for rule in fleetback_report::swap::rules::RULES {
        let row = format!("| {} | {} | {} | ", rule.id, rule.asks, rule.kind.id());
        assert!(page.contains(&row), "{row}");
    }
}
