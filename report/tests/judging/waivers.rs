//! Waivers: in date, on their last day, expired, by code, for a whole device, for nothing.

use fleetback_report::finding::{Code, Severity};
use fleetback_report::results::{Results, Status};
use fleetback_scanner::model::backup::{LocalBackup, Password};

use crate::fleet::*;

/// A stale, unencrypted backup: two errors.
fn trouble() -> Phone {
    phone().local(LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        ..local(8 * DAY)
    })
}

fn judged_with(waiver: &str) -> Results {
    let text = format!("[[waiver]]\nreason = \"kiosk\"\n{waiver}");
    judged(&fleet([trouble()]), &text)
}

#[track_caller]
fn check(waiver: &str, state: &str, waived: &[Code], severity: Option<Severity>, at_risk: u64) {
    let results = judged_with(waiver);
    let device = &results.devices[0];
    assert_eq!(results.waivers[0].state, state, "{waiver}");
    let covered: Vec<Code> = device
        .findings
        .iter()
        .filter(|f| f.waived.is_some())
        .map(|f| f.code)
        .collect();
    assert_eq!(covered, waived, "{waiver}");
    assert_eq!(device.severity, severity, "{waiver}");
    assert_eq!(results.worst_unwaived(), severity, "{waiver}");
    assert_eq!(results.summary.at_risk, at_risk, "{waiver}");
    assert_eq!(
        device.status,
        Status::Stale,
        "a waiver never changes the status"
    );
    assert_eq!(device.findings.len(), 2, "nor does it hide a finding");
}

#[test]
fn waivers() {
    use Code::{BackupStale, LocalNotEncrypted};
    let error = Some(Severity::Error);
    let both = [BackupStale, LocalNotEncrypted];
    check("device = \"F2LX0000TEST\"", "used", &both, None, 0);
    check("device = \"f2lx0000test\"", "used", &both, None, 0);
    check(
        "device = \"F2LX0000TEST\"\ncode = \"backup-stale\"",
        "used",
        &[BackupStale],
        error,
        1,
    );
    check(
        "device = \"F2LX0000TEST\"\ncode = \"local-not-encrypted\"",
        "used",
        &[LocalNotEncrypted],
        error,
        1,
    );
    check(
        "device = \"F2LX0000TEST\"\ncode = \"icloud-off\"",
        "unused",
        &[],
        error,
        1,
    );
    check("device = \"F2LX9999TEST\"", "unused", &[], error, 1);
    check(
        "device = \"F2LX0000TEST\"\nuntil = 2026-11-24",
        "used",
        &both,
        None,
        0,
    );
    check(
        "device = \"F2LX0000TEST\"\nuntil = 2026-11-23",
        "used",
        &both,
        None,
        0,
    );
    check(
        "device = \"F2LX0000TEST\"\nuntil = 2026-11-22",
        "expired",
        &[],
        error,
        1,
    );
}

#[test]
fn a_waiver_shows_its_reason_and_its_end() {
    let results = judged_with("device = \"F2LX0000TEST\"\nuntil = 2026-12-31");
    let waiver = results.devices[0].findings[0].waived.clone().unwrap();
    assert_eq!(
        (waiver.reason.as_str(), waiver.until.as_deref()),
        ("kiosk", Some("2026-12-31"))
    );
    assert_eq!(results.summary.waived, 1);
    assert_eq!(results.summary.severity["none"], 1);
}

#[test]
fn two_waivers_of_one_finding_are_both_used_and_the_first_is_shown() {
    let text = "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"one\"\n[[waiver]]\ndevice = \"F2LX0000TEST\"\ncode = \"backup-stale\"\nreason = \"two\"";
    let results = judged(&fleet([trouble()]), text);
    assert!(
        results.devices[0]
            .findings
            .iter()
            .all(|f| f.waived.as_ref().unwrap().reason == "one")
    );
    assert!(results.waivers.iter().all(|waiver| waiver.state == "used"));
}

#[test]
fn a_waived_error_does_not_hide_that_nobody_knows_of_a_backup() {
    // Unknown, with the one error waived and the warning that says so left.
    let unknown = phone().local(LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        restorable: fleetback_scanner::model::backup::Restorable::Unknown,
        ..local(DAY)
    });
    let policy =
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\ncode = \"local-not-encrypted\"\nreason = \"r\"";
    let with_mdm = unknown.mdm_at(8 * DAY, |_, _| ());
    let results = judged(&fleet([with_mdm]), policy);
    assert_eq!(results.devices[0].status, Status::Unknown);
    assert_eq!(results.devices[0].severity, Some(Severity::Warning));
    assert_eq!((results.summary.at_risk, results.summary.waived), (1, 0));
}

#[test]
fn what_is_waived_stands_behind_what_is_open() {
    let results = judged_with("device = \"F2LX0000TEST\"\ncode = \"backup-stale\"");
    let codes: Vec<Code> = results.devices[0].findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, [Code::LocalNotEncrypted, Code::BackupStale]);
    assert_eq!(results.summary.fixes.len(), 1);
}
