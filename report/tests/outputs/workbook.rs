//! The report as a workbook, read back by a reader that shares nothing with the writer.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use fleetback_report::render::xlsx;
use fleetback_report::results::Results;
use fleetback_report::view::cell::Cell;
use fleetback_report::view::columns::{BACKUP_COLUMNS, COLUMNS, Column};
use fleetback_report::view::report::{ReportView, Row};
use jiff::tz::TimeZone;

use crate::common::morning;

pub(crate) fn written(results: &Results) -> Vec<u8> {
    let (mut out, zone) = (Vec::new(), TimeZone::UTC);
    xlsx::write_report(&ReportView::new(results, &zone), &mut out).unwrap();
    out
}

/// The rows of a sheet, its header first.
pub(crate) fn sheet(results: &Results, name: &str) -> Vec<Vec<Data>> {
    let mut workbook = Xlsx::new(Cursor::new(written(results))).unwrap();
    let range = workbook.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Is the cell of the workbook the cell of the view, with its type?
fn is_same(found: &Data, cell: &Cell) -> bool {
    let picture = |text: &str| text.replace('\u{1b}', "␛");
    match (found, cell) {
        (Data::Empty, Cell::Unknown) => true,
        (Data::String(text), Cell::Text(_) | Cell::Id { .. }) => *text == picture(&cell.pretty()),
        (Data::Float(number), Cell::Whole(_) | Cell::Decimal(_)) => {
            number.to_string() == cell.exact()
        }
        (Data::DateTime(at), Cell::Date(_)) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}") == cell.exact()
        }
        (Data::DateTime(at), Cell::Instant(_)) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
                == cell.exact()
        }
        _ => false,
    }
}

fn check<'a>(
    name: &str,
    results: &Results,
    columns: &'static [Column],
    rows: impl Iterator<Item = Row<'a>>,
) {
    let sheet = sheet(results, name);
    let names: Vec<String> = sheet[0].iter().map(ToString::to_string).collect();
    let wanted: Vec<&str> = columns.iter().map(|column| column.name).collect();
    assert_eq!(names, wanted);
    let mut count = 0;
    for (row, found) in rows.zip(&sheet[1..]) {
        count += 1;
        for (column, found) in columns.iter().zip(found) {
            let cell = column.cell(&row);
            assert!(
                is_same(found, &cell),
                "{}: {cell:?} became {found:?}",
                column.name
            );
        }
    }
    assert_eq!(count, sheet.len() - 1);
}

#[test]
fn the_sheets_with_all_columns_are_the_tables() {
    let (results, zone) = (morning(), TimeZone::UTC);
    let view = ReportView::new(&results, &zone);
    check("All columns", &results, COLUMNS, view.devices());
    check("Backups", &results, BACKUP_COLUMNS, view.backups());
}

#[test]
fn there_are_seven_sheets_and_the_same_report_gives_the_same_bytes() {
    let results = morning();
    let workbook = Xlsx::new(Cursor::new(written(&results))).unwrap();
    assert_eq!(
        workbook.sheet_names(),
        [
            "Summary",
            "To do",
            "Devices",
            "All columns",
            "Backups",
            "Findings",
            "Problems"
        ]
    );
    assert!(written(&results) == written(&results));
    assert_eq!(sheet(&results, "Devices")[0].len(), 12);
    let findings = results.devices.iter().map(|device| device.findings.len());
    assert_eq!(
        sheet(&results, "Findings").len() - 1,
        findings.sum::<usize>()
    );
    assert_eq!(
        sheet(&results, "Problems").len() - 1,
        results.problems.len()
    );
}
