//! What of a backup could a scan not read? Looks without reading more than a byte of each file.

use std::path::{Path, PathBuf};

use super::verify::payload;
use crate::source::file::{self, Fault};
use crate::source::watched;

/// The files that every scan reads.
const FILES: [&str; 5] = [
    "Info.plist",
    "Status.plist",
    "Manifest.plist",
    "Manifest.db",
    "Manifest.mbdb",
];

/// What is there and refused; with `payload_folders`, those are listed too. A folder that is refused itself
/// stands for all in it.
pub fn refused(folder: &Path, payload_folders: bool) -> Vec<(PathBuf, Fault)> {
    if let Err(fault) = list(folder) {
        return vec![(folder.to_owned(), fault)];
    }
    let files = FILES.iter().map(|name| file::found(folder, name));
    let files = files.map(|path| (file::read_head(&path, 1).map(|_| ()), path));
    let buckets = (0..=u8::MAX).filter(|_| payload_folders);
    let buckets = buckets.map(|first_byte| payload::found_bucket(folder, first_byte));
    let buckets = buckets.map(|path| (list(&path), path));
    let all = files.chain(buckets);
    all.filter_map(|(found, path)| Some((path, found.err().filter(Fault::is_unreadable)?)))
        .collect()
}

fn list(folder: &Path) -> Result<(), Fault> {
    let listing = watched::read_dir(folder).map_err(|e| file::fault(&e))?;
    for entry in listing {
        entry.map_err(|e| file::fault(&e))?;
    }
    Ok(())
}

/// Can this document be read? Its first byte is.
pub fn refused_document(path: &Path) -> Option<Fault> {
    file::read_head(path, 1).err()
}
