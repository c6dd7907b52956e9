//! What a backup holds: files, folders and links of the device, by domain and path.

use sha1::{Digest, Sha1};

use super::apps::Weight;
use super::file_type::begin_as_named;
use crate::rng::Rng;

/// One thing the device backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// "HomeDomain".
    pub domain: String,
    /// Path below the domain; empty for the domain's own folder.
    pub path: String,
    /// File, folder or link.
    pub kind: Kind,
    /// Protection class, 0 to 4.
    pub class: u32,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A file with its content.
    File(Vec<u8>),
    /// A folder.
    Folder,
    /// A symbolic link and where it points.
    Link(String),
}

impl Entry {
    /// A file.
    pub fn file(domain: &str, path: &str, class: u32, content: impl Into<Vec<u8>>) -> Self {
        Self::new(domain, path, class, Kind::File(content.into()))
    }

    /// A folder.
    pub fn folder(domain: &str, path: &str) -> Self {
        Self::new(domain, path, 0, Kind::Folder)
    }

    /// A symbolic link.
    pub fn link(domain: &str, path: &str, target: &str) -> Self {
        Self::new(domain, path, 0, Kind::Link(target.to_owned()))
    }

    fn new(domain: &str, path: &str, class: u32, kind: Kind) -> Self {
        Self {
            domain: domain.to_owned(),
            path: path.to_owned(),
            kind,
            class,
        }
    }

    /// 40 lower-case hex digits: the name of the payload on disk.
    pub fn file_id(&self) -> String {
        file_id(&self.domain, &self.path)
    }

    /// Does the device note a digest for files of this domain?
    pub fn has_digest(&self) -> bool {
        DIGEST_DOMAINS.contains(&self.domain.as_str())
    }
}

/// SHA-1 of `domain-path`.
pub fn file_id(domain: &str, path: &str) -> String {
    let mut name = domain.as_bytes().to_vec();
    name.push(b'-');
    name.extend_from_slice(path.as_bytes());
    hex(&sha1(&name))
}

/// SHA-1.
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The only domains whose files carry a `Digest` (iOS 14.3 and 27.0).
const DIGEST_DOMAINS: &[&str] = &[
    "DatabaseDomain",
    "HealthDomain",
    "HomeDomain",
    "HomeKitDomain",
    "InstallDomain",
    "KeyboardDomain",
    "KeychainDomain",
    "ManagedPreferencesDomain",
    "RootDomain",
    "SystemPreferencesDomain",
    "WirelessDomain",
];

/// Files found on every phone: domain, path, protection class. The first four lie in the domains that
/// no device's backup is without, so that the smallest backup here is one of a whole device.
const USUAL: &[(&str, &str, u32)] = &[
    ("HomeDomain", "Library/SMS/sms.db", 3),
    (
        "RootDomain",
        "Library/Preferences/com.apple.preferences.network.plist",
        4,
    ),
    (
        "WirelessDomain",
        "Library/Preferences/com.apple.commcenter.plist",
        4,
    ),
    (
        "SystemPreferencesDomain",
        "SystemConfiguration/preferences.plist",
        4,
    ),
    ("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", 3),
    ("CameraRollDomain", "Media/PhotoData/Photos.sqlite", 3),
    ("HomeDomain", "Library/Calendar/Calendar.sqlitedb", 3),
    ("HomeDomain", "Library/Notes/notes.sqlite", 2),
    ("HomeDomain", "Library/Safari/Bookmarks.db", 3),
    ("DatabaseDomain", "com.apple.notifyd.matching", 4),
    (
        "KeyboardDomain",
        "Library/Keyboard/UserDictionary.sqlite",
        3,
    ),
    ("InstallDomain", "Library/Logs/install.log", 4),
    (
        "AppDomain-com.example.timetable",
        "Documents/timetable.sqlite",
        3,
    ),
    (
        "AppDomainGroup-group.com.example.timetable",
        "Library/shared.db",
        3,
    ),
    (
        "AppDomainPlugin-com.example.timetable.widget",
        "Library/Caches/state",
        3,
    ),
    ("MediaDomain", "Media/Recordings/Recordings.db", 3),
];

/// So many of [`USUAL`] stand first in every backup.
const CORE: usize = 4;

/// Files a device gives only to an encrypted backup.
const ONLY_ENCRYPTED: &[(&str, &str, u32)] = &[
    ("KeychainDomain", "keychain-backup.plist", 3),
    ("HealthDomain", "Health/healthdb.sqlite", 2),
    (
        "HomeDomain",
        "Library/CallHistoryDB/CallHistory.storedata",
        3,
    ),
];

/// `count` files, the usual ones first and photos after them. Every 24th is empty, as on a device.
pub fn usual_files(rng: &mut Rng, count: usize, encrypted: bool) -> Vec<Entry> {
    let only_encrypted = ONLY_ENCRYPTED.iter().filter(|_| encrypted);
    let (core, others) = USUAL.split_at(CORE);
    let mut entries: Vec<Entry> = (core.iter().chain(only_encrypted).chain(others))
        .take(count)
        .map(|(domain, path, class)| Entry::file(domain, path, *class, content(rng, path)))
        .collect();
    for number in entries.len()..count {
        let path = format!(
            "Media/DCIM/{}APPLE/IMG_{:04}.HEIC",
            100 + number / 1000,
            number % 10_000
        );
        let bytes = if number % 24 == 23 {
            Vec::new()
        } else {
            content(rng, &path)
        };
        entries.push(Entry::file("CameraRollDomain", &path, 3, bytes));
    }
    entries
}

/// The folders above `files`, each once, and the one link every device has.
pub fn folders_and_links(files: &[Entry]) -> Vec<Entry> {
    let mut seen = std::collections::BTreeSet::new();
    for file in files {
        let above = file.path.match_indices('/').map(|(at, _)| &file.path[..at]);
        for path in std::iter::once("").chain(above) {
            seen.insert((file.domain.as_str(), path));
        }
    }
    let mut entries: Vec<Entry> = seen
        .into_iter()
        .map(|(domain, path)| Entry::folder(domain, path))
        .collect();
    entries.push(Entry::link(
        "DatabaseDomain",
        "timezone/localtime",
        "/var/db/timezone/zoneinfo/Europe/Berlin",
    ));
    entries
}

/// The folder of each app's container: every app that Manifest.plist lists has one.
pub fn app_folders(weight: Weight) -> Vec<Entry> {
    let folder = |bundle| Entry::folder(&format!("AppDomain-{bundle}"), "");
    weight.bundles().map(folder).collect()
}

fn content(rng: &mut Rng, path: &str) -> Vec<u8> {
    let len = 16 + rng.below(112) as usize;
    begin_as_named(path, rng.bytes(len))
}

#[cfg(test)]
mod tests {
    use super::{file_id, folders_and_links, usual_files};
    use crate::rng::Rng;

    /// Known names, as published for the two iCloud logs.
    #[test]
    fn file_ids_are_those_of_real_backups() {
        let logs = "Library/Preferences/com.apple.MobileBackup.plist";
        assert_eq!(
            file_id("RootDomain", logs),
            "e999feed282a124992b327889794b74eaf6adb56"
        );
        assert_eq!(
            file_id("HomeDomain", logs),
            "2f0b2af6ff2371fcfaf405572b94d0e8551c5659"
        );
        assert_eq!(
            file_id(
                "HomeDomain",
                "Library/Preferences/com.apple.mobile.ldbackup.plist"
            ),
            "2f771621fd3c627d0db75fe173f3dae8ce50e98b"
        );
    }

    #[test]
    fn files_are_as_many_as_asked_and_differ() {
        let files = usual_files(&mut Rng::new(1), 60, true);
        let ids: std::collections::BTreeSet<String> =
            files.iter().map(super::Entry::file_id).collect();
        assert_eq!((files.len(), ids.len()), (60, 60));
        assert!(
            folders_and_links(&files)
                .iter()
                .any(|entry| entry.path.is_empty())
        );
    }
}
