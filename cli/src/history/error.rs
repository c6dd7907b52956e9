//! Why the history store cannot be used. It never ends a scan: the caller says so and goes on.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A store that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: wanted a history store, found {cause}; {}", path.display(), cause.remedy())]
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
    #[error("one of schema version {found}, where this fleetback knows {known}")]
    Newer { found: i64, known: i64 },
    /// Locks and shared memory do not hold on such a disk.
    #[error("a place on a network disk ({0})")]
    NetworkDisk(String),
    /// It is there and is no database, or a broken one.
    #[error("a damaged file ({0})")]
    Damaged(String),
    /// A whole database, and not ours: a Manifest.db, say.
    #[error("the database of another program")]
    Foreign,
    /// Something else than a regular file.
    #[error("something that is no regular file")]
    NoFile,
    /// Another run holds it.
    #[error("that another run has held it for too long")]
    Busy,
    /// No room.
    #[error("no room on its disk ({0})")]
    Full(String),
    /// It, or its folder, may not be opened or written.
    #[error("that it cannot be opened or written ({0})")]
    Denied(String),
}

impl Cause {
    fn remedy(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "update fleetback, or name another file with --history",
            Self::NetworkDisk(_) => "name a file on a local disk with --history",
            Self::Damaged(_) => {
                "move it away, with its -wal and -shm; the next run starts a new one"
            }
            Self::Foreign | Self::NoFile => {
                "name another file with --history; it was left as it is"
            }
            Self::Busy => "the next run tries again",
            Self::Full(_) => "free some room",
            Self::Denied(_) => {
                "give this user the right to write there, or name a file with --history"
            }
        }
    }

    /// At this store.
    pub(super) fn at(self, path: &Path) -> StoreError {
        StoreError {
            path: path.to_owned(),
            cause: self,
        }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full(error.to_string())
            }
            _ => Self::Denied(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        let words = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full(words),
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure,
            ) => Self::Denied(words),
            // A table that is not there, a column of another type: not as this version wrote it.
            _ => Self::Damaged(words),
        }
    }
}
