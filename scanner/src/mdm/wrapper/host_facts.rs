//! Facts that programs beside a device have and no MDM answer does: what the next backup to a computer
//! will be like, when the last one was, and storage in bytes.

use plist::{Dictionary, Value};

use crate::mdm::date::instant::{self, Count, Dated};
use crate::mdm::protocol::answer::AnswerBuilder;
use crate::mdm::protocol::device_information;
use crate::model::identity::{Ecid, Imei};
use crate::model::management::{Capacity, CapacityUnit, Storage};

/// Reads a dictionary with Apple's keys, of the answers and of the lockdown domains alike.
pub(crate) fn read(builder: &mut AnswerBuilder, dict: &Dictionary) {
    device_information::read_device(builder, dict);
    builder.management.last_contact = Some(builder.sourced(builder.source.observed_at));
    builder.management.last_inventory = Some(builder.sourced(builder.source.observed_at));
    let encrypts = builder.bool(dict, "WillEncrypt");
    builder.management.backup_will_be_encrypted = encrypts.map(|value| builder.sourced(value));
    let ecid = builder.typed(dict, "ECID", "an ECID", ecid);
    builder.identity.ecid = ecid;
    read_last_backup(builder, dict);
    read_last_cloud_backup(builder, dict);
    read_second_imei(builder, dict);
    read_bytes(builder, dict);
}

fn ecid(value: &Value) -> Option<Ecid> {
    match value {
        Value::Integer(number) => number.as_unsigned().filter(|n| *n != 0).map(Ecid),
        Value::String(text) => Ecid::parse(text),
        _ => None,
    }
}

/// `LastiTunesBackupDate`: seconds since 2001 (iLEAPP reads it so), 0 for none.
fn read_last_backup(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let Some(number) = builder.number(dict, "LastiTunesBackupDate") else {
        return;
    };
    match instant::of_number(number, Some(Count::AppleSeconds)) {
        Dated::At(at) => builder.management.last_computer_backup = Some(builder.sourced(at)),
        Dated::None => {}
        Dated::Unreadable => {
            builder.add_problem("LastiTunesBackupDate", "a number that is no date");
        }
    }
}

/// `LastCloudBackupDate` of the domain `com.apple.mobile.backup`: seconds since 2001 in UTC, whatever
/// `LastCloudBackupTZ` says; 0 for none.
fn read_last_cloud_backup(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let key = "LastCloudBackupSeconds";
    if let Some(Value::Date(_) | Value::String(_)) = dict.get(key) {
        if let Some(Dated::At(at)) = builder.date(dict, key) {
            builder.management.last_cloud_backup = Some(builder.sourced(at));
        }
        return;
    }
    let Some(number) = builder.number(dict, key) else {
        return;
    };
    match instant::of_number(number, Some(Count::AppleSeconds)) {
        Dated::At(at) => builder.management.last_cloud_backup = Some(builder.sourced(at)),
        Dated::None => {}
        Dated::Unreadable => builder.add_problem("LastCloudBackupDate", "a number that is no date"),
    }
}

fn read_second_imei(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let imei = builder
        .text(dict, "IMEI2")
        .and_then(|text| Imei::parse(&text));
    builder.identity.imeis.extend(imei);
}

/// `TotalDiskCapacity` is the whole of the flash, of which the data volume is a part.
fn read_bytes(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let total = builder.number(dict, "TotalDiskCapacity");
    let volume = builder.number(dict, "TotalDataCapacity").or(total);
    let free = builder.number(dict, "TotalDataAvailable");
    if let Some(amount) = total.filter(|amount| *amount > 0.0) {
        let unit = CapacityUnit::Bytes;
        builder.management.capacity = Some(builder.sourced(Capacity { amount, unit }));
    }
    let storage = volume.zip(free).map(|(capacity, available)| Storage {
        capacity: capacity / 1e9,
        available: available / 1e9,
    });
    let storage = storage.filter(|storage| storage.free_ratio().is_some());
    if let Some(storage) = storage {
        builder.management.storage = Some(builder.sourced(storage));
    }
}
