//! What the MDM knows of one device, each fact with its own source and age.
//!
//! `None` means that no document said so. Absent is not "off" and not "never": a query that was not
//! asked, that the server had no right to ask, or that User Enrollment forbids is dropped from the
//! answer without a word.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use std::sync::Arc;

use super::evidence::{Source, Told};
use super::identity::Identity;

/// Everything that MDM documents told of one device; of two documents the newer one wins, key by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Management {
    /// The newest contact of any kind; `NotNow` and `Error` prove contact too.
    pub last_contact: Option<Told<Timestamp>>,
    /// The newest answer that carries inventory (`QueryResponses`).
    pub last_inventory: Option<Told<Timestamp>>,
    /// The newest answer was `NotNow`: the device was locked or busy.
    pub not_now: bool,
    /// `ManagementStatus.IsUserEnrollment`, or an `EnrollmentID` instead of a UDID.
    pub user_enrollment: Option<Told<bool>>,

    /// `DeviceName`.
    pub device_name: Option<Told<String>>,
    /// `ProductName`, which is the product type: "iPad8,12".
    pub product_type: Option<Told<String>>,
    /// `ModelName`.
    pub model_name: Option<Told<String>>,
    /// `OSVersion`.
    pub os_version: Option<Told<String>>,
    /// `BuildVersion`.
    pub build_version: Option<Told<String>>,
    /// `ICCID` of the first SIM.
    pub iccid: Option<Told<String>>,
    /// `TimeZone`, an IANA name.
    pub time_zone: Option<Told<String>>,

    /// `IsCloudBackupEnabled`: the switch, not success.
    pub cloud_backup_enabled: Option<Told<bool>>,
    /// `LastCloudBackupDate`.
    pub last_cloud_backup: Option<Told<Timestamp>>,
    /// Could the newest inventory have told a last iCloud backup date? True when it carries
    /// `IsCloudBackupEnabled`, is not of User Enrollment, and no command beside it leaves
    /// `LastCloudBackupDate` out of its queries. Only then does an absent date mean "never".
    pub cloud_date_could_be_told: bool,
    /// `iTunesStoreAccountIsActive`: the App Store account, not the iCloud account.
    pub store_account_active: Option<Told<bool>>,

    /// `DeviceCapacity` and `AvailableDeviceCapacity`, only ever used as a ratio.
    pub storage: Option<Told<Storage>>,
    /// `IsSupervised`.
    pub supervised: Option<Told<bool>>,
    /// `IsMultiUser`: Shared iPad.
    pub shared_ipad: Option<Told<bool>>,
    /// `IsMDMLostModeEnabled`.
    pub lost_mode: Option<Told<bool>>,
    /// `AwaitingConfiguration`: stuck in Setup Assistant.
    pub awaiting_configuration: Option<Told<bool>>,
    /// `IsDeviceLocatorServiceEnabled`: Find My.
    pub find_my: Option<Told<bool>>,
    /// `IsActivationLockEnabled`.
    pub activation_lock: Option<Told<bool>>,
    /// `PasscodePresent`.
    pub passcode_present: Option<Told<bool>>,

    /// `GlobalRestrictions.restrictedBool`: the restrictions in force.
    pub restrictions: Option<Told<BTreeMap<String, bool>>>,
    /// Which profile sets a restriction: key -> profile identifiers, from `ProfileRestrictions`.
    pub restriction_profiles: BTreeMap<String, BTreeSet<String>>,
    /// Profiles installed, by identifier, with their display names.
    pub profiles: Option<Told<BTreeMap<String, String>>>,
    /// Managed apps whose `ManagementFlags` bar the backup of their data (bit 4).
    pub apps_barred_from_backup: Option<Told<BTreeSet<String>>>,
}

/// Storage as the device reported it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Storage {
    /// `DeviceCapacity`; base 10 or base 2 gigabytes depending on the iOS version.
    pub capacity: f64,
    /// `AvailableDeviceCapacity`, in the same unit.
    pub available: f64,
}

impl Storage {
    /// The part of the storage that is free, 0 to 1; `None` for values that make no sense.
    pub fn free_ratio(self) -> Option<f64> {
        let sane = self.capacity > 0.0 && self.available >= 0.0 && self.available <= self.capacity;
        sane.then(|| self.available / self.capacity)
    }
}

impl Management {
    /// Is a restriction in force, and with which value? Absent is `None`: not restricted, or not asked.
    pub fn restriction(&self, key: &str) -> Option<bool> {
        self.restrictions.as_ref()?.value.get(key).copied()
    }
}

/// What one document told of one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Which device it speaks of; empty when the document hides it.
    pub identity: Identity,
    /// Why the device cannot be told, when `identity` is empty: "User Enrollment hides UDID and serial number".
    pub hidden: Option<String>,
    /// The facts, each told by `source`.
    pub management: Management,
    /// The document.
    pub source: Arc<Source>,
}
