//! Opens a file of secrets, and refuses one that others can read.
//!
//! Pitfall: permissions are read from the opened file, not from its name, or
//! another file could stand there a moment later. An access list shows in the group's bits, so a
//! file shared by one is refused too. Windows keeps no such bits: there the file counts as private,
//! and its folder has to see to that (docs/passwords.md).

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::system::platform::{self, Access};

/// Far above a line for each of 50,000 devices; in bytes.
const BYTES_MAX: u64 = 16 << 20;

/// A password file that cannot be used. Holds nothing that stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Could not read {wanted} {}: {found}. {remedy}", path.display())]
pub(crate) struct PasswordFileError {
    /// The file.
    pub(crate) path: PathBuf,
    /// What was wanted.
    pub(crate) wanted: &'static str,
    /// What was found.
    pub(crate) found: String,
    /// What to do.
    pub(crate) remedy: String,
}

/// A file of secrets that was read.
pub(super) struct Secrets {
    /// All of it; wiped when it goes.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// About the file.
    pub(super) meta: Metadata,
}

/// Reads a whole file that only its owner can read.
pub(super) fn read(path: &Path) -> Result<Secrets, PasswordFileError> {
    let wrong = |found: String, remedy: &str| PasswordFileError {
        path: path.to_owned(),
        wanted: "the passwords in",
        found,
        remedy: remedy.to_owned(),
    };
    let unreadable = |e: io::Error| {
        wrong(
            e.to_string(),
            "Name another file, or give this user the right to read it",
        )
    };
    // Opening a FIFO without a writer blocks.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(wrong("it is not a regular file".to_owned(), "Name a file"));
    }
    let file = File::open(path).map_err(unreadable)?;
    let meta = file.metadata().map_err(unreadable)?;
    ensure_private(path, &meta)?;
    if meta.len() > BYTES_MAX {
        return Err(wrong(
            format!("it holds {} bytes, too many for passwords", meta.len()),
            "Name the file with the passwords",
        ));
    }
    let bytes = read_wiped(file, meta.len()).map_err(unreadable)?;
    Ok(Secrets { bytes, meta })
}

/// A vector that grows leaves what it held in memory: this one is as large as it will get.
fn read_wiped(mut file: File, len: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(len).map_err(io::Error::other)?]);
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn ensure_private(path: &Path, meta: &Metadata) -> Result<(), PasswordFileError> {
    let refused = |found: String, remedy: String| PasswordFileError {
        path: path.to_owned(),
        wanted: "the passwords in",
        found,
        remedy,
    };
    match platform::access(meta) {
        Access::Private => Ok(()),
        Access::OthersCanRead { mode } => Err(refused(
            format!("others than its owner can read or change it (mode {mode:04o})"),
            format!("Run chmod 600 {}", path.display()),
        )),
        Access::OfAnotherUser { owner } => Err(refused(
            format!("it belongs to another user (number {owner})"),
            "Have it belong to root or to the user who runs fleetback".to_owned(),
        )),
    }
}
