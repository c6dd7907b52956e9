//! Device tables out of the console of an MDM: CSV, JSON and XML, read as a stream.
//!
//! A file is taken only when its head shows a table of devices; everything else is left to the readers
//! of answers and wrappers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use super::cell::Unit;
use super::columns::{self, Fact};
use super::consoles::{Console, GENERIC, NoDate};
use super::csv;
use super::record::{Cell, Outcome, Record, Setting};
use super::row_faults::{Faults, RowFault};
use super::rules::TableRules;
use crate::mdm::protocol::document::{Document, KeptOut, Reply};
use crate::mdm::protocol::explain::Seen;
use crate::model::management::Answer;
use crate::model::problem::{Level, Problem};
use crate::source::content::Content;
use crate::source::csv_rows::{Row, Rows};
use crate::source::json_items::{self, Item};
use crate::source::text::Text;
use crate::source::xml_records;

/// The largest table, and the largest file of JSON, in bytes.
pub(crate) const BYTES_MAX: u64 = 4 << 30;

/// A list of records is recognised within so many bytes of its beginning.
const PROBE_BYTES: u64 = 4 << 20;

/// The header of a table stands among so many rows; before it there may be a title.
const HEADER_ROWS: usize = 25;

/// A table of no known console must tell so many facts beside the number of the device.
const FACTS_MIN: usize = 2;

/// Columns named in what was seen.
const IGNORED_MAX: usize = 400;

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

const WANTED: &str = "a table of devices";

const TOO_WIDE: RowFault = RowFault {
    wanted: "as many cells as the header has",
    found: "more cells, so that nobody can tell which belongs where; the row was left out",
    remedy: "export it again; cells that hold the delimiter must stand in quotation marks",
    level: Level::Incomplete,
};
const TOO_SHORT: RowFault = RowFault {
    wanted: "as many cells as the header has",
    found: "fewer cells; the missing ones were taken to be empty",
    remedy: "look whether a line break has cut the row in two",
    level: Level::Note,
};
const HEADER_AGAIN: RowFault = RowFault {
    wanted: "one header",
    found: "another one; the rows below were read by it",
    remedy: "nothing needs doing, if exports were put together on purpose",
    level: Level::Note,
};
const UNCLOSED: RowFault = RowFault {
    wanted: "a closing quotation mark",
    found: "none up to the end of the file; the rows after this line were swallowed",
    remedy: "export it again",
    level: Level::Incomplete,
};

/// What a file is read with.
#[derive(Clone, Copy)]
pub(crate) struct Means<'m> {
    /// The run's clock.
    pub(crate) now: Timestamp,
    /// What the user has said of tables.
    pub(crate) rules: &'m TableRules,
    /// Hears how many bytes were read.
    pub(crate) heard: &'m dyn Fn(u64),
}

/// Reads the file if it is a table of devices; false leaves it to the other readers.
pub(crate) fn read(
    document: &mut Document,
    path: &Path,
    content: &Content<'_>,
    means: Means<'_>,
) -> bool {
    match content {
        Content::Table | Content::Text => read_csv(document, path, means),
        Content::Json(_) => read_json(document, path, means),
        Content::Xml => read_xml(document, path, means),
        _ => false,
    }
}

fn open<'m>(path: &Path, means: Means<'m>) -> Option<Text<'m>> {
    Text::open(path, BYTES_MAX, means.heard).ok()
}

/// A column or key that is mapped.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    fact: Fact,
    rank: (usize, usize),
    unit: Option<Unit>,
}

/// What a name means: to the user, at this console, anywhere.
fn column(
    name: &str,
    folded: &str,
    place: usize,
    console: &Console,
    rules: &TableRules,
) -> Option<Column> {
    let bare = columns::bare(folded);
    let (fact, rank) = (rules.column(folded).map(|fact| (fact, 0)))
        .or_else(|| console.meaning(bare))
        .or_else(|| columns::by_name(bare))?;
    (fact != Fact::Ignore).then(|| Column {
        name: name.to_owned(),
        fact,
        rank: (rank, place),
        unit: Unit::of_name(bare),
    })
}

/// A table being read: what its records share, and what came of them so far.
struct Reading<'r, 'd> {
    setting: Setting<'r>,
    document: &'d mut Document,
    faults: Faults,
    seen: Seen,
    ignored: BTreeSet<String>,
}

impl<'r, 'd> Reading<'r, 'd> {
    fn new(
        document: &'d mut Document,
        path: &'r Path,
        file: Timestamp,
        means: Means<'_>,
        console: &'static Console,
        by: Vec<String>,
    ) -> Self {
        Self {
            setting: Setting {
                console,
                zone: means.rules.zone(console.id),
                path,
                file,
                now: means.now,
            },
            document,
            faults: Faults::default(),
            seen: Seen {
                source: console.name.to_owned(),
                by,
                ..Seen::default()
            },
            ignored: BTreeSet::new(),
        }
    }

    fn record(&mut self, cells: Vec<Cell<'_>>, line: u64) {
        self.seen.records += 1;
        for cell in &cells {
            self.note_mapped(cell);
        }
        match Record::new(&self.setting, cells, line, &mut self.faults).read() {
            Outcome::Answer(draft) => {
                self.seen.devices += 1;
                self.document.replies.push(Reply {
                    answer: Answer {
                        identity: draft.identity,
                        hidden: None,
                        management: draft.management,
                        source: draft.source,
                    },
                    command_uuid: None,
                });
            }
            Outcome::Other(family, udid) => {
                *self.seen.kept_out.entry(family).or_default() += 1;
                self.document.kept_out.push(KeptOut { family, udid });
            }
            Outcome::Nameless => {}
        }
    }

    fn note_mapped(&mut self, cell: &Cell<'_>) {
        let filled = u64::from(!cell.text.is_empty());
        match self.seen.mapped.get_mut(cell.column) {
            Some((_, count)) => *count += filled,
            None => {
                let entry = (cell.fact.id(), filled);
                self.seen.mapped.insert(cell.column.to_owned(), entry);
            }
        }
    }

    fn note_ignored(&mut self, name: &str) {
        if self.ignored.len() < IGNORED_MAX {
            self.ignored.insert(name.to_owned());
        }
    }

    /// Tells the faults by `unit`, and what was seen.
    fn finish(mut self, unit: &str) {
        let path = self.setting.path;
        self.document
            .problems
            .extend(self.faults.problems(path, unit));
        let others: Vec<_> = self.seen.kept_out.iter().collect();
        if !others.is_empty() {
            let counts: Vec<_> = others
                .iter()
                .map(|(family, count)| format!("{count} of {family}"))
                .collect();
            let found = format!("{unit}s of other devices, left out: {}", counts.join(", "));
            let note = Problem::note(path, "iPhones and iPads", found);
            self.document.problems.push(note);
        }
        self.seen.ignored = self.ignored.into_iter().collect();
        self.seen.missing = missing(&self.seen, self.setting.console);
        self.document.seen.push(self.seen);
    }
}

/// What is missing for a verdict on iCloud backups.
fn missing(seen: &Seen, console: &Console) -> Vec<String> {
    let has = |fact: Fact| seen.mapped.values().any(|(id, _)| *id == fact.id());
    let wanted = [
        (
            Fact::CloudBackupEnabled,
            "no column says whether iCloud Backup is on",
        ),
        (
            Fact::LastCloudBackup,
            "no column tells the date of the last iCloud backup",
        ),
    ];
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(fact, _)| !has(*fact))
        .map(|(_, words)| (*words).to_owned())
        .collect();
    if !has(Fact::LastInventory) && !has(Fact::LastContact) {
        missing.push("no column says how old a row is: the file's time is taken, and nobody can tell \"never\"".to_owned());
    }
    if missing.is_empty() && console.no_date == NoDate::Unknown {
        missing.push("an empty date of the last iCloud backup counts as unknown, not as never: nobody has verified what this console means by it".to_owned());
    }
    if !console.silent_on.is_empty() {
        missing.push(console.silent_on.to_owned());
    }
    missing
}

fn read_csv(document: &mut Document, path: &Path, means: Means<'_>) -> bool {
    let Some(text) = open(path, means) else {
        return false;
    };
    let file = text.modified;
    let known = |cell: &str| is_known(cell, means.rules);
    let Ok(mut rows) = csv::rows(text, HEADER_ROWS, &known) else {
        return false;
    };
    let Some(header) = find_header(&mut rows, means.rules) else {
        return false;
    };
    let (console, by) = recognise_header(&header.cells);
    let mut reading = Reading::new(document, path, file, means, console, by);
    if header.title > 0 {
        let found = match header.title {
            1 => "one row of a title before it, passed over".to_owned(),
            rows => format!("{rows} rows of a title before it, passed over"),
        };
        reading
            .document
            .share("a header in the first row", &found, None);
    }
    let columns = reading.columns(&header.cells, means.rules);
    reading.rows(&mut rows, columns, header.cells.len(), means.rules);
    reading.finish("line");
    true
}

fn fact_of_header(cell: &str, rules: &TableRules) -> Option<Fact> {
    let folded = columns::fold_header(cell);
    let dotted = columns::fold(cell);
    let anywhere =
        || columns::by_name(columns::bare(&dotted)).or_else(|| columns::by_name(&folded));
    let own = rules.column(&folded).or_else(|| rules.column(&dotted));
    own.or_else(|| Some(anywhere()?.0))
        .filter(|fact| *fact != Fact::Ignore)
}

fn is_known(cell: &str, rules: &TableRules) -> bool {
    fact_of_header(cell, rules).is_some()
}

struct Header {
    cells: Vec<String>,
    /// Rows before it.
    title: usize,
}

/// Does this row name the columns of a table of devices?
fn is_header(cells: &[String], rules: &TableRules) -> bool {
    let facts: BTreeSet<Fact> = cells
        .iter()
        .filter_map(|cell| fact_of_header(cell, rules))
        .collect();
    let ids = facts.iter().filter(|fact| fact.names_devices()).count();
    let marked = || recognise_header(cells).0.id != GENERIC.id;
    ids > 0 && (facts.len() > FACTS_MIN || facts.len() > 1 && marked())
}

fn find_header<R: Read>(rows: &mut Rows<R>, rules: &TableRules) -> Option<Header> {
    let mut row = Row::default();
    for title in 0..HEADER_ROWS {
        if !rows.next(&mut row).ok()? {
            return None;
        }
        let cells: Vec<String> = row.cells().collect();
        if is_header(&cells, rules) {
            return Some(Header { cells, title });
        }
    }
    None
}

fn recognise_header(cells: &[String]) -> (&'static Console, Vec<String>) {
    let folded: BTreeMap<String, &String> = cells
        .iter()
        .flat_map(|cell| {
            [
                (columns::fold_header(cell), cell),
                (columns::fold(cell), cell),
            ]
        })
        .collect();
    let told = Console::tell(|mark| folded.contains_key(mark));
    told.map_or((GENERIC, Vec::new()), |(console, marks)| {
        let by = marks.iter().filter_map(|mark| folded.get(*mark));
        (console, by.map(|cell| (*cell).clone()).collect())
    })
}

impl Reading<'_, '_> {
    fn columns(&mut self, header: &[String], rules: &TableRules) -> Vec<(usize, Column)> {
        let mut columns = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let console = self.setting.console;
            let dotted = column(name, &columns::fold(name), place, console, rules);
            let plain = || column(name, &columns::fold_header(name), place, console, rules);
            match dotted.or_else(plain) {
                Some(column) => columns.push((place, column)),
                None if name.is_empty() => {}
                None => self.note_ignored(name),
            }
        }
        columns
    }

    fn rows<R: Read>(
        &mut self,
        rows: &mut Rows<R>,
        mut columns: Vec<(usize, Column)>,
        mut width: usize,
        rules: &TableRules,
    ) {
        let mut row = Row::default();
        loop {
            match rows.next(&mut row) {
                Ok(true) if !row.says_anything_from(0) => {}
                Ok(true) => match self.new_header(&row, &columns, rules) {
                    Some((new, new_width)) => (columns, width) = (new, new_width),
                    None => self.row(&row, &columns, width),
                },
                Ok(false) => break,
                Err(words) => {
                    let line = row.line;
                    let found = format!("a table that cannot be read past line {line}: {words}");
                    lost(self.document, &found);
                    break;
                }
            }
        }
        if let Some(line) = rows.unclosed_at() {
            self.faults.add(&UNCLOSED, line);
        }
    }

    /// A header among the rows: two exports put together, perhaps of other columns.
    fn new_header(
        &mut self,
        row: &Row,
        columns: &[(usize, Column)],
        rules: &TableRules,
    ) -> Option<(Vec<(usize, Column)>, usize)> {
        // A row of data has something else than a name of a column in the place of the number.
        let id = columns
            .iter()
            .find(|(_, column)| column.fact.names_devices());
        let suspicious = id
            .and_then(|(place, _)| row.cell(*place))
            .is_some_and(|cell| is_known(&cell, rules));
        let cells: Vec<String> = if suspicious {
            row.cells().collect()
        } else {
            return None;
        };
        is_header(&cells, rules).then(|| {
            self.faults.add(&HEADER_AGAIN, row.line);
            (self.columns(&cells, rules), cells.len())
        })
    }

    fn row(&mut self, row: &Row, columns: &[(usize, Column)], width: usize) {
        if row.says_anything_from(width) {
            return self.faults.add(&TOO_WIDE, row.line);
        }
        if row.len() < width {
            self.faults.add(&TOO_SHORT, row.line);
        }
        let cells = columns.iter().map(|(place, column)| Cell {
            fact: column.fact,
            rank: column.rank,
            column: &column.name,
            unit: column.unit,
            text: row.cell(*place).unwrap_or_default(),
        });
        self.record(cells.collect(), row.line);
    }
}

fn lost(document: &mut Document, found: &str) {
    let problem = Problem::incomplete(&document.path, WANTED, found)
        .with_remedy("export it again; a copy that was shortened or retyped cannot be read");
    document.problems.push(problem);
}

/// Paths of keys -> what they mean, looked up once.
type Paths = HashMap<String, Option<Column>>;

/// What the head of a file shows.
fn probe(
    path: &Path,
    means: Means<'_>,
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
            found = recognise(value, means.rules);
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
    let mut facts = BTreeSet::new();
    for_each_leaf(value, &mut |path, _| {
        let folded = columns::fold(path);
        let bare = columns::bare(&folded);
        facts.extend(
            rules
                .column(&folded)
                .or_else(|| Some(columns::by_name(bare)?.0)),
        );
        names.insert(bare.to_owned(), path.to_owned());
        names.insert(folded, path.to_owned());
    });
    if let Some((console, marks)) = Console::tell(|mark| names.contains_key(mark)) {
        let by = marks.iter().filter_map(|mark| names.get(*mark).cloned());
        return Some((console, by.collect()));
    }
    let ids = facts.iter().filter(|fact| fact.names_devices()).count();
    (ids > 0 && facts.len() > FACTS_MIN).then_some((GENERIC, Vec::new()))
}

fn read_json(document: &mut Document, path: &Path, means: Means<'_>) -> bool {
    let items = |bytes, take: &mut dyn FnMut(&Value)| {
        // the end of the head is no damage
        let _ = json_items::read(bytes, |item: Item| take(&item.value));
    };
    let Some((console, by)) = probe(path, means, items) else {
        return false;
    };
    let Some(text) = open(path, means) else {
        return false;
    };
    let file = text.modified;
    let mut reading = Reading::new(document, path, file, means, console, by);
    let mut paths = Paths::new();
    let mut number = 0;
    let read = json_items::read(text.into_reader(), |item: Item| {
        if item.emptied {
            return;
        }
        number += 1;
        reading.value(&item.value, number, &mut paths, means.rules);
    });
    if let Err(found) = read {
        lost(reading.document, &found);
    }
    reading.finish("record");
    true
}

fn read_xml(document: &mut Document, path: &Path, means: Means<'_>) -> bool {
    let records = |bytes, take: &mut dyn FnMut(&Value)| {
        // the end of the head is no damage
        let _ = xml_records::read(bytes, XML_RECORD, |value| take(&value));
    };
    let Some((console, by)) = probe(path, means, records) else {
        return false;
    };
    let Some(text) = open(path, means) else {
        return false;
    };
    let file = text.modified;
    let mut reading = Reading::new(document, path, file, means, console, by);
    let mut paths = Paths::new();
    let mut number = 0;
    let read = xml_records::read(text.into_reader(), XML_RECORD, |value| {
        number += 1;
        reading.value(&value, number, &mut paths, means.rules);
    });
    if let Err(found) = read {
        lost(reading.document, &found);
    }
    reading.finish("record");
    true
}

impl Reading<'_, '_> {
    fn value(&mut self, value: &Value, number: u64, paths: &mut Paths, rules: &TableRules) {
        if !value.is_object() {
            return;
        }
        let console = self.setting.console;
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
                fact: column.fact,
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
