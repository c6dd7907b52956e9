//! Outputs of `cfgutil --format JSON`: devices by their ECID, with `Errors` among them.
//!
//! `Errors` is no device. It holds, by the same ECIDs, what each device would
//! not give; `{}` is no error. With progress on, other lines stand before the last.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::host_facts;
use crate::mdm::protocol::device_family;
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::explain;
use crate::mdm::protocol::key_map::{self, KeyMap};
use crate::model::identity::Ecid;

const WORDS: KeyMap = &[
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

const WANTED: &str = "what cfgutil says of devices";

/// Parts of cfgutil's words for what went wrong, in small letters, and what to do about it. The words
/// themselves are not shown: they may name a device or a person.
const REMEDIES: &[(&str, &str, &str)] = &[
    (
        "locked",
        "because it is locked",
        "enter its passcode and keep it unlocked while cfgutil asks it again",
    ),
    (
        "passcode",
        "because it is locked",
        "enter its passcode and keep it unlocked while cfgutil asks it again",
    ),
    (
        "pair",
        "because it is not paired with that computer",
        "unlock it, answer \"Trust\" and enter its passcode; where pairing is forbidden, ask from the \
         computer that holds its supervision identity",
    ),
    (
        "trust",
        "because it is not paired with that computer",
        "unlock it, answer \"Trust\" and enter its passcode; where pairing is forbidden, ask from the \
         computer that holds its supervision identity",
    ),
    (
        "no devices",
        "because no device was connected",
        "connect the devices by cable, unlock them, and ask again",
    ),
];

/// What to do about anything else.
const ASK_AGAIN: &str = "connect the device by cable, unlock it, and ask again";

/// Properties named in a note.
const PROPERTIES_MAX: usize = 10;

/// A line of progress has no facts.
pub(crate) fn read_progress(_: &mut Document, _: &Value) {}

/// The last line of a command.
pub(crate) fn read(document: &mut Document, value: &Value) {
    if value.get("Type").and_then(Value::as_str) == Some("Error") {
        let (why, remedy) = reason(value);
        let found = format!("an error of cfgutil{why}{}", code(value));
        return document.add_problem_with_remedy(WANTED, &found, remedy);
    }
    let output = value.get("Output").and_then(Value::as_object);
    let devices_read = output.map_or(0, |output| read_output(document, output));
    if devices_read == 0 && document.problems.is_empty() {
        let found = "an output of cfgutil that says nothing of any device";
        document.add_shared_note(WANTED, found, None);
    }
}

fn read_output(document: &mut Document, output: &Map<String, Value>) -> usize {
    let devices = output.iter().filter(|(key, _)| key.starts_with("0x"));
    let mut devices_read = 0;
    for (ecid, properties) in devices {
        read_device(document, ecid, properties);
        devices_read += 1;
    }
    let errors = output.get("Errors").and_then(Value::as_object);
    let errors = errors.into_iter().flatten();
    let mut unread = BTreeMap::new();
    for (ecid, error) in errors {
        if error.get("Code").is_some_and(Value::is_number) {
            let (why, remedy) = reason(error);
            let device = Ecid::parse(ecid).map_or(String::new(), |ecid| format!(" (ECID {ecid})"));
            let found = format!(
                "a device{device} that cfgutil could not ask{why}{}",
                code(error)
            );
            document.add_problem_with_remedy(WANTED, &found, remedy);
        } else {
            count_properties(&mut unread, error);
        }
    }
    note_properties(document, &unread);
    devices_read
}

/// Why a device could not be asked, as far as it is known, and what to do.
fn reason(error: &Value) -> (String, &'static str) {
    let text = error.get("Message").and_then(Value::as_str);
    let text = text.unwrap_or_default().to_lowercase();
    let row = REMEDIES.iter().find(|(part, ..)| text.contains(part));
    row.map_or((String::new(), ASK_AGAIN), |(_, why, remedy)| {
        (format!(", {why}"), *remedy)
    })
}

/// Of a device that did answer: the properties that it would not give.
fn count_properties<'v>(unread: &mut BTreeMap<&'v str, u64>, errors: &'v Value) {
    let names = errors
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    let is_name = |name: &&str| name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric());
    for name in names.filter(is_name) {
        *unread.entry(name).or_default() += 1;
    }
}

/// No IMEI is what an iPad without a modem says; the same way looks a property that failed.
fn note_properties(document: &mut Document, unread: &BTreeMap<&str, u64>) {
    if unread.is_empty() {
        return;
    }
    let named: Vec<String> = unread
        .iter()
        .take(PROPERTIES_MAX)
        .map(|(name, devices)| format!("{name} ({devices})"))
        .collect();
    let found = format!(
        "properties that some devices did not give, with their number: {}",
        named.join(", ")
    );
    document.add_shared_note(WANTED, &found, None);
}

fn read_device(document: &mut Document, ecid: &str, properties: &Value) {
    let mut dict = key_map::json(properties, WORDS);
    dict.insert("ECID".to_owned(), ecid.into());
    if let Some(family) = device_family::other_family(&dict) {
        return document.exclude(family, None);
    }
    let kind = "cfgutil output";
    document.note_keys(
        kind,
        || explain::of_json(properties),
        |key| key_map::reads(WORDS, key),
    );
    let mut builder = document.builder(kind, None, None);
    host_facts::read(&mut builder, &dict);
    document.take(builder, None);
}

fn code(value: &Value) -> String {
    let code = value.get("Code").and_then(Value::as_i64);
    code.map_or(String::new(), |code| format!(" (code {code})"))
}
