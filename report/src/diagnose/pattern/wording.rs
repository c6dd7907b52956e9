//! A pattern in words.

use crate::assess::fleet_patterns::{Basis, Pattern};
use crate::format::{instant, plural};
use crate::results::PatternKind;

/// Why it is one, in one sentence: "41 of 44 devices of the site Lyon …".
pub(crate) fn reason(pattern: &Pattern) -> String {
    let group = match &pattern.what {
        Some(what) => format!("{} {what}", noun(pattern.kind)),
        None => noun(pattern.kind).to_owned(),
    };
    let did = match pattern.kind {
        PatternKind::HostBreaking => "have a broken or unfinished backup there".to_owned(),
        PatternKind::Host => format!("were not backed up there since {}", instant(pattern.since)),
        _ => format!(
            "were healthy, were heard of since, and made no iCloud backup since {}",
            instant(pattern.since)
        ),
    };
    let also = match pattern.also.as_slice() {
        [] => String::new(),
        also => format!("; all of them share {} too", also.join(", ")),
    };
    format!(
        "{} of {} of {group} {did}; {}; expected by chance in fewer than 1 of {} scans{also}",
        pattern.missed.len(),
        plural(pattern.of as u64, "device", "devices"),
        usually(pattern),
        odds(pattern.chance),
    )
}

fn usually(pattern: &Pattern) -> String {
    let percent = pattern.baseline_rate * 100.0;
    match pattern.basis {
        Basis::Nights => format!("on the nights before, {percent:.0} % were usual"),
        Basis::Others => format!("of the devices elsewhere {percent:.0} % did"),
        Basis::Dates => {
            "without a common cause no more than half of those near the onset would".to_owned()
        }
        Basis::Assumed => {
            format!("{percent:.0} % were taken for usual, as there is nothing to compare with")
        }
    }
}

/// The chance is given no more exactly than this power of ten.
const MOST_ZEROS: usize = 12;

/// "1,000,000", for a chance of less than one in so many.
fn odds(chance: f64) -> String {
    let digits = format!("1{}", "0".repeat(zeros(chance)));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The power of ten that a chance stays under. Whole powers are the same on every computer, whose
/// logarithms may differ in the last digit.
fn zeros(chance: f64) -> usize {
    let steps = std::iter::successors(Some(0.1), |limit| Some(limit / 10.0));
    let under = steps.take(MOST_ZEROS);
    under.take_while(|limit| chance <= *limit).count()
}

/// The same as a number.
pub(crate) fn at_most(chance: f64) -> f64 {
    (0..zeros(chance)).fold(1.0, |limit, _| limit / 10.0)
}

/// "the site".
pub(crate) fn noun(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::Outage => "the fleet",
        PatternKind::Site => "the site",
        PatternKind::OsBuild => "the build",
        PatternKind::ProfileSet => "the profile",
        PatternKind::Host | PatternKind::HostBreaking => "the computer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chance: f64, words: &str, number: f64) {
        assert_eq!(odds(chance), words);
        assert!((at_most(chance) - number).abs() <= number * 1e-9);
    }

    #[test]
    fn chances() {
        check(1.0, "1", 1.0);
        check(0.11, "1", 1.0);
        check(0.000_9, "1,000", 1e-3);
        check(0.000_011, "10,000", 1e-4);
        check(0.000_009, "100,000", 1e-5);
        check(0.0, "1,000,000,000,000", 1e-12);
    }
}
