//! A list of files that was damaged, edited or left in the middle of a writing: it never promises less
//! than it did, and what cannot be told makes the answer unknown.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::Path;

use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{LocalBackup, Restorable, State, VerifyLevel};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::model::problem::Level;
use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::catalog::Records;
use fleetback_testdata::backup::payload::Entry;
use fleetback_testdata::plists::Format;
use fleetback_testdata::rng::Rng;
use fleetback_testdata::when::at;

const LEVELS: [VerifyLevel; 3] = [
    VerifyLevel::Names,
    VerifyLevel::Sizes,
    VerifyLevel::Contents,
];

fn builder() -> BackupBuilder {
    BackupBuilder::new(31)
        .completed("2024-04-30T21:00:00Z")
        .files(24)
        .no_empty_folders()
}

fn read_at(path: &Path, verify: VerifyLevel) -> LocalBackup {
    let found = FoundBackup {
        path: path.to_owned(),
        host: "mac-01".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    };
    let now = at("2024-05-01T06:00:00Z");
    read(&found, &ReadOptions::new(now, verify), &|_| ())
}

/// What each level says of a backup that went through `change`.
fn after(builder: &BackupBuilder, change: impl FnOnce(&Path)) -> [LocalBackup; 3] {
    let folder = tempfile::tempdir().unwrap();
    let path = builder.write(folder.path()).unwrap().path;
    change(&path);
    LEVELS.map(|level| read_at(&path, level))
}

fn is_incomplete(backup: &LocalBackup) -> bool {
    backup
        .problems
        .iter()
        .any(|problem| problem.level == Level::Incomplete)
}

#[track_caller]
fn check_sql(sql: &str, wanted: Restorable, reason: &str) {
    for backup in after(&builder(), |path| alter::sql(path, sql).unwrap()) {
        assert_eq!(backup.restorable, wanted, "{sql}: {backup:#?}");
        assert!(
            backup.restorable_reason.contains(reason),
            "{sql}: {}",
            backup.restorable_reason
        );
        assert_eq!(
            is_incomplete(&backup),
            wanted == Restorable::Unknown,
            "{sql}"
        );
        let unused = !backup.restorable_reason.contains("every byte") || wanted == Restorable::Yes;
        assert!(unused, "{}", backup.restorable_reason);
    }
}

#[track_caller]
fn check_unknown(sql: &str, reason: &str) {
    check_sql(sql, Restorable::Unknown, reason);
}

const ALL_BUT_ONE: &str = "flags = 1 AND rowid <> (SELECT max(rowid) FROM Files WHERE flags = 1)";

#[test]
fn rows_that_cannot_be_used_are_never_left_out() {
    for flags in [
        "0", "4", "8", "-1", "NULL", "1.5", "'one'", "3", "256", "257",
    ] {
        let one = format!(
            "UPDATE Files SET flags = {flags} WHERE rowid = (SELECT max(rowid) FROM Files WHERE flags = 1)"
        );
        let most = format!("UPDATE Files SET flags = {flags} WHERE {ALL_BUT_ONE}");
        check_unknown(&one, "1 of ");
        check_unknown(&most, "23 of ");
    }
    // Folders that once were files.
    check_unknown(
        &format!("UPDATE Files SET flags = 2 WHERE {ALL_BUT_ONE}"),
        "23 of ",
    );
    for record in [
        "NULL",
        "x''",
        "x'00'",
        "x'62706c6973743030'",
        "'text'",
        "7",
        "randomblob(400)",
    ] {
        check_unknown(
            &format!("UPDATE Files SET file = {record} WHERE {ALL_BUT_ONE}"),
            "23 of ",
        );
        let one = format!("UPDATE Files SET file = {record} WHERE rowid = 1");
        check_unknown(&one, "1 of ");
    }
    check_unknown(
        "UPDATE Files SET domain = NULL WHERE flags = 1 AND rowid % 2",
        "cannot be used",
    );
    check_unknown(
        "UPDATE Files SET relativePath = x'00' WHERE flags = 1 AND rowid % 2",
        "cannot be used",
    );
}

#[test]
fn the_rows_that_cannot_be_used_are_counted_among_the_expected() {
    let sql = format!("UPDATE Files SET flags = 8 WHERE {ALL_BUT_ONE}");
    let [_, sizes, _] = after(&builder(), |path| alter::sql(path, &sql).unwrap());
    let files = sizes.file_check.files.unwrap();
    assert_eq!(
        (
            files.expected,
            files.present,
            files.missing,
            files.unchecked
        ),
        (24, 1, 0, 23)
    );
}

#[test]
fn a_few_files_that_changed_while_uploading_are_excused_and_many_are_not() {
    let excuse = |count: u32| {
        format!(
            "UPDATE Files SET flags = 17 WHERE rowid IN (SELECT rowid FROM Files WHERE flags = 1 LIMIT {count})"
        )
    };
    check_sql(&excuse(1), Restorable::Yes, "all 23 files");
    check_sql(&excuse(2), Restorable::Yes, "all 22 files");
    check_unknown(&excuse(3), "marked as changed");
    check_unknown(&excuse(23), "marked as changed");
    let nulls = "INSERT INTO Files VALUES ('00000000000000000000000000000000000000ff', NULL, NULL, 16, NULL), \
                 ('00000000000000000000000000000000000000fe', NULL, NULL, 17, NULL);";
    check_sql(nulls, Restorable::Yes, "all 24 files");
}

#[test]
fn names_that_no_device_gave_and_names_given_twice_are_unknown() {
    let doubled = "CREATE TABLE Copy AS SELECT * FROM Files; DROP TABLE Files; \
        CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB); \
        INSERT INTO Files SELECT * FROM Copy; INSERT INTO Files SELECT * FROM Copy WHERE flags = 1 LIMIT 1; \
        DROP TABLE Copy;";
    check_unknown(doubled, "1 files are listed more than once");
    check_unknown(
        "UPDATE Files SET relativePath = relativePath || '.x' WHERE flags = 1",
        "24 of 24 names",
    );
    check_unknown(
        "UPDATE Files SET domain = 'HomeDomain2' WHERE rowid % 2 AND flags = 1",
        "names of the list",
    );
    // One other name among many proves nothing.
    check_sql(
        "UPDATE Files SET relativePath = 'x' WHERE rowid = (SELECT max(rowid) FROM Files)",
        Restorable::Yes,
        "all 24 files",
    );
}

#[test]
fn rows_in_a_log_or_half_a_transaction_are_never_calm() {
    let id = "00000000000000000000000000000000000000ff";
    let lost = format!(
        "INSERT INTO Files SELECT '{id}', domain, 'x', flags, file FROM Files WHERE flags = 1 LIMIT 1"
    );
    for backup in after(&builder(), |path| alter::sql_in_wal(path, &lost).unwrap()) {
        assert_eq!(backup.restorable, Restorable::No, "{backup:#?}");
        assert_eq!(backup.file_check.files.unwrap().expected, 25);
    }
    let folder = "INSERT INTO Files SELECT '00000000000000000000000000000000000000fe', domain, 'y', flags, file \
                  FROM Files WHERE flags = 2 LIMIT 1";
    for backup in after(&builder(), |path| alter::sql_in_wal(path, folder).unwrap()) {
        assert_eq!(backup.restorable, Restorable::Unknown, "{backup:#?}");
        assert!(backup.restorable_reason.contains("write-ahead log"));
        assert!(is_incomplete(&backup));
    }
    // The list on the disk names three files, and that of before the transaction names all.
    for (payloads_gone, restorable) in [(0, Restorable::Unknown), (1, Restorable::No)] {
        let change = |path: &Path| {
            let most = "DELETE FROM Files WHERE rowid > 3";
            alter::sql_cut_short(path, most).unwrap();
            let payloads = alter::payloads(path).unwrap();
            for payload in &payloads[..payloads_gone] {
                std::fs::remove_file(payload).unwrap();
            }
        };
        for backup in after(&builder(), change) {
            assert_eq!(backup.restorable, restorable, "{backup:#?}");
            assert_eq!(backup.file_check.files.unwrap().expected, 24);
        }
    }
    for backup in after(&builder(), |path| {
        alter::sql_cut_short(path, "DELETE FROM Files WHERE rowid > 3").unwrap();
        let journal = path.join("Manifest.db-journal");
        let bytes = std::fs::read(&journal).unwrap();
        std::fs::write(&journal, &bytes[..20]).unwrap();
    }) {
        assert_ne!(backup.restorable, Restorable::Yes, "{backup:#?}");
    }
}

#[test]
fn a_log_that_was_written_back_changes_nothing() {
    let [backup, ..] = after(&builder(), |path| {
        let before = std::fs::read(alter::list(path)).unwrap();
        alter::sql_in_wal(path, "UPDATE Files SET flags = flags").unwrap();
        std::fs::write(alter::list(path), before).unwrap();
        // Written back and not emptied: the list holds what the log does.
        let merged = tempfile::tempdir().unwrap();
        for name in ["Manifest.db", "Manifest.db-wal"] {
            std::fs::copy(path.join(name), merged.path().join(name)).unwrap();
        }
        let db = rusqlite::Connection::open(merged.path().join("Manifest.db")).unwrap();
        db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .unwrap();
        std::fs::copy(merged.path().join("Manifest.db"), alter::list(path)).unwrap();
    });
    assert_eq!(backup.restorable, Restorable::Yes, "{backup:#?}");
}

/// A sector of a disk that went bad, in lists of several shapes; those that SQLite itself calls damaged.
#[test]
fn a_list_with_one_bad_sector_is_never_calm() {
    let mut rng = Rng::new(5);
    let (mut tried, mut damaged) = (0, 0);
    for files in [40_u32, 400] {
        let long = "Documents/a folder with a long name/".repeat(4);
        let entries = (0..files).map(|n| {
            Entry::file(
                "AppDomain-com.example.timetable",
                &format!("{long}{n:05}.pdf"),
                3,
                vec![7; 20],
            )
        });
        let builder = entries.fold(builder(), BackupBuilder::entry);
        let folder = tempfile::tempdir().unwrap();
        let path = builder.write(folder.path()).unwrap().path;
        let list = alter::list(&path);
        let sound = std::fs::read(&list).unwrap();
        assert_eq!(
            read_at(&path, VerifyLevel::Sizes).restorable,
            Restorable::Yes
        );
        while damaged < if files == 40 { 60 } else { 200 } {
            tried += 1;
            let sector = rng.below((sound.len() / alter::SECTOR) as u64) as usize;
            let mut bytes = [0; alter::SECTOR];
            match tried % 3 {
                0 => {}
                1 => bytes.fill(0xff),
                _ => bytes.copy_from_slice(&rng.bytes(alter::SECTOR)),
            }
            alter::overwrite_sector(&list, sector, &bytes).unwrap();
            if let Some(fault) = alter::integrity_fault(&list) {
                damaged += 1;
                let backup = read_at(&path, VerifyLevel::Sizes);
                assert_ne!(
                    backup.restorable,
                    Restorable::Yes,
                    "sector {sector}, {fault}: {backup:#?}"
                );
                assert_ne!(backup.restorable, Restorable::NeedsPassword);
            }
            std::fs::write(&list, &sound).unwrap();
        }
    }
    assert_eq!(damaged, 200, "of {tried}");
}

#[test]
fn an_index_that_says_something_else_than_its_table_is_damage() {
    for column in ["fileID", "domain", "relativePath", "flags"] {
        let [_, backup, _] = after(&builder(), |path| {
            // A schema that was changed by hand: the index is one over the other column.
            let db = rusqlite::Connection::open(alter::list(path)).unwrap();
            db.pragma_update(None, "writable_schema", true).unwrap();
            let (index, other) = match column {
                "fileID" => ("sqlite_autoindex_Files_1", "FilesDomainIdx"),
                "domain" => ("FilesDomainIdx", "FilesRelativePathIdx"),
                "relativePath" => ("FilesRelativePathIdx", "FilesFlagsIdx"),
                _ => ("FilesFlagsIdx", "FilesDomainIdx"),
            };
            db.execute(
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = ?2) WHERE name = ?1",
                [index, other],
            )
            .unwrap();
            db.close().unwrap();
        });
        assert_eq!(
            (backup.state, backup.restorable),
            (State::Damaged, Restorable::No),
            "{column}"
        );
    }
}

#[test]
fn a_layout_that_the_system_does_not_write_is_unknown() {
    for (os, build, wanted) in [
        ("9.3.5", "13G36", Restorable::Yes),
        ("10.3.3", "14G60", Restorable::Yes),
    ] {
        let builder = builder().product("iPhone5,2", os, build);
        let [_, backup, _] = after(&builder, |_| ());
        assert_eq!(backup.restorable, wanted, "{os}");
        let other = if os == "9.3.5" { "18.1" } else { "9.3.5" };
        let [_, backup, _] = after(&builder, |path| {
            use fleetback_testdata::backup::damage::PlistFile;
            alter::plist(path, PlistFile::Manifest, |root| {
                let lockdown = root
                    .get_mut("Lockdown")
                    .unwrap()
                    .as_dictionary_mut()
                    .unwrap();
                lockdown.insert("ProductVersion".to_owned(), other.into());
            })
            .unwrap();
        });
        assert_eq!(backup.restorable, Restorable::Unknown, "{other}");
        assert!(
            backup.restorable_reason.contains("does not write"),
            "{}",
            backup.restorable_reason
        );
    }
}

#[test]
fn records_without_a_size_lower_the_level_and_are_counted() {
    let without_size = Records {
        without: &["Size"],
        ..Records::default()
    };
    let [names, sizes, contents] = after(&builder().records(without_size), |_| ());
    assert_eq!(names.restorable, Restorable::Yes);
    for backup in [&sizes, &contents] {
        assert_eq!(backup.restorable, Restorable::Yes, "{backup:#?}");
        assert_eq!(backup.file_check.verified.level, VerifyLevel::Names);
        let files = backup.file_check.files.unwrap();
        assert!(files.incomparable > 0);
        let counted = format!("nothing to compare with: {} of 24", files.incomparable);
        assert!(
            backup.restorable_reason.contains(&counted),
            "{}",
            backup.restorable_reason
        );
        assert!(!backup.restorable_reason.contains("as long as"));
    }
    let emptied = |path: &Path| alter::empty_payloads(path).unwrap();
    let [_, sizes, contents] = after(&builder().records(without_size), emptied);
    for backup in [sizes, contents] {
        assert_eq!(backup.restorable, Restorable::No, "{backup:#?}");
    }
    let nothing = Records {
        without: &["Size", "Digest"],
        ..Records::default()
    };
    let [_, sizes, _] = after(&builder().records(nothing), |path| {
        let payloads = alter::payloads(path).unwrap();
        payloads[..12]
            .iter()
            .for_each(|path| alter::cut(path, 0).unwrap());
    });
    assert_eq!(sizes.restorable, Restorable::Unknown, "{sizes:#?}");
}

#[test]
fn records_as_xml_say_the_same() {
    let xml = Records {
        format: Some(Format::Xml),
        ..Records::default()
    };
    for backup in after(&builder().records(xml), |_| ()) {
        assert_eq!(backup.restorable, Restorable::Yes, "{backup:#?}");
        assert_eq!(backup.file_check.files.unwrap().incomparable, 0);
    }
    let [_, sizes, _] = after(&builder().records(xml), |path| {
        alter::empty_payloads(path).unwrap();
    });
    assert_eq!(sizes.restorable, Restorable::No);
}
