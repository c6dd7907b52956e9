//! Why the history store cannot be used. It never ends a scan: the caller says so and goes on.

use std::ffi::c_int;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rusqlite::ffi;

/// A store that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[error("Could not use the history store {}: {cause}. {}", path.display(), cause.remedy())]
pub(crate) struct StoreError {
    /// The store.
    pub(crate) path: PathBuf,
    /// What is wrong.
    pub(crate) cause: Cause,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    /// A later fleetback wrote it.
    #[error(
        "a later version of fleetback wrote it (schema version {found}; this one knows {known})"
    )]
    Newer { found: i64, known: i64 },
    /// Locks and shared memory do not hold on such a disk.
    #[error("it lies on a network disk ({0})")]
    NetworkDisk(String),
    /// It is there and is no database, or a broken one.
    #[error("it is damaged ({0})")]
    Damaged(String),
    /// A whole database, and not ours: a Manifest.db, say.
    #[error("it belongs to another program")]
    Foreign,
    /// Something else than a regular file.
    #[error("it is not a regular file")]
    NoFile,
    /// Another run holds it.
    #[error("another run has held it for too long")]
    Busy,
    /// No room.
    #[error("there is no room on its disk ({0})")]
    Full(String),
    /// The disk refused, for want of room or because it fails: the system does not always say which.
    #[error("its disk could not be written or read ({0})")]
    Disk(String),
    /// Memory ran out.
    #[error("there was not enough memory for it ({0})")]
    Memory(String),
    /// The file is not where it was when it was opened.
    #[error("it was moved or deleted while this run used it ({0})")]
    Moved(String),
    /// SQLite gave up, and says nothing of the file.
    #[error("SQLite gave up on it ({0})")]
    Stopped(String),
    /// It, or its folder, may not be opened or written.
    #[error("it cannot be opened or written ({0})")]
    Denied(String),
}

impl Cause {
    fn remedy(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "Update fleetback, or name another file with --history",
            Self::NetworkDisk(_) => "Name a file on a local disk with --history",
            Self::Damaged(_) => {
                "Move it away, with its -wal and -shm; the next run starts a new one"
            }
            Self::Foreign | Self::NoFile => {
                "Name another file with --history; it was left as it is"
            }
            Self::Busy => "The next run tries again",
            Self::Full(_) => "Free some room",
            Self::Disk(_) => {
                "Free some room on that disk; if it has room, check the disk, or name a file on another one with --history"
            }
            Self::Memory(_) => "Leave more memory to this run; the store is whole",
            Self::Moved(_) => "Leave the file alone while a run lasts",
            Self::Stopped(_) => {
                "The next run tries again; if it says the same, name another file with --history"
            }
            Self::Denied(_) => {
                "Give this user the right to write there, or name a file with --history"
            }
        }
    }

    /// At this store.
    pub(super) fn at(self, path: &Path) -> StoreError {
        StoreError {
            cause: self.or_no_room(path),
            path: path.to_owned(),
        }
    }

    /// SQLite says that a file cannot be opened, or that the disk fails, where a file beside the store
    /// finds no room.
    fn or_no_room(self, path: &Path) -> Self {
        let vague = matches!(self, Self::Denied(_) | Self::Disk(_));
        let folder = path.parent().filter(|_| vague);
        match folder.map(has_room) {
            Some(Err(error)) if is_full(&error) => Self::Full(error.to_string()),
            _ => self,
        }
    }
}

/// As much as SQLite asks for to begin a file beside the store, in bytes.
const ROOM: usize = 64 << 10;

/// Tries it: the free bytes that a disk reports leave quotas and the number of files out.
fn has_room(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".fleetback-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    file.write_all(&[0; ROOM])
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        let words = error.to_string();
        if is_full(&error) {
            Self::Full(words)
        } else {
            Self::Denied(words)
        }
    }
}

/// What a cause is made of, out of SQLite's own words.
type Told = fn(String) -> Cause;

/// What each result code of SQLite says of the store. An extended code comes before the primary one that it
/// belongs to. What is not here, such as a table that is missing or a column of another type, is damage: it
/// is not as this version wrote it.
const RESULT_CODES: &[(c_int, Told)] = &[
    (ffi::SQLITE_IOERR_NOMEM, Cause::Memory),
    (ffi::SQLITE_IOERR_ACCESS, Cause::Denied),
    (ffi::SQLITE_IOERR_AUTH, Cause::Denied),
    (ffi::SQLITE_READONLY_DBMOVED, Cause::Moved),
    (ffi::SQLITE_NOMEM, Cause::Memory),
    (ffi::SQLITE_FULL, Cause::Full),
    // A shared memory file, a sync or a truncation without room, too.
    (ffi::SQLITE_IOERR, Cause::Disk),
    (ffi::SQLITE_NOLFS, Cause::Disk),
    (ffi::SQLITE_PERM, Cause::Denied),
    (ffi::SQLITE_READONLY, Cause::Denied),
    (ffi::SQLITE_CANTOPEN, Cause::Denied),
    (ffi::SQLITE_AUTH, Cause::Denied),
    (ffi::SQLITE_BUSY, |_| Cause::Busy),
    (ffi::SQLITE_LOCKED, |_| Cause::Busy),
    (ffi::SQLITE_PROTOCOL, |_| Cause::Busy),
    // Another run laid out a newer version meanwhile.
    (ffi::SQLITE_SCHEMA, |_| Cause::Busy),
    (ffi::SQLITE_ABORT, Cause::Stopped),
    (ffi::SQLITE_INTERRUPT, Cause::Stopped),
    (ffi::SQLITE_INTERNAL, Cause::Stopped),
    (ffi::SQLITE_MISUSE, Cause::Stopped),
    (ffi::SQLITE_TOOBIG, Cause::Stopped),
    (ffi::SQLITE_RANGE, Cause::Stopped),
];

/// The bits of an extended code that are its primary one.
const PRIMARY: c_int = 0xff;

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        let words = error.to_string();
        let code = error.sqlite_error().map(|failure| failure.extended_code);
        let is = |row: &&(c_int, Told)| {
            code.is_some_and(|code| row.0 == code || row.0 == code & PRIMARY)
        };
        match RESULT_CODES.iter().find(is) {
            Some((_, told)) => told(words),
            None => Self::Damaged(words),
        }
    }
}
