//! Lists the payload files of a backup by name; looks at no file itself.
//!
//! The 256 folders are known beforehand, so each is listed once and compared as a set: one system
//! call per few hundred names instead of one per file. Links are not followed and do not count.

use std::io;
use std::path::{Path, PathBuf};

use super::catalog::file_id;
use crate::source::file::{self, Fault};

/// What lies in one payload folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Payload names, sorted.
    pub ids: Vec<[u8; 20]>,
    /// Regular files of other names (but for what file managers leave).
    pub strangers: u64,
    /// Payload names that are links, folders or the like.
    pub no_files: u64,
}

/// Left by file managers; no part of a backup.
const CLUTTER: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", ".localized"];

/// The folder of one first byte.
pub(super) fn bucket_path(folder: &Path, first_byte: u8) -> PathBuf {
    folder.join(format!("{first_byte:02x}"))
}

/// Lists one of the 256 folders. One that is absent is as good as empty; one that is no folder is a fault.
pub(super) fn list_bucket(folder: &Path, first_byte: u8) -> Result<Listing, Fault> {
    let path = bucket_path(folder, first_byte);
    let meta = match std::fs::symlink_metadata(&path) {
        Ok(meta) => meta,
        Err(e) => return absent_is_empty(file::fault(&e)),
    };
    if !meta.is_dir() {
        return Err(Fault::Wrong(
            file::kind_in_words(meta.file_type()).to_owned(),
        ));
    }
    let mut listing = list(&path).or_else(|e| absent_is_empty(file::fault(&e)))?;
    let all = listing.ids.len();
    listing.ids.retain(|id| id[0] == first_byte);
    listing.strangers += (all - listing.ids.len()) as u64;
    Ok(listing)
}

/// Lists the payloads that lie beside the plists. Other files there are not strangers.
pub(super) fn list_flat(folder: &Path) -> Result<Listing, Fault> {
    let listing = list(folder).map_err(|e| file::fault(&e))?;
    Ok(Listing {
        strangers: 0,
        ..listing
    })
}

/// Is there any payload at all? Stops at the first.
pub(super) fn any_in_buckets(folder: &Path) -> Result<bool, Fault> {
    let mut denied = None;
    for first_byte in 0..=u8::MAX {
        match list_bucket(folder, first_byte) {
            Ok(listing) if !listing.ids.is_empty() => return Ok(true),
            Ok(_) => {}
            Err(fault) => denied = Some(fault),
        }
    }
    denied.map_or(Ok(false), Err)
}

fn absent_is_empty(fault: Fault) -> Result<Listing, Fault> {
    match fault {
        Fault::Absent => Ok(Listing::default()),
        other => Err(other),
    }
}

fn list(path: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_file = entry.file_type()?.is_file();
        match (file_id(name.as_encoded_bytes()), is_file) {
            (Some(id), true) => listing.ids.push(id),
            (Some(_), false) => listing.no_files += 1,
            (None, true) => listing.strangers += u64::from(!is_clutter(&name.to_string_lossy())),
            (None, false) => {}
        }
    }
    listing.ids.sort_unstable();
    Ok(listing)
}

fn is_clutter(name: &str) -> bool {
    name.starts_with("._") || CLUTTER.contains(&name)
}
