//! JSON and XML records out of a console: recognises them by their keys, and reads their leaves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;

use super::columns;
use super::consoles::{Console, GENERIC};
use super::reading::{
    BYTES_MAX, Column, FIELDS_MIN, ReadContext, Reading, add_rest_lost, column, open,
};
use super::record::Cell;
use super::rules::TableRules;
use crate::mdm::protocol::document::Document;
use crate::source::json_items::{self, Item};
use crate::source::text::Text;
use crate::source::xml_records;

/// A list of records is recognised within so many bytes of its beginning.
const PROBE_BYTES: u64 = 4 << 20;

/// Elements of Jamf Pro's Classic API that hold one device each.
const XML_RECORD: &str = "mobile_device";

/// Keys of records that other readers know better.
const NOT_OURS: &[&str] = &[
    "QueryResponses",
    "StatusItems",
    "command_uuid",
    "hardware_serial",
    "profile_status",
    "skip_setup_items",
    "topic",
];

/// Paths of keys -> what they mean, looked up once.
type Paths = HashMap<String, Option<Column>>;

/// What the head of a file shows.
fn probe(
    path: &Path,
    context: ReadContext<'_>,
    read_all: impl FnOnce(Cursor<Vec<u8>>, &mut dyn FnMut(&Value)),
) -> Option<(&'static Console, Vec<String>)> {
    let silent = |_: u64| {};
    let text = Text::open(path, BYTES_MAX, &silent).ok()?;
    let mut bytes = Vec::new();
    text.into_reader()
        .take(PROBE_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    let mut found = None;
    read_all(Cursor::new(bytes), &mut |value: &Value| {
        if found.is_none() {
            found = recognise(value, context.rules);
        }
    });
    found
}

/// Which console wrote a record.
fn recognise(value: &Value, rules: &TableRules) -> Option<(&'static Console, Vec<String>)> {
    let object = value.as_object()?;
    if NOT_OURS.iter().any(|key| object.contains_key(*key)) {
        return None;
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut fields = BTreeSet::new();
    for_each_leaf(value, &mut |path, _| {
        let folded = columns::fold(path);
        let bare = columns::bare(&folded);
        fields.extend(
            rules
                .column(&folded)
                .or_else(|| Some(columns::by_name(bare)?.0)),
        );
        names.insert(bare.to_owned(), path.to_owned());
        names.insert(folded, path.to_owned());
    });
    if let Some((console, marks)) = Console::detect(|mark| names.contains_key(mark)) {
        let by = marks.iter().filter_map(|mark| names.get(*mark).cloned());
        return Some((console, by.collect()));
    }
    let ids = fields.iter().filter(|field| field.names_devices()).count();
    (ids > 0 && fields.len() > FIELDS_MIN).then_some((GENERIC, Vec::new()))
}

/// Reads JSON that is a list of records, somewhere; false when there is none.
pub(super) fn read_json(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let items = |bytes, take: &mut dyn FnMut(&Value)| {
        // the end of the head is no damage
        let _ = json_items::read(bytes, |item: Item| take(&item.value));
    };
    let Some((console, by)) = probe(path, context, items) else {
        return false;
    };
    let Some(text) = open(path, context) else {
        return false;
    };
    let file = text.modified;
    let mut reading = Reading::new(document, path, file, context, console, by);
    let mut paths = Paths::new();
    let mut number = 0;
    let read = json_items::read(text.into_reader(), |item: Item| {
        if item.emptied {
            return;
        }
        number += 1;
        reading.value(&item.value, number, &mut paths, context.rules);
    });
    if let Err(found) = read {
        add_rest_lost(reading.document, &found);
    }
    reading.finish("record");
    true
}

/// Reads XML of device records; false when there is none.
pub(super) fn read_xml(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let records = |bytes, take: &mut dyn FnMut(&Value)| {
        // the end of the head is no damage
        let _ = xml_records::read(bytes, XML_RECORD, |value| take(&value));
    };
    let Some((console, by)) = probe(path, context, records) else {
        return false;
    };
    let Some(text) = open(path, context) else {
        return false;
    };
    let file = text.modified;
    let mut reading = Reading::new(document, path, file, context, console, by);
    let mut paths = Paths::new();
    let mut number = 0;
    let read = xml_records::read(text.into_reader(), XML_RECORD, |value| {
        number += 1;
        reading.value(&value, number, &mut paths, context.rules);
    });
    if let Err(found) = read {
        add_rest_lost(reading.document, &found);
    }
    reading.finish("record");
    true
}

impl Reading<'_, '_> {
    fn value(&mut self, value: &Value, number: u64, paths: &mut Paths, rules: &TableRules) {
        if !value.is_object() {
            return;
        }
        let console = self.table.console;
        let mut found: Vec<(String, String)> = Vec::new();
        for_each_leaf(value, &mut |path, text| {
            if !paths.contains_key(path) {
                let place = paths.len();
                let mapped = column(path, &columns::fold(path), place, console, rules);
                if mapped.is_none() {
                    self.note_ignored(path);
                }
                paths.insert(path.to_owned(), mapped);
            }
            if matches!(paths.get(path), Some(Some(_))) {
                found.push((path.to_owned(), text));
            }
        });
        let cells = found.into_iter().filter_map(|(path, text)| {
            let column = paths.get(&path)?.as_ref()?;
            Some(Cell {
                field: column.field,
                rank: column.rank,
                column: &column.name,
                unit: column.unit,
                text,
            })
        });
        self.record(cells.collect(), number);
    }
}

/// Keys are followed so deep.
const DEPTH_MAX: usize = 6;

/// Elements of a list of records that are looked at; a device has a few SIMs and hundreds of apps.
const ELEMENTS_MAX: usize = 8;

/// Every text, number and truth value of a record with the dotted path of its keys; a list of them is
/// one text, parted by commas.
fn for_each_leaf(value: &Value, take: &mut dyn FnMut(&str, String)) {
    fn below(path: &str, value: &Value, depth: usize, take: &mut dyn FnMut(&str, String)) {
        match value {
            Value::Object(fields) if depth < DEPTH_MAX => {
                for (key, value) in fields {
                    let longer = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    below(&longer, value, depth + 1, take);
                }
            }
            Value::Array(elements) if elements.iter().any(Value::is_object) => {
                for element in elements.iter().take(ELEMENTS_MAX) {
                    below(path, element, depth + 1, take);
                }
            }
            Value::Array(elements) => {
                let texts: Vec<String> = elements.iter().map(text_of).collect();
                take(path, texts.join(", "));
            }
            Value::Object(_) => {}
            other => take(path, text_of(other)),
        }
    }
    below("", value, 0, take);
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}
