//! The `DeviceInformation` answer, and the check-ins `Authenticate` and `TokenUpdate`, which carry
//! some of the same keys.
//!
//! A key that is not here was not asked for, is not permitted to this server, or is kept back by
//! User Enrollment; the device drops it without a word. Phone numbers are not read.

use plist::{Dictionary, Value};

use super::answer::AnswerBuilder;
use crate::mdm::date::instant::Dated;
use crate::model::evidence::Sourced;
use crate::model::identity::{Imei, Meid, Serial, Udid};
use crate::model::management::{Capacity, CapacityUnit, Management, Storage};

type Slot<T> = fn(&mut Management) -> &mut Option<Sourced<T>>;

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
pub(crate) fn read(builder: &mut AnswerBuilder, root: &Dictionary) {
    let Some(responses) = builder.dict(root, "QueryResponses") else {
        return;
    };
    builder.management.last_inventory = Some(builder.sourced(builder.source.observed_at));
    read_device(builder, responses);
    let hidden_keys = builder.management.user_enrollment.is_some();
    builder.management.no_cloud_date_means_never =
        builder.management.cloud_backup_enabled.is_some() && !hidden_keys;
}

/// Reads all facts of the device itself, wherever they stand.
pub(crate) fn read_device(builder: &mut AnswerBuilder, dict: &Dictionary) {
    read_keys(builder, dict);
    read_storage(builder, dict);
    read_battery(builder, dict);
    read_cloud_date(builder, dict);
    read_subscriptions(builder, dict);
}

/// Reads the keys that check-ins have too.
pub(crate) fn read_keys(builder: &mut AnswerBuilder, dict: &Dictionary) {
    for (key, slot) in BOOLS {
        if let Some(value) = builder.bool(dict, key) {
            *slot(&mut builder.management) = Some(builder.sourced(value));
        }
    }
    for (key, slot) in TEXTS {
        if let Some(value) = builder.text(dict, key) {
            *slot(&mut builder.management) = Some(builder.sourced(value));
        }
    }
    read_identity(builder, dict);
}

fn read_identity(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let udid = builder
        .text(dict, "UDID")
        .and_then(|text| Udid::parse(&text));
    match (&builder.identity.udid, udid) {
        (Some(outer), Some(inner)) if *outer != inner => {
            builder.add_problem(
                "the UDID of the message",
                "two UDIDs, one around and one inside the answer",
            );
        }
        (None, inner) => builder.identity.udid = inner,
        _ => {}
    }
    let serial = builder.text(dict, "SerialNumber");
    builder.identity.serial = serial.and_then(|text| Serial::parse(&text));
    read_radio(builder, dict);
}

/// `IMEI`, `MEID` and `ICCID`: at the top before iOS 26, and in each SIM's `ServiceSubscriptions`.
fn read_radio(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let imei = builder
        .text(dict, "IMEI")
        .and_then(|text| Imei::parse(&text));
    builder.identity.imeis.extend(imei);
    let meid = builder
        .text(dict, "MEID")
        .and_then(|text| Meid::parse(&text));
    builder.identity.meid = builder.identity.meid.take().or(meid);
    let iccid = builder
        .text(dict, "ICCID")
        .map(|text| text.replace(' ', ""));
    if builder.management.iccid.is_none() {
        builder.management.iccid = iccid.map(|iccid| builder.sourced(iccid));
    }
}

fn read_subscriptions(builder: &mut AnswerBuilder, responses: &Dictionary) {
    let Some(sims) = builder.array(responses, "ServiceSubscriptions") else {
        return;
    };
    let sims: Vec<&Dictionary> = sims.iter().filter_map(Value::as_dictionary).collect();
    for sim in &sims {
        read_radio(builder, sim);
    }
    let has_eid = sims.iter().any(|sim| builder.text(sim, "EID").is_some());
    if has_eid || tells_eids(builder) {
        builder.management.esim = Some(builder.sourced(has_eid));
    }
}

/// Before iOS 14 no answer had an `EID`, so that none means nothing.
fn tells_eids(builder: &AnswerBuilder) -> bool {
    let version = builder.management.os_version.as_ref();
    let major = version.and_then(|version| version.value.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 14)
}

/// -1 stands for a level that the device does not know.
fn read_battery(builder: &mut AnswerBuilder, responses: &Dictionary) {
    let level = builder.number(responses, "BatteryLevel");
    let level = level.filter(|level| (0.0..=1.0).contains(level));
    builder.management.battery = level.map(|level| builder.sourced(level));
}

fn read_storage(builder: &mut AnswerBuilder, responses: &Dictionary) {
    let capacity = builder.number(responses, "DeviceCapacity");
    let available = builder.number(responses, "AvailableDeviceCapacity");
    let reported = capacity.map(|amount| Capacity {
        amount,
        unit: CapacityUnit::Gigabytes,
    });
    let reported = reported.filter(|capacity| capacity.bytes().is_some());
    builder.management.capacity = reported.map(|capacity| builder.sourced(capacity));
    let (Some(capacity), Some(available)) = (capacity, available) else {
        return;
    };
    let storage = Storage {
        capacity,
        available,
    };
    if storage.free_ratio().is_some() {
        builder.management.storage = Some(builder.sourced(storage));
    } else {
        builder.add_problem(
            "AvailableDeviceCapacity",
            "a number below 0 or above DeviceCapacity",
        );
    }
}

/// A date before iCloud existed is a server's way to write "none": it is kept out of the facts.
fn read_cloud_date(builder: &mut AnswerBuilder, responses: &Dictionary) {
    let key = "LastCloudBackupDate";
    match builder.date(responses, key) {
        Some(Dated::At(date)) => builder.management.last_cloud_backup = Some(builder.sourced(date)),
        Some(_) => builder.note(
            format!("the date of the last iCloud backup ({key})"),
            "a date before iCloud existed, which stands for none",
        ),
        None => {}
    }
}
