//! How many devices miss a night in the ordinary way of things.
//!
//! Healthy telephones skip nights: gaps of up to 2.8 days were seen on one where nothing was wrong.
//! So "missed" means little by itself, and the usual rate must come from the fleet: from the nights
//! before this one. It is not their mean. Weekends come back every week and are no accident, so the
//! rate is that of the worst nights among ten.

use jiff::{SignedDuration, Timestamp};

use super::tail::real;

/// Fewer earlier nights than this tell no rate: two whole weeks.
const NIGHTS: usize = 14;
/// The rate is that of the night which nine of ten do not pass.
const QUANTILE: f64 = 0.9;
/// Where so few devices tell of a night, its rate is mostly noise, and all nights are counted as one.
const SMALL: usize = 20;

/// Earlier nights.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    nights: Vec<Vec<Past>>,
}

/// What was known of one device on one earlier night.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    /// Its place in the fleet of today.
    pub(crate) device: usize,
    /// The newest backup that was known.
    pub(crate) last: Timestamp,
    /// When nothing newer was known.
    pub(crate) told: Timestamp,
}

impl Usual {
    /// The rates of some nights, one list a night.
    pub(crate) fn of(nights: Vec<Vec<Past>>) -> Self {
        Self { nights }
    }

    /// The part of the devices of a group, healthy within so many nights before, that usually
    /// misses so many nights in a row. `None` where too few nights are known.
    pub(crate) fn rate(
        &self,
        missed: usize,
        healthy: usize,
        belongs: impl Fn(usize) -> bool,
    ) -> Option<f64> {
        let counts: Vec<(usize, usize)> = self
            .nights
            .iter()
            .map(|night| count(night, missed, healthy, &belongs))
            .filter(|(of, _)| *of > 0)
            .collect();
        if counts.len() < NIGHTS {
            return None;
        }
        let of: usize = counts.iter().map(|(of, _)| of).sum();
        let hits: usize = counts.iter().map(|(_, hits)| hits).sum();
        let mean = real(hits + 1) / real(of + 2);
        let small = of < SMALL * counts.len();
        Some(if small {
            mean
        } else {
            worst(&counts).max(mean)
        })
    }
}

/// The rate that nine of ten nights do not pass.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a place in a list
fn worst(counts: &[(usize, usize)]) -> f64 {
    let rates = counts.iter().map(|(of, hits)| real(*hits) / real(*of));
    let mut rates: Vec<f64> = rates.collect();
    rates.sort_by(f64::total_cmp);
    let rank = (QUANTILE * real(rates.len())).ceil() as usize;
    rates[rank.clamp(1, rates.len()) - 1]
}

fn count(
    night: &[Past],
    missed: usize,
    healthy: usize,
    belongs: &impl Fn(usize) -> bool,
) -> (usize, usize) {
    let mut counts = (0, 0);
    for past in night.iter().filter(|past| belongs(past.device)) {
        let age = past.last.duration_until(past.told);
        if age <= nights(missed + healthy) {
            counts.0 += 1;
            counts.1 += usize::from(age > nights(missed));
        }
    }
    counts
}

/// So many times 24 hours.
pub(crate) fn nights(count: usize) -> SignedDuration {
    SignedDuration::from_hours(i64::try_from(count).unwrap_or(i64::MAX / 48) * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(device: usize, hours: i64) -> Past {
        let told = Timestamp::UNIX_EPOCH;
        Past {
            device,
            last: told - SignedDuration::from_hours(hours),
            told,
        }
    }

    /// A night of `of` devices of which `hits` are 30 hours old and the others 6.
    fn night(of: usize, hits: usize) -> Vec<Past> {
        let age = |device| if device < hits { 30 } else { 6 };
        (0..of).map(|device| past(device, age(device))).collect()
    }

    #[track_caller]
    fn check(nights: Vec<Vec<Past>>, want: Option<f64>) {
        let got = Usual::of(nights).rate(1, 7, |_| true);
        let near = match (got, want) {
            (Some(got), Some(want)) => (got - want).abs() < 1e-9,
            (got, want) => got == want,
        };
        assert!(near, "{got:?} {want:?}");
    }

    #[test]
    fn two_weeks_of_nights_tell_a_rate() {
        check(vec![night(100, 10); 13], None);
        check(vec![night(100, 10); 14], Some(141.0 / 1_402.0));
    }

    #[test]
    fn a_bad_night_a_week_is_usual_and_one_in_three_weeks_is_not() {
        let mut nights = vec![night(100, 10); 21];
        nights[3] = night(100, 60);
        check(nights.clone(), Some(261.0 / 2_102.0));
        nights[10] = night(100, 60);
        nights[17] = night(100, 60);
        check(nights, Some(0.6));
    }

    #[test]
    fn few_devices_are_counted_over_all_nights() {
        let mut nights = vec![night(5, 0); 14];
        nights[0] = night(5, 5);
        nights[1] = night(5, 5);
        check(nights, Some(11.0 / 72.0));
    }

    #[test]
    fn the_long_gone_and_the_others_do_not_count() {
        let usual = Usual::of(vec![vec![past(0, 30), past(1, 9 * 24), past(2, 6)]; 14]);
        let rate = usual.rate(1, 7, |device| device < 2).unwrap();
        assert!((rate - 15.0 / 16.0).abs() < 1e-9, "{rate}");
        let edge = Usual::of(vec![vec![past(0, 24), past(1, 8 * 24)]; 14]);
        let rate = edge.rate(1, 7, |_| true).unwrap();
        assert!((rate - 15.0 / 30.0).abs() < 1e-9, "{rate}");
    }
}
