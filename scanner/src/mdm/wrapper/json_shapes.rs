//! The table of JSON shapes: by which keys a value is recognised, and who reads it.
//!
//! A new shape is a new row; the first row that fits counts. Lists are looked into: their elements
//! have shapes of their own.

use std::io::Read;

use serde_json::Value;

use super::{cfgutil, enrolment_profile, fleet, webhook};
use crate::mdm::protocol::document::{Document, WANTED};
use crate::mdm::protocol::{message, other_files, status_report};
use crate::source::json_items::{self, Item};

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
    row(&["skip_setup_items"], enrolment_profile::read),
];

/// Values one after another, or lists of them; one is held at a time.
pub(crate) fn read(document: &mut Document, source: impl Read) {
    let read = json_items::read(source, |item| read_item(document, &item));
    if let Err(found) = read {
        document.add_problem(WANTED, &found);
    }
    if document.is_silent() {
        let found =
            "JSON that tells of no device, such as an empty list or progress without a result";
        document.add_shared_note(WANTED, found, None);
    }
}

fn read_item(document: &mut Document, item: &Item) {
    let value = &item.value;
    let has_all = |keys: &[&str]| keys.iter().all(|key| value.get(key).is_some());
    if let Some(shape) = SHAPES.iter().find(|shape| has_all(shape.keys)) {
        return (shape.read)(document, value);
    }
    let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
    if is_empty || item.emptied || item.lists {
        return;
    }
    match other_files::among(other_files::JSON, |key| value.get(key).is_some()) {
        Some(row) => message::note_other_file(document, row),
        None => document.add_shared_note(WANTED, "JSON that is none of them", None),
    }
}

fn webhook_event(document: &mut Document, value: &Value) {
    let Some(event) = webhook::read(document, value) else {
        return document.add_shared_note(WANTED, "JSON that is none of them", None);
    };
    match event.message {
        Ok(root) => message::read_wrapped(document, &root, event.created_at),
        Err(found) => document.add_problem("a webhook event with its message", &found),
    }
}
