//! What earlier runs found, as plain data. Nothing here is read from anywhere: `cli` fills it from
//! its store.
//!
//! A run that did not happen is not a day without a backup. The
//! runs are listed by themselves, and a device is absent from a run unless a state of it spans the
//! run.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::match_devices::{DeviceIds, match_devices};
use crate::results::{
    Code, FixId, FixOutcome, Results, RunCounts, Severity, Standing, Status, fails,
};

/// The earlier runs of one computer over the same roots, and what they found.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Whose calendar days count.
    pub zone: TimeZone,
    /// The instant that `change` is counted from: the newest run at or before it is compared with.
    /// `None` compares with the last run.
    pub since: Option<Timestamp>,
    /// Every run before this one, oldest first.
    pub runs: Vec<PastRun>,
    /// Every device that any of them saw. What ended long ago may be left out, but for incidents that go on.
    pub devices: Vec<PastDevice>,
    /// What became of the fixes of incidents that an earlier run found ended; `None` where that is told from
    /// `devices`, of which nothing is left out then.
    pub ended: Option<Vec<FixOutcome>>,
}

/// A run that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// Its `now`.
    pub at: Timestamp,
    /// Its name.
    pub run_id: String,
    /// Could it read everything?
    pub complete: bool,
    /// What it counted; `None` for a run of a version that did not keep it.
    pub counts: Option<RunCounts>,
}

/// A device as earlier runs saw it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastDevice {
    /// The ids that it is known by.
    pub ids: DeviceIds,
    /// What it was, oldest first; they do not overlap.
    pub states: Vec<PastState>,
    /// What was wrong with it, oldest first; of one code no two overlap.
    pub findings: Vec<PastFinding>,
    /// The sizes of its complete local backups, oldest first.
    pub sizes: Vec<PastSize>,
    /// The iCloud backups that were reported of it, oldest first.
    pub icloud: Vec<PastIcloud>,
    /// The folders of its good local backups.
    pub folders: Vec<PastFolder>,
    /// The fixes that a person recorded as done, oldest first.
    pub done: Vec<DoneFix>,
}

/// A fix that a person recorded as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoneFix {
    /// The day, where the person was.
    pub on: Date,
    /// What was done.
    pub fix: FixId,
}

/// A folder with a good local backup, as the last run that saw it found it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastFolder {
    /// The folder.
    pub path: PathBuf,
    /// The computer it lay on.
    pub host: String,
    /// When the backup in it was completed.
    pub completed_at: Timestamp,
    /// The first run that saw it.
    pub since: Timestamp,
    /// The last run that saw it.
    pub until: Timestamp,
    /// The first run that searched the place and did not find it; `None` where no earlier run missed it.
    pub missed_since: Option<Timestamp>,
}

/// The newest iCloud backup that every run from `since` to `until` knew of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastIcloud {
    /// When it was made.
    pub date: Timestamp,
    /// The first run that knew of it.
    pub since: Timestamp,
    /// The last run that knew of it.
    pub until: Timestamp,
}

/// What a device was in every run from `since` to `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastState {
    /// The first run that found it so.
    pub since: Timestamp,
    /// The last run that found it so.
    pub until: Timestamp,
    /// The one word.
    pub status: Status,
    /// The worst of the findings that no waiver covered.
    pub severity: Option<Severity>,
    /// Was it among those that could be lost? `None` for a run of a version that did not keep it.
    pub could_be_lost: Option<bool>,
}

/// A finding as every run from `since` to `until` showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastFinding {
    /// The code.
    pub code: Code,
    /// How bad it was.
    pub severity: Severity,
    /// Did a waiver cover it?
    pub waived: bool,
    /// The rule of docs/findings.md that gave the cause: "C3".
    pub rule: String,
    /// Was the cause named by direct evidence?
    pub certain: bool,
    /// The fix that was shown.
    pub fix: FixId,
    /// The first run that showed it so.
    pub since: Timestamp,
    /// The last run that showed it so.
    pub until: Timestamp,
}

/// How large a complete local backup was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastSize {
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Its payload.
    pub bytes: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            since: None,
            runs: Vec::new(),
            devices: Vec::new(),
            ended: None,
        }
    }
}

impl History {
    /// The run that `change` is counted from; `None` when there was none.
    pub fn compared(&self) -> Option<&PastRun> {
        let not_later = |run: &&PastRun| self.since.is_none_or(|since| run.at <= since);
        self.runs.iter().rev().find(not_later)
    }

    /// The same history as it was before an instant: later runs and what they found are left out.
    #[must_use]
    pub fn before(mut self, now: Timestamp) -> Self {
        self.runs.retain(|run| run.at < now);
        let Some(last) = self.runs.last().map(|run| run.at) else {
            return Self {
                devices: Vec::new(),
                ..self
            };
        };
        for device in &mut self.devices {
            device.states.retain(|state| state.since <= last);
            device.findings.retain(|finding| finding.since <= last);
            device.sizes.retain(|size| size.completed_at < now);
            device.icloud.retain(|row| row.since <= last);
            device.folders.retain(|folder| folder.since <= last);
            device.end_by(last);
        }
        self.devices.retain(|device| !device.states.is_empty());
        self
    }

    /// For each of these devices the one that earlier runs knew, by the strongest id that both
    /// have; no two get the same.
    pub fn matched(&self, devices: &[DeviceIds]) -> Vec<Option<&PastDevice>> {
        let existing: Vec<&DeviceIds> = self.devices.iter().map(|device| &device.ids).collect();
        match_devices(&existing, devices)
            .into_iter()
            .map(|place| self.devices.get(place?))
            .collect()
    }

    /// The same for the devices of results.
    pub(crate) fn matched_devices(&self, results: &Results) -> Vec<Option<&PastDevice>> {
        let ids = results.devices.iter().map(DeviceIds::from_results);
        self.matched(&ids.collect::<Vec<_>>())
    }
}

impl PastState {
    /// How it stood. Where nothing was kept of what could be lost, a device without a good backup counts that
    /// failed: one that was waived or listed apart did not.
    pub(crate) fn standing(&self) -> Standing {
        let seems_lost = self.status.is_at_risk() && fails(self.severity);
        Standing {
            could_be_lost: self.could_be_lost.unwrap_or(seems_lost),
            status: self.status,
            severity: self.severity,
        }
    }
}

impl PastDevice {
    /// Cuts off what ends after a run.
    fn end_by(&mut self, last: Timestamp) {
        let states = self.states.iter_mut().map(|state| &mut state.until);
        let findings = self.findings.iter_mut().map(|finding| &mut finding.until);
        let icloud = self.icloud.iter_mut().map(|row| &mut row.until);
        for folder in &mut self.folders {
            folder.missed_since = folder.missed_since.filter(|missed| *missed <= last);
        }
        let folders = self.folders.iter_mut().map(|folder| &mut folder.until);
        for until in states.chain(findings).chain(icloud).chain(folders) {
            *until = last.min(*until);
        }
    }

    /// The newest iCloud backup that the run at this instant knew of.
    pub(crate) fn icloud_at(&self, run: Timestamp) -> Option<Timestamp> {
        let spans = |backup: &&PastIcloud| backup.since <= run && run <= backup.until;
        self.icloud
            .iter()
            .rev()
            .find(spans)
            .map(|backup| backup.date)
    }

    /// What it was in the run at this instant; `None` when that run did not see it.
    pub fn state_at(&self, run: Timestamp) -> Option<PastState> {
        self.state_by(run).filter(|state| run <= state.until)
    }

    /// What the newest run at or before this instant that saw it found it to be.
    pub(crate) fn state_by(&self, run: Timestamp) -> Option<PastState> {
        let later = self.states.partition_point(|state| state.since <= run);
        self.states[..later].last().copied()
    }
}
