//! Reads `Status.plist`, in which iOS notes how the last backup ended.
//!
//! All six keys are required, as iOS itself requires them. A missing file is a fact (how the
//! backup ended is unknown), not an error. `finished` alone proves nothing: some host tools write it first.

use std::path::Path;

use jiff::Timestamp;
use plist::{Dictionary, Value};

use crate::source::file::{self, Fault};
use crate::source::plist::{self as source, Field};

/// Real ones have 189 bytes.
const BYTES_MAX: u64 = 64 << 10;

/// `BackupState`: what stood in the folder before this backup began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BackupState {
    /// Nothing whole yet.
    Empty,
    /// A layout that iOS no longer restores.
    Old,
    /// A whole backup.
    New,
}

/// `SnapshotState`: how far the newest backup came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SnapshotState {
    /// Files arrive in `Snapshot/`.
    Uploading,
    /// They are being moved into place.
    Moving,
    /// Obsolete files are being removed.
    Removing,
    /// Done.
    Finished,
}

/// The six keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Status {
    /// `UUID` is made of zeros only: no iOS writes that.
    pub zero_uuid: bool,
    /// `Date`, device clock, of the last writing of this file.
    pub date: Timestamp,
    /// `BackupState`.
    pub backup: BackupState,
    /// `SnapshotState`.
    pub snapshot: SnapshotState,
    /// `IsFullBackup`; false in every finished backup of today's iOS, full ones too.
    pub is_full: bool,
    /// A key that stands twice in the file: which of its values counts is not known.
    pub doubled_key: Option<String>,
}

const KEYS: [&str; 6] = [
    "Version",
    "UUID",
    "Date",
    "BackupState",
    "SnapshotState",
    "IsFullBackup",
];

const BACKUP_STATES: [(&str, BackupState); 3] = [
    ("empty", BackupState::Empty),
    ("old", BackupState::Old),
    ("new", BackupState::New),
];

const SNAPSHOT_STATES: [(&str, SnapshotState); 4] = [
    ("uploading", SnapshotState::Uploading),
    ("moving", SnapshotState::Moving),
    ("removing", SnapshotState::Removing),
    ("finished", SnapshotState::Finished),
];

/// Reads the file of a backup folder.
pub(crate) fn read(folder: &Path) -> Result<Status, Fault> {
    let path = file::found(folder, "Status.plist");
    let (root, doubled_key) = file::read_with(&path, BYTES_MAX, |bytes| {
        let root = source::parse_dictionary_without(bytes, &[]);
        (root, source::doubled_key(bytes, &KEYS))
    })?;
    let status = from_dictionary(&root?).map_err(Fault::Wrong)?;
    Ok(Status {
        doubled_key,
        ..status
    })
}

fn from_dictionary(root: &Dictionary) -> Result<Status, String> {
    check_version(root)?;
    let uuid = required(source::string(root, "UUID"), "UUID")?;
    Ok(Status {
        zero_uuid: uuid.chars().all(|c| matches!(c, '0' | '-')),
        date: required(source::date(root, "Date"), "Date")?,
        backup: one_of(root, "BackupState", &BACKUP_STATES)?,
        snapshot: one_of(root, "SnapshotState", &SNAPSHOT_STATES)?,
        is_full: required(source::boolean(root, "IsFullBackup"), "IsFullBackup")?,
        doubled_key: None,
    })
}

fn required<T>(field: Field<T>, key: &str) -> Result<T, String> {
    field
        .map_err(|wrong| wrong.to_string())?
        .ok_or_else(|| format!("a property list without the key {key}"))
}

fn one_of<T: Copy>(root: &Dictionary, key: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = required(source::string(root, key), key)?;
    let known = words.iter().find(|(word, _)| *word == found);
    known.map(|(_, value)| *value).ok_or_else(|| {
        let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        format!("{key} is none of {}", list.join(", "))
    })
}

/// A string such as "3.3"; iOS takes a number as well. Accepted from 2.4 up to, not with, 4.0.
fn check_version(root: &Dictionary) -> Result<(), String> {
    let version = match root.get("Version") {
        None => return Err("a property list without the key Version".to_owned()),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => source::real(root, "Version").ok().flatten(),
    };
    match version {
        Some(version) if (2.4..4.0).contains(&version) => Ok(()),
        Some(version) => Err(format!(
            "Version {version}, where 2.4 to below 4.0 is known"
        )),
        None => Err("Version is not a number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Dictionary {
        let mut root = Dictionary::new();
        root.insert("Version".to_owned(), "3.3".into());
        root.insert(
            "UUID".to_owned(),
            "0B7C5E2E-1111-2222-3333-444455556666".into(),
        );
        root.insert(
            "Date".to_owned(),
            plist::Date::from_xml_format("2026-08-20T10:00:00Z")
                .unwrap()
                .into(),
        );
        root.insert("BackupState".to_owned(), "new".into());
        root.insert("SnapshotState".to_owned(), "finished".into());
        root.insert("IsFullBackup".to_owned(), false.into());
        root
    }

    fn check(key: &str, value: Option<Value>, wanted: &str) {
        let mut root = good();
        match value {
            Some(value) => root.insert(key.to_owned(), value),
            None => root.remove(key),
        };
        let found = from_dictionary(&root).map_or_else(|words| words, |_| "fine".to_owned());
        assert_eq!(found, wanted, "{key}");
    }

    #[test]
    fn all_six_keys_are_required_with_their_types() {
        for key in [
            "Version",
            "UUID",
            "Date",
            "BackupState",
            "SnapshotState",
            "IsFullBackup",
        ] {
            check(key, None, &format!("a property list without the key {key}"));
        }
        check("UUID", Some(7.into()), "UUID is an integer, not a string");
        check("Date", Some("today".into()), "Date is a string, not a date");
        check(
            "IsFullBackup",
            Some(1.into()),
            "IsFullBackup is an integer, not true or false",
        );
        check(
            "SnapshotState",
            Some("running".into()),
            "SnapshotState is none of uploading, moving, removing, finished",
        );
        check(
            "BackupState",
            Some("full".into()),
            "BackupState is none of empty, old, new",
        );
    }

    #[test]
    fn versions_from_2_4_to_below_4_are_known() {
        check("Version", Some("2.4".into()), "fine");
        check(
            "Version",
            Some("2.3".into()),
            "Version 2.3, where 2.4 to below 4.0 is known",
        );
        check("Version", Some("3.99".into()), "fine");
        check(
            "Version",
            Some("4.0".into()),
            "Version 4, where 2.4 to below 4.0 is known",
        );
        check("Version", Some(Value::Real(3.3)), "fine");
        check("Version", Some("three".into()), "Version is not a number");
        check(
            "Version",
            Some("NaN".into()),
            "Version NaN, where 2.4 to below 4.0 is known",
        );
    }
}
