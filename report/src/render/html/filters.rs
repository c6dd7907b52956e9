//! The choices above the table of devices: chips with their counts, and lists.

use std::collections::BTreeSet;

use crate::format::{self, escaped};
use crate::results::{Device, Results};
use crate::view::rollup::{GROUPS, ROLLUPS};
use crate::view::{attention, device};

/// A list of choices above the table.
pub(crate) struct Filter {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) choices: Vec<Choice>,
}

pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// A button that shows the devices of one kind.
pub(crate) struct Chip {
    /// What the address of the page calls it; empty for all devices.
    pub(crate) value: &'static str,
    pub(crate) label: String,
    /// Colour and shape; both empty where it is none of the statuses.
    pub(crate) tone: &'static str,
    pub(crate) shape: &'static str,
    pub(crate) count: String,
}

/// Value, label, which devices; the script knows the values.
type Kind = (&'static str, &'static str, attention::DeviceFilter);

const KINDS: [Kind; 5] = [
    ("", "All", |device| !device.listed_apart()),
    ("risk", "Could be lost", |device| device.could_be_lost),
    ("todo", "To do", |device| {
        attention::urgency(device).is_some()
    }),
    ("waived", "Waived", Device::is_waived_at_risk),
    ("apart", "Listed apart", Device::listed_apart),
];

/// The chips that show something.
pub(crate) fn chips(results: &Results) -> Vec<Chip> {
    let count = |holds: attention::DeviceFilter| {
        results
            .devices
            .iter()
            .filter(|device| holds(device))
            .count() as u64
    };
    let kinds = KINDS.map(|(value, label, holds)| {
        let chip = Chip {
            value,
            label: label.to_owned(),
            tone: "",
            shape: "",
            count: format::number(count(holds)),
        };
        (chip, count(holds))
    });
    let statuses = device::STATUSES.map(|(status, tone, _)| {
        let of = results.in_fleet().filter(|device| device.status == status);
        let count = of.count() as u64;
        let chip = Chip {
            value: status.id(),
            label: format::heading(status),
            tone,
            shape: status.id(),
            count: format::number(count),
        };
        (chip, count)
    });
    let chips = kinds.into_iter().chain(statuses);
    let filled = chips.filter(|(chip, count)| chip.value.is_empty() || *count > 0);
    filled.map(|(chip, _)| chip).collect()
}

/// The lists that have something to choose.
pub(crate) fn filters(results: &Results) -> Vec<Filter> {
    let mut filters = vec![fixes(results), severities(), ages()];
    filters.extend(places(results));
    filters.push(Filter {
        id: "sort",
        label: "Sort by",
        choices: SORTS.map(|(value, label)| choice(value, label)).into(),
    });
    filters
}

fn fixes(results: &Results) -> Filter {
    let fixes: BTreeSet<_> = results
        .devices
        .iter()
        .map(attention::deciding_finding)
        .map(|finding| (device::fix_title(finding), device::fix_key(finding)))
        .filter(|(_, key)| !key.is_empty())
        .collect();
    let choices = fixes
        .into_iter()
        .map(|(label, value)| Choice { value, label });
    filter("fix", "Likely fix", choices.collect())
}

fn severities() -> Filter {
    let worst_first = device::SEVERITIES.iter().rev();
    let choices =
        worst_first.map(|(severity, _)| choice(severity.id(), &format::heading(*severity)));
    filter("severity", "Severity", choices.collect())
}

fn ages() -> Filter {
    let labels = crate::view::summary::age_labels();
    let choices = labels
        .enumerate()
        .map(|(number, label)| choice(&number.to_string(), label));
    filter("age", "Age of the backup", choices.collect())
}

fn places(results: &Results) -> Vec<Filter> {
    let kinds = ROLLUPS.into_iter().chain(GROUPS);
    let filters = kinds.map(|(id, label, places)| {
        let values: BTreeSet<_> = results
            .devices
            .iter()
            .flat_map(places)
            .map(escaped)
            .collect();
        filter(
            id,
            label,
            values.iter().map(|value| choice(value, value)).collect(),
        )
    });
    filters.filter(|filter| filter.choices.len() > 1).collect()
}

/// The orders of the table; the script knows them by the same names.
const SORTS: [(&str, &str); 12] = [
    ("worst", "Worst first"),
    ("status", "Status"),
    ("severity", "Severity"),
    ("device", "Device"),
    ("serial", "Serial number"),
    ("user", "User"),
    ("department", "Department"),
    ("model", "Model"),
    ("os", "System"),
    ("age", "Age of the backup"),
    ("nights", "Nights failing"),
    ("fix", "Likely fix"),
];

fn filter(id: &'static str, label: &'static str, mut choices: Vec<Choice>) -> Filter {
    choices.insert(0, choice("", "All"));
    Filter { id, label, choices }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.into(),
        label: label.into(),
    }
}
