//! Dates as people, spreadsheets and programs write them, in the order of their parts and the words of
//! their language: one reader for every source.
//!
//! `05/11/2026` is two days, and both are handed over: which one is meant, only its column shows. What
//! holds a word that is not known here is no date; nothing is dropped to make one.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The order of day and month where both are numbers and the year comes last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 28/11/2026.
    DayFirst,
    /// 11/28/2026.
    MonthFirst,
}

/// A moment, with the zone that is written beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) civil: DateTime,
    offset: Option<Offset>,
}

/// What a text can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// One moment; the order is named where the text proves it.
    One(Moment, Option<DateOrder>),
    /// Two, by the order of day and month.
    Two {
        day_first: Moment,
        month_first: Moment,
    },
}

impl Moment {
    /// In the zone of its source, where none is written.
    pub(crate) fn timestamp(self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.civil).ok(),
            None => Some(self.civil.to_zoned(zone.clone()).ok()?.timestamp()),
        }
    }
}

impl Written {
    /// The moment by an order, where the text alone does not decide.
    pub(crate) fn by(self, order: Option<DateOrder>) -> Option<Moment> {
        match (self, order) {
            (Self::One(moment, _), _) => Some(moment),
            (Self::Two { day_first, .. }, Some(DateOrder::DayFirst)) => Some(day_first),
            (Self::Two { month_first, .. }, Some(DateOrder::MonthFirst)) => Some(month_first),
            (Self::Two { .. }, None) => None,
        }
    }
}

/// The longest text that is looked at.
const LENGTH_MAX: usize = 80;

/// Names of months by their beginnings, in the languages of the tables that were seen.
const MONTHS: &[(&str, i8)] = &[
    ("january", 1),
    ("januar", 1),
    ("janner", 1),
    ("janvier", 1),
    ("janeiro", 1),
    ("januari", 1),
    ("enero", 1),
    ("gennaio", 1),
    ("jan", 1),
    ("janv", 1),
    ("ene", 1),
    ("gen", 1),
    ("february", 2),
    ("februar", 2),
    ("fevrier", 2),
    ("fevereiro", 2),
    ("februari", 2),
    ("febrero", 2),
    ("febbraio", 2),
    ("feb", 2),
    ("fev", 2),
    ("fevr", 2),
    ("march", 3),
    ("marz", 3),
    ("maerz", 3),
    ("mars", 3),
    ("marzo", 3),
    ("marco", 3),
    ("maart", 3),
    ("mar", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("april", 4),
    ("avril", 4),
    ("abril", 4),
    ("aprile", 4),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mayo", 5),
    ("maio", 5),
    ("maggio", 5),
    ("mei", 5),
    ("mag", 5),
    ("june", 6),
    ("juni", 6),
    ("juin", 6),
    ("junio", 6),
    ("junho", 6),
    ("giugno", 6),
    ("jun", 6),
    ("giu", 6),
    ("july", 7),
    ("juli", 7),
    ("juillet", 7),
    ("julio", 7),
    ("julho", 7),
    ("luglio", 7),
    ("jul", 7),
    ("juil", 7),
    ("lug", 7),
    ("august", 8),
    ("aout", 8),
    ("agosto", 8),
    ("augustus", 8),
    ("aug", 8),
    ("ago", 8),
    ("september", 9),
    ("septembre", 9),
    ("septiembre", 9),
    ("setembro", 9),
    ("settembre", 9),
    ("sep", 9),
    ("sept", 9),
    ("set", 9),
    ("october", 10),
    ("oktober", 10),
    ("octobre", 10),
    ("octubre", 10),
    ("outubro", 10),
    ("ottobre", 10),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("november", 11),
    ("novembre", 11),
    ("noviembre", 11),
    ("novembro", 11),
    ("nov", 11),
    ("december", 12),
    ("dezember", 12),
    ("decembre", 12),
    ("diciembre", 12),
    ("dezembro", 12),
    ("dicembre", 12),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("desember", 12),
];

/// KeyMap that stand in a date and say nothing that its numbers do not: days of the week, "at", "o'clock".
const FILLERS: &[&str] = &[
    "at",
    "on",
    "the",
    "of",
    "um",
    "uhr",
    "den",
    "der",
    "am.",
    "a",
    "le",
    "les",
    "de",
    "del",
    "das",
    "do",
    "las",
    "la",
    "el",
    "il",
    "alle",
    "ore",
    "om",
    "kl",
    "klo",
    "th",
    "st",
    "nd",
    "rd",
    "er",
    "mon",
    "monday",
    "tue",
    "tues",
    "tuesday",
    "wed",
    "wednesday",
    "thu",
    "thur",
    "thurs",
    "thursday",
    "fri",
    "friday",
    "sat",
    "saturday",
    "sun",
    "sunday",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lun",
    "lundi",
    "mardi",
    "mer",
    "mercredi",
    "jeu",
    "jeudi",
    "ven",
    "vendredi",
    "sam",
    "samedi",
    "dim",
    "dimanche",
    "lunes",
    "martes",
    "mie",
    "miercoles",
    "jue",
    "jueves",
    "vie",
    "viernes",
    "sab",
    "sabado",
    "dom",
    "domingo",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "venerdi",
    "sabato",
    "domenica",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "年",
    "月",
    "日",
    "년",
    "월",
    "일",
    "時",
    "分",
    "秒",
    "时",
    "시",
    "분",
    "초",
    "土",
    "火",
    "水",
    "木",
    "金",
    "月曜日",
    "火曜日",
    "水曜日",
    "木曜日",
    "金曜日",
    "土曜日",
    "日曜日",
    "日月",
    "日火",
    "日水",
    "日木",
    "日金",
    "日土",
    "日日",
    "星期一",
    "星期二",
    "星期三",
    "星期四",
    "星期五",
    "星期六",
    "星期日",
    "화",
    "수",
    "목",
    "금",
    "토",
    "월요일",
    "화요일",
    "수요일",
    "목요일",
    "금요일",
    "토요일",
    "일요일",
];

const MORNING: &[&str] = &["am", "午前", "上午", "오전"];
const AFTERNOON: &[&str] = &["pm", "午後", "下午", "오후"];

/// Zones by names that mean one offset only; `CST`, `IST` and `BST` each mean several.
const ZONES: &[(&str, i8)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("wet", 0),
    ("cet", 1),
    ("mez", 1),
    ("cest", 2),
    ("mesz", 2),
    ("eet", 2),
    ("eest", 3),
    ("jst", 9),
    ("kst", 9),
    ("aest", 10),
    ("aedt", 11),
    ("nzst", 12),
    ("nzdt", 13),
    ("edt", -4),
    ("est", -5),
    ("cdt", -5),
    ("mdt", -6),
    ("mst", -7),
    ("pdt", -7),
    ("pst", -8),
    ("akst", -9),
    ("akdt", -8),
    ("hst", -10),
];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number { value: i64, width: usize },
    Word(String),
    Sign(char),
}

use Token::{Number, Sign, Word};

/// Reads a text; `None` for what is no date.
pub(crate) fn read(text: &str) -> Option<Written> {
    let text = text.trim();
    if text.len() > LENGTH_MAX {
        return None;
    }
    if let Some(millis) = script_date(text) {
        return Some(Written::One(utc(millis?)?, None));
    }
    // Java names the zone behind its offset
    let bare = text
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['));
    let mut tokens = tokens(bare.map_or(text, |(before, _)| before))?;
    let time = take_time(&mut tokens)?;
    if bare.is_some() && time.is_none_or(|(_, offset)| offset.is_none()) {
        return None;
    }
    let (time, offset) = time.unwrap_or((Time::midnight(), None));
    let moment = |date: Date| Moment {
        civil: date.to_datetime(time),
        offset,
    };
    Some(match date(&tokens)? {
        Days::One(date, order) => Written::One(moment(date), order),
        Days::Two(day_first, month_first) => Written::Two {
            day_first: moment(day_first),
            month_first: moment(month_first),
        },
    })
}

/// Is the clock of a text one that only the United States pair with slashes: `AM` and `PM` in capitals?
pub(crate) fn has_us_clock(text: &str) -> bool {
    let text = text.trim_end();
    let before = text.strip_suffix("AM").or_else(|| text.strip_suffix("PM"));
    before.is_some_and(|rest| rest.trim_end().ends_with(|c: char| c.is_ascii_digit()))
}

/// `/Date(1795875730000)/`, also with an offset, which only says how to print it.
fn script_date(text: &str) -> Option<Option<i64>> {
    let inner = text.trim_matches(['/', '\\']);
    let inner = inner.strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '+' | '-'))
        .map_or(inner.len(), |(at, _)| at);
    Some(inner.get(..end).and_then(|digits| digits.parse().ok()))
}

fn utc(millis: i64) -> Option<Moment> {
    let at = Timestamp::from_millisecond(millis).ok()?;
    Some(Moment {
        civil: Offset::UTC.to_datetime(at),
        offset: Some(Offset::UTC),
    })
}

/// Numbers, words and signs; blanks and commas only part them. `None` for a sign that no date has.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = crate::source::fold::folded(text)
        .replace("a.m.", "am")
        .replace("p.m.", "pm")
        .replace("a. m.", "am")
        .replace("p. m.", "pm");
    let mut tokens = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let run = |fits: &dyn Fn(char) -> bool| rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
        let length = match first {
            '0'..='9' => run(&|c| c.is_ascii_digit()),
            _ if first.is_alphabetic() => run(&|c| c.is_alphabetic()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '0'..='9' => tokens.push(Number {
                value: token.parse().ok()?,
                width: length,
            }),
            _ if first.is_alphabetic() => tokens.push(Word(token.to_owned())),
            ' ' | '\t' | '\'' => {}
            '-' | '/' | '.' | ':' | '+' | ',' | '(' | ')' => tokens.push(Sign(first)),
            '\u{2010}'..='\u{2212}' => tokens.push(Sign('-')),
            _ => return None,
        }
        rest = after;
    }
    Some(tokens)
}

/// Takes time of day and zone out of the tokens; the outer `None` for one that cannot be.
#[expect(
    clippy::option_option,
    reason = "no time of day, and one that cannot be, are two things"
)]
fn take_time(tokens: &mut Vec<Token>) -> Option<Option<(Time, Option<Offset>)>> {
    spell_out(tokens);
    let half = take_half(tokens);
    let Some(at) = tokens.windows(3).position(|three| {
        matches!(
            three,
            [
                Number { width: 1 | 2, .. },
                Sign(':'),
                Number { width: 2, .. }
            ]
        )
    }) else {
        return half.is_none().then_some(None);
    };
    let (hour, minute) = (number(&tokens[at])?, number(&tokens[at + 2])?);
    let mut end = at + 3;
    let mut second = (0, 0);
    if let [Sign(':'), Number { value, width: 2 }, ..] = &tokens[end..] {
        second.0 = *value;
        end += 2;
        if let [Sign('.' | ','), Number { value, width }, ..] = &tokens[end..] {
            second.1 = nanoseconds(*value, *width)?;
            end += 2;
        }
    }
    let offset = take_offset(tokens, end)?;
    tokens.drain(at..end);
    if matches!(tokens.get(at.wrapping_sub(1)), Some(Word(word)) if word == "t") {
        tokens.remove(at - 1);
    }
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    let small = |value: i64| i8::try_from(value).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second.0)?, second.1).ok()?;
    Some(Some((time, offset)))
}

/// Brings `142210` after `20261128T`, `14時22分` and `14h22` into the form `14:22:10`, and `20261128` into
/// `2026-11-28`.
fn spell_out(tokens: &mut Vec<Token>) {
    let mut spelt = Vec::with_capacity(tokens.len());
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| tokens.get(place));
        let after_t = matches!(before, Some(Word(word)) if word == "t");
        let next_is_number = matches!(tokens.get(place + 1), Some(Number { width: 1 | 2, .. }));
        match token {
            Number { width: 8 | 14, .. } if matches!(before, Some(Sign('.' | ','))) => {
                // the fraction of a second
                spelt.push(token.clone());
            }
            Number { value, width: 8 } => spelt.extend(parts(*value, &[4, 2, 2], '-')),
            Number { value, width: 14 } => {
                spelt.extend(parts(value / 1_000_000, &[4, 2, 2], '-'));
                spelt.extend(parts(value % 1_000_000, &[2, 2, 2], ':'));
            }
            Number { value, width: 6 } if after_t => spelt.extend(parts(*value, &[2, 2, 2], ':')),
            Number { value, width: 4 } if after_t => spelt.extend(parts(*value, &[2, 2], ':')),
            Word(word) if matches!(word.as_str(), "時" | "时" | "시" | "h") && next_is_number => {
                spelt.push(Sign(':'));
            }
            Word(word) if matches!(word.as_str(), "分" | "분") && next_is_number => {
                spelt.push(Sign(':'));
            }
            other => spelt.push(other.clone()),
        }
    }
    *tokens = spelt;
}

/// A number cut into numbers of these widths.
fn parts(value: i64, widths: &[usize], sign: char) -> Vec<Token> {
    let mut cut = Vec::new();
    let mut rest = value;
    for width in widths.iter().rev() {
        let power = 10_i64.pow(u32::try_from(*width).unwrap_or(1));
        if !cut.is_empty() {
            cut.push(Sign(sign));
        }
        cut.push(Number {
            value: rest % power,
            width: *width,
        });
        rest /= power;
    }
    cut.reverse();
    cut
}

/// The half of the day: true for the afternoon.
fn take_half(tokens: &mut Vec<Token>) -> Option<bool> {
    let place = tokens.iter().position(|token| {
        matches!(token, Word(word) if MORNING.contains(&word.as_str()) || AFTERNOON.contains(&word.as_str()))
    })?;
    match tokens.remove(place) {
        Word(word) => Some(AFTERNOON.contains(&word.as_str())),
        _ => None,
    }
}

fn nanoseconds(value: i64, width: usize) -> Option<i32> {
    let width = u32::try_from(width).ok()?;
    let value = match width {
        0..=9 => value.checked_mul(10_i64.pow(9 - width))?,
        10..=18 => value / 10_i64.pow(width - 9),
        _ => return None,
    };
    i32::try_from(value).ok()
}

/// Takes the zone that follows the time: `Z`, `+0100`, `GMT+01:00 (CET)`. The outer `None` for one that
/// is not known.
#[expect(
    clippy::option_option,
    reason = "no zone, and one that is not known, are two things"
)]
fn take_offset(tokens: &mut Vec<Token>, at: usize) -> Option<Option<Offset>> {
    let named = match tokens.get(at) {
        Some(Word(word)) => ZONES
            .iter()
            .find(|(name, _)| name == word)
            .map(|(_, hours)| *hours),
        _ => None,
    };
    if named.is_some() {
        tokens.remove(at);
    }
    let sign = match tokens.get(at) {
        Some(Sign('+')) => 1,
        Some(Sign('-')) => -1,
        _ => return Some(named.map(Offset::constant)),
    };
    let (hours, minutes, end) = match &tokens[at + 1..] {
        [
            Number { value, width: 2 },
            Sign(':'),
            Number {
                value: minutes,
                width: 2,
            },
            ..,
        ] => (*value, *minutes, at + 4),
        [Number { value, width: 4 }, ..] => (value / 100, value % 100, at + 2),
        [
            Number {
                value,
                width: 1 | 2,
            },
            ..,
        ] => (*value, 0, at + 2),
        _ => return None,
    };
    tokens.drain(at..end);
    take_brackets(tokens, at);
    // Go names it too
    let is_zone =
        |token: &Token| matches!(token, Word(word) if ZONES.iter().any(|(name, _)| name == word));
    if tokens.get(at).is_some_and(is_zone) {
        tokens.remove(at);
    }
    let seconds = i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?;
    Some(Some(Offset::from_seconds(seconds).ok()?))
}

/// The offset that a text by itself names: "UTC+01:00", "GMT+1", "UTC".
pub(crate) fn offset(text: &str) -> Option<Offset> {
    let mut tokens = tokens(text)?;
    let offset = take_offset(&mut tokens, 0)??;
    tokens.is_empty().then_some(offset)
}

/// The name of a zone in brackets after its offset.
fn take_brackets(tokens: &mut Vec<Token>, at: usize) {
    if tokens.get(at) != Some(&Sign('(')) {
        return;
    }
    if let Some(length) = tokens[at..].iter().position(|token| *token == Sign(')')) {
        tokens.drain(at..=at + length);
    }
}

fn number(token: &Token) -> Option<i64> {
    match token {
        Number { value, .. } => Some(*value),
        _ => None,
    }
}

enum Days {
    One(Date, Option<DateOrder>),
    Two(Date, Date),
}

/// The day out of what is left.
fn date(tokens: &[Token]) -> Option<Days> {
    let mut numbers: Vec<(i64, usize)> = Vec::new();
    let (mut month, mut signs) = (None, Vec::new());
    for token in tokens {
        match token {
            Number { value, width } => numbers.push((*value, *width)),
            Word(word) => match MONTHS.iter().find(|(name, _)| name == word) {
                Some((_, number)) if month.is_none() => month = Some(i64::from(*number)),
                _ if FILLERS.contains(&word.as_str()) => {}
                _ => return None,
            },
            Sign(sign) => signs.push(*sign),
        }
    }
    if signs.iter().any(|sign| matches!(sign, ':' | '+')) {
        return None;
    }
    match (month, numbers.as_slice()) {
        (Some(month), [(year, 4), (day, 1 | 2)] | [(day, 1 | 2), (year, 4)]) => {
            Some(Days::One(day_of(*year, month, *day)?, None))
        }
        (None, [(year, 4), (month, 1 | 2), (day, 1 | 2)]) => {
            Some(Days::One(day_of(*year, *month, *day)?, None))
        }
        (None, [(first, 1 | 2), (second, 1 | 2), (year, 4)]) => {
            year_last(*first, *second, *year, &signs)
        }
        _ => None,
    }
}

/// Between dots the day always comes first; between slashes and dashes either may.
fn year_last(first: i64, second: i64, year: i64, signs: &[char]) -> Option<Days> {
    let day_first = day_of(year, second, first);
    match signs {
        ['.', '.', ..] => Some(Days::One(day_first?, None)),
        ['/', '/', ..] | ['-', '-', ..] => match (day_first, day_of(year, first, second)) {
            (Some(one), Some(other)) if one == other => Some(Days::One(one, None)),
            (Some(one), Some(other)) => Some(Days::Two(one, other)),
            (Some(one), None) => Some(Days::One(one, (first > 12).then_some(DateOrder::DayFirst))),
            (None, Some(one)) => Some(Days::One(
                one,
                (second > 12).then_some(DateOrder::MonthFirst),
            )),
            (None, None) => None,
        },
        _ => None,
    }
}

fn day_of(year: i64, month: i64, day: i64) -> Option<Date> {
    let small = |value: i64| i8::try_from(value).ok();
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let got = match read(text) {
            Some(Written::One(moment, _)) => {
                moment.timestamp(&TimeZone::UTC).map(|at| at.to_string())
            }
            Some(Written::Two {
                day_first,
                month_first,
            }) => Some(format!("{} or {}", day_first.civil, month_first.civil)),
            None => None,
        };
        assert_eq!(got.unwrap_or_default(), want, "{text:?}");
    }

    #[test]
    fn one_moment_in_many_forms() {
        for text in [
            "11/28/2026 2:22:10 PM",
            "28.11.2026 14:22:10",
            "28.11.2026, 14:22:10",
            "28/11/2026 14:22:10",
            "28-11-2026 14:22:10",
            "28-Nov-2026 14:22:10",
            "Nov 28, 2026, 2:22:10 PM",
            "Sat Nov 28 14:22:10 UTC 2026",
            "Sat Nov 28 2026 15:22:10 GMT+0100 (CET)",
            "Sat, 28 Nov 2026 15:22:10 +0100",
            "/Date(1795875730000)/",
            "/Date(1795875730000+0100)/",
            "20261128T142210Z",
            "20261128142210",
            "2026-11-28T15:22:10+01",
            "2026-11-28T15:22:10 +01:00",
            "2026-11-28 14:22:10 UTC",
            "2026-11-28 14:22:10+00:00",
            "2026-11-28 09:22:10 EST",
            "2026/11/28 14:22:10",
            "14:22:10 28.11.2026",
            "28.11.2026 um 14:22:10 Uhr",
            "2026-11-28 2:22:10 p.m.",
            "2026年11月28日 14時22分10秒",
            "2026. 11. 28. 오후 2:22:10",
            "2026/11/28 午後2:22:10",
            "2026-11-28T15:22:10+01:00[Europe/Berlin]",
            "2026-11-28 14:22:10 +0000 UTC",
        ] {
            check(text, "2026-11-28T14:22:10Z");
        }
        for text in [
            "Nov 28 2026 2:22PM",
            "Saturday, November 28 2026 at 2:22 PM",
            "2026-11-28 at 2:22 PM",
            "2026年11月28日 14:22",
            "2026. 11. 28. 오후 2:22",
            "28 nov. 2026 à 14:22",
            "28 nov. 2026 a\u{300} 14:22",
            "28. November 2026 14:22",
            "le 28 novembre 2026 à 14h22",
            "28 de noviembre de 2026 14:22",
            "28 Nov 2026, 14:22",
        ] {
            check(text, "2026-11-28T14:22:00Z");
        }
        check("2026-11-28 14:22:10.0000000", "2026-11-28T14:22:10Z");
        check("2026-11-28 14:22:10.318871", "2026-11-28T14:22:10.318871Z");
        check("2026-11-28T14:22:10,5Z", "2026-11-28T14:22:10.5Z");
        check("1 Mar 2026 12:05 AM", "2026-03-01T00:05:00Z");
        check("1 Mar 2026 12:05 PM", "2026-03-01T12:05:00Z");
    }

    #[test]
    fn days_without_a_time() {
        for text in [
            "28.11.2026",
            "11/28/2026",
            "28/11/2026",
            "28-11-2026",
            "2026.11.28",
            "20261128",
            "28. Nov 2026",
        ] {
            check(text, "2026-11-28T00:00:00Z");
        }
        check("05.11.2026", "2026-11-05T00:00:00Z");
        check("11/11/2026", "2026-11-11T00:00:00Z");
    }

    #[test]
    fn two_days() {
        check(
            "5/11/2026 9:05:00 AM",
            "2026-11-05T09:05:00 or 2026-05-11T09:05:00",
        );
        check("05-11-2026", "2026-11-05T00:00:00 or 2026-05-11T00:00:00");
        let first = read("5/11/2026").unwrap();
        assert_eq!(
            first.by(Some(DateOrder::MonthFirst)).unwrap().civil.month(),
            5
        );
        assert_eq!(first.by(None), None);
    }

    #[test]
    fn orders_that_a_text_proves() {
        let proof = |text| match read(text) {
            Some(Written::One(_, order)) => order,
            _ => None,
        };
        assert_eq!(proof("28/11/2026"), Some(DateOrder::DayFirst));
        assert_eq!(proof("11/28/2026"), Some(DateOrder::MonthFirst));
        assert_eq!(proof("28.11.2026"), None);
        assert_eq!(proof("11/11/2026"), None);
        assert!(has_us_clock("11/5/2026 9:05:00 AM"));
        assert!(!has_us_clock("5/11/2026 9:05 am") && !has_us_clock("AM"));
    }

    #[test]
    fn no_dates() {
        for text in [
            "",
            "28.11.26 14:22",
            "1.05.24",
            "17-07-07 23:37",
            "3 hours ago",
            "Today",
            "Today at 12:42",
            "1 day ago",
            "2024-13-01",
            "2024-02-30",
            "31.11.2026",
            "yes",
            "2026-11",
            "Q1 2027",
            "2026-11-28 25:00",
            "2026-11-28 13:00 PM",
            "2026-11-28 14:22:10 CST",
            "2026-11-28 14:22 Mars Time",
            "12:30",
            "PM",
            "28 Nov",
            "2026-11-28T14:22:10[Europe/Berlin]",
            "1 2 3 4",
            "2026-11-28T14:22:10+99:00",
            "45624.598",
        ] {
            check(text, "");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn digits_and_signs_do_not_panic(text in "[0-9/.:+TZ -]{0,40}") {
            let _ = read(&text);
        }

        #[test]
        fn every_second_is_read_back(second in 1_318_377_600_i64..4_102_444_800) {
            let at = Timestamp::from_second(second).unwrap();
            for form in ["%d.%m.%Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%Y/%m/%d %H:%M:%S"] {
                let text = at.strftime(form).to_string();
                let got = read(&text).unwrap().by(None).unwrap().timestamp(&TimeZone::UTC);
                prop_assert_eq!(got, Some(at), "{}", text);
            }
        }
    }
}
