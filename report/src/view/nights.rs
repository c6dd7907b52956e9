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

/// The nights since the first run, oldest first, this one last; empty for a run without a history. A night
/// is a calendar day of the report's zone; of two runs of one day the later counts.
pub(crate) fn nights(view: &ReportView<'_>) -> Vec<Night> {
    let results = view.results();
    let Some(past) = &results.history else {
        return Vec::new();
    };
    let date = |at| format::date(at, view.zone());
    let (today, first) = (date(results.scanned_at), past.first_run.map(date));
    let by_date = by_date(view, past);
    let since_first = dates_before(today).filter(|date| first.is_some_and(|first| *date >= first));
    let earlier = since_first.map(|date| night(date, by_date.get(&date).copied()));
    let tonight = Night {
        date: today.to_string(),
        ran: true,
        at_risk: Some(results.summary.at_risk),
    };
    earlier.chain([tonight]).collect()
}

/// "fleetback did not run on 3 of the last 28 nights."; empty when it ran on all since the first.
pub(crate) fn missed(view: &ReportView<'_>) -> String {
    let nights = nights(view);
    match nights.iter().filter(|night| !night.ran).count() {
        0 => String::new(),
        missed => format!(
            "fleetback did not run on {missed} of the last {} nights.",
            nights.len()
        ),
    }
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

impl Night {
    /// "2026-11-19: 14".
    pub(crate) fn words(&self) -> String {
        match self.at_risk {
            Some(devices) => format!("{}: {}", self.date, format::number(devices)),
            None if self.ran => format!("{}: the number was not kept", self.date),
            None => format!("{}: not run", self.date),
        }
    }
}

/// "between 14 and 31"; `None` for no night with a number.
pub(crate) fn range(nights: &[Night]) -> Option<String> {
    let numbers = || nights.iter().filter_map(|night| night.at_risk);
    let (least, most) = (numbers().min()?, numbers().max()?);
    Some(match least == most {
        true => format!("{} each night", format::number(most)),
        false => format!(
            "between {} and {}",
            format::number(least),
            format::number(most)
        ),
    })
}
