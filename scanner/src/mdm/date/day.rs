//! A day of the calendar as people and programs write it: one table of forms for every source.
//!
//! `03/04/2027` is the third of April in one country and the fourth of March in another. Such a day
//! is refused: the wrong choice swaps a phone a month too early.

use jiff::civil::Date;

/// Forms that mean one day only.
const FORMS: &[&str] = &[
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
];

/// Day first and month first. A text that is one day under both forms, or under one only, is that day.
const EITHER_WAY: &[[&str; 2]] = &[["%d/%m/%Y", "%m/%d/%Y"], ["%d-%m-%Y", "%m-%d-%Y"]];

/// Years in which a phone can be looked after; `27` and `0027` are none.
const YEARS: std::ops::RangeInclusive<i16> = 2007..=2199;

/// The day that a text means; `None` for a text that is no day, that may be two, or that lies in no
/// year in which phones are looked after.
pub(crate) fn parse(text: &str) -> Option<Date> {
    civil(without_time(text.trim())).filter(|day| YEARS.contains(&day.year()))
}

/// The day that a text without a time means, in any year of four digits.
pub(crate) fn civil(text: &str) -> Option<Date> {
    let sure = FORMS.iter().find_map(|form| day(form, text));
    sure.or_else(|| EITHER_WAY.iter().find_map(|forms| only(*forms, text)))
}

/// `31.03.27` is a day of the year 27 to a machine and of no year that is sure to a person.
fn day(form: &str, text: &str) -> Option<Date> {
    let four_digits = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 4);
    Date::strptime(form, text).ok().filter(|_| four_digits)
}

fn only(forms: [&str; 2], text: &str) -> Option<Date> {
    match forms.map(|form| day(form, text)) {
        [Some(one), Some(other)] => (one == other).then_some(one),
        [one, other] => one.or(other),
    }
}

/// `2027-03-31T00:00:00` and `2027-03-31 00:00` are days with a time that means nothing.
fn without_time(text: &str) -> &str {
    let split = text.split_once(['T', ' ']);
    match split
        .filter(|(_, time)| time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(':'))
    {
        Some((day, _)) => day,
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        let got = parse(text).map(|day| day.to_string());
        assert_eq!(got.as_deref(), want, "{text:?}");
    }

    #[test]
    fn days() {
        for text in [
            "2027-03-31",
            " 2027/03/31 ",
            "2027.03.31",
            "31.03.2027",
            "31.3.2027",
            "31 Mar 2027",
            "31-Mar-2027",
            "31 March 2027",
            "March 31, 2027",
            "31/03/2027",
            "03/31/2027",
            "31-03-2027",
            "2027-03-31T00:00:00",
            "2027-03-31 00:00",
            "2027-03-31T00:00:00Z",
        ] {
            check(text, Some("2027-03-31"));
        }
        check("04/04/2027", Some("2027-04-04"));
        check("29.02.2028", Some("2028-02-29"));
    }

    #[test]
    fn no_day_or_two() {
        for text in [
            "03/04/2027",
            "03-04-2027",
            "29.02.2027",
            "31.03.27",
            "46477",
            "Q1 2027",
            "2027-03",
            "soon",
            "1970-01-01",
            "2027-13-01",
            "",
        ] {
            check(text, None);
        }
    }
}
