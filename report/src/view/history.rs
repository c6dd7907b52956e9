//! What earlier runs add to the page: what has changed, the nights of a device, and what became of
//! the fixes that were shown.

use super::report::ReportView;
use crate::format::{self, number, plural};
use crate::results::{
    Change, Device, DeviceHistory, EarlierSize, FixOutcome, Recovered, RunHistory,
};

/// What became of one fix.
pub(crate) struct OutcomeRow {
    pub(crate) fix: &'static str,
    pub(crate) shown: String,
    pub(crate) recovered: String,
    pub(crate) open: String,
}

/// "Since the run of 2026-11-19 04:00: 3 new, 1 fixed."
pub(crate) fn changed(view: &ReportView<'_>) -> Option<String> {
    let past = view.results().history.as_ref()?;
    let run = past.compared_with.as_ref()?;
    let when = format::date_time(run.scanned_at, view.zone());
    let changes = changes(past);
    let missed = match past.nights_missed {
        0 => String::new(),
        n => format!(
            " fleetback did not run on {} of the last 28 nights.",
            plural(n, "night", "nights")
        ),
    };
    Some(format!("Since the run of {when}: {changes}.{missed}"))
}

/// The fixes that were shown on earlier nights.
pub(crate) fn outcomes(view: &ReportView<'_>) -> Vec<OutcomeRow> {
    let fixes = view
        .results()
        .history
        .iter()
        .flat_map(|past: &RunHistory| &past.fixes);
    fixes.map(outcome).collect()
}

fn outcome(outcome: &FixOutcome) -> OutcomeRow {
    OutcomeRow {
        fix: outcome.fix.about().title,
        shown: format::number(outcome.shown),
        recovered: format::number(outcome.recovered),
        open: format::number(outcome.open),
    }
}

/// Facts of a device with their labels; a `None` inside is unknown.
type MaybeValues = Vec<(&'static str, Option<String>)>;

/// The section of a device; `None` for a run without a history.
pub(crate) fn facts(view: &ReportView<'_>, device: &Device) -> Option<MaybeValues> {
    let past = device.history.as_ref()?;
    let date = |at| format::date(at, view.zone()).to_string();
    let failing = past.first_failing.zip(past.nights_failing);
    let failing = failing.map(|(since, nights)| {
        format!(
            "since {}, on {}",
            date(since),
            plural(nights, "night", "nights")
        )
    });
    let facts = [
        ("Change", device.change.map(|change| change.id().to_owned())),
        ("Failing", Some(failing.unwrap_or_else(|| "no".to_owned()))),
        ("Last 28 nights", Some(nights(past))),
        ("Size of its backups", sizes(view, &past.sizes)),
        (
            "Recovered",
            past.recovered.as_ref().map(|then| recovered(view, then)),
        ),
    ];
    let parts = facts.into_iter();
    Some(
        parts
            .filter(|(label, value)| value.is_some() || *label != "Recovered")
            .collect(),
    )
}

/// The strip with its key, which a screen reader can read out.
fn nights(past: &DeviceHistory) -> String {
    format!(
        "{} (this night last; g good, a aging, f failing, u unknown, . not seen, - fleetback did not run)",
        past.nights
    )
}

fn sizes(view: &ReportView<'_>, sizes: &[EarlierSize]) -> Option<String> {
    let parts = sizes.iter().map(|then| {
        let date = format::date(then.completed_at, view.zone());
        format!("{date} {}", format::size(then.bytes))
    });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn recovered(view: &ReportView<'_>, then: &Recovered) -> String {
    format!(
        "from \"{}\", which was seen since {} on {}; shown last: \"{}\"",
        then.code.about().title,
        format::date(then.since, view.zone()),
        plural(then.nights, "night", "nights"),
        then.fix.about().title
    )
}

/// What has changed since the run that is compared with: "3 new, 1 fixed, 1 gone".
pub fn changes(past: &RunHistory) -> String {
    let of = |change| past.changes.get(&change).copied().unwrap_or(0);
    let parts = NAMED_CHANGES.map(|change| (of(change), change.id()));
    let gone = (past.gone.len() as u64, "gone");
    let parts = parts
        .into_iter()
        .chain([gone])
        .filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, word)| format!("{} {word}", number(count)))
        .collect();
    if parts.is_empty() {
        "nothing has changed".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The changes worth a word, in the order in which they are listed.
const NAMED_CHANGES: [Change; 5] = [
    Change::New,
    Change::Worse,
    Change::Better,
    Change::Fixed,
    Change::Appeared,
];
