//! What reading backups asks of its caller: passwords, checks of earlier runs, and where to report
//! progress.
//!
//! The scanner reads no password file itself and keeps no password. It asks the cache and never
//! stores: `cli` keeps the cache and fills it from the finished fleet. Nothing computed from a
//! password is ever part of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::model::backup::{CheckRecord, InfoRecord, LocalBackup, PasswordProof};
use crate::model::found_backup::FoundBackup;
use crate::model::identity::Identity;
use crate::work::progress::Progress;

/// What a scan asks of its caller while it runs.
#[derive(Clone, Copy)]
pub struct ScanServices<'a> {
    /// Passwords of encrypted backups.
    pub passwords: &'a dyn PasswordSource,
    /// Checks of earlier runs.
    pub cache: &'a dyn CheckCache,
    /// How far the scan is.
    pub progress: &'a dyn Progress,
}

impl<'a> ScanServices<'a> {
    /// Progress alone: no passwords, and an empty cache.
    pub fn new(progress: &'a dyn Progress) -> Self {
        Self {
            passwords: &NoPasswords,
            cache: &NoCache,
            progress,
        }
    }
}

impl std::fmt::Debug for ScanServices<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScanServices")
    }
}

/// Backups that were read, kept for work that must begin again (`in_time.rs`).
#[derive(Debug, Default)]
pub struct ReadBackups(Mutex<BTreeMap<PathBuf, LocalBackup>>);

impl ReadBackups {
    pub(crate) fn hold(&self, path: &Path) -> bool {
        self.lock().contains_key(path)
    }

    pub(crate) fn keep(&self, backup: LocalBackup) {
        self.lock().entry(backup.path.clone()).or_insert(backup);
    }

    /// Those that were found, in that order.
    pub(crate) fn take(&self, found: &[FoundBackup]) -> Vec<LocalBackup> {
        let mut kept = self.lock();
        found
            .iter()
            .filter_map(|one| kept.remove(&one.path))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, LocalBackup>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives passwords for encrypted backups. Asked once per distinct keybag, from many threads.
pub trait PasswordSource: Sync {
    /// The passwords to try for this device, best first; empty when there is none.
    fn candidates(&self, identity: &Identity, backup: &Path) -> Vec<Candidate>;

    /// Names of the sources that could give a password for this device, without asking for it: a
    /// proof remembered under another name is proven again.
    fn source_names(&self, identity: &Identity) -> Vec<String>;
}

/// One password to try. Printing it prints its source only.
pub struct Candidate {
    /// The password; wiped when it goes.
    pub password: Zeroizing<Vec<u8>>,
    /// Where it came from, for the report: "passwords.csv line 3", "password command". Never the
    /// password or anything computed from it.
    pub source: String,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Candidate from {}", self.source)
    }
}

/// A source that has no password.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPasswords;

impl PasswordSource for NoPasswords {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        Vec::new()
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        Vec::new()
    }
}

/// Gives checks and proofs of earlier runs. Asked from many threads.
pub trait CheckCache: Sync {
    /// The deepest check that an earlier run made of this folder; the scanner compares its stamp.
    fn check(&self, backup: &Path) -> Option<CheckRecord>;

    /// What an earlier run read in the Info.plist of this folder; the scanner compares its stamp.
    fn info(&self, backup: &Path) -> Option<InfoRecord>;

    /// An earlier proof of a password of this keybag.
    fn proof(&self, keybag: &str) -> Option<PasswordProof>;
}

/// A cache that is always empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl CheckCache for NoCache {
    fn check(&self, _: &Path) -> Option<CheckRecord> {
        None
    }

    fn info(&self, _: &Path) -> Option<InfoRecord> {
        None
    }

    fn proof(&self, _: &str) -> Option<PasswordProof> {
        None
    }
}
