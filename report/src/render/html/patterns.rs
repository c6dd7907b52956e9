//! What many devices have in common, before anything is said of single ones.

use super::groups::Fact;
use crate::format::{self, shown};
use crate::results::Pattern;
use crate::sheet::Sheet;
use crate::words;

/// One pattern as the template sees it.
pub(super) struct PatternRow {
    pub(super) missed: String,
    pub(super) missed_word: &'static str,
    pub(super) title: String,
    pub(super) cause: String,
    pub(super) reason: String,
    pub(super) facts: Vec<Fact>,
    pub(super) steps: Vec<String>,
    pub(super) devices_word: String,
    pub(super) devices: Vec<String>,
}

/// The patterns of the run, the strongest first.
pub(super) fn rows(sheet: &Sheet<'_>) -> Vec<PatternRow> {
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
        title: shown(&words::pattern_heading(pattern)),
        cause: shown(&pattern.cause),
        reason: shown(&pattern.reason),
        facts: facts(sheet, pattern),
        steps: pattern.likely_fix.steps.iter().map(|s| shown(s)).collect(),
        devices_word: format::plural(named, "serial number", "serial numbers"),
        devices: pattern.devices.iter().map(|device| shown(device)).collect(),
    }
}

fn facts(sheet: &Sheet<'_>, pattern: &Pattern) -> Vec<Fact> {
    let fact = |label, value| Fact { label, value };
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
