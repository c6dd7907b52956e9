//! What Fleet's API gives: results of commands, and hosts.
//!
//! `result` is the answer in base64, `payload` the command that it answers. An absent key of a host
//! was not collected, which is not "never".

use plist::Value as Plist;
use serde_json::Value;

use super::host_facts;
use crate::mdm::date::instant;
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::key_map::{self, KeyMap};
use crate::mdm::protocol::redacted;
use crate::mdm::protocol::{explain, message};

/// Facts of a host that an MDM answer tells too.
const WORDS: KeyMap = &[
    ("uuid", "UDID"),
    ("hardware_serial", "SerialNumber"),
    ("computer_name", "DeviceName"),
    ("hardware_model", "ProductName"),
    ("os_version", "OSVersion"),
    ("build", "BuildVersion"),
    ("timezone", "TimeZone"),
    ("is_cloud_backup_enabled", "IsCloudBackupEnabled"),
    ("last_cloud_backup_date", "LastCloudBackupDate"),
    ("mdm.is_cloud_backup_enabled", "IsCloudBackupEnabled"),
    ("mdm.last_cloud_backup_date", "LastCloudBackupDate"),
    ("gigs_total_disk_space", "DeviceCapacity"),
    ("gigs_disk_space_available", "AvailableDeviceCapacity"),
];

/// Keys of a host that are read beside these.
const BESIDE: &[&str] = &[
    "detail_updated_at",
    "last_enrolled_at",
    "mdm.enrollment_status",
    "platform",
];

/// `platform` -> what is kept out; only `ios` and `ipados` are looked after.
const OTHERS: &[(&str, &str)] = &[
    ("darwin", "a Mac"),
    ("windows", "a computer"),
    ("chrome", "a computer"),
    ("android", "an Android device"),
];

/// One result of a command.
pub(crate) fn read_result(document: &mut Document, value: &Value) {
    let updated_at = instant::instant_in(value, "updated_at");
    for key in ["payload", "result"] {
        let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            continue;
        }
        match redacted::dictionary_in_base64(document, text) {
            Ok(root) => message::read_wrapped(document, &root, updated_at),
            Err(found) => {
                let found = format!("a {key} that is {found}");
                document.add_problem("a command result with its answer", &found);
            }
        }
    }
}

/// One host.
pub(crate) fn read_host(document: &mut Document, value: &Value) {
    let platform = value.get("platform").and_then(Value::as_str);
    let platform = platform.unwrap_or_default();
    if !matches!(platform, "ios" | "ipados") {
        let other = OTHERS.iter().find(|(name, _)| *name == platform);
        return document.exclude(other.map_or("a computer", |(_, family)| family), None);
    }
    let mut dict = key_map::json(value, WORDS);
    if let Some(Plist::String(version)) = dict.get_mut("OSVersion") {
        let bare = version.rsplit(' ').next().unwrap_or_default();
        *version = bare.to_owned();
    }
    let collected_at = instant::instant_in(value, "detail_updated_at");
    let kind = "Fleet host";
    let is_read = |key: &str| BESIDE.contains(&key) || key_map::reads(WORDS, key);
    document.note_keys(kind, || explain::of_json(value), is_read);
    let mut builder = document.builder(kind, collected_at, None);
    host_facts::read(&mut builder, &dict);
    if let Some(at) = instant::instant_in(value, "last_enrolled_at") {
        builder.management.enrolled_at = Some(builder.sourced(at));
    }
    let enrolment = key_map::at(value, "mdm.enrollment_status").and_then(Value::as_str);
    if enrolment.is_some_and(|status| status.contains("personal")) {
        builder.management.user_enrollment = Some(builder.sourced(true));
    }
    document.take(builder, None);
}
