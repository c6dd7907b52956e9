//! What earlier runs knew, and what has changed since.

use fleetback_report::history::{
    DeviceIds, DoneFix, History, PastDevice, PastFinding, PastIcloud, PastRun, PastSize, PastState,
};
use fleetback_report::judge::{ReferenceData, judge};
use fleetback_report::results::{Change, Code, FixId, Results, Severity, Status};
use fleetback_report::view::report::ReportView;
use fleetback_report::view::support_request::support_request;
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::management::{Capacity, CapacityUnit};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::fleet::*;

pub(crate) fn ids(udid: &str, serial: &str) -> DeviceIds {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    DeviceIds {
        udid: some(udid),
        serial: some(serial),
        ..DeviceIds::default()
    }
}

fn state(at: Timestamp, severity: Option<Severity>) -> PastState {
    PastState {
        since: at,
        until: at,
        status: severity.map_or(Status::Protected, |_| Status::Stale),
        severity,
        could_be_lost: None,
    }
}

/// One run a day ago, which saw these devices.
fn last_night(devices: Vec<(DeviceIds, Option<Severity>)>) -> History {
    let at = ago(DAY);
    let device = |(ids, severity)| PastDevice {
        ids,
        states: vec![state(at, severity)],
        ..PastDevice::default()
    };
    History {
        runs: vec![PastRun {
            at,
            run_id: "run-0".to_owned(),
            complete: true,
            counts: None,
        }],
        devices: devices.into_iter().map(device).collect(),
        ..History::default()
    }
}

pub(crate) fn judged_after(fleet: &Fleet, history: &History) -> Results {
    let knowledge = ReferenceData {
        history: Some(history),
        ..ReferenceData::default()
    };
    judge(fleet, &knowledge, &policy(""), &run())
}

const ERROR: Option<Severity> = Some(Severity::Error);
const WARNING: Option<Severity> = Some(Severity::Warning);

pub(crate) const SERIAL: &str = "F2LX0000TEST";

fn change_of(device: Phone, past: Vec<(DeviceIds, Option<Severity>)>) -> Option<Change> {
    judged_after(&fleet([device]), &last_night(past)).devices[0].change
}

#[test]
fn a_change_is_against_the_last_run() {
    let (bad, well) = (|| phone().icloud(9 * DAY), || phone().icloud(HOUR));
    let was = |severity| vec![(ids("", SERIAL), severity)];
    assert_eq!(change_of(bad(), was(ERROR)), Some(Change::Same));
    assert_eq!(change_of(bad(), was(WARNING)), Some(Change::New));
    assert_eq!(change_of(bad(), vec![]), Some(Change::New));
    assert_eq!(change_of(well(), was(ERROR)), Some(Change::Fixed));
    assert_eq!(change_of(well(), was(None)), Some(Change::Same));
    assert_eq!(change_of(well(), vec![]), Some(Change::Appeared));
}

#[test]
fn without_an_earlier_run_nothing_is_said() {
    let fleet = fleet([phone().icloud(9 * DAY)]);
    assert_eq!(judged(&fleet, "").devices[0].change, None);
    let first = judged_after(&fleet, &History::default());
    assert_eq!(first.devices[0].change, None);
}

#[test]
fn a_device_that_the_last_run_did_not_see_was_not_there() {
    let mut history = last_night(vec![(ids("", SERIAL), ERROR)]);
    history.runs.push(PastRun {
        at: ago(HOUR),
        run_id: "run-0b".to_owned(),
        complete: true,
        counts: None,
    });
    let results = judged_after(&fleet([phone().icloud(9 * DAY)]), &history);
    assert_eq!(results.devices[0].change, Some(Change::New));
}

const UDID: &str = "00008030-001A2B3C4D5E6F70";
const OTHER: &str = "00008030-001A2B3C4D5E6F71";

/// Which of the known devices each of these is.
#[track_caller]
fn matched(known: &[(&str, &str)], now: &[(&str, &str)], want: &[Option<usize>]) {
    let devices = known.iter().map(|(udid, serial)| PastDevice {
        ids: ids(udid, serial),
        ..PastDevice::default()
    });
    let history = History {
        devices: devices.collect(),
        ..History::default()
    };
    let now: Vec<_> = now.iter().map(|(u, s)| ids(u, s)).collect();
    let place = |past: &PastDevice| {
        let mut devices = history.devices.iter();
        devices.position(|device| std::ptr::eq(device, past))
    };
    let found = history.matched(&now).into_iter();
    let found: Vec<_> = found.map(|past| past.and_then(place)).collect();
    assert_eq!(found, want, "{known:?} {now:?}");
}

#[test]
fn a_device_keeps_its_past_while_its_numbers_grow() {
    matched(&[("", "A")], &[(UDID, "A")], &[Some(0)]);
    matched(&[(UDID, "A")], &[("", "A")], &[Some(0)]);
    matched(&[(UDID, "")], &[(UDID, "A")], &[Some(0)]);
    matched(&[("", "A")], &[("", "B")], &[None]);
    matched(&[("", "A")], &[("", "")], &[None]);
    matched(&[], &[("", "A")], &[None]);
}

#[test]
fn a_weaker_number_never_unites_what_a_stronger_one_keeps_apart() {
    matched(&[(OTHER, "A")], &[(UDID, "A")], &[None]);
    matched(&[(OTHER, "A"), (UDID, "")], &[(UDID, "A")], &[Some(1)]);
    matched(&[("", "A"), (UDID, "B")], &[(UDID, "A")], &[Some(1)]);
}

#[test]
fn no_past_belongs_to_two_devices() {
    matched(&[(UDID, "A")], &[("", "A"), (UDID, "B")], &[None, Some(0)]);
    matched(&[("", "A")], &[("", "A"), (UDID, "A")], &[Some(0), None]);
}

/// A phone whose local backup of last night has so many bytes, where the one before had 1,000.
fn after_a_thousand(bytes: u64) -> Results {
    let mut backup = local(HOUR);
    backup.file_check.files.as_mut().unwrap().bytes = Some(bytes);
    let mut history = last_night(vec![(ids("", SERIAL), None)]);
    history.devices[0].sizes = vec![PastSize {
        completed_at: ago(2 * DAY),
        bytes: 1_000,
    }];
    judged_after(&fleet([phone().local(backup)]), &history)
}

#[test]
fn a_backup_of_less_than_half_the_size_has_shrunk() {
    let shrunk = |bytes| codes(&after_a_thousand(bytes).devices[0]).contains(&"backup-shrunk");
    assert!(!shrunk(500));
    assert!(shrunk(499));
}

#[test]
fn a_backup_is_not_compared_with_itself() {
    let mut backup = local(HOUR);
    backup.file_check.files.as_mut().unwrap().bytes = Some(1);
    let mut history = last_night(vec![(ids("", SERIAL), None)]);
    history.devices[0].sizes = vec![PastSize {
        completed_at: backup.completed_at.unwrap(),
        bytes: 1_000,
    }];
    let results = judged_after(&fleet([phone().local(backup)]), &history);
    assert!(!codes(&results.devices[0]).contains(&"backup-shrunk"));
}

#[test]
fn who_is_gone_is_named() {
    let history = last_night(vec![
        (ids("", SERIAL), None),
        (ids("", "F2LX0001GONE"), ERROR),
    ]);
    let results = judged_after(&fleet([phone().icloud(HOUR)]), &history);
    let gone = &results.history.unwrap().gone;
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].serial_number.as_deref(), Some("F2LX0001GONE"));
    assert_eq!(gone[0].severity, ERROR);
}

#[test]
fn runs_after_now_are_not_known_yet() {
    let mut history = last_night(vec![(ids("", SERIAL), ERROR)]);
    let later = ago(-DAY);
    history.runs.push(PastRun {
        at: later,
        run_id: "later".to_owned(),
        complete: true,
        counts: None,
    });
    history.devices[0].states[0].until = later;
    let history = history.before(ago(0));
    assert_eq!(history.runs.len(), 1);
    assert_eq!(history.devices[0].states[0].until, ago(DAY));
}

/// Three nights of each of these fixes lie behind a device whose backup is old, the last of them
/// yesterday. Each was recorded as done on the last of its nights.
fn tried(fixes: &[FixId]) -> History {
    let nights = 3 * i64::try_from(fixes.len()).unwrap();
    let night = |number: i64| ago((nights - number) * DAY);
    let runs = (0..nights).map(|number| PastRun {
        at: night(number),
        run_id: format!("run-{number}"),
        complete: true,
        counts: None,
    });
    let shown = (0_i64..).zip(fixes).map(|(place, fix)| PastFinding {
        code: Code::BackupStale,
        severity: Severity::Error,
        waived: false,
        rule: "C20".to_owned(),
        certain: false,
        fix: *fix,
        since: night(3 * place),
        until: night(3 * place + 2),
    });
    let device = PastDevice {
        ids: ids("", SERIAL),
        states: vec![PastState {
            since: night(0),
            until: night(nights - 1),
            status: Status::Stale,
            severity: ERROR,
            could_be_lost: None,
        }],
        findings: shown.collect(),
        done: (0_i64..)
            .zip(fixes)
            .map(|(place, fix)| DoneFix {
                on: day(night(3 * place + 2)),
                fix: *fix,
            })
            .collect(),
        ..PastDevice::default()
    };
    History {
        runs: runs.collect(),
        devices: vec![device],
        ..History::default()
    }
}

/// The calendar day of an instant.
pub(crate) fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// An iPhone on iCloud that nobody can say anything of, and the version of iOS that it runs.
fn stuck(days: i64, os: &str) -> Fleet {
    let device = phone().icloud(days * DAY);
    fleet([device.os(os).product("iPhone14,5")])
}

#[track_caller]
fn third_rung(os: &str, want: FixId) {
    let history = tried(&[FixId::RestartDevice, FixId::StableWifi]);
    let results = judged_after(&stuck(9, os), &history);
    let found = &results.devices[0].findings[0];
    assert_eq!(
        (found.code, found.likely_fix),
        (Code::BackupStale, Some(want)),
        "{os}"
    );
}

/// By the list of releases in the program: nothing newer was out for an iPhone 13 on that day.
#[test]
fn an_update_is_advised_only_where_there_is_one() {
    third_rung("18.0", FixId::UpdateIos);
    third_rung("99.0", FixId::ResetNetworkSettings);
}

#[test]
fn apple_is_told_what_was_advised() {
    let fixes = [FixId::RestartDevice, FixId::StableWifi];
    let results = judged_after(&stuck(20, "18.0"), &tried(&fixes));
    let (device, zone) = (&results.devices[0], TimeZone::UTC);
    let view = ReportView::new(&results, &zone);
    assert_eq!(
        device.findings[0].likely_fix,
        Some(FixId::ContactAppleSupport)
    );
    let packet = support_request(&view, device, &device.findings[0]).unwrap();
    for line in [
        "Advised so far without a good backup since; add which of it was done, and when:\n",
        "  Restart the device, for 3 nights from ",
        "  Give it a stable Wi-Fi connection, for 3 nights from ",
    ] {
        assert!(packet.contains(line), "{line} not in\n{packet}");
    }
    assert!(packet.contains(", done on 2026-11-19\n"), "{packet}");
}

/// What C22 guesses from, each with a value of its own.
struct Guess {
    /// Backups of the nights up to the last one, that one among them.
    row: i64,
    /// Seconds since the MDM heard of the device.
    heard: i64,
    /// Gigabytes that the device holds, of 64.
    holds: f64,
    /// Other devices of the site whose backups succeed.
    others: usize,
}

const LIKELY: Guess = Guess {
    row: 3,
    heard: 48 * HOUR,
    holds: 5.1,
    others: 5,
};

#[track_caller]
fn guessed(guess: &Guess, want: bool) {
    let gigabytes = |amount| Capacity {
        amount,
        unit: CapacityUnit::Gigabytes,
    };
    let device = phone()
        .icloud(9 * DAY)
        .storage(64.0, 64.0 - guess.holds)
        .mdm(|mdm, source| {
            mdm.capacity = Some(Sourced::new(gigabytes(64.0), source));
            mdm.last_contact = Some(Sourced::new(ago(guess.heard), source));
        });
    let others = (1..=guess.others).map(|n| numbered(n).icloud(HOUR).site("Lyon"));
    let fleet = fleet(others.chain([device.site("Lyon")]));
    let told = (0..guess.row).rev().map(|nights| PastIcloud {
        date: ago((9 + nights) * DAY),
        since: ago((9 + nights) * DAY),
        until: ago((9 + nights) * DAY),
    });
    let mut history = last_night(vec![(ids("", SERIAL), None)]);
    history.devices[0].icloud = told.collect();
    let results = judged_after(&fleet, &history);
    let findings = results.devices.iter().flat_map(|device| &device.findings);
    let stale: Vec<_> = findings
        .filter(|one| one.code == Code::BackupStale)
        .collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(
        stale[0].rule() == "C22",
        want,
        "{}: {}",
        stale[0].rule(),
        reason_of(stale[0])
    );
    assert_eq!(
        results.cause(&stale[0].cause).contains("likely, not seen"),
        want
    );
}

/// A full account that nobody saw: only where everything else is in order.
#[test]
fn a_row_of_backups_that_ends_at_once_may_be_a_full_account() {
    guessed(&LIKELY, true);
    guessed(&Guess { row: 2, ..LIKELY }, false);
    guessed(
        &Guess {
            heard: 48 * HOUR + 1,
            ..LIKELY
        },
        false,
    );
    guessed(
        &Guess {
            holds: 5.0,
            ..LIKELY
        },
        false,
    );
    guessed(
        &Guess {
            others: 4,
            ..LIKELY
        },
        false,
    );
}
