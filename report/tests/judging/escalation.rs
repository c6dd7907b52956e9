//! The next fix comes after a try, and never because nights have passed.

use fleetback_report::history::{DoneFix, History, PastDevice, PastFinding, PastRun, PastState};
use fleetback_report::results::{Code, Finding, FixId, Severity, Status};
use fleetback_scanner::model::fleet::Fleet;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::fleet::*;
use crate::memory::{SERIAL, day, ids, judged_after};

/// So many nights showed a fix for a code, the last of them yesterday.
fn nights(count: i64, code: Code, fix: FixId, (rule, certain): (&str, bool)) -> History {
    let runs = (1..=count).rev().map(|days| PastRun {
        at: ago(days * DAY),
        run_id: format!("run-{days}"),
        complete: true,
        counts: None,
    });
    let (since, until) = (ago(count * DAY), ago(DAY));
    let device = PastDevice {
        ids: ids("", SERIAL),
        states: vec![PastState {
            since,
            until,
            status: Status::Stale,
            severity: Some(Severity::Error),
            could_be_lost: None,
        }],
        findings: vec![PastFinding {
            code,
            severity: Severity::Error,
            waived: false,
            rule: rule.to_owned(),
            certain,
            fix,
            since,
            until,
        }],
        ..PastDevice::default()
    };
    History {
        runs: runs.collect(),
        devices: if count > 0 { vec![device] } else { Vec::new() },
        ..History::default()
    }
}

fn done(mut history: History, fix: FixId, days_ago: i64) -> History {
    let on = day(ago(days_ago * DAY));
    history.devices[0].done.push(DoneFix { on, fix });
    history
}

#[track_caller]
fn advised(fleet: &Fleet, history: &History, code: Code) -> Finding {
    let results = with_reasons(judged_after(fleet, history));
    let mut devices = results.devices.iter();
    let me = devices.find(|device| device.serial_number.as_deref() == Some(SERIAL));
    finding(me.unwrap(), code).clone()
}

#[track_caller]
fn check(fleet: &Fleet, history: &History, code: Code, fix: FixId, why: &str) {
    let found = advised(fleet, history, code);
    assert_eq!(found.likely_fix, Some(fix), "{}", reason_of(&found));
    assert!(reason_of(&found).contains(why), "{}", reason_of(&found));
}

/// Of whose iCloud Backup nothing is known but that it does not run.
fn stuck() -> Fleet {
    fleet([phone().icloud(9 * DAY)])
}

const STUCK: (&str, bool) = ("C20", false);

fn restarts(count: i64) -> History {
    nights(count, Code::BackupStale, FixId::RestartDevice, STUCK)
}

#[test]
fn nights_without_an_attempt_change_nothing() {
    let stays = |count: i64, why: &str| {
        check(
            &stuck(),
            &restarts(count),
            Code::BackupStale,
            FixId::RestartDevice,
            why,
        );
    };
    stays(0, "mildest");
    stays(1, "still open, 2 nights, no attempt since");
    stays(2, "still open, 3 nights, no attempt since");
    stays(40, "still open, 41 nights, no attempt since");
    let first = advised(&stuck(), &restarts(0), Code::BackupStale);
    assert!(
        !reason_of(&first).contains("still open"),
        "{}",
        reason_of(&first)
    );
}

#[test]
fn what_a_person_did_and_did_not_help_gives_way() {
    let recorded = |days| done(restarts(3), FixId::RestartDevice, days);
    check(
        &stuck(),
        &recorded(1),
        Code::BackupStale,
        FixId::StableWifi,
        "\"Restart the device\" was done on 2026-11-22 and did not help",
    );
    check(
        &stuck(),
        &recorded(0),
        Code::BackupStale,
        FixId::RestartDevice,
        "still open, 4 nights, recorded as done on 2026-11-23, no attempt since",
    );
    // Done before the incident began: it says nothing of this one.
    check(
        &stuck(),
        &recorded(4),
        Code::BackupStale,
        FixId::RestartDevice,
        "",
    );
    // Another fix was done.
    let other = done(restarts(3), FixId::UpdateIos, 1);
    check(
        &stuck(),
        &other,
        Code::BackupStale,
        FixId::RestartDevice,
        "",
    );
}

#[test]
fn an_update_takes_its_time() {
    let updates = |days| {
        let shown = nights(9, Code::BackupStale, FixId::UpdateIos, STUCK);
        done(shown, FixId::UpdateIos, days)
    };
    let fix = |days| {
        advised(&stuck(), &updates(days), Code::BackupStale)
            .likely_fix
            .unwrap()
    };
    assert_eq!(fix(6), FixId::UpdateIos);
    assert_ne!(fix(7), FixId::UpdateIos);
}

/// A device whose newest attempt, so many days ago, ended with an error that points nowhere in
/// particular.
fn failed(days: i64) -> Fleet {
    let mut backup = logged(local(30 * DAY), &[1]);
    backup.cloud_log.as_mut().unwrap().attempts[0].at = ago(days * DAY);
    fleet([phone().local(backup).icloud(20 * DAY)])
}

const FAILING: Code = Code::IcloudAttemptsFailing;

#[test]
fn an_attempt_that_failed_after_the_fix_was_shown_makes_it_give_way() {
    let shown = |count| nights(count, FAILING, FixId::RestartDevice, ("M4", false));
    let fix = |days, count| {
        advised(&failed(days), &shown(count), FAILING)
            .likely_fix
            .unwrap()
    };
    assert_eq!(
        fix(6, 5),
        FixId::RestartDevice,
        "the attempt is older than the advice"
    );
    assert_eq!(
        fix(5, 5),
        FixId::RestartDevice,
        "it was made when the fix was first shown"
    );
    assert_ne!(fix(4, 5), FixId::RestartDevice);
    assert_eq!(fix(1, 2), FixId::RestartDevice, "two nights are too few");
    let why = advised(&failed(1), &shown(5), FAILING).why.unwrap();
    assert!(
        why.contains("did not help: the attempt of 2026-11-22T02:00:00Z failed"),
        "{why}"
    );
}

/// Codes whose evidence names the cause, their rule and fix.
const HARD: [(i64, &str, FixId); 4] = [
    (303, "C3", FixId::CheckStorage),
    (106, "C4", FixId::CheckStorage),
    (305, "C11", FixId::StartFreshBackup),
    (300, "C14", FixId::StableWifi),
];

fn hard(code: i64) -> Fleet {
    fleet([phone()
        .local(logged(local(30 * DAY), &[code; 4]))
        .icloud(100 * DAY)])
}

#[test]
fn direct_evidence_is_never_replaced() {
    let shown = || nights(10, FAILING, FixId::CheckStorage, ("C3", true));
    let full = hard(303);
    check(
        &full,
        &shown(),
        FAILING,
        FixId::CheckStorage,
        "still open, 11 nights, the attempt of 2026-11-22T02:00:00Z failed",
    );
    let recorded = done(shown(), FixId::CheckStorage, 2);
    check(
        &full,
        &recorded,
        FAILING,
        FixId::CheckStorage,
        "recorded as done on 2026-11-21",
    );
    // Another cause is named: its fix comes at once.
    let other = nights(10, FAILING, FixId::CheckStorage, ("C3", true));
    check(&hard(305), &other, FAILING, FixId::StartFreshBackup, "305");
}

proptest! {
    #[test]
    fn hard_evidence_keeps_its_fix_over_any_nights(place in 0..HARD.len(), count in 0..60_i64) {
        let (code, rule, fix) = HARD[place];
        // The attempts lie before the first showing.
        let mut fleet = hard(code);
        for attempt in &mut fleet.devices[0].backups[0].cloud_log.as_mut().unwrap().attempts {
            attempt.at -= SignedDuration::from_secs(count * DAY);
        }
        let history = nights(count, FAILING, fix, (rule, true));
        let found = advised(&fleet, &history, FAILING);
        prop_assert_eq!(found.likely_fix, Some(fix), "{}", reason_of(&found));
    }
}

/// What was written down on Friday night reads the same on Monday.
#[test]
fn a_bare_weekend_changes_nothing() {
    let friday = 3 * DAY;
    let device = phone().icloud(friday - HOUR);
    let results = judged_after(&fleet([device]), &History::default());
    assert_eq!(results.devices[0].findings, [], "backed up on Friday");
    let mut monday = restarts(6);
    monday.runs.retain(|run| run.at <= ago(friday));
    monday.devices[0].findings[0].until = ago(friday);
    monday.devices[0].states[0].until = ago(friday);
    check(
        &stuck(),
        &monday,
        Code::BackupStale,
        FixId::RestartDevice,
        "still open, 5 nights, no attempt since",
    );
}

/// A device with network errors where stable Wi-Fi was advised for so many nights.
fn network(count: i64, newest: i64) -> FixId {
    let mut backup = logged(local(30 * DAY), &[300; 4]);
    for attempt in &mut backup.cloud_log.as_mut().unwrap().attempts {
        attempt.at -= SignedDuration::from_secs((newest - 1) * DAY);
    }
    let fleet = fleet([phone().local(backup).icloud(20 * DAY)]);
    let history = nights(count, FAILING, FixId::StableWifi, ("C14", true));
    advised(&fleet, &history, FAILING).likely_fix.unwrap()
}

#[test]
fn network_errors_on_a_stable_wifi_are_for_the_network_settings() {
    assert_eq!(network(3, 1), FixId::ResetNetworkSettings);
    assert_eq!(network(2, 1), FixId::StableWifi);
    assert_eq!(
        network(3, 4),
        FixId::StableWifi,
        "no attempt since it was advised"
    );
}

#[test]
fn two_fixes_that_were_tried_and_two_weeks_are_for_apple() {
    let days = |days: i64, done_too: bool| {
        let mut history = nights(6, Code::BackupStale, FixId::RestartDevice, STUCK);
        let findings = &mut history.devices[0].findings;
        findings.push(PastFinding {
            fix: FixId::StableWifi,
            since: ago(3 * DAY),
            ..findings[0].clone()
        });
        findings[0].until = ago(4 * DAY);
        let history = done(history, FixId::RestartDevice, 4);
        let history = match done_too {
            true => done(history, FixId::StableWifi, 1),
            false => history,
        };
        let fleet = fleet([phone().icloud(days * DAY)]);
        advised(&fleet, &history, Code::BackupStale)
            .likely_fix
            .unwrap()
    };
    assert_eq!(days(14, true), FixId::ContactAppleSupport);
    assert_ne!(days(13, true), FixId::ContactAppleSupport);
    assert_eq!(days(14, false), FixId::StableWifi);
}
