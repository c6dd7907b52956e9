//! What earlier nights found: checks that need not be done again, passwords that were proven.
//!
//! The scanner asks and never stores: `cli` keeps the memory and fills it from the finished fleet.
//! Nothing computed from a password is ever part of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::Path;

use crate::model::backup::{
    FileCount, FileDifference, FileName, Password, Restorable, VerifyLevel,
};

/// Remembers earlier runs. Asked from many threads.
pub trait Memory: Sync {
    /// The deepest check that an earlier run made of this folder; the scanner compares its stamp.
    fn check(&self, backup: &Path) -> Option<CheckRecord>;

    /// An earlier proof of a password of this keybag.
    fn proof(&self, keybag: &str) -> Option<PasswordProof>;
}

/// One check of one backup folder, with the stamp of what it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// SHA-256, in hex, over names, sizes and times of Manifest.db, Manifest.plist, Status.plist and
    /// the 256 folders: the same stamp means that nothing was added, taken away or renamed since.
    pub stamp: String,
    /// The level reached.
    pub level: VerifyLevel,
    /// When it was made.
    pub at: Timestamp,
    /// What was found.
    pub restorable: Restorable,
    /// Why, in plain words.
    pub restorable_reason: String,
    /// Was the password known to open it?
    pub password: Password,
    /// The figures.
    pub files: Option<FileCount>,
    /// The first missing files.
    pub missing_sample: Vec<FileName>,
    /// The first payloads that no row names.
    pub extra_sample: Vec<String>,
    /// The first payloads that differ from their rows.
    pub different_sample: Vec<FileDifference>,
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

/// A memory that remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn check(&self, _: &Path) -> Option<CheckRecord> {
        None
    }

    fn proof(&self, _: &str) -> Option<PasswordProof> {
        None
    }
}
