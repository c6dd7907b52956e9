//! CSV out of a console: finds the header, and reads the rows below it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use super::columns::{self, DeviceField};
use super::consoles::{Console, GENERIC};
use super::csv;
use super::reading::{Column, FIELDS_MIN, ReadContext, Reading, add_rest_lost, column, open};
use super::record::Cell;
use super::row_faults::RowFault;
use super::rules::TableRules;
use crate::mdm::protocol::document::Document;
use crate::model::problem::Level;
use crate::source::csv_rows::{Row, Rows};

/// The header of a table stands among so many rows; before it there may be a title.
const HEADER_ROWS: usize = 25;

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

/// Reads a table with a header, perhaps after a title; false when there is none.
pub(super) fn read(document: &mut Document, path: &Path, context: ReadContext<'_>) -> bool {
    let Some(text) = open(path, context) else {
        return false;
    };
    let file = text.modified;
    let known = |cell: &str| is_known(cell, context.rules);
    let Ok(mut rows) = csv::rows(text, HEADER_ROWS, &known) else {
        return false;
    };
    let Some(header) = find_header(&mut rows, context.rules) else {
        return false;
    };
    let (console, by) = recognise_header(&header.cells);
    let mut reading = Reading::new(document, path, file, context, console, by);
    if header.title > 0 {
        let found = match header.title {
            1 => "one row of a title before it, passed over".to_owned(),
            rows => format!("{rows} rows of a title before it, passed over"),
        };
        reading
            .document
            .add_shared_note("a header in the first row", &found, None);
    }
    let columns = reading.columns(&header.cells, context.rules);
    reading.rows(&mut rows, columns, header.cells.len(), context.rules);
    reading.finish("line");
    true
}

fn field_of_header(cell: &str, rules: &TableRules) -> Option<DeviceField> {
    let folded = columns::fold_header(cell);
    let dotted = columns::fold(cell);
    let anywhere =
        || columns::by_name(columns::bare(&dotted)).or_else(|| columns::by_name(&folded));
    let own = rules.column(&folded).or_else(|| rules.column(&dotted));
    own.or_else(|| Some(anywhere()?.0))
        .filter(|field| *field != DeviceField::Ignore)
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
    let marked = || recognise_header(cells).0.id != GENERIC.id;
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
    let told = Console::detect(|mark| folded.contains_key(mark));
    told.map_or((GENERIC, Vec::new()), |(console, marks)| {
        let by = marks.iter().filter_map(|mark| folded.get(*mark));
        (console, by.map(|cell| (*cell).clone()).collect())
    })
}

impl Reading<'_, '_> {
    fn columns(&mut self, header: &[String], rules: &TableRules) -> Vec<(usize, Column)> {
        let mut columns = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let console = self.table.console;
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
        columns: &[(usize, Column)],
        rules: &TableRules,
    ) -> Option<(Vec<(usize, Column)>, usize)> {
        // A row of data has something else than a name of a column in the place of the number.
        let id = columns
            .iter()
            .find(|(_, column)| column.field.names_devices());
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
            field: column.field,
            rank: column.rank,
            column: &column.name,
            unit: column.unit,
            text: row.cell(*place).unwrap_or_default(),
        });
        self.record(cells.collect(), row.line);
    }
}
