//! The short report of a terminal.

use std::collections::BTreeSet;

use fleetback_report::render::terminal::report::{TextOptions, write};
use fleetback_report::results::{ExportUsed, Results, Status};
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use crate::common::{device, morning, pattern, results};

const PLAIN: TextOptions = TextOptions {
    width: 80,
    color: false,
    rows_max: 20,
};

fn written(results: &Results, options: TextOptions) -> String {
    let mut out = Vec::new();
    let zone = TimeZone::UTC;
    write(&ReportView::new(results, &zone), &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_morning_at_80() {
    insta::assert_snapshot!(written(&morning(), PLAIN));
}

#[test]
fn the_morning_at_120() {
    insta::assert_snapshot!(written(
        &morning(),
        TextOptions {
            width: 120,
            ..PLAIN
        }
    ));
}

#[test]
fn the_worst_three_at_160() {
    insta::assert_snapshot!(written(
        &morning(),
        TextOptions {
            width: 160,
            rows_max: 3,
            ..PLAIN
        }
    ));
}

#[test]
fn a_common_cause_stands_before_the_devices() {
    let mut results = morning();
    results.patterns = vec![pattern("Ly\u{202e}on")];
    let text = written(&results, PLAIN);
    let wanted = "One cause, many devices\n  One site, Ly\\u{202e}on: Give it a stable Wi-Fi connection (41 devices,\n  confidence medium)\n    41 of 44 devices of the site Ly\\u{202e}on made no iCloud backup\n\nSTATUS";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn the_morning_in_color() {
    let text = written(
        &morning(),
        TextOptions {
            color: true,
            ..PLAIN
        },
    );
    assert!(text.starts_with("\u{1b}[1;31m5 of 11 devices could be lost tonight\u{1b}[0m\n"));
    let mut plain = text;
    for code in [
        "\u{1b}[1;31m",
        "\u{1b}[1;33m",
        "\u{1b}[31m",
        "\u{1b}[33m",
        "\u{1b}[2m",
        "\u{1b}[1m",
        "\u{1b}[0m",
    ] {
        plain = plain.replace(code, "");
    }
    assert_eq!(plain, written(&morning(), PLAIN));
}

#[test]
fn an_export_without_a_device_is_said_first() {
    let export = |devices| ExportUsed {
        path: "/exports/mdm".into(),
        devices,
        newest: None,
    };
    let mut results = morning();
    results.exports = vec![export(1)];
    assert!(written(&results, PLAIN).starts_with("5 of 11"));
    results.exports = vec![export(1), export(0)];
    let text = written(&results, PLAIN);
    assert!(
        text.starts_with("No device in the MDM export /exports/mdm: "),
        "{text}"
    );
}

#[test]
fn nothing_found_and_nothing_wrong() {
    insta::assert_snapshot!(written(&results(Vec::new(), Vec::new()), PLAIN), @"No devices found");
    let fine = vec![device("C39TEST00001", "iPhone", Status::Protected)];
    insta::assert_snapshot!(written(&results(fine, Vec::new()), PLAIN), @r"
    The one device is safe for tonight
    0 without a good backup + 1 protected + 0 aging = 1
    ");
}

/// Words stay whole: each line of the report, at any width, is made of whole words of the widest.
#[test]
fn no_line_is_wider_than_the_terminal_and_no_word_is_broken() {
    let widest = written(
        &morning(),
        TextOptions {
            width: 200,
            ..PLAIN
        },
    );
    let known: BTreeSet<&str> = widest.split_whitespace().collect();
    for width in [40, 60, 80, 120] {
        let text = written(&morning(), TextOptions { width, ..PLAIN });
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        let bare = |word: &str| word.trim_end_matches([',', ':']).to_owned();
        let is_id = |word: &str| word.chars().any(|c| c.is_ascii_digit() || "/…".contains(c));
        for word in text.split_whitespace().map(bare) {
            let added = ["fix", "and", "more"].contains(&word.as_str());
            let whole = known.iter().any(|one| bare(one) == word);
            assert!(whole || added || is_id(&word), "{width}: {word}\n{text}");
        }
    }
}

#[test]
fn what_to_do_stands_on_the_last_screen() {
    let text = written(&morning(), PLAIN);
    let lines: Vec<_> = text.lines().collect();
    let start = lines
        .iter()
        .position(|line| line.starts_with("What to do: "));
    assert!(lines.len() - start.unwrap() <= 22, "{text}");
}

proptest! {
    #[test]
    fn no_name_breaks_the_table(name in ".{0,60}", serial in "[ -~\\PC]{0,30}", width in 40usize..200) {
        let mut fleet = morning();
        fleet.problems.clear();
        fleet.devices[0].device_name = Some(name);
        fleet.devices[0].serial_number = Some(serial);
        let text = written(&fleet, TextOptions { width, ..PLAIN });
        for line in text.lines() {
            prop_assert!(line.width() <= width, "{line:?}");
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
