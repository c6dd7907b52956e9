//! Does a file begin as its name promises?
//!
//! Wide rather than narrow: a photo may be of any format that a photo can be of, a property list may
//! be text. Random bytes, zeros and bytes of another file are told from all of them.

use crate::backup::file_list::content_kind::ContentKind;

/// So many bytes are enough for every kind; a page of a file system.
pub(crate) const HEAD_BYTES: usize = 4_096;

const SQLITE: &[u8] = b"SQLite format 3\0";
/// At byte 21 of a database: three numbers that its format fixes.
const SQLITE_FIXED: [u8; 3] = [64, 32, 32];

/// How far into a file a beginning is looked for, and the beginnings of photos, films and recordings.
const MEDIA: [(usize, &[u8]); 27] = [
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG"),
    (0, b"GIF8"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"RIFF"),
    (0, b"BM"),
    (0, b"\0\0\0\x0cjP  "),
    (0, b"\0\0\0\x0cJXL "),
    (0, b"\xff\x0a"),
    (0, b"FUJIFILM"),
    (0, b"IIRO"),
    (0, b"IIU\0"),
    (0, b"8BPS"),
    (0, b"%PDF"),
    (0, b"caff"),
    (0, b"ID3"),
    (0, b"\x1a\x45\xdf\xa3"),
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (4, b"free"),
    (4, b"skip"),
    (4, b"pnot"),
    (4, b"jumb"),
    (0, b"OggS"),
];

/// Text and its byte order marks.
const LIST_BEGINNINGS: [&[u8]; 3] = [b"bplist", b"\xff\xfe", b"\xfe\xff"];
/// So many bytes of a list that is text are looked at.
const TEXT_BYTES: usize = 64;

/// Does it? `head` holds the first bytes, all of them where the file is short.
pub(crate) fn begin_as(kind: ContentKind, head: &[u8]) -> bool {
    match kind {
        ContentKind::CoreDatabase | ContentKind::Database => begins_as_database(head),
        ContentKind::PropertyList => begins_as_list(head),
        ContentKind::Media => begins_as_media(head),
    }
}

/// Are all of them zero, as a copy leaves them that made room and wrote nothing?
pub(crate) fn are_zeros(head: &[u8]) -> bool {
    head.iter().all(|byte| *byte == 0)
}

fn begins_as_database(head: &[u8]) -> bool {
    let shown = head.len().min(SQLITE.len());
    if head[..shown] != SQLITE[..shown] {
        return false;
    }
    let Some(header) = head.first_chunk::<24>() else {
        return true;
    };
    let page = u16::from_be_bytes([header[16], header[17]]);
    let is_a_page = page == 1 || (page >= 512 && page.is_power_of_two());
    is_a_page && header[21..24] == SQLITE_FIXED
}

fn begins_as_list(head: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !byte.is_ascii_whitespace();
    let text = &head[..head.len().min(TEXT_BYTES)];
    let is_text = || match str::from_utf8(text) {
        Ok(_) => true,
        // A character that the piece cuts in two.
        Err(error) => error.error_len().is_none(),
    };
    LIST_BEGINNINGS.iter().any(|known| head.starts_with(known))
        || (is_text() && !text.iter().any(is_control))
}

fn begins_as_media(head: &[u8]) -> bool {
    let begins =
        |(at, known): &(usize, &[u8])| head.get(*at..).is_some_and(|rest| rest.starts_with(known));
    MEDIA.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::ContentKind::{Database, Media, PropertyList};
    use super::*;

    #[track_caller]
    fn check(kind: ContentKind, head: &[u8], wanted: bool) {
        assert_eq!(begin_as(kind, head), wanted, "{kind:?} {head:?}");
    }

    fn header(page: [u8; 2], fixed: [u8; 3]) -> Vec<u8> {
        [SQLITE, &page, &[2, 2, 0], &fixed, &[0; 76]].concat()
    }

    #[test]
    fn databases_begin_with_their_header() {
        check(Database, &header([0x10, 0], [64, 32, 32]), true);
        check(Database, &header([0, 1], [64, 32, 32]), true);
        check(Database, &header([2, 0], [64, 32, 32]), true);
        check(Database, &header([1, 0], [64, 32, 32]), false);
        check(Database, &header([0x10, 1], [64, 32, 32]), false);
        check(Database, &header([0x10, 0], [64, 32, 0]), false);
        check(Database, b"SQLite format 3\0", true);
        check(Database, b"SQLite format 4\0", false);
        check(Database, &[0; 4_096], false);
        check(Database, b"bplist00", false);
    }

    #[test]
    fn lists_are_binary_or_text() {
        for list in [
            &b"bplist00\xd1"[..],
            b"<?xml version=\"1.0\"?>",
            b"\xef\xbb\xbf<?xml",
            b"\xff\xfe<\0?\0",
            b"\xfe\xff\0<\0?",
            b"<plist version=\"1.0\">",
            b"{ a = 1; }\n",
            b"\n\t{}",
        ] {
            check(PropertyList, list, true);
        }
        check(
            PropertyList,
            &[&[b' '; 63][..], "é".as_bytes()].concat(),
            true,
        );
        check(PropertyList, &[0; 90], false);
        check(PropertyList, b"\x93\x12\xfe\x80\x01", false);
        check(PropertyList, SQLITE, false);
    }

    #[test]
    fn media_are_of_any_format() {
        for media in [
            &b"\0\0\0\x24ftypheic"[..],
            b"\xff\xd8\xff\xe1",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\0\0\0\0WEBP",
            b"\0\0\0\x08wide",
            b"II*\0",
        ] {
            check(Media, media, true);
        }
        check(Media, &[0; 4_096], false);
        check(Media, b"ftypheic", false);
        check(Media, b"\x93\x12", false);
    }
}
