//! Which incidents have ended, and which fix was shown last: so that a fleet learns what helps.
//!
//! A recovery after a fix is no proof that the fix was made, or was what helped; the words of the
//! report say so.

use std::collections::{BTreeMap, BTreeSet};

use super::incident::{Incident, escalates, incident_codes, is_well};
use super::past_runs::{History, PastDevice};
use super::run_days::RunDays;
use crate::results::{Code, Device, Finding, FixId, FixOutcome, Recovered, Results, Status};

/// The incidents that a fix may end, each once.
fn incidents() -> BTreeSet<&'static [Code]> {
    let codes = Code::ALL.into_iter().filter(|code| escalates(*code));
    codes.map(incident_codes).collect()
}

/// The worst incident that the last run day saw and that has ended since.
pub(crate) fn recovered(
    past: &PastDevice,
    status: Status,
    findings: &[Finding],
    run_days: &RunDays<'_>,
) -> Option<Recovered> {
    if !is_well(status) {
        return None;
    }
    let ended = incidents().into_iter().filter_map(|codes| {
        let last = Incident::all(past, codes, run_days).pop()?;
        let still = findings.iter().any(|finding| codes.contains(&finding.code));
        let lately = Some(run_days.run_day(last.until())) >= run_days.last_night();
        (lately && !still).then_some(last)
    });
    let row = |incident: &Incident<'_>| incident.rows[incident.rows.len() - 1].clone();
    let worst = ended.max_by_key(|incident| {
        (
            row(incident).severity,
            std::cmp::Reverse(row(incident).code),
        )
    })?;
    Some(Recovered {
        code: row(&worst).code,
        fix: row(&worst).fix,
        since: worst.since(),
        nights: worst.nights(run_days),
    })
}

/// A device of this run and its past.
type Pair<'a> = (&'a PastDevice, &'a Device);

/// What became of the fixes that were shown, over all known incidents.
pub(crate) fn outcomes<'a>(
    pairs: impl Iterator<Item = Pair<'a>>,
    run_days: &RunDays<'_>,
) -> Vec<FixOutcome> {
    let mut counts: BTreeMap<FixId, FixOutcome> = BTreeMap::new();
    for outcome in run_days.history.ended.iter().flatten() {
        counts.insert(outcome.fix, outcome.clone());
    }
    each_incident(pairs, run_days, |incident, fate| {
        count(incident, fate, &mut counts);
    });
    counts.into_values().collect()
}

/// The same of incidents that have ended and that the history does not count yet: what is to be kept of
/// this run.
pub fn ended_outcomes(history: &History, results: &Results) -> Vec<FixOutcome> {
    let pasts = history.matched_devices(results);
    let pairs = pasts.into_iter().zip(&results.devices);
    let pairs = pairs.filter_map(|(past, device)| Some((past?, device)));
    let run_days = RunDays::new(history, results.scanned_at);
    let mut counts: BTreeMap<FixId, FixOutcome> = BTreeMap::new();
    each_incident(pairs, &run_days, |incident, fate| {
        if matches!(fate, Fate::EndedBefore | Fate::EndsNow) {
            count(incident, fate, &mut counts);
        }
    });
    counts.into_values().collect()
}

/// How an incident of earlier runs stands in this one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// An earlier run found the device well again.
    EndedBefore,
    /// This run does.
    EndsNow,
    /// The problem is still there.
    GoesOn,
    /// Neither: the device has another problem.
    Unknown,
}

/// Every incident, but for those that the history has counted.
fn each_incident<'a>(
    pairs: impl Iterator<Item = Pair<'a>>,
    run_days: &RunDays<'_>,
    mut take: impl FnMut(&Incident<'a>, Fate),
) {
    let counted = run_days.history.ended.is_some();
    let incidents = incidents();
    for (past, device) in pairs.filter(|(past, _)| !past.findings.is_empty()) {
        for codes in &incidents {
            let all = Incident::all(past, codes, run_days);
            let last = all.len().saturating_sub(1);
            for (place, incident) in all.iter().enumerate() {
                let ended = place < last || incident.has_ended(past, run_days);
                match ended {
                    true if counted => {}
                    true => take(incident, Fate::EndedBefore),
                    false => take(incident, fate(device, codes)),
                }
            }
        }
    }
}

/// Of an incident that no earlier run found ended.
fn fate(device: &Device, codes: &[Code]) -> Fate {
    let mut findings = device.findings.iter();
    if findings.any(|finding| codes.contains(&finding.code)) {
        Fate::GoesOn
    } else if is_well(device.status) {
        Fate::EndsNow
    } else {
        Fate::Unknown
    }
}

fn count(incident: &Incident<'_>, fate: Fate, counts: &mut BTreeMap<FixId, FixOutcome>) {
    let fixes: BTreeSet<FixId> = incident.rows.iter().map(|row| row.fix).collect();
    let last = incident.rows.last().map(|row| row.fix);
    let has_ended = matches!(fate, Fate::EndedBefore | Fate::EndsNow);
    for fix in fixes {
        let outcome = counts.entry(fix).or_insert_with(|| none_yet(fix));
        outcome.shown += 1;
        outcome.recovered += u64::from(has_ended && last == Some(fix));
        outcome.open += u64::from(fate == Fate::GoesOn && last == Some(fix));
    }
}

fn none_yet(fix: FixId) -> FixOutcome {
    FixOutcome {
        fix,
        shown: 0,
        recovered: 0,
        open: 0,
    }
}
