//! Outputs of `ideviceinfo -x`: the global domain, `com.apple.mobile.backup` and
//! `com.apple.disk_usage`.
//!
//! A domain's output names no device. It is joined by a UDID in its file's name, and nothing is
//! guessed where there is none.

use std::path::Path;

use plist::Dictionary;

use super::host_facts;
use crate::mdm::date::instant::{self, Count, Dated};
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::explain;
use crate::mdm::protocol::key_map::{self, KeyMap};
use crate::model::identity::Udid;

const WORDS: KeyMap = &[
    ("UniqueDeviceID", "UDID"),
    ("SerialNumber", "SerialNumber"),
    ("UniqueChipID", "ECID"),
    ("InternationalMobileEquipmentIdentity", "IMEI"),
    ("MobileEquipmentIdentifier", "MEID"),
    ("IntegratedCircuitCardIdentity", "ICCID"),
    ("DeviceName", "DeviceName"),
    ("ProductType", "ProductName"),
    ("ProductVersion", "OSVersion"),
    ("BuildVersion", "BuildVersion"),
    ("TimeZone", "TimeZone"),
    ("CloudBackupEnabled", "IsCloudBackupEnabled"),
    ("WillEncrypt", "WillEncrypt"),
    ("LastiTunesBackupDate", "LastiTunesBackupDate"),
    ("TotalDiskCapacity", "TotalDiskCapacity"),
    ("TotalDataCapacity", "TotalDataCapacity"),
    ("TotalDataAvailable", "TotalDataAvailable"),
];

/// Reads any of the domains.
pub(crate) fn read(document: &mut Document, root: &Dictionary) {
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
    let kind = "ideviceinfo output";
    let is_read = |key: &str| key == "TimeIntervalSince1970" || key_map::reads(WORDS, key);
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

/// A UDID in the name of the file, or else of its folder.
fn udid_in_name(path: &Path) -> Option<Udid> {
    let names = [path.file_name(), path.parent().and_then(Path::file_name)];
    let mut names = names.into_iter().flatten().filter_map(|name| name.to_str());
    names.find_map(udid_in)
}

/// 40 hexadecimal digits, or 8, a dash and 16, with no further digit at either end.
fn udid_in(name: &str) -> Option<Udid> {
    let is_hex = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut starts = (0..name.len()).filter(|at| *at == 0 || !is_hex(at - 1));
    starts.find_map(|start| {
        let mut lengths = [40, 25].into_iter();
        lengths.find_map(|length| {
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
