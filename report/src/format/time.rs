//! Dates, times of day and spans of time as people read them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::number::plural;

/// The calendar date of an instant in the time zone of the reader.
pub fn date(at: Timestamp, zone: &TimeZone) -> civil::Date {
    zone.to_datetime(at).date()
}

/// "2026-11-20 03:14": date and time of day in the time zone of the reader.
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// "Europe/Berlin", "UTC"; a zone without a name by its offset at that instant, "UTC+01".
pub fn zone(zone: &TimeZone, at: Timestamp) -> String {
    match zone.iana_name() {
        Some("Etc/UTC") => "UTC".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("UTC{}", zone.to_offset(at)),
    }
}

/// "2026-11-20T03:14:15Z": the exact instant, to the second.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// "2026-11-19": the calendar date in UTC.
pub(crate) fn utc_date(at: Timestamp) -> String {
    date(at, &TimeZone::UTC).to_string()
}

/// "2026-11-19 21:10 UTC".
pub(crate) fn utc_date_time(at: Timestamp) -> String {
    format!("{} UTC", date_time(at, &TimeZone::UTC))
}

/// Whole days from `then` up to `now`: 6 d 23 h is 6, and less than a day ahead is 0.
pub fn days_between(then: Timestamp, now: Timestamp) -> i64 {
    now.as_second().saturating_sub(then.as_second()) / 86_400
}

/// "5 days", from one moment to a later one, whole days only; "0 days" where it is not later.
pub(crate) fn elapsed_days(then: Timestamp, now: Timestamp) -> String {
    days(days_between(then, now).max(0))
}

/// "1 day", "6 days".
pub fn days(count: i64) -> String {
    let count_abs = count.unsigned_abs();
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", plural(count_abs, "day", "days"))
}

/// "1 day", "1.5 days".
pub(crate) fn limit(days: f64) -> String {
    let unit = if days == 1.0 { "day" } else { "days" };
    format!("{days} {unit}")
}

/// How long ago in the largest unit that says enough: "20 minutes", "3 hours", "6 days".
pub fn elapsed(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second());
    let (size, one, many) = match seconds.unsigned_abs() {
        0..3_600 => (60, "minute", "minutes"),
        3_600..86_400 => (3_600, "hour", "hours"),
        _ => (86_400, "day", "days"),
    };
    let span = plural(seconds.unsigned_abs() / size, one, many);
    if seconds < 0 {
        format!("{span} ahead")
    } else {
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let all: Vec<_> = [1.0, 1.5, 7.0].into_iter().map(limit).collect();
        assert_eq!(all, ["1 day", "1.5 days", "7 days"]);
    }
}
