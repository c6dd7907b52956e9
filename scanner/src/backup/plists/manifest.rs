//! Reads `Manifest.plist`: which device, which iOS, encrypted or not.
//!
//! `IsEncrypted` is not enough: a tool that decrypts a backup copies this file unchanged.
//! The first bytes of Manifest.db decide with it. The keybag is in unencrypted backups too and is
//! not judged there.

use std::path::Path;

use jiff::Timestamp;
use plist::Dictionary;

use super::lenient::Lenient;
use crate::model::identity::{Serial, Udid};
use crate::source::file::{self, Fault};
use crate::source::plist as source;

const BYTES_MAX: u64 = 64 << 20;

/// Most of the file; not used.
const LEFT_OUT: [&str; 1] = ["Applications"];

/// A file that has none of these is no Manifest.plist, whatever its name.
const KEYS: [&str; 4] = ["IsEncrypted", "Lockdown", "BackupKeyBag", "Version"];

/// What is used of Manifest.plist.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Manifest {
    /// `Lockdown.UniqueDeviceID`.
    pub udid: Option<Udid>,
    /// `Lockdown.SerialNumber`.
    pub serial: Option<Serial>,
    /// `Lockdown.DeviceName`.
    pub device_name: Option<String>,
    /// `Lockdown.ProductType`.
    pub product_type: Option<String>,
    /// `Lockdown.ProductVersion`.
    pub os_version: Option<String>,
    /// `Lockdown.BuildVersion`.
    pub build_version: Option<String>,
    /// `Date`.
    pub date: Option<Timestamp>,
    /// `IsEncrypted`; a missing key means false.
    pub is_encrypted: bool,
    /// `ManifestKey`: only encrypted backups of iOS 10.2 and later have one.
    pub manifest_key: Option<Vec<u8>>,
    /// `BackupKeyBag`; says something only of an encrypted backup.
    pub keybag: Option<Vec<u8>>,
    /// `WasPasscodeSet`.
    pub passcode_was_set: Option<bool>,
    /// `Version`.
    pub version: Option<String>,
    /// `RequiredProductVersion`: the oldest system that may restore it.
    pub required_os_version: Option<String>,
    /// Apps in `Applications`.
    pub apps: u64,
    /// Keys with another type than usual, in words.
    pub wrong_types: Vec<String>,
}

/// Reads the file of a backup folder.
pub(crate) fn read(folder: &Path) -> Result<Manifest, Fault> {
    let path = file::found(folder, "Manifest.plist");
    let (root, apps) = file::read_with(&path, BYTES_MAX, |bytes| {
        let root = source::parse_dictionary_without(bytes, &LEFT_OUT);
        (root, source::count_entries(bytes, LEFT_OUT[0]))
    })?;
    let manifest = from_dictionary(&root?).map_err(Fault::Wrong)?;
    Ok(Manifest {
        apps: apps.unwrap_or(0),
        ..manifest
    })
}

fn from_dictionary(root: &Dictionary) -> Result<Manifest, String> {
    if !KEYS.iter().any(|key| root.contains_key(key)) {
        return Err("a property list with no key of a Manifest.plist".to_owned());
    }
    let is_encrypted = source::boolean(root, "IsEncrypted").map_err(|wrong| wrong.to_string())?;
    let mut keys = Lenient::new(root);
    let empty = Dictionary::new();
    let mut lockdown = Lenient::new(keys.dictionary("Lockdown").unwrap_or(&empty));
    let mut manifest = Manifest {
        udid: lockdown
            .text("UniqueDeviceID")
            .and_then(|text| Udid::parse(&text)),
        serial: lockdown
            .text("SerialNumber")
            .and_then(|text| Serial::parse(&text)),
        device_name: lockdown.text("DeviceName"),
        product_type: lockdown.text("ProductType"),
        os_version: lockdown.text("ProductVersion"),
        build_version: lockdown.text("BuildVersion"),
        date: keys.date("Date"),
        is_encrypted: is_encrypted.unwrap_or(false),
        manifest_key: keys.data("ManifestKey"),
        keybag: keys.data("BackupKeyBag"),
        passcode_was_set: keys.boolean("WasPasscodeSet"),
        version: keys.text("Version"),
        required_os_version: keys.text("RequiredProductVersion"),
        apps: 0,
        wrong_types: keys.wrong_types,
    };
    manifest.wrong_types.append(&mut lockdown.wrong_types);
    Ok(manifest)
}
