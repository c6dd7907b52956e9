//! Lists the payload files of a backup, by name or with their lengths; opens none.
//!
//! The 256 folders are known beforehand, so each is listed once and compared as a set: one system
//! call per few hundred names instead of one per file. Links are not followed and do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

use crate::backup::file_list::catalog::{file_id, hex, id_order};
use crate::source::file::{self, Fault};
use crate::source::watched;

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
    /// Payloads in whose place a client of a cloud left a stub.
    pub stubs: BTreeSet<[u8; 20]>,
    /// Names that are not in lower case, as a FAT disk gives them back.
    pub spelled: BTreeMap<[u8; 20], OsString>,
}

/// A payload file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnDisk {
    /// Its name.
    pub id: [u8; 20],
    /// Its length; 0 where it was not asked for.
    pub bytes: u64,
    /// Is its content elsewhere? Nothing of it lies on this disk.
    pub is_hollow: bool,
}

/// What is looked at beside the names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// The lengths.
    pub lengths: bool,
    /// And whether a file has blocks on disk; not every file system tells.
    pub blocks: bool,
}

impl Look {
    /// With the lengths if asked, and with the blocks where the file system tells those of this file,
    /// which was read and holds something.
    pub(crate) fn new(lengths: bool, witness: &Path) -> Self {
        let meta = watched::symlink_metadata(witness);
        Self {
            lengths,
            blocks: meta.is_ok_and(|meta| file::tells_blocks(&meta)),
        }
    }
}

/// How many names of a kind are kept.
pub(crate) const SAMPLE_MAX: usize = 20;

/// Endings of the names that stand in the place of a file whose content a cloud keeps.
const STUB_ENDINGS: [&str; 3] = [".icloud", ".nextcloud", ".owncloud"];

/// Left by file managers; no part of a backup.
const CLUTTER: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", ".localized"];

/// The folder of one first byte.
pub(crate) fn bucket_path(folder: &Path, first_byte: u8) -> PathBuf {
    folder.join(format!("{first_byte:02x}"))
}

/// The same as it lies on disk, in capitals where a FAT disk gave the name back so.
pub(crate) fn found_bucket(folder: &Path, first_byte: u8) -> PathBuf {
    let path = bucket_path(folder, first_byte);
    let name = format!("{first_byte:02X}");
    let has_letters = name.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_letters
        && watched::symlink_metadata(&path).is_err()
        && watched::is_dir(folder.join(&name))
    {
        return folder.join(name);
    }
    path
}

/// Lists one of the 256 folders, with the files' lengths if asked. One that is absent is as good as
/// empty; one that is no folder is a fault.
pub(crate) fn list_bucket(folder: &Path, first_byte: u8, look: Look) -> Result<Listing, Fault> {
    let path = found_bucket(folder, first_byte);
    let meta = match watched::symlink_metadata(&path) {
        Ok(meta) => meta,
        Err(e) => return absent_is_empty(file::fault(&e)),
    };
    if !meta.is_dir() {
        return Err(file::wrong_kind(meta.file_type()));
    }
    let mut listing = list(&path, look).or_else(|e| absent_is_empty(file::fault(&e)))?;
    let (here, elsewhere) = listing.files.iter().partition(|f| f.id[0] == first_byte);
    listing.files = here;
    for file in elsewhere {
        listing.add_stranger(hex(&file.id));
    }
    Ok(listing)
}

/// Lists the payloads that lie beside the plists. Other files there are not strangers.
pub(crate) fn list_flat(folder: &Path, look: Look) -> Result<Listing, Fault> {
    let listing = list(folder, look).map_err(|e| file::fault(&e))?;
    Ok(Listing {
        strangers: 0,
        strangers_sample: BTreeSet::new(),
        ..listing
    })
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
            stubs: self
                .stubs
                .iter()
                .filter(|id| id[0] == first_byte)
                .copied()
                .collect(),
            spelled: self.spelled.clone(),
            ..Self::default()
        }
    }

    /// The name of a payload as it lies on disk.
    pub(crate) fn name_of(&self, id: &[u8; 20]) -> OsString {
        self.spelled
            .get(id)
            .cloned()
            .unwrap_or_else(|| hex(id).into())
    }

    fn add_stranger(&mut self, name: String) {
        self.strangers += 1;
        self.strangers_sample.insert(name);
        if self.strangers_sample.len() > SAMPLE_MAX {
            self.strangers_sample.pop_last();
        }
    }
}

fn list(path: &Path, look: Look) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in watched::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_file = entry.file_type()?.is_file();
        match (file_id(name.as_encoded_bytes()), is_file) {
            (Some(id), true) => {
                if name.as_encoded_bytes().iter().any(u8::is_ascii_uppercase) {
                    listing.spelled.insert(id, name);
                }
                listing.files.extend(on_disk(id, &entry, look)?);
            }
            (Some(_), false) => listing.no_files += 1,
            (None, true) => {
                let name = name.to_string_lossy();
                if let Some(id) = stub_of(&name).and_then(|name| file_id(name.as_bytes())) {
                    listing.stubs.insert(id);
                } else if !is_clutter(&name) {
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
fn on_disk(id: [u8; 20], entry: &DirEntry, look: Look) -> io::Result<Option<OnDisk>> {
    if !look.lengths {
        return Ok(Some(OnDisk {
            id,
            bytes: 0,
            is_hollow: false,
        }));
    }
    match entry.metadata() {
        Ok(meta) => Ok(Some(OnDisk {
            id,
            bytes: meta.len(),
            is_hollow: file::is_elsewhere(&meta, look.blocks),
        })),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The name that a stub stands for: `.NAME.icloud`, `NAME.nextcloud`.
pub(crate) fn stub_of(name: &str) -> Option<&str> {
    let (ending, stem) = STUB_ENDINGS
        .iter()
        .find_map(|ending| Some((*ending, name.strip_suffix(ending)?)))?;
    match ending {
        ".icloud" => stem.strip_prefix('.'),
        _ => Some(stem),
    }
}

fn is_clutter(name: &str) -> bool {
    name.starts_with("._") || CLUTTER.contains(&name)
}
