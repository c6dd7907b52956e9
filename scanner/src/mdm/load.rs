//! The bytes of a document and how old the file is.

use std::path::Path;

use jiff::Timestamp;

use crate::source::file::{self, Fault};

/// The bytes of a file of at most `bytes_max` bytes, and its modification time.
pub(super) fn load(path: &Path, bytes_max: u64) -> Result<(Vec<u8>, Timestamp), Fault> {
    let modified = file::open(path)?
        .metadata()
        .and_then(|meta| meta.modified())
        .map_err(|e| file::fault(&e))?;
    let modified = Timestamp::try_from(modified)
        .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
    Ok((file::read(path, bytes_max)?, modified))
}
