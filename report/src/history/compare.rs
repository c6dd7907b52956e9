//! What earlier runs add to the verdict of tonight: what has changed, since when, and who is gone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::match_devices::Numbers;
use super::past_runs::{History, PastDevice, PastRun};
use super::recovery;
use super::run_days::Nights;
use crate::results::{
    Change, ComparedRun, Device, Finding, Gone, Past, PastOfDevice, Results, Severity, SizeThen,
    Status,
};

/// What this run says of a device.
#[derive(Clone, Copy)]
pub(crate) struct JudgedNow<'a> {
    pub(crate) status: Status,
    pub(crate) severity: Option<Severity>,
    pub(crate) findings: &'a [Finding],
}

/// What became of a device since the run that is compared with; `None` when there is none.
pub(crate) fn change(
    history: &History,
    past: Option<&PastDevice>,
    severity: Option<Severity>,
) -> Option<Change> {
    let run = history.compared()?;
    let then = past.and_then(|past| past.state_at(run.at));
    Some(Change::between(then.map(|state| state.severity), severity))
}

/// What earlier runs add to a device.
pub(crate) fn of_device(
    nights: &Nights<'_>,
    past: Option<&PastDevice>,
    judged: JudgedNow<'_>,
    now: Timestamp,
) -> PastOfDevice {
    let since = nights.failing_since(past, now, judged.severity);
    let sizes = past.into_iter().flat_map(|past| &past.sizes);
    PastOfDevice {
        first_failing: since,
        nights_failing: since.map(|since| nights.nights_failing(past, since, now)),
        nights: nights.strip(past, judged.status),
        sizes: sizes
            .map(|size| SizeThen {
                completed_at: size.completed_at,
                bytes: size.bytes,
            })
            .collect(),
        recovered: past
            .and_then(|past| recovery::recovered(past, judged.status, judged.findings, nights)),
    }
}

/// What earlier runs add to the whole. `pasts` belongs to the devices, in their order.
pub(crate) fn of_fleet(
    nights: &Nights<'_>,
    devices: &[Device],
    pasts: &[Option<&PastDevice>],
) -> Past {
    let history = nights.history;
    let known = pasts.iter().zip(devices);
    let known = known.filter_map(|(past, device)| Some(((*past)?, Some(device))));
    let run = history.compared();
    Past {
        runs: history.runs.len() as u64,
        first_run: history.runs.first().map(|run| run.at),
        compared_with: run.map(named),
        changes: changes(devices),
        gone: run.map_or_else(Vec::new, |run| gone(history, pasts, run)),
        nights_missed: nights.missed(),
        strip_ends: nights.tonight().to_string(),
        fixes: recovery::outcomes(known, nights),
    }
}

fn named(run: &PastRun) -> ComparedRun {
    ComparedRun {
        run_id: run.run_id.clone(),
        scanned_at: run.at,
    }
}

fn changes(devices: &[Device]) -> BTreeMap<Change, u64> {
    let mut counts = BTreeMap::new();
    for change in devices.iter().filter_map(|device| device.change) {
        *counts.entry(change).or_default() += 1;
    }
    counts
}

fn gone(history: &History, pasts: &[Option<&PastDevice>], run: &PastRun) -> Vec<Gone> {
    let here: BTreeSet<*const PastDevice> = pasts
        .iter()
        .flatten()
        .map(|past| std::ptr::from_ref(*past))
        .collect();
    let away = history.devices.iter();
    let away = away.filter(|past| !here.contains(&std::ptr::from_ref(*past)));
    let mut gone: Vec<Gone> = away
        .filter_map(|past| {
            let state = past.state_at(run.at)?;
            Some(Gone {
                serial_number: past.numbers.serial.clone(),
                udid: past.numbers.udid.clone(),
                imei: past.numbers.phone.clone(),
                status: state.status,
                severity: state.severity,
            })
        })
        .collect();
    gone.sort();
    gone
}

/// Counts the change of stored results anew, from the run that the history compares with. Nothing
/// else that they say is touched: it was true when they were judged.
pub fn compare_again(results: &mut Results, history: &History) {
    let numbers: Vec<_> = results.devices.iter().map(Numbers::of_results).collect();
    let pasts = history.matched(&numbers);
    for (device, past) in results.devices.iter_mut().zip(&pasts) {
        device.change = change(history, *past, device.severity);
    }
    let nights = Nights::of(history, results.scanned_at);
    let whole = of_fleet(&nights, &results.devices, &pasts);
    let known = results.history.get_or_insert_with(|| whole.clone());
    known.compared_with = whole.compared_with;
    known.changes = whole.changes;
    known.gone = whole.gone;
}
