//! A large Info.plist that was not written to since an earlier run is not read again, and any other is.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use fleetback_scanner::backup::all::read_all;
use fleetback_scanner::backup::read::ReadOptions;
use fleetback_scanner::backup::services::{CheckCache, ScanServices};
use fleetback_scanner::model::backup::{
    CheckRecord, InfoRecord, LocalBackup, PasswordProof, VerifyLevel,
};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::scan::{ReadBackups, Silent};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::when::at;

/// Later than any file of a test was written.
const NOW: &str = "2100-01-01T00:00:00Z";

struct Kept(Option<InfoRecord>);

impl CheckCache for Kept {
    fn check(&self, _: &Path) -> Option<CheckRecord> {
        None
    }

    fn info(&self, _: &Path) -> Option<InfoRecord> {
        self.0.clone()
    }

    fn proof(&self, _: &str) -> Option<PasswordProof> {
        None
    }
}

fn options(now: &str) -> ReadOptions {
    ReadOptions {
        verify_again: false,
        verify_again_days: 30,
        ..ReadOptions::new(at(now), VerifyLevel::State)
    }
}

fn read(path: &Path, options: &ReadOptions, record: Option<InfoRecord>) -> LocalBackup {
    let found = FoundBackup {
        path: path.to_owned(),
        host: "mac-01".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    };
    let services = ScanServices {
        cache: &Kept(record),
        ..ScanServices::new(&Silent)
    };
    read_all(&[found], options, &services, &ReadBackups::default()).remove(0)
}

fn write(folder: &Path, apps: usize) -> PathBuf {
    let builder = BackupBuilder::new(7).files(3).no_empty_folders();
    builder.apps(apps, 2_000).write(folder).unwrap().path
}

/// A date that no file has: it shows what was recalled.
const RECALLED: &str = "2001-02-03T04:05:06Z";

/// What an earlier run kept, with that date.
fn dated(path: &Path) -> InfoRecord {
    let record = read(path, &options(NOW), None).info_record.unwrap();
    let mut facts: serde_json::Value = serde_json::from_str(&record.facts).unwrap();
    facts["date"] = RECALLED.into();
    InfoRecord {
        facts: facts.to_string(),
        ..record
    }
}

/// Is the record of an earlier run recalled after `change`?
#[track_caller]
fn check(wanted: bool, options: &ReadOptions, change: impl FnOnce(&Path, &mut InfoRecord)) {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), 40);
    let mut record = dated(&path);
    change(&path.join("Info.plist"), &mut record);
    let backup = read(&path, options, Some(record));
    assert_eq!(backup.info_date == Some(at(RECALLED)), wanted);
}

#[test]
fn the_same_file_is_recalled_and_any_other_is_read() {
    check(true, &options(NOW), |_, _| ());
    check(false, &options(NOW), |path, _| {
        let same_length = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        fs::write(path, same_length).unwrap();
    });
    check(false, &options(NOW), |path, _| {
        let mut longer = fs::read(path).unwrap();
        longer.push(b'\n');
        fs::write(path, longer).unwrap();
    });
    check(false, &options(NOW), |_, record| {
        record.stamp = "0".repeat(64);
    });
    check(false, &options(NOW), |_, record| {
        record.facts = "{}".to_owned();
    });
}

#[test]
fn it_is_read_again_when_asked_for_and_after_the_days_of_a_check() {
    let again = ReadOptions {
        verify_again: true,
        ..options(NOW)
    };
    check(false, &again, |_, _| ());
    check(true, &options("2100-01-30T23:59:59Z"), |_, _| ());
    check(false, &options("2100-01-31T00:00:00Z"), |_, _| ());
    check(false, &options("2099-12-31T23:59:59Z"), |_, _| ());
}

#[test]
fn what_is_short_or_may_still_be_written_is_not_kept() {
    let kept = |apps, now| {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), apps);
        read(&path, &options(now), None).info_record.is_some()
    };
    assert!(kept(40, NOW));
    assert!(!kept(1, NOW));
    // By this clock the file was written in the future.
    assert!(!kept(40, "2020-01-01T00:00:00Z"));
}
