//! What the files of a folder gave, before anything is concluded from it.

use std::path::Path;

use super::cloud_log::LogKeys;
use super::crypto::encrypted;
use super::crypto::unlock::Unlock;
use super::file_list::catalog::{self, Catalog, FileListProbe, Layout};
use super::plists::info::{self, Info};
use super::plists::manifest::{self, Manifest};
use super::plists::status::{self, BackupState, SnapshotState, Status};
use super::state::PlistResults;
use super::verify::check::{self, Check};
use super::verify::compare::Depth;
use super::verify::payload;
use crate::model::backup::{CheckRecord, Password, VerifyLevel};
use crate::source::file::Fault;
use crate::source::sqlite::{self, FileKind};

/// Everything that the files of a folder gave.
#[derive(Debug, Clone)]
pub(crate) struct BackupFiles {
    pub(crate) info: Result<Info, Fault>,
    pub(crate) status: Result<Status, Fault>,
    pub(crate) manifest: Result<Manifest, Fault>,
    pub(crate) probe: FileListProbe,
    pub(crate) cipher: Cipher,
    /// The manifest's file list, as deep as it was read.
    pub(crate) catalog: Result<(), Fault>,
    pub(crate) check: Option<Checked>,
    /// Of an encrypted backup whose rows cannot be read.
    pub(crate) payload: Payload,
    pub(crate) unlock: Unlock,
    /// The wrapped keys of the iCloud log's payloads, in an encrypted backup that was opened.
    pub(crate) log_keys: Option<LogKeys>,
}

/// A check of this run, or one of an earlier night that still holds.
#[derive(Debug, Clone)]
pub(crate) enum Checked {
    Now(Box<Check>),
    Earlier(Box<CheckRecord>),
}

impl Checked {
    /// Rows of the list that are not as iOS writes them, in plain words.
    pub(crate) fn odd_rows(&self) -> Option<String> {
        match self {
            Self::Now(check) => check.odd.describe(),
            Self::Earlier(record) => record.odd_rows.clone(),
        }
    }

    /// Payload names that are links, folders or the like.
    pub(crate) fn no_files(&self) -> u64 {
        match self {
            Self::Now(check) => check.no_files,
            Self::Earlier(record) => record.no_files,
        }
    }
}

/// Reads the plists and the first bytes of the file list.
pub(crate) fn gather(folder: &Path) -> BackupFiles {
    let status = status::read(folder);
    let manifest = manifest::read(folder);
    let probe = catalog::probe(folder);
    let cipher = cipher(manifest.as_ref().ok(), &probe);
    BackupFiles {
        info: info::read(folder),
        catalog: first_sight(&probe, cipher),
        check: None,
        payload: Payload::NotLooked,
        unlock: Unlock::only(Password::NotNeeded),
        log_keys: None,
        status,
        manifest,
        probe,
        cipher,
    }
}

impl BackupFiles {
    /// In a first backup that never ended and among files half moved, every difference is expected.
    pub(crate) fn is_worth_checking(&self) -> bool {
        let in_between = self.status.as_ref().is_ok_and(|status| {
            status.backup == BackupState::Empty || status.snapshot == SnapshotState::Moving
        });
        self.catalog.is_ok() && !in_between
    }

    pub(crate) fn layout(&self) -> Layout {
        match self.probe {
            FileListProbe::Mbdb(_) => Layout::Flat,
            _ => Layout::Buckets,
        }
    }

    pub(crate) fn look_deeper(
        &mut self,
        folder: &Path,
        level: VerifyLevel,
        files_checked: &(dyn Fn(u64) + Sync),
    ) {
        let keys = self.unlock.keys.clone();
        let catalog = match (self.cipher, &keys) {
            (Cipher::Everything, None) => {
                self.payload = look_at_payload(folder);
                return;
            }
            (Cipher::Everything, Some(keys)) => {
                let manifest = self.manifest.as_ref().ok();
                let key = manifest.and_then(|manifest| manifest.manifest_key.as_deref());
                encrypted::open_catalog(folder, key, keys)
            }
            _ => Catalog::open(folder, &self.probe),
        };
        let depth = Depth {
            level,
            encrypted: self.cipher.is_encrypted() == Some(true),
            with_integrity: self.cipher != Cipher::DecryptedCopy,
            keys: keys.as_deref(),
            files_checked,
        };
        match catalog.and_then(|catalog| check::check(folder, &catalog, &depth)) {
            Ok(check) => {
                self.log_keys = keys.is_some().then_some(check.log_keys);
                self.check = Some(Checked::Now(Box::new(check)));
            }
            Err(fault) => self.catalog = Err(fault),
        }
    }

    pub(crate) fn readings(&self) -> PlistResults<'_> {
        PlistResults {
            status: self.status.as_ref(),
            manifest: self.manifest.as_ref(),
            catalog: self.catalog.as_ref().copied(),
        }
    }
}

/// What the first bytes of the manifest's file list say.
fn first_sight(probe: &FileListProbe, cipher: Cipher) -> Result<(), Fault> {
    let look = match probe {
        FileListProbe::None => return Err(Fault::Absent),
        FileListProbe::Mbdb(found) => return found.clone(),
        FileListProbe::Database(look) => look.clone()?,
    };
    match look {
        sqlite::FileKind::Sqlite { .. } => Ok(()),
        sqlite::FileKind::Empty => Err(Fault::Wrong(Fault::ZERO_BYTES.to_owned())),
        sqlite::FileKind::Other { bytes } if cipher == Cipher::Everything => whole_blocks(bytes),
        sqlite::FileKind::Other { .. } => Err(Fault::Wrong("not an SQLite database".to_owned())),
    }
}

/// Bytes of an AES block; ciphertext is padded to whole ones.
const BLOCK_BYTES: u64 = 16;

/// What of a backup is encrypted, from Manifest.plist and the first bytes of Manifest.db together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    /// Nothing.
    Plain,
    /// The payload; the file list is plain (iOS before 10.2, and Manifest.mbdb).
    Payload,
    /// The payload and Manifest.db (iOS 10.2 and later).
    Everything,
    /// Manifest.plist says encrypted and carries the key of a Manifest.db that is plain.
    DecryptedCopy,
    /// There is no usable Manifest.plist to say so.
    Unknown,
}

impl Cipher {
    /// Is the payload encrypted?
    pub(crate) fn is_encrypted(self) -> Option<bool> {
        match self {
            Self::Plain | Self::DecryptedCopy => Some(false),
            Self::Payload | Self::Everything => Some(true),
            Self::Unknown => None,
        }
    }
}

/// Tells what is encrypted.
fn cipher(manifest: Option<&Manifest>, probe: &FileListProbe) -> Cipher {
    let Some(manifest) = manifest else {
        return Cipher::Unknown;
    };
    let is_sqlite = matches!(probe, FileListProbe::Database(Ok(FileKind::Sqlite { .. })));
    match (manifest.is_encrypted, manifest.manifest_key.is_some()) {
        (false, _) => Cipher::Plain,
        (true, true) if is_sqlite => Cipher::DecryptedCopy,
        (true, true) => Cipher::Everything,
        (true, false) => Cipher::Payload,
    }
}

/// Refuses a length that no ciphertext has.
fn whole_blocks(bytes: u64) -> Result<(), Fault> {
    if bytes.is_multiple_of(BLOCK_BYTES) {
        return Ok(());
    }
    Err(Fault::Wrong(format!(
        "{bytes} bytes, which is no whole number of cipher blocks"
    )))
}

/// What can be seen of the payload without its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Not asked for.
    NotLooked,
    /// At least one payload file is there.
    Some,
    /// The payload folders are absent or empty.
    None,
    /// The folders cannot be listed.
    Unlisted(Fault),
}

/// Is there any payload?
fn look_at_payload(folder: &Path) -> Payload {
    match payload::any_in_buckets(folder) {
        Ok(true) => Payload::Some,
        Ok(false) => Payload::None,
        Err(fault) => Payload::Unlisted(fault),
    }
}
