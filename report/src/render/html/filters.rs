//! The choices above the table of devices.

use std::collections::BTreeSet;

use crate::format::{self, escaped};
use crate::results::{Device, Results};
use crate::view::{attention, device};

/// A choice above the table.
pub(crate) struct Filter {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) choices: Vec<Choice>,
}

pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

pub(crate) fn filters(results: &Results) -> Vec<Filter> {
    let fixes: BTreeSet<_> = results
        .devices
        .iter()
        .map(attention::leading_finding)
        .map(|finding| (device::fix_title(finding), device::fix_key(finding)))
        .filter(|(_, key)| !key.is_empty())
        .collect();
    let hosts = results
        .devices
        .iter()
        .flat_map(|device| &device.backups)
        .map(|backup| escaped(&backup.host));
    let departments = results
        .devices
        .iter()
        .filter_map(|device| device.department.as_deref())
        .map(escaped);
    let mut filters = vec![
        filter("status", "Status", "All", statuses(results)),
        filter(
            "fix",
            "Likely fix",
            "All",
            fixes
                .into_iter()
                .map(|(label, value)| Choice { value, label })
                .collect(),
        ),
        filter("host", "Computer", "All", same(hosts)),
        filter("dept", "Department", "All", same(departments)),
    ];
    filters.extend(places(results));
    filters.push(Filter {
        id: "sort",
        label: "Sort by",
        choices: SORTS.map(|(value, label)| choice(value, label)).into(),
    });
    filters
}

/// Where a device belongs: id of the filter, its label, what the device says.
type Place = (&'static str, &'static str, fn(&Device) -> Option<&str>);

const PLACES: [Place; 3] = [
    ("site", "Site", |device| device.site.as_deref()),
    ("group", "Group", |device| device.group.as_deref()),
    ("policy", "Group of the policy", |device| {
        device.policy_group.as_deref()
    }),
];

/// The filters that have something to choose.
fn places(results: &Results) -> Vec<Filter> {
    let devices = &results.devices;
    let filters = PLACES.into_iter().map(|(id, label, place)| {
        let choices = same(devices.iter().filter_map(place).map(escaped));
        filter(id, label, "All", choices)
    });
    filters.filter(|filter| filter.choices.len() > 1).collect()
}

/// The orders of the table; the script knows them by the same names.
const SORTS: [(&str, &str); 9] = [
    ("worst", "Worst first"),
    ("device", "Device"),
    ("serial", "Serial number"),
    ("user", "User"),
    ("department", "Department"),
    ("model", "Model"),
    ("os", "System"),
    ("age", "Age of the backup"),
    ("fix", "Likely fix"),
];

fn filter(id: &'static str, label: &'static str, all: &str, mut choices: Vec<Choice>) -> Filter {
    choices.insert(0, choice("", all));
    Filter { id, label, choices }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.into(),
        label: label.into(),
    }
}

fn same(values: impl Iterator<Item = String>) -> Vec<Choice> {
    let values: BTreeSet<_> = values.collect();
    values.iter().map(|value| choice(value, value)).collect()
}

fn statuses(results: &Results) -> Vec<Choice> {
    let words = device::STATUSES.map(|(status, ..)| choice(status.id(), &format::heading(status)));
    let lists: [(&str, &str, attention::DeviceFilter); 4] = [
        ("risk", "Could be lost tonight", |device| {
            device.could_be_lost
        }),
        ("soon", "In date, with something to do", attention::is_next),
        ("waived", "Waived", Device::is_waived_at_risk),
        ("apart", "Listed apart", Device::listed_apart),
    ];
    let lists = lists
        .into_iter()
        .filter(|(.., holds)| results.devices.iter().any(holds));
    lists
        .map(|(value, label, _)| choice(value, label))
        .chain(words)
        .collect()
}
