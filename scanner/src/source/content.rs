//! What the bytes of a file are, by the bytes alone: exports come as `.txt`, `.bin` and
//! without any ending, and a saved login page comes as `answers.plist`.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// What a file's bytes look like, before any parser has seen them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// A property list of either format; XML without a byte-order mark and blanks before it.
    Plist(Cow<'a, [u8]>),
    /// JSON values, one or many.
    Json(Cow<'a, [u8]>),
    /// A web page.
    Html,
    /// XML whose root is something else.
    Xml,
    /// Nothing at all, or blanks only.
    Empty,
    /// Text whose first line has several cells.
    Table,
    /// Any other text.
    Text,
    /// ASN.1 in BER or DER: a signed file, a certificate.
    Signed(&'a [u8]),
    /// A format known by its first bytes.
    Known(&'static str),
    /// Anything else.
    Binary,
}

/// What a file in DER is that is no signed property list.
pub(crate) const DER: &str = "a certificate, a key or another file in DER";

/// A sequence with a length in one to four bytes, or with its end marked.
const SEQUENCES: &[&[u8]] = &[
    b"\x30\x80",
    b"\x30\x81",
    b"\x30\x82",
    b"\x30\x83",
    b"\x30\x84",
];

const MAGICS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
];

/// Looks at the first bytes.
pub(crate) fn detect(bytes: &[u8]) -> Content<'_> {
    if bytes.starts_with(b"bplist") {
        return Content::Plist(Cow::Borrowed(bytes));
    }
    if let Some((_, name)) = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Content::Known(name);
    }
    if SEQUENCES.iter().any(|magic| bytes.starts_with(magic)) {
        return Content::Signed(bytes);
    }
    let bytes = without_mark(bytes);
    let start = skip(&bytes, 0, |b| b.is_ascii_whitespace());
    let bytes = match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..]),
        Cow::Owned(bytes) => Cow::Owned(bytes[start..].to_vec()),
    };
    match bytes.first() {
        None => Content::Empty,
        Some(b'<') => markup(bytes),
        Some(b'{' | b'[') if looks_like_json(&bytes) => Content::Json(bytes),
        Some(_) => text(&bytes),
    }
}

/// UTF-8 without its byte-order mark. UTF-16 is made UTF-8, and loses the XML declaration that
/// would then be wrong.
fn without_mark(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some((encoding, length)) = Encoding::for_bom(bytes) else {
        return Cow::Borrowed(bytes);
    };
    if encoding == encoding_rs::UTF_8 {
        return Cow::Borrowed(&bytes[length..]);
    }
    let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
    let body = text
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map_or(text.as_ref(), |(_, body)| body);
    Cow::Owned(body.as_bytes().to_vec())
}

fn markup(bytes: Cow<'_, [u8]>) -> Content<'_> {
    let root = root_name(&bytes).to_ascii_lowercase();
    match root.as_slice() {
        b"plist" | b"dict" => Content::Plist(bytes),
        b"html" | b"head" | b"body" => Content::Html,
        _ if is_html_doctype(&bytes) => Content::Html,
        // cut off before its root: the document type still says it
        b"" if memchr::memmem::find(head(&bytes), b"plist").is_some() => Content::Plist(bytes),
        _ => Content::Xml,
    }
}

/// The name of the first element, past declarations and comments; empty when there is none.
fn root_name(bytes: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?' | b'!', ..] => b">",
            [b'<', name @ ..] => {
                let length = skip(name, 0, |b| !b.is_ascii_whitespace() && !b"/>".contains(&b));
                return &name[..length];
            }
            _ => return b"",
        };
        let Some(past) = memchr::memmem::find(rest, end) else {
            return b"";
        };
        at = skip(bytes, at + past + end.len(), |b| b.is_ascii_whitespace());
    }
    b""
}

fn is_html_doctype(bytes: &[u8]) -> bool {
    let head = head(bytes).to_ascii_lowercase();
    head.starts_with(b"<!doctype html")
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(512)]
}

/// `[section]` of an INI file is no JSON.
fn looks_like_json(bytes: &[u8]) -> bool {
    let second = bytes.get(skip(bytes, 1, |b| b.is_ascii_whitespace()));
    match (bytes[0], second) {
        (_, None) | (b'{', Some(b'"' | b'}')) => true,
        (b'[', Some(byte)) => b"{[\"]-0123456789".contains(byte),
        _ => false,
    }
}

fn text(bytes: &[u8]) -> Content<'static> {
    let head = head(bytes);
    if head.iter().any(|b| *b < 9 || (14..27).contains(b)) {
        return Content::Binary;
    }
    let line = head.split(|b| *b == b'\n').next().unwrap_or(head);
    let cells = |mark: u8| line.iter().filter(|b| **b == mark).count();
    if b",;\t".iter().any(|mark| cells(*mark) >= 2) {
        Content::Table
    } else {
        Content::Text
    }
}

/// The first position from `from` on whose byte is not skipped.
fn skip(bytes: &[u8], from: usize, skipped: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let length = rest.iter().take_while(|b| skipped(**b)).count();
    from.min(bytes.len()) + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], want: &str) {
        let got = match detect(bytes) {
            Content::Plist(_) => "plist".to_owned(),
            Content::Json(_) => "json".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(got, want, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn property_lists() {
        check(b"bplist00\xd0", "plist");
        check(
            b"<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"a\" \"b\">\n<plist><dict/></plist>",
            "plist",
        );
        check(b"<plist version=\"1.0\"><dict/></plist>", "plist");
        check(b"\n  <!-- exported --> <plist><dict/></plist>", "plist");
        check(b"\xef\xbb\xbf<plist/>", "plist");
        check(b"<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC", "plist");
        let utf16: Vec<u8> = "\u{feff}<?xml encoding=\"UTF-16\"?><plist/>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(detect(&utf16), Content::Plist(Cow::Borrowed(b"<plist/>")));
    }

    #[test]
    fn what_is_no_property_list() {
        check(b"", "Empty");
        check(b"\xef\xbb\xbf \r\n", "Empty");
        check(b"<!DOCTYPE HTML><title>Sign in</title>", "Html");
        check(b"<html><body>", "Html");
        check(b"<?xml version=\"1.0\"?><mobile_device/>", "Xml");
        check(b"<", "Xml");
        check(b"serial,user,mail\n", "Table");
        check(b"serial;user;mail", "Table");
        check(b"C00000000004", "Text");
        check(b"# Exports, and how we made them", "Text");
        check(b"PK\x03\x04....", "Known(\"a ZIP archive\")");
        check(b"\0\0\0\0", "Binary");
    }

    #[test]
    fn json() {
        check(b"{\"topic\":1}", "json");
        check(b"[ {", "json");
        check(b"{}", "json");
        check(b"{", "json");
        check(b"[section]\nkey=value", "Text");
        check(b"{1}", "Text");
    }
}
