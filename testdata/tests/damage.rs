//! Every kind of damage leaves the state it describes, also those that git cannot hold.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::disk::files_below;
use fleetback_testdata::when::at;
use plist::Value;

/// Writes a backup with the damage and hands its folder to `look`.
fn check(damage: Damage, look: impl FnOnce(&Path)) {
    check_on(BackupBuilder::new(5).files(12), damage, look);
}

fn check_on(backup: BackupBuilder, damage: Damage, look: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let written = backup.damage(damage).write(folder.path()).unwrap();
    look(&written.path);
}

fn status(backup: &Path, key: &str) -> String {
    let status = Value::from_file(backup.join("Status.plist")).unwrap();
    let value = status.as_dictionary().unwrap().get(key).unwrap();
    value
        .as_string()
        .map_or_else(|| format!("{value:?}"), str::to_owned)
}

/// Payloads in the root, and in Snapshot/.
fn payloads(backup: &Path) -> (usize, usize) {
    let is_payload = |path: &&PathBuf| path.file_name().is_some_and(|name| name.len() == 40);
    let all = files_below(backup).unwrap();
    let (staged, root): (Vec<&PathBuf>, Vec<&PathBuf>) = all
        .iter()
        .filter(is_payload)
        .partition(|path| path.starts_with(backup.join("Snapshot")));
    (root.len(), staged.len())
}

fn states(backup: &Path) -> String {
    format!(
        "{} {}",
        status(backup, "BackupState"),
        status(backup, "SnapshotState")
    )
}

#[test]
fn attempts_that_were_cut_short() {
    let begun = at("2026-11-18T16:02:00Z");
    check(Damage::FirstAttemptCutShort(begun), |backup| {
        assert_eq!(
            (states(backup).as_str(), payloads(backup)),
            ("empty uploading", (0, 12))
        );
        assert!(!backup.join("Manifest.plist").exists() && !backup.join("Manifest.db").exists());
    });
    check(Damage::AttemptFailed(begun), |backup| {
        assert_eq!(
            (states(backup).as_str(), payloads(backup)),
            ("new uploading", (12, 3))
        );
        assert!(backup.join("Manifest.db").is_file());
    });
    check(Damage::CutShortMoving(begun), |backup| {
        assert_eq!(
            (states(backup).as_str(), payloads(backup)),
            ("new moving", (6, 6))
        );
        assert!(backup.join("Snapshot/Manifest.db").is_file());
    });
    check(Damage::CutShortRemoving(begun), |backup| {
        assert_eq!(
            (states(backup).as_str(), payloads(backup)),
            ("new removing", (12, 1))
        );
    });
    check(Damage::OldLayout, |backup| {
        assert_eq!(states(backup), "old finished");
    });
}

#[test]
fn a_flat_backup_is_damaged_in_its_own_layout() {
    let old = BackupBuilder::new(6)
        .files(8)
        .product("iPad2,5", "9.3.5", "13G36");
    check_on(old, Damage::FilesMissing(2), |backup| {
        assert_eq!(payloads(backup), (6, 0));
        assert!(backup.join("Manifest.mbdb").is_file() && !backup.join("Manifest.db").exists());
    });
}

#[test]
fn payloads_go_and_come() {
    check(Damage::FilesMissing(3), |backup| {
        assert_eq!(payloads(backup), (9, 0));
    });
    check(Damage::FilesExtra(3), |backup| {
        assert_eq!(payloads(backup), (15, 0));
    });
    check(Damage::FilesTruncated(3), |backup| {
        assert_eq!(payloads(backup), (12, 0));
    });
    check(Damage::AllFilesMissing, |backup| {
        assert_eq!(payloads(backup), (0, 0));
        assert!(backup.join("00").is_dir() && backup.join("ff").is_dir());
    });
}

#[test]
fn tools_and_clocks() {
    let len =
        |backup: &Path, name: &str| fs::metadata(backup.join(name)).map(|meta| meta.len()).ok();
    check(Damage::Placeholder, |backup| {
        assert_eq!(len(backup, "Manifest.plist"), Some(0));
        assert_eq!(
            (len(backup, "Manifest.db"), payloads(backup)),
            (None, (0, 0))
        );
        assert_eq!(status(backup, "IsFullBackup"), "Boolean(true)");
    });
    check(Damage::Fake, |backup| {
        assert_eq!(
            status(backup, "UUID"),
            "00000000-0000-0000-0000-000000000000"
        );
        assert!(status(backup, "Date").contains("1970"));
    });
    check(Damage::DecryptedCopy, |backup| {
        let database = fs::read(backup.join("Manifest.db")).unwrap();
        assert!(database.starts_with(b"SQLite format 3\0") && database.ends_with(&[0x10; 16]));
    });
    check(Damage::ClockAhead(at("2027-02-28T09:00:00Z")), |backup| {
        assert!(status(backup, "Date").contains("2027"));
    });
    check(Damage::Modified(at("2026-11-20T03:00:00Z")), |backup| {
        let want = SystemTime::from(at("2026-11-20T03:00:00Z"));
        for path in files_below(backup).unwrap() {
            assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), want);
        }
    });
}

fn plist_damage(damage: PlistDamage, look: impl FnOnce(&Path)) {
    check(Damage::Plist(PlistFile::Status, damage), |backup| {
        look(&backup.join("Status.plist"));
    });
}

#[test]
fn plists_that_are_none() {
    plist_damage(PlistDamage::Missing, |path| assert!(!path.exists()));
    plist_damage(PlistDamage::ZeroBytes, |path| {
        assert_eq!(fs::read(path).unwrap(), b"");
    });
    plist_damage(PlistDamage::Truncated, |path| {
        assert_eq!(fs::read(path).unwrap().len(), 189 / 2);
    });
    plist_damage(PlistDamage::WrongTypes, |path| {
        let root = Value::from_file(path).unwrap().into_dictionary().unwrap();
        assert!(
            root.len() == 6
                && root
                    .values()
                    .all(|value| value.as_signed_integer() == Some(7))
        );
    });
    plist_damage(PlistDamage::RootArray, |path| {
        assert!(Value::from_file(path).unwrap().as_array().is_some());
    });
    plist_damage(PlistDamage::SelfReferring, |path| {
        assert!(Value::from_file(path).is_err());
    });
    plist_damage(PlistDamage::NestedArrays(200_000), |path| {
        let arrays = fs::read(path)
            .unwrap()
            .windows(7)
            .filter(|part| part == b"<array>")
            .count();
        assert_eq!(arrays, 200_000);
    });
    plist_damage(PlistDamage::Folder, |path| assert!(path.is_dir()));
}

#[cfg(unix)]
#[test]
fn plists_that_wait_for_ever_or_refuse() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let kind = |path: &Path| path.symlink_metadata().unwrap().file_type();
    plist_damage(PlistDamage::Fifo, |path| assert!(kind(path).is_fifo()));
    plist_damage(PlistDamage::Socket, |path| assert!(kind(path).is_socket()));
    plist_damage(PlistDamage::Forbidden, |path| {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0);
        if fs::read(path).is_ok() {
            println!("skipped: whoever runs this (root?) is refused nothing");
        }
    });
}

#[test]
fn catalogues_that_are_none() {
    let database = |damage, look: fn(Option<Vec<u8>>)| {
        check(Damage::Database(damage), |backup| {
            look(fs::read(backup.join("Manifest.db")).ok());
        });
    };
    database(DatabaseDamage::Missing, |bytes| assert_eq!(bytes, None));
    database(DatabaseDamage::ZeroBytes, |bytes| {
        assert_eq!(bytes, Some(vec![]));
    });
    database(DatabaseDamage::Truncated, |bytes| {
        assert_eq!(bytes.unwrap().len(), 6_144);
    });
    database(DatabaseDamage::LooksEncrypted, |bytes| {
        assert_eq!(bytes.unwrap().len() % 4_096, 16);
    });
    database(DatabaseDamage::Random, |bytes| {
        assert_ne!(bytes.unwrap().len() % 16, 0);
    });
    database(DatabaseDamage::NoTable, |bytes| {
        assert!(bytes.unwrap().starts_with(b"SQLite"));
    });
}

/// The forms that git and a schedule rely on.
#[test]
fn the_same_words_write_the_same_bytes() {
    let write = || {
        let folder = tempfile::tempdir().unwrap();
        let backup = BackupBuilder::new(9).files(30).encrypted("x", Kdf::fast());
        let written = backup.write(folder.path()).unwrap();
        let files = files_below(&written.path).unwrap();
        files
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(write(), write());
}
