//! A private folder for readers that take a path: single files of a whole small backup are replaced
//! by the bytes at hand, and nothing else may have changed when the reader is done.
//!
//! One folder per thread, kept from run to run: writing a backup costs more than reading it.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::disk;
use fleetback_testdata::when::at;
use tempfile::TempDir;

/// The clock of every target: the morning after the backup.
pub const NOW: &str = "2026-11-20T06:00:00Z";

struct Sandbox {
    /// Removed when the thread ends.
    _above: TempDir,
    folder: PathBuf,
    replaced: &'static [&'static str],
}

thread_local! {
    static SANDBOX: RefCell<Option<Sandbox>> = const { RefCell::new(None) };
}

/// Writes `bytes` in place of these files of a backup, lets `read` look at its folder, and holds
/// that the folder is as it was.
pub fn with_backup(replaced: &'static [&'static str], bytes: &[u8], read: impl FnOnce(&Path)) {
    with_folder(replaced, bytes, write_backup, read);
}

/// Writes `bytes` as a file of this name, alone in its folder, and lets `read` look at the file.
pub fn with_file(name: &'static [&'static str; 1], bytes: &[u8], read: impl FnOnce(&Path)) {
    with_folder(name, bytes, empty_folder, |folder| {
        read(&folder.join(name[0]));
    });
}

/// Writes `bytes` as a file of this name, alone in a folder of its own that is gone afterwards, and
/// lets `use_file` do with it what it likes.
pub fn with_copy(name: &str, bytes: &[u8], use_file: impl FnOnce(&Path)) {
    let copy = || -> Result<TempDir> {
        let folder = private_folder()?;
        disk::write(&folder.path().join(name), bytes)?;
        Ok(folder)
    };
    let folder = copy().unwrap_or_else(|error| stop(&error));
    use_file(&folder.path().join(name));
}

/// In memory where this system has such a place and TMPDIR names no other: a disk costs more than all
/// that is tried on it.
fn private_folder() -> Result<TempDir> {
    let named = std::env::var_os("TMPDIR").is_some();
    let in_memory = (!named).then(|| tempfile::tempdir_in("/dev/shm").ok());
    let made = in_memory.flatten().map_or_else(tempfile::tempdir, Ok);
    made.context("no private folder")
}

fn with_folder(
    replaced: &'static [&'static str],
    bytes: &[u8],
    make: fn(&Path) -> Result<PathBuf>,
    read: impl FnOnce(&Path),
) {
    let folder = prepare(replaced, bytes, make);
    let folder = folder.unwrap_or_else(|error| stop(&error));
    let before = disk::files_below(&folder).unwrap_or_else(|error| stop(&error));
    read(&folder);
    let unharmed = untouched(&folder, &before, replaced, bytes);
    unharmed.unwrap_or_else(|error| stop(&error));
}

/// Ends the target with these words.
#[expect(
    clippy::panic,
    reason = "a target that cannot work must not look like one that passes"
)]
pub fn stop(error: &anyhow::Error) -> ! {
    panic!("{error:#}")
}

fn prepare(
    replaced: &'static [&'static str],
    bytes: &[u8],
    make: fn(&Path) -> Result<PathBuf>,
) -> Result<PathBuf> {
    SANDBOX.with_borrow_mut(|sandbox| {
        let sandbox = match sandbox {
            Some(sandbox) if sandbox.replaced == replaced => sandbox,
            other => other.insert(Sandbox::new(replaced, make)?),
        };
        for name in replaced {
            disk::write(&sandbox.folder.join(name), bytes)?;
        }
        Ok(sandbox.folder.clone())
    })
}

impl Sandbox {
    fn new(replaced: &'static [&'static str], make: fn(&Path) -> Result<PathBuf>) -> Result<Self> {
        let above = private_folder()?;
        Ok(Self {
            folder: make(above.path())?,
            _above: above,
            replaced,
        })
    }
}

fn empty_folder(above: &Path) -> Result<PathBuf> {
    Ok(above.to_owned())
}

/// The backup whose files the targets replace.
pub fn write_backup(above: &Path) -> Result<PathBuf> {
    let log = CloudLog::new().daily_attempts(at("2026-11-19T02:10:00Z"), 3, 209);
    let backup = BackupBuilder::new(7)
        .files(4)
        .cloud_log(log)
        .no_empty_folders();
    Ok(backup.write(above)?.path)
}

fn untouched(folder: &Path, before: &[PathBuf], replaced: &[&str], bytes: &[u8]) -> Result<()> {
    let after = disk::files_below(folder)?;
    ensure!(after == before, "files were {before:?} and are {after:?}");
    for name in replaced {
        let now = fs::read(folder.join(name)).with_context(|| format!("{name} is gone"))?;
        ensure!(now == bytes, "{name} was changed");
    }
    Ok(())
}
