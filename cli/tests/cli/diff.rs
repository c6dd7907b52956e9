//! `fleetback diff`, and `report --since`: what changed between two runs.

use std::process::Output;

use serde_json::Value;

use crate::sandbox::{HALF_A_PLIST, Sandbox, exit_code, healthy, stderr, stdout};

/// Scans on a day of November 2026 into a report of that name.
fn run_on_day(sandbox: &Sandbox, day: i64, report: &str, args: &[&str]) {
    let output = sandbox.scan_on_day(day, &[&["--json", report], args].concat());
    assert!(
        matches!(exit_code(&output), 0 | 1 | 3),
        "{}",
        stderr(&output)
    );
}

fn diff(sandbox: &Sandbox, args: &[&str]) -> Output {
    sandbox.run(&[&["diff", "--timezone", "UTC"], args].concat())
}

#[track_caller]
fn check(sandbox: &Sandbox, [old, new]: [&str; 2], wanted: i32, told: &str) {
    let output = diff(sandbox, &[old, new]);
    assert_eq!(exit_code(&output), wanted, "{}", stderr(&output));
    assert!(stdout(&output).contains(told), "{}", stdout(&output));
}

/// Two runs: a sound fleet, and ten days later one without a new backup.
fn two_nights() -> Sandbox {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    run_on_day(&sandbox, 20, "old.json", &[]);
    run_on_day(&sandbox, 30, "new.json", &[]);
    sandbox
}

#[test]
fn the_exit_code_says_whether_anything_became_worse() {
    let sandbox = two_nights();
    check(&sandbox, ["old.json", "new.json"], 1, "2 new\n");
    check(&sandbox, ["new.json", "old.json"], 0, "2 fixed\n");
    check(&sandbox, ["old.json", "old.json"], 0, "2 the same\n");
}

#[test]
fn a_device_that_is_gone_is_an_alarm_and_one_that_appeared_is_none() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    run_on_day(&sandbox, 20, "one.json", &[]);
    sandbox.add(&healthy(2));
    run_on_day(&sandbox, 20, "two.json", &[]);
    check(
        &sandbox,
        ["one.json", "two.json"],
        0,
        "1 appeared, 1 the same\n",
    );
    check(
        &sandbox,
        ["two.json", "one.json"],
        1,
        "1 gone, 1 the same\n",
    );
}

#[test]
fn a_run_that_could_not_read_everything_leaves_a_gap() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    run_on_day(&sandbox, 20, "old.json", &[]);
    sandbox.write("mdm/cut.plist", HALF_A_PLIST);
    run_on_day(&sandbox, 20, "new.json", &["--mdm", "mdm"]);
    let output = diff(&sandbox, &["old.json", "new.json"]);
    assert_eq!(exit_code(&output), 3);
    assert!(stdout(&output).contains("The new run could not read everything"));
}

#[test]
fn for_programs_it_is_json() {
    let sandbox = two_nights();
    let output = diff(&sandbox, &["old.json", "new.json", "--json", "-"]);
    let changes: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(changes["changes"]["new"], 2);
    assert_eq!(changes["devices"][0]["then"]["status"], "protected");
    assert_eq!(changes["devices"][0]["now"]["status"], "stale");
    assert_eq!(changes["devices"][0]["came"][0], "backup-stale");
    assert_eq!(changes["old"]["scanned_at"], "2026-11-20T04:00:00Z");
}

#[test]
fn mistakes_are_told_and_nothing_is_compared() {
    let sandbox = two_nights();
    sandbox.write("list.csv", "a,b\n");
    for (args, wanted) in [
        (
            ["old.json", "list.csv"],
            "Could not read list.csv as a report that `fleetback scan --json` wrote",
        ),
        (
            ["nowhere.json", "new.json"],
            "Could not read nowhere.json as a report",
        ),
        (["-", "-"], "both reports are standard input"),
    ] {
        let output = diff(&sandbox, &args);
        assert_eq!(exit_code(&output), 2, "{args:?}");
        assert!(stderr(&output).contains(wanted), "{}", stderr(&output));
    }
    let output = diff(&sandbox, &["old.json", "new.json", "--json", "old.json"]);
    assert_eq!(
        exit_code(&output),
        2,
        "a report is not written over one that is read"
    );
}

/// A stored report again, with its changes counted from an earlier run than the last.
#[test]
fn a_stored_report_counts_its_changes_since_the_day_asked_for() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for day in [20, 29, 30] {
        run_on_day(&sandbox, day, &format!("{day}.json"), &[]);
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
        sandbox.run(&[&fixed[..], args].concat())
    };
    let change = |output: &Output| -> Value {
        let report: Value = serde_json::from_str(&stdout(output)).unwrap();
        report["devices"][0]["change"].clone()
    };
    assert_eq!(change(&since("2026-11-29", &[])), "same");
    assert_eq!(change(&since("2026-11-28", &[])), "new");
    let early = since("2026-11-19", &[]);
    assert_eq!(exit_code(&early), 2);
    assert!(
        stderr(&early).contains("the first is of 2026-11-20"),
        "{}",
        stderr(&early)
    );
    let nowhere = since("2026-11-28", &["--history", "nowhere.sqlite3"]);
    assert_eq!(exit_code(&nowhere), 2);
    assert!(
        stderr(&nowhere).contains("nowhere.sqlite3"),
        "{}",
        stderr(&nowhere)
    );
    run_on_day(
        &sandbox,
        30,
        "elsewhere.json",
        &["--history", "other.sqlite3"],
    );
    let strange = since("2026-11-28", &["--history", "other.sqlite3"]);
    assert_eq!(exit_code(&strange), 2, "{}", stderr(&strange));
}
