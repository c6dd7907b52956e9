//! Which incidents have ended, and which fix was shown last: so that a fleet learns what helps.
//!
//! A recovery after a fix is no proof that the fix was made, or was what helped; the words of the
//! report say so.

use std::collections::{BTreeMap, BTreeSet};

use super::incident::{Incident, escalates, incident_codes, is_well};
use super::past_runs::PastDevice;
use super::run_days::RunDays;
use crate::results::{Code, Device, Finding, FixId, FixOutcome, Recovered, Status};

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

/// What became of the fixes that were shown, over all known incidents.
pub(crate) fn outcomes<'a>(
    devices: impl Iterator<Item = (&'a PastDevice, Option<&'a Device>)>,
    run_days: &RunDays<'_>,
) -> Vec<FixOutcome> {
    let mut counts: BTreeMap<FixId, FixOutcome> = BTreeMap::new();
    for (past, device) in devices {
        for codes in incidents() {
            count(past, device, codes, run_days, &mut counts);
        }
    }
    counts.into_values().collect()
}

fn count(
    past: &PastDevice,
    device: Option<&Device>,
    codes: &[Code],
    run_days: &RunDays<'_>,
    counts: &mut BTreeMap<FixId, FixOutcome>,
) {
    let all = Incident::all(past, codes, run_days);
    let still = |device: &Device| {
        device
            .findings
            .iter()
            .any(|finding| codes.contains(&finding.code))
    };
    let ended_now = device.is_some_and(|device| is_well(device.status) && !still(device));
    for (index, incident) in all.iter().enumerate() {
        let is_last = index + 1 == all.len();
        let ended = !is_last || ended_now;
        let open = is_last && device.is_some_and(still);
        let fixes: BTreeSet<FixId> = incident.rows.iter().map(|row| row.fix).collect();
        let last = incident.rows.last().map(|row| row.fix);
        for fix in fixes {
            let outcome = counts.entry(fix).or_insert_with(|| none_yet(fix));
            outcome.shown += 1;
            outcome.recovered += u64::from(ended && last == Some(fix));
            outcome.open += u64::from(open && last == Some(fix));
        }
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
