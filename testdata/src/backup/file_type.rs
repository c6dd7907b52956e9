//! How files begin on a device, by the ending of their names: a reader may hold what a file is called
//! against its first bytes.

/// The first 24 bytes of a database in WAL mode, up to the three numbers that its format fixes.
const SQLITE: &[u8] = b"SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20";
const BINARY_LIST: &[u8] = b"bplist00";
const HEIC: &[u8] = b"\0\0\0\x24ftypheic";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const QUICKTIME: &[u8] = b"\0\0\0\x14ftypqt  ";

/// Endings in lower case, and what such a file begins with.
const BEGINNINGS: &[(&str, &[u8])] = &[
    (".db", SQLITE),
    (".sqlite", SQLITE),
    (".sqlitedb", SQLITE),
    (".storedata", SQLITE),
    (".plist", BINARY_LIST),
    (".heic", HEIC),
    (".jpg", JPEG),
    (".png", PNG),
    (".mov", QUICKTIME),
];

/// The same number of bytes, which begin as a file of that name does; others stay as they are.
pub fn begin_as_named(path: &str, mut content: Vec<u8>) -> Vec<u8> {
    let path = path.to_ascii_lowercase();
    let known = BEGINNINGS.iter().find(|(ending, _)| path.ends_with(ending));
    let beginning = known.map_or(&b""[..], |(_, beginning)| beginning);
    let length = beginning.len().min(content.len());
    content[..length].copy_from_slice(&beginning[..length]);
    content
}

#[cfg(test)]
mod tests {
    use super::begin_as_named;

    fn check(path: &str, length: usize, wanted: &[u8]) {
        let content = begin_as_named(path, vec![7; length]);
        assert_eq!(
            (content.len(), &content[..wanted.len()]),
            (length, wanted),
            "{path}"
        );
    }

    #[test]
    fn names_tell_how_files_begin() {
        check(
            "Library/SMS/sms.db",
            40,
            b"SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20\x07",
        );
        check(
            "Media/DCIM/100APPLE/IMG_0001.HEIC",
            16,
            b"\0\0\0\x24ftypheic\x07",
        );
        check("Library/Preferences/a.plist", 5, b"bplis");
        check("Library/Logs/install.log", 3, b"\x07\x07\x07");
        check("a.db", 0, b"");
    }
}
