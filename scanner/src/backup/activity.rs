//! Is this folder being written right now?
//!
//! A backup that is being written looks like a failed one. Two signs distinguish them: the folder
//! changed between two snapshots of this run, or something below it was written within the last hours and
//! the device's own date in Status.plist is of these days. Times of files alone prove nothing: a copy
//! that does not keep them makes all of them young, and clocks of file servers run ahead.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use walkdir::WalkDir;

use super::plists::status::{SnapshotState, Status};
use crate::model::backup::{LocalBackup, Restorable, State};
use crate::source::file::Fault;
use crate::source::watched;

/// A backup that was not written to for this long is not running.
const QUIET: SignedDuration = SignedDuration::from_hours(6);
/// The device notes in Status.plist when it began; a backup that runs for longer has ended.
const NOTED: SignedDuration = SignedDuration::from_hours(48);
/// `<folder>/Snapshot/xx/file`.
const DEPTH_MAX: usize = 3;
/// Info.plist may hold nothing for this long while it is written anew.
const INFO_REWRITE: SignedDuration = SignedDuration::from_mins(15);
/// There are 256 folders below Snapshot.
const STAGED_MAX: usize = 300;
const ENTRIES_MAX: usize = 4_000_000;

/// The last is a folder.
const WATCHED: [&str; 6] = [
    "Info.plist",
    "Status.plist",
    "Manifest.plist",
    "Manifest.db",
    "Manifest.mbdb",
    "Snapshot",
];

/// Length and time of the files and folders that every backup writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FolderSnapshot {
    watched: [Option<(u64, SystemTime)>; WATCHED.len()],
    /// The folders below Snapshot, which change while it grows.
    staged: Vec<(PathBuf, SystemTime)>,
}

/// Looks once. Reads nothing.
pub(super) fn snapshot(folder: &Path) -> FolderSnapshot {
    let watched = WATCHED.map(|name| {
        let meta = watched::symlink_metadata(folder.join(name)).ok()?;
        Some((meta.len(), meta.modified().ok()?))
    });
    let [.., snapshot] = watched;
    FolderSnapshot {
        watched,
        staged: snapshot.map_or_else(Vec::new, |_| staged(&folder.join("Snapshot"))),
    }
}

impl FolderSnapshot {
    fn at(&self, name: &str) -> Option<(u64, SystemTime)> {
        let position = WATCHED.iter().position(|watched| *watched == name)?;
        self.watched[position]
    }

    /// Bytes of the plists and the manifest: what every check reads.
    pub(super) fn bytes(&self) -> u64 {
        let [files @ .., _] = &self.watched;
        let lengths = files.iter().flatten().map(|(length, _)| length);
        lengths.fold(0, |sum, length| sum.saturating_add(*length))
    }
}

fn staged(snapshot: &Path) -> Vec<(PathBuf, SystemTime)> {
    let Ok(asked) = watched::ask(snapshot) else {
        return Vec::new();
    };
    let mut staged: Vec<_> = WalkDir::new(snapshot)
        .min_depth(1)
        .max_depth(1)
        .into_iter()
        .inspect(|_| asked.answered())
        .flatten()
        .filter(|entry| entry.file_type().is_dir())
        .take(STAGED_MAX)
        .filter_map(|entry| {
            Some((
                entry.path().to_owned(),
                entry.metadata().ok()?.modified().ok()?,
            ))
        })
        .collect();
    staged.sort_unstable();
    staged
}

/// Marks the folder as being written: what was found of it may be true no more.
pub(super) fn being_written(backup: &mut LocalBackup) {
    "files changed while they were read".clone_into(&mut backup.state_reason);
    backup.state = State::InProgress;
    backup.restorable = Restorable::Unknown;
    "it is being written".clone_into(&mut backup.restorable_reason);
    backup.completed_at = None;
    backup.check = None;
}

/// Turns the state into `in-progress` where the folder was written to within the last hours, by the
/// newest look at it.
pub(super) fn judge(
    backup: &mut LocalBackup,
    status: &Result<Status, Fault>,
    snapshot: &FolderSnapshot,
    now: Timestamp,
) {
    if info_is_being_rewritten(backup, status, snapshot, now) {
        backup.state = State::InProgress;
        backup.state_reason = format!(
            "{}; Info.plist is just being written anew",
            backup.state_reason
        );
        return;
    }
    if !may_be_running(backup, status) || !is_of_these_days(status, now) {
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

/// A copy that does not keep times makes every file young; the device's own date stays.
fn is_of_these_days(status: &Result<Status, Fault>, now: Timestamp) -> bool {
    let noted = status.as_ref().ok().map(|status| status.date);
    noted.is_some_and(|date| date.duration_until(now).abs() <= NOTED)
}

/// The computer writes Info.plist last, after the device has said `finished`: for a moment it holds
/// nothing. One that has held nothing for longer was left so.
fn info_is_being_rewritten(
    backup: &LocalBackup,
    status: &Result<Status, Fault>,
    snapshot: &FolderSnapshot,
    now: Timestamp,
) -> bool {
    let finished = status
        .as_ref()
        .is_ok_and(|status| status.snapshot == SnapshotState::Finished);
    let written = |name: &str| {
        let (length, modified) = snapshot.at(name)?;
        Some((length, Timestamp::try_from(modified).ok()?))
    };
    let (Some((0, info)), Some((_, status))) = (written("Info.plist"), written("Status.plist"))
    else {
        return false;
    };
    let age = now.duration_since(info);
    let just_now = !age.is_negative() && age <= INFO_REWRITE;
    finished && backup.state == State::Complete && just_now && info >= status
}

/// Not finished: an unfinished Status.plist, or none at all beside a staging folder.
fn may_be_running(backup: &LocalBackup, status: &Result<Status, Fault>) -> bool {
    match (backup.state, status) {
        (State::Fake | State::Placeholder | State::Unreadable, _) => false,
        (_, Ok(status)) => status.snapshot != SnapshotState::Finished,
        (_, Err(Fault::Absent)) => watched::is_dir(backup.path.join("Snapshot")),
        (_, Err(_)) => false,
    }
}

/// The newest time below the folder that is not later than `now`.
fn newest_mtime(folder: &Path, now: Timestamp) -> Option<Timestamp> {
    let asked = watched::ask(folder).ok()?;
    WalkDir::new(folder)
        .min_depth(1)
        .max_depth(DEPTH_MAX)
        .into_iter()
        .inspect(|_| asked.answered())
        .take(ENTRIES_MAX)
        .filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok())
        .filter_map(|modified| Timestamp::try_from(modified).ok())
        .filter(|modified| *modified <= now)
        .max()
}
