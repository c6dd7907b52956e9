//! The search itself: which group of devices, since which night, misses more than accident allows.
//!
//! Every group is tried with every onset of the last nights. A group is told apart from accident by
//! exact tails, from the other devices of the same nights by Fisher's exact test, and what remains
//! is shared out between all the groups and onsets that were tried (Bonferroni), so that a run of a
//! fleet without a common cause shows any pattern at all in at most one of [`CHANCE`].
//!
//! Devices differ, and their answers are of different ages: each has its own chance to miss. The
//! tail is taken at the mean of these chances, which can only make it larger (Hoeffding, 1956).

use std::collections::BTreeSet;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::baseline::{Asked, Usual, nights};
use super::observations::{Marks, Sight};
use super::statistics::{LnFactorials, excess, real};
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
pub(crate) struct Way {
    /// The most nights since an onset.
    pub(crate) nights: usize,
    /// A device was healthy when it backed up within so many nights before the onset.
    pub(crate) healthy: usize,
}

impl Way {
    fn asked(&self, onset: usize, missed: usize) -> Asked {
        Asked {
            onset,
            missed,
            healthy: self.healthy,
        }
    }
}

/// A rate and what it says.
struct Held {
    basis: Basis,
    usual: f64,
    chance: f64,
}

/// A group and an onset.
struct Candidate {
    mark: usize,
    onset: usize,
    chance: f64,
    excess: f64,
    usual: f64,
    basis: Basis,
}

/// The search on one way of backing up.
pub(crate) struct Search<'s> {
    sights: Vec<Sight>,
    marks: &'s Marks,
    usual: &'s Usual,
    way: Way,
    now: Timestamp,
    table: LnFactorials,
    /// The usual rate of the fleet, by nights in a row and onset.
    of_fleet: Vec<Vec<Option<f64>>>,
}

impl<'s> Search<'s> {
    /// Makes ready to look for what these devices have in common.
    pub(crate) fn of(
        sights: Vec<Sight>,
        marks: &'s Marks,
        usual: &'s Usual,
        way: Way,
        now: Timestamp,
    ) -> Self {
        let rates = |missed| usual.rates_of_all(way.asked(way.nights, missed));
        Self {
            table: LnFactorials::up_to(sights.len()),
            of_fleet: (0..=way.nights).map(rates).collect(),
            sights,
            marks,
            usual,
            way,
            now,
        }
    }

    /// The patterns, the strongest first. A group that is found takes its devices with it.
    pub(crate) fn run(mut self) -> Vec<Pattern> {
        let mut found = Vec::new();
        while found.len() < MOST {
            let Some(best) = self.best() else { break };
            found.push(self.pattern(&best));
            self.sights.retain(|s| !s.marks.contains(&best.mark));
        }
        found
    }

    fn best(&self) -> Option<Candidate> {
        let tallies: Vec<Tally> = (1..=self.way.nights).map(|n| self.tally(n)).collect();
        let tries = real(tallies.iter().map(|tally| tally.groups().count()).sum());
        let candidates = tallies.iter().flat_map(|tally| {
            let all = tally.groups();
            all.filter_map(move |mark| self.candidate(tally, mark, tries))
        });
        candidates.max_by(|a, b| {
            let name = |c: &Candidate| self.marks.name(c.mark);
            let strength = a.excess.total_cmp(&b.excess);
            let by_name = strength.then_with(|| name(b).cmp(&name(a)));
            by_name.then(a.onset.cmp(&b.onset))
        })
    }

    /// The moment at which the first of so many nights began.
    fn start(&self, onset: usize) -> Timestamp {
        self.now - nights(onset)
    }

    /// Whole nights from the start of the onset to the moment when the device was last heard.
    fn exposure(&self, sight: &Sight, onset: usize) -> usize {
        let span = self.start(onset).duration_until(sight.told);
        usize::try_from(span.as_hours().max(0) / 24).unwrap_or(0)
    }

    /// Could the device have missed, was it heard of since, and was it healthy before?
    fn counts(&self, sight: &Sight, onset: usize) -> bool {
        let healthy = sight.last >= self.start(onset) - nights(self.way.healthy);
        healthy && self.exposure(sight, onset) > 0
    }

    fn tally(&self, onset: usize) -> Tally {
        let mut tally = Tally::new(onset, self.marks.len(), self.way.nights);
        let start = self.start(onset);
        for sight in self.sights.iter().filter(|s| self.counts(s, onset)) {
            let mirrored = start - start.duration_until(sight.told);
            let near = sight.last >= mirrored;
            let exposure = self.exposure(sight, onset);
            tally.add(sight, exposure, sight.last < start, near);
        }
        tally
    }

    /// A group with an onset that accident does not explain.
    fn candidate(&self, tally: &Tally, mark: usize, tries: f64) -> Option<Candidate> {
        let (of, missed) = (tally.of[mark], tally.missed[mark]);
        let enough = missed >= MISSED && real(missed) >= MISSED_PART * real(of);
        if !enough || !self.stands_out(tally, mark) {
            return None;
        }
        let others = self.against_others(tally, mark);
        let (rate_of_others, unlike_others) = others.unwrap_or((0.0, 0.0));
        if unlike_others * tries >= CHANCE {
            return None;
        }
        let held = self.against_usual(tally, mark, others.is_some(), tries)?;
        let usual = held.usual.max(rate_of_others);
        let strength = match held.basis {
            Basis::Dates => excess(tally.near[mark], usual, tally.near_missed[mark]),
            _ => excess(of, usual, missed),
        };
        let chance = held.chance.max(unlike_others) * tries;
        (chance < CHANCE && strength > 0.0).then_some(Candidate {
            mark,
            onset: tally.onset,
            chance,
            excess: strength,
            usual,
            basis: held.basis,
        })
    }

    /// An outage crosses sites or versions; a group has others beside it.
    fn stands_out(&self, tally: &Tally, mark: usize) -> bool {
        match self.marks.name(mark).0 {
            PatternKind::Outage => self.crosses(tally.onset),
            PatternKind::Host => true,
            _ => tally.whole.0 - tally.of[mark] >= GROUP,
        }
    }

    /// Do those who missed stand at two sites, or run two builds, at least?
    fn crosses(&self, onset: usize) -> bool {
        let start = self.start(onset);
        let missed = |s: &&Sight| s.last < start && self.counts(s, onset);
        let marks = self.sights.iter().filter(missed).flat_map(|s| &s.marks);
        let seen: BTreeSet<usize> = marks.copied().collect();
        let several = |kind| {
            let of_kind = seen.iter().filter(|mark| self.marks.name(**mark).0 == kind);
            of_kind.count() > 1
        };
        several(PatternKind::Site) || several(PatternKind::OsBuild)
    }

    /// The rate of the devices outside, and Fisher's exact test of the group against them.
    fn against_others(&self, tally: &Tally, mark: usize) -> Option<(f64, f64)> {
        let (all, all_missed) = tally.whole;
        let (of, missed) = (tally.of[mark], tally.missed[mark]);
        let others = all - of;
        (others > 0).then(|| {
            let rate = real(all_missed - missed + 1) / real(others + 2);
            (rate, self.table.drawn(all, all_missed, of, missed))
        })
    }

    /// How likely so many would have missed at the usual rate, told by the nights before; where
    /// too few are known, by the dates of the devices themselves.
    fn against_usual(
        &self,
        tally: &Tally,
        mark: usize,
        has_others: bool,
        tries: f64,
    ) -> Option<Held> {
        match self.usual_of_fleet(tally, mark) {
            Some(usual) => self.against_nights(tally, mark, usual, tries),
            None => self.against_dates(tally, mark, has_others),
        }
    }

    fn against_nights(&self, tally: &Tally, mark: usize, usual: f64, tries: f64) -> Option<Held> {
        let chance = |usual| {
            self.table
                .binomial(tally.of[mark], usual, tally.missed[mark])
        };
        if chance(usual) * tries >= CHANCE {
            return None;
        }
        let usual = usual.max(self.usual_of_group(tally, mark).unwrap_or(0.0));
        Some(Held {
            basis: Basis::Nights,
            usual,
            chance: chance(usual),
        })
    }

    /// Whatever the habits of each device, the age of its newest backup is more likely to lie in
    /// a span than in the equally long span before it. So of the devices whose newest backup is
    /// from the nights since the onset or from as many nights before, at most half are from before.
    fn against_dates(&self, tally: &Tally, mark: usize, has_others: bool) -> Option<Held> {
        let (of, missed) = (tally.near[mark], tally.near_missed[mark]);
        let (basis, usual) = if has_others {
            (Basis::Others, 0.0)
        } else {
            (Basis::Dates, 0.5)
        };
        // Without earlier nights a weekend looks like an outage.
        let told_apart = has_others || self.holds_a_working_night(tally.onset);
        told_apart.then(|| Held {
            basis,
            usual,
            chance: self.table.binomial(of, 0.5, missed),
        })
    }

    /// What the nights before tell of the fleet, at the nights that each device could have missed.
    fn usual_of_fleet(&self, tally: &Tally, mark: usize) -> Option<f64> {
        tally.mean(mark, |exposure| self.of_fleet[exposure][tally.onset])
    }

    /// The same of the group alone.
    fn usual_of_group(&self, tally: &Tally, mark: usize) -> Option<f64> {
        let members = self.members(mark);
        let belongs = |device: usize| members.binary_search(&device).is_ok();
        let rate = |exposure| {
            self.usual
                .rate(self.way.asked(tally.onset, exposure), belongs)
        };
        tally.mean(mark, rate)
    }

    fn members(&self, mark: usize) -> Vec<usize> {
        let members = self.sights.iter().filter(|s| s.marks.contains(&mark));
        let mut members: Vec<usize> = members.map(|s| s.device).collect();
        members.sort_unstable();
        members
    }

    /// Is one of the nights not one of a weekend? Told by the middle of the 24 hours.
    fn holds_a_working_night(&self, onset: usize) -> bool {
        (1..=onset).any(|night| {
            let middle = self.start(night) + SignedDuration::from_hours(12);
            let weekend = [Weekday::Friday, Weekday::Saturday, Weekday::Sunday];
            !weekend.contains(&middle.to_zoned(TimeZone::UTC).weekday())
        })
    }

    fn pattern(&self, best: &Candidate) -> Pattern {
        let (kind, what) = self.marks.name(best.mark);
        let start = self.start(best.onset);
        let members = self.sights.iter().filter(|s| s.marks.contains(&best.mark));
        let group: Vec<&Sight> = members.filter(|s| self.counts(s, best.onset)).collect();
        let missed = group.iter().filter(|s| s.last < start).copied();
        let missed: Vec<&Sight> = missed.collect();
        Pattern {
            kind,
            what: what.map(str::to_owned),
            of: group.len(),
            since: start,
            nights: u64::try_from(best.onset).unwrap_or(u64::MAX),
            usual: best.usual,
            basis: best.basis,
            chance: best.chance.min(1.0),
            confidence: confidence(kind, best),
            also: self.also(&missed, best.mark),
            missed: missed.iter().map(|s| s.device).collect(),
        }
    }

    /// Other groups to which every one of the devices belongs.
    fn also(&self, missed: &[&Sight], mark: usize) -> Vec<String> {
        let everyone = self.sights.len();
        let mut names: Vec<String> = (0..self.marks.len())
            .filter(|other| *other != mark)
            .filter(|other| missed.iter().all(|s| s.marks.contains(other)))
            .filter(|other| self.members(*other).len() < everyone)
            .filter_map(|other| {
                let (kind, what) = self.marks.name(other);
                Some(format!("{} {}", noun(kind), what?))
            })
            .collect();
        names.sort();
        names
    }
}

/// One night may be a holiday, and without earlier nights so may more; two in a row, over several
/// sites and far beyond what any night of the last weeks was like, hardly are.
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
    /// Of each group the devices by the nights that they could have missed.
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

    fn add(&mut self, sight: &Sight, exposure: usize, missed: bool, near: bool) {
        self.whole.0 += 1;
        self.whole.1 += usize::from(missed);
        for mark in &sight.marks {
            self.of[*mark] += 1;
            self.missed[*mark] += usize::from(missed);
            let most = self.by_exposure[*mark].len() - 1;
            self.by_exposure[*mark][exposure.min(most)] += 1;
            self.near[*mark] += usize::from(near);
            self.near_missed[*mark] += usize::from(near && missed);
        }
    }

    /// The groups that are large enough to be one.
    fn groups(&self) -> impl Iterator<Item = usize> {
        (0..self.of.len()).filter(|mark| self.of[*mark] >= GROUP)
    }

    /// The mean of a rate over the devices of a group; `None` where it is not known for all.
    fn mean(&self, mark: usize, rate: impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let counts = self.by_exposure[mark].iter().enumerate();
        let mut sum = 0.0;
        for (exposure, count) in counts.filter(|(_, count)| **count > 0) {
            sum += rate(exposure)? * real(*count);
        }
        Some(sum / real(self.of[mark]))
    }
}
