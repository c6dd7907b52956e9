//! Two reports side by side: which devices fail that did not, which are well again, and which are in one
//! of them only.
//!
//! A device that is in the new report and was not in the old one is
//! no change for the worse by itself, and one that is gone is: the state of its data is no longer known
//! are. And what an incomplete run did not see may only not have been read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::match_devices::{DeviceIds, match_devices};
use crate::results::{
    Change, Code, Device, DeviceRef, FixId, GoodBackup, Results, Severity, Status, fails,
};

/// What `fleetback diff --json` writes. Fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that compared.
    pub tool_version: String,
    /// The report that is compared with.
    pub old: Side,
    /// The report that is compared.
    pub new: Side,
    /// What should be known before the rest is believed, one sentence each.
    pub notes: Vec<String>,
    /// How many devices of each change; every device of either report is counted once.
    pub changes: BTreeMap<DiffKind, u64>,
    /// The devices that are not what they were, the worst change first.
    pub devices: Vec<DeviceDiff>,
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Name of its run.
    pub run_id: String,
    /// Its `now`.
    pub scanned_at: Timestamp,
    /// The computer that scanned.
    pub scan_host: String,
    /// Devices in it.
    pub devices: u64,
    /// Of these, the devices that could be lost.
    #[serde(default)]
    pub at_risk: u64,
    /// Could it read everything?
    pub complete: bool,
}

/// What became of a device, in the order in which it is shown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DiffKind {
    /// It could be lost, or fails, and did not then, or was not there then.
    New,
    /// It stands worse: by what could be lost, by severity, by status.
    Worse,
    /// It is in the old report only.
    Gone,
    /// It stands better.
    Better,
    /// It could be lost or failed then, and neither holds now.
    Fixed,
    /// It was not there then, and neither could be lost nor fails.
    Appeared,
    /// Nothing of this has changed; its findings may differ.
    Same,
}

// A type of its own: results never say gone, for a device that is gone is not in them.
impl From<Change> for DiffKind {
    fn from(change: Change) -> Self {
        match change {
            Change::New => Self::New,
            Change::Worse => Self::Worse,
            Change::Better => Self::Better,
            Change::Fixed => Self::Fixed,
            Change::Appeared => Self::Appeared,
            Change::Same => Self::Same,
        }
    }
}

/// A device that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceDiff {
    /// What became of it.
    pub change: DiffKind,
    /// Which it is, by the new report where it is in both.
    pub device: DeviceRef,
    /// What it was; `null` when it is not in the old report.
    pub then: Option<Stand>,
    /// What it is; `null` when it is not in the new report.
    pub now: Option<Stand>,
    /// Findings that it has and had not.
    pub came: Vec<Code>,
    /// Findings that it had and has no more.
    pub went: Vec<Code>,
}

/// How a device stands in one report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stand {
    /// Is it among those that could be lost?
    #[serde(default)]
    pub could_be_lost: bool,
    /// The one word.
    pub status: Status,
    /// The worst of the findings that no waiver covers.
    pub severity: Option<Severity>,
    /// The newest good backup.
    pub last_good_backup: Option<GoodBackup>,
    /// The likely fix of its worst finding.
    pub likely_fix: Option<FixId>,
    /// Why, of the same finding.
    pub why: Option<String>,
}

/// The version of [`Diff`].
const SCHEMA_VERSION: u32 = 1;

impl Diff {
    /// Compares.
    pub fn between(old: &Results, new: &Results, tool_version: &str) -> Self {
        let pairs = pairs(old, new);
        let mut changes = BTreeMap::new();
        let mut devices = Vec::new();
        for (then, now) in pairs {
            let device = DeviceDiff::between((old, then), (new, now));
            *changes.entry(device.change).or_default() += 1;
            if device.differs() {
                devices.push(device);
            }
        }
        devices.sort_by_cached_key(|device| (device.change, order(&device.device)));
        Self {
            schema_version: SCHEMA_VERSION,
            tool_version: tool_version.to_owned(),
            old: Side::of(old),
            new: Side::of(new),
            notes: notes(old, new),
            changes,
            devices,
        }
    }

    /// How many devices of a change.
    pub fn count(&self, kind: DiffKind) -> u64 {
        self.changes.get(&kind).copied().unwrap_or(0)
    }

    /// Is any device newly at risk or failing, failing worse, or no more to be seen?
    pub fn is_worse(&self) -> bool {
        self.devices.iter().any(DeviceDiff::alarms)
    }

    /// The devices that could be lost and could not, or were not there.
    pub fn newly_at_risk(&self) -> impl Iterator<Item = &DeviceDiff> {
        self.devices
            .iter()
            .filter(|device| lost(device.now.as_ref()) && !lost(device.then.as_ref()))
    }

    /// The devices that could be lost and are no more among these.
    pub fn no_more_at_risk(&self) -> impl Iterator<Item = &DeviceDiff> {
        self.devices
            .iter()
            .filter(|device| lost(device.then.as_ref()) && !lost(device.now.as_ref()))
    }

    /// Could one of the two runs not read everything?
    pub fn is_incomplete(&self) -> bool {
        !(self.old.complete && self.new.complete)
    }
}

impl Side {
    fn of(results: &Results) -> Self {
        Self {
            run_id: results.run_id.clone(),
            scanned_at: results.scanned_at,
            scan_host: results.scan_host.clone(),
            devices: results.devices.len() as u64,
            at_risk: results.summary.at_risk,
            complete: !results.is_incomplete(),
        }
    }
}

/// Every device of either report, with what it is in each.
fn pairs<'a>(old: &'a Results, new: &'a Results) -> Vec<(Option<&'a Device>, Option<&'a Device>)> {
    let old_ids: Vec<DeviceIds> = old.devices.iter().map(DeviceIds::from_results).collect();
    let old_ids: Vec<&DeviceIds> = old_ids.iter().collect();
    let new_ids: Vec<DeviceIds> = new.devices.iter().map(DeviceIds::from_results).collect();
    let places = match_devices(&old_ids, &new_ids);
    let matched: BTreeSet<usize> = places.iter().flatten().copied().collect();
    let here = places.iter().zip(&new.devices);
    let here = here.map(|(place, now)| (place.and_then(|at| old.devices.get(at)), Some(now)));
    let gone = old.devices.iter().enumerate();
    let gone = gone.filter(|(at, _)| !matched.contains(at));
    here.chain(gone.map(|(_, then)| (Some(then), None)))
        .collect()
}

fn lost(stand: Option<&Stand>) -> bool {
    stand.is_some_and(|stand| stand.could_be_lost)
}

/// A report, and the device in it.
type Standpoint<'a> = (&'a Results, Option<&'a Device>);

impl DeviceDiff {
    /// Is it a change that somebody should look at tonight?
    fn alarms(&self) -> bool {
        let severity = self.now.as_ref().and_then(|now| now.severity);
        match self.change {
            DiffKind::New | DiffKind::Gone => true,
            DiffKind::Worse => lost(self.now.as_ref()) || fails(severity),
            _ => false,
        }
    }

    fn between((old, then): Standpoint<'_>, (new, now): Standpoint<'_>) -> Self {
        let change = match now {
            Some(now) => Change::between(then.map(Device::standing), now.standing()).into(),
            None => DiffKind::Gone,
        };
        let (had, has) = (codes(then), codes(now));
        Self {
            change,
            device: now
                .or(then)
                .map_or_else(DeviceRef::default, DeviceRef::from),
            then: then.map(|device| Stand::of(old, device)),
            now: now.map(|device| Stand::of(new, device)),
            came: has.difference(&had).copied().collect(),
            went: had.difference(&has).copied().collect(),
        }
    }

    /// Is there anything to report? A newer backup of a device that stands as it did is none.
    fn differs(&self) -> bool {
        let status = |stand: &Option<Stand>| stand.as_ref().map(|stand| stand.status);
        self.change != DiffKind::Same
            || status(&self.then) != status(&self.now)
            || !self.came.is_empty()
            || !self.went.is_empty()
    }
}

impl Stand {
    fn of(results: &Results, device: &Device) -> Self {
        let worst = device
            .findings
            .iter()
            .find(|finding| finding.waived.is_none() && fails(Some(finding.severity)));
        Self {
            could_be_lost: device.could_be_lost,
            status: device.status,
            severity: device.severity,
            last_good_backup: device.last_good_backup.clone(),
            likely_fix: worst.and_then(|finding| finding.likely_fix),
            why: worst.map(|finding| results.why(finding).to_owned()),
        }
    }
}

fn codes(device: Option<&Device>) -> BTreeSet<Code> {
    let findings = device.into_iter().flat_map(|device| &device.findings);
    findings.map(|finding| finding.code).collect()
}

/// By name, then by number.
fn order(who: &DeviceRef) -> [Option<String>; 3] {
    [&who.device_name, &who.serial_number, &who.udid].map(Clone::clone)
}

/// Does something stand in the way of comparing the two, and what to say of it?
type Doubt = (fn(&Results, &Results) -> bool, &'static str);

const DOUBTS: [Doubt; 5] = [
    (
        |old, new| old.scanned_at > new.scanned_at,
        "The old report is younger than the new one: the two may stand in the wrong order.",
    ),
    (
        |old, new| old.run_id == new.run_id,
        "Both reports are of the same run.",
    ),
    (
        |old, new| old.scan_host != new.scan_host || roots(old) != roots(new),
        "The two runs read different places: a device may be new or gone only for that.",
    ),
    (
        |old, _| old.is_incomplete(),
        "The old run could not read everything: what is new may only not have been read then.",
    ),
    (
        |_, new| new.is_incomplete(),
        "The new run could not read everything: what is gone or fixed may only not have been read.",
    ),
];

fn notes(old: &Results, new: &Results) -> Vec<String> {
    let doubts = DOUBTS.iter().filter(|(applies, _)| applies(old, new));
    doubts.map(|(_, words)| (*words).to_owned()).collect()
}

fn roots(results: &Results) -> BTreeSet<&std::path::Path> {
    results
        .roots
        .iter()
        .map(|root| root.path.as_path())
        .collect()
}
