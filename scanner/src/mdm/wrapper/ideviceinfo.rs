//! What a device answers to a computer it is connected to (lockdown): outputs of `ideviceinfo`, as property list
//! or text, and of `pymobiledevice3`, as JSON. The global domain, `com.apple.mobile.backup` and
//! `com.apple.disk_usage`, alone or inside one another; and the lists of connected devices of usbmux.
//!
//! The output of one domain names no device. It is joined by a UDID in its file's name, and nothing is
//! guessed where there is none.

use std::path::Path;

use plist::{Dictionary, Value};
use serde_json::Value as Json;

use super::host_facts;
use crate::mdm::date::instant::{self, Count, Dated};
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::explain;
use crate::mdm::protocol::key_map::{self, KeyMap};
use crate::mdm::protocol::{device_family, envelope};
use crate::model::identity::Udid;

const WORDS: KeyMap = &[
    ("UniqueDeviceID", "UDID"),
    ("SerialNumber", "SerialNumber"),
    ("UniqueChipID", "ECID"),
    ("InternationalMobileEquipmentIdentity", "IMEI"),
    ("InternationalMobileEquipmentIdentity2", "IMEI2"),
    ("MobileEquipmentIdentifier", "MEID"),
    ("IntegratedCircuitCardIdentity", "ICCID"),
    ("DeviceName", "DeviceName"),
    ("ProductType", "ProductName"),
    ("ProductVersion", "OSVersion"),
    ("BuildVersion", "BuildVersion"),
    ("TimeZone", "TimeZone"),
    ("CloudBackupEnabled", "IsCloudBackupEnabled"),
    ("LastCloudBackupDate", "LastCloudBackupSeconds"),
    ("WillEncrypt", "WillEncrypt"),
    ("LastiTunesBackupDate", "LastiTunesBackupDate"),
    ("TotalDiskCapacity", "TotalDiskCapacity"),
    ("TotalDataCapacity", "TotalDataCapacity"),
    ("TotalDataAvailable", "TotalDataAvailable"),
];

/// Domains that other programs put inside the global one.
const DOMAINS: &[&str] = &["com.apple.mobile.backup", "com.apple.disk_usage"];

/// Keys whose values are numbers; in text everything else stays text, serial numbers of digits too.
const NUMBERS: &[&str] = &[
    "TimeIntervalSince1970",
    "LastCloudBackupDate",
    "LastiTunesBackupDate",
    "UniqueChipID",
    "TotalDiskCapacity",
    "TotalDataCapacity",
    "TotalDataAvailable",
];

/// Reads any of the domains out of a property list.
pub(crate) fn read(document: &mut Document, root: &Dictionary) {
    read_device(document, root, "ideviceinfo output");
}

/// Reads what `pymobiledevice3 lockdown info` or `usbmux list` prints of one device.
pub(crate) fn read_json(document: &mut Document, value: &Json) {
    let mut root = dictionary(value, 0);
    let connected = root
        .remove("Identifier")
        .filter(|_| !root.contains_key("UniqueDeviceID"));
    if let Some(udid) = connected {
        root.insert("UniqueDeviceID".to_owned(), udid);
    }
    read_device(document, &root, "lockdown record");
}

/// Reads the text that `ideviceinfo` prints without `-x`, of one device or several; false for other text.
pub(crate) fn read_text(document: &mut Document, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let devices = text_devices(&text);
    let is_known = |device: &Dictionary| {
        let known = device
            .keys()
            .filter(|key| key_map::reads(WORDS, key))
            .count();
        known > 1 || DOMAIN_MARKS.iter().any(|key| device.contains_key(key))
    };
    if !devices.first().is_some_and(is_known) {
        return false;
    }
    for device in &devices {
        read_device(document, device, "ideviceinfo output");
    }
    true
}

/// Keys by which the text of a single domain is known.
const DOMAIN_MARKS: &[&str] = &["CloudBackupEnabled", "WillEncrypt", "LastiTunesBackupDate"];

/// Lines of `Key: value`; a key that comes again begins the next device.
fn text_devices(text: &str) -> Vec<Dictionary> {
    let mut devices = vec![Dictionary::new()];
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (true, value) = (is_key, value.trim()) else {
            continue;
        };
        if devices
            .last()
            .is_some_and(|device| device.contains_key(key))
        {
            devices.push(Dictionary::new());
        }
        if let Some(device) = devices.last_mut() {
            device.insert(key.to_owned(), text_value(key, value));
        }
    }
    devices
}

fn text_value(key: &str, value: &str) -> Value {
    let number = || value.parse::<f64>().ok().filter(|_| NUMBERS.contains(&key));
    match value {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ if key == "UniqueChipID" => Value::String(value.to_owned()),
        _ => number().map_or_else(|| Value::String(value.to_owned()), Value::Real),
    }
}

/// The scalars of a JSON object, and those of the objects in it.
fn dictionary(value: &Json, depth: u8) -> Dictionary {
    let fields = value.as_object().into_iter().flatten();
    let entry = |(key, value): (&String, &Json)| {
        let value = match value {
            Json::Bool(value) => Value::Boolean(*value),
            Json::String(text) => Value::String(text.clone()),
            Json::Number(number) => number
                .as_u64()
                .map(|whole| Value::Integer(whole.into()))
                .or_else(|| number.as_f64().map(Value::Real))?,
            Json::Object(_) if depth < 3 => Value::Dictionary(dictionary(value, depth + 1)),
            _ => return None,
        };
        Some((key.clone(), value))
    };
    fields.filter_map(entry).collect()
}

/// One dictionary of all domains; what a domain says again inside another does not count.
fn flat(root: &Dictionary) -> Dictionary {
    let mut flat = root.clone();
    for domain in DOMAINS {
        let inner = root.get(domain).and_then(Value::as_dictionary);
        for (key, value) in inner.into_iter().flatten() {
            if !flat.contains_key(key) {
                flat.insert(key.clone(), value.clone());
            }
        }
    }
    flat
}

fn read_device(document: &mut Document, root: &Dictionary, kind: &str) {
    let root = &flat(root);
    if let Some(family) = device_family::other_family(root) {
        let udid = envelope::text(root, "UniqueDeviceID").map(str::to_owned);
        return document.exclude(family, udid);
    }
    let asked_at = root.get("TimeIntervalSince1970");
    let asked_at = asked_at.and_then(|value| {
        let seconds = value
            .as_real()
            .or_else(|| Some(value.as_signed_integer()? as f64))?;
        match instant::of_number(seconds, Some(Count::Seconds)) {
            Dated::At(at) => Some(at),
            Dated::None | Dated::Unreadable => None,
        }
    });
    let is_read = |key: &str| {
        let last = key.rsplit('.').next().unwrap_or(key);
        key == "TimeIntervalSince1970" || key_map::reads(WORDS, last)
    };
    document.note_keys(kind, || explain::of_plist(root), is_read);
    let mut builder = document.builder(kind, asked_at, None);
    host_facts::read(&mut builder, &key_map::plist(root, WORDS));
    if builder.identity.is_empty() {
        builder.identity.udid = udid_in_name(&document.path);
    }
    if builder.identity.is_empty() {
        builder.hidden = Some(
            "this output of ideviceinfo names no device; save it under a name that holds the UDID",
        );
    }
    document.take(builder, None);
}

/// The list of usbmux: which devices are connected, and no more. What it calls a serial number is the UDID.
pub(crate) fn read_usbmux(document: &mut Document, root: &Dictionary) {
    let devices = root.get("DeviceList").and_then(Value::as_array);
    let properties = devices.into_iter().flatten().filter_map(|device| {
        let device = device.as_dictionary()?;
        device.get("Properties").and_then(Value::as_dictionary)
    });
    for device in properties {
        let mut builder = document.builder("usbmux device", None, None);
        let udid = ["UDID", "SerialNumber"]
            .iter()
            .find_map(|key| envelope::text(device, key));
        builder.identity.udid = udid.and_then(Udid::parse);
        document.take(builder, None);
    }
}

/// A UDID in the name of the file, or else of its folder.
pub(super) fn udid_in_name(path: &Path) -> Option<Udid> {
    let names = [path.file_name(), path.parent().and_then(Path::file_name)];
    let mut names = names.into_iter().flatten().filter_map(|name| name.to_str());
    names.find_map(udid_in)
}

/// 40 hexadecimal digits, or 8, a dash and 16, with no further digit at either end.
fn udid_in(name: &str) -> Option<Udid> {
    let is_hex = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut starts = (0..name.len()).filter(|at| *at == 0 || !is_hex(at - 1));
    starts.find_map(|start| {
        [40, 25].into_iter().find_map(|length| {
            let udid = Udid::parse(name.get(start..start + length)?)?;
            (!is_hex(start + length)).then_some(udid)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, want: Option<&str>) {
        let got = udid_in_name(Path::new(path));
        assert_eq!(got.as_ref().map(Udid::as_str), want, "{path}");
    }

    #[test]
    fn a_udid_in_the_name_of_a_file_or_its_folder() {
        let new = "00008030-001A35E40212345E";
        let old = "1c111c111c111c111c111c111c111c111c111c11";
        check(&format!("a/{new}.plist"), Some(new));
        check(&format!("a/backup_{new}_x.plist"), Some(new));
        check(&format!("a/{old}.com.apple.mobile.backup"), Some(old));
        check(&format!("{new}/backup.plist"), Some(new));
        check(&format!("{new}/a/backup.plist"), None);
        check(&format!("a/f{new}.plist"), None);
        check(&format!("a/{new}0.plist"), None);
        check("a/é.plist", None);
    }
}
