//! CSV out of a console: finds the header, and reads the rows below it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use super::column_map::ColumnMap;
use super::columns::{self, DeviceField};
use super::consoles::{Console, GENERIC};
use super::csv;
use super::reading::{
    Column, Dates, FIELDS_MIN, Names, ReadContext, Reading, Recognised, add_rest_lost, column, open,
};
use super::record::Cell;
use super::row_faults::{self, RowFault, TOO_SHORT};
use super::rules::TableRules;
use crate::mdm::protocol::document::Document;
use crate::model::problem::Level;
use crate::source::csv_rows::{Row, Rows};

/// The header of a table stands among so many rows; before it there may be a title.
const HEADER_ROWS: usize = 25;

const TOO_WIDE: RowFault = row_faults::TOO_WIDE
    .with_remedy("export it again; cells that hold the delimiter must stand in quotation marks");
const UNCLOSED: RowFault = row_faults::UNCLOSED.with_remedy("export it again");
const HEADER_AGAIN: RowFault = RowFault {
    wanted: "one header",
    found: "another header; the rows below were read by it",
    remedy: "nothing needs doing, if exports were put together on purpose",
    level: Level::Note,
};

/// Reads a table with a header, perhaps after a title; false when there is none.
pub(super) fn read(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let source = CsvFile { path, context };
    read_rows(document, path, context, &|| source.open())
}

/// The rows of a file and the file's time, each time from the beginning.
pub(super) type OpenRows<'o> = dyn Fn() -> Option<(Rows<Box<dyn Read + 'o>>, Timestamp)> + 'o;

struct CsvFile<'m> {
    path: &'m Path,
    context: ReadContext<'m>,
}

impl<'m> CsvFile<'m> {
    fn open(&self) -> Option<(Rows<Box<dyn Read + 'm>>, Timestamp)> {
        let text = open(self.path, self.context)?;
        let file = text.modified;
        let rules = self.context.rules;
        let known = |cell: &str| is_known(cell, rules);
        Some((csv::rows(text, HEADER_ROWS, &known).ok()?, file))
    }
}

/// Reads rows out of whatever holds them.
pub(super) fn read_rows(
    document: &mut Document,
    path: &Path,
    context: ReadContext<'_>,
    open: &OpenRows<'_>,
) -> bool {
    let Some((mut rows, file)) = open() else {
        return false;
    };
    let Some(header) = find_header(&mut rows, context.rules) else {
        return false;
    };
    let recognised = recognise_header(&header.cells);
    let names = Names {
        console: recognised.console,
        rules: context.rules,
        home: "",
    };
    let columns = columns_of(&header.cells, names);
    let dates = Dates {
        cells: Box::new({
            let columns = columns.clone();
            move |take| each_date(open, &columns, take)
        }),
        decimal_comma: rows.delimiter() == b';',
    };
    let mut reading = Reading::new(document, path, file, context, recognised, dates);
    if header.title > 0 {
        let found = match header.title {
            1 => "one row of a title before it, passed over".to_owned(),
            rows => format!("{rows} rows of a title before it, passed over"),
        };
        reading
            .document
            .add_shared_note("a header in the first row", &found, None);
    }
    reading.note_columns(&header.cells, &columns);
    reading.rows(&mut rows, columns, names);
    reading.finish("line");
    true
}

/// Every cell of the columns of dates, from the first row to the last; a title and the header hold none.
fn each_date(open: &OpenRows<'_>, columns: &ColumnMap<Column>, take: &mut dyn FnMut(&str, &str)) {
    let Some((mut rows, _)) = open() else { return };
    let dates: Vec<_> = columns
        .iter()
        .filter(|(column, _)| column.field.is_date())
        .collect();
    let mut row = Row::default();
    while rows.next(&mut row).unwrap_or(false) {
        for (column, place) in &dates {
            if let Some(cell) = row.cell(*place) {
                take(&column.name, &cell);
            }
        }
    }
}

fn field_of_header(cell: &str, rules: &TableRules) -> Option<DeviceField> {
    header_column(
        cell,
        Names {
            console: GENERIC,
            rules,
            home: "",
        },
    )
    .map(|column| column.field)
}

/// What a header means: as dotted keys, or with its dots as those of "No. of device".
fn header_column(name: &str, names: Names<'_>) -> Option<Column> {
    let dotted = columns::fold(name);
    let plain = columns::fold_header(name);
    let is_one = dotted == plain;
    let by_keys = (!is_one).then(|| column(name, &dotted, names)).flatten();
    by_keys.or_else(|| column(name, &plain, names))
}

fn columns_of(header: &[String], names: Names<'_>) -> ColumnMap<Column> {
    ColumnMap::new(header, |name| header_column(name, names))
}

fn is_known(cell: &str, rules: &TableRules) -> bool {
    field_of_header(cell, rules).is_some()
}

struct Header {
    cells: Vec<String>,
    /// Rows before it.
    title: usize,
}

/// Does this row name the columns of a table of devices?
fn is_header(cells: &[String], rules: &TableRules) -> bool {
    let fields: BTreeSet<DeviceField> = cells
        .iter()
        .filter_map(|cell| field_of_header(cell, rules))
        .collect();
    let ids = fields.iter().filter(|field| field.names_devices()).count();
    let marked = || recognise_header(cells).console.id != GENERIC.id;
    ids > 0 && (fields.len() > FIELDS_MIN || fields.len() > 1 && marked())
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

fn recognise_header(cells: &[String]) -> Recognised {
    let folded: BTreeMap<String, &String> = cells
        .iter()
        .flat_map(|cell| {
            [
                (columns::fold_header(cell), cell),
                (columns::fold(cell), cell),
            ]
        })
        .collect();
    let detected = Console::detect(|mark| folded.contains_key(mark));
    let (console, marks) = detected.unwrap_or((GENERIC, &[]));
    let by = marks.iter().filter_map(|mark| folded.get(*mark));
    let by = by.map(|cell| (*cell).clone()).collect();
    Recognised { console, by }
}

/// With so many digits a cell is the number of a device and no name of a column: told without looking the
/// name up, row by row.
const DIGITS_OF_A_NUMBER: usize = 3;

fn is_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit);
    digits.count() >= DIGITS_OF_A_NUMBER
}

impl Reading<'_, '_> {
    fn note_columns(&mut self, header: &[String], columns: &ColumnMap<Column>) {
        for (place, name) in header.iter().enumerate() {
            if !columns.is_read(place) && !name.is_empty() {
                self.note_ignored(name);
            }
        }
        self.note_ranks(columns.iter().map(|(column, _)| column));
    }

    fn rows<R: Read>(
        &mut self,
        rows: &mut Rows<R>,
        mut columns: ColumnMap<Column>,
        names: Names<'_>,
    ) {
        let mut row = Row::default();
        loop {
            match rows.next(&mut row) {
                Ok(true) if !row.says_anything_from(0) => {}
                Ok(true) => match self.new_header(&row, &columns, names) {
                    Some(new) => columns = new,
                    None => self.row(&row, &columns),
                },
                Ok(false) => break,
                Err(words) => {
                    let line = row.line;
                    let found = format!("a table that cannot be read past line {line}: {words}");
                    add_rest_lost(self.document, &found);
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
        columns: &ColumnMap<Column>,
        names: Names<'_>,
    ) -> Option<ColumnMap<Column>> {
        // A row of data has something else than a name of a column in the place of the number.
        let id = columns
            .iter()
            .find(|(column, _)| column.field.names_devices());
        let suspicious = id
            .and_then(|(_, place)| row.cell(place))
            .is_some_and(|cell| !is_number(&cell) && is_known(&cell, names.rules));
        let cells: Vec<String> = if suspicious {
            row.cells().collect()
        } else {
            return None;
        };
        is_header(&cells, names.rules).then(|| {
            self.faults.add(&HEADER_AGAIN, row.line);
            let columns = columns_of(&cells, names);
            self.note_columns(&cells, &columns);
            columns
        })
    }

    fn row(&mut self, row: &Row, columns: &ColumnMap<Column>) {
        if columns.is_too_wide(row) {
            return self.faults.add(&TOO_WIDE, row.line);
        }
        if columns.is_too_short(row) {
            self.faults.add(&TOO_SHORT, row.line);
        }
        let cells = columns.iter().map(|(column, place)| Cell {
            field: column.field,
            rank: column.rank,
            column: &column.name,
            unit: column.unit,
            of_ios: column.of_ios,
            zone: column.zone.as_ref(),
            text: row.cell(place).unwrap_or_default(),
        });
        self.record(cells.collect(), row.line);
    }
}
