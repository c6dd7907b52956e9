//! How old something is: the one way in which every output tells it.
//!
//! An age is elapsed time, cut off and never rounded up: 6 d 23 h is "6 days". Just past a limit of
//! the policy it gets as many digits as show that it is past it: 7 d 5 h is "7.2 days" where the
//! limit is 7.

use jiff::{SignedDuration, Timestamp};

use super::number::plural;

const MINUTE: i128 = 60 * 1_000_000_000;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// More digits than a nanosecond needs in days.
const DIGITS_MAX: u32 = 16;

/// The ages at which a judgement changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgeLimits(Vec<SignedDuration>);

impl AgeLimits {
    /// These ages, in days.
    pub fn of_days(days: impl IntoIterator<Item = f64>) -> Self {
        let seconds = days.into_iter().map(|days| days * 86_400.0);
        let limits = seconds.map(SignedDuration::try_from_secs_f64);
        Self(limits.filter_map(Result::ok).collect())
    }

    /// These ages and one more, in hours.
    #[must_use]
    pub(crate) fn and_hours(mut self, hours: f64) -> Self {
        let limit = SignedDuration::try_from_secs_f64(hours * 3_600.0);
        self.0.extend(limit.ok());
        self
    }
}

/// How old something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Age<'a> {
    /// Nanoseconds; negative for what lies ahead.
    elapsed: i128,
    limits: &'a AgeLimits,
}

/// The age at `now` of something of `then`, under these limits.
pub fn age(then: Timestamp, now: Timestamp, limits: &AgeLimits) -> Age<'_> {
    Age {
        elapsed: then.duration_until(now).as_nanos(),
        limits,
    }
}

impl Age<'_> {
    /// In days, for programs and tables; 0 for what lies ahead.
    pub fn days(self) -> f64 {
        let days = rounded(self.elapsed.max(0), DAY, self.limits);
        days.parse().unwrap_or_default()
    }

    /// "7.2 days", and "0 days" for what lies ahead.
    pub(crate) fn in_days(self) -> String {
        in_unit(self.elapsed.max(0), DAY, ["day", "days"], self.limits)
    }

    /// In the largest unit that says enough: "20 minutes", "3 hours", "7.2 days", "2 hours ahead".
    pub fn words(self) -> String {
        self.in_units(DAY)
    }

    /// The same with hours for the second day too, where a limit is a matter of hours.
    pub(crate) fn words_of_hours(self) -> String {
        self.in_units(2 * DAY)
    }

    fn in_units(self, days_from: i128) -> String {
        let elapsed = self.elapsed.abs();
        let (unit, names) = match elapsed {
            ..HOUR => (MINUTE, ["minute", "minutes"]),
            _ if elapsed < days_from => (HOUR, ["hour", "hours"]),
            _ => (DAY, ["day", "days"]),
        };
        let span = in_unit(elapsed, unit, names, self.limits);
        match self.elapsed {
            ..0 => format!("{span} ahead"),
            _ => span,
        }
    }
}

fn in_unit(elapsed: i128, unit: i128, [one, many]: [&str; 2], limits: &AgeLimits) -> String {
    let rounded = rounded(elapsed, unit, limits);
    match rounded.parse::<u64>() {
        Ok(whole) => plural(whole, one, many),
        Err(_) => format!("{rounded} {many}"),
    }
}

/// A span in a unit, with the fewest digits that leave it on its side of every limit.
fn rounded(elapsed: i128, unit: i128, limits: &AgeLimits) -> String {
    let passed = limits.0.iter().map(SignedDuration::as_nanos);
    let passed = passed.filter(|limit| *limit < elapsed).max().unwrap_or(-1);
    let enough = |digits: &u32| {
        let scale = 10_i128.pow(*digits);
        passed * scale < cut(elapsed, unit, scale) * unit
    };
    let digits = (0..DIGITS_MAX).find(enough).unwrap_or(DIGITS_MAX);
    let scale = 10_i128.pow(digits);
    let number = cut(elapsed, unit, scale);
    match digits {
        0 => number.to_string(),
        digits => format!(
            "{}.{:0width$}",
            number / scale,
            number % scale,
            width = digits as usize
        ),
    }
}

/// How many of the scaled unit's parts are over, whole ones only.
fn cut(elapsed: i128, unit: i128, scale: i128) -> i128 {
    let (whole, rest) = (elapsed / unit, elapsed % unit);
    whole * scale + rest * scale / unit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(nanoseconds: i64, limits: &AgeLimits) -> Age<'_> {
        let then = Timestamp::UNIX_EPOCH;
        let now = then + SignedDuration::from_nanos(nanoseconds);
        age(then, now, limits)
    }

    const SECOND: i64 = 1_000_000_000;
    const DAYS: i64 = 86_400 * SECOND;

    #[track_caller]
    fn check(nanoseconds: i64, words: &str) {
        let limits = AgeLimits::of_days([0.5, 3.0, 7.0, 14.0]);
        assert_eq!(after(nanoseconds, &limits).words(), words);
    }

    #[test]
    fn an_age_is_cut_off_and_shows_the_limit_that_it_passed() {
        check(0, "0 minutes");
        check(119 * SECOND, "1 minute");
        check(7_199 * SECOND, "1 hour");
        check(12 * 3_600 * SECOND, "12 hours");
        check(12 * 3_600 * SECOND + 600 * SECOND, "12.1 hours");
        check(2 * DAYS - 1, "1 day");
        check(3 * DAYS, "3 days");
        check(3 * DAYS + DAYS / 2, "3.5 days");
        check(4 * DAYS + DAYS / 2, "4 days");
        check(7 * DAYS - 1, "6 days");
        check(7 * DAYS, "7 days");
        check(7 * DAYS + DAYS / 5, "7.2 days");
        check(7 * DAYS + DAYS / 100, "7.01 days");
        check(7 * DAYS + SECOND, "7.00001 days");
        check(8 * DAYS + DAYS / 100, "8 days");
        check(2_000 * DAYS, "2,000 days");
        check(-2 * 3_600 * SECOND, "2 hours ahead");
    }

    #[test]
    fn a_limit_of_hours_is_told_in_hours() {
        let limits = AgeLimits::default().and_hours(24.0);
        let words = |seconds| after(seconds * SECOND, &limits).words_of_hours();
        assert_eq!(words(86_400), "24 hours");
        assert_eq!(words(86_460), "24.01 hours");
        assert_eq!(words(2 * 86_400 - 1), "47 hours");
        assert_eq!(words(2 * 86_400), "2 days");
    }

    #[test]
    fn what_lies_ahead_has_no_age() {
        let limits = AgeLimits::of_days([0.0, 7.0]);
        assert!(after(-DAYS, &limits).days().abs() < f64::EPSILON);
        assert_eq!(after(-DAYS, &limits).in_days(), "0 days");
    }

    /// "7.2 days" as nanoseconds.
    fn read(words: &str) -> i128 {
        let (number, unit) = words.split_once(' ').unwrap();
        let number = number.replace(',', "");
        let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
        let unit = match unit.trim_end_matches('s') {
            "day" => DAY,
            "hour" => HOUR,
            _ => MINUTE,
        };
        let scale = 10_i128.pow(u32::try_from(part.len()).unwrap());
        let scaled: i128 = format!("{whole}{part}").parse().unwrap();
        // Up, so that what was cut off is not cut off twice.
        (scaled * unit + scale - 1) / scale
    }

    proptest! {
        #[test]
        fn an_age_is_never_told_on_the_other_side_of_a_limit(
            elapsed in 0..400 * DAYS,
            beside in -100_000_000_000..100_000_000_000_i64,
            at_limit in any::<bool>(),
            days in proptest::collection::vec(0.0..400.0_f64, 1..6),
            whole in any::<bool>(),
        ) {
            let days: Vec<f64> = days.into_iter().map(|d| if whole { d.floor() } else { d }).collect();
            let limits = AgeLimits::of_days(days);
            let near = i64::try_from(limits.0[0].as_nanos()).unwrap().saturating_add(beside).max(0);
            let elapsed = if at_limit { near } else { elapsed };
            let age = after(elapsed, &limits);
            for words in [age.words(), age.in_days()] {
                let rounded = read(&words);
                prop_assert!(rounded <= i128::from(elapsed) + 1, "{words}");
                for limit in &limits.0 {
                    let limit = limit.as_nanos();
                    prop_assert_eq!(rounded > limit, i128::from(elapsed) > limit, "{}", words);
                }
            }
        }
    }
}
