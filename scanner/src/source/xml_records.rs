//! XML that is no property list, as records: the elements of its root, in the shape that JSON would
//! have given them.
//!
//! Only what a table of records needs: attributes, entities of a document type and mixed text are left
//! out, and nothing is ever fetched.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

/// No console nests deeper.
const DEPTH_MAX: usize = 32;

/// Bytes of one record at most.
const RECORD_BYTES_MAX: u64 = 32 << 20;

const BUFFER_BYTES: usize = 128 << 10;

/// An element whose end has not come yet.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    fields: Map<String, Value>,
}

/// Hands over every element at one of these paths, from the root down; `*` stands for any name. An error is
/// in plain words.
pub(crate) fn read(
    source: impl Read,
    paths: &[Vec<String>],
    mut take: impl FnMut(Value),
) -> Result<(), String> {
    let mut tree = Tree::new(paths, &mut take);
    tree.read(source)
}

/// The root's name and the whole of it as one value, as far as the text goes.
pub(crate) fn beginning(source: impl Read) -> Option<(String, Value)> {
    let mut ignore = |_: Value| {};
    let mut tree = Tree::new(&[], &mut ignore);
    // the end of the beginning is no damage
    let _ = tree.read(source);
    while tree.open.len() > 1 {
        tree.close();
    }
    let root = tree.done.or_else(|| tree.open.pop())?;
    Some((root.name.clone(), root.value()))
}

/// Elements being read.
struct Tree<'t> {
    paths: &'t [Vec<String>],
    take: &'t mut dyn FnMut(Value),
    open: Vec<Open>,
    /// The root, where all of it is wanted.
    done: Option<Open>,
    /// Where the record that is open begins.
    from: u64,
}

impl<'t> Tree<'t> {
    fn new(paths: &'t [Vec<String>], take: &'t mut dyn FnMut(Value)) -> Self {
        Self {
            paths,
            take,
            open: Vec::new(),
            done: None,
            from: 0,
        }
    }

    fn read(&mut self, source: impl Read) -> Result<(), String> {
        let mut events = Reader::from_reader(BufReader::with_capacity(BUFFER_BYTES, source));
        events.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let place = |what: &str, at: u64| format!("XML that {what} at byte {at}");
            let at = events.buffer_position();
            let event = events.read_event_into(&mut buffer);
            match event.map_err(|_| place("breaks off or is damaged", at))? {
                Event::Start(start) => {
                    if self.open.len() >= DEPTH_MAX {
                        return Err(place("nests too deep", at));
                    }
                    self.begin(&start, at);
                }
                Event::Text(text) => add(&mut self.open, &text),
                Event::CData(data) => add(&mut self.open, &data),
                Event::GeneralRef(name) => add(&mut self.open, &entity(&name)),
                Event::End(_) => self.close(),
                Event::Eof if self.open.is_empty() => return Ok(()),
                Event::Eof => return Err(place("breaks off", at)),
                _ => {}
            }
            if at - self.from > RECORD_BYTES_MAX {
                return Err(place("holds a record of more than 32 MiB", at));
            }
        }
    }

    /// Attributes are fields like the elements inside.
    fn begin(&mut self, start: &BytesStart<'_>, at: u64) {
        let name = start.local_name().as_ref().to_owned();
        let mut open = Open {
            name,
            ..Open::default()
        };
        for attribute in start.attributes().flatten() {
            let name = attribute.key.local_name().as_ref().to_owned();
            let namespace = attribute.key.as_ref().starts_with("xmlns") || name == "xmlns";
            if !namespace
                && let Ok(text) = attribute.normalized_value(quick_xml::XmlVersion::default())
            {
                open.fields
                    .insert(name, Value::String(text.trim().to_owned()));
            }
        }
        self.open.push(open);
        if self.is_record() || !self.is_inside() {
            self.from = at;
        }
    }

    /// Is the element that is open now one that was asked for?
    fn is_record(&self) -> bool {
        self.paths
            .iter()
            .any(|path| path.len() == self.open.len() && self.is_on(path))
    }

    /// Is the element that is open now part of a record? Where no path is given, all of the root is.
    fn is_inside(&self) -> bool {
        self.paths.is_empty()
            || self
                .paths
                .iter()
                .any(|path| path.len() <= self.open.len() && self.is_on(path))
    }

    fn is_on(&self, path: &[String]) -> bool {
        let names = self.open.iter().map(|open| &open.name);
        path.iter()
            .zip(names)
            .all(|(wanted, name)| wanted == "*" || wanted == name)
    }

    fn close(&mut self) {
        let (is_record, is_inside) = (self.is_record(), self.is_inside());
        let Some(done) = self.open.pop() else { return };
        if is_record {
            return (self.take)(done.value());
        }
        match self.open.last_mut() {
            Some(outer) if is_inside => {
                let name = done.name.clone();
                put(&mut outer.fields, name, done.value());
            }
            Some(_) => {}
            None => self.done = self.paths.is_empty().then_some(done),
        }
    }
}

impl Open {
    fn value(self) -> Value {
        if self.fields.is_empty() {
            Value::String(self.text.trim().to_owned())
        } else {
            Value::Object(self.fields)
        }
    }
}

/// The five of XML, and characters by number; any other stays a question mark.
fn entity(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|digits| {
        let hex = digits
            .strip_prefix('x')
            .map(|hex| u32::from_str_radix(hex, 16));
        char::from_u32(hex.unwrap_or_else(|| digits.parse()).ok()?)
    });
    match (name, number) {
        ("amp", _) => "&".to_owned(),
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        (_, Some(character)) => character.to_string(),
        _ => "?".to_owned(),
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(inner) = open.last_mut() {
        inner.text.push_str(text);
    }
}

/// Elements of one name become a list.
fn put(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => drop(fields.insert(name, value)),
        Some(Value::Array(many)) => many.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> Vec<Vec<String>> {
        let names = |path: &&str| path.split('/').map(str::to_owned).collect();
        paths.iter().map(names).collect()
    }

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        read(
            text.as_bytes(),
            &paths(&["device", "devices/device"]),
            |value| {
                got.push(value.to_string());
            },
        )
        .unwrap();
        assert_eq!(got, want);
    }

    #[test]
    fn a_beginning_is_one_value_however_it_ends() {
        let got =
            |text: &str| beginning(text.as_bytes()).map(|(name, value)| format!("{name} {value}"));
        let want = r#"a {"b":[{"c":"1"},{"c":"2"}],"x":"y"}"#;
        assert_eq!(
            got("<a x='y'><b><c>1</c></b><b><c>2</c></b></a>").unwrap(),
            want
        );
        assert_eq!(got("<a x='y'><b><c>1</c></b><b><c>2").unwrap(), want);
        assert_eq!(got("no markup"), None);
    }

    #[test]
    fn records_are_what_json_would_have_been() {
        check(
            "<?xml version=\"1.0\"?><device><general><id>1</id><name>A &amp; B</name><udid/></general></device>",
            &[r#"{"general":{"id":"1","name":"A & B","udid":""}}"#],
        );
        check(
            "<devices><size>2</size><device><id>1</id></device><device><id>2</id><id>3</id></device></devices>",
            &[r#"{"id":"1"}"#, r#"{"id":["2","3"]}"#],
        );
        check("<devices><size>0</size></devices>", &[]);
    }

    #[test]
    fn damage_and_depth_are_told() {
        let paths = paths(&["device"]);
        let fault = |text: &str| read(text.as_bytes(), &paths, drop).unwrap_err();
        assert!(fault("<device><id>1").contains("breaks off"));
        assert!(fault("<device><id>1</name></device>").contains("damaged"));
        assert!(fault(&"<a>".repeat(40)).contains("nests too deep"));
    }
}
