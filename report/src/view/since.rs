//! What has changed since last night: one line, and the devices behind it.

use super::history::RiskChange;
use super::nights;
use super::report::ReportView;
use super::work_list::{NamedDevice, named};
use crate::format;
use crate::results::Device;

/// Devices named under one heading; the rest are counted.
const NAMED_MAX: usize = 6;

/// What the strip below the headline says.
pub(crate) struct Since {
    /// "16 (14 last night): 2 new, 1 recovered".
    pub(crate) line: String,
    pub(crate) lists: Vec<SinceList>,
    /// "fleetback did not run on 3 of the last 28 nights."; empty when it ran on all.
    pub(crate) missed: String,
}

/// Devices that changed alike.
pub(crate) struct SinceList {
    pub(crate) title: &'static str,
    pub(crate) named: Vec<NamedDevice>,
    /// "and 12 more"; empty when all are named.
    pub(crate) more: String,
}

/// The strip; `None` for a run without another to compare with.
pub(crate) fn since(view: &ReportView<'_>) -> Option<Since> {
    let risk = RiskChange::new(view.results())?;
    let lists = [
        ("New at risk", &risk.new),
        ("Recovered", &risk.recovered),
        ("No longer counted", &risk.uncounted),
    ];
    let filled = lists.into_iter().filter(|(_, devices)| !devices.is_empty());
    Some(Since {
        line: risk.line(view),
        lists: filled
            .map(|(title, devices)| list(view, title, devices))
            .collect(),
        missed: nights::missed(view),
    })
}

fn list(view: &ReportView<'_>, title: &'static str, devices: &[&Device]) -> SinceList {
    let all = &view.results().devices;
    let place = |device: &Device| all.iter().position(|other| std::ptr::eq(other, device));
    let more = devices.len().saturating_sub(NAMED_MAX) as u64;
    SinceList {
        title,
        named: (devices.iter().take(NAMED_MAX))
            .map(|device| named(place(device).unwrap_or_default(), device))
            .collect(),
        more: if more == 0 {
            String::new()
        } else {
            format!("and {} more", format::number(more))
        },
    }
}
