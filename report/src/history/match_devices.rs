//! Which device of an earlier run is which device of this one.

use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::identity::{Ecid, Identity, Imei, Udid};

use crate::results;

/// The ids that distinguish devices, in the spelling of [`Identity`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceIds {
    /// UDID.
    pub udid: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// The first 14 digits of the first IMEI, or the MEID.
    pub phone: Option<String>,
    /// Exclusive chip id.
    pub ecid: Option<String>,
}

impl DeviceIds {
    /// The ids of a device of judged results, where an old report may hold fewer.
    pub fn from_results(device: &results::Device) -> Self {
        let imei = device.imei.as_deref().and_then(Imei::parse);
        let inside = device.udid.as_deref().and_then(Udid::parse);
        let inside = inside.and_then(|udid| udid.ecid());
        Self {
            udid: device.udid.clone(),
            serial: device.serial_number.clone(),
            phone: imei
                .map(|imei| imei.body().to_owned())
                .or(device.meid.clone()),
            ecid: device.ecid.clone().or(inside.map(|ecid| ecid.to_string())),
        }
    }

    /// The ids of a device of this run.
    pub fn from_identity(identity: &Identity) -> Self {
        let ecid = identity.ecid;
        let ecid = ecid.or_else(|| identity.udid.as_ref().and_then(Udid::ecid));
        let imei = identity.imeis.first().map(|imei| imei.body().to_owned());
        Self {
            udid: identity.udid.as_ref().map(ToString::to_string),
            serial: identity.serial.as_ref().map(ToString::to_string),
            phone: imei.or_else(|| identity.meid.as_ref().map(ToString::to_string)),
            ecid: ecid.as_ref().map(Ecid::to_string),
        }
    }

    /// The ids, the strongest first.
    fn strongest_first(&self) -> [Option<&str>; KINDS] {
        [&self.udid, &self.serial, &self.phone, &self.ecid].map(|number| number.as_deref())
    }

    /// Do two devices differ by an id stronger than this one? A repaired phone keeps its serial
    /// number and not always its UDID.
    fn differ_above(&self, other: &Self, kind: usize) -> bool {
        let pairs = self
            .strongest_first()
            .into_iter()
            .zip(other.strongest_first());
        pairs
            .take(kind)
            .any(|pair| matches!(pair, (Some(a), Some(b)) if a != b))
    }
}

/// For each of these devices the index of the existing one that it is, by the strongest id that
/// both have; no two get the same.
pub fn match_devices(existing: &[&DeviceIds], devices: &[DeviceIds]) -> Vec<Option<usize>> {
    let mut matches: Vec<Option<usize>> = vec![None; devices.len()];
    let mut taken = BTreeSet::new();
    for kind in 0..KINDS {
        let by_number = by_number(existing, kind);
        for (ids, place) in devices.iter().zip(&mut matches) {
            let number = ids.strongest_first()[kind].filter(|_| place.is_none());
            let same = number.and_then(|number| by_number.get(number).copied());
            let same = same.filter(|same| !ids.differ_above(existing[*same], kind));
            if let Some(same) = same.filter(|same| taken.insert(*same)) {
                *place = Some(same);
            }
        }
    }
    matches
}

/// Kinds of ids.
const KINDS: usize = 4;

fn by_number<'a>(existing: &[&'a DeviceIds], kind: usize) -> BTreeMap<&'a str, usize> {
    let ids = existing.iter().enumerate();
    ids.filter_map(|(index, ids)| Some((ids.strongest_first()[kind]?, index)))
        .collect()
}
