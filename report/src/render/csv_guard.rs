//! What Excel, LibreOffice and Google Sheets do to a text that they find in a CSV file.
//!
//! They look at the text, not at quotation marks: `"=1+1"` runs, `21E219` (a build of iOS 17.4)
//! becomes 2.1E+220, `17.10` becomes 17.1, `MARCH1` a day. This file knows those forms and nothing
//! else. A text that is none of them must not be touched, so each rule is exact rather than broad.
//! Forms were measured in LibreOffice 7.4; those of Excel and of other languages follow the
//! documentation and are on the side of caution.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Would a spreadsheet run this text as a formula, or turn it into a number, a date, a truth value
/// or an error?
pub fn would_mangle(text: &str) -> bool {
    let plain = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(narrow).collect())
    };
    let bare = plain.trim();
    // Numbers, dates and times have a digit, and most texts have none.
    let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
    starts_a_formula(&plain)
        || has_digit && (is_number(bare) || is_date_or_time(bare))
        || CONSTANTS.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

/// Truth values and errors.
const CONSTANTS: [&str; 10] = [
    "TRUE",
    "FALSE",
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#GETTING_DATA",
];

/// Full-width forms, which Excel reads like their ASCII twins, and the other minus and spaces.
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        '\u{2212}' => '-',
        '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{3000}' => ' ',
        other => other,
    }
}

/// The characters that start a formula, whatever white space and control characters come first;
/// and the tab, the ends of lines and NUL, which some importers drop before they look.
fn starts_a_formula(text: &str) -> bool {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c));
    rest = rest.trim_start();
    text.starts_with(['\t', '\r', '\n', '\0']) || rest.starts_with(['=', '+', '-', '@'])
}

fn is_invisible(character: char) -> bool {
    character.is_control() || crate::format::is_unsafe_to_print(character)
}

/// `00123`, `17.10`, `21E219`, `1,204.5`, `1 204`, `(5)`, `50%`, `$5`, `5 €`, `1 1/2`.
fn is_number(text: &str) -> bool {
    let text = unwrapped(text);
    match text.split_once(' ') {
        Some((whole, fraction)) if is_digits(whole) && is_ratio(fraction) => true,
        _ => is_decimal(text),
    }
}

/// The text without sign, brackets, currency and percent sign around it.
fn unwrapped(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let around = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%' | ' ' | '+' | '-');
    inner.unwrap_or(text).trim_matches(around)
}

fn is_ratio(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(above, below)| is_digits(above.trim()) && is_digits(below.trim()))
}

fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
        && is_mantissa(mantissa)
}

/// Digits with a decimal sign, or in groups of three: either sign may be the comma of its language.
fn is_mantissa(text: &str) -> bool {
    let [point, comma] = ['.', ','].map(|decimal| {
        let (whole, fraction) = text.rsplit_once(decimal).unwrap_or((text, ""));
        let digits = whole.len() + fraction.len() > 0;
        digits && is_grouped(whole) && fraction.bytes().all(|b| b.is_ascii_digit())
    });
    point || comma || is_grouped(text) && !text.is_empty()
}

/// Nothing, digits, or one to three digits and groups of three.
fn is_grouped(text: &str) -> bool {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return true;
    };
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or("");
    matches!(sign, ',' | '.' | ' ' | '\'' | '’')
        && is_digits(first)
        && first.len() <= 3
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A date, a time, or a date and a time.
fn is_date_or_time(text: &str) -> bool {
    const LONGEST: usize = 60; // "Donnerstag, 30. September 2026 12:59:59.999 PM" and some room
    if text.len() > LONGEST {
        return false;
    }
    let text = western(&text.to_lowercase());
    is_date(&text)
        || is_time(&text)
        || splits(&text).any(|(day, time)| is_time(time) && is_date(day))
}

/// Every way to cut a text into a date and a time: at a space, and at the `t` of RFC 3339.
fn splits(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.char_indices()
        .filter(|(_, c)| matches!(c, ' ' | 't'))
        .map(|(at, c)| {
            (
                text[..at].trim_end(),
                text[at + c.len_utf8()..].trim_start(),
            )
        })
}

/// `2026年11月20日` as `2026-11-20`.
fn western(text: &str) -> String {
    let text = text.replace(['年', '月'], "-").replace('日', "");
    text.trim_end_matches('-').to_owned()
}

/// `5:30`, `05:30:10.5`, `5:30 pm`, `3 p`.
fn is_time(text: &str) -> bool {
    let half = ["am", "pm", "a", "p"]
        .iter()
        .find_map(|half| text.strip_suffix(half));
    let parts: Vec<&str> = half.unwrap_or(text).trim_end().split(':').collect();
    let sane = |part: &&str| part.len() <= 4 && is_digits(part);
    match parts.as_slice() {
        [hour] => half.is_some_and(|h| h.ends_with(' ')) && sane(hour) && hour.len() <= 2,
        [hour, minute] => sane(hour) && is_seconds(minute),
        [hour, minute, second] => sane(hour) && sane(minute) && is_seconds(second),
        _ => false,
    }
}

fn is_seconds(text: &str) -> bool {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    whole.len() <= 2 && is_digits(whole) && is_digits(fraction)
}

fn is_date(text: &str) -> bool {
    is_date_of_numbers(text) || is_date_with_a_name(text)
}

/// `2026-11-20`, `20.11.2026`, `11/20/26`, `5/10`, `10-2026`.
fn is_date_of_numbers(text: &str) -> bool {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return false;
    };
    if !matches!(sign, '-' | '/' | '.') {
        return false;
    }
    let text = if sign == '.' {
        text.strip_suffix('.').unwrap_or(text)
    } else {
        text
    };
    let parts: Option<Vec<u32>> = text.split(sign).map(small_number).collect();
    match parts.as_deref() {
        Some(&[a, b, c]) => [(a, b, c), (b, a, c), (c, b, a)]
            .into_iter()
            .any(is_calendar_day),
        Some(&[a, b]) => {
            is_day_and_month(a, b) || is_day_and_month(b, a) || is_month_and_year(a, b)
        }
        _ => false,
    }
}

fn small_number(text: &str) -> Option<u32> {
    let text = text.trim();
    (is_digits(text) && text.len() <= 4).then(|| text.parse().ok())?
}

fn is_calendar_day((day, month, year): (u32, u32, u32)) -> bool {
    is_day_and_month(day, month) && is_year(year)
}

fn is_day_and_month(day: u32, month: u32) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

fn is_month_and_year(month: u32, year: u32) -> bool {
    (1..=12).contains(&month) && is_year(year)
}

fn is_year(year: u32) -> bool {
    year < 100 || (1000..=9999).contains(&year)
}

/// `5 Mar`, `MARCH1`, `20. November 2026`, `Fri, Nov 20, 2026`: the name of a month and one or two
/// numbers, perhaps the name of a day, and nothing else.
fn is_date_with_a_name(text: &str) -> bool {
    let (mut months, mut numbers) = (0, 0);
    for word in words_and_numbers(text) {
        match small_number(word) {
            Some(_) => numbers += 1,
            None if MONTH_NAMES.contains(word) => months += 1,
            None if DAY_NAMES.contains(word) || word == "de" => {}
            None => return false,
        }
    }
    months == 1 && (1..=2).contains(&numbers)
}

/// Runs of digits and runs of letters; anything that cannot stand in a date is a word of its own.
fn words_and_numbers(text: &str) -> impl Iterator<Item = &str> {
    let class = |c: char| match c {
        _ if c.is_ascii_digit() => 0,
        ' ' | '.' | ',' | '-' | '/' => 1,
        _ if c.is_alphabetic() => 2,
        _ => 3,
    };
    let mut rest = text;
    let runs = std::iter::from_fn(move || {
        let first = class(rest.chars().next()?);
        let end = rest.find(|c| class(c) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some((first, run))
    });
    runs.filter(|(class, _)| *class != 1).map(|(_, run)| run)
}

static MONTH_NAMES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| MONTHS.split_whitespace().collect());
static DAY_NAMES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| WEEKDAYS.split_whitespace().collect());

/// English, German, French, Spanish, Italian, Portuguese, Dutch; in full and as they are cut.
const MONTHS: &str = "\
    jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner \
    feb february februar février févr fév febrero febbraio fevereiro fev februari \
    mar march märz mär mrz mars marzo março maart mrt \
    apr april avril avr abril abr aprile \
    may mai mayo maggio mag maio mei \
    jun june juni juin junio giugno giu junho \
    jul july juli juillet juil julio luglio lug julho \
    aug august août agosto ago augustus \
    sep sept september septembre septiembre settembre set setembro \
    oct october okt oktober octobre octubre ottobre ott outubro out \
    nov november novembre noviembre novembro \
    dec december dez dezember décembre déc diciembre dic dicembre dezembro";

const WEEKDAYS: &str = "\
    mon tue tues wed thu thur thurs fri sat sun \
    monday tuesday wednesday thursday friday saturday sunday \
    mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag";
/// UTF-16 units in a cell (Microsoft, "Excel specifications and limits").
const CELL_MAX: usize = 32_767;

/// A text as a cell can hold it: no longer than a spreadsheet reads.
pub(crate) fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= CELL_MAX || text.encode_utf16().count() <= CELL_MAX {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < CELL_MAX
    };
    let kept: String = text.chars().take_while(fits).collect();
    Cow::Owned(kept + "…")
}
