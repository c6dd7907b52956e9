//! A stamp of everything whose change means that a backup was written to since its last check.
//!
//! It is made of names, lengths and times alone and costs some 260 system calls. What it cannot see:
//! bytes changed inside a payload (the folder's time stays), and a clock that was set back. For that
//! every backup is checked again after some days, whatever its stamp says.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::payload;
use crate::backup::file_list::catalog::{Layout, hex};
use crate::source::file;
use crate::source::watched;

const FILES: [&str; 4] = [
    "Manifest.db",
    "Manifest.mbdb",
    "Manifest.plist",
    "Status.plist",
];

/// The stamp, in hex: SHA-256 over name, length, modification time, and what the system numbers
/// files by.
pub(crate) fn fingerprint(folder: &Path, layout: Layout) -> String {
    let mut hash = Sha256::new();
    for name in FILES {
        add(&mut hash, name, &file_of(folder, name, layout));
    }
    match layout {
        Layout::Flat => add(&mut hash, "", folder),
        Layout::Buckets => {
            for first_byte in 0..=u8::MAX {
                let path = payload::found_bucket(folder, first_byte);
                add(&mut hash, &format!("{first_byte:02x}"), &path);
            }
        }
    }
    hex(&hash.finalize())
}

/// The stamp of one file, for readers that take something of this form from it.
pub(crate) fn of_file(path: &Path, form: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(form.to_le_bytes());
    add(&mut hash, "", path);
    hex(&hash.finalize())
}

/// Under its own name where it is not expected: to look for other spellings costs a listing.
fn file_of(folder: &Path, name: &str, layout: Layout) -> PathBuf {
    match (name, layout) {
        ("Manifest.mbdb", Layout::Buckets) | ("Manifest.db", Layout::Flat) => folder.join(name),
        _ => file::found(folder, name),
    }
}

fn add(hash: &mut Sha256, name: &str, path: &Path) {
    hash.update(name);
    hash.update([0]);
    let Ok(meta) = watched::symlink_metadata(path) else {
        return hash.update([0]);
    };
    let modified = meta.modified().ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    hash.update([1]);
    hash.update(meta.len().to_le_bytes());
    hash.update(since.map_or(0, |since| since.as_nanos()).to_le_bytes());
    for number in file_numbers(&meta) {
        hash.update(number.to_le_bytes());
    }
}

#[cfg(unix)]
fn file_numbers(meta: &Metadata) -> [u64; 4] {
    use std::os::unix::fs::MetadataExt;
    let (seconds, nanoseconds) = (meta.ctime(), meta.ctime_nsec());
    [
        meta.dev(),
        meta.ino(),
        seconds.cast_unsigned(),
        nanoseconds.cast_unsigned(),
    ]
}

#[cfg(not(unix))]
fn file_numbers(_: &Metadata) -> [u64; 4] {
    [0; 4]
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn stamp(folder: &Path) -> String {
        fingerprint(folder, Layout::Buckets)
    }

    /// A program may write other bytes of one length and set the time back; the system notes it.
    #[test]
    fn a_time_that_was_set_back_hides_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("Manifest.db");
        std::fs::write(&list, "one").unwrap();
        let (before, meta) = (stamp(folder.path()), watched::metadata(&list).unwrap());
        assert_eq!(before, stamp(folder.path()));
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(&list, "two").unwrap();
        let file = std::fs::File::options().append(true).open(&list).unwrap();
        file.set_modified(meta.modified().unwrap()).unwrap();
        let after = watched::metadata(&list).unwrap();
        assert_eq!(
            (meta.len(), meta.modified().unwrap()),
            (after.len(), after.modified().unwrap())
        );
        assert_ne!(before, stamp(folder.path()));
    }
}
