//! What earlier runs found, as plain data. Nothing here is read from anywhere: `cli` fills it from
//! its store.
//!
//! What a newcomer would get wrong: a run that did not happen is not a night without a backup. The
//! runs are listed by themselves, and a device is absent from a run unless a state of it spans the
//! run.

use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::identity::{Ecid, Identity, Udid};
use jiff::Timestamp;

use crate::finding::Severity;
use crate::results::Status;

/// The earlier runs over the same inputs, and what they found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Every run before this one, oldest first.
    pub runs: Vec<PastRun>,
    /// Every device that any of them saw.
    pub devices: Vec<PastDevice>,
}

/// A run that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// Its `now`.
    pub at: Timestamp,
    /// Its name.
    pub run_id: String,
}

/// A device as earlier runs saw it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastDevice {
    /// The numbers that it is known by.
    pub numbers: Numbers,
    /// What it was, oldest first; they do not overlap.
    pub states: Vec<PastState>,
    /// The iCloud backups that were told of it, oldest first.
    pub icloud: Vec<PastIcloud>,
}

/// An iCloud backup as every run from `since` to `until` was told of it: the newest one then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastIcloud {
    /// When it was made.
    pub date: Timestamp,
    /// The first run that was told of it.
    pub since: Timestamp,
    /// The last run that was told of it.
    pub until: Timestamp,
}

/// The numbers that tell one device from another, in the spelling of [`Identity`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbers {
    /// UDID.
    pub udid: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// The first 14 digits of the first IMEI, or the MEID.
    pub phone: Option<String>,
    /// Exclusive chip id.
    pub ecid: Option<String>,
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
}

impl Numbers {
    /// The numbers of a device of this run.
    pub fn of(identity: &Identity) -> Self {
        let ecid = identity.ecid;
        let ecid = ecid.or_else(|| identity.udid.as_ref().and_then(Udid::ecid));
        let imei = identity.imeis.first().map(|imei| imei.body().to_owned());
        Self {
            udid: identity.udid.as_ref().map(ToString::to_string),
            serial: identity.serial.as_ref().map(ToString::to_string),
            phone: imei.or_else(|| identity.meid.as_ref().map(ToString::to_string)),
            ecid: ecid.as_ref().map(Ecid::to_string),
        }
    }

    /// The numbers, the strongest first.
    fn strongest_first(&self) -> [Option<&str>; 4] {
        [&self.udid, &self.serial, &self.phone, &self.ecid].map(|number| number.as_deref())
    }

    /// Do two devices differ by a number stronger than this one? A repaired phone keeps its serial
    /// number and not always its UDID.
    fn kept_apart_above(&self, other: &Self, kind: usize) -> bool {
        let pairs = self
            .strongest_first()
            .into_iter()
            .zip(other.strongest_first());
        pairs
            .take(kind)
            .any(|pair| matches!(pair, (Some(a), Some(b)) if a != b))
    }
}

impl History {
    /// The newest run.
    pub fn last_run(&self) -> Option<&PastRun> {
        self.runs.last()
    }

    /// For each of these devices the one that earlier runs knew, by the strongest number that both
    /// have; no two get the same.
    pub fn matched(&self, devices: &[Numbers]) -> Vec<Option<&PastDevice>> {
        let mut found: Vec<Option<usize>> = vec![None; devices.len()];
        let mut taken = BTreeSet::new();
        for kind in 0..devices.first().map_or(0, |d| d.strongest_first().len()) {
            let known = self.by_number(kind);
            for (numbers, place) in devices.iter().zip(&mut found) {
                let number = numbers.strongest_first()[kind].filter(|_| place.is_none());
                let past = number.and_then(|number| known.get(number).copied());
                *place = past
                    .filter(|past| {
                        !numbers.kept_apart_above(&self.devices[*past].numbers, kind)
                            && taken.insert(*past)
                    })
                    .or(*place);
            }
        }
        let device = |place: Option<usize>| place.map(|index| &self.devices[index]);
        found.into_iter().map(device).collect()
    }

    fn by_number(&self, kind: usize) -> BTreeMap<&str, usize> {
        let numbers = self.devices.iter().enumerate();
        numbers
            .filter_map(|(index, device)| Some((device.numbers.strongest_first()[kind]?, index)))
            .collect()
    }
}

impl PastDevice {
    /// The newest iCloud backup that the run at this instant was told of.
    pub fn icloud_at(&self, run: Timestamp) -> Option<Timestamp> {
        let spans = |told: &&PastIcloud| told.since <= run && run <= told.until;
        self.icloud.iter().rev().find(spans).map(|told| told.date)
    }

    /// What it was in the run at this instant; `None` when that run did not see it.
    pub fn state_at(&self, run: Timestamp) -> Option<PastState> {
        let spans = |state: &&PastState| state.since <= run && run <= state.until;
        self.states.iter().rev().find(spans).copied()
    }
}
