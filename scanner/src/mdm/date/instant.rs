//! Dates as exports write them: one table of forms for every source.
//!
//! `05/01/2024` is refused, for half of the world reads May and the other half January; and a number is a date only when one way of counting makes it a possible one.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::written::{self, DateOrder, Written};
use crate::source::fold::folded;
use crate::source::plist as property_list;

/// 2011-10-12, the day iCloud opened: no backup, contact or enrolment is older. What is
/// older stands for "none" (1970, 2001 and the year 1 are the zeros of Unix, Apple and Go).
const FIRST_POSSIBLE: i64 = 1_318_377_600;

/// 2100-01-01: what is later is no date but another number.
const LAST_POSSIBLE: i64 = 4_102_444_800;

/// The years that stand for none begin with 1, the zero of Go and .NET, and go on with 1601, the zero
/// of Windows. A year between the two is one of which only the last digits were written.
const SHORT_YEARS: std::ops::Range<i64> = -62_104_060_800..-11_644_560_000;

/// 2001-01-01, from which Apple counts.
const APPLE_EPOCH: i64 = 978_307_200;

/// What stands where a date belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    /// An instant.
    At(Timestamp),
    /// A way to write "none". Whether that is "never" or "not known" is for the source to say.
    None,
    /// No form fits, or two that contradict each other.
    Unreadable,
}

/// How a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// Milliseconds since 1970.
    Milliseconds,
    /// Seconds since 1970.
    Seconds,
    /// Seconds since 2001.
    AppleSeconds,
}

/// Zeros of one way of counting in another: 2001 in seconds since 1970, 1970 in seconds since 2001,
/// and the year 1, each in seconds and milliseconds.
const ZEROS: [f64; 6] = [
    0.0,
    978_307_200.0,
    978_307_200_000.0,
    -978_307_200.0,
    -62_135_596_800.0,
    -62_135_596_800_000.0,
];

/// In this order a number of unknown counting is tried. Within the possible dates milliseconds never
/// meet the others, and seconds since 2001 meet those since 1970 only after the year 2042.
const COUNTS: [Count; 3] = [Count::Milliseconds, Count::Seconds, Count::AppleSeconds];

/// What people and programs write for "none".
const NONE: &[&str] = &[
    "",
    "-",
    "--",
    "0",
    "n/a",
    "null",
    "none",
    "never",
    "no backup",
    "never backed up",
    "no date",
    "nie",
    "jamais",
    "nunca",
    "mai",
    "nooit",
    "なし",
    "从未",
    "從未",
    "없음",
    "0000-00-00",
    "0000-00-00 00:00:00",
];

/// Is the date one that can be meant?
fn is_possible(date: Timestamp) -> bool {
    date.as_second() >= FIRST_POSSIBLE
}

/// A date as text; `zone` is that of the source, for a text without one.
pub(crate) fn of_text(text: &str, zone: &TimeZone) -> Dated {
    of_text_by(text, zone, || None)
}

/// The same, with the order of day and month for a text that needs it.
pub(crate) fn of_text_by(
    text: &str,
    zone: &TimeZone,
    order: impl FnOnce() -> Option<DateOrder>,
) -> Dated {
    let text = text.trim();
    let folded = folded(text);
    if NONE.contains(&folded.as_str()) {
        return Dated::None;
    }
    match number(text).map(|number| of_number(number, None)) {
        None | Some(Dated::Unreadable) => {}
        Some(dated) => return dated,
    }
    let moment = match written::read(text) {
        Some(Written::One(moment, _)) => Some(moment),
        Some(two) => two.by(order()),
        None => None,
    };
    possible(moment.and_then(|moment| moment.timestamp(zone)))
}

/// A date as a number; without `count`, the one way of counting that makes it a possible date.
pub(crate) fn of_number(number: f64, count: Option<Count>) -> Dated {
    let Some(count) = count else {
        return by_size(number);
    };
    let seconds = match count {
        Count::Milliseconds => number / 1e3,
        Count::Seconds => number,
        Count::AppleSeconds => number + APPLE_EPOCH as f64,
    };
    let possible_at_all = seconds.is_finite() && seconds.abs() < LAST_POSSIBLE as f64 * 16.0;
    let millis = possible_at_all.then(|| (seconds * 1e3).round() as i64);
    match Dated::from(millis.and_then(|millis| Timestamp::from_millisecond(millis).ok())) {
        Dated::At(_) if number == 0.0 => Dated::None,
        dated => dated,
    }
}

fn by_size(number: f64) -> Dated {
    let tried = COUNTS.map(|count| of_number(number, Some(count)));
    let fits = tried.iter().find(|dated| matches!(dated, Dated::At(_)));
    match fits {
        Some(dated) => *dated,
        None if ZEROS.contains(&number) => Dated::None,
        None => Dated::Unreadable,
    }
}

/// A date in JSON.
pub(crate) fn of_json(value: &serde_json::Value, zone: &TimeZone) -> Dated {
    match value {
        serde_json::Value::Null => Dated::None,
        serde_json::Value::String(text) => of_text(text, zone),
        serde_json::Value::Number(number) => number
            .as_f64()
            .map_or(Dated::Unreadable, |number| of_number(number, None)),
        _ => Dated::Unreadable,
    }
}

/// The date at a key of an object, where there is one that can be read.
pub(crate) fn instant_in(object: &serde_json::Value, key: &str) -> Option<Timestamp> {
    match of_json(object.get(key)?, &TimeZone::UTC) {
        Dated::At(at) => Some(at),
        Dated::None | Dated::Unreadable => None,
    }
}

/// A date in a property list: as such, or as text where a server rewrote the answer.
pub(crate) fn of_plist(value: &plist::Value) -> Dated {
    match value {
        plist::Value::Date(date) => possible(property_list::timestamp(*date)),
        plist::Value::String(text) => of_text(text, &TimeZone::UTC),
        _ => Dated::Unreadable,
    }
}

impl From<Option<Timestamp>> for Dated {
    fn from(date: Option<Timestamp>) -> Self {
        possible(date)
    }
}

fn possible(date: Option<Timestamp>) -> Dated {
    match date {
        Some(date) if SHORT_YEARS.contains(&date.as_second()) => Dated::Unreadable,
        Some(date) if !is_possible(date) => Dated::None,
        Some(date) if date.as_second() < LAST_POSSIBLE => Dated::At(date),
        _ => Dated::Unreadable,
    }
}

/// Digits with a sign and a fraction, and nothing of scientific notation: a spreadsheet has thrown
/// digits away.
fn number(text: &str) -> Option<f64> {
    let digits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    text.bytes()
        .all(digits)
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn text(text: &str, want: &str) {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(
            of_text(text, &berlin),
            Dated::At(want.parse().unwrap()),
            "{text}"
        );
    }

    #[test]
    fn texts_with_their_zone() {
        let want = "2017-07-07T23:37:04.555Z";
        text("2017-07-07T18:37:04.555-0500", want);
        text("2017-07-07T18:37:04.555-05:00", want);
        text("2017-07-07T23:37:04.555Z", want);
        text(" 2017-07-07 23:37:04.555 UTC ", want);
        text("2017-07-07 23:37:04.555 +0000", want);
        text("2017-07-07T23:37Z", "2017-07-07T23:37:00Z");
        text(
            "2018-08-13T14:30:16.13272395Z",
            "2018-08-13T14:30:16.13272395Z",
        );
        text("Fri, 07 Jul 2017 18:37:04 -0500", "2017-07-07T23:37:04Z");
    }

    #[test]
    fn texts_in_the_zone_of_their_source() {
        let want = "2017-07-07T21:37:00Z";
        text("2017-07-07T23:37:00", want);
        text("2017-07-07 23:37:00", want);
        text("2017-07-07 23:37", want);
        text("2017/07/07 23:37", want);
        text("2017-07-07 11:37 PM", want);
        text("Jul 7, 2017 11:37 PM", want);
        text("7 Jul 2017 23:37", want);
        text("2017-07-07", "2017-07-06T22:00:00Z");
        text("Jul 7, 2017", "2017-07-06T22:00:00Z");
        text("7.7.2017", "2017-07-06T22:00:00Z");
        text("31/12/2017", "2017-12-30T23:00:00Z");
        text("12/31/2017", "2017-12-30T23:00:00Z");
    }

    #[test]
    fn numbers_as_text() {
        text("1499470624", "2017-07-07T23:37:04Z");
        text("1499470624555", "2017-07-07T23:37:04.555Z");
        text("521163424", "2017-07-07T23:37:04Z");
        text("521163424.5", "2017-07-07T23:37:04.5Z");
    }

    #[track_caller]
    fn other(text: &str, want: Dated) {
        assert_eq!(of_text(text, &TimeZone::UTC), want, "{text:?}");
    }

    #[test]
    fn ways_to_write_none() {
        let zeros = [
            "",
            " ",
            "0",
            "-",
            "Never",
            "null",
            "0001-01-01T00:00:00Z",
            "0001-01-01",
            "1601-01-01T00:00:00Z",
            "1899-12-30",
            "1970-01-01",
            "1970-01-01T00:00:00Z",
            "2001-01-01 00:00:00 +0000",
            "-62135596800",
            "2011-10-11T23:59:59Z",
        ];
        for zero in zeros {
            other(zero, Dated::None);
        }
        text("2011-10-12T00:00:00Z", "2011-10-12T00:00:00Z");
    }

    #[test]
    fn what_is_no_date_or_more_than_one() {
        let unreadable = [
            "05/01/2024",
            "05-01-2024",
            "1.05.24",
            "7 Jul 17",
            "17-07-07 23:37",
            "0017-07-07 23:37",
            "Today at 12:42",
            "2 hours ago",
            "1.49947E+12",
            "2024-13-01",
            "2024-02-30",
            "99999999999999999999",
            "53",
            "-1",
            "2100-01-01",
            "yes",
        ];
        for words in unreadable {
            other(words, Dated::Unreadable);
        }
        text("2099-12-31T23:59:59Z", "2099-12-31T23:59:59Z");
    }

    #[track_caller]
    fn counted(number: f64, count: Count, want: &str) {
        let want = Dated::At(want.parse().unwrap());
        assert_eq!(of_number(number, Some(count)), want, "{number}");
    }

    #[test]
    fn numbers_whose_counting_is_known() {
        counted(1_499_470_624.0, Count::Seconds, "2017-07-07T23:37:04Z");
        counted(
            1_499_470_624_555.0,
            Count::Milliseconds,
            "2017-07-07T23:37:04.555Z",
        );
        counted(521_163_424.0, Count::AppleSeconds, "2017-07-07T23:37:04Z");
        for count in COUNTS {
            assert_eq!(of_number(0.0, Some(count)), Dated::None);
            assert_eq!(of_number(f64::NAN, Some(count)), Dated::Unreadable);
            assert_eq!(of_number(f64::INFINITY, Some(count)), Dated::Unreadable);
        }
    }

    #[test]
    fn values_of_json() {
        let at = |value| of_json(&value, &TimeZone::UTC);
        let want = Dated::At("2017-07-07T23:37:04Z".parse().unwrap());
        assert_eq!(at(json!("2017-07-07T23:37:04Z")), want);
        assert_eq!(at(json!(1_499_470_624)), want);
        assert_eq!(at(json!(null)), Dated::None);
        assert_eq!(at(json!(0)), Dated::None);
        assert_eq!(at(json!(true)), Dated::Unreadable);
        assert_eq!(at(json!({})), Dated::Unreadable);
    }

    proptest! {
        #[test]
        fn whatever_is_written_in_full_is_read(second in FIRST_POSSIBLE..LAST_POSSIBLE) {
            let at = Timestamp::from_second(second).unwrap();
            let want = Dated::At(at);
            prop_assert_eq!(of_text(&at.to_string(), &TimeZone::UTC), want);
            prop_assert_eq!(of_text(&second.to_string(), &TimeZone::UTC), want);
            prop_assert_eq!(of_text(&(second * 1000).to_string(), &TimeZone::UTC), want);
            let offset = at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
            prop_assert_eq!(of_text(&offset, &TimeZone::UTC), want);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}", number: f64) {
            of_text(&text, &TimeZone::UTC);
            of_number(number, None);
        }
    }
}
