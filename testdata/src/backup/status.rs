//! Status.plist: the six keys, all of them required, in the form the device writes.

use jiff::Timestamp;
use plist::{Dictionary, Value};

use crate::plists::{dict, text};
use crate::when::plist_date;

/// `BackupState`: what lies in the root of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupState {
    /// Nothing yet.
    Empty,
    /// Something of another layout.
    Old,
    /// A backup.
    New,
}

/// `SnapshotState`: how far the newest attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotState {
    /// Files arrive in Snapshot/.
    Uploading,
    /// They move to the root.
    Moving,
    /// What is obsolete goes.
    Removing,
    /// Done.
    Finished,
}

/// The content of Status.plist.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// `BackupState`.
    pub backup_state: BackupState,
    /// `SnapshotState`.
    pub snapshot_state: SnapshotState,
    /// `Date`: the device's clock at the last write of this file.
    pub date: Timestamp,
    /// `IsFullBackup`: false in every finished backup of a modern device.
    pub is_full: bool,
    /// `Version`: "3.3" from iOS 10 on, "2.4" before.
    pub version: String,
    /// `UUID` of the snapshot.
    pub uuid: String,
}

impl Status {
    /// As a dictionary.
    pub fn plist(&self) -> Dictionary {
        let backup_state = match self.backup_state {
            BackupState::Empty => "empty",
            BackupState::Old => "old",
            BackupState::New => "new",
        };
        let snapshot_state = match self.snapshot_state {
            SnapshotState::Uploading => "uploading",
            SnapshotState::Moving => "moving",
            SnapshotState::Removing => "removing",
            SnapshotState::Finished => "finished",
        };
        dict([
            ("UUID", text(&self.uuid)),
            ("IsFullBackup", Value::Boolean(self.is_full)),
            ("Version", text(&self.version)),
            ("BackupState", text(backup_state)),
            ("Date", plist_date(self.date)),
            ("SnapshotState", text(snapshot_state)),
        ])
    }
}
