//! Reads the small values of a large property list and steps over the large ones.
//!
//! Stands beside the full parser (`parse.rs`) and gives up (`None`) on everything that is not
//! in the form Apple and the host tools write; the full parser then decides. A property test holds
//! both to the same answer.

use std::io::Read;
use std::time::{Duration, SystemTime};

use memchr::memmem;
use plist::{Date, Dictionary, Integer, Uid, Value};

use super::binary::{Object, Objects, Refs};
use super::limits::{self, Tag};
use super::parse::parse_dictionary;
use crate::source::file::Window;

/// Deeper values, or more of them, than a small list holds go to the full parser.
const DEPTH_MAX: u8 = 16;
const VALUES_MAX: u32 = 20_000;
/// XML that holds more than this beside what is left out goes to the full parser; in bytes.
const COPIED_MAX: usize = 4 << 20;
/// What is copied of an Info.plist of Finder; in bytes.
const COPIED_USUALLY: usize = 1 << 10;
/// The simple values of an Info.plist of Finder.
const SIMPLE_USUALLY: usize = 24;
/// How Apple's own writer begins, and those of the host tools.
const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>";
/// Seconds around 2001, some 6,000 years each way; the full parser judges others.
const SECONDS_MAX: f64 = 2e11;

/// The root dictionary without the keys `left_out`; `None` when the full parser is needed.
pub(crate) fn dictionary(bytes: &[u8], left_out: &[&str]) -> Option<Dictionary> {
    if bytes.starts_with(b"bplist00") {
        return from_binary(bytes, left_out);
    }
    xml(&mut Window::new(bytes, Vec::new()), left_out)
}

/// The root dictionary of XML, read through a window, without the keys `left_out`.
pub(crate) fn xml<R: Read>(window: &mut Window<R>, left_out: &[&str]) -> Option<Dictionary> {
    let reader = PartialReader::new(window).without(left_out)?;
    let mut count = reader.simple.len();
    let mut root: Dictionary = reader.simple.into_iter().collect();
    if !is_bare_frame(&reader.copied) {
        let rest = parse_dictionary(&reader.copied).ok()?;
        count += rest.len();
        root.extend(rest);
    }
    // Of two values under one key the full parser knows which one counts.
    (root.len() == count).then_some(root)
}

/// Goes through XML, takes the simple values of its root out and copies some of the rest.
struct PartialReader<'a, R> {
    window: &'a mut Window<R>,
    simple: Vec<(String, Value)>,
    copied: Vec<u8>,
    copies: bool,
}

impl<'a, R: Read> PartialReader<'a, R> {
    fn new(window: &'a mut Window<R>) -> Self {
        Self {
            window,
            simple: Vec::with_capacity(SIMPLE_USUALLY),
            copied: Vec::with_capacity(COPIED_USUALLY),
            copies: true,
        }
    }

    /// The same XML without some keys of its root and their values.
    fn without(mut self, left_out: &[&str]) -> Option<Self> {
        self.head()?;
        loop {
            self.blank()?;
            if self.begins_with(b"</dict>")? {
                return self.rest();
            }
            let length = self.key_length()?;
            let name = &self.window.bytes()[b"<key>".len()..][..length];
            if left_out.iter().any(|key| key.as_bytes() == name) {
                self.copies = false;
            } else if let Some(name) = simple_text(name).map(str::to_owned) {
                self.entry(name)?;
                continue;
            }
            self.pass(b"<key></key>".len() + length)?;
            self.value()?;
            self.copies = true;
        }
    }

    /// Takes the next key and its value, a simple one aside and all else as a copy.
    fn entry(&mut self, key: String) -> Option<()> {
        self.window.pass(b"<key></key>".len() + key.len());
        self.copies = false;
        self.blank()?;
        self.copies = true;
        match self.simple_value()? {
            Some(value) => self.simple.push((key, value)),
            None => {
                self.copied
                    .extend_from_slice(format!("<key>{key}</key>").as_bytes());
                self.value()?;
            }
        }
        Some(())
    }

    /// The string or date that begins here, gone past; `Some(None)` where it is neither or needs a parser.
    fn simple_value(&mut self) -> Option<Option<Value>> {
        for (begin, end, read) in SIMPLE {
            if self.begins_with(begin)? {
                let Some(length) = self.text_between(begin, end)? else {
                    return Some(None);
                };
                let text = &self.window.bytes()[begin.len()..][..length];
                let value = simple_text(text).and_then(read);
                if value.is_some() {
                    self.window.pass(begin.len() + length + end.len());
                }
                return Some(value);
            }
        }
        Some(None)
    }

    /// Declaration, document type, `<plist …>` and `<dict>`.
    fn head(&mut self) -> Option<()> {
        let begin = b"<dict>";
        let end = begin.len() + self.look_for(|bytes| memmem::find(bytes, begin))?;
        is_usual_head(&self.window.bytes()[..end]).then_some(())?;
        self.pass(end)
    }

    /// Letters of the name in the `<key>` that begins here; it holds no markup.
    fn key_length(&mut self) -> Option<usize> {
        self.begins_with(b"<key>")?.then_some(())?;
        let length = self.text_between(b"<key>", b"</key>")??;
        let name = &self.window.bytes()[b"<key>".len()..][..length];
        (!name.contains(&b'&')).then_some(length)
    }

    /// Bytes of the text between `begin`, which begins here, and `end`; `Some(None)` where other markup
    /// ends it.
    fn text_between(&mut self, begin: &[u8], end: &[u8]) -> Option<Option<usize>> {
        let text = begin.len();
        let length = self.look_for(|bytes| memchr::memchr(b'<', &bytes[text..]))?;
        while self.window.bytes().len() < text + length + end.len() {
            self.more()?;
        }
        let rest = &self.window.bytes()[text + length..];
        Some(rest.starts_with(end).then_some(length))
    }

    /// Goes past one element with all that is in it.
    fn value(&mut self) -> Option<()> {
        self.blank()?;
        (self.window.bytes().first() == Some(&b'<')).then_some(())?;
        let mut depth = 0_usize;
        loop {
            let bytes = self.window.bytes();
            let (passed, ends) = past_markup(bytes, &mut depth)?;
            self.pass(passed)?;
            if ends {
                return Some(());
            }
            self.more()?;
        }
    }

    /// Goes past white space; something follows it.
    fn blank(&mut self) -> Option<()> {
        loop {
            let bytes = self.window.bytes();
            let text = bytes.trim_ascii_start().len();
            self.pass(bytes.len() - text)?;
            if text > 0 {
                return Some(());
            }
            self.more()?;
        }
    }

    fn begins_with(&mut self, wanted: &[u8]) -> Option<bool> {
        while self.window.bytes().len() < wanted.len() {
            self.more()?;
        }
        Some(self.window.bytes().starts_with(wanted))
    }

    /// Reads on until `find` finds something in the window.
    fn look_for(&mut self, find: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
        loop {
            match find(self.window.bytes()) {
                Some(at) => return Some(at),
                None => self.more()?,
            }
        }
    }

    /// What was copied, and all that follows.
    fn rest(mut self) -> Option<Self> {
        loop {
            self.pass(self.window.bytes().len())?;
            match self.window.more() {
                None => return Some(self),
                Some(read) => read.ok()?,
            }
        }
    }

    fn pass(&mut self, count: usize) -> Option<()> {
        if self.copies {
            let room = COPIED_MAX.checked_sub(self.copied.len())?;
            (count <= room).then_some(())?;
            let bytes = self.window.bytes();
            self.copied.extend_from_slice(bytes.get(..count)?);
        }
        self.window.pass(count);
        Some(())
    }

    fn more(&mut self) -> Option<()> {
        self.window.more()?.ok()
    }
}

/// How many bytes of whole tags, and text between them, lie before the end of the element that is open
/// by `depth` tags, or else before a tag that is cut by the window; and is it the former?
fn past_markup(bytes: &[u8], depth: &mut usize) -> Option<(usize, bool)> {
    let mut rest = bytes;
    while let Some(text) = next_tag(rest) {
        rest = &rest[text..];
        let Ok((tag, after)) = limits::take_tag(&rest[1..]) else {
            return Some((bytes.len() - rest.len(), false));
        };
        rest = after;
        match tag {
            Tag::Open => *depth += 1,
            Tag::Close => *depth = depth.checked_sub(1)?,
            Tag::Empty => {}
            Tag::None => return None,
        }
        if *depth == 0 {
            return Some((bytes.len() - rest.len(), true));
        }
    }
    Some((bytes.len(), false))
}

/// How a simple value begins and ends, and what is made of the text between.
type Simple = (&'static [u8], &'static [u8], fn(&str) -> Option<Value>);

const SIMPLE: [Simple; 2] = [
    (b"<string>", b"</string>", |text| {
        Some(Value::String(text.to_owned()))
    }),
    (b"<date>", b"</date>", |text| {
        Some(Value::Date(Date::from_xml_format(text).ok()?))
    }),
];

/// Is it a root that holds nothing, in the usual form? Then there is nothing to parse.
fn is_bare_frame(xml: &[u8]) -> bool {
    let rest = xml.strip_prefix(HEAD).unwrap_or_default();
    let words = rest.split(u8::is_ascii_whitespace);
    let words = words.filter(|word| !word.is_empty());
    words.eq([&b"</dict>"[..], b"</plist>"])
}

/// Text that no parser would change: nothing escaped, no markup, no white space but between words.
fn simple_text(bytes: &[u8]) -> Option<&str> {
    let usual = |byte: &u8| *byte >= b' ' && *byte != b'&' && *byte != b'<';
    let simple = bytes.iter().all(usual) && !bytes.is_empty() && bytes.trim_ascii() == bytes;
    std::str::from_utf8(bytes).ok().filter(|_| simple)
}

/// Where the next markup begins. Mostly after white space, where a look at each byte is quicker than a
/// call for help.
fn next_tag(bytes: &[u8]) -> Option<usize> {
    let blank = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if bytes[blank] == b'<' {
        return Some(blank);
    }
    memchr::memchr(b'<', &bytes[blank..]).map(|at| blank + at)
}

/// Declaration, document type and `<plist …>`, and no comment that could hide a dictionary.
fn is_usual_head(head: &[u8]) -> bool {
    memmem::find(head, b"<plist").is_some()
        && memmem::find(head, b"<!--").is_none()
        && memchr::memchr_iter(b'<', head).count() <= 4
}

fn from_binary(bytes: &[u8], left_out: &[&str]) -> Option<Dictionary> {
    let objects = Objects::open(bytes)?;
    let Object::Dictionary(keys, values) = objects.get(objects.top)? else {
        return None;
    };
    let mut budget = VALUES_MAX;
    let mut root = Dictionary::new();
    for (key, value) in keys.iter().zip(values.iter()) {
        let key = text(objects.get(key)?)?;
        if !left_out.contains(&key.as_str()) {
            root.insert(key, tree(&objects, value, DEPTH_MAX, &mut budget)?);
        }
    }
    Some(root)
}

/// Bounded in depth and number, so the recursion is too.
fn tree(objects: &Objects<'_>, index: usize, depth: u8, budget: &mut u32) -> Option<Value> {
    *budget = budget.checked_sub(1)?;
    let depth = depth.checked_sub(1)?;
    let below = |refs: Refs<'_>, budget: &mut u32| -> Option<Vec<Value>> {
        refs.iter()
            .map(|at| tree(objects, at, depth, budget))
            .collect()
    };
    Some(match objects.get(index)? {
        Object::Bool(value) => Value::Boolean(value),
        Object::Integer(number) => Value::Integer(Integer::from(number)),
        Object::Real(number) => Value::Real(number),
        Object::Date(seconds) => Value::Date(date(seconds)?),
        Object::Data(bytes) => Value::Data(bytes.to_vec()),
        Object::Uid(number) => Value::Uid(Uid::new(number)),
        string @ (Object::Ascii(_) | Object::Utf16(_)) => Value::String(text(string)?),
        Object::Array(items) => Value::Array(below(items, budget)?),
        Object::Dictionary(keys, values) => {
            let mut names = Vec::new();
            for key in keys.iter() {
                names.push(text(objects.get(key)?)?);
            }
            Value::Dictionary(names.into_iter().zip(below(values, budget)?).collect())
        }
        Object::Other => return None,
    })
}

fn text(object: Object<'_>) -> Option<String> {
    match object {
        Object::Ascii(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Object::Utf16(bytes) => {
            let units = bytes.chunks_exact(2);
            let units: Vec<u16> = units
                .map(|two| u16::from_be_bytes([two[0], two[1]]))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

fn date(seconds: f64) -> Option<Date> {
    (seconds.abs() < SECONDS_MAX).then_some(())?;
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(978_307_200);
    let distance = Duration::try_from_secs_f64(seconds.abs()).ok()?;
    let instant = if seconds < 0.0 {
        epoch.checked_sub(distance)
    } else {
        epoch.checked_add(distance)
    };
    instant.map(Date::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEFT_OUT: [&str; 2] = ["Applications", "big"];

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Boolean),
            any::<i64>().prop_map(|number| Value::Integer(number.into())),
            (-1_000_000_i32..1_000_000).prop_map(|number| Value::Real(f64::from(number) / 8.0)),
            "[ -~é<>&\"']{0,12}".prop_map(Value::String),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Data),
            (-3_000_000_000_i64..3_000_000_000).prop_map(|s| Value::Date(
                date(f64::from(i32::try_from(s / 2).unwrap_or(0))).unwrap()
            )),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec(("[a-z&]{1,6}", inner), 0..5)
                    .prop_map(|pairs| Value::Dictionary(pairs.into_iter().collect())),
            ]
        })
    }

    fn any_root() -> impl Strategy<Value = Value> {
        let key = prop_oneof![
            Just("Applications".to_owned()),
            Just("big".to_owned()),
            "[a-zA-Zé ]{1,8}"
        ];
        prop::collection::vec((key, any_value()), 0..8)
            .prop_map(|pairs| Value::Dictionary(pairs.into_iter().collect()))
    }

    fn plain(bytes: &[u8]) -> Option<Dictionary> {
        let mut root = parse_dictionary(bytes).ok()?;
        root.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
        Some(root)
    }

    fn written(value: &Value) -> [Vec<u8>; 2] {
        let (mut text, mut binary) = (Vec::new(), Vec::new());
        value.to_writer_xml(&mut text).unwrap();
        value.to_writer_binary(&mut binary).unwrap();
        [text, binary]
    }

    proptest! {
        #[test]
        fn the_short_way_is_taken_and_agrees(root in any_root()) {
            for bytes in written(&root) {
                let short = dictionary(&bytes, &LEFT_OUT);
                // An empty dictionary is written as <dict/>, which goes to the full parser.
                prop_assert!(short.is_some() || root.as_dictionary().unwrap().is_empty());
                if short.is_some() {
                    prop_assert_eq!(short, plain(&bytes));
                }
            }
        }

        #[test]
        fn damage_is_never_read_as_something_else(
            root in any_root(), at in any::<prop::sample::Index>(), byte: u8, cut: bool,
        ) {
            for mut bytes in written(&root) {
                let position = at.index(bytes.len());
                bytes[position] = byte;
                if cut {
                    bytes.truncate(position);
                }
                // Damage inside what is left out is not seen; all else must agree.
                if let (Some(short), Some(plain)) = (dictionary(&bytes, &LEFT_OUT), plain(&bytes)) {
                    prop_assert_eq!(short, plain);
                }
            }
        }
    }

    #[test]
    fn a_root_of_simple_values_needs_no_parser() {
        let check = |value: Value, wanted: bool| {
            let root = Dictionary::from_iter([("key", value.clone())]);
            let [text, _] = written(&Value::Dictionary(root));
            let mut window = Window::new(&text[..], Vec::new());
            let reader = PartialReader::new(&mut window).without(&[]).unwrap();
            assert_eq!(is_bare_frame(&reader.copied), wanted, "{value:?}");
        };
        check("iPhone von Noémie".into(), true);
        check(Value::Date(date(800_000_000.0).unwrap()), true);
        check("Tom & Jerry".into(), false);
        check(" spaced".into(), false);
        check(Value::Boolean(true), false);
        check(Value::Integer(7.into()), false);
    }

    /// Gives so many bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    proptest! {
        #[test]
        fn a_window_sees_what_the_whole_shows(
            root in any_root(), at in any::<prop::sample::Index>(), byte: u8, spoil: bool,
            width in 300_usize..2_000, drop in 1_usize..40,
        ) {
            let [mut bytes, _] = written(&root);
            if spoil {
                let position = at.index(bytes.len());
                bytes[position] = byte;
            }
            let whole = dictionary(&bytes, &LEFT_OUT);
            let mut window = Window::new(Drops(&bytes, drop), vec![b'<'; width]);
            let seen = xml(&mut window, &LEFT_OUT);
            // What does not fit the window goes to the full parser.
            prop_assert!(seen.is_some() || whole.is_none() || width < bytes.len());
            if seen.is_some() {
                prop_assert_eq!(seen, whole);
            }
        }
    }

    #[test]
    fn a_large_file_is_read_as_a_small_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Info.plist");
        let check = |bytes: &[u8], is_whole: bool| {
            std::fs::write(&path, bytes).unwrap();
            let found = crate::source::plist::read_dictionary_without(&path, 1 << 20, &LEFT_OUT);
            assert_eq!(found.as_ref().ok(), plain(bytes).as_ref());
            assert_eq!(found.is_ok(), is_whole);
        };
        let icon = vec![7; 300_000];
        let big = Dictionary::from_iter([("x".to_owned(), Value::Data(icon))]);
        let mut root = Dictionary::from_iter([("a".to_owned(), Value::from("b"))]);
        root.insert("big".to_owned(), Value::Dictionary(big));
        let [text, binary] = written(&Value::Dictionary(root));
        check(&text, true);
        check(&binary, true);
        check(&text[..text.len() - 20], false);
        check(&text[..text.len() / 2], false);
        check(&binary[..binary.len() - 1], false);
    }

    #[test]
    fn a_cut_file_goes_the_plain_way() {
        let text =
            b"<plist version=\"1.0\"><dict><key>a</key><true/><key>big</key><dict><key>x</key>";
        assert_eq!(dictionary(text, &LEFT_OUT), None);
        let text = b"<plist version=\"1.0\"><dict><key>a</key><true/><key>big</key><dict/></dict>";
        assert_eq!(dictionary(text, &LEFT_OUT).unwrap().len(), 1);
    }
}
