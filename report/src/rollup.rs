//! From judged devices to the whole: order, counts, and the questions that an exit code asks.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::problem::{Level, Problem};

use crate::results::{Code, Device, FixId, Results, Severity, Status, Summary};

impl Status {
    /// Every status, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Protected,
        Self::Aging,
        Self::Stale,
        Self::Failed,
        Self::Never,
        Self::Unknown,
    ];

    /// Its name in files: "protected".
    pub fn id(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Aging => "aging",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }

    /// Would data be lost tonight, or can nobody tell that it would not?
    pub fn is_at_risk(self) -> bool {
        !matches!(self, Self::Protected | Self::Aging)
    }

    /// Worst first. Never before failed: where something was tried, somebody once set it up.
    /// Unknown after stale: an old backup that is known to be old is worse news than none known.
    fn rank(self) -> u8 {
        match self {
            Self::Never => 0,
            Self::Failed => 1,
            Self::Stale => 2,
            Self::Unknown => 3,
            Self::Aging => 4,
            Self::Protected => 5,
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}

impl Device {
    /// Has somebody decided to live with its trouble? True when a waiver covers a finding that
    /// weighs (an error, or one that says that there is no backup to rely on), and no such finding
    /// is left uncovered.
    pub fn is_waived(&self) -> bool {
        let weighs = |code: Code, severity| {
            let bears = code.about().bears_on_status && severity >= Severity::Warning;
            bears || severity >= Severity::Error
        };
        let mut weighty = self.findings.iter().filter(|f| weighs(f.code, f.severity));
        let mut any = false;
        weighty.all(|finding| {
            any = true;
            finding.waived.is_some()
        }) && any
    }

    /// Would data of this device be lost tonight, for all that is known, and does it matter?
    pub fn is_at_risk(&self) -> bool {
        self.status.is_at_risk() && !self.listed_apart && !self.is_waived()
    }
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
    pub fn in_fleet(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| !device.listed_apart)
    }

    /// Is evidence missing that should have been readable?
    pub fn is_incomplete(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.level == Level::Incomplete)
    }

    /// Was there nothing at all: no device, and no document that speaks of one?
    pub fn found_nothing(&self) -> bool {
        self.devices.is_empty() && self.unmatched.is_empty()
    }
}

/// The order of devices: those listed apart last; then by the worst finding that no waiver covers;
/// then by status (never, failed, stale, unknown, aging, protected); then the older backup first;
/// then by serial number, UDID and everything else, so that no two runs differ.
pub(crate) fn worst_first(a: &Device, b: &Device) -> Ordering {
    key(a)
        .cmp(&key(b))
        .then_with(|| in_full(a).cmp(&in_full(b)))
}

fn key(device: &Device) -> impl Ord + '_ {
    (
        device.listed_apart,
        Reverse(device.severity),
        device.status.rank(),
        device.last_good_backup.as_ref().map(|good| good.date),
        device.serial_number.is_none(),
        device.serial_number.as_deref(),
        device.udid.as_deref(),
    )
}

fn in_full(device: &Device) -> String {
    serde_json::to_string(device).unwrap_or_default()
}

/// All problems, each once, in the order of their paths.
pub(crate) fn problems<'a>(all: impl Iterator<Item = &'a Problem>) -> Vec<Problem> {
    let sorted: BTreeSet<&Problem> = all.collect();
    sorted.into_iter().cloned().collect()
}

/// The counts.
pub(crate) fn summary(devices: &[Device], problems: &[Problem]) -> Summary {
    let of = |test: fn(&Device) -> bool| devices.iter().filter(|d| test(d)).count() as u64;
    Summary {
        devices: devices.len() as u64,
        at_risk: of(Device::is_at_risk),
        listed_apart: of(|device| device.listed_apart),
        waived: of(Device::is_waived),
        status: by_status(devices),
        severity: by_severity(devices),
        findings: by_finding(devices),
        fixes: by_fix(devices),
        backups: devices
            .iter()
            .map(|device| device.backups.len() as u64)
            .sum(),
        problems: by_level(problems),
    }
}

fn by_status(devices: &[Device]) -> BTreeMap<Status, u64> {
    let mut counts: BTreeMap<_, _> = Status::ALL.map(|status| (status, 0)).into();
    for device in devices {
        *counts.entry(device.status).or_default() += 1;
    }
    counts
}

fn by_severity(devices: &[Device]) -> BTreeMap<String, u64> {
    let word = |severity: Option<Severity>| severity.map_or("none", Severity::id).to_owned();
    let all = std::iter::once(None).chain(Severity::ALL.map(Some));
    let mut counts: BTreeMap<String, u64> = all.map(|severity| (word(severity), 0)).collect();
    for device in devices {
        *counts.entry(word(device.severity)).or_default() += 1;
    }
    counts
}

fn by_finding(devices: &[Device]) -> BTreeMap<Code, u64> {
    let mut counts = BTreeMap::new();
    for finding in devices.iter().flat_map(|device| &device.findings) {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}

fn by_fix(devices: &[Device]) -> BTreeMap<FixId, u64> {
    let mut counts = BTreeMap::new();
    for finding in devices.iter().filter_map(|device| device.findings.first()) {
        *counts.entry(finding.likely_fix.id).or_default() += 1;
    }
    counts
}

fn by_level(problems: &[Problem]) -> BTreeMap<String, u64> {
    let of = |level| problems.iter().filter(|p| p.level == level).count() as u64;
    BTreeMap::from([
        ("note".to_owned(), of(Level::Note)),
        ("incomplete".to_owned(), of(Level::Incomplete)),
    ])
}
