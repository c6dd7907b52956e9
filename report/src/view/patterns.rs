//! What many devices have in common, before anything is said of single ones.

use super::labelled::{LabelledValue, labelled};
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::Pattern;
use crate::tables::fix_steps::DeviceTraits;

/// One pattern as the template sees it.
pub(crate) struct PatternRow {
    pub(crate) missed: String,
    pub(crate) missed_word: &'static str,
    pub(crate) title: String,
    pub(crate) cause: String,
    pub(crate) reason: String,
    pub(crate) facts: Vec<LabelledValue>,
    pub(crate) steps: Vec<String>,
    pub(crate) devices_word: String,
    pub(crate) devices: Vec<String>,
}

/// The patterns of the run, the strongest first.
pub(crate) fn rows(view: &ReportView<'_>) -> Vec<PatternRow> {
    view.results()
        .patterns
        .iter()
        .map(|pattern| row(view, pattern))
        .collect()
}

fn row(view: &ReportView<'_>, pattern: &Pattern) -> PatternRow {
    let named = pattern.devices.len() as u64;
    PatternRow {
        missed: format::number(pattern.missed),
        missed_word: if pattern.missed == 1 {
            "device"
        } else {
            "devices"
        },
        title: escaped(&pattern_heading(pattern)),
        cause: escaped(view.results().cause(&pattern.cause)),
        reason: escaped(&view.read(&pattern.reason)),
        facts: facts(view, pattern),
        steps: pattern.likely_fix.steps(&DeviceTraits::default()),
        devices_word: format::plural(named, "serial number", "serial numbers"),
        devices: pattern
            .devices
            .iter()
            .map(|device| escaped(device))
            .collect(),
    }
}

fn facts(view: &ReportView<'_>, pattern: &Pattern) -> Vec<LabelledValue> {
    vec![
        labelled("Likely fix", pattern.likely_fix.about().title),
        labelled("Confidence", pattern.confidence.to_string()),
        labelled("Who acts", pattern.likely_fix.about().who),
        labelled(
            "Since",
            format::date(pattern.since, view.zone()).to_string(),
        ),
    ]
}

/// "One site, Lyon", "Apple service outage (likely)".
pub(crate) fn pattern_heading(pattern: &Pattern) -> String {
    let title = pattern.kind.about().title;
    match &pattern.what {
        Some(what) => format!("{title}, {what}"),
        None => title.to_owned(),
    }
}
