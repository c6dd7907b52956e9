//! What the files of a folder gave, before anything is concluded from it.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

use super::cloud_log::LogKeys;
use super::crypto::encrypted;
use super::crypto::keybag::ClassKeys;
use super::crypto::unlock::Unlock;
use super::file_list::catalog::{self, Catalog, FileListProbe, Layout};
use super::plists::info::Info;
use super::plists::manifest::{self, Manifest};
use super::plists::status::{self, BackupState, SnapshotState, Status};
use super::recalled_info;
use super::state::PlistResults;
use super::top_level::{self, TopLevel};
use super::verify::check::{self, Check};
use super::verify::depth::Depth;
use super::verify::payload::Look;
use super::verify::unopened::{self, Unopened};
use crate::model::backup::{CheckRecord, FolderContent, InfoRecord, Password, VerifyLevel};
use crate::source::file::{self, Fault};
use crate::source::sqlite;

/// Everything that the files of a folder gave.
#[derive(Debug, Clone)]
pub(crate) struct BackupFiles {
    pub(crate) info: Result<Info, Fault>,
    /// The same as a cache keeps it.
    pub(crate) info_record: Option<InfoRecord>,
    pub(crate) status: Result<Status, Fault>,
    pub(crate) manifest: Result<Manifest, Fault>,
    pub(crate) probe: FileListProbe,
    pub(crate) cipher: Cipher,
    /// The manifest's file list, as deep as it was read.
    pub(crate) catalog: Result<(), Fault>,
    pub(crate) check: Option<Checked>,
    /// Of an encrypted backup whose rows cannot be read.
    pub(crate) unopened: Option<Unopened>,
    /// What lies at its top; not looked at where only the plists are read.
    pub(crate) top: TopLevel,
    /// What lies in the folder at all.
    pub(crate) content: FolderContent,
    pub(crate) unlock: Unlock,
    /// The wrapped keys of the iCloud log's payloads, in an encrypted backup that was opened.
    pub(crate) log_keys: Option<LogKeys>,
}

/// A check of this run, or one of an earlier run that still holds.
#[derive(Debug, Clone)]
pub(crate) enum Checked {
    Now(Box<Check>),
    Earlier(Box<CheckRecord>),
}

impl Checked {
    /// Was the list itself read? Of an encrypted backup without its password it is not.
    pub(crate) fn is_of_the_list(&self) -> bool {
        match self {
            Self::Now(_) => true,
            Self::Earlier(record) => record.file_check.files.is_some(),
        }
    }

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

/// Reads the plists and the first bytes of the file list; `earlier` is what a cache kept of Info.plist.
pub(crate) fn gather(
    folder: &Path,
    level: VerifyLevel,
    now: Timestamp,
    earlier: Option<InfoRecord>,
) -> BackupFiles {
    let (info, info_record) = recalled_info::read(folder, now, earlier);
    let status = status::read(folder);
    let manifest = manifest::read(folder);
    let probe = catalog::probe(folder);
    let cipher = cipher(manifest.as_ref().ok(), &probe);
    BackupFiles {
        info,
        info_record,
        catalog: first_sight(&probe, cipher),
        check: None,
        unopened: None,
        top: look_at_top(folder, level, &probe),
        content: content(folder, &status, &manifest, &probe),
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
        if self.cipher == Cipher::Everything && keys.is_none() {
            self.unopened = Some(unopened::look(folder, level));
            return;
        }
        let list = match self.layout() {
            Layout::Buckets => file::found(folder, "Manifest.db"),
            Layout::Flat => file::found(folder, "Manifest.mbdb"),
        };
        let depth = Depth {
            level,
            look: Look::new(level >= VerifyLevel::Sizes, &list),
            encrypted: self.cipher.is_encrypted() == Some(true),
            with_integrity: self.cipher != Cipher::DecryptedCopy,
            keys: keys.as_deref(),
            files_checked,
        };
        let check = || {
            let catalog = self.open_catalog(folder, keys.as_deref())?;
            check::check(folder, &catalog, &depth)
        };
        match unless_unreadable(check(), &list, check) {
            Ok(check) => {
                self.log_keys = keys.is_some().then_some(check.log_keys);
                self.check = Some(Checked::Now(Box::new(check)));
            }
            Err(fault) => self.catalog = Err(fault),
        }
    }

    fn open_catalog(&self, folder: &Path, keys: Option<&ClassKeys>) -> Result<Catalog, Fault> {
        match keys.filter(|_| self.cipher == Cipher::Everything) {
            Some(keys) => {
                let manifest = self.manifest.as_ref().ok();
                let key = manifest.and_then(|manifest| manifest.manifest_key.as_deref());
                encrypted::open_catalog(folder, key, keys)
            }
            None => Catalog::open(folder, &self.probe),
        }
    }

    /// Files whose content is elsewhere, those at the top with them.
    pub(crate) fn not_downloaded(&self) -> u64 {
        let payloads = match &self.check {
            Some(Checked::Now(check)) => check.not_downloaded,
            _ => self.unopened.as_ref().map_or(0, |seen| seen.not_downloaded),
        };
        payloads + self.top.stubs.len() as u64
    }

    pub(crate) fn readings(&self) -> PlistResults<'_> {
        PlistResults {
            status: self.status.as_ref(),
            manifest: self.manifest.as_ref(),
            catalog: self.catalog.as_ref().copied(),
        }
    }
}

/// SQLite calls a page that the disk does not give corrupt. So a list is damaged only where every byte of
/// it can be read and it is damaged `again`: a disk that fails once gives the page the second time.
fn unless_unreadable<T>(
    found: Result<T, Fault>,
    list: &Path,
    again: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    match found {
        Err(Fault::Damaged(_)) => {
            file::read_through(list, u64::MAX, |_| ControlFlow::Continue(()))?;
            again()
        }
        found => found,
    }
}

/// Where only the plists are read, the top is listed only if the list of files is not where it should be.
fn look_at_top(folder: &Path, level: VerifyLevel, probe: &FileListProbe) -> TopLevel {
    if level < VerifyLevel::Names && *probe != FileListProbe::None {
        return TopLevel::default();
    }
    top_level::list(folder).unwrap_or_default()
}

fn content(
    folder: &Path,
    status: &Result<Status, Fault>,
    manifest: &Result<Manifest, Fault>,
    probe: &FileListProbe,
) -> FolderContent {
    let absent = |fault: Option<&Fault>| fault == Some(&Fault::Absent);
    if absent(status.as_ref().err())
        && absent(manifest.as_ref().err())
        && *probe == FileListProbe::None
    {
        return top_level::content(folder);
    }
    FolderContent::Backup
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
        sqlite::FileKind::Empty => Err(Fault::Empty),
        sqlite::FileKind::Other { bytes } if cipher == Cipher::Everything => whole_blocks(bytes),
        sqlite::FileKind::Other { .. } => Err(Fault::Wrong(
            "a file that is not an SQLite database".to_owned(),
        )),
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

/// Detects what is encrypted.
fn cipher(manifest: Option<&Manifest>, probe: &FileListProbe) -> Cipher {
    let Some(manifest) = manifest else {
        return Cipher::Unknown;
    };
    let is_sqlite = matches!(
        probe,
        FileListProbe::Database(Ok(sqlite::FileKind::Sqlite { .. }))
    );
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
