//! How the disk numbers a file: the one place that asks the system for it.

use std::fs::Metadata;
use std::path::Path;

use crate::model::backup::FileNumber;
use crate::source::watched;

/// The number of the file at this path; `None` where there is none, or the system has none.
pub(crate) fn of(path: &Path) -> Option<FileNumber> {
    number(&watched::metadata(path).ok()?)
}

#[cfg(unix)]
fn number(meta: &Metadata) -> Option<FileNumber> {
    use std::os::unix::fs::MetadataExt;
    Some(FileNumber {
        volume: meta.dev(),
        file: meta.ino(),
    })
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<FileNumber> {
    None
}
