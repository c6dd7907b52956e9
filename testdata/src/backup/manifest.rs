//! Manifest.plist: what the device says of itself and of the backup as a whole.

use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::apps::{self, Weight};
use crate::device::DeviceIds;
use crate::plists::{data, dict, text};
use crate::when::plist_date;

/// The content of Manifest.plist.
#[derive(Debug, Clone)]
pub struct Manifest<'a> {
    /// UDID and serial number.
    pub ids: &'a DeviceIds,
    /// `Lockdown.DeviceName`.
    pub name: &'a str,
    /// `Lockdown.ProductType`.
    pub product_type: &'a str,
    /// `Lockdown.ProductVersion`.
    pub os_version: &'a str,
    /// `Lockdown.BuildVersion`.
    pub build: &'a str,
    /// `Date`.
    pub date: Timestamp,
    /// `IsEncrypted`.
    pub encrypted: bool,
    /// `WasPasscodeSet`.
    pub passcode_set: bool,
    /// `BackupKeyBag`: always there.
    pub keybag: &'a [u8],
    /// `ManifestKey`: encrypted backups of iOS 10.2 and later.
    pub manifest_key: Option<Vec<u8>>,
    /// "10.0", or "9.1" before iOS 10.
    pub version: &'static str,
    /// "24.0", or "20.0" before iOS 10.
    pub system_domains_version: &'static str,
    /// How many apps there are.
    pub weight: Weight,
}

impl Manifest<'_> {
    /// As a dictionary.
    pub fn plist(&self) -> Dictionary {
        let mut keys = vec![
            ("BackupKeyBag", data(self.keybag)),
            ("Version", text(self.version)),
            ("Date", plist_date(self.date)),
        ];
        keys.extend(
            self.manifest_key
                .clone()
                .map(|key| ("ManifestKey", data(key))),
        );
        keys.extend([
            ("WasPasscodeSet", Value::Boolean(self.passcode_set)),
            ("Lockdown", Value::Dictionary(self.lockdown())),
            ("SystemDomainsVersion", text(self.system_domains_version)),
            ("IsEncrypted", Value::Boolean(self.encrypted)),
            (
                "Applications",
                Value::Dictionary(apps::containers(self.weight)),
            ),
        ]);
        dict(keys)
    }

    fn lockdown(&self) -> Dictionary {
        let accessibility = dict(
            [
                "ClosedCaptioningEnabledByiTunes",
                "VoiceOverTouchEnabledByiTunes",
            ]
            .map(|key| (key, Value::Boolean(false))),
        );
        let none = || Value::Dictionary(Dictionary::new());
        dict([
            ("com.apple.MobileDeviceCrashCopy", none()),
            ("com.apple.TerminalFlashr", none()),
            ("com.apple.mobile.data_sync", none()),
            ("com.apple.Accessibility", Value::Dictionary(accessibility)),
            ("ProductVersion", text(self.os_version)),
            ("ProductType", text(self.product_type)),
            ("BuildVersion", text(self.build)),
            ("com.apple.mobile.iTunes.accessories", none()),
            ("com.apple.mobile.wireless_lockdown", none()),
            ("UniqueDeviceID", text(&self.ids.udid)),
            ("SerialNumber", text(&self.ids.serial)),
            ("DeviceName", text(self.name)),
        ])
    }
}
