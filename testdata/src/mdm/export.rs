//! What other programs write of a device: cfgutil, ideviceinfo, Fleet, declarative status reports,
//! profiles. Each holds something that no output may show (a telephone number, a secret).

use anyhow::Result;
use base64::Engine;
use jiff::Timestamp;
use plist::{Dictionary, Value};
use serde_json::{Value as Json, json};

use super::answer::SECRETS;
use crate::device::DeviceIds;
use crate::plists::{Format, dict, encode, text};

/// The ECID that is the second half of a UDID of A12 and later, as cfgutil writes it.
pub fn ecid(ids: &DeviceIds) -> String {
    let (_, chip) = ids.udid.split_once('-').unwrap_or(("", "0"));
    format!("0x{}", chip.trim_start_matches('0'))
}

/// `cfgutil --format JSON --foreach get all`: one device that answered, one that was locked, and lines of
/// progress before the last.
pub fn cfgutil(ids: &DeviceIds) -> String {
    let ecid = ecid(ids);
    let locked = "0x1122334455667";
    let last = json!({
        "Command": "get",
        "Type": "CommandOutput",
        "Devices": [ecid, locked],
        "Output": {
            &ecid: {
                "UDID": ids.udid,
                "serialNumber": ids.serial,
                "deviceType": "iPhone12,1",
                "humanReadableProductVersion": "18.1",
                "buildVersion": "22B83",
                "isSupervised": true,
                "cloudBackupsAreEnabled": false,
                "backupWillBeEncrypted": true,
                "batteryCurrentCapacity": 53,
                "totalDiskCapacity": 64_000_000_000_i64,
                "freeDiskSpace": 16_000_000_000_i64,
                "phoneNumber": ids.phone_number,
                "name": "Ward 3 phone",
            },
            "Errors": {
                &ecid: { "IMEI": { "Message": "The value is missing.", "Code": -402_653_163 } },
                locked: { "Message": "Device is locked", "Code": 42 },
            },
        },
    });
    let progress = |percent: u8| json!({ "Type": "Progress", "Percent": percent });
    format!("{}\n{}\n{last}\n", progress(10), progress(90))
}

/// `ideviceinfo -x`, the global domain, asked at `asked_at`.
pub fn ideviceinfo(ids: &DeviceIds, asked_at: Timestamp) -> Value {
    let (_, chip) = ids.udid.split_once('-').unwrap_or(("", "0"));
    let chip = u64::from_str_radix(chip, 16).unwrap_or_default();
    Value::Dictionary(dict([
        ("ActivationState", text("Activated")),
        ("BuildVersion", text("22B83")),
        ("DeviceName", text("Ward 3 phone")),
        (
            "PhoneNumber",
            text(ids.phone_number.clone().unwrap_or_default()),
        ),
        ("ProductName", text("iPhone OS")),
        ("ProductType", text("iPhone12,1")),
        ("ProductVersion", text("18.1")),
        ("SerialNumber", text(&ids.serial)),
        (
            "TimeIntervalSince1970",
            Value::Real(asked_at.as_millisecond() as f64 / 1e3),
        ),
        ("TimeZone", text("Europe/Berlin")),
        ("UniqueChipID", Value::Integer(chip.into())),
        ("UniqueDeviceID", text(&ids.udid)),
    ]))
}

/// `ideviceinfo -x -q com.apple.mobile.backup`: names no device; dates count from 2001.
pub fn ideviceinfo_backup(last_backup: Timestamp) -> Value {
    let since_2001 = last_backup.as_second() - 978_307_200;
    Value::Dictionary(dict([
        ("CloudBackupEnabled", Value::Boolean(true)),
        ("LastiTunesBackupDate", Value::Integer(since_2001.into())),
        ("LastiTunesBackupTZ", text("Europe/Berlin")),
        ("WillEncrypt", Value::Boolean(true)),
    ]))
}

/// Results of commands from Fleet's API: the command and its answer, in URL-safe base64 as older
/// versions write it.
pub fn fleet_results(
    ids: &DeviceIds,
    updated_at: Timestamp,
    command: &Value,
    answer: &Value,
) -> Result<String> {
    let packed = |value: &Value| -> Result<String> {
        let bytes = encode(value, Format::Xml)?;
        Ok(base64::engine::general_purpose::URL_SAFE.encode(bytes))
    };
    let results = json!({
        "results": [{
            "host_uuid": ids.udid,
            "command_uuid": "C-1",
            "status": "Acknowledged",
            "updated_at": updated_at.to_string(),
            "request_type": "DeviceInformation",
            "hostname": "Ward 3 phone",
            "payload": packed(command)?,
            "result": packed(answer)?,
        }]
    });
    Ok(serde_json::to_string_pretty(&results)?)
}

/// Hosts from Fleet's API: this device, and a Mac.
pub fn fleet_hosts(ids: &DeviceIds, updated_at: Timestamp) -> String {
    let hosts = json!({
        "hosts": [
            {
                "id": 7,
                "uuid": ids.udid,
                "hardware_serial": ids.serial,
                "platform": "ios",
                "computer_name": "Ward 3 phone",
                "hardware_model": "iPhone12,1",
                "os_version": "iOS 18.1",
                "detail_updated_at": updated_at.to_string(),
                "last_enrolled_at": "2000-01-01T00:00:00Z",
                "gigs_disk_space_available": 16.5,
                "gigs_total_disk_space": 64,
                "is_cloud_backup_enabled": true,
                "last_cloud_backup_date": null,
                "orbit_node_key": SECRETS[0],
                "mdm": { "enrollment_status": "On (automatic)" },
            },
            {
                "id": 8,
                "uuid": "66ADE930-5FDF-5EC4-8429-15640684C489",
                "hardware_serial": "C02MT66KFLHH",
                "platform": "darwin",
            },
        ]
    });
    hosts.to_string()
}

/// A status report of declarative management.
pub fn status_report(ids: &DeviceIds) -> Json {
    json!({
        "StatusItems": {
            "device": {
                "identifier": { "serial-number": ids.serial, "udid": ids.udid },
                "model": { "identifier": "iPhone12,1", "marketing-name": "iPhone 11", "family": "iPhone" },
                "operating-system": {
                    "family": "iOS", "version": "18.1", "build-version": "22B83",
                    "supplemental": { "build-version": "22B83", "extra-version": "(a)" },
                },
            },
            "mdm": { "is-awaiting-configuration": false, "is-shared-ipad": false },
            "passcode": { "is-present": true, "is-compliant": true },
            "phone": { "number": ids.phone_number },
        },
        "Errors": [],
    })
}

/// A configuration profile that forbids iCloud backup, and another thing that bears on none.
pub fn restriction_profile(identifier: &str) -> Value {
    let payload = dict([
        ("PayloadType", text("com.apple.applicationaccess")),
        (
            "PayloadIdentifier",
            text(format!("{identifier}.restrictions")),
        ),
        ("PayloadVersion", Value::Integer(1.into())),
        ("allowCamera", Value::Boolean(false)),
        ("allowCloudBackup", Value::Boolean(false)),
        ("forceEncryptedBackup", Value::Boolean(true)),
    ]);
    profile(identifier, payload)
}

/// An enrolment profile with these rights; its challenge is a secret.
pub fn enrolment_profile(identifier: &str, rights: i64) -> Value {
    let payload = dict([
        ("PayloadType", text("com.apple.mdm")),
        ("AccessRights", Value::Integer(rights.into())),
        ("ServerURL", text("https://mdm.example.org/mdm")),
        ("Challenge", text(SECRETS[1])),
    ]);
    profile(identifier, payload)
}

fn profile(identifier: &str, payload: Dictionary) -> Value {
    Value::Dictionary(dict([
        ("PayloadType", text("Configuration")),
        ("PayloadIdentifier", text(identifier)),
        ("PayloadDisplayName", text("A profile")),
        ("PayloadVersion", Value::Integer(1.into())),
        (
            "PayloadContent",
            Value::Array(vec![Value::Dictionary(payload)]),
        ),
    ]))
}

/// An automated enrolment profile that skips these panes.
pub fn automated_enrolment(serials: &[&str], panes: &[&str]) -> Json {
    json!({
        "profile_name": "Wards",
        "url": "https://mdm.example.org/enrol",
        "is_supervised": true,
        "auth_token": SECRETS[2],
        "skip_setup_items": panes,
        "devices": serials,
    })
}
