//! The patterns of one run, and which devices stand in them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::results::{Confidence, PatternKind};

/// Every pattern of the fleet.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    all: Vec<Pattern>,
    /// Of each device the places of its patterns in `found`.
    of_device: BTreeMap<usize, Vec<usize>>,
}

/// One pattern.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) kind: PatternKind,
    /// The site, the build, the profile, the computer; `None` for an outage.
    pub(crate) what: Option<String>,
    /// The devices that missed, by their place in the fleet.
    pub(crate) missed: Vec<usize>,
    /// Of so many that could have.
    pub(crate) of: usize,
    /// Start of the first missed day.
    pub(crate) since: Timestamp,
    /// Missed days.
    pub(crate) nights: u64,
    /// Which part of them usually misses.
    pub(crate) baseline_rate: f64,
    pub(crate) basis: Basis,
    /// How likely any pattern of a run would be this strong by accident.
    pub(crate) chance: f64,
    pub(crate) confidence: Confidence,
    /// Other groups to which all the same devices belong: "the build 22B83".
    pub(crate) also: Vec<String>,
}

/// Where the usual rate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The runs before.
    Nights,
    /// The devices outside the group, in the same runs, and the group's own dates.
    Others,
    /// The dates of the devices alone: without a common cause at least as many backups are
    /// younger than the onset as are older by up to the same span.
    Dates,
    /// Nothing but a rate that is taken for high.
    Assumed,
}

impl Patterns {
    /// The patterns in their order.
    pub(crate) fn new(all: Vec<Pattern>) -> Self {
        let mut of_device: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, pattern) in all.iter().enumerate() {
            for device in &pattern.missed {
                of_device.entry(*device).or_default().push(place);
            }
        }
        Self { all, of_device }
    }

    /// Every pattern.
    pub(crate) fn all(&self) -> &[Pattern] {
        &self.all
    }

    /// The pattern of a kind in which a device stands.
    pub(crate) fn of(&self, device: usize, kind: PatternKind) -> Option<&Pattern> {
        let places = self.of_device.get(&device)?;
        let mut patterns = places.iter().map(|place| &self.all[*place]);
        patterns.find(|pattern| pattern.kind == kind)
    }
}

impl Pattern {
    /// Its name within the run: "site:Lyon".
    pub(crate) fn id(&self) -> String {
        match &self.what {
            Some(what) => format!("{}:{what}", self.kind),
            None => self.kind.id().to_owned(),
        }
    }
}
