//! Is somebody writing to this folder right now?
//!
//! A backup that is being written looks like a failed one. Two signs tell them apart: the folder
//! changed between two looks of this run, or something below it was written within the last hours.
//! A time later than `now` proves nothing: clocks of file servers run ahead.

use std::path::Path;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use walkdir::WalkDir;

use super::status::{SnapshotState, Status};
use crate::model::backup::{LocalBackup, Restorable, State};
use crate::source::file::Fault;

/// A backup that nobody has written to for this long is not running.
const QUIET: SignedDuration = SignedDuration::from_hours(6);
/// `<folder>/Snapshot/xx/file`.
const DEPTH_MAX: usize = 3;
const ENTRIES_MAX: usize = 4_000_000;

const WATCHED: [&str; 6] = [
    "Info.plist",
    "Status.plist",
    "Manifest.plist",
    "Manifest.db",
    "Manifest.mbdb",
    "Snapshot",
];

/// Length and time of the files that every backup writes to.
pub(super) type Look = [Option<(u64, SystemTime)>; WATCHED.len()];

/// Looks once. Reads nothing.
pub(super) fn look(folder: &Path) -> Look {
    WATCHED.map(|name| {
        let meta = std::fs::symlink_metadata(folder.join(name)).ok()?;
        Some((meta.len(), meta.modified().ok()?))
    })
}

/// Turns the state into `in-progress` where the folder is being written to.
pub(super) fn judge(
    backup: &mut LocalBackup,
    status: &Result<Status, Fault>,
    changed: bool,
    now: Timestamp,
) {
    if changed {
        "files changed while they were read".clone_into(&mut backup.state_reason);
        backup.state = State::InProgress;
        backup.restorable = Restorable::Unknown;
        "it is being written".clone_into(&mut backup.restorable_reason);
        backup.completed_at = None;
        return;
    }
    if !may_be_running(backup, status) {
        return;
    }
    backup.newest_mtime = newest_mtime(&backup.path, now);
    let recent = backup
        .newest_mtime
        .is_some_and(|newest| now.duration_since(newest) <= QUIET);
    if recent {
        backup.state = State::InProgress;
        backup.state_reason = format!(
            "{}; written to within the last six hours",
            backup.state_reason
        );
    }
}

/// Not finished: an unfinished Status.plist, or none at all beside a staging folder.
fn may_be_running(backup: &LocalBackup, status: &Result<Status, Fault>) -> bool {
    match (backup.state, status) {
        (State::Fake | State::Placeholder | State::Unreadable, _) => false,
        (_, Ok(status)) => status.snapshot != SnapshotState::Finished,
        (_, Err(Fault::Absent)) => backup.path.join("Snapshot").is_dir(),
        (_, Err(_)) => false,
    }
}

/// The newest time below the folder that is not later than `now`.
fn newest_mtime(folder: &Path, now: Timestamp) -> Option<Timestamp> {
    WalkDir::new(folder)
        .min_depth(1)
        .max_depth(DEPTH_MAX)
        .into_iter()
        .take(ENTRIES_MAX)
        .filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok())
        .filter_map(|modified| Timestamp::try_from(modified).ok())
        .filter(|modified| *modified <= now)
        .max()
}
