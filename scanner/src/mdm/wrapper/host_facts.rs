//! Facts that programs beside a device tell and no MDM answer does: what the next backup to a computer
//! will be like, when the last one was, and storage in bytes.

use plist::{Dictionary, Value};

use crate::mdm::date::instant::{self, Count, Dated};
use crate::mdm::protocol::answer::Draft;
use crate::mdm::protocol::device_information;
use crate::model::identity::Ecid;
use crate::model::management::{Capacity, CapacityUnit, Storage};

/// Reads a dictionary with Apple's keys, of the answers and of the lockdown domains alike.
pub(crate) fn read(draft: &mut Draft, dict: &Dictionary) {
    device_information::read_device(draft, dict);
    draft.management.last_contact = Some(draft.told(draft.source.observed_at));
    draft.management.last_inventory = Some(draft.told(draft.source.observed_at));
    let encrypts = draft.bool(dict, "WillEncrypt");
    draft.management.backup_will_be_encrypted = encrypts.map(|value| draft.told(value));
    let ecid = draft.typed(dict, "ECID", "an ECID", ecid);
    draft.identity.ecid = ecid;
    read_last_backup(draft, dict);
    read_bytes(draft, dict);
}

fn ecid(value: &Value) -> Option<Ecid> {
    match value {
        Value::Integer(number) => number.as_unsigned().filter(|n| *n != 0).map(Ecid),
        Value::String(text) => Ecid::parse(text),
        _ => None,
    }
}

/// `LastiTunesBackupDate`: seconds since 2001 (iLEAPP reads it so), 0 for none.
fn read_last_backup(draft: &mut Draft, dict: &Dictionary) {
    let Some(number) = draft.number(dict, "LastiTunesBackupDate") else {
        return;
    };
    match instant::of_number(number, Some(Count::AppleSeconds)) {
        Dated::At(at) => draft.management.last_computer_backup = Some(draft.told(at)),
        Dated::None => {}
        Dated::Unreadable => draft.lost("LastiTunesBackupDate", "a number that is no date"),
    }
}

/// `TotalDiskCapacity` is the whole of the flash, of which the data volume is a part.
fn read_bytes(draft: &mut Draft, dict: &Dictionary) {
    let total = draft.number(dict, "TotalDiskCapacity");
    let volume = draft.number(dict, "TotalDataCapacity").or(total);
    let free = draft.number(dict, "TotalDataAvailable");
    if let Some(amount) = total.filter(|amount| *amount > 0.0) {
        let unit = CapacityUnit::Bytes;
        draft.management.capacity = Some(draft.told(Capacity { amount, unit }));
    }
    let storage = volume.zip(free).map(|(capacity, available)| Storage {
        capacity: capacity / 1e9,
        available: available / 1e9,
    });
    let storage = storage.filter(|storage| storage.free_ratio().is_some());
    if let Some(storage) = storage {
        draft.management.storage = Some(draft.told(storage));
    }
}
