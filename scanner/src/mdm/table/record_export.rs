//! JSON and XML records out of a console: found by their keys, wherever in the document they lie, and read
//! leaf by leaf.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use super::columns::{self, DeviceField};
use super::consoles::{Console, GENERIC};
use super::device_kind;
use super::reading::{
    BYTES_MAX, Column, Dates, FIELDS_MIN, Names, ReadContext, Reading, Recognised, add_rest_lost,
    column, open,
};
use super::record::Cell;
use super::rules::TableRules;
use crate::mdm::protocol::document::Document;
use crate::model::identity::Udid;
use crate::source::record_paths::{self, Found, RecordPath, Step, ValueKind};
use crate::source::text::Text;
use crate::source::xml_records;

/// A list of records is recognised within so many bytes of its beginning.
const PROBE_BYTES: u64 = 4 << 20;

/// Keys of values that other readers know better: all of any one row.
const NOT_OURS: &[&[&str]] = &[
    &["QueryResponses"],
    &["StatusItems"],
    &["command_uuid"],
    &["skip_setup_items"],
    &["topic"],
    &["Type", "Command"],
    &["UniqueDeviceID"],
    &["com.apple.mobile.backup"],
];

/// Paths of keys -> what they mean, looked up once.
type Columns = HashMap<String, Option<Column>>;

/// What the beginning of a document shows.
struct Probe {
    paths: Vec<RecordPath>,
    recognised: Recognised,
    /// The keys around the device's own number, folded.
    home: String,
}

/// Reads all records of a document along paths.
type Follow<'f> = dyn Fn(&[RecordPath], &mut dyn FnMut(Found)) -> Option<Result<(), String>> + 'f;

fn probe(values: &[Value], rules: &TableRules) -> Option<Probe> {
    let sample = RefCell::new(Vec::<Map<String, Value>>::new());
    let collect = |fields: &Map<String, Value>| {
        let kind = kind_of(fields, rules);
        let mut sample = sample.borrow_mut();
        match kind {
            ValueKind::Record if sample.len() < SAMPLE => sample.push(fields.clone()),
            ValueKind::Dictionary => {
                let inner = fields.values().filter_map(Value::as_object);
                let room = SAMPLE.saturating_sub(sample.len());
                sample.extend(inner.take(room).cloned());
            }
            _ => {}
        }
        kind
    };
    let mut paths: Vec<RecordPath> = Vec::new();
    for value in values {
        paths.extend(record_paths::find(value, &collect));
    }
    paths.sort();
    paths.dedup();
    let sample = sample.into_inner();
    let recognised = sample
        .iter()
        .map(recognise)
        .find(|one| one.console.id != GENERIC.id);
    let home = sample
        .iter()
        .find_map(|fields| home(fields, rules))
        .unwrap_or_default();
    let recognised = recognised.unwrap_or(Recognised {
        console: GENERIC,
        by: Vec::new(),
    });
    (!paths.is_empty()).then_some(Probe {
        paths,
        recognised,
        home,
    })
}

/// Records by which a console is detected.
const SAMPLE: usize = 20;

/// Is it a record of a device, a dictionary of some, or something around them?
fn kind_of(fields: &Map<String, Value>, rules: &TableRules) -> ValueKind {
    let has_all = |keys: &&&[&str]| keys.iter().all(|key| fields.contains_key(*key));
    if NOT_OURS.iter().any(|keys| has_all(&keys)) {
        return ValueKind::Foreign;
    }
    let inner: Vec<(&String, &Map<String, Value>)> = fields
        .iter()
        .filter_map(|(key, value)| Some((key, value.as_object()?)))
        .collect();
    let by_ids =
        inner.len() == fields.len() && !inner.is_empty() && inner.iter().all(|(key, _)| is_id(key));
    if by_ids
        && inner
            .iter()
            .any(|(_, fields)| FieldSummary::of(fields, rules).facts.len() >= FIELDS_MIN)
    {
        return ValueKind::Dictionary;
    }
    let summary = FieldSummary::of(fields, rules);
    if !summary.is_record() {
        return ValueKind::Container;
    }
    let records = inner
        .iter()
        .filter(|(_, fields)| {
            let inside = FieldSummary::of(fields, rules);
            inside.is_record() && !inside.several
        })
        .count();
    if summary.several || records > 0 && inner.iter().all(|(key, _)| is_id(key)) {
        return if records > 0 {
            ValueKind::Dictionary
        } else {
            ValueKind::Container
        };
    }
    ValueKind::Record
}

/// Is a key the number of a device or of its record?
fn is_id(key: &str) -> bool {
    let long = key.len() >= 8 && key.bytes().any(|byte| byte.is_ascii_digit());
    let one_word = key
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_uppercase() || byte == b'-');
    long && one_word || !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the keys of an object say, without looking into lists.
#[derive(Default)]
struct FieldSummary {
    facts: BTreeSet<DeviceField>,
    has_id: bool,
    /// A console knows these keys as its own.
    is_marked: bool,
    /// Two devices: one key of a number, twice, with two values.
    several: bool,
}

impl FieldSummary {
    fn of(fields: &Map<String, Value>, rules: &TableRules) -> Self {
        let mut summary = Self::default();
        let mut numbers: BTreeMap<String, String> = BTreeMap::new();
        let names = Names {
            console: GENERIC,
            rules,
            home: "",
        };
        for_each_leaf(fields, false, &mut |path, text| {
            let folded = columns::fold(path);
            let Some(column) = column(path, &folded, names) else {
                return;
            };
            summary.facts.insert(column.field);
            if matches!(column.field, DeviceField::SerialNumber | DeviceField::Udid)
                && !text.is_empty()
            {
                let last = folded.rsplit('.').next().unwrap_or_default().to_owned();
                let same = numbers.entry(last).or_insert_with(|| text.clone());
                summary.several |= *same != text;
            }
        });
        summary.has_id = summary.facts.iter().any(|field| field.names_devices());
        summary.is_marked = recognise(fields).console.id != GENERIC.id;
        summary
    }

    fn is_record(&self) -> bool {
        let enough = self.facts.len() > FIELDS_MIN;
        self.has_id && enough || self.is_marked && !self.facts.is_empty()
    }
}

/// Which console wrote a record.
fn recognise(fields: &Map<String, Value>) -> Recognised {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for_each_leaf(fields, false, &mut |path, _| {
        let folded = columns::fold(path);
        let bare = columns::bare(&folded, "");
        let last = columns::last_key(bare);
        for name in last.into_iter().chain([bare, &folded]) {
            names.insert(name.to_owned(), path.to_owned());
        }
    });
    let detected = Console::detect(|mark| names.contains_key(mark));
    let (console, marks) = detected.unwrap_or((GENERIC, &[]));
    let by = marks.iter().filter_map(|mark| names.get(*mark).cloned());
    Recognised {
        console,
        by: by.collect(),
    }
}

/// The keys around the device's own number: its UDID or serial number by an exact name.
fn home(fields: &Map<String, Value>, rules: &TableRules) -> Option<String> {
    let mut homes = Vec::new();
    let names = Names {
        console: GENERIC,
        rules,
        home: "",
    };
    for_each_leaf(fields, false, &mut |path, _| {
        let folded = columns::fold(path);
        let found = column(path, &folded, names);
        let is_number = found.is_some_and(|column| {
            matches!(column.field, DeviceField::SerialNumber | DeviceField::Udid)
        });
        if is_number {
            let around = folded.rsplit_once('.').map_or("", |(around, _)| around);
            homes.push(around.to_owned());
        }
    });
    homes
        .into_iter()
        .min_by_key(|around| (around.matches('.').count(), around.clone()))
}

/// Reads JSON that holds records of devices, somewhere; false when there are none.
pub(super) fn read_json(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let Some(bytes) = beginning(path) else {
        return false;
    };
    let Some(probe) = probe(&record_paths::beginning(bytes.as_slice()), context.rules) else {
        return false;
    };
    let follow = |paths: &[RecordPath], take: &mut dyn FnMut(Found)| {
        let text = open(path, context)?;
        Some(record_paths::follow(text.into_reader(), paths, take))
    };
    read_records(document, path, context, probe, &follow)
}

/// Reads XML that holds records of devices; false when there are none.
pub(super) fn read_xml(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let Some(bytes) = beginning(path) else {
        return false;
    };
    let Some((root, value)) = xml_records::beginning(bytes.as_slice()) else {
        return false;
    };
    let Some(probe) = probe(&[value], context.rules) else {
        return false;
    };
    let follow = |paths: &[RecordPath], take: &mut dyn FnMut(Found)| {
        let text = open(path, context)?;
        let elements: Vec<Vec<String>> = paths.iter().map(|path| elements(&root, path)).collect();
        let read = xml_records::read(text.into_reader(), &elements, |value| {
            take(Found { key: None, value });
        });
        Some(read)
    };
    read_records(document, path, context, probe, &follow)
}

/// The names of the elements down to a record: what JSON has as a list, XML has as elements of one name.
fn elements(root: &str, path: &[Step]) -> Vec<String> {
    let keys = path.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.clone()),
        Step::Any => Some("*".to_owned()),
        Step::Each => None,
    });
    std::iter::once(root.to_owned()).chain(keys).collect()
}

fn beginning(path: &Path) -> Option<Vec<u8>> {
    let silent = |_: u64| {};
    let text = Text::open(path, BYTES_MAX, &silent).ok()?;
    let mut bytes = Vec::new();
    text.into_reader()
        .take(PROBE_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

fn read_records(
    document: &mut Document,
    path: &Path,
    context: ReadContext<'_>,
    probe: Probe,
    follow: &Follow<'_>,
) -> bool {
    let Probe {
        paths,
        recognised,
        home,
    } = probe;
    let names = Names {
        console: recognised.console,
        rules: context.rules,
        home: &home,
    };
    let file = document.file;
    let dates = Dates {
        cells: Box::new(|take| each_date(&paths, names, follow, take)),
        decimal_comma: false,
    };
    let mut reading = Reading::new(document, path, file, context, recognised, dates);
    let (mut columns, mut number) = (Columns::new(), 0);
    let read = follow(&paths, &mut |found| {
        number += 1;
        reading.value(&found, number, &mut columns, names);
    });
    if let Some(Err(found)) = read {
        add_rest_lost(reading.document, &found);
    }
    reading.note_ranks(columns.values().flatten());
    reading.finish("record");
    true
}

/// Every date of every record.
fn each_date(
    paths: &[RecordPath],
    names: Names<'_>,
    follow: &Follow<'_>,
    take: &mut dyn FnMut(&str, &str),
) {
    let mut columns = Columns::new();
    let _ = follow(paths, &mut |found| {
        let Some(fields) = found.value.as_object() else {
            return;
        };
        for_each_leaf(fields, true, &mut |path, text| {
            if !columns.contains_key(path) {
                columns.insert(path.to_owned(), column(path, &columns::fold(path), names));
            }
            if let Some(Some(column)) = columns.get(path)
                && column.field.is_date()
            {
                take(&column.name, &text);
            }
        });
    });
}

impl Reading<'_, '_> {
    fn value(&mut self, found: &Found, number: u64, columns: &mut Columns, names: Names<'_>) {
        let Some(fields) = found.value.as_object() else {
            return;
        };
        let mut texts: Vec<(String, String)> = Vec::new();
        for_each_leaf(fields, true, &mut |path, text| {
            if !columns.contains_key(path) {
                let mapped = column(path, &columns::fold(path), names);
                if mapped.is_none() {
                    self.note_ignored(path);
                }
                columns.insert(path.to_owned(), mapped);
            }
            if matches!(columns.get(path), Some(Some(_))) {
                texts.push((path.to_owned(), text));
            }
        });
        let cells = texts.into_iter().filter_map(|(path, text)| {
            let column = columns.get(&path)?.as_ref()?;
            Some(Cell {
                field: column.field,
                rank: column.rank,
                column: &column.name,
                unit: column.unit,
                of_ios: column.of_ios,
                zone: column.zone.as_ref(),
                text,
            })
        });
        let mut cells: Vec<Cell<'_>> = cells.collect();
        cells.extend(found.key.as_deref().and_then(|key| key_cell(key, &cells)));
        if !cells.is_empty() {
            self.record(cells, number);
        }
    }
}

/// The key of a record, where it is the number of the device.
fn key_cell<'c>(key: &str, cells: &[Cell<'_>]) -> Option<Cell<'c>> {
    let names = |field: DeviceField| {
        cells
            .iter()
            .any(|cell| cell.field == field && !cell.text.is_empty())
    };
    let field = match Udid::parse(key) {
        Some(_) => DeviceField::Udid,
        None if names(DeviceField::SerialNumber)
            || names(DeviceField::Udid)
            || device_kind::is_word(key) =>
        {
            return None;
        }
        None => DeviceField::SerialNumber,
    };
    (!names(field)).then(|| Cell {
        field,
        rank: (usize::MAX, 0),
        column: "the record's key",
        unit: None,
        of_ios: false,
        zone: None,
        text: key.to_owned(),
    })
}

/// Keys are followed so deep.
const DEPTH_MAX: usize = 6;

/// Elements of a list of records that are looked at; a device has a few SIMs and hundreds of apps.
const ELEMENTS_MAX: usize = 8;

/// Every text, number and truth value of a record with the dotted path of its keys; a list of them is
/// one text, parted by commas. Lists of objects are entered if `lists` says so.
fn for_each_leaf(fields: &Map<String, Value>, lists: bool, take: &mut dyn FnMut(&str, String)) {
    fn below(
        path: &mut String,
        value: &Value,
        depth: usize,
        lists: bool,
        take: &mut dyn FnMut(&str, String),
    ) {
        match value {
            Value::Object(fields) if depth < DEPTH_MAX => inside(path, fields, depth, lists, take),
            Value::Array(elements) if elements.iter().any(Value::is_object) => {
                for element in elements.iter().filter(|_| lists).take(ELEMENTS_MAX) {
                    below(path, element, depth + 1, lists, take);
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
    fn inside(
        path: &mut String,
        fields: &Map<String, Value>,
        depth: usize,
        lists: bool,
        take: &mut dyn FnMut(&str, String),
    ) {
        let length = path.len();
        for (key, value) in fields {
            if length > 0 {
                path.push('.');
            }
            path.push_str(key);
            below(path, value, depth + 1, lists, take);
            path.truncate(length);
        }
    }
    inside(&mut String::new(), fields, 0, lists, take);
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}
