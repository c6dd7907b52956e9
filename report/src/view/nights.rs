//! The last 28 nights of the whole fleet, as each of them counted it.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::report::ReportView;
use crate::format;
use crate::history::run_days::STRIP_NIGHTS;
use crate::results::{PastNight, RunHistory};

/// One night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Night {
    /// "2026-11-20".
    pub(crate) date: String,
    /// Did fleetback run?
    pub(crate) ran: bool,
    /// Devices that could be lost that night; `None` when fleetback did not run, or the history does not
    /// know.
    pub(crate) at_risk: Option<u64>,
}

/// The nights, oldest first, this one last; empty for a run without a history. A night is a calendar day
/// of the report's zone; of two runs of one day the later counts.
pub(crate) fn nights(view: &ReportView<'_>) -> Vec<Night> {
    let results = view.results();
    let Some(past) = &results.history else {
        return Vec::new();
    };
    let today = format::date(results.scanned_at, view.zone());
    let by_date = by_date(view, past);
    let earlier = dates_before(today).map(|date| night(date, by_date.get(&date).copied()));
    let tonight = Night {
        date: today.to_string(),
        ran: true,
        at_risk: Some(results.summary.at_risk),
    };
    earlier.chain([tonight]).collect()
}

/// Nights since the first run on which fleetback did not run.
pub(crate) fn missed(view: &ReportView<'_>) -> u64 {
    let past = view.results().history.as_ref();
    let first = past.and_then(|past| past.first_run);
    let first = first.map(|at| format::date(at, view.zone()).to_string());
    let missed = |night: &&Night| !night.ran && first.as_ref().is_some_and(|d| night.date > *d);
    nights(view).iter().filter(missed).count() as u64
}

fn by_date<'a>(view: &ReportView<'_>, past: &'a RunHistory) -> BTreeMap<Date, &'a PastNight> {
    let nights = past.nights.iter();
    let dated = nights.map(|night| (format::date(night.scanned_at, view.zone()), night));
    dated.collect()
}

fn dates_before(today: Date) -> impl Iterator<Item = Date> {
    let back = (1..STRIP_NIGHTS as i64).rev();
    back.filter_map(move |days| today.checked_sub(days.days()).ok())
}

fn night(date: Date, run: Option<&PastNight>) -> Night {
    let counts = run.and_then(|run| run.counts);
    Night {
        date: date.to_string(),
        ran: run.is_some(),
        at_risk: counts.map(|counts| counts.could_be_lost),
    }
}

/// "2026-11-19: 14; 2026-11-20: 16", for those who do not see the line.
pub(crate) fn described(nights: &[Night]) -> String {
    let one = |night: &Night| match night.at_risk {
        Some(devices) => format!("{}: {}", night.date, format::number(devices)),
        None if night.ran => format!("{}: not known", night.date),
        None => format!("{}: not run", night.date),
    };
    nights.iter().map(one).collect::<Vec<_>>().join("; ")
}
