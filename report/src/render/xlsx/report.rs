//! The report as a workbook: what to do on the first sheets, everything on the later ones.

use std::io::{self, Write};

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{
    ARROW, Forms, ROWS_MAX, WIDTHS, columns, document, finish, inert, put, put_wrapped, too_many,
    width,
};
use crate::view::cell::Cell;
use crate::view::report::ReportView;
use crate::view::workbook::{SheetTable, tables, tone};

/// Writes the workbook.
///
/// # Errors
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for more rows than a worksheet has.
pub fn write_report(view: &ReportView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let devices = view.results().devices.iter();
    let longest =
        |count: fn(&crate::results::Device) -> usize| -> usize { devices.clone().map(count).sum() };
    let rows = [
        view.results().devices.len(),
        longest(|device| device.findings.len()),
        longest(|device| device.backups.len()),
        view.results().problems.len(),
    ];
    match rows.into_iter().max().filter(|rows| *rows >= ROWS_MAX) {
        Some(rows) => Err(too_many(rows, "rows", "use --csv or --json")),
        None => out.write_all(&workbook(view).map_err(io::Error::other)?),
    }
}

fn workbook(view: &ReportView<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = document("Backup report", view.results().scanned_at);
    let forms = Forms::new();
    for table in tables(view) {
        sheet(workbook.add_worksheet(), table, &forms)?;
    }
    workbook.save_to_buffer()
}

fn sheet(page: &mut Worksheet, table: SheetTable<'_>, forms: &Forms) -> Result<(), XlsxError> {
    page.set_name(table.name)?;
    let mut widest: Vec<usize> = table
        .headings
        .iter()
        .map(|name| name.len() + ARROW)
        .collect();
    for (index, heading) in (0u16..).zip(&table.headings) {
        page.write_string_with_format(0, index, *heading, &forms.heading)?;
    }
    let mut rows = 0;
    for (line, cells) in (1u32..).zip(table.rows) {
        rows += 1;
        for ((index, cell), widest) in (0u16..).zip(&cells).zip(&mut widest) {
            *widest = (*widest).max(width(cell));
            let heading = table.headings.get(usize::from(index)).copied();
            match (cell, heading.and_then(|heading| tone(heading, cell))) {
                (Cell::Text(word), Some(tone)) => page
                    .write_string_with_format(line, index, inert(word), forms.toned(Some(tone)))
                    .map(drop)?,
                _ if table.wraps => put_wrapped(page, (line, index), cell, forms)?,
                _ => put(page, (line, index), &pretty(cell), forms)?,
            }
        }
    }
    for (index, widest) in (0u16..).zip(widest) {
        page.set_column_width(index, columns(widest.clamp(WIDTHS.0, WIDTHS.1)))?;
    }
    finish(page, rows, table.headings.len())
}

/// An id as people read it; it stays text.
fn pretty(cell: &Cell) -> Cell {
    match cell {
        Cell::Id { pretty, .. } => Cell::Id {
            exact: pretty.clone(),
            pretty: pretty.clone(),
        },
        other => other.clone(),
    }
}
