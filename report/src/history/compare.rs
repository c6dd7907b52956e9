//! What earlier runs add to the verdict of this run: what has changed, since when, and who is gone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::past_runs::{History, PastDevice, PastRun};
use super::recovery;
use super::run_days::RunDays;
use crate::results::{
    Change, ComparedRun, Device, DeviceHistory, EarlierSize, Finding, MissingDevice, PastNight,
    Results, RunHistory, Severity, Standing, Status,
};

/// What this run says of a device.
#[derive(Clone, Copy)]
pub(crate) struct JudgedNow<'a> {
    pub(crate) status: Status,
    pub(crate) severity: Option<Severity>,
    pub(crate) findings: &'a [Finding],
}

/// What became of a device since the run that is compared with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SinceThen {
    /// `None` when there is no such run.
    pub(crate) change: Option<Change>,
    /// `None` when that run did not see it.
    pub(crate) could_be_lost_then: Option<bool>,
}

/// What became of a device since the run that is compared with.
pub(crate) fn since_then(history: &History, past: Option<&PastDevice>, now: Standing) -> SinceThen {
    let Some(run) = history.compared() else {
        return SinceThen::default();
    };
    let then = past.and_then(|past| past.state_at(run.at));
    let then = then.map(|state| state.standing());
    SinceThen {
        change: Some(Change::between(then, now)),
        could_be_lost_then: then.map(|then| then.could_be_lost),
    }
}

/// What earlier runs add to a device.
pub(crate) fn of_device(
    run_days: &RunDays<'_>,
    past: Option<&PastDevice>,
    judged: JudgedNow<'_>,
    now: Timestamp,
) -> DeviceHistory {
    let since = run_days.failing_since(past, now, judged.severity);
    let sizes = past.into_iter().flat_map(|past| &past.sizes);
    DeviceHistory {
        first_failing: since,
        nights_failing: since.map(|since| run_days.nights_failing(past, since, now)),
        nights: run_days.strip(past, judged.status),
        sizes: sizes
            .map(|size| EarlierSize {
                completed_at: size.completed_at,
                bytes: size.bytes,
            })
            .collect(),
        recovered: past
            .and_then(|past| recovery::recovered(past, judged.status, judged.findings, run_days)),
    }
}

/// What earlier runs add to the whole. `pasts` belongs to the devices, in their order.
pub(crate) fn of_fleet(
    run_days: &RunDays<'_>,
    devices: &[Device],
    pasts: &[Option<&PastDevice>],
) -> RunHistory {
    let history = run_days.history;
    let pairs = pasts.iter().zip(devices);
    let pairs = pairs.filter_map(|(past, device)| Some(((*past)?, device)));
    let run = history.compared();
    RunHistory {
        runs: history.runs.len() as u64,
        first_run: history.runs.first().map(|run| run.at),
        compared_with: run.map(named),
        changes: changes(devices),
        gone: run.map_or_else(Vec::new, |run| gone(history, pasts, run)),
        nights_missed: run_days.missed(),
        nights: run_days.nights().map(night).collect(),
        fixes: recovery::outcomes(pairs, run_days),
    }
}

fn named(run: &PastRun) -> ComparedRun {
    ComparedRun {
        run_id: run.run_id.clone(),
        scanned_at: run.at,
        could_be_lost: run.counts.map(|counts| counts.could_be_lost),
    }
}

fn night(run: &PastRun) -> PastNight {
    PastNight {
        scanned_at: run.at,
        complete: run.complete,
        counts: run.counts,
    }
}

fn changes(devices: &[Device]) -> BTreeMap<Change, u64> {
    let mut counts = BTreeMap::new();
    for change in devices.iter().filter_map(|device| device.change) {
        *counts.entry(change).or_default() += 1;
    }
    counts
}

fn gone(history: &History, pasts: &[Option<&PastDevice>], run: &PastRun) -> Vec<MissingDevice> {
    let here: BTreeSet<*const PastDevice> = pasts
        .iter()
        .flatten()
        .map(|past| std::ptr::from_ref(*past))
        .collect();
    let away = history
        .devices
        .iter()
        .filter(|past| !here.contains(&std::ptr::from_ref(*past)));
    let mut gone: Vec<MissingDevice> = away
        .filter_map(|past| {
            let state = past.state_at(run.at)?;
            Some(MissingDevice {
                serial_number: past.ids.serial.clone(),
                udid: past.ids.udid.clone(),
                imei: past.ids.phone.clone(),
                status: state.status,
                severity: state.severity,
                could_be_lost: state.standing().could_be_lost,
            })
        })
        .collect();
    gone.sort();
    gone
}

/// Counts the change of stored results anew, from the run that the history compares with. Nothing
/// else that they say is touched: it was true when they were judged.
pub fn recompare(results: &mut Results, history: &History) {
    let pasts = history.matched_devices(results);
    for (device, past) in results.devices.iter_mut().zip(&pasts) {
        let since = since_then(history, *past, device.standing());
        device.change = since.change;
        device.could_be_lost_then = since.could_be_lost_then;
    }
    let run_days = RunDays::new(history, results.scanned_at);
    let whole = of_fleet(&run_days, &results.devices, &pasts);
    let stored = results.history.get_or_insert_with(|| whole.clone());
    stored.compared_with = whole.compared_with;
    stored.changes = whole.changes;
    stored.gone = whole.gone;
}
