//! Outputs of `cfgutil --format JSON`: devices by their ECID, with `Errors` among them.
//!
//! A newcomer would take `Errors` for a device. It holds, by the same ECIDs, what each device would
//! not tell; `{}` is no error. With progress on, other lines stand before the last.

use serde_json::{Map, Value};

use super::cabled;
use super::document::Document;
use super::platform;
use super::translate::{self, Words};

const WORDS: Words = &[
    ("UDID", "UDID"),
    ("serialNumber", "SerialNumber"),
    ("ECID", "ECID"),
    ("IMEI", "IMEI"),
    ("ICCID", "ICCID"),
    ("name", "DeviceName"),
    ("deviceType", "ProductName"),
    ("humanReadableProductVersion", "OSVersion"),
    ("buildVersion", "BuildVersion"),
    ("isSupervised", "IsSupervised"),
    ("cloudBackupsAreEnabled", "IsCloudBackupEnabled"),
    ("backupWillBeEncrypted", "WillEncrypt"),
    ("totalDiskCapacity", "TotalDiskCapacity"),
    ("freeDiskSpace", "TotalDataAvailable"),
];

const WANTED: &str = "what cfgutil tells of devices";

/// A line of progress tells nothing.
pub(super) fn read_progress(_: &mut Document, _: &Value) {}

/// The last line of a command.
pub(super) fn read(document: &mut Document, value: &Value) {
    if value.get("Type").and_then(Value::as_str) == Some("Error") {
        let found = format!("an error of cfgutil{}", code(value));
        return document.lost(WANTED, &found);
    }
    let output = value.get("Output").and_then(Value::as_object);
    let told = output.map_or(0, |output| read_output(document, output));
    if told == 0 && document.problems.is_empty() {
        let found = "an output of cfgutil that tells nothing of any device";
        document.share(WANTED, found, None);
    }
}

fn read_output(document: &mut Document, output: &Map<String, Value>) -> usize {
    let devices = output.iter().filter(|(key, _)| key.starts_with("0x"));
    let mut told = 0;
    for (ecid, properties) in devices {
        read_device(document, ecid, properties);
        told += 1;
    }
    let errors = output.get("Errors").and_then(Value::as_object);
    for (ecid, error) in errors.into_iter().flatten() {
        if !output.contains_key(ecid) && error.get("Code").is_some() {
            let found = format!("a device that cfgutil could not ask{}", code(error));
            document.lost(WANTED, &found);
        }
    }
    told
}

fn read_device(document: &mut Document, ecid: &str, properties: &Value) {
    let mut dict = translate::json(properties, WORDS);
    dict.insert("ECID".to_owned(), ecid.into());
    if let Some(family) = platform::other_family(&dict) {
        return document.keep_out(family, None);
    }
    let mut draft = document.draft("cfgutil output", None, None);
    cabled::read(&mut draft, &dict);
    document.take(draft, None);
}

fn code(value: &Value) -> String {
    let code = value.get("Code").and_then(Value::as_i64);
    code.map_or(String::new(), |code| format!(" (code {code})"))
}
