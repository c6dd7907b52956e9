//! The `DeviceInformation` answer, and the check-ins `Authenticate` and `TokenUpdate`, which carry
//! some of the same keys.
//!
//! A key that is not here was not asked for, is not permitted to this server, or is kept back by
//! User Enrollment; the device drops it without a word. Phone numbers are not read.

use plist::{Dictionary, Value};

use super::answer::Draft;
use crate::mdm::date::instant::Dated;
use crate::model::evidence::Told;
use crate::model::identity::{Imei, Meid, Serial, Udid};
use crate::model::management::{Capacity, CapacityUnit, Management, Storage};

type Slot<T> = fn(&mut Management) -> &mut Option<Told<T>>;

const BOOLS: &[(&str, Slot<bool>)] = &[
    ("IsCloudBackupEnabled", |m| &mut m.cloud_backup_enabled),
    ("iTunesStoreAccountIsActive", |m| {
        &mut m.store_account_active
    }),
    ("IsSupervised", |m| &mut m.supervised),
    ("IsMultiUser", |m| &mut m.shared_ipad),
    ("IsMDMLostModeEnabled", |m| &mut m.lost_mode),
    ("AwaitingConfiguration", |m| &mut m.awaiting_configuration),
    ("IsDeviceLocatorServiceEnabled", |m| &mut m.find_my),
    ("IsActivationLockEnabled", |m| &mut m.activation_lock),
    ("PasscodePresent", |m| &mut m.passcode_present),
];

const TEXTS: &[(&str, Slot<String>)] = &[
    ("DeviceName", |m| &mut m.device_name),
    ("ProductName", |m| &mut m.product_type),
    ("ModelName", |m| &mut m.model_name),
    ("OSVersion", |m| &mut m.os_version),
    ("BuildVersion", |m| &mut m.build_version),
    ("SupplementalOSVersionExtra", |m| {
        &mut m.supplemental_os_version
    }),
    ("TimeZone", |m| &mut m.time_zone),
];

/// Reads `QueryResponses`.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(responses) = draft.dict(root, "QueryResponses") else {
        return;
    };
    draft.management.last_inventory = Some(draft.told(draft.source.observed_at));
    read_device(draft, responses);
    let hidden_keys = draft.management.user_enrollment.is_some();
    draft.management.cloud_date_could_be_told =
        draft.management.cloud_backup_enabled.is_some() && !hidden_keys;
}

/// Reads all that is told of the device itself, wherever it stands.
pub(crate) fn read_device(draft: &mut Draft, dict: &Dictionary) {
    read_keys(draft, dict);
    read_storage(draft, dict);
    read_battery(draft, dict);
    read_cloud_date(draft, dict);
    read_subscriptions(draft, dict);
}

/// Reads the keys that check-ins have too.
pub(crate) fn read_keys(draft: &mut Draft, dict: &Dictionary) {
    for (key, slot) in BOOLS {
        if let Some(value) = draft.bool(dict, key) {
            *slot(&mut draft.management) = Some(draft.told(value));
        }
    }
    for (key, slot) in TEXTS {
        if let Some(value) = draft.text(dict, key) {
            *slot(&mut draft.management) = Some(draft.told(value));
        }
    }
    read_identity(draft, dict);
}

fn read_identity(draft: &mut Draft, dict: &Dictionary) {
    let udid = draft.text(dict, "UDID").and_then(|text| Udid::parse(&text));
    match (&draft.identity.udid, udid) {
        (Some(outer), Some(inner)) if *outer != inner => {
            draft.lost(
                "one UDID in the message",
                "two UDIDs, one around and one inside the answer",
            );
        }
        (None, inner) => draft.identity.udid = inner,
        _ => {}
    }
    let serial = draft.text(dict, "SerialNumber");
    draft.identity.serial = serial.and_then(|text| Serial::parse(&text));
    read_radio(draft, dict);
}

/// `IMEI`, `MEID` and `ICCID`: at the top before iOS 26, and in each SIM's `ServiceSubscriptions`.
fn read_radio(draft: &mut Draft, dict: &Dictionary) {
    let imei = draft.text(dict, "IMEI").and_then(|text| Imei::parse(&text));
    draft.identity.imeis.extend(imei);
    let meid = draft.text(dict, "MEID").and_then(|text| Meid::parse(&text));
    draft.identity.meid = draft.identity.meid.take().or(meid);
    let iccid = draft.text(dict, "ICCID").map(|text| text.replace(' ', ""));
    if draft.management.iccid.is_none() {
        draft.management.iccid = iccid.map(|iccid| draft.told(iccid));
    }
}

fn read_subscriptions(draft: &mut Draft, responses: &Dictionary) {
    let Some(sims) = draft.array(responses, "ServiceSubscriptions") else {
        return;
    };
    let sims: Vec<&Dictionary> = sims.iter().filter_map(Value::as_dictionary).collect();
    for sim in &sims {
        read_radio(draft, sim);
    }
    let has_eid = sims.iter().any(|sim| draft.text(sim, "EID").is_some());
    if has_eid || tells_eids(draft) {
        draft.management.esim = Some(draft.told(has_eid));
    }
}

/// Before iOS 14 no answer had an `EID`, so that none means nothing.
fn tells_eids(draft: &Draft) -> bool {
    let version = draft.management.os_version.as_ref();
    let major = version.and_then(|told| told.value.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 14)
}

/// -1 stands for a level that the device cannot tell.
fn read_battery(draft: &mut Draft, responses: &Dictionary) {
    let level = draft.number(responses, "BatteryLevel");
    let level = level.filter(|level| (0.0..=1.0).contains(level));
    draft.management.battery = level.map(|level| draft.told(level));
}

fn read_storage(draft: &mut Draft, responses: &Dictionary) {
    let capacity = draft.number(responses, "DeviceCapacity");
    let available = draft.number(responses, "AvailableDeviceCapacity");
    let reported = capacity.map(|amount| Capacity {
        amount,
        unit: CapacityUnit::Gigabytes,
    });
    let reported = reported.filter(|capacity| capacity.bytes().is_some());
    draft.management.capacity = reported.map(|capacity| draft.told(capacity));
    let (Some(capacity), Some(available)) = (capacity, available) else {
        return;
    };
    let storage = Storage {
        capacity,
        available,
    };
    if storage.free_ratio().is_some() {
        draft.management.storage = Some(draft.told(storage));
    } else {
        draft.lost(
            "AvailableDeviceCapacity between 0 and DeviceCapacity",
            "figures that make no sense",
        );
    }
}

/// A date before iCloud existed is a server's way to write "none": it is kept out of the facts.
fn read_cloud_date(draft: &mut Draft, responses: &Dictionary) {
    let key = "LastCloudBackupDate";
    match draft.date(responses, key) {
        Some(Dated::At(date)) => draft.management.last_cloud_backup = Some(draft.told(date)),
        Some(_) => draft.note(
            format!("{key}, the date of the last iCloud backup"),
            "a date before iCloud existed, which stands for none",
        ),
        None => {}
    }
}
