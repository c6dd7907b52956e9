//! Opens and reads one regular file that nobody vouches for.
//!
//! A FIFO named Info.plist must not hang a nightly job, a symbolic link must not lead out of a
//! backup, and a file that says it is 60 MB may grow while it is read.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Why a file gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such file: a fact, not an error.
    Absent,
    /// It is there and may not be opened or read; the system's words.
    Denied(String),
    /// It was opened, or could be, and is not what was wanted; plain words: "a folder", "0 bytes".
    Wrong(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("no such file"),
            Self::Denied(words) | Self::Wrong(words) => f.write_str(words),
        }
    }
}

/// Reads a whole regular file of at most `bytes_max` bytes. Follows no symbolic link.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    let count = file
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| fault(&e))?;
    if count as u64 > bytes_max {
        return Err(Fault::Wrong(format!("more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// Opens a regular file for reading. Follows no symbolic link, waits for no FIFO.
pub fn open(path: &Path) -> Result<File, Fault> {
    let meta = std::fs::symlink_metadata(path).map_err(|e| fault(&e))?;
    if !meta.is_file() {
        return Err(Fault::Wrong("not a regular file".to_owned()));
    }
    File::open(path).map_err(|e| fault(&e))
}

/// Sorts a system error into absent and denied.
pub fn fault(error: &std::io::Error) -> Fault {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Fault::Absent,
        _ => Fault::Denied(error.to_string()),
    }
}
