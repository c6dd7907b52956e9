//! Opens the CSV with LibreOffice and looks at what became of each cell.
//!
//! Without LibreOffice the test says "skipped" and passes; with `FLEETBACK_TEST_OFFICE=1` that is a
//! failure. `FLEETBACK_TEST_PYTHON` names a Python that has openpyxl.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use fleetback_report::render::csv::{CsvOptions, Profile, Rows};
use fleetback_report::results::{Results, Status};
use fleetback_report::view::cell::{Cell, Kind};
use fleetback_report::view::columns::COLUMNS;
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;

use crate::common::{device, morning, results};
use crate::csv::written;

/// Type, number format, text.
type Found = (String, String, String);

const EN_US: &str = "44,34,76,1,,1033,false";
/// Also detects "special numbers", dates and times among them: what the import dialogue offers.
const EN_US_EAGER: &str = "44,34,76,1,,1033,false,true";
const DE_DE: &str = "59,34,76,1,,1031,false,true";

const READ_CELLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/office/read_cells.py");

/// Says why not, or fails when LibreOffice is required.
fn skip(reason: &str) {
    let promised = std::env::var_os("FLEETBACK_TEST_OFFICE").is_some_and(|value| value == "1");
    assert!(!promised, "FLEETBACK_TEST_OFFICE=1, but {reason}");
    eprintln!("skipped: {reason}");
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

fn python() -> Option<String> {
    let named = std::env::var("FLEETBACK_TEST_PYTHON").ok();
    let usual = ["python3", "/usr/bin/python3", "python"].map(str::to_owned);
    let mut candidates = named.into_iter().chain(usual);
    candidates.find(|python| runs(python, &["-c", "import openpyxl"]))
}

/// The Python to read with, or `None` after having said why the test cannot run.
fn ready() -> Option<String> {
    if !runs("soffice", &["--version"]) {
        skip("soffice (LibreOffice) is not there");
        return None;
    }
    let python = python();
    if python.is_none() {
        skip("no Python with openpyxl is there");
    }
    python
}

fn stdout(output: Output, what: &str) -> Vec<u8> {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {errors}");
    output.stdout
}

/// What LibreOffice makes of a CSV file, header left out.
fn opened(csv: &[u8], filter: &str, python: &str) -> Vec<Vec<Found>> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("fleet.csv"), csv).unwrap();
    convert(folder.path(), filter);
    let read = Command::new(python)
        .arg(READ_CELLS)
        .arg(path("fleet.xlsx"))
        .output();
    let cells = stdout(read.unwrap(), "read_cells.py");
    let mut rows: Vec<Vec<Found>> = serde_json::from_slice(&cells).unwrap();
    rows.remove(0);
    rows
}

/// Two LibreOffices that start at the same moment disturb each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A profile of its own, so that a running LibreOffice does not answer instead.
fn convert(folder: &Path, filter: &str) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let filter = format!("--infilter=CSV:{filter}");
    let output = Command::new("soffice")
        .args([
            &profile,
            "--headless",
            &filter,
            "--convert-to",
            "xlsx",
            "--outdir",
        ])
        .arg(folder)
        .arg(folder.join("fleet.csv"))
        .output();
    stdout(output.unwrap(), "soffice");
}

/// Every trap that was measured, and their kin.
const TRAPS: &[&str] = &[
    "=1+1",
    "=HYPERLINK(\"http://localhost/\",\"x\")",
    "=\"356789012345678\"",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "'=1+1",
    "356789012345678",
    "89410141032111185107",
    "21E219",
    "20E247",
    "17.10",
    "26.0",
    "17.4.1",
    "1E5",
    "123456789012e9",
    "00123",
    "+41791234567",
    "2026-08-22",
    "2026-08-22 03:14:15",
    "2026-08-22T03:14:15Z",
    "2026-08-22T03:14:15+02:00",
    "22.08.2026",
    "8/22/26",
    "MARCH1",
    "5 Mar",
    "5. März 2026",
    "5:30",
    "5:30 PM",
    "TRUE",
    "false",
    "#N/A",
    "50%",
    "$5",
    "1,204",
    "1 1/2",
    "1/2",
    "(5)",
    "1,5",
    "line one\nline \"two\", 3; 4",
    "17.4 (21E219)",
    "Zoë’s iPhone 東京",
];

/// One device per trap, with the trap wherever text may stand.
fn trapped() -> Results {
    let devices = TRAPS.iter().map(|trap| {
        let mut device = device(trap, trap, Status::Never);
        let text = Some((*trap).to_owned());
        device.product_type = None;
        (device.user, device.model) = (text.clone(), text.clone());
        (device.imei, device.iccid) = (text.clone(), text.clone());
        (device.os_version, device.build_version) = (text.clone(), text);
        device
    });
    results(devices.collect(), Vec::new())
}

fn check(results: &Results, delimiter: u8, filter: &str) {
    let Some(python) = ready() else { return };
    let options = CsvOptions {
        profile: Profile::Excel,
        delimiter,
        rows: Rows::Device,
    };
    let rows = opened(&written(results, options), filter, &python);
    let zone = TimeZone::UTC;
    let sheet = ReportView::new(results, &zone);
    assert_eq!(rows.len(), results.devices.len());
    for (row, found) in sheet.devices().zip(&rows) {
        for (column, found) in COLUMNS.iter().zip(found) {
            let cell = column.cell(&row);
            assert!(
                survived(column.kind, &cell, found),
                "{}: {cell:?} became {found:?}",
                column.name
            );
        }
    }
}

/// Is it still what it was: text whole, perhaps with the one guard; numbers and dates typed?
fn survived(kind: Kind, cell: &Cell, (found, format, text): &Found) -> bool {
    let pretty = cell.pretty().replace('\u{1b}', "␛");
    match (cell, kind) {
        (Cell::Unknown, _) => found == "empty",
        (_, Kind::Number) => found == "n" && text.parse::<f64>().ok() == pretty.parse::<f64>().ok(),
        (_, Kind::Date) => found == "d" && format != "General" && text.starts_with(&pretty),
        _ => {
            found == "s"
                && text
                    .strip_prefix('\'')
                    .filter(|_| !pretty.starts_with('\''))
                    .unwrap_or(text)
                    == pretty
        }
    }
}

#[test]
fn no_trap_springs_in_english() {
    check(&trapped(), b',', EN_US);
}

#[test]
fn no_trap_springs_when_dates_are_looked_for() {
    check(&trapped(), b',', EN_US_EAGER);
}

#[test]
fn no_trap_springs_in_german() {
    check(&trapped(), b';', DE_DE);
}

#[test]
fn the_morning_keeps_its_types() {
    check(&morning(), b',', EN_US);
    check(&morning(), b';', DE_DE);
}

/// The same texts without the guard: were they harmless, the tests above would prove nothing.
#[test]
fn the_traps_are_real() {
    let Some(python) = ready() else { return };
    let options = CsvOptions {
        profile: Profile::Raw,
        delimiter: b',',
        rows: Rows::Device,
    };
    let rows = opened(&written(&trapped(), options), EN_US, &python);
    let name = COLUMNS
        .iter()
        .position(|column| column.name == "device_name")
        .unwrap();
    let became = |trap: &str| {
        let row = TRAPS.iter().position(|text| *text == trap).unwrap();
        rows[row][name].0.clone()
    };
    for (trap, kind) in [
        ("=1+1", "f"),
        ("21E219", "n"),
        ("17.10", "n"),
        ("00123", "n"),
        ("2026-08-22", "d"),
        ("TRUE", "b"),
    ] {
        assert_eq!(became(trap), kind, "{trap}");
    }
}

/// What openpyxl makes of a sheet of the workbook, header left out.
fn sheet_of(path: &Path, sheet: &str, python: &str) -> Vec<Vec<Found>> {
    let read = Command::new(python)
        .arg(READ_CELLS)
        .arg(path)
        .arg(sheet)
        .output();
    let cells = stdout(read.unwrap(), "read_cells.py");
    let mut rows: Vec<Vec<Found>> = serde_json::from_slice(&cells).unwrap();
    rows.remove(0);
    rows
}

/// The workbook, as openpyxl reads it and as LibreOffice saves it, holds what the CSV holds.
#[test]
fn the_workbook_is_cell_equal_with_the_table() {
    let Some(python) = ready() else { return };
    for results in [trapped(), morning()] {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (folder.path().join("ours.xlsx"), folder.path().join("out"));
        std::fs::write(&ours, crate::workbook::written(&results)).unwrap();
        save_again(folder.path(), &ours, &theirs);
        let zone = TimeZone::UTC;
        let view = ReportView::new(&results, &zone);
        for path in [ours, theirs.join("ours.xlsx")] {
            let rows = sheet_of(&path, "All columns", &python);
            assert_eq!(rows.len(), results.devices.len());
            for (row, found) in view.devices().zip(&rows) {
                for (column, found) in COLUMNS.iter().zip(found) {
                    let cell = column.cell(&row);
                    let fits = match column.kind {
                        Kind::Instant => found.0 == "d" || cell == Cell::Unknown,
                        kind => survived(kind, &cell, found),
                    };
                    assert!(fits, "{}: {cell:?} became {found:?}", column.name);
                }
            }
        }
    }
}

fn save_again(folder: &Path, file: &Path, into: &Path) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"])
        .arg(into)
        .arg(file)
        .output();
    stdout(output.unwrap(), "soffice");
}
