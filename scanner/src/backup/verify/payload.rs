//! Lists the payload files of a backup, by name or with their lengths; opens none.
//!
//! The 256 folders are known beforehand, so each is listed once and compared as a set: one system
//! call per few hundred names instead of one per file. Links are not followed and do not count.

use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

use crate::backup::file_list::catalog::{file_id, hex, id_order};
use crate::source::file::{self, Fault};

/// What lies in one payload folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Payload files, sorted by name.
    pub files: Vec<OnDisk>,
    /// Regular files of other names (but for what file managers leave).
    pub strangers: u64,
    /// The first of those names.
    pub strangers_sample: BTreeSet<String>,
    /// Payload names that are links, folders or the like.
    pub no_files: u64,
}

/// A payload file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnDisk {
    /// Its name.
    pub id: [u8; 20],
    /// Its length; 0 where it was not asked for.
    pub bytes: u64,
}

/// How many names of a kind are kept.
pub(crate) const SAMPLE_MAX: usize = 20;

/// Left by file managers; no part of a backup.
const CLUTTER: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", ".localized"];

/// The folder of one first byte.
pub(crate) fn bucket_path(folder: &Path, first_byte: u8) -> PathBuf {
    folder.join(format!("{first_byte:02x}"))
}

/// Lists one of the 256 folders, with the files' lengths if asked. One that is absent is as good as
/// empty; one that is no folder is a fault.
pub(crate) fn list_bucket(folder: &Path, first_byte: u8, lengths: bool) -> Result<Listing, Fault> {
    let path = bucket_path(folder, first_byte);
    let meta = match std::fs::symlink_metadata(&path) {
        Ok(meta) => meta,
        Err(e) => return absent_is_empty(file::fault(&e)),
    };
    if !meta.is_dir() {
        return Err(Fault::Wrong(
            file::describe_kind(meta.file_type()).to_owned(),
        ));
    }
    let mut listing = list(&path, lengths).or_else(|e| absent_is_empty(file::fault(&e)))?;
    let (here, elsewhere) = listing.files.iter().partition(|f| f.id[0] == first_byte);
    listing.files = here;
    for file in elsewhere {
        listing.add_stranger(hex(&file.id));
    }
    Ok(listing)
}

/// Lists the payloads that lie beside the plists. Other files there are not strangers.
pub(crate) fn list_flat(folder: &Path, lengths: bool) -> Result<Listing, Fault> {
    let listing = list(folder, lengths).map_err(|e| file::fault(&e))?;
    Ok(Listing {
        strangers: 0,
        strangers_sample: BTreeSet::new(),
        ..listing
    })
}

/// Is there any payload at all? Stops at the first.
pub(crate) fn any_in_buckets(folder: &Path) -> Result<bool, Fault> {
    let mut denied = None;
    for first_byte in 0..=u8::MAX {
        match list_bucket(folder, first_byte, false) {
            Ok(listing) if !listing.files.is_empty() => return Ok(true),
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

impl Listing {
    /// The files of one first byte; what is counted beside them goes with the first part.
    pub(crate) fn part(&self, first_byte: u8) -> Self {
        let begin = self.files.partition_point(|file| file.id[0] < first_byte);
        let end = self.files.partition_point(|file| file.id[0] <= first_byte);
        Self {
            files: self.files[begin..end].to_vec(),
            no_files: if first_byte == 0 { self.no_files } else { 0 },
            ..Self::default()
        }
    }

    fn add_stranger(&mut self, name: String) {
        self.strangers += 1;
        self.strangers_sample.insert(name);
        if self.strangers_sample.len() > SAMPLE_MAX {
            self.strangers_sample.pop_last();
        }
    }
}

fn list(path: &Path, lengths: bool) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_file = entry.file_type()?.is_file();
        match (file_id(name.as_encoded_bytes()), is_file) {
            (Some(id), true) => listing.files.extend(on_disk(id, &entry, lengths)?),
            (Some(_), false) => listing.no_files += 1,
            (None, true) => {
                let name = name.to_string_lossy();
                if !is_clutter(&name) {
                    listing.add_stranger(name.into_owned());
                }
            }
            (None, false) => {}
        }
    }
    listing
        .files
        .sort_unstable_by_key(|file| id_order(&file.id));
    Ok(listing)
}

/// One system call, relative to the folder; `None` when the file went meanwhile.
fn on_disk(id: [u8; 20], entry: &DirEntry, length: bool) -> io::Result<Option<OnDisk>> {
    if !length {
        return Ok(Some(OnDisk { id, bytes: 0 }));
    }
    match entry.metadata() {
        Ok(meta) => Ok(Some(OnDisk {
            id,
            bytes: meta.len(),
        })),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn is_clutter(name: &str) -> bool {
    name.starts_with("._") || CLUTTER.contains(&name)
}
