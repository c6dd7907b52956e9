//! XML that is no property list, as records: the elements of its root, in the shape that JSON would
//! have given them.
//!
//! Only what a table of records needs: attributes, entities of a document type and mixed text are left
//! out, and nothing is ever fetched.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
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

/// Hands over every element called `record`, whether it is the root or below it. An error is told in
/// plain words.
pub(crate) fn read(
    source: impl Read,
    record: &str,
    mut take: impl FnMut(Value),
) -> Result<(), String> {
    let mut events = Reader::from_reader(BufReader::with_capacity(BUFFER_BYTES, source));
    events.config_mut().expand_empty_elements = true;
    let (mut buffer, mut open, mut from) = (Vec::new(), Vec::<Open>::new(), 0_u64);
    loop {
        buffer.clear();
        let place = |what: &str, at: u64| format!("XML that {what} at byte {at}");
        let at = events.buffer_position();
        let event = events.read_event_into(&mut buffer);
        match event.map_err(|_| place("breaks off or is damaged", at))? {
            Event::Start(start) => {
                if open.len() >= DEPTH_MAX {
                    return Err(place("nests too deep", at));
                }
                let name = start.local_name().as_ref().to_owned();
                if name == record {
                    from = at;
                }
                open.push(Open {
                    name,
                    ..Open::default()
                });
            }
            Event::Text(text) => add(&mut open, &text),
            Event::CData(data) => add(&mut open, &data),
            Event::GeneralRef(name) => add(&mut open, &entity(&name)),
            Event::End(_) => close(&mut open, record, &mut take),
            Event::Eof if open.is_empty() => return Ok(()),
            Event::Eof => return Err(place("breaks off", at)),
            _ => {}
        }
        if at - from > RECORD_BYTES_MAX {
            return Err(place("holds a record of more than 32 MiB", at));
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

fn close(open: &mut Vec<Open>, record: &str, take: &mut impl FnMut(Value)) {
    let Some(done) = open.pop() else { return };
    let value = if done.fields.is_empty() {
        Value::String(done.text.trim().to_owned())
    } else {
        Value::Object(done.fields)
    };
    if done.name == record {
        return take(value);
    }
    let inside = open.iter().any(|outer| outer.name == record);
    if let Some(outer) = open.last_mut().filter(|_| inside) {
        put(&mut outer.fields, done.name, value);
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

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        read(text.as_bytes(), "device", |value| {
            got.push(value.to_string());
        })
        .unwrap();
        assert_eq!(got, want);
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
        let fault = |text: &str| read(text.as_bytes(), "device", drop).unwrap_err();
        assert!(fault("<device><id>1").contains("breaks off"));
        assert!(fault("<device><id>1</name></device>").contains("damaged"));
        assert!(fault(&"<a>".repeat(40)).contains("nests too deep"));
    }
}
