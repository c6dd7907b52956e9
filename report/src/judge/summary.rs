//! From judged devices to the whole: order, counts, and the problems of the run.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::problem::{Level, Problem};

use crate::results::{Code, Device, FixId, Listed, Severity, Status, Summary};
use crate::view::attention::deciding_finding;

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
        device.listed_apart(),
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
    let fleet: Vec<&Device> = devices.iter().filter(|d| !d.listed_apart()).collect();
    let exposed = fleet.iter().filter(|d| d.status.is_at_risk());
    Summary {
        devices: devices.len() as u64,
        listed_apart: of(Device::listed_apart),
        left_mdm: of(|device| device.listed == Listed::LeftMdm),
        without_good_backup: exposed.count() as u64,
        waived: of(Device::is_waived_at_risk),
        at_risk: of(|device| device.could_be_lost),
        status: by_status(&fleet),
        severity: by_severity(&fleet),
        findings: by_finding(&fleet),
        fixes: by_fix(&fleet),
        backups: devices
            .iter()
            .map(|device| device.backups.len() as u64)
            .sum(),
        problems: by_level(problems),
    }
}

fn by_status(devices: &[&Device]) -> BTreeMap<Status, u64> {
    let mut counts: BTreeMap<_, _> = Status::ALL.map(|status| (status, 0)).into();
    for device in devices {
        *counts.entry(device.status).or_default() += 1;
    }
    counts
}

fn by_severity(devices: &[&Device]) -> BTreeMap<String, u64> {
    let word = |severity: Option<Severity>| severity.map_or("none", Severity::id).to_owned();
    let all = std::iter::once(None).chain(Severity::ALL.map(Some));
    let mut counts: BTreeMap<String, u64> = all.map(|severity| (word(severity), 0)).collect();
    for device in devices {
        *counts.entry(word(device.severity)).or_default() += 1;
    }
    counts
}

fn by_finding(devices: &[&Device]) -> BTreeMap<Code, u64> {
    let mut counts = BTreeMap::new();
    for finding in devices.iter().flat_map(|device| &device.findings) {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}

fn by_fix(devices: &[&Device]) -> BTreeMap<FixId, u64> {
    let mut counts = BTreeMap::new();
    let deciding = devices.iter().copied().filter_map(deciding_finding);
    for fix in deciding.filter_map(|finding| finding.likely_fix) {
        *counts.entry(fix).or_default() += 1;
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
