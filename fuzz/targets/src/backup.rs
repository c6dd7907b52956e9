//! Readers of what lies in a backup folder.

use std::path::Path;

use fleetback_scanner::backup::crypto::keybag::{DPIC_MAX, ITER_MAX, Keybag};
use fleetback_scanner::backup::file_list::catalog::{self, Catalog};
use fleetback_scanner::backup::file_list::{file_record, mbdb};
use fleetback_scanner::backup::read::{self, ReadOptions};
use fleetback_scanner::model::backup::{FileName, LocalBackup, VerifyLevel};
use fleetback_scanner::model::cloud::CloudLog;
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::source::file::Fault;
use fleetback_scanner::source::sqlite::Database;
use fleetback_testdata::when::at;

use crate::invariant::{are_readable, is_readable};
use crate::sandbox::{NOW, with_backup};

/// A keybag that asks for more rounds than this is read, but not tried.
const ROUNDS_TRIED_MAX: u64 = 2_000;
/// The password of the seeds.
pub const PASSWORD: &str = "password";
/// No row of a Manifest.mbdb is shorter: five lengths, a mode, and 38 bytes of numbers.
const MBDB_ROW_BYTES_MIN: usize = 50;
/// Letters of a name in a report.
const NAME_MAX: usize = 512;

/// The archive of one row: the fast path and the full parser agree.
pub fn archive(bytes: &[u8]) {
    if let (Some(read), Some(plain)) = (file_record::read(bytes), file_record::read_plainly(bytes))
    {
        assert_eq!(read, plain);
    }
}

/// A keybag: bounded work, and a password that opens it or does not.
pub fn keybag(bytes: &[u8]) {
    match Keybag::parse(bytes) {
        Ok(keybag) => {
            assert!((1..=u64::from(DPIC_MAX) + u64::from(ITER_MAX)).contains(&keybag.rounds()));
            if keybag.rounds() <= ROUNDS_TRIED_MAX {
                try_password(&keybag, bytes);
            }
        }
        Err(fault) => is_readable(&fault.to_string()),
    }
}

fn try_password(keybag: &Keybag, bytes: &[u8]) {
    if let Some(keys) = keybag.unlock(PASSWORD.as_bytes()) {
        for wrapped in bytes.windows(44).step_by(4) {
            let _ = keys.unwrap_with_class(wrapped);
        }
        assert!(!format!("{keys:?}").contains(PASSWORD));
    }
}

/// Manifest.mbdb: no more rows than bytes allow, and nothing after a damaged one.
pub fn mbdb(bytes: &[u8]) {
    let records = match mbdb::Records::open(bytes) {
        Ok(records) => records,
        Err(fault) => return is_readable(&fault.to_string()),
    };
    let mut damaged = false;
    for (count, record) in records.enumerate() {
        assert!(!damaged, "a row after the damaged one");
        assert!(count <= bytes.len() / MBDB_ROW_BYTES_MIN, "too many rows");
        match record {
            Ok(record) => drop(record.file_id()),
            Err(words) => {
                damaged = true;
                is_readable(&words);
            }
        }
    }
}

/// Manifest.db as the only manifest of a backup: every row, then the names of some, then the whole
/// backup. Its rows once more out of memory, where a decrypted one lies.
pub fn manifest_db(bytes: &[u8]) {
    with_backup(&["Manifest.db"], bytes, |folder| {
        every_row(Catalog::open(folder, &catalog::probe(folder)), bytes.len());
        read_backup(folder, VerifyLevel::Contents);
    });
    let memory = Database::of_memory(bytes.len() as u64, |memory| {
        memory.copy_from_slice(bytes);
        Ok(())
    });
    every_row(memory.and_then(Catalog::of_memory), bytes.len());
}

/// A journal of a transaction that did not end, beside the list of a whole backup: it is played back into
/// a copy in memory, and decides what the list says.
pub fn manifest_journal(bytes: &[u8]) {
    with_backup(&["Manifest.db-journal"], bytes, |folder| {
        let list = std::fs::metadata(folder.join("Manifest.db"));
        let bytes = list.map_or(0, |list| list.len() as usize) + bytes.len();
        every_row(Catalog::open(folder, &catalog::probe(folder)), bytes);
        read_backup(folder, VerifyLevel::Contents);
    });
}

fn every_row(catalog: Result<Catalog, Fault>, bytes: usize) {
    let rows = catalog.and_then(|catalog| {
        let parts = catalog.collect(|| 0, |files: &mut u64, _| *files += 1)?;
        catalog.names(&[0, 1, 7])?.iter().for_each(is_short);
        Ok(parts)
    });
    match rows {
        Ok(parts) => {
            let rows: u64 = parts.iter().map(|part| part.facts.odd.rows).sum();
            let files: u64 = parts.iter().map(|part| part.collected).sum();
            assert!(files <= rows && rows <= bytes as u64, "{rows} rows");
        }
        Err(fault) => is_readable(&fault.to_string()),
    }
}

fn is_short(name: &FileName) {
    for text in [&name.file_id, &name.domain, &name.path] {
        assert!(text.chars().count() <= NAME_MAX);
    }
}

/// Info.plist of a backup.
pub fn info_plist(bytes: &[u8]) {
    with_backup(&["Info.plist"], bytes, |folder| {
        read_backup(folder, VerifyLevel::State);
    });
}

/// Status.plist of a backup.
pub fn status_plist(bytes: &[u8]) {
    with_backup(&["Status.plist"], bytes, |folder| {
        read_backup(folder, VerifyLevel::Contents);
    });
}

/// Manifest.plist of a backup.
pub fn manifest_plist(bytes: &[u8]) {
    with_backup(&["Manifest.plist"], bytes, |folder| {
        read_backup(folder, VerifyLevel::Contents);
    });
}

/// Both files of the iCloud log, with the same bytes: they have no key in common.
pub fn icloud_log(bytes: &[u8]) {
    const FILES: &[&str] = &[
        "e9/e999feed282a124992b327889794b74eaf6adb56",
        "2f/2f771621fd3c627d0db75fe173f3dae8ce50e98b",
    ];
    with_backup(FILES, bytes, |folder| {
        read_backup(folder, VerifyLevel::State);
    });
}

/// At the level `state` where the bytes decide nothing about the check: it costs more than the rest.
fn read_backup(folder: &Path, level: VerifyLevel) {
    let found = FoundBackup {
        path: folder.to_owned(),
        host: "host".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    };
    let options = ReadOptions::new(at(NOW), level);
    holds(&read::read(&found, &options, &|_| {}));
}

/// What is true of every backup that was read.
fn holds(backup: &LocalBackup) {
    are_readable(&backup.problems, &backup.path);
    is_readable(&backup.state_reason);
    is_readable(&backup.restorable_reason);
    backup.file_check.missing_sample.iter().for_each(is_short);
    if let Some(files) = &backup.file_check.files {
        assert!(files.missing <= files.expected && files.present <= files.expected);
    }
    if let Some(log) = &backup.cloud_log {
        log_holds(log, backup);
    }
}

/// No more entries than Apple keeps, and none that is newer than the backup.
fn log_holds(log: &CloudLog, backup: &LocalBackup) {
    assert!(log.attempts.len() <= 10 && log.windows.len() <= 10);
    let Some(completed) = backup.completed_at else {
        return;
    };
    assert!(log.attempts.iter().all(|attempt| attempt.at <= completed));
    assert!(
        log.attempts
            .iter()
            .all(|attempt| attempt.domain.chars().count() <= NAME_MAX)
    );
}
