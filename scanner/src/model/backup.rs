//! One local backup folder: what its plists say, what its manifest says, and what is on disk.
//!
//! `state` repeats what Status.plist and the manifests claim; `restorable` is what the check found.
//! A `finished` backup with missing payloads is `complete` and restorable `no`: the claim and the
//! truth stay two different words.

use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cloud::CloudLog;
use super::identity::Identity;
use super::problem::Problem;

/// One folder `<UDID>[-yyyyMMdd-HHmmss]`.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalBackup {
    /// The folder, as found.
    pub path: PathBuf,
    /// The computer whose disk it lies on (first folder below a ROOT of several hosts, else this host).
    pub host: String,
    /// The folder's own name.
    pub folder_name: String,
    /// Is it an archived copy (`-yyyyMMdd-HHmmss`)?
    pub archived: bool,
    /// Which program wrote it, as far as its fingerprints show.
    pub host_tool: HostTool,

    /// Which device it says it is: Manifest.plist, then Info.plist, then the folder name.
    pub identity: Identity,
    /// Does a file inside the folder name the device? A folder's name alone proves nothing: people
    /// rename and copy folders.
    pub named_inside: bool,
    /// Did a UDID inside the folder differ from the folder's name, or from one another?
    pub identity_disagrees: Option<String>,
    /// `DeviceName` of Manifest.plist, else `Device Name` of Info.plist.
    pub device_name: Option<String>,
    /// `ProductType`: "iPhone12,1".
    pub product_type: Option<String>,
    /// `ProductVersion`.
    pub os_version: Option<String>,
    /// `BuildVersion`.
    pub build_version: Option<String>,
    /// `Product Version` of Info.plist, which the computer wrote.
    pub info_os_version: Option<String>,
    /// `RequiredProductVersion` of Manifest.plist: the oldest system that may restore it.
    pub required_os_version: Option<String>,
    /// `ICCID` of Info.plist.
    pub iccid: Option<String>,

    /// What lies in the folder at all.
    pub content: FolderContent,
    /// What Status.plist and the manifests say.
    pub state: State,
    /// Why the state is what it is, in plain words: "Status.plist says uploading, and a Snapshot folder is left".
    pub state_reason: String,
    /// What the check says.
    pub restorable: Restorable,
    /// Why, in plain words.
    pub restorable_reason: String,
    /// Is the payload encrypted? From Manifest.plist and the first bytes of Manifest.db together.
    pub encrypted: Option<bool>,
    /// Is the password of an encrypted backup known to open it?
    pub password: Password,
    /// `WasPasscodeSet`.
    pub passcode_was_set: Option<bool>,

    /// When the backup that could be restored was completed (device clock): Status.plist `Date` of a
    /// finished backup, Manifest.plist `Date` where an older whole backup still stands. Never an
    /// mtime, never Info.plist.
    pub completed_at: Option<Timestamp>,
    /// Status.plist `Date`, whatever the state.
    pub status_date: Option<Timestamp>,
    /// Info.plist `Last Backup Date` (host clock; some tools write it before the backup starts).
    pub info_date: Option<Timestamp>,
    /// Manifest.plist `Date`.
    pub manifest_date: Option<Timestamp>,
    /// The newest modification time below the folder that is not later than `now`, read only where
    /// the state needs it.
    pub newest_mtime: Option<Timestamp>,

    /// The check of its files.
    pub file_check: FileCheck,
    /// Why the list of files, or the check, proves less than it seems to; plain words.
    pub doubts: Vec<String>,
    /// Files whose names are there and whose content is not: it stayed with the service that keeps the
    /// folder. Those of the list among them count as missing.
    pub not_downloaded: u64,
    /// Paths that a restore has been seen to stop at.
    pub decomposed_paths: DecomposedPaths,
    /// Data that people miss first, as far as the list was read.
    pub listed: Option<ListedData>,
    /// The list of files as the disk numbers it: two folders with one number share their files.
    pub list_number: Option<FileNumber>,
    /// The check as a cache keeps it for later runs; `None` where it is not worth keeping.
    pub check: Option<CheckRecord>,
    /// What its Info.plist said, as a cache keeps it; `None` where it is not worth keeping.
    pub info_record: Option<InfoRecord>,
    /// Was the check taken over from an earlier run, because nothing changed since?
    pub check_from_cache: bool,
    /// What proved the password: of this run, or remembered.
    pub password_proof: Option<PasswordProof>,
    /// The iCloud backup's own log inside this backup.
    pub cloud_log: Option<CloudLog>,
    /// What in this folder could not be used.
    pub problems: Vec<Problem>,
}

impl LocalBackup {
    /// The newest date of an attempt to back up, and how: for "last attempt".
    pub fn last_attempt(&self) -> Option<Timestamp> {
        [self.status_date, self.info_date, self.completed_at]
            .into_iter()
            .flatten()
            .max()
    }
}

/// What Status.plist and the manifests of a folder say.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// new + finished, both manifests there.
    Complete,
    /// new + uploading: the newest attempt failed, an older whole backup is still there.
    AttemptFailed,
    /// empty + uploading, or new + moving: nothing whole to restore.
    Unfinished,
    /// new + removing: data complete, the clean-up did not end.
    CleanupUnfinished,
    /// Not finished, and written to within the last hours or during this run.
    InProgress,
    /// Both manifests are there, and what they name is a part of a device only.
    Partial,
    /// Status.plist or a manifest opens and is wrong.
    Damaged,
    /// A tool wrote `finished` before it ever reached the device.
    Placeholder,
    /// A tool's make-believe backup (zero UUID, 1970).
    Fake,
    /// Status.plist or a manifest cannot be opened.
    Unreadable,
    /// No Status.plist: how the backup ended is not recorded.
    Unknown,
}

/// Would Apple restore from this folder?
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Restorable {
    /// Both manifests readable, a payload on disk for every file row.
    Yes,
    /// Something that Apple's own check asks for is not there.
    No,
    /// Encrypted, sound as far as can be seen, and the password is not proven.
    NeedsPassword,
    /// It was not checked, or could not be.
    Unknown,
}

/// What is known of the password of a backup.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// A given password opens the keybag.
    Proven,
    /// The given passwords do not open it.
    Wrong,
    /// Encrypted, and no password was given.
    Missing,
    /// Not encrypted.
    NotNeeded,
    /// The keybag itself cannot be used.
    KeybagDamaged,
    /// The keybag asks for more work than any device does, so no password was tried.
    NotTried,
}

/// How deep a backup is checked.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum VerifyLevel {
    /// Plists only.
    State,
    /// A payload on disk for every file row: Apple's own check at the end of a backup.
    Names,
    /// And of the length that its row says.
    #[default]
    Sizes,
    /// And every byte read: the SHA-1 of every row that carries a Digest, and in an encrypted backup
    /// a decryption that ends in valid padding.
    Contents,
}

/// The level a backup was checked at, and when.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Verified {
    /// The level reached, which may be less than the one asked for.
    pub level: VerifyLevel,
    /// When.
    pub at: Timestamp,
}

/// What the manifest lists and what is on disk.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub struct FileCount {
    /// Rows with `flags & 1` that must have a payload, and rows that are not known to have none.
    pub expected: u64,
    /// Of them, those on disk.
    pub present: u64,
    /// Of them, those not on disk.
    pub missing: u64,
    /// Of them, rows that cannot be used: listed files that could not be checked, in neither `present` nor
    /// `missing`.
    #[serde(default)]
    pub unchecked: u64,
    /// Payload files that no row names.
    pub extra: u64,
    /// Payloads that differ from what their row says; `None` where the level does not look.
    pub different: Option<u64>,
    /// Of them, those that are damaged.
    #[serde(default)]
    pub damaged: u64,
    /// Of `present`, payloads whose rows say nothing to compare them with.
    #[serde(default)]
    pub incomparable: u64,
    /// Of `present`, payloads whose content was held against a Digest, the end of a ciphertext or what their
    /// names say: at `sizes` a sample, at `contents` all of which something is known.
    #[serde(default)]
    pub looked_into: u64,
    /// In bytes: at `names` the sum of the rows' `Size` (`None` where a row does not say it), from
    /// `sizes` on what the listed payloads take on disk.
    pub bytes: Option<u64>,
}

/// A file of the device, as its manifest row names it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FileName {
    /// 40 hex digits: the payload's name.
    pub file_id: String,
    /// Domain: "HomeDomain".
    pub domain: String,
    /// Path below the domain.
    pub path: String,
}

/// A payload that is not what its row says.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FileDifference {
    /// The file.
    pub file: FileName,
    /// How it differs, in plain words: "12 bytes where 48,640 are promised".
    pub how: String,
}

/// A file as its disk numbers it. Hard links to one file have one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNumber {
    /// The volume.
    pub volume: u64,
    /// The file on it.
    pub file: u64,
}

/// What lies in a backup folder, before any of it is read.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FolderContent {
    /// A manifest, a Status.plist or payload.
    #[default]
    Backup,
    /// Nothing of a backup, or payload folders that are all empty.
    Nothing,
    /// Info.plist and nothing else: the computer began, and the device never wrote.
    OnlyInfo,
}

/// Paths in decomposed Unicode: a restore has been seen to stop at one, and to pass once they were
/// composed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecomposedPaths {
    /// How many rows have one.
    pub count: u64,
    /// The first domains that hold them, sorted.
    pub domains: Vec<String>,
    /// The first of them, in manifest order.
    pub sample: Vec<FileName>,
}

/// Data that people miss first: does the list name it?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedData {
    /// The database of Messages.
    pub messages: bool,
    /// Photos of the camera.
    pub photos: bool,
    /// The database of the contacts.
    pub contacts: bool,
    /// The database of the notes.
    pub notes: bool,
    /// The chats of WhatsApp.
    pub whatsapp: bool,
    /// WhatsApp itself, with or without its chats.
    pub whatsapp_is_installed: bool,
}

/// The files of a backup folder, compared with its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCheck {
    /// How deep it was checked, and when.
    #[serde(flatten)]
    pub verified: Verified,
    /// What the manifest lists and what is on disk; `None` before a check.
    pub files: Option<FileCount>,
    /// The first of the missing files, in manifest order.
    pub missing_sample: Vec<FileName>,
    /// The first payloads that no row names, below the folder: "3d/3d0d7e5f…".
    pub extra_sample: Vec<String>,
    /// The first payloads that differ from what their rows say: damage first, then manifest order.
    pub different_sample: Vec<FileDifference>,
}

impl FileCheck {
    /// Figures without names of files; `None` for a folder of which the plists alone were read.
    pub fn new(level: VerifyLevel, at: Timestamp, files: Option<FileCount>) -> Self {
        Self {
            verified: Verified { level, at },
            files,
            missing_sample: Vec::new(),
            extra_sample: Vec::new(),
            different_sample: Vec::new(),
        }
    }
}

/// One check of one backup folder, with the stamp of what it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// SHA-256, in hex, over names, sizes and times of Manifest.db, Manifest.plist, Status.plist and
    /// the 256 folders: the same stamp means that nothing was added, taken away or renamed since.
    pub stamp: String,
    /// What was found of its files.
    #[serde(flatten)]
    pub file_check: FileCheck,
    /// The verdict.
    pub restorable: Restorable,
    /// Why, in plain words.
    pub restorable_reason: String,
    /// Was the password known to open it?
    pub password: Password,
    /// The iCloud log of an encrypted backup, which takes its keys to read.
    #[serde(default)]
    pub cloud_log: Option<CloudLog>,
    /// Rows of the list that are not as iOS writes them, in plain words.
    #[serde(default)]
    pub odd_rows: Option<String>,
    /// Payload names that are links, folders or the like.
    #[serde(default)]
    pub no_files: u64,
    /// Paths that a restore has been seen to stop at.
    #[serde(default)]
    pub decomposed_paths: DecomposedPaths,
    /// Data that people miss first.
    #[serde(default)]
    pub listed: Option<ListedData>,
}

/// What a large Info.plist said when it was read, with the stamp of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoRecord {
    /// SHA-256, in hex, over name, length, times and numbers of the file: the same stamp means that it
    /// was not written to since.
    pub stamp: String,
    /// When it was read.
    pub read_at: Timestamp,
    /// What was used of it, in a form of the reader's own.
    pub facts: String,
}

/// A keybag was opened by a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordProof {
    /// SHA-256 of the keybag, in hex.
    pub keybag: String,
    /// When.
    pub at: Timestamp,
    /// Name of the password's source.
    pub source: String,
}

/// Which program wrote a backup.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum HostTool {
    /// Finder, iTunes or Apple Devices.
    Apple,
    /// idevicebackup2 of libimobiledevice.
    Libimobiledevice,
    /// pymobiledevice3.
    Pymobiledevice3,
    /// A tool that writes no Info.plist.
    NoInfo,
    /// A maker of make-believe backups.
    Fake,
    /// A decrypting tool wrote this copy.
    Decryptor,
    /// Unknown.
    #[default]
    Unknown,
}
