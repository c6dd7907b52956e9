//! One judged run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fleetback_scanner::model::path_text;
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Change, Code, FixId, Severity, Status};
use super::device::Device;
use super::finding::Finding;
use super::fix::FixText;
use super::pattern::Pattern;
use super::policy::PolicyUsed;
use super::source::{EvidenceSource, SourceId};

/// The version of this shape; raised only when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 2;

/// One judged run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the program that wrote it.
    pub tool_version: String,
    /// Name of the run, given by the command line.
    pub run_id: String,
    /// The run's `now`.
    pub scanned_at: Timestamp,
    /// The computer that scanned.
    pub scan_host: String,
    /// The policy that judged.
    pub policy: PolicyUsed,
    /// Counts over `devices`, `problems`.
    pub summary: Summary,
    /// What there is to say of every fix that is named below.
    #[serde(default)]
    pub fixes: BTreeMap<FixId, FixText>,
    /// Every cause that is named below, in one plain sentence. The part of an id before its dot is the
    /// rule of docs/findings.md.
    #[serde(default)]
    pub causes: BTreeMap<String, String>,
    /// Why the evidence points to a cause, by the id of the cause: for its findings that do not say it
    /// themselves.
    #[serde(default)]
    pub reasons: BTreeMap<String, String>,
    /// What facts were read from, each once.
    #[serde(default)]
    pub sources: Vec<EvidenceSource>,
    /// Every device, worst first.
    pub devices: Vec<Device>,
    /// Everything that could not be used, each once; those of single backups are here too.
    pub problems: Vec<Problem>,
    /// Evidence that could not be matched to a device (User Enrollment).
    pub unmatched: Vec<Unmatched>,
    /// The computers whose disks were read.
    pub hosts: Vec<Host>,
    /// The roots as given, with the number of backups found below each.
    pub roots: Vec<Root>,
    /// The exports of an MDM as they were named, and what they told of.
    #[serde(default)]
    pub exports: Vec<ExportUsed>,
    /// Every waiver of the policy, used or not.
    pub waivers: Vec<WaiverUse>,
    /// One cause behind many devices, the strongest first.
    #[serde(default)]
    pub patterns: Vec<Pattern>,
    /// What earlier runs add; `None` for a run without a history.
    #[serde(default)]
    pub history: Option<RunHistory>,
}

/// What earlier runs add to the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Past")]
pub struct RunHistory {
    /// Known earlier runs.
    pub runs: u64,
    /// The oldest of them; `None` when this is the first run.
    pub first_run: Option<Timestamp>,
    /// The run that `change` is counted from; `None` when there was none.
    pub compared_with: Option<ComparedRun>,
    /// Devices of the fleet by their change; empty without a run to compare with.
    pub changes: BTreeMap<Change, u64>,
    /// Devices that the compared run saw and this one did not.
    pub gone: Vec<MissingDevice>,
    /// Days of the strip, since the first run, on which fleetback did not run.
    pub nights_missed: u64,
    /// The nights before this one that the strip of a device reaches back to, oldest first: the last run of
    /// each day. A day without a run is not listed.
    #[serde(default)]
    pub nights: Vec<PastNight>,
    /// What became of the fixes that were shown.
    pub fixes: Vec<FixOutcome>,
}

/// An earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedRun {
    /// Its name.
    pub run_id: String,
    /// Its `now`.
    pub scanned_at: Timestamp,
    /// How many devices could be lost then, as that run said; `None` where the history does not know.
    #[serde(default)]
    pub could_be_lost: Option<u64>,
}

/// The last run of an earlier day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastNight {
    /// Its `now`.
    pub scanned_at: Timestamp,
    /// Could it read everything?
    pub complete: bool,
    /// What it counted; `None` where the history does not know.
    pub counts: Option<RunCounts>,
}

/// The sum below the headline, as a run said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunCounts {
    /// Devices that could be lost.
    pub could_be_lost: u64,
    /// Devices without a good backup whose risk was accepted.
    pub waived: u64,
    /// Devices of the fleet that were protected.
    pub protected: u64,
    /// Devices of the fleet whose backup was growing old.
    pub aging: u64,
    /// Devices that were listed apart.
    pub listed_apart: u64,
}

/// A device that is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Gone")]
pub struct MissingDevice {
    /// Serial number.
    pub serial_number: Option<String>,
    /// UDID.
    pub udid: Option<String>,
    /// The first 14 digits of the IMEI, or the MEID.
    pub imei: Option<String>,
    /// What it was.
    pub status: Status,
    /// The worst of its findings that no waiver covered.
    pub severity: Option<Severity>,
    /// Could it be lost then?
    #[serde(default)]
    pub could_be_lost: bool,
}

/// How often a fix was shown, and how often a good backup followed. That it followed is no proof
/// that the fix was what helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixOutcome {
    /// The fix.
    pub fix: FixId,
    /// Incidents in which it was shown.
    pub shown: u64,
    /// Incidents that ended while it was the last fix shown.
    pub recovered: u64,
    /// Incidents in which it is shown now.
    pub open: u64,
}

/// Counts. Every key of an enumeration is present, also with 0. From `without_good_backup` on they
/// speak of the devices of the fleet alone (`listed`), but for `backups` and `problems`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Devices in all, those listed apart included.
    pub devices: u64,
    /// Devices listed apart: known from old backups only, although there is an inventory, or no longer in
    /// the MDM.
    pub listed_apart: u64,
    /// Of these, the devices that have left the MDM.
    pub left_mdm: u64,
    /// Devices with a status other than `protected` or `aging`.
    pub without_good_backup: u64,
    /// Of these, the devices whose risk is accepted, see [`Device::is_waived`].
    pub waived: u64,
    /// The others: devices with `could_be_lost`.
    pub at_risk: u64,
    /// By status.
    pub status: BTreeMap<Status, u64>,
    /// By severity; `none` for devices with no finding.
    pub severity: BTreeMap<String, u64>,
    /// By finding code: devices that have it. Only codes that occur.
    pub findings: BTreeMap<Code, u64>,
    /// Devices that need attention, each once, by the likely fix of its first finding that no waiver
    /// covers. Only fixes that occur.
    pub fixes: BTreeMap<FixId, u64>,
    /// Local backups.
    pub backups: u64,
    /// Problems by level: `note`, `incomplete`.
    pub problems: BTreeMap<String, u64>,
}

impl Summary {
    /// The devices that the verdict speaks of: all but those listed apart.
    pub fn devices_counted(&self) -> u64 {
        self.devices.saturating_sub(self.listed_apart)
    }

    /// What a history keeps of them.
    pub fn run_counts(&self) -> RunCounts {
        let of = |status| self.status.get(&status).copied().unwrap_or(0);
        RunCounts {
            could_be_lost: self.at_risk,
            waived: self.waived,
            protected: of(Status::Protected),
            aging: of(Status::Aging),
            listed_apart: self.listed_apart,
        }
    }
}

/// A waiver of the policy and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverUse {
    /// Serial number or UDID it names; `None` for the waiver of a group.
    pub device: Option<String>,
    /// The group of the policy whose devices it is for.
    #[serde(default)]
    pub group: Option<String>,
    /// Devices of this fleet that it names; `None` in results of before they were counted.
    #[serde(default)]
    pub devices: Option<u64>,
    /// The code it covers; `None` for all.
    pub code: Option<Code>,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub until: Option<String>,
    /// `used`, `unused`, `expired`.
    pub state: String,
    /// Does it end within `waiver_warning_days` of the policy?
    #[serde(default)]
    pub expiring: bool,
}

/// A computer whose disk was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Local backups on it.
    pub backups: u64,
    /// Free bytes on the volume.
    pub disk_free: Option<u64>,
    /// Bytes of the volume.
    pub disk_total: Option<u64>,
}

/// An export of an MDM that was named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExportUsed {
    /// As given.
    #[serde(serialize_with = "path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// Records and messages in it that name an iPhone or iPad.
    pub devices: u64,
    /// When the newest of them was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
}

/// A root that was scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Root {
    /// As given.
    #[serde(serialize_with = "path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// Backups found below it.
    pub backups: u64,
}

/// Evidence that could not be matched to a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unmatched {
    /// Why.
    pub reason: String,
    /// The document.
    pub source: String,
}

impl Results {
    /// The worst finding of any device that no waiver covers: what `--fail-on` is held against.
    pub fn worst_unwaived(&self) -> Option<Severity> {
        self.devices
            .iter()
            .filter_map(|device| device.severity)
            .max()
    }

    /// The devices that the verdict speaks of: all but those listed apart.
    pub(crate) fn in_fleet(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| !device.listed_apart())
    }

    /// The sentence of a cause; the id itself where the table does not name it.
    pub fn cause<'a>(&'a self, id: &'a str) -> &'a str {
        self.causes.get(id).map_or(id, String::as_str)
    }

    /// Why a finding has its cause and its fix.
    pub fn why<'a>(&'a self, finding: &'a Finding) -> &'a str {
        let own = finding.why.as_deref();
        let shared = || self.reasons.get(&finding.cause).map(String::as_str);
        let evident = || finding.evidence.first().map(|fact| fact.text.as_str());
        own.or_else(shared).or_else(evident).unwrap_or_default()
    }

    /// A source by its place.
    pub fn source(&self, place: SourceId) -> Option<&EvidenceSource> {
        self.sources.get(place.0 as usize)
    }

    /// "/srv/mdm/a.plist (DeviceInformation answer), LastCloudBackupDate".
    pub fn origin(&self, place: SourceId, key: Option<&str>) -> String {
        let source = self.source(place).map(ToString::to_string);
        let parts = source.into_iter().chain(key.map(str::to_owned));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Is evidence missing that should have been readable?
    pub fn is_incomplete(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.level == Level::Incomplete)
    }

    /// Was there nothing at all: no device, and no document that speaks of one?
    pub fn found_nothing(&self) -> bool {
        self.devices.is_empty() && self.unmatched.is_empty()
    }
}
