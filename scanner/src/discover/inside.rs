//! One folder, listed once: what it holds of a backup, and which folders and links lie in it.
//!
//! People rename backup folders, so the name alone is not enough; every app bundle on a share holds
//! an `Info.plist`, and a reader that was pointed at the wrong folder leaves an empty `Manifest.db`
//! there, so one file alone is not enough either.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{DirEntry, FileType};
use std::io;
use std::path::Path;

use super::folder;
use super::path_sample::Sample;
use crate::source::entry_names;
use crate::source::watched;

/// The three property lists of a backup.
const PLISTS: &[&str] = &["info.plist", "manifest.plist", "status.plist"];

/// The lists of files, which count only with content.
const LISTS: &[&str] = &["manifest.db", "manifest.mbdb"];

/// Each row is a set of names that together only the top of a disk holds.
const DISKS: &[&[&str]] = &[
    &["users", "system"],
    &["users", "library"],
    &["users", "windows"],
    &["users", "program files"],
];

/// A home holds one of these.
const HOMES: &[&str] = &[
    "Library/Application Support",
    "AppData/Roaming",
    "AppData/Local/Packages",
    "Apple/MobileSync",
];

/// Other names that are asked for.
const OTHERS: &[&str] = &[
    "appdata",
    "apple",
    "library",
    "program files",
    "snapshot",
    "system",
    "users",
    "windows",
];

/// How many payload folders are opened to see whether there is any payload.
const OPENED_MAX: usize = 16;

/// How much of a backup a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// Nothing that a backup has.
    Nothing,
    /// One file, an empty list of files, or empty payload folders.
    Traces,
    /// Names that together only a backup holds.
    Shape,
}

/// The entries of one folder.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// Names in lower case that a table here asks for.
    marks: BTreeSet<&'static str>,
    /// Files without junk.
    pub(super) files: Sample,
    /// Archives and disk images, which may hold backups and are not opened.
    pub(super) archives: Sample,
    /// Folders that may hold backups or lead to some.
    pub(super) folders: Vec<OsString>,
    /// Folders named by two hex digits.
    pub(super) payload_folders: Vec<OsString>,
    /// Recycle bins and folders of old versions.
    pub(super) bins: Vec<OsString>,
    /// Links.
    pub(super) links: Vec<OsString>,
    /// Files named by 40 hex digits, and those of iOS 3.
    payloads: u64,
    /// Is there a list of files with content?
    has_list: bool,
    /// Entries that the system could not describe.
    pub(super) errors: Vec<io::Error>,
}

impl Inside {
    /// Lists the folder at `path`.
    pub(super) fn list(path: &Path) -> io::Result<Self> {
        let mut inside = Self::default();
        for entry in watched::read_dir(path)? {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => inside.add(kind, &entry),
                Err(error) => inside.errors.push(error),
            }
        }
        Ok(inside)
    }

    fn add(&mut self, kind: FileType, entry: &DirEntry) {
        let name = entry.file_name();
        if entry_names::is_junk(&name) {
            return;
        }
        let stands_for = name.to_str().and_then(entry_names::stub_of).map(OsStr::new);
        let is_stub = stands_for.is_some();
        let mark = mark(stands_for.unwrap_or(&name));
        self.marks.extend(mark);
        if kind.is_symlink() {
            self.links.push(name);
        } else if kind.is_dir() {
            self.add_folder(name);
        } else {
            self.payloads += u64::from(is_payload_file(&name));
            let is_list = mark.is_some_and(|mark| LISTS.contains(&mark));
            let has_content = || entry.metadata().is_ok_and(|meta| meta.len() > 0);
            self.has_list = self.has_list || is_list && (is_stub || has_content());
            let files = if folder::is_archive(&name) {
                &mut self.archives
            } else {
                &mut self.files
            };
            files.add(&entry.path());
        }
    }

    fn add_folder(&mut self, name: OsString) {
        let kind = if entry_names::payload_folder(&name).is_some() {
            &mut self.payload_folders
        } else if folder::is_bin(&name) {
            &mut self.bins
        } else {
            &mut self.folders
        };
        kind.push(name);
    }

    /// How much of a backup is here, by names alone; payload folders are opened only where nothing
    /// else says.
    pub(super) fn holds(&self, path: &Path) -> Holds {
        let plists = self.count(PLISTS);
        let lists = self.count(LISTS);
        let staged = self.marks.contains("snapshot");
        let folders = staged || !self.payload_folders.is_empty();
        if plists >= 2
            || self.has_list
            || plists == 1 && folders
            || self.payloads > 0 && (plists > 0 || self.payloads >= 16)
        {
            return Holds::Shape;
        }
        if self.payload_folders.is_empty() {
            let traces = plists + lists > 0 || staged || self.payloads > 0;
            return if traces {
                Holds::Traces
            } else {
                Holds::Nothing
            };
        }
        if self.has_payload(path) {
            Holds::Shape
        } else {
            Holds::Traces
        }
    }

    /// Is any payload in the payload folders or beside the plists?
    pub(super) fn has_payload(&self, path: &Path) -> bool {
        let mut folders: Vec<&OsString> = self.payload_folders.iter().collect();
        folders.sort_unstable();
        let opened = folders.iter().take(OPENED_MAX);
        self.payloads > 0
            || opened
                .into_iter()
                .any(|name| holds_payload(&path.join(name), name))
    }

    /// The folders that belong to no backup, and those that may be parts of one where `all` are
    /// asked for.
    pub(super) fn to_search(&self, all: bool) -> impl Iterator<Item = &OsString> {
        let parts = self.payload_folders.iter().filter(move |_| all);
        let is_part = move |name: &&OsString| all || !entry_names::is_named(name, "Snapshot");
        self.folders.iter().filter(is_part).chain(parts)
    }

    /// Is it the top of a computer's disk?
    pub(super) fn is_disk(&self) -> bool {
        DISKS
            .iter()
            .any(|row| row.iter().all(|name| self.marks.contains(name)))
    }

    /// Is it the home of a user?
    pub(super) fn is_home(&self, path: &Path) -> bool {
        HOMES.iter().any(|below| {
            let first = below.split('/').next().unwrap_or(below);
            self.may_hold(first) && watched::is_dir(path.join(below))
        })
    }

    /// Is there an entry of that name, which one of the tables must hold?
    pub(super) fn may_hold(&self, name: &str) -> bool {
        self.marks.contains(name.to_ascii_lowercase().as_str())
    }

    fn count(&self, names: &[&str]) -> usize {
        names
            .iter()
            .filter(|name| self.marks.contains(*name))
            .count()
    }
}

/// Does the folder hold what only a backup holds, whatever its name? An MDM server may file the
/// answers of a device in a folder named by its UDID.
pub(super) fn has_shape_of_backup(path: &Path) -> bool {
    Inside::list(path).is_ok_and(|inside| inside.holds(path) == Holds::Shape)
}

/// The row of the tables that the name fits.
fn mark(name: &OsStr) -> Option<&'static str> {
    [PLISTS, LISTS, OTHERS]
        .into_iter()
        .flatten()
        .find(|known| entry_names::is_named(name, known))
        .copied()
}

/// The payload of iOS 5 to 9, and that of iOS 2 and 3 with its endings.
fn is_payload_file(name: &OsStr) -> bool {
    let path = Path::new(name);
    let is_old = path
        .extension()
        .is_some_and(|end| end == "mddata" || end == "mdinfo" || end == "mdbackup");
    let stem = if is_old { path.file_stem() } else { Some(name) };
    stem.is_some_and(entry_names::is_payload)
}

/// Does a payload folder hold a payload that belongs into it?
fn holds_payload(folder: &Path, name: &OsStr) -> bool {
    let first_byte = entry_names::payload_folder(name);
    let fits = |entry: &OsStr| {
        let head = entry
            .as_encoded_bytes()
            .get(..2)
            .map(<[u8]>::to_ascii_lowercase);
        entry_names::is_payload(entry)
            && head.is_some_and(|head| {
                std::str::from_utf8(&head)
                    .is_ok_and(|head| entry_names::payload_folder(OsStr::new(head)) == first_byte)
            })
    };
    watched::read_dir(folder).is_ok_and(|listing| {
        listing.flatten().any(|entry| {
            fits(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file())
        })
    })
}
