//! The whole of what one scan found: devices with all their evidence, and what could not be used.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use super::backup::LocalBackup;
use super::evidence::{Source, Sourced};
use super::identity::Identity;
use super::management::Management;
use super::person::InventoryRow;
use super::problem::Problem;
use std::sync::Arc;

/// Everything one scan found. Sorted throughout, so that it is the same at any thread count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fleet {
    /// Every device that any evidence names, by serial number, then UDID.
    pub devices: Vec<Device>,
    /// Was there an inventory (MDM documents that name devices, or an inventory table) to hold the backups against?
    pub has_inventory: bool,
    /// Evidence that can be tied to no device (User Enrollment).
    pub unmatched: Vec<Unmatched>,
    /// The computers whose disks were scanned.
    pub hosts: Vec<Host>,
    /// What could not be used and belongs to no single backup.
    pub problems: Vec<Problem>,
    /// The roots as given, and what each held.
    pub roots: Vec<RootSeen>,
    /// Standard places that were looked for and are not there: nothing lies below them.
    pub absent_roots: Vec<PathBuf>,
    /// Was a place below the roots left out that may hold backups: refused, too deep, behind a link?
    pub left_out: bool,
    /// MDM documents and tables that were read.
    pub documents: u64,
    /// What became of each export that was named, in the order of their paths.
    pub exports: Vec<ExportSummary>,
}

/// What became of an export that was named: one file, or all files of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// As given.
    pub path: PathBuf,
    /// Files in it.
    pub files: u64,
    /// What was recognised, and how many of each: "Jamf Pro table", "DeviceInformation answer".
    pub recognised: BTreeMap<String, u64>,
    /// Records and messages that name an iPhone or iPad.
    pub devices: u64,
    /// When the newest of them was true.
    pub newest: Option<Timestamp>,
    /// Columns and keys that are not read.
    pub columns_not_read: u64,
    /// Records of other devices, by what they are.
    pub left_out: BTreeMap<String, u64>,
    /// Records of which nothing says what kind of device they are about.
    pub unsure: u64,
}

impl ExportSummary {
    /// Adds what became of another file of the same folder.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.devices += other.devices;
        self.newest = self.newest.max(other.newest);
        self.columns_not_read += other.columns_not_read;
        self.unsure += other.unsure;
        for (kind, count) in other.recognised {
            *self.recognised.entry(kind).or_default() += count;
        }
        for (family, count) in other.left_out {
            *self.left_out.entry(family).or_default() += count;
        }
    }
}

/// One iPhone, iPad or iPod touch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Device {
    /// All numbers that name it, put together.
    pub identity: Identity,
    /// Its local backups, newest first.
    pub backups: Vec<LocalBackup>,
    /// What the MDM knows.
    pub management: Option<Box<Management>>,
    /// Whose it is.
    pub person: Option<InventoryRow>,
    /// Where the evidence contradicts itself about which device this is.
    pub conflicts: Vec<Conflict>,
}

/// Two pieces of evidence that agree on one number and contradict each other on another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conflict {
    /// In plain words: "2 devices bear the serial number F2LX…: UDID …, UDID …".
    pub text: String,
    /// The files that disagree.
    pub paths: Vec<PathBuf>,
}

/// Evidence of a device that cannot be identified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unmatched {
    /// Why: "User Enrollment hides UDID and serial number".
    pub reason: String,
    /// The document.
    pub source: Arc<Source>,
}

/// A computer whose disk was scanned.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Local backups found on it.
    pub backups: u64,
    /// Free and total bytes of the volume with its backups; `None` where it could not be read.
    pub disk: Option<Disk>,
}

/// Space on a volume, in bytes. On macOS the free figure leaves out purgeable space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Free.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// A root that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootSeen {
    /// As given.
    pub path: PathBuf,
    /// Backup folders found below it.
    pub backups: u64,
}

impl Device {
    /// The best known name, newest evidence first: MDM, then the newest backup, then the inventory.
    pub fn name(&self) -> Option<&str> {
        let mdm = self
            .management
            .as_ref()
            .and_then(|m| m.device_name.as_ref());
        let local = self.backups.iter().find_map(|b| b.device_name.as_deref());
        mdm.map(|name: &Sourced<String>| name.value.as_str())
            .or(local)
            .or_else(|| self.person.as_ref()?.device_name.as_deref())
    }
}
