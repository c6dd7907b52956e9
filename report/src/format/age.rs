//! How old something is: the one way in which every output tells it.
//!
//! An age is elapsed time, cut off and never rounded up: 6 d 23 h is "6 days". The first two days are
//! counted in hours, because "1 day" may be 24 hours or 47, and a swap is a matter of hours. Just past
//! a limit of the policy an age gets as many digits as show that it is past it: 7 d 5 h is "7.2 days"
//! where the limit is 7.

use jiff::{SignedDuration, Timestamp};

use super::number::plural;

const MINUTE: i128 = 60 * 1_000_000_000;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;
/// Ages below this are told in hours.
const DAYS_FROM: i128 = 2 * DAY;

/// More digits than a nanosecond needs in days.
const DIGITS_MAX: u32 = 16;

/// The ages at which a judgement changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgeLimits {
    /// Limits in days: they bear on every way to tell an age.
    of_days: Vec<SignedDuration>,
    /// A limit in hours bears on words alone: the number of days of a table stays whole beside it.
    of_hours: Option<SignedDuration>,
}

impl AgeLimits {
    /// These ages, in days.
    pub fn of_days(days: impl IntoIterator<Item = f64>) -> Self {
        let seconds = days.into_iter().map(|days| days * 86_400.0);
        let limits = seconds.map(SignedDuration::try_from_secs_f64);
        Self {
            of_days: limits.filter_map(Result::ok).collect(),
            of_hours: None,
        }
    }

    /// These ages and one more, in hours.
    #[must_use]
    pub(crate) fn and_hours(self, hours: f64) -> Self {
        Self {
            of_hours: SignedDuration::try_from_secs_f64(hours * 3_600.0).ok(),
            ..self
        }
    }

    /// The largest limit in days that is exceeded; below every age where there is none.
    fn passed_of_days(&self, elapsed: i128) -> i128 {
        let limits = self.of_days.iter().map(SignedDuration::as_nanos);
        let passed = limits.filter(|limit| *limit < elapsed);
        passed.max().unwrap_or(-1)
    }

    /// The largest limit of any kind that is exceeded.
    fn passed(&self, elapsed: i128) -> i128 {
        let of_hours = self.of_hours.map(|limit| limit.as_nanos());
        let of_hours = of_hours.filter(|limit| *limit < elapsed);
        self.passed_of_days(elapsed).max(of_hours.unwrap_or(-1))
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
        let elapsed = self.elapsed.max(0);
        let days = rounded(elapsed, DAY, self.limits.passed_of_days(elapsed));
        days.parse().unwrap_or_default()
    }

    /// In the largest unit that says enough: "20 minutes", "30 hours", "7.2 days", "2 hours ahead".
    pub fn words(self) -> String {
        let (number, unit) = self.number_and_unit();
        let span = match number.parse::<u64>() {
            Ok(whole) => plural(whole, unit.one, unit.many),
            Err(_) => format!("{number} {}", unit.many),
        };
        match self.elapsed {
            ..0 => format!("{span} ahead"),
            _ => span,
        }
    }

    /// The same for a narrow column: "20 min", "30 h", "7.2 d"; "0 min" for what lies ahead.
    pub(crate) fn short(self) -> String {
        let elapsed = self.elapsed.max(0);
        let (number, unit) = Self { elapsed, ..self }.number_and_unit();
        format!("{number} {}", unit.short)
    }

    fn number_and_unit(self) -> (String, &'static Unit) {
        let elapsed = self.elapsed.abs();
        let unit = match elapsed {
            ..HOUR => &MINUTES,
            HOUR..DAYS_FROM => &HOURS,
            _ => &DAYS,
        };
        let number = rounded(elapsed, unit.nanoseconds, self.limits.passed(elapsed));
        (number, unit)
    }
}

/// What an age is counted in.
struct Unit {
    nanoseconds: i128,
    one: &'static str,
    many: &'static str,
    short: &'static str,
}

#[rustfmt::skip] // one unit a line
const MINUTES: Unit = Unit { nanoseconds: MINUTE, one: "minute", many: "minutes", short: "min" };
#[rustfmt::skip]
const HOURS: Unit = Unit { nanoseconds: HOUR, one: "hour", many: "hours", short: "h" };
#[rustfmt::skip]
const DAYS: Unit = Unit { nanoseconds: DAY, one: "day", many: "days", short: "d" };

/// A span in a unit, with the fewest digits that leave it above the limit that it exceeds.
fn rounded(elapsed: i128, unit: i128, passed: i128) -> String {
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
    const DAY_LONG: i64 = 86_400 * SECOND;

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
        check(2 * DAY_LONG - 1, "47 hours");
        check(2 * DAY_LONG, "2 days");
        check(3 * DAY_LONG, "3 days");
        check(3 * DAY_LONG + DAY_LONG / 2, "3.5 days");
        check(4 * DAY_LONG + DAY_LONG / 2, "4 days");
        check(7 * DAY_LONG - 1, "6 days");
        check(7 * DAY_LONG, "7 days");
        check(7 * DAY_LONG + DAY_LONG / 5, "7.2 days");
        check(7 * DAY_LONG + DAY_LONG / 100, "7.01 days");
        check(7 * DAY_LONG + SECOND, "7.00001 days");
        check(8 * DAY_LONG + DAY_LONG / 100, "8 days");
        check(2_000 * DAY_LONG, "2,000 days");
        check(-2 * 3_600 * SECOND, "2 hours ahead");
    }

    /// The number of days in a table does not change with the limit of a swap.
    #[test]
    fn a_limit_of_hours_is_told_in_words_only() {
        let limits = AgeLimits::of_days([3.0]).and_hours(24.0);
        let check = |seconds: i64, words: &str, short: &str, days: f64| {
            let age = after(seconds * SECOND, &limits);
            assert_eq!((age.words().as_str(), age.short().as_str()), (words, short));
            assert!((age.days() - days).abs() < f64::EPSILON, "{}", age.days());
        };
        check(119, "1 minute", "1 min", 0.0);
        check(86_400, "24 hours", "24 h", 1.0);
        check(86_460, "24.01 hours", "24.01 h", 1.0);
        check(2 * 86_400 - 1, "47 hours", "47 h", 1.0);
        check(2 * 86_400, "2 days", "2 d", 2.0);
        check(3 * 86_400 + 8_640, "3.1 days", "3.1 d", 3.1);
    }

    #[test]
    fn what_lies_ahead_has_no_age() {
        let limits = AgeLimits::of_days([0.0, 7.0]);
        assert!(after(-DAY_LONG, &limits).days().abs() < f64::EPSILON);
        assert_eq!(after(-DAY_LONG, &limits).short(), "0 min");
        assert_eq!(after(-DAY_LONG, &limits).words(), "24 hours ahead");
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
            elapsed in 0..400 * DAY_LONG,
            beside in -100_000_000_000..100_000_000_000_i64,
            at_limit in any::<bool>(),
            days in proptest::collection::vec(0.0..400.0_f64, 1..6),
            whole in any::<bool>(),
        ) {
            let days: Vec<f64> = days.into_iter().map(|d| if whole { d.floor() } else { d }).collect();
            let limits = AgeLimits::of_days(days);
            let near = i64::try_from(limits.of_days[0].as_nanos()).unwrap().saturating_add(beside).max(0);
            let elapsed = if at_limit { near } else { elapsed };
            let age = after(elapsed, &limits);
            let words = age.words();
            let rounded = read(&words);
            prop_assert!(rounded <= i128::from(elapsed) + 1, "{words}");
            for limit in &limits.of_days {
                let limit = limit.as_nanos();
                prop_assert_eq!(rounded > limit, i128::from(elapsed) > limit, "{}", words);
            }
        }
    }
}
