//! What is advised over several nights, read from the whole program's output: a fix gives way after a try
//! and never before, what the evidence names stays, and the cause comes before the improvement.

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::plists::{Format, encode};
use fleetback_testdata::when::at;
use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::{Sandbox, exit_code, healthy, stderr, stdout};

/// A day of November and December 2026, counted from the 1st of November, and its report.
fn night(sandbox: &Sandbox, day: i64, args: &[&str]) -> Value {
    let output = sandbox.scan_on_day(day, &[&["--json", "out.json"], args].concat());
    assert!(exit_code(&output) < 2, "{}", stderr(&output));
    serde_json::from_str(&sandbox.read("out.json")).unwrap()
}

/// The device with this serial number.
#[track_caller]
fn device<'a>(report: &'a Value, serial: &str) -> &'a Value {
    let mut devices = report["devices"].as_array().unwrap().iter();
    let found = devices.find(|device| device["serial_number"] == serial);
    found.unwrap_or_else(|| panic!("no {serial}"))
}

fn codes(device: &Value) -> Vec<&str> {
    let findings = device["findings"].as_array().unwrap().iter();
    findings
        .filter_map(|finding| finding["code"].as_str())
        .collect()
}

#[track_caller]
fn finding<'a>(device: &'a Value, code: &str) -> &'a Value {
    let mut findings = device["findings"].as_array().unwrap().iter();
    let found = findings.find(|finding| finding["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {:?}", codes(device)))
}

/// Writes what an MDM says of a device whose last iCloud backup was then; returns its serial number.
fn told(sandbox: &Sandbox, seed: u64, last: Timestamp) -> String {
    let ids = DeviceIds::new(seed, "iPhone12,1");
    let managed = Managed::new(seed, &ids, "iPhone").product("iPhone12,1", "18.1", "22B83");
    let answer = managed.last_cloud_backup(last).device_information();
    let bytes = encode(&answer, Format::Xml).unwrap();
    sandbox.write(
        &format!("mdm/{seed}.plist"),
        std::str::from_utf8(&bytes).unwrap(),
    );
    ids.serial
}

/// Ten nights of network errors, up to the 26th.
fn failing(seed: u64) -> BackupBuilder {
    let log = CloudLog::new()
        .last_date(at("2026-11-10T02:00:00Z"))
        .daily_attempts(at("2026-11-26T02:00:00Z"), 10, 300);
    BackupBuilder::new(seed)
        .cloud_log(log)
        .completed("2026-11-26T03:00:00Z")
}

#[test]
fn friday_and_monday_read_the_same() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    // The 4th and the 7th of December: nobody was there to try anything.
    let (friday, monday) = (night(&sandbox, 34, &[]), night(&sandbox, 37, &[]));
    let fix = |report: &Value| report["devices"][0]["findings"][0]["likely_fix"].clone();
    assert_eq!(fix(&friday), fix(&monday));
    let why = monday["devices"][0]["findings"][0]["why"].as_str().unwrap();
    assert!(
        why.contains("still open, 2 nights, no attempt since"),
        "{why}"
    );
    // A device that was backed up on Friday is no news on Monday.
    let sandbox = Sandbox::with(&[healthy(1).completed("2026-12-04T22:00:00Z")]);
    for day in [35, 36, 37] {
        let report = night(&sandbox, day, &[]);
        assert_eq!(report["devices"][0]["status"], "protected", "day {day}");
        assert_eq!(report["devices"][0]["could_be_lost"], false, "day {day}");
        let worst = &report["devices"][0]["severity"];
        assert_eq!(*worst, "info", "day {day}");
    }
    assert_eq!(night(&sandbox, 37, &[])["devices"][0]["change"], "same");
}

#[test]
fn a_device_whose_neighbours_succeed_resets_its_network_settings() {
    let sandbox = Sandbox::with(&[failing(1)]);
    let serial = told(&sandbox, 1, at("2026-11-10T02:00:00Z"));
    let neighbours: Vec<String> = (2..8)
        .map(|seed| told(&sandbox, seed, at("2026-11-26T02:00:00Z")))
        .collect();
    let rows = [std::slice::from_ref(&serial), &neighbours[..]].concat();
    let inventory = |site: fn(usize) -> &'static str| {
        let rows = rows.iter().enumerate();
        let rows: String = rows
            .map(|(row, serial)| format!("{serial},{}\n", site(row)))
            .collect();
        sandbox.write("inventory.csv", &format!("serial,site\n{rows}"));
        let args = [
            "--mdm",
            "mdm",
            "--inventory",
            "inventory.csv",
            "--no-history",
        ];
        let report = night(&sandbox, 26, &args);
        let device = device(&report, &serial);
        let failing = finding(device, "icloud-attempts-failing");
        (failing["likely_fix"].clone(), failing["why"].to_string())
    };
    let (fix, why) = inventory(|_| "Berlin");
    assert_eq!(fix, "reset-network-settings", "{why}");
    assert!(why.contains("6 other devices of the site succeed"), "{why}");
    // Nobody else is there: the Wi-Fi of the place is as likely.
    let (fix, why) = inventory(|row| if row == 0 { "Berlin" } else { "Hamburg" });
    assert_eq!(fix, "stable-wifi", "{why}");
}

#[test]
fn windows_that_end_without_wifi_are_told_beside_a_fresh_local_backup() {
    let log = CloudLog::new()
        .last_date(at("2026-11-06T02:00:00Z"))
        .windows_ended_by_wifi(at("2026-11-26T02:00:00Z"), 10);
    let backup = BackupBuilder::new(1)
        .cloud_log(log)
        .completed("2026-11-26T03:00:00Z");
    let sandbox = Sandbox::with(&[backup]);
    let serial = told(&sandbox, 1, at("2026-11-06T02:00:00Z"));
    for day in [26, 27] {
        let report = night(&sandbox, day, &["--mdm", "mdm"]);
        let device = device(&report, &serial);
        assert_eq!(device["status"], "protected", "day {day}");
        let told = finding(device, "icloud-attempts-failing");
        assert_eq!(told["likely_fix"], "stable-wifi", "day {day}");
    }
}

/// The first row of a table of values separated by commas, without quotes in it, by the names of its columns.
fn cell(csv: &str, column: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == column);
    let row = reader.records().next().unwrap().unwrap();
    row[place.unwrap()].to_owned()
}

/// Not encrypted, behind with its updates, and without a good backup for a month.
#[test]
fn what_keeps_a_device_from_a_good_backup_comes_before_improvements() {
    let backup = BackupBuilder::new(1).completed("2026-10-20T03:00:00Z");
    let sandbox = Sandbox::with(&[backup]);
    for day in [26, 27, 30] {
        let report = night(&sandbox, day, &["--csv", "out.csv", "--csv-profile", "raw"]);
        let device = &report["devices"][0];
        let codes = codes(device);
        let place = |code: &str| codes.iter().position(|other| *other == code);
        let improvement = place("local-not-encrypted").unwrap();
        assert!(place("backup-stale").unwrap() < improvement, "{codes:?}");
        let fix = device["findings"][0]["likely_fix"].as_str().unwrap();
        assert!(!["encrypt-backup", "update-ios"].contains(&fix), "{fix}");
        assert_eq!(cell(&sandbox.read("out.csv"), "likely_fix"), fix);
    }
}

#[test]
fn a_healthy_device_has_no_likely_fix() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for day in [20, 21] {
        let args = ["--csv", "out.csv", "--csv-profile", "raw"];
        let report = night(&sandbox, day, &args);
        assert_eq!(report["devices"][0]["status"], "protected");
        assert_eq!(report["summary"]["fixes"], serde_json::json!({}));
        assert_eq!(cell(&sandbox.read("out.csv"), "likely_fix"), "");
    }
}

/// What was recorded as done does not move what the evidence names: the storage is still full.
#[test]
fn hard_evidence_stays_whatever_was_tried() {
    let log = CloudLog::new()
        .last_date(at("2026-11-10T02:00:00Z"))
        .daily_attempts(at("2026-11-26T02:00:00Z"), 6, 303);
    let sandbox = Sandbox::with(&[BackupBuilder::new(1)
        .cloud_log(log)
        .completed("2026-11-26T03:00:00Z")]);
    let serial = told(&sandbox, 1, at("2026-11-10T02:00:00Z"));
    for day in 26..33 {
        let report = night(&sandbox, day, &["--mdm", "mdm"]);
        let device = device(&report, &serial);
        let full = finding(device, "icloud-attempts-failing");
        assert_eq!(full["likely_fix"], "check-storage", "day {day}");
        let done = sandbox.run(&["done", &serial, "check-storage", "--on", "2026-11-27"]);
        assert_eq!(exit_code(&done), 0, "{}{}", stdout(&done), stderr(&done));
    }
}
