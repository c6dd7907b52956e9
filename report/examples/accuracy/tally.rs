//! Planted cause against diagnosed cause, counted by device and night.

use std::collections::BTreeMap;

use fleetback_report::judge::{ReferenceData, RunInfo, judge, likely_causes};
use fleetback_report::policy::Policy;
use fleetback_report::results::{Confidence, Device, Severity};
use jiff::SignedDuration;

use super::world::{Cause, Truth, World};

/// Nights that are simulated; the first week only fills the dates.
pub(crate) const NIGHTS: usize = 60;
const FIRST_WEEK: usize = 7;
/// Columns beside those of the planted causes.
const NETWORK: &str = "its own network";
const UNSEEN: &str = "not seen";
const OPEN: &str = "left open";
const NOTHING: &str = "no finding";

/// What a rule of the diagnosis blames. Rules that name no cause leave it open.
const BLAMES: [(&str, &[&str]); 10] = [
    ("quota", &["C3", "C22"]),
    ("outage", &["C5", "C6", "C7"]),
    ("site", &["C8"]),
    ("os", &["C9"]),
    ("profile", &["C10"]),
    ("host", &["L5"]),
    ("passcode", &["L4"]),
    ("policy", &["C1", "L7"]),
    (NETWORK, &["C12", "C13", "C14", "C14b", "M2", "M3"]),
    (UNSEEN, &["G2", "G4"]),
];
const COLUMNS: [&str; 12] = [
    "quota", "outage", "site", "os", "profile", "host", "passcode", "policy", NETWORK, UNSEEN,
    OPEN, NOTHING,
];

/// The counts.
#[derive(Default)]
pub(crate) struct Tally {
    /// Planted, and directly named by the evidence or not, against diagnosed.
    due: BTreeMap<(Option<Cause>, bool), BTreeMap<&'static str, u64>>,
    /// Every device and night, named by nobody or not.
    named: BTreeMap<&'static str, u64>,
    healthy: u64,
    false_causes: u64,
    false_errors: u64,
}

/// Lives and judges a fleet.
pub(crate) fn run(devices: usize, seed: u64) -> Tally {
    let mut world = World::new(devices, seed);
    let mut tally = Tally::default();
    for night in 1..=NIGHTS {
        world.live();
        if night > FIRST_WEEK {
            tally.count(&world, devices);
        }
        world.remember();
    }
    tally
}

impl Tally {
    fn count(&mut self, world: &World, devices: usize) {
        let history = world.history();
        let knowledge = ReferenceData {
            history: Some(&history),
            ..ReferenceData::default()
        };
        let run = RunInfo {
            now: world.now(),
            scan_host: "accuracy".to_owned(),
            run_id: "accuracy".to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let results = judge(&world.evidence(), &knowledge, &Policy::builtin(), &run);
        let judged: BTreeMap<&str, &Device> = results
            .devices
            .iter()
            .filter_map(|device| Some((device.serial_number.as_deref()?, device)))
            .collect();
        for n in 0..devices {
            let serial = format!("F2LX{n:04}TEST");
            self.add(&world.truth(n), judged[serial.as_str()]);
        }
    }

    fn add(&mut self, truth: &Truth, device: &Device) {
        let diagnosed = diagnosed(device);
        *self.named.entry(diagnosed).or_default() += 1;
        if truth.cause.is_none() {
            self.healthy += 1;
            let blames = ![UNSEEN, OPEN, NOTHING].contains(&diagnosed);
            self.false_causes += u64::from(blames);
            self.false_errors += u64::from(device.severity >= Some(Severity::Error));
        }
        // A cause shows in the age of the backups once they are older than three days.
        let old = |age| age > SignedDuration::from_hours(72);
        if truth.hard || truth.age.is_none_or(old) {
            let row = self.due.entry((truth.cause, truth.hard)).or_default();
            *row.entry(diagnosed).or_default() += 1;
        }
    }

    fn due(&self, cause: Cause, hard: Option<bool>) -> u64 {
        self.rows(cause, hard).flat_map(BTreeMap::values).sum()
    }

    fn rows(
        &self,
        cause: Cause,
        hard: Option<bool>,
    ) -> impl Iterator<Item = &BTreeMap<&'static str, u64>> {
        let meant = move |key: &(Option<Cause>, bool)| {
            key.0 == Some(cause) && hard.is_none_or(|hard| key.1 == hard)
        };
        let rows = self.due.iter().filter(move |(key, _)| meant(key));
        rows.map(|(_, row)| row)
    }

    fn right(&self, cause: Cause, hard: Option<bool>) -> u64 {
        let rows = self.rows(cause, hard);
        let right = rows.flat_map(|row| row.iter().filter(|(named, _)| is_right(cause, named)));
        right.map(|(_, count)| count).sum()
    }

    /// Of the device-nights on which a cause was there to be told, the part on which it was;
    /// `None` where there was none.
    pub(crate) fn recall(&self, cause: Cause, hard: Option<bool>) -> Option<f64> {
        part(self.right(cause, hard), self.due(cause, hard))
    }

    /// Of the device-nights older than three days on which a cause was named, the part on which it
    /// was there.
    pub(crate) fn precision(&self, cause: Cause) -> Option<f64> {
        if cause == Cause::Holiday {
            return None;
        }
        let named = self.due.values().filter_map(|row| row.get(cause.name()));
        part(self.right(cause, None), named.sum())
    }

    /// False causes, and errors without a cause, of 1,000 device-nights on which nothing was planted.
    pub(crate) fn false_alarms(&self) -> (f64, f64) {
        let of = |count| part(count, self.healthy).unwrap_or(0.0) * 1_000.0;
        (of(self.false_causes), of(self.false_errors))
    }

    /// The tables of the page.
    pub(crate) fn page(&self) -> String {
        let mut text = format!("| planted | {} |\n|---|", COLUMNS.join(" | "));
        text += &"---|".repeat(COLUMNS.len());
        text.push('\n');
        for cause in Cause::ALL.map(Some).into_iter().chain([None]) {
            text += &self.confusion(cause);
        }
        text += "\n| cause | device-nights | recall | with direct evidence | its recall | precision |\n|---|---|---|---|---|---|\n";
        for cause in Cause::ALL {
            text += &format!(
                "| {} | {} | {} | {} | {} | {} |\n",
                cause.name(),
                self.due(cause, None),
                shown(self.recall(cause, None)),
                self.due(cause, Some(true)),
                shown(self.recall(cause, Some(true))),
                shown(self.precision(cause)),
            );
        }
        let (causes, errors) = self.false_alarms();
        text + &format!(
            "\nOf {} device-nights on which nothing was planted, {} were blamed on a cause ({causes:.2} of 1,000), and {} bore an error or worse ({errors:.2} of 1,000).\n",
            self.healthy, self.false_causes, self.false_errors
        )
    }

    fn confusion(&self, cause: Option<Cause>) -> String {
        let rows = self.due.iter().filter(|(key, _)| key.0 == cause);
        let rows: Vec<_> = rows.map(|(_, row)| row).collect();
        let count = |column| {
            let counts = rows.iter().filter_map(|row| row.get(column));
            counts.sum::<u64>().to_string()
        };
        let cells = COLUMNS.map(count).join(" | ");
        format!("| {} | {cells} |\n", cause.map_or("nothing", Cause::name))
    }
}

/// What the first finding of a device blames.
fn diagnosed(device: &Device) -> &'static str {
    let Some(finding) = device.findings.first() else {
        return NOTHING;
    };
    if finding.confidence == Confidence::Low {
        return OPEN;
    }
    let mut causes = likely_causes(finding.code);
    let row = causes.find(|row| row.rule == finding.rule());
    let blames = |rule: &str| {
        let named = BLAMES.iter().find(|(_, rules)| rules.contains(&rule));
        named.map(|(name, _)| *name)
    };
    row.and_then(|row| blames(row.rule)).unwrap_or(OPEN)
}

/// A closed site is no cause to act on: rightly nothing is blamed.
fn is_right(cause: Cause, named: &str) -> bool {
    match cause {
        Cause::Holiday => [UNSEEN, OPEN, NOTHING].contains(&named),
        cause => cause.name() == named,
    }
}

#[allow(clippy::cast_precision_loss)] // counts of device-nights
fn part(some: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| some as f64 / of as f64)
}

fn shown(part: Option<f64>) -> String {
    part.map_or(String::new(), |part| format!("{part:.3}"))
}
