//! What tools, disks and people do to a backup after it was written: each function changes the folder
//! of one backup, and works on any that lies on disk.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use plist::{Dictionary, Value};
use rusqlite::Connection;

use super::damage::PlistFile;
use crate::disk;
use crate::plists::{Format, dict, encode, text};

/// Every payload of a backup with 256 folders, sorted by name.
pub fn payloads(folder: &Path) -> Result<Vec<PathBuf>> {
    let below = disk::files_below(folder)?.into_iter();
    let is_payload = |path: &PathBuf| {
        let name = |path: &Path| path.file_name().map_or(0, OsStr::len);
        name(path) == 40 && path.parent().is_some_and(|parent| name(parent) == 2)
    };
    Ok(below.filter(is_payload).collect())
}

/// Where the payload of this name lies.
pub fn payload(folder: &Path, file_id: &str) -> PathBuf {
    folder.join(&file_id[..2]).join(file_id)
}

/// Leaves the first `bytes` bytes of a file.
pub fn cut(path: &Path, bytes: u64) -> Result<()> {
    let file = File::options().write(true).open(path);
    file.and_then(|file| file.set_len(bytes))
        .with_context(|| format!("cannot cut {}", path.display()))
}

/// Every payload has 0 bytes: a disk that was full, or a tool that only touched the files.
pub fn empty_payloads(folder: &Path) -> Result<()> {
    payloads(folder)?.iter().try_for_each(|path| cut(path, 0))
}

/// A file of this length without a single block on disk: what a client of a cloud leaves where it
/// took the content away, and a copy that was stopped after it had made room.
pub fn hollow(path: &Path, bytes: u64) -> Result<()> {
    cut(path, 0)?;
    cut(path, bytes)
}

/// A file of this length that holds nothing but zeros, written out.
pub fn zeros(path: &Path, bytes: usize) -> Result<()> {
    disk::write(path, &vec![0; bytes])
}

/// A file that iCloud Drive took back: `.NAME.icloud` stands in its place.
pub fn icloud_stub(path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stub = Value::Dictionary(dict([
        (
            "NSURLFileResourceTypeKey",
            text("NSURLFileResourceTypeRegular"),
        ),
        ("NSURLNameKey", text(&*name)),
    ]));
    disk::write(
        &path.with_file_name(format!(".{name}.icloud")),
        &encode(&stub, Format::Binary)?,
    )?;
    disk::remove(path)
}

/// A virtual file of the Nextcloud client: `NAME.nextcloud` of one byte in its place.
pub fn nextcloud_stub(path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    disk::write(&path.with_file_name(format!("{name}.nextcloud")), b" ")?;
    disk::remove(path)
}

/// Keeps so many of the payload folders that hold something, and takes the others away.
pub fn keep_folders(folder: &Path, count: usize) -> Result<()> {
    let mut folders: Vec<PathBuf> = payloads(folder)?
        .iter()
        .filter_map(|path| Some(path.parent()?.to_owned()))
        .collect();
    folders.dedup();
    for number in 0..=255_u8 {
        let one = folder.join(format!("{number:02x}"));
        if !folders.iter().take(count).any(|kept| *kept == one) {
            disk::remove(&one)?;
        }
    }
    Ok(())
}

/// Names in capitals, as a FAT disk gives them back: of everything at the top, or of payloads too.
pub fn upper_case(folder: &Path, payloads_too: bool) -> Result<()> {
    if payloads_too {
        payloads(folder)?
            .iter()
            .try_for_each(|path| rename_upper(path))?;
    }
    let entries = std::fs::read_dir(folder).context("cannot list a backup")?;
    let entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.iter().try_for_each(|path| rename_upper(path))
}

fn rename_upper(path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let upper = path.with_file_name(name.to_uppercase());
    if upper == path {
        return Ok(());
    }
    disk::rename(path, &upper)
}

/// Changes a plist of the backup, which is written back in binary.
pub fn plist(folder: &Path, file: PlistFile, change: impl FnOnce(&mut Dictionary)) -> Result<()> {
    let path = folder.join(file.name());
    let value = Value::from_file(&path).context("cannot read a property list")?;
    let mut root = value.into_dictionary().unwrap_or_default();
    change(&mut root);
    disk::write(&path, &encode(&Value::Dictionary(root), Format::Binary)?)
}

/// The list of files of a plain backup.
pub fn list(folder: &Path) -> PathBuf {
    folder.join("Manifest.db")
}

/// Runs SQL on the list, which is left as a device leaves it: a WAL header and nothing beside it.
pub fn sql(folder: &Path, sql: &str) -> Result<()> {
    let db = Connection::open(list(folder))?;
    db.execute_batch(sql)?;
    db.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Runs SQL on the list and leaves what it committed in a write-ahead log beside it.
pub fn sql_in_wal(folder: &Path, sql: &str) -> Result<()> {
    let (list, log) = (list(folder), folder.join("Manifest.db-wal"));
    let before = disk::read(&list)?;
    let db = Connection::open(&list)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.execute_batch(sql)?;
    let written = disk::read(&log)?;
    drop(db);
    disk::write(&list, &before)?;
    disk::write(&log, &written)?;
    disk::remove(&folder.join("Manifest.db-shm"))
}

/// Begins SQL on the list and dies in it: pages are changed, and their old content lies in a hot
/// journal beside them.
pub fn sql_cut_short(folder: &Path, sql: &str) -> Result<()> {
    let (list, journal) = (list(folder), folder.join("Manifest.db-journal"));
    let db = Connection::open(&list)?;
    db.pragma_update(None, "journal_mode", "DELETE")?;
    // With room for two pages the others are written out before the end.
    db.execute_batch("PRAGMA cache_size = 2; PRAGMA synchronous = FULL; BEGIN;")?;
    db.execute_batch(sql)?;
    db.cache_flush()?;
    let (changed, old) = (disk::read(&list)?, disk::read(&journal)?);
    ensure!(!old.is_empty(), "no journal was begun");
    drop(db);
    disk::write(&list, &changed)?;
    disk::write(&journal, &old)
}

/// Bytes of a disk's sector.
pub const SECTOR: usize = 512;

/// Writes other bytes over one sector of a file.
pub fn overwrite_sector(path: &Path, sector: usize, bytes: &[u8; SECTOR]) -> Result<()> {
    let mut content = disk::read(path)?;
    let begin = sector * SECTOR;
    ensure!(begin + SECTOR <= content.len(), "no sector {sector}");
    content[begin..begin + SECTOR].copy_from_slice(bytes);
    disk::write(path, &content)
}

/// What SQLite itself says of the list: `None` where `PRAGMA integrity_check` finds nothing wrong.
pub fn integrity_fault(path: &Path) -> Option<String> {
    let check = || -> rusqlite::Result<String> {
        let folder = tempfile_copy(path)?;
        let db = Connection::open(&folder)?;
        let found = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
        drop(db);
        let _ = std::fs::remove_file(folder);
        found
    };
    match check() {
        Ok(words) if words == "ok" => None,
        Ok(words) => Some(words),
        Err(error) => Some(error.to_string()),
    }
}

/// SQLite would write beside the list; it is asked of a copy.
fn tempfile_copy(path: &Path) -> rusqlite::Result<PathBuf> {
    let failed = |_| rusqlite::Error::InvalidPath(path.to_owned());
    let copy = path.with_extension("copy");
    let mut bytes = std::fs::read(path).map_err(failed)?;
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
    std::fs::write(&copy, bytes).map_err(failed)?;
    Ok(copy)
}
