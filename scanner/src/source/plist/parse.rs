//! The only caller of the property list parser, for XML and binary files alike.
//!
//! Always from memory: the parser seeks once per object in a binary file. Dropping a tree is
//! recursive and a deep one ends the process, so depth is checked before a tree is made
//! (`limits.rs`). The parser also takes an HTML page for a string of the old OpenStep
//! format; only what begins like XML or like a binary list reaches it.

use std::io::Cursor;

use memchr::memmem;
use plist::{Dictionary, Value};

use super::limits;
use crate::source::file::Fault;

/// Parses bytes whose root must be a dictionary.
///
/// ```
/// use fleetback_scanner::source::file::Fault;
/// use fleetback_scanner::source::plist::parse_dictionary;
///
/// let root = parse_dictionary(b"<plist><dict><key>a</key><true/></dict></plist>").unwrap();
/// assert_eq!(root["a"].as_boolean(), Some(true));
/// assert_eq!(parse_dictionary(b""), Err(Fault::Empty));
/// ```
pub fn parse_dictionary(bytes: &[u8]) -> Result<Dictionary, Fault> {
    match parse(bytes)? {
        Value::Dictionary(root) => Ok(root),
        other => Err(Fault::Wrong(format!(
            "a property list whose root is {}, not a dictionary",
            describe_kind(&other)
        ))),
    }
}

/// Parses bytes of either format.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let damaged = |words: &str| Fault::Damaged(words.to_owned());
    match detect_format(bytes)? {
        Format::Binary => {
            limits::check_binary(bytes).map_err(damaged)?;
            Value::from_reader(Cursor::new(bytes))
                .map_err(|_| damaged("a damaged binary property list"))
        }
        Format::Xml => parse_xml(bytes),
        Format::Utf16(encoding) => {
            let (text, _, broken) = encoding.decode(bytes);
            if broken {
                return Err(damaged("damaged UTF-16 text"));
            }
            parse_xml(text.as_bytes())
        }
    }
}

fn parse_xml(bytes: &[u8]) -> Result<Value, Fault> {
    let damaged = |words: &str| Fault::Damaged(words.to_owned());
    if let Some(words) = other_root(bytes) {
        return Err(Fault::Wrong(words));
    }
    limits::check_xml(bytes).map_err(damaged)?;
    Value::from_reader_xml(bytes).map_err(|_| {
        let cut_off = memmem::rfind(bytes, b"</plist>").is_none();
        damaged(if cut_off {
            "a cut-off XML property list"
        } else {
            "a damaged XML property list"
        })
    })
}

enum Format {
    Binary,
    Xml,
    Utf16(&'static encoding_rs::Encoding),
}

/// What a file is that begins so; words for everything but a property list.
fn detect_format(bytes: &[u8]) -> Result<Format, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if bytes.starts_with(b"bplist00") {
        return Ok(Format::Binary);
    }
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        return Ok(Format::Utf16(encoding));
    }
    let text = without_bom(bytes).trim_ascii_start();
    match text.first() {
        Some(b'<') => Ok(Format::Xml),
        _ => Err(Fault::Wrong(describe_other_content(bytes, text))),
    }
}

fn describe_other_content(bytes: &[u8], text: &[u8]) -> String {
    if bytes.iter().all(|byte| *byte == 0) {
        return format!("{} bytes of nothing but zeros", bytes.len());
    }
    let words = match text {
        [] => "nothing but white space",
        [b'{' | b'[', ..] => "JSON or a property list of the old text format",
        _ if b"bplist00".starts_with(bytes) => "a cut-off binary property list",
        [b'b', b'p', b'l', b'i', b's', b't', ..] => "a binary property list of an unknown version",
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => "an SQLite database",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [0x30, 0x80..=0x84, ..] => "a signed (CMS) document",
        _ => "not a property list",
    };
    words.to_owned()
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Words for an XML document whose first element is neither `plist` nor one that may stand in its
/// place; an error page is the commonest.
fn other_root(bytes: &[u8]) -> Option<String> {
    let name = first_element(without_bom(bytes))?;
    let shown = String::from_utf8_lossy(name).to_ascii_lowercase();
    match shown.as_str() {
        "plist" | "dict" | "array" => None,
        "html" | "head" | "body" => Some("an HTML page".to_owned()),
        _ if is_html_doctype(bytes) => Some("an HTML page".to_owned()),
        _ => Some(format!("an XML document of the kind <{shown}>")),
    }
}

fn is_html_doctype(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(256)];
    head.to_ascii_lowercase()
        .windows(14)
        .any(|window| window == b"<!doctype html")
}

/// The name of the first element, at most 32 letters of it; `None` when there is none.
fn first_element(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        rest = &rest[memchr::memchr(b'<', rest)? + 1..];
        let skip = match rest {
            [b'?', ..] => memmem::find(rest, b"?>")?,
            [b'!', b'-', b'-', ..] => memmem::find(rest, b"-->")?,
            [b'!', ..] => memchr::memchr(b'>', rest)?,
            _ => break,
        };
        rest = &rest[skip..];
    }
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b":_-.".contains(byte);
    let length = rest.iter().take(32).take_while(|b| letter(b)).count();
    Some(&rest[..length])
}

pub(super) fn describe_kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "an array",
        Value::Dictionary(_) => "a dictionary",
        Value::Boolean(_) => "true or false",
        Value::Data(_) => "data",
        Value::Date(_) => "a date",
        Value::Real(_) => "a real number",
        Value::Integer(_) => "an integer",
        Value::String(_) => "a string",
        Value::Uid(_) => "an archive reference",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], wanted: &str) {
        let found = match parse_dictionary(bytes) {
            Ok(root) => format!("{} keys", root.len()),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(found, wanted);
    }

    fn xml(body: &str) -> Vec<u8> {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">{body}</plist>\n"
        )
        .into_bytes()
    }

    fn nested(depth: usize) -> Vec<u8> {
        let (open, close) = ("<array>".repeat(depth), "</array>".repeat(depth));
        xml(&format!("<dict><key>a</key>{open}{close}</dict>"))
    }

    fn binary(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.to_writer_binary(&mut bytes).unwrap();
        bytes
    }

    /// A binary list of these objects, one byte per offset and reference.
    fn raw_binary(objects: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(object);
        }
        let table = bytes.len() as u64;
        bytes.extend_from_slice(&offsets);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend_from_slice(&(objects.len() as u64).to_be_bytes());
        bytes.extend_from_slice(&0_u64.to_be_bytes());
        bytes.extend_from_slice(&table.to_be_bytes());
        bytes
    }

    #[test]
    fn what_is_no_dictionary_is_told_in_words() {
        check(&xml("<dict><key>a</key><true/></dict>"), "1 keys");
        check(&binary(&Value::Dictionary(Dictionary::new())), "0 keys");
        check(b"", "0 bytes");
        check(&[0; 7], "7 bytes of nothing but zeros");
        check(b" \n", "nothing but white space");
        check(
            b"<!DOCTYPE html>\n<html><body>502</body></html>",
            "an HTML page",
        );
        check(b"<html lang=en>", "an HTML page");
        check(b"<!doctype HTML><title>x</title>", "an HTML page");
        check(
            b"{\"a\": 1}",
            "JSON or a property list of the old text format",
        );
        check(
            b"<?xml version=\"1.0\"?><feed/>",
            "an XML document of the kind <feed>",
        );
        check(b"SQLite format 3\0", "an SQLite database");
        check(b"garbage", "not a property list");
        check(
            b"bplist15 and more",
            "a binary property list of an unknown version",
        );
        check(b"bplist00", "a damaged or cut-off binary property list");
        check(b"bpli", "a cut-off binary property list");
        check(b"<?xml", "damaged or cut-off XML");
        check(&xml("<dict><key>a</key>")[..120], "damaged or cut-off XML");
        check(b"<plist><dict><key>a</key><true/></dict>", "1 keys");
        check(b"<plist><dict><key>a</key>", "a cut-off XML property list");
        check(&xml("<dict><true/></dict>"), "a damaged XML property list");
        check(
            &xml("<dict><key>a</key><string><![CDATA[b]]></string></dict>"),
            "XML with CDATA sections",
        );
        check(
            &xml("<array/>"),
            "a property list whose root is an array, not a dictionary",
        );
    }

    #[test]
    fn depth_is_bounded_before_a_tree_is_built() {
        check(&nested(500), "1 keys");
        check(&nested(600), "a property list nested more than 512 deep");
        check(
            &nested(200_000),
            "a property list nested more than 512 deep",
        );
        let in_quotes = "<array a=\"/>\">".repeat(600);
        check(
            &xml(&in_quotes),
            "a property list nested more than 512 deep",
        );
        let hidden = "<!DOCTYPE x [<!ENTITY a \"</array>\">]><array>".repeat(600);
        check(&xml(&hidden), "XML with a document type of its own");
    }

    #[test]
    fn binary_lists_that_hold_themselves_or_explode_are_refused_at_once() {
        // 0: [1]; 1: [0]
        check(
            &raw_binary(&[&[0xa1, 1], &[0xa1, 0]]),
            "a property list that holds itself",
        );
        check(
            &raw_binary(&[&[0xa1, 9]]),
            "a damaged or cut-off binary property list",
        );
        // Each of 62 arrays holds the next one twice.
        let mut objects: Vec<Vec<u8>> = (1..63).map(|next| vec![0xa2, next, next]).collect();
        objects.push(vec![0x09]);
        let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
        check(
            &raw_binary(&objects),
            "a property list of unreasonably many values",
        );
    }

    #[test]
    fn utf16_text_is_read_as_its_words_say() {
        let text = String::from_utf8(xml("<dict><key>ä</key><true/></dict>")).unwrap();
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        check(&bytes, "1 keys");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Boolean),
            any::<i64>().prop_map(|n| Value::Integer(n.into())),
            ".{0,12}".prop_map(Value::String),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Data),
        ];
        leaf.prop_recursive(6, 48, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::vec(("[a-z]{1,6}", inner), 0..6)
                    .prop_map(|pairs| Value::Dictionary(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_crate_writes_passes_the_door_unchanged(value in any_value()) {
            prop_assert_eq!(parse(&binary(&value)).unwrap(), value.clone());
            let mut text = Vec::new();
            value.to_writer_xml(&mut text).unwrap();
            // The crate refuses control characters it wrote itself; this parser must agree with it.
            match Value::from_reader_xml(text.as_slice()) {
                Ok(read) => prop_assert_eq!(parse(&text).unwrap(), read),
                Err(_) => prop_assert!(parse(&text).is_err()),
            }
        }

        #[test]
        fn damage_never_panics(value in any_value(), at in any::<proptest::sample::Index>(), byte: u8) {
            let mut bytes = binary(&value);
            let position = at.index(bytes.len());
            bytes[position] = byte;
            let _ = parse(&bytes);
            let _ = parse(&bytes[..position]);
            let mut text = Vec::new();
            value.to_writer_xml(&mut text).unwrap();
            let position = at.index(text.len());
            text[position] = byte;
            let _ = parse(&text);
            let _ = parse(&text[..position]);
        }

        #[test]
        fn random_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            bytes.splice(0..0, *b"bplist00");
            let _ = parse(&bytes);
        }
    }
}
