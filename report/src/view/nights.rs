//! The last 28 nights of the whole fleet, out of the strips of its devices.

use jiff::ToSpan;
use jiff::civil::Date;

use super::history::RiskChange;
use super::report::ReportView;
use crate::format;
use crate::results::Device;

/// One night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Night {
    /// "2026-11-20"; empty where the run does not say.
    pub(crate) date: String,
    /// Devices that could be lost that night; `None` when fleetback did not run.
    pub(crate) at_risk: Option<u64>,
}

/// The nights, oldest first, this one last; empty for a run without a history. They count the devices
/// of this fleet whose risk is not accepted today, so the last night is the headline; the night of the run
/// that is compared with has the number of that run.
pub(crate) fn nights(view: &ReportView<'_>) -> Vec<Night> {
    let results = view.results();
    let strips: Vec<_> = (results.in_fleet())
        .filter(|device| !device.is_waived_at_risk())
        .filter_map(strip)
        .collect();
    let length = strips.iter().map(|strip| strip.len()).max().unwrap_or(0);
    let last = results
        .history
        .as_ref()
        .and_then(|past| past.strip_ends.parse().ok());
    let mut nights: Vec<_> = (0..length)
        .map(|place| Night {
            date: date(last, length - 1 - place),
            at_risk: at_risk(&strips, place),
        })
        .collect();
    if let Some(then) = RiskChange::new(results) {
        let date = format::date(then.at, view.zone()).to_string();
        let before_last = nights.iter_mut().rev().skip(1);
        let night = before_last.filter(|night| night.date == date).last();
        night
            .into_iter()
            .for_each(|night| night.at_risk = Some(then.then));
    }
    nights
}

fn strip(device: &Device) -> Option<&[u8]> {
    device.history.as_ref().map(|past| past.nights.as_bytes())
}

fn at_risk(strips: &[&[u8]], place: usize) -> Option<u64> {
    let letters = || strips.iter().filter_map(|strip| strip.get(place));
    letters().any(|letter| *letter != b'-').then(|| {
        let without = letters().filter(|letter| matches!(letter, b'f' | b'u'));
        without.count() as u64
    })
}

fn date(last: Option<Date>, days_before: usize) -> String {
    let days = i64::try_from(days_before).unwrap_or(i64::MAX);
    let day = last.and_then(|last| last.checked_sub(days.days()).ok());
    day.map_or_else(String::new, |day| day.to_string())
}

/// "2026-11-19: 14; 2026-11-20: 16", for those who do not see the line.
pub(crate) fn described(nights: &[Night]) -> String {
    let one = |night: &Night| match night.at_risk {
        Some(devices) => format!("{}: {}", night.date, format::number(devices)),
        None => format!("{}: not run", night.date),
    };
    nights.iter().map(one).collect::<Vec<_>>().join("; ")
}
