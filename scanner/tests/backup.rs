//! One backup folder through the reader: each kind of damage on its own, told exactly and only where it was put.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::Path;

use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{HostTool, LocalBackup, Password, State, VerifyLevel};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::model::identity::FolderName;
use fleetback_scanner::model::problem::Level;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::backup::info;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::when::at;
use jiff::Timestamp;

/// Every file of a test is written years after this, so no mtime can mean a running backup.
const NOW: &str = "2024-05-01T06:00:00Z";
const COMPLETED: &str = "2024-04-30T21:00:00Z";
const BEGUN: &str = "2024-04-30T23:00:00Z";

/// As iOS leaves it: 256 folders, most of them empty here.
fn with_all_folders() -> BackupBuilder {
    BackupBuilder::new(7).completed(COMPLETED).files(40)
}

fn builder() -> BackupBuilder {
    with_all_folders().no_empty_folders()
}

fn old_builder() -> BackupBuilder {
    builder().product("iPhone5,2", "9.3.5", "13G36")
}

fn read_at(path: &Path, level: VerifyLevel, now: Timestamp) -> LocalBackup {
    let folder_name = path.file_name().unwrap().to_string_lossy().into_owned();
    let found = FoundBackup {
        path: path.to_owned(),
        host: "mac-01".to_owned(),
        name: FolderName::parse(&folder_name),
        folder_name,
    };
    read(&found, &ReadOptions::new(now, level), &|_| ())
}

fn built(builder: &BackupBuilder) -> (tempfile::TempDir, LocalBackup) {
    let folder = tempfile::tempdir().unwrap();
    let written = builder.write(folder.path()).unwrap();
    let backup = read_at(&written.path, VerifyLevel::Names, at(NOW));
    (folder, backup)
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// `state restorable`, then present/expected and what else differs from a whole backup.
fn summary(backup: &LocalBackup) -> String {
    let mut text = format!("{} {}", word(backup.state), word(backup.restorable));
    if let Some(files) = backup.file_check.files {
        text += &format!(" {}/{}", files.present, files.expected);
        if files.extra > 0 {
            text += &format!(" +{}", files.extra);
        }
        assert_eq!(files.present + files.missing, files.expected);
        assert_eq!(
            backup.file_check.missing_sample.len() as u64,
            files.missing.min(20)
        );
    }
    let incomplete = backup
        .problems
        .iter()
        .filter(|p| p.level == Level::Incomplete);
    match (incomplete.count(), backup.problems.len()) {
        (0, 0) => text,
        (0, notes) => format!("{text}, {notes} notes"),
        (denied, _) => format!("{text}, {denied} unread"),
    }
}

fn check(builder: &BackupBuilder, wanted: &str) -> LocalBackup {
    let (_folder, backup) = built(builder);
    assert_eq!(summary(&backup), wanted, "{:#?}", backup.problems);
    backup
}

fn check_damage(damage: Damage, wanted: &str) -> LocalBackup {
    check(&builder().damage(damage), wanted)
}

/// `cp -al` makes a folder of its own whose files are those of the other.
#[cfg(unix)]
#[test]
fn hard_links_share_the_number_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let written = BackupBuilder::new(1).write(folder.path()).unwrap();
    let beside = |how: fn(&Path, &Path), name: &str| {
        let to = folder.path().join(name);
        for file in fleetback_testdata::disk::files_below(&written.path).unwrap() {
            let target = to.join(file.strip_prefix(&written.path).unwrap());
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            how(&file, &target);
        }
        to
    };
    let linked = beside(|from, to| std::fs::hard_link(from, to).unwrap(), "linked");
    let copied = beside(|from, to| _ = std::fs::copy(from, to).unwrap(), "copied");
    let number = |path: &Path| {
        let backup = read_at(path, VerifyLevel::State, at(NOW));
        backup.list_number.unwrap()
    };
    assert_eq!(number(&written.path), number(&linked));
    assert_ne!(number(&written.path), number(&copied));
}

#[test]
fn whole_backups_of_every_age() {
    let backup = check(&builder(), "complete yes 40/40");
    assert_eq!(backup.completed_at, Some(at(COMPLETED)));
    assert_eq!(backup.encrypted, Some(false));
    assert_eq!(backup.password, Password::NotNeeded);
    assert_eq!(backup.host_tool, HostTool::Apple);
    assert_eq!(backup.os_version.as_deref(), Some("18.1"));
    assert!(backup.file_check.files.unwrap().bytes.unwrap() > 0);
    assert!(backup.identity.serial.is_some() && !backup.identity.imeis.is_empty());
    assert_eq!(backup.identity_disagrees, None);
    check(&old_builder(), "complete yes 40/40");
    check(&with_all_folders(), "complete yes 40/40");
}

#[test]
fn states_of_backups_that_did_not_end() {
    let begun = at(BEGUN);
    let backup = check_damage(Damage::AttemptFailed(begun), "attempt-failed yes 40/40");
    assert_eq!(backup.completed_at, backup.manifest_date);
    assert_eq!(backup.status_date, Some(begun));
    let backup = check_damage(
        Damage::CutShortRemoving(begun),
        "cleanup-unfinished yes 40/40",
    );
    assert_eq!(backup.completed_at, Some(begun));
    let backup = check_damage(Damage::CutShortMoving(begun), "unfinished no");
    assert_eq!(backup.completed_at, None);
    let backup = check_damage(Damage::FirstAttemptCutShort(begun), "unfinished no");
    assert_eq!(backup.completed_at, None);
    check_damage(Damage::OldLayout, "damaged no 40/40");
    let old_way = old_builder().damage(Damage::AttemptFailed(begun));
    check(&old_way, "attempt-failed yes 40/40");
}

#[test]
fn make_believe_backups_are_never_complete() {
    let backup = check_damage(Damage::Placeholder, "placeholder no, 1 notes");
    assert_eq!(backup.completed_at, None);
    let backup = check_damage(Damage::Fake, "fake no 40/40");
    assert_eq!(
        (backup.host_tool, backup.completed_at),
        (HostTool::Fake, None)
    );
    let backup = check_damage(Damage::DecryptedCopy, "complete unknown 40/40");
    assert_eq!(backup.host_tool, HostTool::Decryptor);
    assert_eq!(backup.encrypted, Some(false));
}

#[test]
fn missing_and_extra_files_are_counted_and_named() {
    let backup = check_damage(Damage::FilesMissing(3), "complete no 37/40");
    assert!(
        backup
            .file_check
            .missing_sample
            .iter()
            .all(|file| !file.domain.is_empty() && !file.path.is_empty())
    );
    assert_eq!(
        backup.restorable_reason,
        "3 of 40 files of the manifest are not on disk"
    );
    assert_eq!(backup.completed_at, Some(at(COMPLETED)));
    check_damage(Damage::FilesMissing(30), "complete no 10/40");
    check_damage(Damage::AllFilesMissing, "complete no 0/40");
    check_damage(Damage::FilesExtra(2), "complete yes 40/40 +2");
    check_damage(Damage::FilesTruncated(5), "complete yes 40/40");
    check(
        &old_builder().damage(Damage::FilesMissing(3)),
        "complete no 37/40",
    );
    check(
        &old_builder().damage(Damage::FilesExtra(2)),
        "complete yes 40/40 +2",
    );
    check_damage(Damage::StrayFiles, "complete yes 40/40");
    check_damage(Damage::WalBeside, "complete yes 40/40, 1 notes");
}

/// One row, and a state that says it.
#[test]
fn status_plists_that_give_nothing() {
    for (damage, wanted) in [
        (PlistDamage::Missing, "unknown no 40/40"),
        (PlistDamage::ZeroBytes, "damaged no 40/40, 1 notes"),
        (PlistDamage::Truncated, "damaged no 40/40, 1 notes"),
        (PlistDamage::WrongTypes, "damaged no 40/40, 1 notes"),
        (PlistDamage::Html, "damaged no 40/40, 1 notes"),
        (PlistDamage::RootArray, "damaged no 40/40, 1 notes"),
        (
            PlistDamage::NestedArrays(200_000),
            "damaged no 40/40, 1 notes",
        ),
        (PlistDamage::SelfReferring, "damaged no 40/40, 1 notes"),
        (PlistDamage::Random, "damaged no 40/40, 1 notes"),
        (PlistDamage::Folder, "damaged no 40/40, 1 notes"),
        (PlistDamage::Fifo, "damaged no 40/40, 1 notes"),
        (PlistDamage::Socket, "damaged no 40/40, 1 notes"),
    ] {
        let backup = check_damage(Damage::Plist(PlistFile::Status, damage), wanted);
        assert_eq!(backup.completed_at, None, "{damage:?}");
    }
}

#[test]
fn other_plists_that_give_nothing() {
    for damage in [
        PlistDamage::ZeroBytes,
        PlistDamage::Truncated,
        PlistDamage::Html,
        PlistDamage::NestedArrays(200_000),
        PlistDamage::SelfReferring,
        PlistDamage::Folder,
        PlistDamage::Fifo,
    ] {
        let manifest = Damage::Plist(PlistFile::Manifest, damage);
        check_damage(manifest, "damaged no 40/40, 1 notes");
        let backup = check_damage(
            Damage::Plist(PlistFile::Info, damage),
            "complete yes 40/40, 1 notes",
        );
        assert!(
            backup.identity.serial.is_some(),
            "Manifest.plist names it too"
        );
    }
    check_damage(
        Damage::Plist(PlistFile::Manifest, PlistDamage::Missing),
        "damaged no 40/40",
    );
    let backup = check_damage(
        Damage::Plist(PlistFile::Info, PlistDamage::Missing),
        "complete yes 40/40",
    );
    assert_eq!(backup.host_tool, HostTool::NoInfo);
    check_damage(
        Damage::Plist(PlistFile::Info, PlistDamage::WrongTypes),
        "complete yes 40/40, 1 notes",
    );
}

#[test]
fn file_lists_that_give_nothing() {
    for (damage, wanted) in [
        (DatabaseDamage::Missing, "damaged no"),
        (DatabaseDamage::ZeroBytes, "damaged no, 1 notes"),
        (DatabaseDamage::Truncated, "damaged no, 1 notes"),
        (DatabaseDamage::LooksEncrypted, "damaged no, 1 notes"),
        (DatabaseDamage::Random, "damaged no, 1 notes"),
        (DatabaseDamage::NoTable, "damaged no, 1 notes"),
        (DatabaseDamage::Folder, "damaged no, 1 notes"),
    ] {
        let backup = check_damage(Damage::Database(damage), wanted);
        assert_eq!(backup.file_check.files, None, "{damage:?}");
    }
    for damage in [
        DatabaseDamage::ZeroBytes,
        DatabaseDamage::Truncated,
        DatabaseDamage::Random,
    ] {
        check(
            &old_builder().files(400).damage(Damage::Database(damage)),
            "damaged no, 1 notes",
        );
    }
}

#[test]
fn encrypted_backups_are_sound_only_as_far_as_can_be_seen() {
    let encrypted = || builder().encrypted("correct horse", Kdf::fast());
    let backup = check(&encrypted(), "complete needs-password");
    assert_eq!(
        (backup.encrypted, backup.password),
        (Some(true), Password::Missing)
    );
    assert_eq!(backup.file_check.verified.level, VerifyLevel::State);
    assert_eq!(backup.completed_at, Some(at(COMPLETED)));
    check(&encrypted().damage(Damage::AllFilesMissing), "complete no");
    check(
        &encrypted().damage(Damage::Database(DatabaseDamage::Random)),
        "damaged no, 1 notes",
    );
    check(
        &encrypted().damage(Damage::Database(DatabaseDamage::LooksEncrypted)),
        "complete unknown",
    );
    check(
        &encrypted().damage(Damage::AttemptFailed(at(BEGUN))),
        "attempt-failed needs-password",
    );

    let ios_10_1 = || encrypted().product("iPhone8,1", "10.1.1", "14B100");
    let backup = check(&ios_10_1(), "complete needs-password 40/40");
    assert_eq!(
        (backup.encrypted, backup.password),
        (Some(true), Password::Missing)
    );
    check(
        &ios_10_1().damage(Damage::FilesMissing(1)),
        "complete no 39/40",
    );
    check(
        &ios_10_1().damage(Damage::Database(DatabaseDamage::Random)),
        "damaged no, 1 notes",
    );
    let ios_9 = encrypted().product("iPhone5,2", "9.3.5", "13G36");
    check(&ios_9, "complete needs-password 40/40");
}

#[test]
fn a_folder_being_written_is_in_progress_only_within_six_hours() {
    let check = |modified: &str, wanted: &str| {
        let builder = builder()
            .damage(Damage::AttemptFailed(at(BEGUN)))
            .damage(Damage::Modified(at(modified)));
        let (_folder, backup) = built(&builder);
        assert_eq!(summary(&backup), wanted, "{modified}");
    };
    check("2024-05-01T00:00:00Z", "in-progress yes 40/40");
    check("2024-04-30T23:59:59Z", "attempt-failed yes 40/40");
    check("2024-05-01T06:00:00Z", "in-progress yes 40/40");
    check("2024-05-01T06:00:01Z", "attempt-failed yes 40/40");
}

#[test]
fn what_changes_between_two_looks_is_being_written() {
    for name in ["Info.plist", "Status.plist", "Manifest.db"] {
        let folder = tempfile::tempdir().unwrap();
        let written = builder().write(folder.path()).unwrap();
        let found = FoundBackup {
            path: written.path.clone(),
            host: "mac-01".to_owned(),
            folder_name: "x".to_owned(),
            name: None,
        };
        let options = ReadOptions::new(at(NOW), VerifyLevel::Names);
        let backup = read(&found, &options, &|_| {
            std::fs::write(written.path.join(name), "").unwrap();
        });
        assert_eq!(summary(&backup), "in-progress unknown 40/40", "{name}");
        assert_eq!(backup.completed_at, None);
    }
}

/// Reads a backup that `meddle` changes while its files are checked; it hears how often it was called.
fn read_while(builder: &BackupBuilder, meddle: impl Fn(&Path, u64) + Sync) -> LocalBackup {
    use std::sync::atomic::{AtomicU64, Ordering};
    let folder = tempfile::tempdir().unwrap();
    let written = builder.write(folder.path()).unwrap();
    let found = FoundBackup {
        path: written.path.clone(),
        host: "mac-01".to_owned(),
        folder_name: "x".to_owned(),
        name: None,
    };
    let options = ReadOptions::new(at(NOW), VerifyLevel::Names);
    let calls = AtomicU64::new(0);
    read(&found, &options, &|_| {
        meddle(&written.path, calls.fetch_add(1, Ordering::Relaxed));
    })
}

#[test]
fn what_is_quiet_the_second_time_is_told_as_it_is() {
    let backup = read_while(&builder(), |path, call| {
        if call == 0 {
            let info = std::fs::read(path.join("Info.plist")).unwrap();
            std::fs::write(path.join("Info.plist"), [&info[..], b"\n"].concat()).unwrap();
        }
    });
    assert_eq!(summary(&backup), "complete yes 40/40");
    assert_eq!(backup.completed_at, Some(at(COMPLETED)));
}

#[test]
fn a_snapshot_that_grows_is_being_written() {
    let backup = read_while(
        &builder().damage(Damage::AttemptFailed(at(BEGUN))),
        |path, call| {
            let folder = path.join("Snapshot");
            let below = std::fs::read_dir(folder).unwrap().flatten();
            let bucket = below.map(|entry| entry.path()).find(|path| path.is_dir());
            std::fs::write(bucket.unwrap().join(call.to_string()), "x").unwrap();
        },
    );
    assert_eq!(summary(&backup), "in-progress unknown 40/40");
    assert_eq!(backup.check, None);
}

#[test]
fn an_info_plist_that_is_just_written_anew_is_in_progress_for_fifteen_minutes() {
    let check = |info: &str, wanted: &str| {
        let folder = tempfile::tempdir().unwrap();
        let builder = builder().damage(Damage::Plist(PlistFile::Info, PlistDamage::ZeroBytes));
        let path = builder.write(folder.path()).unwrap().path;
        let touch = |name: &str, instant: Timestamp| {
            let file = std::fs::File::options().append(true).open(path.join(name));
            file.unwrap().set_modified(instant.into()).unwrap();
        };
        touch("Status.plist", at("2024-05-01T05:40:00Z"));
        touch("Info.plist", at(info));
        let backup = read_at(&path, VerifyLevel::Names, at(NOW));
        assert_eq!(summary(&backup), wanted, "{info}");
    };
    check("2024-05-01T05:59:00Z", "in-progress yes 40/40, 1 notes");
    check("2024-05-01T05:45:00Z", "in-progress yes 40/40, 1 notes");
    check("2024-05-01T05:44:59Z", "complete yes 40/40, 1 notes");
    check("2024-05-01T05:39:59Z", "complete yes 40/40, 1 notes");
    check("2024-05-01T06:00:01Z", "complete yes 40/40, 1 notes");
}

#[cfg(unix)]
#[test]
fn links_inside_a_backup_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let written = builder().write(folder.path()).unwrap();
    let id = &written.file_ids[0];
    let (bucket, moved) = (written.path.join(&id[..2]), folder.path().join("moved"));
    std::fs::rename(&bucket, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &bucket).unwrap();
    let backup = read_at(&written.path, VerifyLevel::Names, at(NOW));
    assert_eq!(word(backup.restorable), "unknown");
    assert_eq!(
        backup.problems[0].found,
        "cannot be listed: 1 (a symbolic link)"
    );

    std::fs::remove_file(&bucket).unwrap();
    std::fs::create_dir(&bucket).unwrap();
    for entry in std::fs::read_dir(&moved).unwrap() {
        let name = entry.unwrap().file_name();
        std::os::unix::fs::symlink(moved.join(&name), bucket.join(&name)).unwrap();
    }
    let backup = read_at(&written.path, VerifyLevel::Names, at(NOW));
    assert_eq!(word(backup.restorable), "no");
    assert!(backup.problems[0].found.contains("links, folders"));

    let status = written.path.join("Status.plist");
    std::fs::rename(&status, folder.path().join("Status.plist")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("Status.plist"), &status).unwrap();
    let backup = read_at(&written.path, VerifyLevel::Names, at(NOW));
    assert_eq!(word(backup.state), "damaged");
    assert!(backup.state_reason.contains("a symbolic link"));
}

#[test]
fn a_finished_backup_that_was_just_written_is_complete() {
    check_damage(
        Damage::Modified(at("2024-05-01T05:59:00Z")),
        "complete yes 40/40",
    );
}

#[test]
fn clocks_are_told_as_found() {
    let backup = check_damage(Damage::ClockAtEpoch, "complete yes 40/40");
    assert_eq!(backup.completed_at, Some(at("1970-01-01T00:02:11Z")));
    let ahead = at("2031-01-01T00:00:00Z");
    let backup = check_damage(Damage::ClockAhead(ahead), "complete yes 40/40");
    assert_eq!(backup.completed_at, Some(ahead));
}

#[test]
fn host_tools_are_told_by_their_habits() {
    for (tool, wanted) in [
        (info::HostTool::Finder, HostTool::Apple),
        (info::HostTool::ITunes, HostTool::Apple),
        (info::HostTool::Idevicebackup2, HostTool::Libimobiledevice),
        (info::HostTool::Pymobiledevice3, HostTool::Pymobiledevice3),
        (info::HostTool::NoInfo, HostTool::NoInfo),
    ] {
        let backup = check(&builder().tool(tool), "complete yes 40/40");
        assert_eq!(backup.host_tool, wanted);
    }
}

#[test]
fn a_renamed_folder_keeps_its_device_and_says_so() {
    let other = "00008030-0011223344556677";
    let backup = check(&builder().folder_name(other), "complete yes 40/40");
    let device = backup.identity.udid.unwrap().to_string();
    assert_ne!(device, other);
    let told = backup.identity_disagrees.unwrap();
    assert!(told.contains(other) && told.contains(&device), "{told}");
    let backup = check(&builder().archived("20240430-230000"), "complete yes 40/40");
    assert!(backup.archived);
    let backup = check(
        &builder().folder_name("Kopie von Annas iPhone"),
        "complete yes 40/40",
    );
    assert_eq!(backup.identity_disagrees, None);
    assert!(backup.identity.udid.is_some());
}

#[test]
fn state_level_looks_at_no_payload() {
    let folder = tempfile::tempdir().unwrap();
    let written = builder()
        .damage(Damage::AllFilesMissing)
        .write(folder.path())
        .unwrap();
    let backup = read_at(&written.path, VerifyLevel::State, at(NOW));
    assert_eq!(summary(&backup), "complete unknown");
    assert_eq!(backup.file_check.verified.level, VerifyLevel::State);
}

#[test]
fn the_icloud_log_is_read_from_either_domain() {
    let nights = || CloudLog::new().daily_attempts(at("2024-04-30T02:00:00Z"), 10, 303);
    for log in [nights(), nights().newer_system()] {
        let backup = check(&builder().files(4).cloud_log(log), "complete yes 6/6");
        let log = backup.cloud_log.unwrap();
        assert_eq!(log.enabled, Some(true));
        assert_eq!(log.attempts.len(), 10);
        assert_eq!(log.attempts[0].at, at("2024-04-30T02:00:00Z"));
        assert_eq!(
            (log.attempts[0].code, log.attempts[0].domain.as_str()),
            (303, "MBErrorDomain")
        );
    }
    let inner =
        CloudLog::new().attempt_in(at("2024-04-30T02:00:00Z"), "MBErrorDomain", 2, &[303, 300]);
    let backup = check(&builder().files(4).cloud_log(inner), "complete yes 6/6");
    assert_eq!(
        backup.cloud_log.unwrap().attempts[0].inner_codes,
        [303, 300]
    );
    let windows = CloudLog::new()
        .off()
        .windows_ended_by_wifi(at("2024-04-30T02:00:00Z"), 3);
    let log = check(&builder().files(4).cloud_log(windows), "complete yes 6/6")
        .cloud_log
        .unwrap();
    assert_eq!((log.enabled, log.windows.len()), (Some(false), 3));
    let newest = &log.windows[0];
    assert_eq!(
        (
            newest.seconds,
            newest.on_power,
            newest.locked,
            newest.on_wifi
        ),
        (1_200, true, true, false)
    );
    assert_eq!(check(&builder(), "complete yes 40/40").cloud_log, None);
}

#[test]
fn log_entries_later_than_the_backup_are_dropped_with_a_note() {
    let log = CloudLog::new()
        .attempt(at("2024-04-30T20:59:59Z"), 0)
        .attempt(at("2024-04-30T21:00:01Z"), 300);
    let backup = check(
        &builder().files(4).cloud_log(log),
        "complete yes 6/6, 1 notes",
    );
    let log = backup.cloud_log.unwrap();
    assert_eq!(log.attempts.len(), 1);
    assert_eq!(log.last_date, Some(at("2024-04-30T20:59:59Z")));
    let encrypted = CloudLog::new().attempt(at("2024-04-30T02:00:00Z"), 0);
    let encrypted = builder().encrypted("x", Kdf::fast()).cloud_log(encrypted);
    assert_eq!(check(&encrypted, "complete needs-password").cloud_log, None);
}

/// Names, lengths, contents and times of everything below a folder.
fn inventory(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut all: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .map(|entry| {
            let meta = entry.metadata().unwrap();
            let bytes = meta.is_file().then(|| std::fs::read(entry.path()).unwrap());
            (
                entry.into_path(),
                bytes.unwrap_or_default(),
                meta.modified().unwrap(),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn nothing_below_the_folder_changes() {
    for builder in [
        builder().damage(Damage::WalBeside),
        builder().damage(Damage::Database(DatabaseDamage::Truncated)),
        builder().encrypted("x", Kdf::fast()),
        old_builder(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let written = builder.write(folder.path()).unwrap();
        let before = inventory(folder.path());
        read_at(&written.path, VerifyLevel::Names, at(NOW));
        assert_eq!(inventory(folder.path()), before);
    }
}

#[test]
fn an_empty_folder_and_none_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let backup = read_at(folder.path(), VerifyLevel::Names, at(NOW));
    assert_eq!(summary(&backup), "unknown no");
    let backup = read_at(&folder.path().join("gone"), VerifyLevel::Names, at(NOW));
    assert_eq!((backup.state, backup.problems.len()), (State::Unknown, 1));
}

/// Needs an account that permissions hold for; root reads everything all the same.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_unreadable_and_not_absent() {
    let (folder, _) = built(&builder().damage(Damage::FolderForbidden));
    let written = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
    if std::fs::read_dir(written.unwrap().path()).is_ok() {
        return;
    }
    check_damage(Damage::FolderForbidden, "unreadable unknown, 1 unread");
    for (file, wanted) in [
        (PlistFile::Status, "unreadable unknown 40/40, 1 unread"),
        (PlistFile::Manifest, "unreadable unknown 40/40, 1 unread"),
        (PlistFile::Info, "complete yes 40/40, 1 unread"),
    ] {
        check_damage(Damage::Plist(file, PlistDamage::Forbidden), wanted);
    }
    let forbidden = |file| Damage::Plist(file, PlistDamage::Forbidden);
    let two = builder()
        .damage(forbidden(PlistFile::Status))
        .damage(forbidden(PlistFile::Info));
    let backup = check(&two, "unreadable unknown 40/40, 1 unread");
    assert_eq!(
        backup.problems[0].found,
        "permission denied: Status.plist, Info.plist"
    );
}
