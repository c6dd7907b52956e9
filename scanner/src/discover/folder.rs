//! Tells what a folder is from its own name and the names right inside it.
//!
//! People rename backup folders, so the name alone is not enough; and every app bundle on a share
//! holds an `Info.plist`, so one file alone is not enough either.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::locations::HOME_LOCATIONS;
use crate::model::identity::FolderName;

/// What a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Folder {
    /// A backup, or what an attempt left behind.
    Backup,
    /// Something of a known tool that is no backup; the words say what.
    Known(&'static str),
    /// The home of a user: backups lie in the standard locations only.
    Home,
    /// The top of a computer's disk: the system's own folders hold no backups.
    Disk,
    /// Any other folder.
    Plain,
}

/// Folders beside backups that belong to known tools, and what they are.
const KNOWN: &[(&str, &str)] = &[
    (
        "iMazing.Versions",
        "iMazing's own snapshots of earlier backups, which Apple's tools cannot restore; not read",
    ),
    (
        "_unback_",
        "files that idevicebackup2 unpacked from a backup; not a backup",
    ),
];

/// Each row is a set of names that together only a backup holds.
const SHAPES: &[&[&str]] = &[
    &["Manifest.db"],
    &["Manifest.mbdb"],
    &["Status.plist", "Info.plist"],
    &["Status.plist", "Manifest.plist"],
    &["Status.plist", "Snapshot"],
    &["Status.plist", "00"],
    &["Manifest.plist", "Snapshot"],
    &["Manifest.plist", "00"],
    &["Info.plist", "Snapshot"],
    &["Info.plist", "00"],
];

/// Each row is a set of names that together only the top of a disk holds.
const DISKS: &[&[&str]] = &[
    &["Users", "System"],
    &["Users", "Library"],
    &["Users", "Windows"],
    &["Users", "Program Files"],
];

/// A home holds one of these.
const HOMES: &[&str] = &[
    "Library/Application Support",
    "AppData/Roaming",
    "Apple/MobileSync",
];

/// Folders at the top of a disk that belong to the system.
const DISK_SYSTEM: &[&str] = &[
    "Applications",
    "Library",
    "PerfLogs",
    "Program Files",
    "Program Files (x86)",
    "ProgramData",
    "Recovery",
    "System",
    "Windows",
    "bin",
    "cores",
    "dev",
    "opt",
    "private",
    "proc",
    "sbin",
    "sys",
    "usr",
];

/// Names that a file system or a desktop leaves on any volume; nobody needs to hear of them.
const JUNK: &[&str] = &[
    "$RECYCLE.BIN",
    ".DS_Store",
    ".DocumentRevisions-V100",
    ".Spotlight-V100",
    ".TemporaryItems",
    ".Trashes",
    ".fseventsd",
    ".localized",
    "Icon\r",
    "RECYCLER",
    "System Volume Information",
    "Thumbs.db",
    "desktop.ini",
    "lost+found",
];

/// Links that Windows itself puts beside the homes and at the top of the disk.
const WINDOWS_LINKS: &[&str] = &["All Users", "Default User", "Documents and Settings"];

/// What the folder at `path` is. A folder that cannot be listed is plain: whoever walks it next
/// hears why.
pub(super) fn look(path: &Path) -> Folder {
    let name = path.file_name();
    if let Some((_, words)) = KNOWN.iter().find(|(known, _)| is_named(name, known)) {
        return Folder::Known(words);
    }
    if folder_name(path).is_some() {
        return Folder::Backup;
    }
    let inside = marks_inside(path);
    if holds_one_of(&inside, SHAPES) {
        Folder::Backup
    } else if holds_one_of(&inside, DISKS) {
        Folder::Disk
    } else if is_home(path, &inside) {
        Folder::Home
    } else {
        Folder::Plain
    }
}

/// Does the folder hold what only a backup holds, whatever its name? An MDM server may file the
/// answers of a device in a folder named by its UDID.
pub(super) fn has_shape_of_backup(path: &Path) -> bool {
    holds_one_of(&marks_inside(path), SHAPES)
}

/// The name of a backup folder: its own, else that of the real folder behind a link or a dot.
pub(super) fn folder_name(path: &Path) -> Option<FolderName> {
    let parse = |path: &Path| FolderName::parse(path.file_name()?.to_str()?);
    let hides_a_name = || path.file_name().is_none() || path.is_symlink();
    parse(path).or_else(|| {
        hides_a_name().then(|| {
            std::fs::canonicalize(path)
                .ok()
                .and_then(|real| parse(&real))
        })?
    })
}

/// Does the path end like a place where Apple's tools put backups?
pub(super) fn is_location(path: &Path) -> bool {
    path.ends_with("MobileSync/Backup")
}

/// The standard locations of one home.
pub(super) fn locations_of(home: &Path) -> impl Iterator<Item = PathBuf> {
    HOME_LOCATIONS.iter().map(|row| home.join(row.below_home))
}

/// The folders of a disk that people use.
pub(super) fn is_system_folder(name: &OsStr) -> bool {
    DISK_SYSTEM.iter().any(|known| is_named(Some(name), known))
}

/// Is it something that a file system or a desktop leaves everywhere?
pub(super) fn is_junk(name: &OsStr) -> bool {
    JUNK.iter().any(|junk| name.eq_ignore_ascii_case(junk))
        || name.as_encoded_bytes().starts_with(b"._")
}

/// Is it one of the links that every Windows computer has?
pub(super) fn is_windows_link(name: &OsStr) -> bool {
    WINDOWS_LINKS.iter().any(|link| name == *link)
}

fn is_named(name: Option<&OsStr>, wanted: &str) -> bool {
    name.is_some_and(|name| name == wanted)
}

fn is_home(path: &Path, inside: &BTreeSet<&str>) -> bool {
    HOMES.iter().any(|mark| {
        let first = mark.split('/').next().unwrap_or(mark);
        inside.contains(first) && path.join(mark).is_dir()
    })
}

fn holds_one_of(inside: &BTreeSet<&str>, rows: &[&[&str]]) -> bool {
    rows.iter()
        .any(|row| row.iter().all(|name| inside.contains(name)))
}

/// The names inside that some table here asks for.
fn marks_inside(path: &Path) -> BTreeSet<&'static str> {
    let homes = HOMES.iter().filter_map(|mark| mark.split('/').next());
    let asked: BTreeSet<&'static str> = [SHAPES, DISKS]
        .concat()
        .concat()
        .into_iter()
        .chain(homes)
        .collect();
    let Ok(listing) = std::fs::read_dir(path) else {
        return BTreeSet::new();
    };
    listing
        .flatten()
        .filter_map(|entry| asked.get(entry.file_name().to_str()?).copied())
        .collect()
}
