//! Names of files and folders, compared by one rule: without regard to the case of ASCII letters.
//!
//! A FAT disk, an old SMB server or a tool of DOS days writes `STATUS.PLIST`; APFS and NTFS would
//! find it under the usual name, a case-sensitive file system does not. What was found under
//! another spelling is opened under the name that was found.

use std::ffi::OsStr;

/// Names that a file system, a desktop or a file server leaves in any folder.
const JUNK: &[&str] = &[
    ".@__thumb",
    ".AppleDB",
    ".AppleDesktop",
    ".AppleDouble",
    ".DS_Store",
    ".DocumentRevisions-V100",
    ".Spotlight-V100",
    ".TemporaryItems",
    ".directory",
    ".fseventsd",
    ".localized",
    ".stfolder",
    "@SynoEAStream",
    "@SynoResource",
    "@eaDir",
    "@tmp",
    "Icon\r",
    "System Volume Information",
    "Thumbs.db",
    "desktop.ini",
    "ehthumbs.db",
    "lost+found",
];

/// Are the names equal but for the case of ASCII letters?
pub(crate) fn is_named(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// Is it something that a file system or a desktop leaves everywhere?
pub(crate) fn is_junk(name: &OsStr) -> bool {
    JUNK.iter().any(|junk| is_named(name, junk)) || name.as_encoded_bytes().starts_with(b"._")
}

/// The name that a stub stands for, which a service leaves in the place of a file whose content it keeps:
/// `.Status.plist.icloud`, `Status.plist.nextcloud`.
pub(crate) fn stub_of(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    match ending {
        "icloud" => stem.strip_prefix('.'),
        "nextcloud" | "owncloud" => Some(stem),
        _ => None,
    }
}

/// The first byte of the payloads that a folder of this name holds: `3d`, `3D`.
pub(crate) fn payload_folder(name: &OsStr) -> Option<u8> {
    match name.as_encoded_bytes() {
        [high, low] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    }
}

/// Is it the name of a payload: 40 hex digits?
pub(crate) fn is_payload(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        assert!(is_named(OsStr::new("STATUS.Plist"), "Status.plist"));
        assert!(!is_named(OsStr::new("Status.plist "), "Status.plist"));
        assert!(is_junk(OsStr::new("THUMBS.DB")) && is_junk(OsStr::new("._Info.plist")));
        assert!(!is_junk(OsStr::new("Info.plist")));
    }

    #[test]
    fn stubs_stand_for_another_name() {
        assert_eq!(stub_of(".Manifest.db.icloud"), Some("Manifest.db"));
        assert_eq!(stub_of("Manifest.db.nextcloud"), Some("Manifest.db"));
        assert_eq!(
            (stub_of("Manifest.db.icloud"), stub_of("Manifest.db")),
            (None, None)
        );
    }

    #[test]
    fn names_of_payloads() {
        let folder = |name| payload_folder(OsStr::new(name));
        assert_eq!(
            (folder("3d"), folder("3D"), folder("00")),
            (Some(0x3d), Some(0x3d), Some(0))
        );
        assert_eq!(
            (folder("3g"), folder("3"), folder("3dd")),
            (None, None, None)
        );
        assert!(is_payload(OsStr::new(&"aB".repeat(20))));
        assert!(!is_payload(OsStr::new(&"a".repeat(39))));
        assert!(!is_payload(OsStr::new(&"g".repeat(40))));
    }
}
