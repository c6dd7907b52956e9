//! The whole fleet in a few words: headline, counts, ages.

use std::fmt;

use super::labelled::{LabelledValue, labelled};
use super::report::{ReportView, when};
use super::{device, policy};
use crate::format::{self, escaped, number, plural};
use crate::results::{Device, Listed, Results, Status};

/// "3 of 41 devices could be lost tonight".
///
/// Devices listed apart (known from old backups only) are not counted.
pub fn headline(results: &Results) -> String {
    let summary = &results.summary;
    match (summary.at_risk, summary.devices_counted()) {
        (_, 0) => "No devices found".to_owned(),
        (0, 1) => "The one device is safe for tonight".to_owned(),
        (0, all) => format!("None of {} devices could be lost tonight", number(all)),
        (1, 1) => "The one device could be lost tonight".to_owned(),
        (lost, all) => format!(
            "{} of {} could be lost tonight",
            number(lost),
            plural(all, "device", "devices")
        ),
    }
}

/// The sum that leads from the fleet to the headline: what every output prints of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetSum {
    /// Devices of the fleet whose status is neither protected nor aging.
    pub without_good_backup: u64,
    /// Of these, the devices whose risk is accepted.
    pub waived: u64,
    /// The others: the number of the headline.
    pub could_be_lost: u64,
    /// Devices of the fleet with a good backup in date.
    pub protected: u64,
    /// Devices of the fleet with a good backup that grows old.
    pub aging: u64,
    /// The devices that the headline speaks of.
    pub devices: u64,
    /// Devices known from old backups only, and not among these.
    pub listed_apart: u64,
    /// Devices that have left the MDM, and not among these.
    pub left_mdm: u64,
}

impl FleetSum {
    /// The sum of a run.
    pub fn new(results: &Results) -> Self {
        let summary = &results.summary;
        let of = |status| summary.status.get(&status).copied().unwrap_or(0);
        Self {
            without_good_backup: summary.without_good_backup,
            waived: summary.waived,
            could_be_lost: summary.at_risk,
            protected: of(Status::Protected),
            aging: of(Status::Aging),
            devices: summary.devices_counted(),
            listed_apart: summary.listed_apart.saturating_sub(summary.left_mdm),
            left_mdm: summary.left_mdm,
        }
    }

    /// "17 without a good backup − 1 waived = 16"; `None` where nothing is waived.
    pub(crate) fn to_headline(self) -> Option<String> {
        (self.waived > 0).then(|| {
            format!(
                "{} without a good backup − {} waived = {}",
                number(self.without_good_backup),
                number(self.waived),
                number(self.could_be_lost)
            )
        })
    }

    /// "17 + 24 protected + 4 aging = 45", with the words of the first number where
    /// [`FleetSum::to_headline`] has not said them.
    pub(crate) fn to_fleet(self) -> String {
        let words = if self.waived > 0 {
            ""
        } else {
            " without a good backup"
        };
        format!(
            "{}{words} + {} protected + {} aging = {}",
            number(self.without_good_backup),
            number(self.protected),
            number(self.aging),
            number(self.devices)
        )
    }

    /// "2 more known from old backups only, 1 more no longer in the MDM"; `None` for no such device.
    pub fn apart(&self) -> Option<String> {
        let counts = [
            (self.listed_apart, Listed::Apart),
            (self.left_mdm, Listed::LeftMdm),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let parts =
            counts.map(|(count, listed)| format!("{} more {}", number(count), listed.label()));
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Its parts, in the order in which they are read.
    pub fn parts(&self) -> Vec<String> {
        let fleet = (self.devices > 0).then(|| self.to_fleet());
        let parts = [self.to_headline(), fleet, self.apart()];
        parts.into_iter().flatten().collect()
    }
}

/// "17 without a good backup − 1 waived = 16; 17 + 24 protected + 4 aging = 45; 2 more known from old
/// backups only".
impl fmt::Display for FleetSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts().as_slice() {
            [] => f.write_str("No evidence names a device of this fleet"),
            parts => f.write_str(&parts.join("; ")),
        }
    }
}

/// What is missing from the report, said on the first screen.
pub(crate) struct Notice {
    pub(crate) what: String,
    pub(crate) so: &'static str,
}

/// One status on the first screen.
pub(crate) struct Count {
    pub(crate) key: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) number: u64,
    pub(crate) shown: String,
    pub(crate) word: String,
    pub(crate) means: &'static str,
}

/// A link from the first screen to what the sum leaves out.
pub(crate) struct SideNote {
    pub(crate) text: String,
    pub(crate) anchor: &'static str,
}

pub(crate) fn masthead(view: &ReportView<'_>) -> Vec<LabelledValue> {
    let results = view.results();
    vec![
        labelled("Scanned", when(view)),
        labelled("by", escaped(&results.scan_host)),
        labelled("Policy", escaped(&results.policy.name)),
    ]
}

/// What an MDM should have told and did not, said before everything else: then much of the report
/// rests on less than was meant. `None` where every export names a device.
pub fn silent_exports(results: &Results) -> Option<String> {
    let silent = results.exports.iter().filter(|export| export.devices == 0);
    let paths: Vec<String> = silent
        .map(|export| escaped(&export.path.to_string_lossy()))
        .collect();
    (!paths.is_empty()).then(|| {
        format!(
            "No device in the MDM export {}: what only the MDM knows is missing here.",
            format::list(&paths, EXPORTS_NAMED_MAX)
        )
    })
}

/// Exports that are named one by one.
const EXPORTS_NAMED_MAX: usize = 3;

pub(crate) fn notice(results: &Results, unread: u64) -> Option<Notice> {
    let places = format::plural(unread, "place", "places");
    let unread = (unread > 0).then(|| format!("{places} could not be read."));
    let what: Vec<String> = silent_exports(results).into_iter().chain(unread).collect();
    (!what.is_empty()).then(|| Notice {
        what: what.join(" "),
        so: "This report is incomplete: a device may be better or worse off than it looks here.",
    })
}

pub(crate) fn counts(results: &Results) -> Vec<Count> {
    let count = |(status, tone, means): (Status, &'static str, &'static str)| {
        let number = results
            .in_fleet()
            .filter(|device| device.status == status)
            .count() as u64;
        Count {
            key: status.id(),
            tone,
            number,
            shown: format::number(number),
            word: format::heading(status),
            means,
        }
    };
    device::STATUSES.into_iter().map(count).collect()
}

pub(crate) fn side_notes(results: &Results) -> Vec<SideNote> {
    let sum = FleetSum::new(results);
    let notes = policy::policy_notes(results).len() as u64;
    let needs = if notes == 1 {
        "entry needs"
    } else {
        "entries need"
    };
    let side_notes = [
        (sum.waived, "waivers", "Waivers".to_owned()),
        (
            sum.listed_apart + sum.left_mdm,
            "apart",
            "Devices listed apart".to_owned(),
        ),
        (
            notes,
            "waivers",
            format!("{} policy {needs} review", format::number(notes)),
        ),
    ];
    let filled = side_notes.into_iter().filter(|(count, ..)| *count > 0);
    filled
        .map(|(_, anchor, text)| SideNote { text, anchor })
        .collect()
}

/// Devices by the age of their last good backup. One without is `never` only when that is known.
pub(crate) fn ages(results: &Results) -> Vec<Age> {
    let age = |label: &'static str| {
        let members: Vec<_> = results
            .in_fleet()
            .filter(|device| age_label(device) == label)
            .collect();
        Age {
            label: label.to_owned(),
            devices: members.len() as u64,
            at_risk: members.iter().filter(|device| device.could_be_lost).count() as u64,
        }
    };
    age_labels().map(age).collect()
}

/// The names of the ages in [`ages`].
pub(crate) fn age_labels() -> impl Iterator<Item = &'static str> {
    AGE_BUCKETS.into_iter().chain([NO_AGE])
}

/// The place of a device's age in [`age_labels`].
pub(crate) fn age_number(device: &Device) -> usize {
    let label = age_label(device);
    age_labels().position(|each| each == label).unwrap_or(0)
}

fn age_label(device: &Device) -> &'static str {
    age_bucket(device.age_days, device.status).unwrap_or(NO_AGE)
}

const NO_AGE: &str = "none, or unknown";

/// Devices whose last good backup is of one age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Age {
    pub(crate) label: String,
    pub(crate) devices: u64,
    /// Of them, those that could be lost.
    pub(crate) at_risk: u64,
}

/// Upper bound of each bucket in whole days, and its name; ages past the last are
/// [`BUCKET_OLDEST`].
const BUCKETS: [(f64, &str); 5] = [
    (1.0, "0 to 1 d"),
    (3.0, "2 to 3 d"),
    (7.0, "4 to 7 d"),
    (14.0, "8 to 14 d"),
    (30.0, "15 to 30 d"),
];

const BUCKET_OLDEST: &str = "31 d and more";

const BUCKET_NEVER: &str = "never";

/// Every age bucket, youngest first: for histograms.
pub(crate) const AGE_BUCKETS: [&str; 7] = [
    BUCKETS[0].1,
    BUCKETS[1].1,
    BUCKETS[2].1,
    BUCKETS[3].1,
    BUCKETS[4].1,
    BUCKET_OLDEST,
    BUCKET_NEVER,
];

/// The bucket of an age in days. Without an age it is `never` only for a device that is known
/// never to have been backed up; for any other device it is unknown, and there is no bucket.
pub fn age_bucket(age_days: Option<f64>, status: Status) -> Option<&'static str> {
    match age_days {
        Some(days) => Some(bucket_of(days)),
        None => (status == Status::Never).then_some(BUCKET_NEVER),
    }
}

fn bucket_of(days: f64) -> &'static str {
    BUCKETS
        .iter()
        .find(|(last, _)| days < *last + 1.0)
        .map_or(BUCKET_OLDEST, |(_, name)| name)
}
