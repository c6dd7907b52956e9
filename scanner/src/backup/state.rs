//! What Status.plist and the manifests of a folder say together, as one table.
//!
//! `finished` alone is not proof: pymobiledevice3 writes it before it has reached the device, and
//! tools that make backups up write it too. The table repeats what the files claim; whether the
//! payload is there is asked elsewhere.

use super::plists::manifest::Manifest;
use super::plists::status::{BackupState, SnapshotState, Status};
use crate::model::backup::State;
use crate::source::file::Fault;

/// The readings that decide the state.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlistResults<'a> {
    /// Status.plist.
    pub status: Result<&'a Status, &'a Fault>,
    /// Manifest.plist.
    pub manifest: Result<&'a Manifest, &'a Fault>,
    /// Manifest.db or Manifest.mbdb, as deep as it was read; `Absent` when neither is there.
    pub catalog: Result<(), &'a Fault>,
}

/// What Status.plist says, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusClaim {
    Missing,
    Denied,
    Wrong,
    ZeroUuid,
    Old,
    EmptyUnfinished,
    EmptyFinished,
    Uploading,
    Moving,
    Removing,
    Finished,
}

/// What the manifests are, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manifests {
    Whole,
    /// Neither is there.
    None,
    /// One is there, the other is not.
    Half,
    /// No list of files, and a Manifest.plist of 0 bytes or none although a full backup is claimed.
    NeverWritten,
    Wrong,
    Denied,
}

struct Row {
    says: &'static [StatusClaim],
    /// Empty: whatever they are.
    manifests: &'static [Manifests],
    state: State,
    reason: &'static str,
}

const fn row(
    says: &'static [StatusClaim],
    manifests: &'static [Manifests],
    state: State,
    reason: &'static str,
) -> Row {
    Row {
        says,
        manifests,
        state,
        reason,
    }
}

const ROOT_COPY: &[StatusClaim] = &[
    StatusClaim::Uploading,
    StatusClaim::Removing,
    StatusClaim::Finished,
];

/// First match wins; a test walks every combination.
const TABLE: &[Row] = &[
    row(
        &[StatusClaim::Missing],
        &[],
        State::Unknown,
        "there is no Status.plist, so it is unknown how the backup ended",
    ),
    row(
        &[StatusClaim::Denied],
        &[],
        State::Unreadable,
        "Status.plist cannot be opened",
    ),
    row(
        &[StatusClaim::Wrong],
        &[],
        State::Damaged,
        "Status.plist opens and is wrong",
    ),
    row(
        &[StatusClaim::ZeroUuid],
        &[],
        State::Fake,
        "Status.plist has a UUID of zeros, which a tool wrote and no device",
    ),
    row(
        &[StatusClaim::Old],
        &[],
        State::Damaged,
        "Status.plist says old: a layout that iOS refuses to restore",
    ),
    row(
        &[StatusClaim::EmptyUnfinished],
        &[],
        State::Unfinished,
        "the first backup into this folder never ended",
    ),
    row(
        &[StatusClaim::EmptyFinished],
        &[],
        State::Damaged,
        "Status.plist says empty and finished at once",
    ),
    row(
        &[StatusClaim::Moving],
        &[],
        State::Unfinished,
        "the backup was interrupted while its files were being moved into place",
    ),
    row(
        &[StatusClaim::Finished],
        &[Manifests::NeverWritten],
        State::Placeholder,
        "Status.plist says finished, but no manifest was ever written: a tool notes this before it reaches the device",
    ),
    row(
        &[StatusClaim::Uploading],
        &[Manifests::None, Manifests::NeverWritten],
        State::Unfinished,
        "the transfer did not end, and there is no older copy",
    ),
    row(
        ROOT_COPY,
        &[Manifests::Denied],
        State::Unreadable,
        "a manifest cannot be opened",
    ),
    row(
        ROOT_COPY,
        &[Manifests::Wrong, Manifests::NeverWritten],
        State::Damaged,
        "a manifest opens and is wrong",
    ),
    row(
        ROOT_COPY,
        &[Manifests::None, Manifests::Half],
        State::Damaged,
        "a manifest is missing",
    ),
    row(
        &[StatusClaim::Uploading],
        &[Manifests::Whole],
        State::AttemptFailed,
        "the newest attempt did not end; the older copy still stands",
    ),
    row(
        &[StatusClaim::Removing],
        &[Manifests::Whole],
        State::CleanupUnfinished,
        "the backup is whole, but the removal of obsolete files did not end",
    ),
    row(
        &[StatusClaim::Finished],
        &[Manifests::Whole],
        State::Complete,
        "Status.plist says finished, and both manifests are there",
    ),
];

/// Looks the readings up.
pub(super) fn state(readings: &PlistResults<'_>) -> (State, String) {
    let (says, manifests) = (says(readings.status), manifests(readings));
    let found = TABLE
        .iter()
        .find(|row| row.says.contains(&says) && fits(row.manifests, manifests));
    let (state, reason) = found.map_or((State::Unknown, "nothing is known of it"), |row| {
        (row.state, row.reason)
    });
    match detail(readings, state) {
        Some(detail) => (state, format!("{reason} ({detail})")),
        None => (state, reason.to_owned()),
    }
}

fn fits(wanted: &[Manifests], found: Manifests) -> bool {
    wanted.is_empty() || wanted.contains(&found)
}

fn says(status: Result<&Status, &Fault>) -> StatusClaim {
    let status = match status {
        Ok(status) => status,
        Err(Fault::Absent) => return StatusClaim::Missing,
        Err(fault) if fault.is_unreadable() => return StatusClaim::Denied,
        Err(_) => return StatusClaim::Wrong,
    };
    match (status.backup, status.snapshot) {
        _ if status.zero_uuid => StatusClaim::ZeroUuid,
        (BackupState::Old, _) => StatusClaim::Old,
        (BackupState::Empty, SnapshotState::Finished) => StatusClaim::EmptyFinished,
        (BackupState::Empty, _) => StatusClaim::EmptyUnfinished,
        (BackupState::New, SnapshotState::Uploading) => StatusClaim::Uploading,
        (BackupState::New, SnapshotState::Moving) => StatusClaim::Moving,
        (BackupState::New, SnapshotState::Removing) => StatusClaim::Removing,
        (BackupState::New, SnapshotState::Finished) => StatusClaim::Finished,
    }
}

fn manifests(readings: &PlistResults<'_>) -> Manifests {
    let claims_full = readings.status.is_ok_and(|status| status.is_full);
    match (readings.manifest.err(), readings.catalog.err()) {
        (None, None) => Manifests::Whole,
        (Some(Fault::Empty), Some(Fault::Absent)) => Manifests::NeverWritten,
        (Some(Fault::Absent), Some(Fault::Absent)) if claims_full => Manifests::NeverWritten,
        (Some(Fault::Absent), Some(Fault::Absent)) => Manifests::None,
        (Some(fault), _) | (_, Some(fault)) if fault.is_unreadable() => Manifests::Denied,
        (Some(Fault::Absent), None) | (None, Some(Fault::Absent)) => Manifests::Half,
        (Some(_), _) | (_, Some(_)) => Manifests::Wrong,
    }
}

/// Which file, and what was found in it.
fn detail(readings: &PlistResults<'_>, state: State) -> Option<String> {
    if !matches!(state, State::Damaged | State::Unreadable) {
        return None;
    }
    let files = [
        ("Status.plist", readings.status.err()),
        ("Manifest.plist", readings.manifest.err()),
        ("the list of files", readings.catalog.err()),
    ];
    files
        .into_iter()
        .find_map(|(name, fault)| Some(format!("{name}: {}", fault?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const BACKUPS: [BackupState; 3] = [BackupState::Empty, BackupState::Old, BackupState::New];
    const SNAPSHOTS: [SnapshotState; 4] = [
        SnapshotState::Uploading,
        SnapshotState::Moving,
        SnapshotState::Removing,
        SnapshotState::Finished,
    ];

    fn status(backup: BackupState, snapshot: SnapshotState) -> Status {
        Status {
            zero_uuid: false,
            date: Timestamp::UNIX_EPOCH,
            backup,
            snapshot,
            is_full: false,
            doubled_key: None,
        }
    }

    fn faults() -> [Option<Fault>; 5] {
        [
            None,
            Some(Fault::Absent),
            Some(Fault::Denied("permission denied".to_owned())),
            Some(Fault::Wrong(
                "a file that is not an SQLite database".to_owned(),
            )),
            Some(Fault::Empty),
        ]
    }

    fn check(status: &Status, plist: Option<&Fault>, catalog: Option<&Fault>, wanted: State) {
        let manifest = Manifest::default();
        let (found, reason) = state(&PlistResults {
            status: Ok(status),
            manifest: plist.map_or(Ok(&manifest), Err),
            catalog: catalog.map_or(Ok(()), Err),
        });
        assert_eq!(found, wanted, "{status:?} {plist:?} {catalog:?}: {reason}");
    }

    #[test]
    fn every_combination_has_a_row() {
        let manifest = Manifest::default();
        for backup in BACKUPS {
            for snapshot in SNAPSHOTS {
                for (plist, catalog) in faults()
                    .iter()
                    .flat_map(|a| faults().map(|b| (a.clone(), b)))
                {
                    let status = status(backup, snapshot);
                    let (_, reason) = state(&PlistResults {
                        status: Ok(&status),
                        manifest: plist.as_ref().map_or(Ok(&manifest), Err),
                        catalog: catalog.as_ref().map_or(Ok(()), Err),
                    });
                    assert_ne!(reason, "nothing is known of it");
                }
            }
        }
    }

    #[test]
    fn the_states_of_the_field() {
        use BackupState::{Empty, New, Old};
        use SnapshotState::{Finished, Moving, Removing, Uploading};
        let zero = Fault::Empty;
        let cut = Fault::Wrong("a cut-off XML property list".to_owned());
        let denied = Fault::Denied("permission denied".to_owned());
        let absent = Some(&Fault::Absent);
        check(&status(New, Finished), None, None, State::Complete);
        check(&status(New, Removing), None, None, State::CleanupUnfinished);
        check(&status(New, Moving), None, None, State::Unfinished);
        check(&status(New, Uploading), None, None, State::AttemptFailed);
        check(&status(New, Uploading), absent, absent, State::Unfinished);
        check(&status(New, Uploading), Some(&cut), None, State::Damaged);
        check(&status(Empty, Uploading), absent, absent, State::Unfinished);
        check(&status(Empty, Finished), None, None, State::Damaged);
        check(&status(Old, Finished), None, None, State::Damaged);
        check(
            &status(New, Finished),
            Some(&zero),
            absent,
            State::Placeholder,
        );
        check(&status(New, Finished), Some(&zero), None, State::Damaged);
        check(&status(New, Finished), None, absent, State::Damaged);
        check(&status(New, Finished), None, Some(&zero), State::Damaged);
        check(
            &status(New, Finished),
            None,
            Some(&denied),
            State::Unreadable,
        );
        check(&status(New, Finished), absent, absent, State::Damaged);
        let full = Status {
            is_full: true,
            ..status(New, Finished)
        };
        check(&full, absent, absent, State::Placeholder);
        check(&full, None, None, State::Complete);
        let fake = Status {
            zero_uuid: true,
            ..status(New, Finished)
        };
        check(&fake, None, None, State::Fake);
    }
}
