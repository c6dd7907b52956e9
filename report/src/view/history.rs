//! What earlier runs add to the page: what has changed, the nights of a device, and what became of
//! the fixes that were shown.

use jiff::{SignedDuration, Timestamp};

use super::report::ReportView;
use crate::format::{self, number, plural};
use crate::results::{
    Change, Device, DeviceHistory, EarlierSize, FixOutcome, MissingDevice, Recovered, Results,
    RunHistory,
};

/// What became of one fix.
pub(crate) struct OutcomeRow {
    pub(crate) fix: &'static str,
    pub(crate) shown: String,
    pub(crate) recovered: String,
    pub(crate) open: String,
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

/// Which devices have come to be among those that could be lost since the run that is compared with,
/// and which have left them. `then` + new - recovered - uncounted - gone is the number of the headline.
#[derive(Debug, Clone)]
pub struct RiskChange<'a> {
    /// When that run was.
    pub at: Timestamp,
    /// How many could be lost then: as that run said, else as its devices say.
    pub then: u64,
    /// How many could be lost now.
    pub now: u64,
    /// They could be lost, and could not then or were not there then.
    pub new: Vec<&'a Device>,
    /// They have a good backup in date again.
    pub recovered: Vec<&'a Device>,
    /// They have none, and are waived or listed apart now.
    pub uncounted: Vec<&'a Device>,
    /// They could be lost then, and are not in this run.
    pub gone: Vec<&'a MissingDevice>,
}

/// A run within so many hours of this one was last night's.
const LAST_NIGHT_HOURS: i64 = 36;

impl<'a> RiskChange<'a> {
    /// `None` for a run without another to compare with.
    pub fn new(results: &'a Results) -> Option<Self> {
        let past = results.history.as_ref()?;
        let run = past.compared_with.as_ref()?;
        let of = |test: fn(&Device) -> bool| results.devices.iter().filter(|d| test(d)).collect();
        let was = |device: &Device| device.could_be_lost_then == Some(true);
        let gone: Vec<_> = past.gone.iter().filter(|gone| gone.could_be_lost).collect();
        let seen = results.devices.iter().filter(|device| was(device)).count() + gone.len();
        Some(Self {
            at: run.scanned_at,
            then: run.could_be_lost.unwrap_or(seen as u64),
            now: results.summary.at_risk,
            new: of(|d| d.could_be_lost && d.could_be_lost_then != Some(true)),
            recovered: of(|d| {
                d.could_be_lost_then == Some(true) && !d.could_be_lost && !d.status.is_at_risk()
            }),
            uncounted: of(|d| {
                d.could_be_lost_then == Some(true) && !d.could_be_lost && d.status.is_at_risk()
            }),
            gone,
        })
    }

    /// "16 (14 last night): 3 new, 1 recovered".
    pub fn line(&self, view: &ReportView<'_>) -> String {
        let moved = counted(&[
            (self.new.len() as u64, "new"),
            (self.recovered.len() as u64, "recovered"),
            (self.uncounted.len() as u64, "no longer counted"),
            (self.gone.len() as u64, "gone"),
        ]);
        format!(
            "{} ({} {}): {}",
            number(self.now),
            number(self.then),
            self.when(view),
            moved.as_deref().unwrap_or("the same devices")
        )
    }

    /// "last night", or "on 2026-11-18".
    pub fn when(&self, view: &ReportView<'_>) -> String {
        let last_night = view.results().scanned_at.duration_since(self.at)
            <= SignedDuration::from_hours(LAST_NIGHT_HOURS);
        match last_night {
            true => "last night".to_owned(),
            false => format!("on {}", format::date(self.at, view.zone())),
        }
    }
}

/// "3 new, 1 fixed", without the zeros; `None` for zeros alone.
pub(crate) fn counted(counts: &[(u64, &str)]) -> Option<String> {
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts
        .map(|(count, word)| format!("{} {word}", number(*count)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What has changed since the run that is compared with: "3 new, 1 fixed, 1 gone".
pub fn changes(past: &RunHistory) -> String {
    let of = |change| past.changes.get(&change).copied().unwrap_or(0);
    let parts = NAMED_CHANGES.map(|change| (of(change), change.id()));
    let gone = (past.gone.len() as u64, "gone");
    let parts: Vec<_> = parts.into_iter().chain([gone]).collect();
    counted(&parts).unwrap_or_else(|| "nothing has changed".to_owned())
}

/// The changes worth a word, in the order in which they are listed.
const NAMED_CHANGES: [Change; 5] = [
    Change::New,
    Change::Worse,
    Change::Better,
    Change::Fixed,
    Change::Appeared,
];
