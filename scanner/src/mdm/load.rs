//! The beginning of a document, by which it is told what it is, and how old the file is.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use crate::source::file::{self, Fault};

/// An MDM's answer is smaller as a rule, and then its file is opened once.
const BEGINNING_BYTES: u64 = 64 << 10;

/// The beginning of a document.
pub(super) struct Beginning {
    /// Its first bytes.
    pub(super) bytes: Vec<u8>,
    /// Are they all of it?
    pub(super) is_all: bool,
    /// The file's modification time.
    pub(super) modified: Timestamp,
}

/// Opens a regular file and reads its first bytes.
pub(super) fn begin(path: &Path) -> Result<Beginning, Fault> {
    let file = file::open(path)?;
    let modified = file.metadata().and_then(|meta| meta.modified());
    let modified = Timestamp::try_from(modified.map_err(|e| file::fault(&e))?)
        .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
    let mut bytes = Vec::new();
    file.take(BEGINNING_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| file::fault(&e))?;
    Ok(Beginning {
        is_all: bytes.len() as u64 <= BEGINNING_BYTES,
        bytes,
        modified,
    })
}
