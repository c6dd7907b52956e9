//! Devices that earlier runs knew by a good local backup alone, and that nothing speaks of any more:
//! with the folder the device itself would leave the report, without a word.

use std::borrow::Cow;

use fleetback_scanner::model::fleet::{Device, Fleet};
use fleetback_scanner::model::identity::{Ecid, Identity, Serial, Udid};
use jiff::Timestamp;

use crate::assess::checks::local_content::is_missed;
use crate::history::{DeviceIds, History, PastDevice, PastFolder, Searched};

/// The fleet, and in it those devices, each with its numbers and no evidence.
pub(super) fn with_vanished<'a>(
    fleet: &'a Fleet,
    history: Option<&History>,
    now: Timestamp,
) -> Cow<'a, Fleet> {
    let searched = Searched::from_fleet(fleet);
    let is_gone = |folder: &PastFolder| {
        is_missed(folder, now)
            && searched.contains(&folder.path)
            && !is_found(fleet, folder.path.as_path())
    };
    let vanished: Vec<Device> = history.map_or_else(Vec::new, |history| {
        let away = unmatched(fleet, history).filter(|past| past.folders.iter().any(is_gone));
        away.filter_map(|past| device(&past.ids)).collect()
    });
    if vanished.is_empty() {
        return Cow::Borrowed(fleet);
    }
    let mut fleet = fleet.clone();
    fleet.devices.extend(vanished);
    Cow::Owned(fleet)
}

fn unmatched<'h>(fleet: &Fleet, history: &'h History) -> impl Iterator<Item = &'h PastDevice> {
    let numbers: Vec<DeviceIds> = fleet
        .devices
        .iter()
        .map(|device| DeviceIds::from_identity(&device.identity))
        .collect();
    let here: Vec<*const PastDevice> = history
        .matched(&numbers)
        .into_iter()
        .flatten()
        .map(std::ptr::from_ref)
        .collect();
    history
        .devices
        .iter()
        .filter(move |past| !here.contains(&std::ptr::from_ref(*past)))
}

/// Does the folder hold the backup of another device now?
fn is_found(fleet: &Fleet, path: &std::path::Path) -> bool {
    let mut backups = fleet.devices.iter().flat_map(|device| &device.backups);
    backups.any(|backup| backup.path == path)
}

fn device(numbers: &DeviceIds) -> Option<Device> {
    let identity = Identity {
        udid: numbers.udid.as_deref().and_then(Udid::parse),
        serial: numbers.serial.as_deref().and_then(Serial::parse),
        ecid: numbers.ecid.as_deref().and_then(Ecid::parse),
        ..Identity::default()
    };
    (identity.udid.is_some() || identity.serial.is_some()).then(|| Device {
        identity,
        ..Device::default()
    })
}
