//! Temporary files beside the outputs: how they are made, and how those that a killed run left behind are
//! told from those of a run that is still writing.
//!
//! A run holds a lock on its temporary file, which the system releases when the run ends, however it
//! ends. Pitfall: another run may find the file before it is locked. So a file is removed only while its
//! lock is held, and one that cannot be locked at once, or has lost its name by then, is made anew.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use crate::system::platform;

const PREFIX: &str = ".fleetback-";
const SUFFIX: &str = ".tmp";

/// How often a file is made anew before it is given up.
const TRIES_MAX: u32 = 10;

/// No run writes for longer: where files cannot be locked, what is older was left behind.
const WRITING_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// An empty file in a folder, for this user alone, locked while it is open.
pub(super) fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    for _ in 0..TRIES_MAX {
        let file = builder.tempfile_in(folder)?;
        let swept = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if !swept && file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::Error::other("another run removes what this one writes"))
}

/// Removes what killed runs of this user left behind in a folder.
pub(super) fn sweep(folder: &Path) {
    for left in leftovers(folder) {
        let _ = fs::remove_file(left.path);
    }
}

/// How many files killed runs of this user left behind in a folder.
pub(crate) fn count(folder: &Path) -> usize {
    leftovers(folder).count()
}

/// A file that nobody writes any more.
struct Leftover {
    path: PathBuf,
    /// Holds the lock, where files can be locked.
    _lock: File,
}

fn leftovers(folder: &Path) -> impl Iterator<Item = Leftover> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    });
    named.filter_map(|entry| leftover(entry.path()))
}

fn leftover(path: PathBuf) -> Option<Leftover> {
    let meta = fs::symlink_metadata(&path).ok()?;
    if !meta.is_file() || !platform::is_own(&meta) {
        return None;
    }
    let file = File::options().write(true).open(&path).ok()?;
    let is_left = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let written = meta.modified().ok()?;
            let age = SystemTime::now().duration_since(written).ok()?;
            age > WRITING_MAX
        }
    };
    is_left.then_some(Leftover { path, _lock: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_still_written_stays_and_what_was_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let open = temporary_file(folder.path()).unwrap();
        let others = [".fleetback-note", "fleetback-x.tmp", ".other-x.tmp"];
        for name in others.into_iter().chain([".fleetback-x1Y2z3.tmp"]) {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        fs::create_dir(folder.path().join(".fleetback-folder.tmp")).unwrap();
        assert_eq!(count(folder.path()), 1);
        sweep(folder.path());
        assert_eq!(count(folder.path()), 0);
        let mut wanted: Vec<_> = others.map(str::to_owned).into();
        wanted.push(".fleetback-folder.tmp".to_owned());
        let open_name = open.path().file_name().unwrap();
        wanted.push(open_name.to_str().unwrap().to_owned());
        wanted.sort();
        assert_eq!(names(folder.path()), wanted);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_that_name_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), "x").unwrap();
        let link = folder.path().join(".fleetback-link.tmp");
        std::os::unix::fs::symlink("precious", &link).unwrap();
        sweep(folder.path());
        assert_eq!(names(folder.path()), [".fleetback-link.tmp", "precious"]);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = temporary_file(folder.path()).unwrap();
        let mode = file.as_file().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
