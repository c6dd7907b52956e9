//! What the name of a file promises of its first bytes.
//!
//! A name binds only where the system writes the file and chooses its name: an app may call an
//! encrypted database `.sqlite`, and a person may send a picture called `.db`. Such files promise
//! nothing. Which kinds are taken for certain, and why, is told in docs/formats.md.

/// What a file must begin as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ContentKind {
    /// A database that people miss first.
    CoreDatabase,
    /// Any other SQLite database.
    Database,
    /// A property list.
    PropertyList,
    /// A photo, a film or a recording, of whatever format.
    Media,
}

/// Data that people miss first: messages, contacts, calls, notes, calendar, photos, health, chats.
const CORE: [(&[u8], &[u8]); 11] = [
    (b"HomeDomain", b"Library/SMS/sms.db"),
    (b"HomeDomain", b"Library/AddressBook/AddressBook.sqlitedb"),
    (
        b"HomeDomain",
        b"Library/CallHistoryDB/CallHistory.storedata",
    ),
    (b"HomeDomain", b"Library/Calendar/Calendar.sqlitedb"),
    (b"HomeDomain", b"Library/Notes/notes.sqlite"),
    (b"AppDomainGroup-group.com.apple.notes", b"NoteStore.sqlite"),
    (b"CameraRollDomain", b"Media/PhotoData/Photos.sqlite"),
    (b"HealthDomain", b"Health/healthdb.sqlite"),
    (b"HealthDomain", b"Health/healthdb_secure.sqlite"),
    (WHATSAPP, b"ChatStorage.sqlite"),
    (WHATSAPP, b"ContactsV2.sqlite"),
];
const WHATSAPP: &[u8] = b"AppDomainGroup-group.net.whatsapp.WhatsApp.shared";

/// The longest ending below.
const ENDING_MAX: usize = 9;

/// Endings in lower case. Not `.store` and `.realm`, which are of other formats.
fn by_ending(ending: &[u8]) -> Option<ContentKind> {
    match ending {
        b"db" | b"sqlite" | b"sqlitedb" | b"sqlite3" | b"storedata" => Some(ContentKind::Database),
        b"plist" => Some(ContentKind::PropertyList),
        b"heic" | b"heif" | b"jpg" | b"jpeg" | b"png" | b"gif" | b"tif" | b"tiff" | b"webp"
        | b"dng" | b"mov" | b"mp4" | b"m4v" | b"m4a" => Some(ContentKind::Media),
        _ => None,
    }
}

impl ContentKind {
    /// What a file of this domain and path must begin as; `None` where its name promises nothing.
    pub(super) fn of(domain: &[u8], path: &[u8]) -> Option<Self> {
        let end = &path[path.len().saturating_sub(ENDING_MAX + 1)..];
        let dot = end.iter().rposition(|byte| *byte == b'.')?;
        let mut lower = [0; ENDING_MAX];
        let ending = lower.get_mut(..end.len() - dot - 1)?;
        ending.copy_from_slice(&end[dot + 1..]);
        ending.make_ascii_lowercase();
        let kind = by_ending(ending)?;
        if kind == Self::Database && is_core(domain, path) {
            return Some(Self::CoreDatabase);
        }
        kind.binds(domain, path).then_some(kind)
    }

    /// Does the system write files of this kind there?
    fn binds(self, domain: &[u8], path: &[u8]) -> bool {
        match self {
            Self::CoreDatabase => true,
            Self::Media => is_of_the_camera(domain, path),
            Self::Database => is_of_the_system(domain, path),
            Self::PropertyList => {
                is_of_the_system(domain, path) || path.starts_with(b"Library/Preferences/")
            }
        }
    }
}

fn is_core(domain: &[u8], path: &[u8]) -> bool {
    CORE.iter()
        .any(|(core, core_path)| *core_path == path && *core == domain)
}

/// Photos and films of the library, and recordings.
fn is_of_the_camera(domain: &[u8], path: &[u8]) -> bool {
    match domain {
        b"CameraRollDomain" => {
            path.starts_with(b"Media/DCIM/") || path.starts_with(b"Media/PhotoData/")
        }
        b"MediaDomain" => path.starts_with(b"Media/Recordings/"),
        _ => false,
    }
}

/// Domains of the system and of its own apps, but for the folders in which people keep what they like.
fn is_of_the_system(domain: &[u8], path: &[u8]) -> bool {
    if domain == b"MediaDomain" {
        return path.starts_with(b"Media/Recordings/");
    }
    let is_of_an_app = domain.starts_with(b"AppDomain");
    !is_of_an_app || (is_an_app_of_apple(domain) && !path.starts_with(b"Documents/"))
}

/// "AppDomain-com.apple.…", "AppDomainGroup-group.com.apple.…", "AppDomainPlugin-com.apple.…".
fn is_an_app_of_apple(domain: &[u8]) -> bool {
    let dash = domain.iter().position(|byte| *byte == b'-');
    let name = dash.map_or(&b""[..], |at| &domain[at + 1..]);
    let name = name.strip_prefix(b"group.").unwrap_or(name);
    name.starts_with(b"com.apple.")
}

#[cfg(test)]
mod tests {
    use super::ContentKind::{CoreDatabase, Database, Media, PropertyList};
    use super::*;

    #[track_caller]
    fn check(domain: &str, path: &str, wanted: impl Into<Option<ContentKind>>) {
        let found = ContentKind::of(domain.as_bytes(), path.as_bytes());
        assert_eq!(found, wanted.into(), "{domain} {path}");
    }

    #[test]
    fn a_name_binds_where_the_system_chooses_it() {
        check("HomeDomain", "Library/SMS/sms.db", CoreDatabase);
        check("HomeDomain", "Library/SMS/sms.db-wal", None);
        check("HomeDomain", "Library/Other/sms.db", Database);
        check("HomeDomain", "Library/Other/SMS.DB", Database);
        check("HomeDomain", "sms", None);
        check("HomeDomain", "", None);
        check("HomeDomain", "a.", None);
        check("HomeDomain", "Library/a.store", None);
        check("HomeDomain", "Library/a.sqliteencrypted", None);
        check(
            "CameraRollDomain",
            "Media/DCIM/100APPLE/IMG_0001.HEIC",
            Media,
        );
        check("CameraRollDomain", "Media/Other/IMG_0001.HEIC", None);
        check(
            "CameraRollDomain",
            "Media/PhotoData/Photos.sqlite",
            CoreDatabase,
        );
        check("MediaDomain", "Media/Recordings/Recordings.db", Database);
        check("MediaDomain", "Library/SMS/Attachments/00/00/a.db", None);
        check("MediaDomain", "Library/SMS/Attachments/00/00/a.heic", None);
    }

    #[test]
    fn an_app_calls_its_files_what_it_likes() {
        let (own, group) = (
            "AppDomain-com.example.a",
            "AppDomainGroup-group.com.example.a",
        );
        check(own, "Documents/a.sqlite", None);
        check(own, "Documents/a.plist", None);
        check(own, "Library/Preferences/com.example.a.plist", PropertyList);
        check(group, "Library/shared.db", None);
        check(group, "Library/Preferences/group.plist", PropertyList);
        check(
            "AppDomain-com.apple.mobilesafari",
            "Library/Safari/a.db",
            Database,
        );
        check("AppDomain-com.apple.Pages", "Documents/a.db", None);
        check(
            "AppDomainGroup-group.com.apple.notes",
            "NoteStore.sqlite",
            CoreDatabase,
        );
        check("AppDomainGroup-group.com.apple.x", "a.sqlite", Database);
        check(
            "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
            "ChatStorage.sqlite",
            CoreDatabase,
        );
        check(
            "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
            "Sticker.sqlite",
            None,
        );
        check(
            "SysContainerDomain-com.apple.x",
            "Library/a.plist",
            PropertyList,
        );
    }
}
