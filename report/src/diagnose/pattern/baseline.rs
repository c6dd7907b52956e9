//! How many devices miss a day when nothing is wrong.
//!
//! Healthy telephones skip days: gaps of up to 2.8 days were seen on one where nothing was wrong.
//! So "missed" means little by itself, and the usual rate must come from the fleet: from the days
//! before the onset, never from those since. It is not their mean. Weekends come back every week
//! and are no accident, so the same day of the weeks before counts too, but for the worst of them:
//! an outage that is over must not hide the next.

use jiff::{SignedDuration, Timestamp};

use super::statistics::as_f64;

/// Fewer earlier days than this give no rate: two whole weeks.
const NIGHTS: usize = 14;
/// Days after which a day of the same kind comes back.
const WEEK: usize = 7;
/// Where so few devices are known of a day, its rate is mostly noise, and all days are counted as one.
const SMALL: usize = 20;

/// Earlier days.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    nights: Vec<Night>,
}

/// One earlier day.
#[derive(Debug, Clone)]
pub(crate) struct Night {
    /// How many days ago.
    pub(crate) ago: usize,
    /// What was known then.
    pub(crate) past: Vec<Past>,
}

/// Of one day, how many devices counted and how many had missed.
struct Count {
    ago: usize,
    of: usize,
    hits: usize,
}

/// Which rate is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateQuery {
    /// Only days so long ago or longer count.
    pub(crate) onset: usize,
    /// So many days in a row were missed.
    pub(crate) missed: usize,
    /// By devices that were healthy within so many days before.
    pub(crate) healthy: usize,
}

/// What was known of one device on one earlier day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    /// Its place in the fleet of today.
    pub(crate) device: usize,
    /// The newest backup that was known.
    pub(crate) last: Timestamp,
    /// When nothing newer was known.
    pub(crate) known_until: Timestamp,
}

impl Baseline {
    /// The rates of some days.
    pub(crate) fn new(nights: Vec<Night>) -> Self {
        Self { nights }
    }

    /// The part of the devices of a group that usually misses. `None` where too few days are
    /// known.
    pub(crate) fn rate(&self, asked: RateQuery, belongs: impl Fn(usize) -> bool) -> Option<f64> {
        rate_before(&self.counts(asked, belongs), asked.onset)
    }

    /// The rates of the whole fleet for every onset up to the one that is asked for.
    pub(crate) fn rates_of_all(&self, asked: RateQuery) -> Vec<Option<f64>> {
        let counts = self.counts(asked, |_| true);
        let onsets = 0..=asked.onset;
        onsets.map(|onset| rate_before(&counts, onset)).collect()
    }

    fn counts(&self, asked: RateQuery, belongs: impl Fn(usize) -> bool) -> Vec<Count> {
        self.nights
            .iter()
            .map(|night| count(night, asked, &belongs))
            .collect()
    }
}

/// The rate of the days before an onset.
fn rate_before(counts: &[Count], onset: usize) -> Option<f64> {
    let before = |count: &&Count| count.ago >= onset && count.of > 0;
    let counts: Vec<&Count> = counts.iter().filter(before).collect();
    if counts.len() < NIGHTS {
        return None;
    }
    let of: usize = counts.iter().map(|count| count.of).sum();
    let hits: usize = counts.iter().map(|count| count.hits).sum();
    Some(if of < SMALL * counts.len() {
        as_f64(hits + 1) / as_f64(of + 2)
    } else {
        middle(&counts).max(same_night(&counts))
    })
}

impl Count {
    fn rate(&self) -> f64 {
        as_f64(self.hits + 1) / as_f64(self.of + 2)
    }
}

/// The rates of some days, the highest first.
fn rates<'c>(counts: impl Iterator<Item = &'c Count>) -> Vec<f64> {
    let mut rates: Vec<f64> = counts.map(Count::rate).collect();
    rates.sort_by(|a, b| b.total_cmp(a));
    rates
}

/// The rate of the median day; of an even number the worse one.
fn middle(counts: &[&Count]) -> f64 {
    let rates = rates(counts.iter().copied());
    rates
        .get((rates.len().max(1) - 1) / 2)
        .copied()
        .unwrap_or(1.0)
}

/// The second worst rate of the same day of the weeks before; of two days the worse one.
fn same_night(counts: &[&Count]) -> f64 {
    let same = counts.iter().copied();
    let same = same.filter(|count| count.ago.is_multiple_of(WEEK));
    let rates = rates(same);
    let place = usize::from(rates.len() > 2);
    rates.get(place).copied().unwrap_or(0.0)
}

fn count(night: &Night, asked: RateQuery, belongs: &impl Fn(usize) -> bool) -> Count {
    let mut count = Count {
        ago: night.ago,
        of: 0,
        hits: 0,
    };
    for past in night.past.iter().filter(|past| belongs(past.device)) {
        let age = past.last.duration_until(past.known_until);
        if age <= nights(asked.missed + asked.healthy) {
            count.of += 1;
            count.hits += usize::from(age > nights(asked.missed));
        }
    }
    count
}

/// So many times 24 hours.
pub(crate) fn nights(count: usize) -> SignedDuration {
    SignedDuration::from_hours(i64::try_from(count).unwrap_or(i64::MAX / 48) * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(device: usize, hours: i64) -> Past {
        let known_until = Timestamp::UNIX_EPOCH;
        Past {
            device,
            last: known_until - SignedDuration::from_hours(hours),
            known_until,
        }
    }

    /// A day of `of` devices of which `hits` are 30 hours old and the others 6.
    fn night(of: usize, hits: usize) -> Vec<Past> {
        let age = |device| if device < hits { 30 } else { 6 };
        (0..of).map(|device| past(device, age(device))).collect()
    }

    /// The days before today, the newest first.
    fn usual(nights: Vec<Vec<Past>>) -> Baseline {
        let nights = (1..).zip(nights);
        Baseline::new(nights.map(|(ago, past)| Night { ago, past }).collect())
    }

    const ONE: RateQuery = RateQuery {
        onset: 1,
        missed: 1,
        healthy: 7,
    };

    #[track_caller]
    fn check(nights: Vec<Vec<Past>>, asked: RateQuery, want: Option<f64>) {
        let got = usual(nights).rate(asked, |_| true);
        let near = match (got, want) {
            (Some(got), Some(want)) => (got - want).abs() < 1e-9,
            (got, want) => got == want,
        };
        assert!(near, "{got:?} {want:?}");
    }

    #[test]
    fn two_weeks_of_nights_tell_a_rate() {
        check(vec![night(100, 10); 13], ONE, None);
        check(vec![night(100, 10); 14], ONE, Some(11.0 / 102.0));
    }

    #[test]
    fn nights_since_the_onset_tell_nothing() {
        let mut nights = vec![night(100, 10); 20];
        nights[..6].fill(night(100, 95));
        let since = RateQuery { onset: 7, ..ONE };
        check(nights.clone(), since, Some(11.0 / 102.0));
        check(nights[..19].to_vec(), since, None);
    }

    #[test]
    fn a_night_that_is_bad_every_week_is_usual_and_one_outage_is_not() {
        let mut nights = vec![night(100, 10); 28];
        nights[5..9].fill(night(100, 95));
        check(nights.clone(), ONE, Some(11.0 / 102.0));
        // The same day of the other weeks: of the three that are left, the second worst.
        nights[13] = night(100, 60);
        nights[20] = night(100, 50);
        check(nights, ONE, Some(61.0 / 102.0));
    }

    #[test]
    fn few_devices_are_counted_over_all_nights() {
        let mut nights = vec![night(5, 0); 14];
        nights[0] = night(5, 5);
        nights[1] = night(5, 5);
        check(nights, ONE, Some(11.0 / 72.0));
    }

    #[test]
    fn the_long_gone_and_the_others_do_not_count() {
        let rates_known = usual(vec![vec![past(0, 30), past(1, 9 * 24), past(2, 6)]; 14]);
        let rate = rates_known.rate(ONE, |device| device < 2).unwrap();
        assert!((rate - 15.0 / 16.0).abs() < 1e-9, "{rate}");
        let edge = usual(vec![vec![past(0, 24), past(1, 8 * 24)]; 14]);
        let rate = edge.rate(ONE, |_| true).unwrap();
        assert!((rate - 15.0 / 30.0).abs() < 1e-9, "{rate}");
    }
}
