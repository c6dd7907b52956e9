//! What a folder is by its own name: tables of names, and what each row means.

use std::ffi::OsStr;
use std::path::Path;

use crate::model::identity::FolderName;
use crate::source::entry_names::is_named;
use crate::source::watched;

pub(super) use crate::source::entry_names::is_junk;

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
    (
        "_BackupExplorer",
        "files that iTunes Backup Explorer took out of a backup; not a backup",
    ),
];

/// Folders in which systems keep what was deleted or replaced (docs/formats.md names the source of
/// each). A backup in one of them is on its way out and counts for nothing.
const BINS: &[&str] = &[
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    ".Recycle.Bin",
    ".Trash",
    ".Trashes",
    ".debris",
    ".dropbox.cache",
    ".recycle",
    ".snapshot",
    ".snapshots",
    ".stversions",
    ".tmp.drivedownload",
    ".tmp.driveupload",
    ".zfs",
    ".~tmp~",
    "@Recently-Snapshot",
    "@Recycle",
    "Network Trash Folder",
    "RECYCLED",
    "RECYCLER",
    "Recycle Bin",
    "Trash",
    "_gsdata_",
    "files_trashbin",
    "files_versions",
    "trashbox",
    "~snapshot",
];

/// Words inside a name that begins with a sign, by which a bin of an unknown system is recognised.
const BIN_WORDS: &[&str] = &["recycle", "trash", "snapshot", "versions", "deleted"];

/// Endings of archives and disk images in which people keep backups.
const ARCHIVES: &[&str] = &[
    "7z",
    "bz2",
    "dmg",
    "gz",
    "imazing",
    "img",
    "iso",
    "rar",
    "sparsebundle",
    "sparseimage",
    "tar",
    "tgz",
    "vhd",
    "vhdx",
    "xz",
    "zip",
    "zst",
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
    "etc",
    "opt",
    "private",
    "proc",
    "sbin",
    "sys",
    "tmp",
    "usr",
    "var",
];

/// Links that Windows itself puts beside the homes, into each of them and at the top of the disk.
const WINDOWS_LINKS: &[&str] = &[
    "All Users",
    "Application Data",
    "Cookies",
    "Default User",
    "Documents and Settings",
    "Local Settings",
    "My Documents",
    "My Music",
    "My Pictures",
    "My Videos",
    "NetHood",
    "PrintHood",
    "Recent",
    "SendTo",
    "Start Menu",
    "Templates",
];

/// Folders on the way to a standard location. A link in the place of one may hide every backup of a
/// user.
const ON_THE_WAY: &[&str] = &[
    "AppData",
    "Apple",
    "Apple Computer",
    "Application Support",
    "Backup",
    "Library",
    "MobileSync",
    "Roaming",
    "Users",
];

/// Folders of a home that are not searched: programs keep their own things there, and backups only
/// in the standard locations.
const NOT_SEARCHED_IN_HOMES: &[&str] = &["AppData", "Applications", "Library"];

/// What a folder of a known tool is, which is no backup.
pub(super) fn known(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?;
    let row = KNOWN.iter().find(|(known, _)| is_named(name, known));
    row.map(|(_, words)| *words)
}

/// Does a system keep there what was deleted or replaced?
pub(super) fn is_bin(name: &OsStr) -> bool {
    if BINS.iter().any(|bin| is_named(name, bin)) {
        return true;
    }
    let name = name.to_string_lossy().to_ascii_lowercase();
    let has_a_sign = name.starts_with(['#', '$', '.', '@', '_', '~']);
    has_a_sign && BIN_WORDS.iter().any(|word| name.contains(word))
}

/// Is it an archive or a disk image by its ending?
pub(super) fn is_archive(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ARCHIVES.iter().any(|known| is_named(ending, known)))
}

/// The name of a backup folder: its own, else that of the real folder behind a link or a dot.
pub(super) fn folder_name(path: &Path) -> Option<FolderName> {
    let parse = |path: &Path| FolderName::parse(path.file_name()?.to_str()?);
    let hides_a_name = || path.file_name().is_none() || path.is_symlink();
    parse(path).or_else(|| {
        hides_a_name().then(|| {
            watched::canonicalize(path)
                .ok()
                .and_then(|real| parse(&real))
        })?
    })
}

/// Does the path end like a place where Apple's tools put backups?
pub(super) fn is_location(path: &Path) -> bool {
    let mut last = path.components().rev().map(std::path::Component::as_os_str);
    last.next().is_some_and(|name| is_named(name, "Backup"))
        && last.next().is_some_and(|name| is_named(name, "MobileSync"))
}

/// Is it a `MobileSync`, in which a location lies?
pub(super) fn holds_location(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| is_named(name, "MobileSync"))
}

/// Does a standard location lie on the other side of a link of this name?
pub(super) fn is_on_the_way(name: &OsStr) -> bool {
    ON_THE_WAY.iter().any(|known| is_named(name, known))
}

/// Is it a folder at the top of a disk that people do not use?
pub(super) fn is_system_folder(name: &OsStr) -> bool {
    DISK_SYSTEM.iter().any(|known| is_named(name, known))
}

/// Is it a folder of a home in which people keep files?
pub(super) fn is_searched_in_homes(name: &OsStr) -> bool {
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    let is_left_out = NOT_SEARCHED_IN_HOMES
        .iter()
        .any(|known| is_named(name, known));
    !is_hidden && !is_left_out && !is_junk(name) && !is_bin(name)
}

/// Is it one of the links that every Windows computer has?
pub(super) fn is_windows_link(name: &OsStr) -> bool {
    WINDOWS_LINKS.iter().any(|link| is_named(name, link))
}

/// Is it a folder of homes by its name?
pub(super) fn is_folder_of_homes(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        ["Users", "home", "Documents and Settings"]
            .iter()
            .any(|known| is_named(name, known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_bin(name: &str, wanted: bool) {
        assert_eq!(is_bin(OsStr::new(name)), wanted, "{name}");
    }

    #[test]
    fn bins_by_their_names() {
        check_bin("#recycle", true);
        check_bin("$Recycle.Bin", true);
        check_bin(".Trash-1000", true);
        check_bin("@GMT-Snapshots", true);
        check_bin("_Deleted Items", true);
        check_bin("Trash", true);
        check_bin("Trash talk", false);
        check_bin("Snapshot", false);
        check_bin("Old versions", false);
        check_bin(".hidden", false);
        check_bin("#1 phone", false);
    }

    #[test]
    fn locations_by_the_end_of_their_path() {
        assert!(is_location(Path::new("/a/MobileSync/Backup")));
        assert!(is_location(Path::new("/a/MOBILESYNC/BACKUP/")));
        assert!(!is_location(Path::new("/a/Backup")));
        assert!(!is_location(Path::new("/a/MobileSync/Backup/b")));
    }
}
