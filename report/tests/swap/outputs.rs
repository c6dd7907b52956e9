//! The tickets as they are printed.

use fleetback_report::render::csv::{CsvOptions, write_csv};
use fleetback_report::render::json;
use fleetback_report::render::terminal::page::PageOptions;
use fleetback_report::render::terminal::swap;
use fleetback_report::results::*;
use fleetback_report::swap::request::{SwapRequest, TargetSpec};
use fleetback_report::swap::retention::afterwards;
use fleetback_report::swap::ticket::Tickets;
use fleetback_report::view::ticket::{self, SWAP_COLUMNS};
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

#[test]
fn one_device_fits_a_screen_and_ends_with_its_verdict() {
    for ticket in counter().swaps {
        let one = Tickets {
            swaps: vec![ticket],
            ..counter()
        };
        let text = text(&one);
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines.len() <= 9, "{text}");
        assert_eq!(*lines.last().unwrap(), ticket::headline(&one.swaps[0]));
        for words in ["==  ", "Why", "Next", "More"] {
            assert!(lines.iter().any(|line| line.starts_with(words)), "{text}");
        }
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
