//! The words a test uses to say which backup it wants.

use jiff::Timestamp;

use super::apps::Weight;
use super::catalog::Records;
use super::cloud_log::CloudLog;
use super::damage::Damage;
use super::info::HostTool;
use super::keybag::Kdf;
use super::payload::Entry;
use super::status::{BackupState, SnapshotState};
use crate::device::DeviceIds;
use crate::plists::Format;
use crate::when::{at, shift};

/// One local backup to be written. Whole and healthy unless a [`Damage`] says otherwise; the same
/// builder writes the same bytes every time.
///
/// ```
/// use fleetback_testdata::backup::builder::BackupBuilder;
/// use fleetback_testdata::backup::damage::Damage;
///
/// let folder = tempfile::tempdir()?;
/// let written = BackupBuilder::new(1)
///     .name("Reception iPad")
///     .product("iPad12,1", "18.1", "22B83")
///     .completed("2026-11-19T22:10:04Z")
///     .damage(Damage::FilesMissing(3))
///     .write(folder.path())?;
/// assert!(written.path.join("Status.plist").is_file());
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BackupBuilder {
    pub(super) seed: u64,
    pub(super) ids: Option<DeviceIds>,
    pub(super) udid: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) name: String,
    pub(super) product_type: String,
    pub(super) os_version: String,
    pub(super) build: String,
    pub(super) completed: Timestamp,
    pub(super) status_date: Option<Timestamp>,
    pub(super) manifest_date: Option<Timestamp>,
    pub(super) info_date: Option<Timestamp>,
    pub(super) backup_state: BackupState,
    pub(super) snapshot_state: SnapshotState,
    pub(super) files: usize,
    pub(super) own_entries: Vec<Entry>,
    pub(super) folder_rows: bool,
    pub(super) records: Records,
    pub(super) pads_empty_files: bool,
    pub(super) cloud_log: Option<CloudLog>,
    pub(super) password: Option<String>,
    pub(super) kdf: Kdf,
    pub(super) passcode_set: bool,
    pub(super) tool: HostTool,
    pub(super) info_format: Format,
    pub(super) weight: Weight,
    pub(super) folder_name: Option<String>,
    pub(super) archived: Option<String>,
    pub(super) empty_folders: bool,
    pub(super) damage: Vec<Damage>,
}

impl BackupBuilder {
    /// A finished, unencrypted Finder backup of an iPhone 11 with 6 files.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ids: None,
            udid: None,
            serial: None,
            name: "iPhone".to_owned(),
            product_type: "iPhone12,1".to_owned(),
            os_version: "18.1".to_owned(),
            build: "22B83".to_owned(),
            completed: at("2026-11-19T22:10:04Z"),
            status_date: None,
            manifest_date: None,
            info_date: None,
            backup_state: BackupState::New,
            snapshot_state: SnapshotState::Finished,
            files: 6,
            own_entries: Vec::new(),
            folder_rows: true,
            records: Records::default(),
            pads_empty_files: true,
            cloud_log: None,
            password: None,
            kdf: Kdf::fast(),
            passcode_set: true,
            tool: HostTool::Finder,
            info_format: Format::Xml,
            weight: Weight::default(),
            folder_name: None,
            archived: None,
            empty_folders: true,
            damage: Vec::new(),
        }
    }

    /// The UDID, as the folder spells it.
    #[must_use]
    pub fn udid(mut self, udid: &str) -> Self {
        self.udid = Some(udid.to_owned());
        self
    }

    /// The serial number.
    #[must_use]
    pub fn serial(mut self, serial: &str) -> Self {
        self.serial = Some(serial.to_owned());
        self
    }

    /// All numbers of the device; [`BackupBuilder::udid`] and [`BackupBuilder::serial`] still win.
    #[must_use]
    pub fn ids(mut self, ids: DeviceIds) -> Self {
        self.ids = Some(ids);
        self
    }

    /// The device's name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Product type, system version and build. The version also picks the layout: Manifest.mbdb and
    /// a flat folder before iOS 10, Manifest.db from then on.
    #[must_use]
    pub fn product(mut self, product_type: &str, os_version: &str, build: &str) -> Self {
        product_type.clone_into(&mut self.product_type);
        os_version.clone_into(&mut self.os_version);
        build.clone_into(&mut self.build);
        self
    }

    /// When the backup was completed, by the device's clock (RFC 3339). Manifest.plist is dated ten
    /// seconds before, Info.plist three minutes after, as Finder leaves them.
    #[must_use]
    pub fn completed(self, rfc3339: &str) -> Self {
        self.completed_at(at(rfc3339))
    }

    /// [`BackupBuilder::completed`] with an instant.
    #[must_use]
    pub fn completed_at(mut self, instant: Timestamp) -> Self {
        self.completed = instant;
        self
    }

    /// `Date` of Status.plist alone.
    #[must_use]
    pub fn status_date(mut self, instant: Timestamp) -> Self {
        self.status_date = Some(instant);
        self
    }

    /// `Date` of Manifest.plist alone.
    #[must_use]
    pub fn manifest_date(mut self, instant: Timestamp) -> Self {
        self.manifest_date = Some(instant);
        self
    }

    /// `Last Backup Date` of Info.plist alone.
    #[must_use]
    pub fn info_date(mut self, instant: Timestamp) -> Self {
        self.info_date = Some(instant);
        self
    }

    /// The two states of Status.plist. Most tests want a [`Damage`], which also does what goes with
    /// a state on disk.
    #[must_use]
    pub fn state(mut self, backup: BackupState, snapshot: SnapshotState) -> Self {
        self.backup_state = backup;
        self.snapshot_state = snapshot;
        self
    }

    /// How many of the usual files it holds, the iCloud log and own files not counted.
    #[must_use]
    pub fn files(mut self, count: usize) -> Self {
        self.files = count;
        self
    }

    /// A file that is given whole.
    #[must_use]
    pub fn entry(mut self, entry: Entry) -> Self {
        self.own_entries.push(entry);
        self
    }

    /// Without rows for folders and links, as a tool leaves the list that deletes rows from it.
    #[must_use]
    pub fn no_folder_rows(mut self) -> Self {
        self.folder_rows = false;
        self
    }

    /// How the records of the list are stored.
    #[must_use]
    pub fn records(mut self, records: Records) -> Self {
        self.records = records;
        self
    }

    /// Empty files take 0 bytes in an encrypted backup and not one block, as most do not on iOS 27.
    #[must_use]
    pub fn unpadded_empty_files(mut self) -> Self {
        self.pads_empty_files = false;
        self
    }

    /// The iCloud backup's own log.
    #[must_use]
    pub fn cloud_log(mut self, log: CloudLog) -> Self {
        self.cloud_log = Some(log);
        self
    }

    /// Encrypted with `password`.
    #[must_use]
    pub fn encrypted(mut self, password: &str, kdf: Kdf) -> Self {
        self.password = Some(password.to_owned());
        self.kdf = kdf;
        self
    }

    /// `WasPasscodeSet`.
    #[must_use]
    pub fn passcode_set(mut self, set: bool) -> Self {
        self.passcode_set = set;
        self
    }

    /// The program that made it.
    #[must_use]
    pub fn tool(mut self, tool: HostTool) -> Self {
        self.tool = tool;
        self
    }

    /// Info.plist as XML or binary.
    #[must_use]
    pub fn info_format(mut self, format: Format) -> Self {
        self.info_format = format;
        self
    }

    /// Info.plist with at least that many bytes of apps in it; 60 MB is normal.
    #[must_use]
    pub fn info_bytes(mut self, bytes_min: u64) -> Self {
        self.weight.info_bytes_min = bytes_min;
        self
    }

    /// So many apps beside the usual four in both plists that list them, each with an icon of so many
    /// bytes in Info.plist: 130 and 13,000 make one of 2.4 MB.
    #[must_use]
    pub fn apps(mut self, count: usize, icon_bytes: usize) -> Self {
        self.weight.apps = count;
        self.weight.icon_bytes = icon_bytes;
        self
    }

    /// The folder's name, where it is not the UDID.
    #[must_use]
    pub fn folder_name(mut self, name: &str) -> Self {
        self.folder_name = Some(name.to_owned());
        self
    }

    /// An archived copy with this suffix: "20260907-105238", local time.
    #[must_use]
    pub fn archived(mut self, suffix: &str) -> Self {
        self.archived = Some(suffix.to_owned());
        self
    }

    /// Without the payload folders that would be empty: git cannot hold them.
    #[must_use]
    pub fn no_empty_folders(mut self) -> Self {
        self.empty_folders = false;
        self
    }

    /// What is wrong with it; several are applied in the order they were given.
    #[must_use]
    pub fn damage(mut self, damage: Damage) -> Self {
        self.damage.push(damage);
        self
    }

    /// The numbers that name its device.
    pub fn device(&self) -> DeviceIds {
        let drawn = || DeviceIds::new(self.seed, &self.product_type);
        let mut ids = self.ids.clone().unwrap_or_else(drawn);
        if let Some(udid) = &self.udid {
            udid.clone_into(&mut ids.udid);
        }
        if let Some(serial) = &self.serial {
            serial.clone_into(&mut ids.serial);
        }
        ids
    }

    pub(super) fn folder(&self) -> String {
        match (&self.folder_name, &self.archived) {
            (Some(name), _) => name.clone(),
            (None, Some(suffix)) => format!("{}-{suffix}", self.device().udid),
            (None, None) => self.device().udid,
        }
    }

    pub(super) fn manifest_at(&self) -> Timestamp {
        self.manifest_date.unwrap_or(shift(self.completed, -10))
    }

    pub(super) fn status_at(&self) -> Timestamp {
        self.status_date.unwrap_or(self.completed)
    }

    pub(super) fn info_at(&self) -> Timestamp {
        // idevicebackup2 writes the date before it starts, Finder after all is done.
        let usual = match self.tool {
            HostTool::Idevicebackup2 => shift(self.completed, -900),
            _ => shift(self.completed, 173),
        };
        let begun = self.damage.iter().find_map(Damage::first_attempt);
        self.info_date.or(begun).unwrap_or(usual)
    }

    /// Major and minor version of the system.
    pub(super) fn os(&self) -> (u32, u32) {
        let mut parts = self
            .os_version
            .split('.')
            .map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}
