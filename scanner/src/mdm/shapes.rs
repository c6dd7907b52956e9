//! The table of JSON shapes: by which keys a value is recognised, and who reads it.
//!
//! A new shape is a new row; the first row that fits counts. Lists are looked into: their elements
//! have shapes of their own.

use serde_json::Value;

use super::document::{Document, WANTED};
use super::{automated, cfgutil, fleet, foreign, message, status_report, webhook};

/// A shape of a JSON object.
struct Shape {
    /// The top keys that give it away, all of them.
    keys: &'static [&'static str],
    /// Reads it.
    read: fn(&mut Document, &Value),
}

const fn row(keys: &'static [&'static str], read: fn(&mut Document, &Value)) -> Shape {
    Shape { keys, read }
}

const SHAPES: &[Shape] = &[
    row(&["topic", "acknowledge_event"], webhook_event),
    row(&["topic", "checkin_event"], webhook_event),
    row(&["host_uuid", "command_uuid", "result"], fleet::read_result),
    row(&["hardware_serial", "platform"], fleet::read_host),
    row(&["Type", "Percent"], cfgutil::read_progress),
    row(&["Type", "Command"], cfgutil::read),
    row(&["StatusItems"], status_report::read),
    row(&["skip_setup_items"], automated::read),
];

/// Keys under which objects stand one by one or in a list, each with a shape of its own.
const LISTS: &[&str] = &["results", "hosts", "host"];

/// Values one after another, or arrays of them.
pub(super) fn read_bytes(document: &mut Document, bytes: &[u8]) {
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        match value {
            Ok(Value::Array(items)) => items.iter().for_each(|item| read(document, item)),
            Ok(value) => read(document, &value),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let found =
                    format!("JSON that breaks off or is damaged at line {line}, column {column}");
                document.lost(WANTED, &found);
            }
        }
    }
    if document.is_silent() {
        let found =
            "JSON that tells of no device, such as an empty list or progress without a result";
        document.share(WANTED, found, None);
    }
}

fn read(document: &mut Document, value: &Value) {
    let has_all = |keys: &[&str]| keys.iter().all(|key| value.get(key).is_some());
    if let Some(shape) = SHAPES.iter().find(|shape| has_all(shape.keys)) {
        return (shape.read)(document, value);
    }
    let lists = LISTS.iter().filter_map(|key| value.get(key));
    let mut items = lists.flat_map(items).peekable();
    if items.peek().is_some_and(|item| shaped(item)) {
        return items.for_each(|item| read(document, item));
    }
    match foreign::among(foreign::JSON, |key| value.get(key).is_some()) {
        Some(row) => message::foreign_note(document, row),
        None if is_empty(value) => {}
        None => document.share(WANTED, "JSON that is none of them", None),
    }
}

fn items(list: &Value) -> std::slice::Iter<'_, Value> {
    match list {
        Value::Array(items) => items.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn shaped(item: &Value) -> bool {
    SHAPES
        .iter()
        .any(|shape| shape.keys.iter().all(|key| item.get(key).is_some()))
}

/// `{}`, or a list of results with nothing in it: no device has answered yet.
fn is_empty(value: &Value) -> bool {
    let mut lists = LISTS.iter().filter_map(|key| value.get(key)?.as_array());
    lists.any(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn webhook_event(document: &mut Document, value: &Value) {
    let Some(event) = webhook::read(value) else {
        return document.share(WANTED, "JSON that is none of them", None);
    };
    match event.message {
        Ok(root) => message::read(document, &root, event.created_at),
        Err(found) => document.lost("a webhook event with its message", &found),
    }
}
