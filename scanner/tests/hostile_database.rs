//! A Manifest.db that somebody made to hurt: told in words, never followed, never waited for.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::Path;

use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{LocalBackup, Restorable, State, VerifyLevel};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::when::at;
use proptest::prelude::*;
use rusqlite::Connection;

const DDL: &str = "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, \
                   flags INTEGER, file BLOB);";

/// Writes a whole backup whose Manifest.db then goes through `change`.
fn with_database(change: impl FnOnce(&Path)) -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    let builder = BackupBuilder::new(3)
        .completed("2024-04-30T21:00:00Z")
        .files(12)
        .no_empty_folders();
    let written = builder.write(folder.path()).unwrap();
    change(&written.path.join("Manifest.db"));
    let found = FoundBackup {
        path: written.path.clone(),
        host: "mac-01".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    };
    let options = ReadOptions::new(at("2024-05-01T06:00:00Z"), VerifyLevel::Names);
    let backup = read(&found, &options, &|_| ());
    assert!(!written.path.join("Manifest.db-wal").exists());
    assert!(!written.path.join("Manifest.db-shm").exists());
    backup
}

fn with_sql(sql: &str) -> LocalBackup {
    with_database(|path| {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.close().unwrap();
    })
}

fn check_refused(sql: &str, wanted: &str) {
    let backup = with_sql(sql);
    assert_eq!(backup.state, State::Damaged, "{sql}");
    assert_eq!(backup.restorable, Restorable::No, "{sql}");
    let told: Vec<_> = backup.problems.iter().map(|p| p.found.as_str()).collect();
    assert_eq!(told, [wanted], "{sql}");
}

#[test]
fn other_schemas_are_refused() {
    check_refused(
        "ALTER TABLE Files RENAME TO Hidden; CREATE VIEW Files AS SELECT * FROM Hidden;",
        "a database in which Files is not a plain table",
    );
    check_refused(
        "DROP TABLE Files; CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER);",
        "a database whose table Files has no column file",
    );
    check_refused(
        "DROP TABLE Files; CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain, relativePath, flags, file) WITHOUT ROWID;",
        "a database of an unusual schema",
    );
    check_refused(
        "DROP TABLE Files; CREATE TABLE Files (fileID TEXT, domain, relativePath, flags, file, _rowid_ INTEGER);",
        "a database of an unusual schema",
    );
    check_refused(
        "UPDATE Files SET file = zeroblob(9000000) WHERE rowid = 3;",
        "a database with an oversized value",
    );
}

#[test]
fn triggers_and_strange_rowids_change_nothing() {
    for sql in [
        "CREATE TRIGGER t INSTEAD OF UPDATE ON v BEGIN DELETE FROM Files; END;",
        "UPDATE Files SET rowid = rowid - 9000000000000000000;",
        "UPDATE Files SET rowid = CASE rowid % 2 WHEN 0 THEN -9223372036854775808 + rowid ELSE 9223372036854775807 - rowid END;",
    ] {
        let backup = with_sql(&format!("CREATE VIEW v AS SELECT 1 AS x; {sql}"));
        let files = backup.file_check.files.unwrap();
        assert_eq!((files.present, files.expected), (12, 12), "{sql}");
        assert_eq!(backup.restorable, Restorable::Yes, "{sql}");
    }
}

#[test]
fn a_list_that_promises_nothing_proves_nothing() {
    let backup = with_sql("DELETE FROM Files;");
    assert_eq!(
        (backup.state, backup.restorable),
        (State::Complete, Restorable::No)
    );
    assert_eq!(
        backup.restorable_reason,
        "the manifest names no file at all"
    );
}

fn check_odd(sql: &str, missing: u64, wanted: &str) {
    let backup = with_sql(sql);
    assert_eq!(backup.file_check.files.unwrap().missing, missing, "{sql}");
    let told: Vec<_> = backup.problems.iter().map(|p| p.found.as_str()).collect();
    assert!(
        told.iter().any(|found| found.contains(wanted)),
        "{sql}: {told:?}"
    );
    let usable = wanted.contains("climbs");
    assert_eq!(told.len(), if usable { 1 } else { 2 }, "{sql}: {told:?}");
    assert_eq!(
        backup.restorable == Restorable::Yes,
        usable,
        "{sql}: {told:?}"
    );
}

#[test]
fn odd_rows_are_told_and_never_followed() {
    let insert = |id: &str, path: &str| {
        format!("INSERT INTO Files VALUES ({id}, 'HomeDomain', {path}, 1, x'00');")
    };
    check_odd(&insert("'../../etc/passwd'", "'x'"), 1, "1 of");
    check_odd(
        &insert("'../../etc/passwd'", "'x'"),
        1,
        "with a file id that is not 40 hex digits",
    );
    check_odd(
        &insert("NULL", "'x'"),
        1,
        "with a file id that is not 40 hex digits",
    );
    let first = "UPDATE Files SET relativePath = '../../../etc/passwd' WHERE rowid = 1;";
    check_odd(first, 0, "climbs out of the backup; never followed");
    check_odd(
        "UPDATE Files SET domain = NULL WHERE rowid = 2;",
        0,
        "missing or of another type",
    );
    check_odd(
        "UPDATE Files SET file = 'text' WHERE rowid = 2;",
        0,
        "missing or of another type",
    );
    check_odd(
        "UPDATE Files SET flags = 'one' WHERE rowid = 1;",
        0,
        "missing or of another type",
    );
}

#[test]
fn files_that_changed_while_uploading_may_be_missing() {
    let absent = "'00000000000000000000000000000000000000ff'";
    let row = |flags: u8| {
        format!("INSERT INTO Files VALUES ({absent}, 'HomeDomain', 'x', {flags}, x'00');")
    };
    let backup = with_sql(&row(17));
    assert_eq!(
        (backup.restorable, backup.file_check.files.unwrap().missing),
        (Restorable::Yes, 0)
    );
    let backup = with_sql(&row(1));
    assert_eq!(
        (backup.restorable, backup.file_check.files.unwrap().missing),
        (Restorable::No, 1)
    );
    // A row without a record may be anything.
    let backup = with_sql(&row(2));
    assert_eq!(
        (backup.restorable, backup.file_check.files.unwrap().missing),
        (Restorable::Unknown, 0)
    );
}

#[test]
fn bytes_are_unknown_where_one_row_does_not_tell() {
    assert!(
        with_sql("SELECT 1;")
            .file_check
            .files
            .unwrap()
            .bytes
            .is_some()
    );
    let backup = with_sql("UPDATE Files SET file = x'00' WHERE flags = 1;");
    assert_eq!(
        (backup.restorable, backup.file_check.files.unwrap().bytes),
        (Restorable::Unknown, None)
    );
}

#[test]
fn a_database_of_random_rows_is_only_a_finding() {
    let rows = format!(
        "DROP TABLE Files; {DDL} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) \
         INSERT INTO Files SELECT hex(randomblob(20)), hex(randomblob(3)), hex(randomblob(9)), 1, randomblob(90) FROM n;"
    );
    let backup = with_sql(&rows);
    let files = backup.file_check.files.unwrap();
    assert_eq!((files.expected, files.missing), (5_000, 5_000));
    assert_eq!(backup.file_check.missing_sample.len(), 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever a flipped byte or a cut makes of the file: an answer, and nothing beside it.
    #[test]
    fn damaged_databases_never_panic_or_hang(
        at in any::<prop::sample::Index>(), byte: u8, cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let backup = with_database(|path| {
            let mut bytes = std::fs::read(path).unwrap();
            let position = at.index(bytes.len());
            bytes[position] = byte;
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            std::fs::write(path, bytes).unwrap();
        });
        prop_assert!(matches!(backup.state, State::Complete | State::Partial | State::Damaged | State::Placeholder), "{:?}", backup.state);
    }
}
