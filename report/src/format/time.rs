//! Dates, times of day and spans of time as people read them.
//!
//! A stored text holds an instant as RFC 3339 in UTC ([`instant`]) and never a date of some zone: the
//! zone is the reader's, and [`in_zone`] puts it in when the text is read.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

/// The calendar date of an instant in the time zone of the reader.
pub fn date(at: Timestamp, zone: &TimeZone) -> civil::Date {
    zone.to_datetime(at).date()
}

/// "2026-11-20 03:14": date and time of day in the time zone of the reader.
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    let at = zone.to_datetime(at);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
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
    let at = TimeZone::UTC.to_datetime(at);
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", at.date())
}

/// A stored text as people read it: every instant in it as [`date_time`] of the reader's zone.
pub(crate) fn in_zone<'a>(text: &'a str, zone: &TimeZone) -> Cow<'a, str> {
    replaced(text, |at| date_time(at, zone))
}

/// The same for a text that leaves the report, where nothing else names the zone:
/// "2026-11-20 04:14 Europe/Berlin".
pub(crate) fn in_named_zone<'a>(text: &'a str, zone: &TimeZone) -> Cow<'a, str> {
    replaced(text, |at| {
        format!("{} {}", date_time(at, zone), self::zone(zone, at))
    })
}

fn replaced(text: &str, form: impl Fn(Timestamp) -> String) -> Cow<'_, str> {
    // Most texts have no instant, and every instant ends with this letter.
    if !text.contains('Z') {
        return Cow::Borrowed(text);
    }
    let mut read = String::new();
    let mut rest = text;
    let mut before = None;
    while let Some((start, end, at)) = first_instant(rest, before) {
        read.push_str(&rest[..start]);
        read.push_str(&form(at));
        before = Some('Z');
        rest = &rest[end..];
    }
    if read.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    read.push_str(rest);
    Cow::Owned(read)
}

/// "2026-11-20T03:14:15Z" without a fraction.
const INSTANT_LENGTH: usize = 20;

/// The first instant that stands by itself, and where. One inside a path or a name is none of ours.
fn first_instant(text: &str, before: Option<char>) -> Option<(usize, usize, Timestamp)> {
    let mut previous = before;
    for (start, char) in text.char_indices() {
        let begins = previous.is_none_or(|char| char.is_whitespace() || "(\"“".contains(char));
        previous = Some(char);
        if !begins || !char.is_ascii_digit() {
            continue;
        }
        if let Some((end, at)) = instant_at(text, start) {
            return Some((start, end, at));
        }
    }
    None
}

fn instant_at(text: &str, start: usize) -> Option<(usize, Timestamp)> {
    let length = text[start..].find('Z')? + 1;
    let word = &text[start..start + length];
    let after = text[start + length..].chars().next();
    let ends = after.is_none_or(|char| char.is_whitespace() || ",;.:)\"”".contains(char));
    let is_full = (INSTANT_LENGTH..=INSTANT_LENGTH + 10).contains(&length);
    let at = (ends && is_full && word.as_bytes()[10] == b'T').then(|| word.parse().ok())??;
    Some((start + length, at))
}

/// Whole days from `then` up to `now`: 6 d 23 h is 6, and less than a day ahead is 0.
pub fn days_between(then: Timestamp, now: Timestamp) -> i64 {
    now.as_second().saturating_sub(then.as_second()) / 86_400
}

/// "1 day", "1.5 days".
pub(crate) fn limit(days: f64) -> String {
    let unit = if days == 1.0 { "day" } else { "days" };
    format!("{days} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let all: Vec<_> = [1.0, 1.5, 7.0].into_iter().map(limit).collect();
        assert_eq!(all, ["1 day", "1.5 days", "7 days"]);
    }

    #[track_caller]
    fn check(stored: &str, want: &str) {
        let zone = TimeZone::get("Pacific/Auckland").unwrap();
        assert_eq!(in_zone(stored, &zone), want);
    }

    #[test]
    fn an_instant_is_read_in_the_zone_of_the_reader() {
        check("2026-11-10T04:00:00Z", "2026-11-10 17:00");
        check("on 2026-11-10T12:30:59.25Z, so", "on 2026-11-11 01:30, so");
        check("(2026-06-30T23:00:00Z)", "(2026-07-01 11:00)");
        check(
            "from 2026-11-10T04:00:00Z to 2026-11-11T04:00:00Z.",
            "from 2026-11-10 17:00 to 2026-11-11 17:00.",
        );
    }

    #[test]
    fn what_is_no_instant_of_ours_stays() {
        for text in [
            "",
            "planned for 2026-11-10",
            "/backups/2026-11-10T04:00:00Z/Info.plist",
            "snapshot-2026-11-10T04:00:00Z",
            "2026-11-10T04:00:00Z-copy",
            "2026-13-10T04:00:00Z",
            "2026-11-10T04:00:00",
            "2026-11-10 04:00:00Z",
            "é2026-11-10T04:00:00Z",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn outside_the_report_the_zone_is_named() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let read = in_named_zone("As of: 2026-11-20T04:00:00Z", &zone);
        assert_eq!(read, "As of: 2026-11-20 05:00 Europe/Berlin");
    }
}
