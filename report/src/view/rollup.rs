//! The fleet by site, by department and by computer: where the devices are that could be lost.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::format::{self, escaped};
use crate::results::{Device, Results};

/// Places that are listed; the rest are counted.
const PLACES_MAX: usize = 8;

/// The fleet by one of its places.
pub(crate) struct Rollup {
    /// What the filter of the table is called.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) places: Vec<Place>,
    /// "12 more"; empty when all are listed.
    pub(crate) more: String,
}

/// One site, department or computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) devices: u64,
    /// Of them, those that could be lost.
    pub(crate) at_risk: u64,
}

/// Where a device belongs; a device with backups on two computers belongs to both.
pub(crate) type PlacesOf = fn(&Device) -> BTreeSet<&str>;

/// The kinds of places: id of the filter, what it is called, what a device says.
pub(crate) type Kind = (&'static str, &'static str, PlacesOf);

/// The kinds that are shown as a part of the fleet.
pub(crate) const ROLLUPS: [Kind; 3] = [
    ("site", "Site", |device| {
        device.site.as_deref().into_iter().collect()
    }),
    ("dept", "Department", |device| {
        device.department.as_deref().into_iter().collect()
    }),
    ("host", "Computer", |device| {
        device
            .backups
            .iter()
            .map(|backup| backup.host.as_str())
            .collect()
    }),
];

/// The kinds that the table can be filtered by only.
pub(crate) const GROUPS: [Kind; 2] = [
    ("group", "Group", |device| {
        device.group.as_deref().into_iter().collect()
    }),
    ("policy", "Group of the policy", |device| {
        device.policy_group.as_deref().into_iter().collect()
    }),
];

/// The places that occur, those with most devices at risk first.
pub(crate) fn rollups(results: &Results) -> Vec<Rollup> {
    let rollups = ROLLUPS
        .into_iter()
        .map(|(id, title, of)| rollup(results, id, title, of));
    rollups.filter(|rollup| !rollup.places.is_empty()).collect()
}

fn rollup(results: &Results, id: &'static str, title: &'static str, of: PlacesOf) -> Rollup {
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for device in results.in_fleet() {
        for name in of(device) {
            let place = places.entry(name).or_default();
            place.devices += 1;
            place.at_risk += u64::from(device.could_be_lost);
        }
    }
    let named = places.into_iter().map(|(name, place)| Place {
        name: escaped(name),
        ..place
    });
    let mut places: Vec<_> = named.collect();
    places.sort_by_key(|place| Reverse((place.at_risk, place.devices)));
    let more = places.len().saturating_sub(PLACES_MAX) as u64;
    places.truncate(PLACES_MAX);
    let more = if more == 0 {
        String::new()
    } else {
        format!("{} more", format::number(more))
    };
    Rollup {
        id,
        title,
        places,
        more,
    }
}
