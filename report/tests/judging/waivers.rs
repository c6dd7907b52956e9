//! Waivers: in date, on their last day, expired, by code, for a whole device, for nothing.

use fleetback_report::results::{Code, Results, Severity, Status};
use fleetback_report::view::policy::policy_notes;
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
    // Unknown, with one error waived and the one that says so left.
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
    assert_eq!(results.devices[0].severity, Some(Severity::Error));
    assert_eq!((results.summary.at_risk, results.summary.waived), (1, 0));
}

#[test]
fn what_is_waived_stands_behind_what_is_open() {
    let results = judged_with("device = \"F2LX0000TEST\"\ncode = \"backup-stale\"");
    let codes: Vec<Code> = results.devices[0].findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, [Code::LocalNotEncrypted, Code::BackupStale]);
    assert_eq!(results.summary.fixes.len(), 1);
}

/// What is said of the policy, and whether the waiver ends soon.
#[track_caller]
fn noted(waiver: &str, expiring: bool, note: Option<&str>) {
    let results = judged_with(waiver);
    assert_eq!(results.waivers[0].expiring, expiring, "{waiver}");
    let notes = policy_notes(&results);
    assert_eq!(notes.first().map(String::as_str), note, "{waiver}");
    assert!(notes.len() < 2);
}

#[test]
fn what_ends_has_ended_or_covers_nothing_is_told() {
    // Now is two hours into 23 November: the midnight behind 6 December is 13 d 22 h away.
    let of = |rest: &str| format!("device = \"F2LX0000TEST\"\n{rest}");
    noted(&of(""), false, None);
    noted(&of("until = 2026-12-07"), false, None);
    noted(
        &of("until = 2026-12-06"),
        true,
        Some(
            "the waiver for F2LX0000TEST ends with 2026-12-06; its findings count again after that day",
        ),
    );
    noted(
        &of("until = 2026-11-23"),
        true,
        Some(
            "the waiver for F2LX0000TEST ends with 2026-11-23; its findings count again after that day",
        ),
    );
    noted(
        &of("until = 2026-11-22"),
        false,
        Some("the waiver for F2LX0000TEST ended with 2026-11-22; its findings count again"),
    );
    noted(
        &of("code = \"icloud-off\""),
        false,
        Some(
            "the waiver of icloud-off for F2LX0000TEST covers no finding; remove it if the problem is fixed",
        ),
    );
    noted(
        "device = \"F2LX9999TEST\"",
        false,
        Some("the waiver for F2LX9999TEST names no device of this fleet; check the number"),
    );
}

#[test]
fn the_policy_says_how_early_an_end_is_told() {
    let expiring = |days: &str| {
        let text = format!(
            "waiver_warning_days = {days}\n[[waiver]]\nreason = \"kiosk\"\ndevice = \"F2LX0000TEST\"\nuntil = 2026-11-23"
        );
        judged(&fleet([trouble()]), &text).waivers[0].expiring
    };
    // Twenty-two hours are left.
    assert!(expiring("1"));
    assert!(!expiring("0.5"));
}

#[test]
fn a_waiver_can_name_a_group() {
    let groups = "[[group]]\nname = \"Lyon\"\n[group.match]\nsite = \"Lyon\"\n[[group]]\nname = \"Empty\"\n[group.match]\nsite = \"Nowhere\"\n";
    let waivers = "[[waiver]]\ngroup = \"Lyon\"\nreason = \"they move\"\n[[waiver]]\ngroup = \"Empty\"\nreason = \"nobody\"\n";
    let mut outside = trouble();
    outside.0.identity = numbered(1).0.identity;
    let fleet = fleet([trouble().site("Lyon"), outside]);
    let results = judged(&fleet, &format!("{groups}{waivers}"));
    let waived = |serial: &str| {
        let mut devices = results.devices.iter();
        let device = devices.find(|d| d.serial_number.as_deref() == Some(serial));
        device.unwrap().is_waived()
    };
    assert!(waived("F2LX0000TEST"));
    assert!(!waived("F2LX0001TEST"));
    let told: Vec<_> = results
        .waivers
        .iter()
        .map(|one| {
            (
                one.group.as_deref(),
                one.device.as_deref(),
                one.devices,
                one.state.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("Lyon"), None, Some(1), "used"),
            (Some("Empty"), None, Some(0), "unused")
        ]
    );
    let notes = policy_notes(&results);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].starts_with("the waiver for every device of group Empty covers no device"));
    assert!(notes[1].starts_with("no device belongs to the group Empty"));
}
