//! Which folder a path really leads to, so that one folder reached by two paths is read once.

use std::path::Path;

/// The folder itself, whatever path led to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RealFolder(platform::Id);

impl RealFolder {
    /// Follows links; `None` where the folder cannot be asked.
    pub fn at(path: &Path) -> Option<Self> {
        platform::id(path).map(Self)
    }

    /// The file system that it lies on; `None` where the system has no number for it.
    pub(super) fn volume(&self) -> Option<u64> {
        platform::volume(&self.0)
    }
}

#[cfg(unix)]
mod platform {
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use crate::source::watched;

    /// Device and inode.
    pub(super) type Id = (u64, u64);

    pub(super) fn id(path: &Path) -> Option<Id> {
        let meta = watched::metadata(path).ok()?;
        Some((meta.dev(), meta.ino()))
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "other systems have no such number"
    )]
    pub(super) fn volume(id: &Id) -> Option<u64> {
        Some(id.0)
    }
}

#[cfg(not(unix))]
mod platform {
    use std::path::{Path, PathBuf};

    use crate::source::watched;

    /// The path without links.
    pub(super) type Id = PathBuf;

    pub(super) fn id(path: &Path) -> Option<Id> {
        watched::canonicalize(path).ok()
    }

    pub(super) fn volume(_: &Id) -> Option<u64> {
        None
    }
}
