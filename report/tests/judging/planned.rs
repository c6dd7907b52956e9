//! Swaps that are planned for one of the next days.

use fleetback_report::history::{History, PastRun};
use fleetback_report::judge::{ReferenceData, RunInfo, judge};
use fleetback_report::results::{Code, FixId, Severity};
use fleetback_scanner::model::backup::{LocalBackup, State, VerifyLevel};
use fleetback_scanner::model::identity::Serial;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::fleet::*;

/// Is it found so many seconds before the day begins in UTC; negative: after?
#[track_caller]
fn check(seconds: i64, policy_text: &str, want: bool) {
    let day: Date = "2027-03-31".parse().unwrap();
    let begins = day.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let info = RunInfo {
        now: begins - SignedDuration::from_secs(seconds),
        ..run()
    };
    let all = fleet([phone().swapped_on("2027-03-31")]);
    let results = judge(&all, &ReferenceData::default(), &policy(policy_text), &info);
    let found = codes(&results.devices[0]).contains(&"swap-planned");
    assert_eq!(found, want, "{seconds} s before");
}

#[test]
fn three_days_ahead_and_until_the_day_is_over() {
    check(3 * DAY, "", true);
    check(3 * DAY + 1, "", false);
    check(0, "", true);
    check(-DAY + 1, "", true);
    check(-DAY, "", false);
    let week = "[thresholds]\nswap_planned_days = 7";
    check(7 * DAY, week, true);
    check(7 * DAY + 1, week, false);
    let never_ahead = "[thresholds]\nswap_planned_days = 0";
    check(0, never_ahead, true);
    check(1, never_ahead, false);
}

#[test]
fn without_a_planned_day_nothing_is_said() {
    let device = judged_alone(phone().local(broken_off()), "");
    assert!(!codes(&device).contains(&"swap-planned"));
}

fn broken_off() -> LocalBackup {
    broken(State::Unfinished, HOUR)
}

/// A whole backup with the serial number of the phone.
fn own(seconds_old: i64) -> LocalBackup {
    let mut backup = local(seconds_old);
    backup.identity.serial = Serial::parse("F2LX0000TEST");
    backup.file_check.verified.level = VerifyLevel::Sizes;
    backup
}

/// The next midnight in UTC, as seen from the tests' now.
fn tomorrow() -> String {
    (run().now.to_zoned(TimeZone::UTC).date() + 1.day()).to_string()
}

#[test]
fn a_device_that_is_ready_is_no_alarm() {
    let ready = judged_alone(phone().local(own(HOUR)).swapped_on(&tomorrow()), "");
    assert_eq!(ready.swap.as_deref(), Some("ready"), "{ready:?}");
    let found = finding(&ready, Code::SwapPlanned);
    assert_eq!(found.severity, Severity::Info);
    let text = &found.evidence[0].text;
    assert!(
        text.starts_with(&format!("swap on {}: READY (", tomorrow())),
        "{text}"
    );
    assert_eq!(found.likely_fix, None, "nothing is to be put right");
    assert_eq!(ready.severity, Some(Severity::Info));
}

#[test]
fn a_device_that_is_not_ready_is_raised_with_the_reason() {
    let old = judged_alone(phone().local(own(2 * DAY)).swapped_on(&tomorrow()), "");
    let found = finding(&old, Code::SwapPlanned);
    assert_eq!(
        (found.severity, old.severity),
        (Severity::Warning, Some(Severity::Warning))
    );
    let text = &found.evidence[0].text;
    assert!(
        text.contains("NOT READY (") && text.contains("limit: 24 hours"),
        "{text}"
    );
    let mut by_name = own(HOUR);
    by_name.file_check.verified.level = VerifyLevel::Names;
    let by_name = judged_alone(phone().local(by_name).swapped_on(&tomorrow()), "");
    assert_eq!(by_name.swap.as_deref(), Some("unknown"));
    let untold = judged_alone(phone().swapped_on(&tomorrow()), "");
    let found = finding(&untold, Code::SwapPlanned);
    assert_eq!(found.severity, Severity::Warning);
    assert!(
        found.evidence[0].text.contains("UNKNOWN ("),
        "{:?}",
        found.evidence
    );
}

#[test]
fn a_waiver_covers_it() {
    let waiver =
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\ncode = \"swap-planned\"\nreason = \"moved\"";
    let old = judged_alone(phone().local(own(2 * DAY)).swapped_on(&tomorrow()), waiver);
    assert!(finding(&old, Code::SwapPlanned).waived.is_some());
    assert!(old.severity < Some(Severity::Warning));
}

/// A failing iCloud backup of which nobody knows the cause.
fn failing() -> Phone {
    phone().local(logged(local(20 * DAY), &[777; 2]))
}

#[track_caller]
fn fix_before_swap(phone: Phone, want: FixId, next: Option<FixId>) {
    let device = judged_alone(phone, "");
    let found = finding(&device, Code::IcloudAttemptsFailing);
    assert_eq!(
        (found.likely_fix, found.next_fix),
        (Some(want), next),
        "{}",
        reason_of(found)
    );
}

#[test]
fn within_three_days_a_cause_that_nobody_knows_goes_to_apple() {
    let day = |days: i64| (run().now.to_zoned(TimeZone::UTC).date() + days.days()).to_string();
    fix_before_swap(
        failing().swapped_on(&day(2)),
        FixId::ContactAppleSupport,
        Some(FixId::RestartDevice),
    );
    fix_before_swap(
        failing().swapped_on(&day(9)),
        FixId::RestartDevice,
        Some(FixId::ContactAppleSupport),
    );
    fix_before_swap(
        failing(),
        FixId::RestartDevice,
        Some(FixId::ContactAppleSupport),
    );
    // a cause that the evidence names is settled sooner than Apple answers
    let full = phone()
        .local(logged(local(20 * DAY), &[303; 2]))
        .swapped_on(&day(2));
    let device = judged_alone(full, "");
    let found = finding(&device, Code::IcloudAttemptsFailing);
    assert_eq!(found.likely_fix, Some(FixId::CheckStorage));
}

#[test]
fn with_a_history_too() {
    let at: Timestamp = ago(DAY);
    let history = History {
        runs: vec![PastRun {
            at,
            run_id: "run-0".to_owned(),
            complete: true,
            counts: None,
        }],
        ..History::default()
    };
    let knowledge = ReferenceData {
        history: Some(&history),
        ..ReferenceData::default()
    };
    let all = fleet([failing().swapped_on(&tomorrow())]);
    let results = judge(&all, &knowledge, &policy(""), &run());
    let found = finding(&results.devices[0], Code::IcloudAttemptsFailing);
    assert_eq!(found.likely_fix, Some(FixId::ContactAppleSupport));
    assert_eq!(found.next_fix, Some(FixId::RestartDevice));
    assert!(
        reason_of(found).contains("leaves no time"),
        "{}",
        reason_of(found)
    );
}
