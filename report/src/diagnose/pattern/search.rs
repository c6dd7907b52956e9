//! The search itself: which group of devices, since which day, misses more than accident allows.
//!
//! Every group is tried with every onset of the last days. A group is distinguished from accident by
//! exact tails, from the other devices of the same days by Fisher's exact test, and what remains
//! is shared out between all the groups and onsets that were tried (Bonferroni), so that a run of a
//! fleet without a common cause shows any pattern at all in at most one of [`CHANCE`].
//!
//! Devices differ, and their answers are of different ages: each has its own chance to miss. The
//! tail is taken at the mean of these chances, which can only make it larger (Hoeffding, 1956).

use std::collections::BTreeSet;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::baseline::{Baseline, RateQuery, nights};
use super::observations::{GroupTable, Observation};
use super::statistics::{LnFactorials, as_f64, excess};
use super::wording::noun;
use crate::assess::fleet_patterns::{Basis, Pattern};
use crate::results::{Confidence, PatternKind};

/// How likely a run without a common cause may show a pattern.
pub(crate) const CHANCE: f64 = 0.001;
/// Fewer devices than this are no group.
const GROUP: usize = 5;
/// Fewer devices than this, or this part of the group, are no pattern.
const MISSED: usize = 3;
const MISSED_PART: f64 = 0.1;
/// More patterns than this are not looked for in one run.
const MOST: usize = 8;

/// How one way of backing up is searched.
pub(crate) struct SearchWindow {
    /// The most days since an onset.
    pub(crate) nights: usize,
    /// A device was healthy when it backed up within so many days before the onset.
    pub(crate) healthy: usize,
}

impl SearchWindow {
    fn rate_query(&self, onset: usize, missed: usize) -> RateQuery {
        RateQuery {
            onset,
            missed,
            healthy: self.healthy,
        }
    }
}

/// A rate and what it says.
struct RateEstimate {
    basis: Basis,
    baseline_rate: f64,
    chance: f64,
}

/// A group and an onset.
struct Candidate {
    group: usize,
    onset: usize,
    chance: f64,
    excess: f64,
    baseline_rate: f64,
    basis: Basis,
}

/// The search on one way of backing up.
pub(crate) struct Search<'s> {
    observations: Vec<Observation>,
    group_table: &'s GroupTable,
    baseline: &'s Baseline,
    window: SearchWindow,
    now: Timestamp,
    table: LnFactorials,
    /// The usual rate of the fleet, by days in a row and onset.
    of_fleet: Vec<Vec<Option<f64>>>,
}

impl<'s> Search<'s> {
    /// Makes ready to look for what these devices have in common.
    pub(crate) fn new(
        observations: Vec<Observation>,
        group_table: &'s GroupTable,
        baseline: &'s Baseline,
        window: SearchWindow,
        now: Timestamp,
    ) -> Self {
        let rates = |missed| baseline.rates_of_all(window.rate_query(window.nights, missed));
        Self {
            table: LnFactorials::up_to(observations.len()),
            of_fleet: (0..=window.nights).map(rates).collect(),
            observations,
            group_table,
            baseline,
            window,
            now,
        }
    }

    /// The patterns, the strongest first. A group that is found takes its devices with it.
    pub(crate) fn run(mut self) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        while patterns.len() < MOST {
            let Some(best) = self.best() else { break };
            patterns.push(self.pattern(&best));
            self.observations
                .retain(|s| !s.groups.contains(&best.group));
        }
        patterns
    }

    fn best(&self) -> Option<Candidate> {
        let tallies: Vec<Tally> = (1..=self.window.nights).map(|n| self.tally(n)).collect();
        let tries = as_f64(tallies.iter().map(|tally| tally.groups().count()).sum());
        let candidates = tallies.iter().flat_map(|tally| {
            let all = tally.groups();
            all.filter_map(move |group| self.candidate(tally, group, tries))
        });
        candidates.max_by(|a, b| {
            let name = |c: &Candidate| self.group_table.name(c.group);
            let strength = a.excess.total_cmp(&b.excess);
            let by_name = strength.then_with(|| name(b).cmp(&name(a)));
            by_name.then(a.onset.cmp(&b.onset))
        })
    }

    /// The moment at which the first of so many days began.
    fn start(&self, onset: usize) -> Timestamp {
        self.now - nights(onset)
    }

    /// Whole days from the start of the onset to the moment when the device was last heard.
    fn exposure(&self, observation: &Observation, onset: usize) -> usize {
        let span = self.start(onset).duration_until(observation.known_until);
        usize::try_from(span.as_hours().max(0) / 24).unwrap_or(0)
    }

    /// Could the device have missed, was it heard of since, and was it healthy before?
    fn counts(&self, observation: &Observation, onset: usize) -> bool {
        let healthy = observation.last >= self.start(onset) - nights(self.window.healthy);
        healthy && self.exposure(observation, onset) > 0
    }

    fn tally(&self, onset: usize) -> Tally {
        let mut tally = Tally::new(onset, self.group_table.len(), self.window.nights);
        let start = self.start(onset);
        for observation in self.observations.iter().filter(|s| self.counts(s, onset)) {
            let mirrored = start - start.duration_until(observation.known_until);
            let near = observation.last >= mirrored;
            let exposure = self.exposure(observation, onset);
            tally.add(observation, exposure, observation.last < start, near);
        }
        tally
    }

    /// A group with an onset that accident does not explain.
    fn candidate(&self, tally: &Tally, group: usize, tries: f64) -> Option<Candidate> {
        let (of, missed) = (tally.of[group], tally.missed[group]);
        let enough = missed >= MISSED && as_f64(missed) >= MISSED_PART * as_f64(of);
        if !enough || !self.stands_out(tally, group) {
            return None;
        }
        let others = self.against_others(tally, group);
        let (rate_of_others, unlike_others) = others.unwrap_or((0.0, 0.0));
        if unlike_others * tries >= CHANCE {
            return None;
        }
        let estimate = self.against_baseline(tally, group, others.is_some(), tries)?;
        let baseline_rate = estimate.baseline_rate.max(rate_of_others);
        let strength = match estimate.basis {
            Basis::Dates => excess(tally.near[group], baseline_rate, tally.near_missed[group]),
            _ => excess(of, baseline_rate, missed),
        };
        let chance = estimate.chance.max(unlike_others) * tries;
        (chance < CHANCE && strength > 0.0).then_some(Candidate {
            group,
            onset: tally.onset,
            chance,
            excess: strength,
            baseline_rate,
            basis: estimate.basis,
        })
    }

    /// An outage crosses sites or versions; a group has others beside it.
    fn stands_out(&self, tally: &Tally, group: usize) -> bool {
        match self.group_table.name(group).0 {
            PatternKind::Outage => self.crosses(tally.onset),
            PatternKind::Host => true,
            _ => tally.whole.0 - tally.of[group] >= GROUP,
        }
    }

    /// Do those who missed stand at two sites, or run two builds, at least?
    fn crosses(&self, onset: usize) -> bool {
        let start = self.start(onset);
        let missed = |s: &&Observation| s.last < start && self.counts(s, onset);
        let groups = self
            .observations
            .iter()
            .filter(missed)
            .flat_map(|s| &s.groups);
        let seen: BTreeSet<usize> = groups.copied().collect();
        let several = |kind| {
            let of_kind = seen
                .iter()
                .filter(|group| self.group_table.name(**group).0 == kind);
            of_kind.count() > 1
        };
        several(PatternKind::Site) || several(PatternKind::OsBuild)
    }

    /// The rate of the devices outside, and Fisher's exact test of the group against them.
    fn against_others(&self, tally: &Tally, group: usize) -> Option<(f64, f64)> {
        let (all, all_missed) = tally.whole;
        let (of, missed) = (tally.of[group], tally.missed[group]);
        let others = all - of;
        (others > 0).then(|| {
            let rate = as_f64(all_missed - missed + 1) / as_f64(others + 2);
            (rate, self.table.drawn(all, all_missed, of, missed))
        })
    }

    /// How likely so many would have missed at the usual rate, known from the days before; where
    /// too few are known, by the dates of the devices themselves.
    fn against_baseline(
        &self,
        tally: &Tally,
        group: usize,
        has_others: bool,
        tries: f64,
    ) -> Option<RateEstimate> {
        match self.fleet_rate(tally, group) {
            Some(baseline_rate) => self.against_nights(tally, group, baseline_rate, tries),
            None => self.against_dates(tally, group, has_others),
        }
    }

    fn against_nights(
        &self,
        tally: &Tally,
        group: usize,
        baseline_rate: f64,
        tries: f64,
    ) -> Option<RateEstimate> {
        let chance = |baseline_rate| {
            self.table
                .binomial(tally.of[group], baseline_rate, tally.missed[group])
        };
        if chance(baseline_rate) * tries >= CHANCE {
            return None;
        }
        let baseline_rate = baseline_rate.max(self.group_rate(tally, group).unwrap_or(0.0));
        Some(RateEstimate {
            basis: Basis::Nights,
            baseline_rate,
            chance: chance(baseline_rate),
        })
    }

    /// Whatever the habits of each device, the age of its newest backup is more likely to lie in
    /// a span than in the equally long span before it. So of the devices whose newest backup is
    /// from the days since the onset or from as many days before, at most half are from before.
    fn against_dates(&self, tally: &Tally, group: usize, has_others: bool) -> Option<RateEstimate> {
        let (of, missed) = (tally.near[group], tally.near_missed[group]);
        let (basis, baseline_rate) = if has_others {
            (Basis::Others, 0.0)
        } else {
            (Basis::Dates, 0.5)
        };
        // Without earlier days a weekend looks like an outage.
        let is_clear = has_others || self.holds_a_working_night(tally.onset);
        is_clear.then(|| RateEstimate {
            basis,
            baseline_rate,
            chance: self.table.binomial(of, 0.5, missed),
        })
    }

    /// The rate of the fleet in the days before, at the days that each device could have missed.
    fn fleet_rate(&self, tally: &Tally, group: usize) -> Option<f64> {
        tally.mean(group, |exposure| self.of_fleet[exposure][tally.onset])
    }

    /// The same of the group alone.
    fn group_rate(&self, tally: &Tally, group: usize) -> Option<f64> {
        let members = self.members(group);
        let belongs = |device: usize| members.binary_search(&device).is_ok();
        let rate = |exposure| {
            self.baseline
                .rate(self.window.rate_query(tally.onset, exposure), belongs)
        };
        tally.mean(group, rate)
    }

    fn members(&self, group: usize) -> Vec<usize> {
        let members = self
            .observations
            .iter()
            .filter(|s| s.groups.contains(&group));
        let mut members: Vec<usize> = members.map(|s| s.device).collect();
        members.sort_unstable();
        members
    }

    /// Is one of the days not of a weekend? The middle of the 24 hours counts.
    fn holds_a_working_night(&self, onset: usize) -> bool {
        (1..=onset).any(|night| {
            let middle = self.start(night) + SignedDuration::from_hours(12);
            let weekend = [Weekday::Friday, Weekday::Saturday, Weekday::Sunday];
            !weekend.contains(&middle.to_zoned(TimeZone::UTC).weekday())
        })
    }

    fn pattern(&self, best: &Candidate) -> Pattern {
        let (kind, what) = self.group_table.name(best.group);
        let start = self.start(best.onset);
        let members = self
            .observations
            .iter()
            .filter(|s| s.groups.contains(&best.group));
        let counted: Vec<&Observation> = members.filter(|s| self.counts(s, best.onset)).collect();
        let missed = counted.iter().filter(|s| s.last < start).copied();
        let missed: Vec<&Observation> = missed.collect();
        Pattern {
            kind,
            what: what.map(str::to_owned),
            of: counted.len(),
            since: start,
            nights: u64::try_from(best.onset).unwrap_or(u64::MAX),
            baseline_rate: best.baseline_rate,
            basis: best.basis,
            chance: best.chance.min(1.0),
            confidence: confidence(kind, best),
            also: self.also(&missed, best.group),
            missed: missed.iter().map(|s| s.device).collect(),
        }
    }

    /// Other groups to which every one of the devices belongs.
    fn also(&self, missed: &[&Observation], group: usize) -> Vec<String> {
        let everyone = self.observations.len();
        let mut names: Vec<String> = (0..self.group_table.len())
            .filter(|other| *other != group)
            .filter(|other| missed.iter().all(|s| s.groups.contains(other)))
            .filter(|other| self.members(*other).len() < everyone)
            .filter_map(|other| {
                let (kind, what) = self.group_table.name(other);
                Some(format!("{} {}", noun(kind), what?))
            })
            .collect();
        names.sort();
        names
    }
}

/// One day may be a holiday, and without earlier days so may more; two in a row, over several
/// sites and far beyond what any day of the last weeks was like, hardly are.
fn confidence(kind: PatternKind, best: &Candidate) -> Confidence {
    let sure = best.onset >= 2 && best.basis == Basis::Nights;
    match kind {
        PatternKind::Outage if !sure => Confidence::Medium,
        kind => kind.about().confidence,
    }
}

/// Counts of one onset, by group.
struct Tally {
    onset: usize,
    of: Vec<usize>,
    missed: Vec<usize>,
    /// Of each group the devices by the days that they could have missed.
    by_exposure: Vec<Vec<usize>>,
    /// Devices whose last backup lies no further before the onset than they were heard after it.
    near: Vec<usize>,
    near_missed: Vec<usize>,
    /// Every device once.
    whole: (usize, usize),
}

impl Tally {
    fn new(onset: usize, groups: usize, most: usize) -> Self {
        Self {
            onset,
            of: vec![0; groups],
            missed: vec![0; groups],
            by_exposure: vec![vec![0; most + 1]; groups],
            near: vec![0; groups],
            near_missed: vec![0; groups],
            whole: (0, 0),
        }
    }

    fn add(&mut self, observation: &Observation, exposure: usize, missed: bool, near: bool) {
        self.whole.0 += 1;
        self.whole.1 += usize::from(missed);
        for group in &observation.groups {
            self.of[*group] += 1;
            self.missed[*group] += usize::from(missed);
            let most = self.by_exposure[*group].len() - 1;
            self.by_exposure[*group][exposure.min(most)] += 1;
            self.near[*group] += usize::from(near);
            self.near_missed[*group] += usize::from(near && missed);
        }
    }

    /// The groups that are large enough to be one.
    fn groups(&self) -> impl Iterator<Item = usize> {
        (0..self.of.len()).filter(|group| self.of[*group] >= GROUP)
    }

    /// The mean of a rate over the devices of a group; `None` where it is not known for all.
    fn mean(&self, group: usize, rate: impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let counts = self.by_exposure[group].iter().enumerate();
        let mut sum = 0.0;
        for (exposure, count) in counts.filter(|(_, count)| **count > 0) {
            sum += rate(exposure)? * as_f64(*count);
        }
        Some(sum / as_f64(self.of[group]))
    }
}
