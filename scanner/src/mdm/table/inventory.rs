//! The inventory table: which device is whose.
//!
//! Spreadsheets turn an IMEI into `3.56789E+14`. Such a number is refused and reported with its line:
//! rounded back it would give a phone to the wrong person.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::column_map::ColumnMap;
use super::columns::{self, DeviceField, IDS, NAMES};
use super::device_kind::{self, DeviceKind};
use super::meaning;
use super::row_faults::{
    DEVICES_MAX, Faults, RowFault, SCIENTIFIC, TOO_MANY, TOO_SHORT, TOO_WIDE, UNCLOSED,
};
use super::{cell, csv, record};
use crate::mdm::date::{age, day};
use crate::model::evidence::{Source, TimestampSource};
use crate::model::identity::Identity;
use crate::model::person::InventoryRow;
use crate::model::problem::{Level, Problem, ProblemKind};
use crate::source::csv_rows::{Row, Rows};

/// The largest table that is read, in bytes.
const BYTES_MAX: u64 = 64 << 20;

const WANTED: &str = "an inventory table (CSV) with a header";

/// What people write into a cell that has nothing to say.
const BLANKS: &[&str] = &["", "-", "--", "n/a", "#n/a"];

/// The same where a number belongs. Na and Null are surnames.
const NO_NUMBER: &[&str] = &["na", "none", "null", "unknown", "unbekannt"];

/// Reads the table. A row that names no device, and a device with two different rows, are problems
/// that name the lines; of two different rows the first is kept. `now` caps the age of the table.
pub fn read(path: &Path, now: Timestamp) -> (Vec<InventoryRow>, Vec<Problem>) {
    let known = |cell: &str| column(cell).is_some();
    match csv::open(path, BYTES_MAX, &known) {
        Ok((rows, modified)) => read_rows(path, rows, modified, now),
        Err(fault) => (Vec::new(), vec![fault.incomplete(path, WANTED)]),
    }
}

fn read_rows<R: Read>(
    path: &Path,
    mut rows: Rows<R>,
    modified: Timestamp,
    now: Timestamp,
) -> (Vec<InventoryRow>, Vec<Problem>) {
    let mut row = Row::default();
    let header = rows.next(&mut row).map(|_| row.cells().collect::<Vec<_>>());
    let header = header.unwrap_or_default();
    let columns = columns_of(&header);
    if !columns.has(|column| column.names_devices()) {
        return (Vec::new(), vec![no_id_column(path, &header)]);
    }
    let mut reading = Reading::new(path, columns, modified, now);
    let broken = loop {
        match rows.next(&mut row) {
            Ok(true) => reading.row(&row),
            Ok(false) => break None,
            Err(words) => break Some(words),
        }
    };
    if let Some(line) = rows.unclosed_at() {
        reading.faults.add(&UNCLOSED, line);
    }
    let (people, mut problems) = reading.finish();
    problems.extend(broken.map(|words| cannot_be_read_past(path, row.line, &words)));
    (people, problems)
}

fn cannot_be_read_past(path: &Path, line: u64, words: &str) -> Problem {
    let found = format!("a table that cannot be read past line {line}: {words}");
    Problem::incomplete(path, WANTED, found)
        .with_kind(ProblemKind::Damaged)
        .with_remedy("look at the rows after this line, and save the table again")
}

fn no_id_column(path: &Path, header: &[String]) -> Problem {
    let names: Vec<_> = IDS
        .iter()
        .flat_map(|id| columns::names(*id).iter().take(3).copied())
        .collect();
    Problem::incomplete(
        path,
        "a column with serial numbers (or UDID, IMEI, MEID, ECID) in the first row",
        csv::describe_columns(header),
    )
    .with_kind(ProblemKind::WrongShape)
    .with_remedy(format!(
        "give the column one of the names {}; case, spaces and dashes do not matter",
        names.join(", ")
    ))
}

fn column(cell: &str) -> Option<DeviceField> {
    columns::by_name(&columns::fold_header(cell)).map(|(field, _)| field)
}

type Columns = ColumnMap<DeviceField>;

/// What a row is about.
enum Kind {
    Ours,
    Other(&'static str),
    Unsure,
}

/// Where each column stands: by the names of the table, else by a guess from their words.
fn columns_of(header: &[String]) -> Columns {
    let names = NAMES
        .iter()
        .flat_map(|(field, names)| names.iter().map(|name| (*field, *name)));
    let mut columns = ColumnMap::by_names(header, names);
    for (place, name) in header.iter().enumerate() {
        let guess = meaning::of_name(name).map(|(field, _)| field);
        let is_new = |field: &DeviceField| !columns.has(|one| one == field);
        if let Some(field) = guess.filter(|field| !columns.is_read(place) && is_new(field)) {
            columns.add(field, place);
        }
    }
    columns
}

/// What a row says its device is. A table without a column for that is one of iPhones and iPads, as its
/// user says.
fn kind(columns: &Columns, row: &Row) -> Kind {
    let named = device_kind::KINDS
        .iter()
        .find_map(|(field, read)| cells(columns, row, *field).find_map(|cell| read(&cell)));
    let by_maker = || {
        let maker = cells(columns, row, DeviceField::Manufacturer).next()?;
        let mut forms = cells(columns, row, DeviceField::Platform);
        forms.find_map(|form| device_kind::of_maker_and_form(&maker, &form))
    };
    match named.or_else(by_maker) {
        Some(DeviceKind::Ours) => Kind::Ours,
        Some(DeviceKind::Other(family)) => Kind::Other(family),
        None if columns.has(|field| device_kind::names_a_kind(*field)) => Kind::Unsure,
        None => Kind::Ours,
    }
}

/// The cells of a column that say something, best name first.
fn cells(columns: &Columns, row: &Row, column: DeviceField) -> impl Iterator<Item = String> {
    let cells = columns.cells(row, column);
    cells.filter(move |cell| !is_blank(cell, column))
}

fn is_blank(cell: &str, column: DeviceField) -> bool {
    let cell = cell.to_lowercase();
    let blanks = if IDS.contains(&column) {
        NO_NUMBER
    } else {
        &[]
    };
    BLANKS.iter().chain(blanks).any(|blank| *blank == cell)
}

const NO_ID: RowFault = RowFault {
    wanted: "the serial number, UDID, IMEI, MEID or ECID",
    found: "no serial number, UDID, IMEI, MEID or ECID",
    remedy: "fill in the serial number",
    level: Level::Note,
};
const BAD_ID: RowFault = RowFault {
    wanted: "the serial number, UDID, IMEI, MEID or ECID",
    found: "not a possible number",
    remedy: "compare it with Settings, General, About on the device",
    level: Level::Incomplete,
};
const TWICE: RowFault = RowFault {
    wanted: "a second row of a device",
    found: "an earlier row says something else; the first row was used",
    remedy: "remove the row that is out of date",
    level: Level::Incomplete,
};
const BAD_DAY: RowFault = RowFault {
    wanted: "the planned swap date",
    found: "not a date, or a date that can be read in two ways, such as 03/04/2027; the device was read without it",
    remedy: "write the date as year-month-day, such as 2027-03-31",
    level: Level::Incomplete,
};
const UNSURE: RowFault = RowFault {
    wanted: "a sign of an iPhone or iPad: a model, a platform or the name of a system",
    found: "no model, platform or system that shows an iPhone or iPad; the row counts only where other evidence knows the device",
    remedy: "write the model into the row, such as iPhone 14",
    level: Level::Note,
};

/// The table so far.
struct Reading {
    columns: Columns,
    source: Arc<Source>,
    rows: Vec<InventoryRow>,
    by_id: BTreeMap<String, usize>,
    faults: Faults,
    /// Rows of other devices, by what they are.
    others: BTreeMap<&'static str, u64>,
    /// Rows of iPhones and iPads.
    sure: u64,
}

impl Reading {
    fn new(path: &Path, columns: Columns, modified: Timestamp, now: Timestamp) -> Self {
        let (observed_at, clock) = age::observed(None, None, modified, now);
        let source = Source {
            path: path.to_owned(),
            kind: "inventory table".to_owned(),
            observed_at,
            clock,
        };
        Self {
            columns,
            source: Arc::new(source),
            rows: Vec::new(),
            by_id: BTreeMap::new(),
            faults: Faults::default(),
            others: BTreeMap::new(),
            sure: 0,
        }
    }

    fn row(&mut self, row: &Row) {
        if !row.says_anything_from(0) {
            return;
        }
        if self.columns.is_too_wide(row) {
            return self.faults.add(&TOO_WIDE, row.line);
        }
        if self.columns.is_too_short(row) {
            self.faults.add(&TOO_SHORT, row.line);
        }
        let kind = kind(&self.columns, row);
        if let Kind::Other(family) = kind {
            *self.others.entry(family).or_default() += 1;
            return;
        }
        let identity = self.identity(row);
        if identity.is_empty() {
            return;
        }
        let unsure = matches!(kind, Kind::Unsure) && identity.udid.is_none();
        self.sure += u64::from(!unsure);
        if unsure {
            self.faults.add(&UNSURE, row.line);
        }
        self.keep(row, identity, unsure);
    }

    /// The ids of a row; what cannot be one is a fault, once a row.
    fn identity(&mut self, row: &Row) -> Identity {
        let mut identity = Identity::default();
        let mut unusable = None;
        for id in IDS {
            for cell in cells(&self.columns, row, *id) {
                if cell::is_scientific(&cell) {
                    unusable = Some(&SCIENTIFIC);
                } else if !record::set(&mut identity, *id, &cell) {
                    unusable = unusable.or(Some(&BAD_ID));
                }
            }
        }
        let fault = match unusable {
            None if identity.is_empty() => Some(&NO_ID),
            fault => fault,
        };
        if let Some(fault) = fault {
            self.faults.add(fault, row.line);
        }
        identity
    }

    fn keep(&mut self, row: &Row, identity: Identity, kind_unsure: bool) {
        let planned_swap = self.planned_swap(row);
        let text = |column| cells(&self.columns, row, column).next();
        let new = InventoryRow {
            user: text(DeviceField::User),
            email: text(DeviceField::Email),
            department: text(DeviceField::Department),
            site: text(DeviceField::Site),
            group: text(DeviceField::Group),
            tags: text(DeviceField::Tags).map_or(Vec::new(), |text| cell::tags(&text)),
            planned_swap,
            device_name: text(DeviceField::DeviceName),
            kind_unsure,
            source: Arc::clone(&self.source),
            identity,
        };
        let keys = keys(&new.identity);
        let known = keys.iter().find_map(|key| self.by_id.get(key)).copied();
        match known.and_then(|place| self.rows.get(place)) {
            Some(old) if same_person(old, &new) => {}
            Some(_) => self.faults.add(&TWICE, row.line),
            None if self.rows.len() >= DEVICES_MAX => self.faults.add(&TOO_MANY, row.line),
            None => {
                let place = self.rows.len();
                self.by_id.extend(keys.into_iter().map(|key| (key, place)));
                self.rows.push(new);
            }
        }
    }

    /// A day that is not clear costs the row nothing but the day.
    fn planned_swap(&mut self, row: &Row) -> Option<Date> {
        let cell = cells(&self.columns, row, DeviceField::PlannedSwap).next()?;
        let day = day::parse(&cell);
        if day.is_none() {
            self.faults.add(&BAD_DAY, row.line);
        }
        day
    }

    /// The rows, and one problem for each kind of fault.
    ///
    /// Where not one row says what it is about, the table is taken for one of iPhones and iPads, and a note
    /// says so.
    fn finish(mut self) -> (Vec<InventoryRow>, Vec<Problem>) {
        let path = &self.source.path;
        let no_row_says = self.sure == 0 && self.others.is_empty();
        if no_row_says && !self.rows.is_empty() {
            self.rows.iter_mut().for_each(|row| row.kind_unsure = false);
            self.faults.forget(&UNSURE);
        }
        let mut problems = self.faults.problems(path, "line");
        if no_row_says && !self.rows.is_empty() {
            let found = "no row that says it is one; all were taken for iPhones and iPads";
            let note = Problem::note(path, "rows of iPhones and iPads", found);
            problems.push(note.with_remedy(UNSURE.remedy));
        }
        if !self.others.is_empty() {
            let counts: Vec<_> = self
                .others
                .iter()
                .map(|(family, count)| format!("{count} of {family}"))
                .collect();
            let found = format!("lines of other devices, left out: {}", counts.join(", "));
            let note = Problem::note(path, "iPhones and iPads", found);
            problems.push(note.with_kind(ProblemKind::Unrelated));
        }
        if self.source.clock == TimestampSource::FileTimeInFuture {
            let found = "a modification time after the time of this scan; taken to be now";
            let note = Problem::note(path, "the age of an inventory table", found);
            problems.push(note.with_remedy("check the clock of the computer that wrote it"));
        }
        (self.rows, problems)
    }
}

fn keys(identity: &Identity) -> Vec<String> {
    let serial = identity.serial.iter().map(|one| format!("serial {one}"));
    let udid = identity.udid.iter().map(|one| format!("udid {one}"));
    let imeis = identity
        .imeis
        .iter()
        .map(|one| format!("imei {}", one.body()));
    serial.chain(udid).chain(imeis).collect()
}

fn same_person(old: &InventoryRow, new: &InventoryRow) -> bool {
    let person = |row: &InventoryRow| {
        let cells = [
            &row.user,
            &row.email,
            &row.department,
            &row.site,
            &row.group,
        ];
        let cells = cells.map(|cell| cell.as_ref().map(|text| text.to_lowercase()));
        (cells, row.tags.clone(), row.planned_swap)
    };
    person(old) == person(new)
}
