//! `--since`: the day or the instant from which a change is counted.
//!
//! A day is meant to its end, in the zone of the dates for people: who asks for the change since
//! Friday means the run of Friday night.

use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A day, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// A calendar day.
    Day(Date),
    /// An instant with its zone.
    Instant(Timestamp),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let instant = || text.parse().map(Self::Instant);
        let day = text.parse().map(Self::Day);
        // A date's parser would take the date of an instant.
        if text.contains(['T', 't']) {
            instant()
        } else {
            day
        }
        .map_err(|_| "write a day such as 2026-11-13, or an instant with its zone".to_owned())
    }
}

impl Since {
    /// The newest run at or before this is compared with.
    pub(crate) fn last_instant(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Day(day) => day
                .tomorrow()
                .and_then(|next| next.to_zoned(zone.clone()))
                .map_or(Timestamp::MAX, |next| {
                    next.timestamp() - SignedDuration::from_nanos(1)
                }),
        }
    }
}

/// An instant as the command line takes it.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "write an instant with its zone, such as 2026-11-20T04:00:00Z".to_owned())
}

/// A calendar day as the command line takes it.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let is_day = !text.contains(['T', 't', ' ']);
    let day = text.parse().ok().filter(|_| is_day);
    day.ok_or_else(|| "write a day such as 2026-11-20".to_owned())
}

/// A time of day as the command line takes it: hours and minutes.
pub(super) fn time_of_day(text: &str) -> Result<Time, String> {
    let has_minutes = text.split(':').count() == 2;
    let time = Time::strptime("%H:%M", text).ok().filter(|_| has_minutes);
    time.ok_or_else(|| "write hours and minutes, such as 05:30".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone: &str, want: Option<&str>) {
        let zone = TimeZone::get(zone).unwrap();
        let since = text.parse::<Since>().ok();
        let got = since.map(|since| since.last_instant(&zone).to_string());
        assert_eq!(got.as_deref(), want, "{text}");
    }

    #[test]
    fn a_day_lasts_to_its_end_where_the_reader_lives() {
        check("2026-11-13", "UTC", Some("2026-11-13T23:59:59.999999999Z"));
        check(
            "2026-11-13",
            "Europe/Berlin",
            Some("2026-11-13T22:59:59.999999999Z"),
        );
        check(
            "2026-11-13T04:00:00+01:00",
            "UTC",
            Some("2026-11-13T03:00:00Z"),
        );
        check("9999-12-31", "UTC", Some(&Timestamp::MAX.to_string()));
        check("friday", "UTC", None);
        check("2026-11-13T04:00", "UTC", None);
        check("2026-13-01", "UTC", None);
    }

    #[test]
    fn a_time_of_day_has_hours_and_minutes() {
        let check = |text, wanted| assert_eq!(time_of_day(text).ok(), wanted, "{text}");
        check("05:30", Some(Time::constant(5, 30, 0, 0)));
        check("23:59", Some(Time::constant(23, 59, 0, 0)));
        check("24:00", None);
        check("5", None);
        check("05:30:10", None);
        check("half past five", None);
    }
}
