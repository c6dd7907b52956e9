//! Which old backups may go.

use fleetback_report::results::*;
use fleetback_report::swap::answer::Retention;
use fleetback_report::swap::request::{Run, SwapRequest, TargetSpec};
use fleetback_report::swap::retention::{RetentionEntry, afterwards};
use jiff::SignedDuration;

use crate::common::{self, NOW, at};
use crate::desk::*;
use crate::tickets::{asked, run};

const NEW: &str = "F2LX0002TEST";

fn new(backup: Option<Backup>) -> Device {
    let device = Device {
        udid: None,
        ..common::device(NEW, "Neu", Status::Unknown)
    };
    match backup {
        Some(backup) => with(device, backup),
        None => device,
    }
}

fn after(new: Option<Device>, planned: Option<&str>, to: Option<&str>) -> RetentionEntry {
    let devices = [Some(with(bare(), local(3 * DAY))), new]
        .into_iter()
        .flatten()
        .collect();
    let asked = SwapRequest {
        target_spec: TargetSpec {
            to: to.map(str::to_owned),
            ..TargetSpec::default()
        },
        planned: planned.map(|day| day.parse().unwrap()),
        ..asked("C39TEST00001")
    };
    afterwards(&common::results(devices, Vec::new()), &[asked], &run())
        .swaps
        .remove(0)
}

#[track_caller]
fn check(backup: Option<Backup>, planned: Option<&str>, want: Retention) {
    let got = after(Some(new(backup)), planned, Some(NEW));
    assert_eq!(got.fate, want, "{}", got.reason);
}

#[test]
fn the_new_device_needs_a_complete_backup_of_its_own() {
    check(None, None, Retention::Keep);
    check(Some(local(HOUR)), None, Retention::MayGo);
    check(Some(plain(HOUR)), None, Retention::MayGo);
    check(Some(locked(HOUR)), None, Retention::Keep);
    check(
        Some(Backup {
            good: false,
            ..local(HOUR)
        }),
        None,
        Retention::Keep,
    );
    assert_eq!(
        after(Some(icloud(new(None), HOUR, HOUR)), None, Some(NEW)).fate,
        Retention::MayGo
    );
}

#[test]
fn it_must_be_younger_than_the_swap() {
    check(Some(local(3 * DAY - 1)), None, Retention::MayGo);
    check(Some(local(3 * DAY)), None, Retention::Keep);
    // Now is 06:00 on the 23rd: seven hours ago it was the 22nd.
    check(Some(local(5 * HOUR)), Some("2026-11-22"), Retention::MayGo);
    check(Some(local(7 * HOUR)), Some("2026-11-22"), Retention::Keep);
}

#[test]
fn what_nobody_can_tell_is_said_so() {
    assert_eq!(after(None, None, None).fate, Retention::Unknown);
    assert_eq!(after(None, None, Some(NEW)).fate, Retention::Keep);
    let nobody = afterwards(
        &common::results(Vec::new(), Vec::new()),
        &[asked("C39TEST00001")],
        &run(),
    );
    assert_eq!(nobody.swaps[0].fate, Retention::Unknown);
    let results = common::results(vec![phone()], Vec::new());
    let late = Run {
        now: at(NOW) + SignedDuration::from_secs(DAY + 1),
        ..run()
    };
    assert_eq!(
        afterwards(&results, &[asked("C39TEST00001")], &late).swaps[0].fate,
        Retention::Unknown
    );
}

#[test]
fn the_old_backups_are_named() {
    let after = after(Some(new(Some(local(HOUR)))), None, Some(NEW));
    assert_eq!(after.backups.len(), 1);
    assert_eq!(after.backups[0].host, "mac-07");
    assert_eq!(after.backups[0].bytes, Some(5_480_000_000));
}
