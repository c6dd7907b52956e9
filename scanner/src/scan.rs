//! The one parallel loop: roots and documents in, a [`Fleet`] out.
//!
//! Runs on the rayon pool it is called in (`pool.install(|| scan(…))`); the order of everything in
//! the fleet belongs to the data, never to the threads.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::backup::VerifyLevel;
use crate::model::fleet::Fleet;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Backup roots: a backup, a MobileSync/Backup folder, a home, a folder of homes, a share of hosts.
    pub roots: Vec<PathBuf>,
    /// MDM exports: files, or folders of them.
    pub documents: Vec<PathBuf>,
    /// The inventory table.
    pub inventory: Option<PathBuf>,
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The run's clock.
    pub now: Timestamp,
    /// Name of this computer, for backups that no host folder holds.
    pub scan_host: String,
    /// How deep to check each backup.
    pub verify: VerifyLevel,
}

/// Hears how far the scan is. Called from many threads, often: keep it cheap.
pub trait Progress: Sync {
    /// Something happened.
    fn tell(&self, event: Event);
    /// Should the scan stop early? Asked between backups.
    fn cancelled(&self) -> bool {
        false
    }
}

/// What [`Progress`] hears. Counts are increments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Backup folders found while walking.
    BackupsFound(u64),
    /// MDM documents found while walking.
    DocumentsFound(u64),
    /// Walking is done: the counts found are final.
    Discovered,
    /// One backup was read and checked.
    BackupRead,
    /// One document was read.
    DocumentRead,
    /// Payload files checked.
    FilesChecked(u64),
    /// Bytes of plists and manifests read.
    BytesRead(u64),
}

/// A listener that hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: Event) {}
}

/// Reads everything. Never fails: what could not be read is in the fleet's problems.
pub fn scan(_inputs: &Inputs, _options: &ScanOptions, _progress: &dyn Progress) -> Fleet {
    Fleet::default()
}
