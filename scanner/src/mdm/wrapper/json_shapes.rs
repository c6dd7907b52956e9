//! The table of JSON shapes: by which keys a value is recognised, and who reads it.
//!
//! A new shape is a new row; the first row that fits counts. Lists are looked into: their elements
//! have shapes of their own.

use std::io::Read;

use serde_json::{Map, Value};

use super::{cfgutil, enrolment_profile, fleet, ideviceinfo, webhook};
use crate::mdm::protocol::document::{Document, WANTED};
use crate::mdm::protocol::{message, other_files, status_report};
use crate::mdm::table::near_miss;
use crate::source::file::Fault;
use crate::source::json_items::{self, Item};
use crate::source::record_paths::{self, RecordPath, ValueKind};
use crate::source::text::Text;

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
    row(&["Type", "Percent"], cfgutil::read_progress),
    row(&["Type", "Command"], cfgutil::read),
    row(&["StatusItems"], status_report::read),
    row(&["skip_setup_items"], enrolment_profile::read),
    row(&["UniqueDeviceID"], ideviceinfo::read_json),
    row(&["com.apple.mobile.backup"], ideviceinfo::read_json),
    row(&["Identifier", "ConnectionType"], ideviceinfo::read_json),
];

/// Opens the document from its beginning.
pub(crate) type Open<'o> = dyn Fn() -> Result<Text<'o>, Fault> + 'o;

/// The lists of shapes that are known lie within so many bytes of the beginning.
const PROBE_BYTES: u64 = 1 << 20;

/// Values one after another, or lists of them under any key; one is held at a time.
pub(crate) fn read<'o>(document: &mut Document, open: &Open<'o>) -> Result<(), Fault> {
    let mut head = Vec::new();
    let beginning = open()?.into_reader().take(PROBE_BYTES);
    // what cannot be read is reported below
    let _ = { beginning }.read_to_end(&mut head);
    let values = record_paths::beginning(head.as_slice());
    let paths = paths(&values);
    let read = if paths.is_empty() {
        json_items::read(open()?.into_reader(), |item| {
            read_item(document, &item, &values);
        })
    } else {
        record_paths::follow(open()?.into_reader(), &paths, |found| {
            read_value(document, &found.value);
        })
    };
    if let Err(found) = read {
        document.add_problem(WANTED, &found);
    }
    if document.is_silent() {
        let found = "JSON that names no device, such as an empty list or progress without a result";
        document.add_shared_note(WANTED, found, None);
    }
    Ok(())
}

/// Where values of a known shape lie.
fn paths(values: &[Value]) -> Vec<RecordPath> {
    let kind_of = |fields: &Map<String, Value>| {
        if shape(fields).is_some() {
            ValueKind::Record
        } else {
            ValueKind::Container
        }
    };
    let mut paths: Vec<RecordPath> = Vec::new();
    for value in values {
        paths.extend(record_paths::find(value, &kind_of));
    }
    paths.sort();
    paths.dedup();
    paths
}

fn shape(fields: &Map<String, Value>) -> Option<&'static Shape> {
    let has_all = |shape: &&Shape| shape.keys.iter().all(|key| fields.contains_key(*key));
    SHAPES.iter().find(has_all)
}

fn read_value(document: &mut Document, value: &Value) {
    match value.as_object().and_then(shape) {
        Some(shape) => (shape.read)(document, value),
        None if value.as_object().is_none_or(Map::is_empty) => {}
        None => document.add_shared_note(WANTED, UNKNOWN, None),
    }
}

const UNKNOWN: &str = "JSON that is none of them";

fn read_item(document: &mut Document, item: &Item, beginning: &[Value]) {
    let value = &item.value;
    let is_empty = value.as_object().is_some_and(Map::is_empty);
    if is_empty || item.emptied || item.lists {
        return;
    }
    match other_files::among(other_files::JSON, |key| value.get(key).is_some()) {
        Some(row) => message::note_other_file(document, row),
        None => match near_miss::of_json(beginning) {
            Some(found) => document.add_shared_note(WANTED, &found, Some(near_miss::REMEDY)),
            None => document.add_shared_note(WANTED, UNKNOWN, None),
        },
    }
}

fn webhook_event(document: &mut Document, value: &Value) {
    let Some(event) = webhook::read(document, value) else {
        return document.add_shared_note(WANTED, UNKNOWN, None);
    };
    match event.message {
        Ok(root) => message::read_wrapped(document, &root, event.created_at),
        Err(found) => document.add_problem("a webhook event with its message", &found),
    }
}
