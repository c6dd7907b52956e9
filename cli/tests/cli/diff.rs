//! `fleetback diff`, and `report --since`: what changed between two nights.

use std::process::Output;

use serde_json::Value;

use crate::desk::{Desk, HALF_A_PLIST, code, printed, said, sound};

/// Scans on a day of November 2026 into a report of that name.
fn night(desk: &Desk, day: i64, report: &str, args: &[&str]) {
    let output = desk.night(day, &[&["--json", report], args].concat());
    assert!(matches!(code(&output), 0 | 1 | 3), "{}", said(&output));
}

fn diff(desk: &Desk, args: &[&str]) -> Output {
    desk.run(&[&["diff", "--timezone", "UTC"], args].concat())
}

#[track_caller]
fn check(desk: &Desk, [old, new]: [&str; 2], wanted: i32, begins: &str) {
    let output = diff(desk, &[old, new]);
    assert_eq!(code(&output), wanted, "{}", said(&output));
    assert!(printed(&output).starts_with(begins), "{}", printed(&output));
}

/// Two nights: a sound fleet, and ten days later one that nobody backed up.
fn two_nights() -> Desk {
    let desk = Desk::with(&[sound(1), sound(2)]);
    night(&desk, 20, "old.json", &[]);
    night(&desk, 30, "new.json", &[]);
    desk
}

#[test]
fn the_exit_code_says_whether_anything_became_worse() {
    let desk = two_nights();
    check(&desk, ["old.json", "new.json"], 1, "2 new\n");
    check(&desk, ["new.json", "old.json"], 0, "2 fixed\n");
    check(&desk, ["old.json", "old.json"], 0, "2 the same\n");
}

#[test]
fn a_device_that_is_gone_is_an_alarm_and_one_that_appeared_is_none() {
    let desk = Desk::with(&[sound(1)]);
    night(&desk, 20, "one.json", &[]);
    desk.add(&sound(2));
    night(&desk, 20, "two.json", &[]);
    check(
        &desk,
        ["one.json", "two.json"],
        0,
        "1 appeared, 1 the same\n",
    );
    check(&desk, ["two.json", "one.json"], 1, "1 gone, 1 the same\n");
}

#[test]
fn a_run_that_could_not_read_everything_leaves_a_gap() {
    let desk = Desk::with(&[sound(1)]);
    night(&desk, 20, "old.json", &[]);
    desk.write("mdm/cut.plist", HALF_A_PLIST);
    night(&desk, 20, "new.json", &["--mdm", "mdm"]);
    let output = diff(&desk, &["old.json", "new.json"]);
    assert_eq!(code(&output), 3);
    assert!(printed(&output).contains("The new run could not read everything"));
}

#[test]
fn for_programs_it_is_json() {
    let desk = two_nights();
    let output = diff(&desk, &["old.json", "new.json", "--json", "-"]);
    let changes: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(changes["changes"]["new"], 2);
    assert_eq!(changes["devices"][0]["then"]["status"], "protected");
    assert_eq!(changes["devices"][0]["now"]["status"], "stale");
    assert_eq!(changes["devices"][0]["came"][0], "backup-stale");
    assert_eq!(changes["old"]["scanned_at"], "2026-11-20T04:00:00Z");
}

#[test]
fn mistakes_are_told_and_nothing_is_compared() {
    let desk = two_nights();
    desk.write("list.csv", "a,b\n");
    for (args, wanted) in [
        (
            ["old.json", "list.csv"],
            "list.csv: wanted a report that `fleetback scan --json` wrote",
        ),
        (
            ["nowhere.json", "new.json"],
            "nowhere.json: wanted a report",
        ),
        (["-", "-"], "standard input named twice"),
    ] {
        let output = diff(&desk, &args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(said(&output).contains(wanted), "{}", said(&output));
    }
    let output = diff(&desk, &["old.json", "new.json", "--json", "old.json"]);
    assert_eq!(
        code(&output),
        2,
        "a report is not written over one that is read"
    );
}

/// A stored report again, with its changes counted from an earlier night than the last.
#[test]
fn a_stored_report_counts_its_changes_since_the_day_asked_for() {
    let desk = Desk::with(&[sound(1)]);
    for day in [20, 29, 30] {
        night(&desk, day, &format!("{day}.json"), &[]);
    }
    let since = |day: &str, args: &[&str]| {
        let fixed = [
            "report",
            "30.json",
            "--timezone",
            "UTC",
            "--since",
            day,
            "--json",
            "-",
        ];
        desk.run(&[&fixed[..], args].concat())
    };
    let change = |output: &Output| -> Value {
        let report: Value = serde_json::from_str(&printed(output)).unwrap();
        report["devices"][0]["change"].clone()
    };
    assert_eq!(change(&since("2026-11-29", &[])), "same");
    assert_eq!(change(&since("2026-11-28", &[])), "new");
    let early = since("2026-11-19", &[]);
    assert_eq!(code(&early), 2);
    assert!(
        said(&early).contains("none before that of 2026-11-20"),
        "{}",
        said(&early)
    );
    let nowhere = since("2026-11-28", &["--history", "nowhere.sqlite3"]);
    assert_eq!(code(&nowhere), 2);
    assert!(
        said(&nowhere).contains("nowhere.sqlite3"),
        "{}",
        said(&nowhere)
    );
    night(&desk, 30, "elsewhere.json", &["--history", "other.sqlite3"]);
    let strange = since("2026-11-28", &["--history", "other.sqlite3"]);
    assert_eq!(code(&strange), 2, "{}", said(&strange));
}
