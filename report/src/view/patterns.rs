//! What many devices have in common, before anything is said of single ones.

use super::labelled::{Fact, fact};
use super::report::Sheet;
use crate::format::{self, shown};
use crate::results::Pattern;

/// One pattern as the template sees it.
pub(crate) struct PatternRow {
    pub(crate) missed: String,
    pub(crate) missed_word: &'static str,
    pub(crate) title: String,
    pub(crate) cause: String,
    pub(crate) reason: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) steps: Vec<String>,
    pub(crate) devices_word: String,
    pub(crate) devices: Vec<String>,
}

/// The patterns of the run, the strongest first.
pub(crate) fn rows(sheet: &Sheet<'_>) -> Vec<PatternRow> {
    let patterns = sheet.results().patterns.iter();
    patterns.map(|pattern| row(sheet, pattern)).collect()
}

fn row(sheet: &Sheet<'_>, pattern: &Pattern) -> PatternRow {
    let named = pattern.devices.len() as u64;
    PatternRow {
        missed: format::number(pattern.missed),
        missed_word: if pattern.missed == 1 {
            "device"
        } else {
            "devices"
        },
        title: shown(&pattern_heading(pattern)),
        cause: shown(&pattern.cause),
        reason: shown(&pattern.reason),
        facts: facts(sheet, pattern),
        steps: pattern.likely_fix.steps.iter().map(|s| shown(s)).collect(),
        devices_word: format::plural(named, "serial number", "serial numbers"),
        devices: pattern.devices.iter().map(|device| shown(device)).collect(),
    }
}

fn facts(sheet: &Sheet<'_>, pattern: &Pattern) -> Vec<Fact> {
    vec![
        fact("Likely fix", shown(&pattern.likely_fix.title)),
        fact("Confidence", pattern.confidence.to_string()),
        fact("Who acts", shown(&pattern.likely_fix.who)),
        fact(
            "Since",
            format::date(pattern.since, sheet.zone()).to_string(),
        ),
    ]
}

/// "One site, Lyon", "Apple service outage (likely)".
pub fn pattern_heading(pattern: &Pattern) -> String {
    let title = pattern.kind.about().title;
    match &pattern.what {
        Some(what) => format!("{title}, {what}"),
        None => title.to_owned(),
    }
}
