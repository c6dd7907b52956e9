//! An incident: consecutive run days on which a device had the same problem
//! and did not recover.
//!
//! "Aging", "too old", "never" and "unknown" are one incident in several words. A day
//! without a run, or on which nothing could be read, ends no incident; a day on which the device
//! was well does.

use jiff::Timestamp;

use super::past_runs::{PastDevice, PastFinding};
use super::run_days::RunDays;
use crate::results::{Code, FixId, Status};

/// The codes of one incident with the age of the backups.
const AGE: &[Code] = &[
    Code::BackupNever,
    Code::BackupStale,
    Code::BackupUnknown,
    Code::BackupAging,
];

/// Findings whose fix changes when it does not help: those that say that no backup is made. Of the
/// others the one fix stays (a backup that is not encrypted must be encrypted, in every run).
const ESCALATES: &[Code] = &[
    Code::BackupNever,
    Code::BackupStale,
    Code::BackupUnknown,
    Code::BackupAging,
    Code::BackupGone,
    Code::LocalNotDownloaded,
    Code::LocalFilesMissing,
    Code::LocalDamaged,
    Code::LocalPartial,
    Code::LocalUnfinished,
    Code::LocalPlaceholder,
    Code::LocalAttemptFailed,
    Code::IcloudAttemptsFailing,
    Code::IcloudExpiring,
];

/// Is it a finding whose fix changes when it does not help?
pub(crate) fn escalates(code: Code) -> bool {
    ESCALATES.contains(&code)
}

/// The codes that mean the same incident as this one; the first of them names it.
pub(crate) fn incident_codes(code: Code) -> &'static [Code] {
    if AGE.contains(&code) {
        return AGE;
    }
    let place = Code::ALL.iter().position(|other| *other == code);
    place.map_or(&[], |place| std::slice::from_ref(&ALL[place]))
}

/// Where `incident_codes` points into.
static ALL: [Code; Code::ALL.len()] = Code::ALL;

/// One incident of a device: what was shown, oldest first; never empty.
pub(crate) struct Incident<'a> {
    pub(crate) rows: Vec<&'a PastFinding>,
}

/// A fix and the run days on which it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) fix: FixId,
    pub(crate) since: Timestamp,
    /// Before today.
    pub(crate) nights: u64,
}

impl<'a> Incident<'a> {
    /// Every incident of a device with these codes, oldest first.
    pub(crate) fn all(past: &'a PastDevice, codes: &[Code], run_days: &RunDays<'_>) -> Vec<Self> {
        let mut incidents: Vec<Self> = Vec::new();
        for row in past.findings.iter().filter(|row| codes.contains(&row.code)) {
            match incidents.last_mut() {
                Some(last) if !was_well_between(past, last.until(), row.since, run_days) => {
                    last.rows.push(row);
                }
                _ => incidents.push(Self { rows: vec![row] }),
            }
        }
        incidents
    }

    /// The incident that the device was still in when the last run saw it.
    pub(crate) fn open(
        past: &'a PastDevice,
        code: Code,
        run_days: &RunDays<'_>,
        now: Timestamp,
    ) -> Option<Self> {
        let last = Self::all(past, incident_codes(code), run_days).pop()?;
        (!was_well_between(past, last.until(), now, run_days)).then_some(last)
    }

    /// Had an earlier run found the device well again after it?
    pub(crate) fn has_ended(&self, past: &PastDevice, run_days: &RunDays<'_>) -> bool {
        was_well_between(past, self.until(), Timestamp::MAX, run_days)
    }

    /// Its first run.
    pub(crate) fn since(&self) -> Timestamp {
        self.rows[0].since
    }

    /// The last run that showed it.
    pub(crate) fn until(&self) -> Timestamp {
        self.rows[self.rows.len() - 1].until
    }

    /// Run days before today on which it was seen.
    pub(crate) fn nights(&self, run_days: &RunDays<'_>) -> u64 {
        let seen = |run| {
            self.rows
                .iter()
                .any(|row| row.since <= run && run <= row.until)
        };
        run_days.count(self.since(), self.until(), seen)
    }

    /// The fixes that were shown since the evidence last named a new cause directly.
    pub(crate) fn shown(&self, run_days: &RunDays<'_>) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            if row.certain && !knew(&self.rows[..index], &row.rule) {
                shown.clear();
            }
            let count = run_days.count(row.since, row.until, |_| true);
            match shown.last_mut() {
                Some(last) if last.fix == row.fix => last.nights += count,
                _ => shown.push(Shown {
                    fix: row.fix,
                    since: row.since,
                    nights: count,
                }),
            }
        }
        shown
    }

    /// Would this rule be new to it?
    pub(crate) fn has_not_seen(&self, rule: &str) -> bool {
        !knew(&self.rows, rule)
    }
}

fn knew(rows: &[&PastFinding], rule: &str) -> bool {
    rows.iter().any(|row| row.rule == rule)
}

/// Did a run between these two find the device with a good backup in date?
fn was_well_between(
    past: &PastDevice,
    after: Timestamp,
    before: Timestamp,
    run_days: &RunDays<'_>,
) -> bool {
    let mut runs = run_days.runs_between(after, before);
    runs.any(|run| {
        past.state_at(run)
            .is_some_and(|state| is_well(state.status))
    })
}

/// Is there a good backup in date?
pub(crate) fn is_well(status: Status) -> bool {
    matches!(status, Status::Protected | Status::Aging)
}
