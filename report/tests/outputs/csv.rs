//! CSV as programs and spreadsheets get it.

use std::path::PathBuf;

use fleetback_report::render::csv::{CsvOptions, Profile, Rows, write};
use fleetback_report::results::{Code, FixId, Results, Severity, Status};
use fleetback_report::view::cell::Cell;
use fleetback_report::view::columns::{BACKUP_COLUMNS, COLUMNS};
use fleetback_report::view::report::ReportView;
use jiff::civil;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::common::{backup, device, finding, morning, results};

const RAW: CsvOptions = CsvOptions {
    profile: Profile::Raw,
    delimiter: b',',
    rows: Rows::Device,
};
const EXCEL: CsvOptions = CsvOptions {
    profile: Profile::Excel,
    ..RAW
};

pub(crate) fn written(results: &Results, options: CsvOptions) -> Vec<u8> {
    let mut out = Vec::new();
    let zone = TimeZone::UTC;
    write(&ReportView::new(results, &zone), &options, &mut out).unwrap();
    out
}

fn records(bytes: &[u8], options: CsvOptions) -> Vec<csv::StringRecord> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(options.delimiter)
        .from_reader(bytes);
    reader.records().map(Result::unwrap).collect()
}

fn cell(results: &Results, options: CsvOptions, column: &str) -> String {
    let index = COLUMNS.iter().position(|c| c.name == column).unwrap();
    records(&written(results, options), options)[0][index].to_owned()
}

#[test]
fn the_morning_for_spreadsheets() {
    insta::assert_snapshot!(String::from_utf8(written(&morning(), EXCEL)).unwrap());
}

#[test]
fn the_morning_for_programs() {
    insta::assert_snapshot!(String::from_utf8(written(&morning(), RAW)).unwrap());
}

#[test]
fn the_backups_of_the_morning() {
    let options = CsvOptions {
        rows: Rows::Backup,
        ..RAW
    };
    insta::assert_snapshot!(String::from_utf8(written(&morning(), options)).unwrap());
}

#[test]
fn profiles_differ_in_mark_and_line_ends() {
    let (raw, excel) = (written(&morning(), RAW), written(&morning(), EXCEL));
    assert!(excel.starts_with("\u{feff}could_be_lost,listed,status,severity".as_bytes()));
    assert!(excel.ends_with(b"\r\n"));
    assert!(raw.starts_with(b"could_be_lost,listed,status,severity"));
    assert!(!raw.windows(2).any(|pair| pair == b"\r\n"));
}

#[test]
fn values_in_both_profiles() {
    let check = |column, raw, excel| {
        let results = morning();
        assert_eq!(cell(&results, RAW, column), raw, "{column}");
        assert_eq!(cell(&results, EXCEL, column), excel, "{column}");
    };
    check("imei", "356789012345678", "35-678901-234567-8");
    check("iccid", "89410141032111185107", "8941 0141 0321 1118 5107");
    check("os_version", "17.4", "iOS 17.4");
    check("build_version", "21E219", "'21E219");
    check("os", "iOS 17.4 (21E219)", "iOS 17.4 (21E219)");
    check(
        "likely_fix",
        "start-fresh-backup",
        "Make a fresh local backup",
    );
    check("next_fix", "restart-device", "Restart the device");
    check("size_gb", "0.81", "0.81");
    check("age_days", "", "");
    check(
        "scanned_at_utc",
        "2026-11-23T06:00:00Z",
        "2026-11-23T06:00:00Z",
    );
}

#[test]
fn a_semicolon_brings_the_decimal_comma_along() {
    let semicolon = |options| CsvOptions {
        delimiter: b';',
        ..options
    };
    assert_eq!(cell(&morning(), semicolon(EXCEL), "size_gb"), "0,81");
    assert_eq!(cell(&morning(), semicolon(RAW), "size_gb"), "0.81");
}

#[test]
fn impossible_delimiters_are_refused() {
    for delimiter in [b'"', b'\n', b'\r', 0xe9] {
        let options = CsvOptions { delimiter, ..RAW };
        let (results, zone) = (morning(), TimeZone::UTC);
        let refused =
            write(&ReportView::new(&results, &zone), &options, &mut Vec::new()).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    }
}

#[test]
fn control_characters_are_pictures_for_spreadsheets_only() {
    let check = |name, excel| {
        let results = results(vec![device("", name, Status::Never)], Vec::new());
        assert_eq!(cell(&results, EXCEL, "device_name"), excel);
        assert_eq!(cell(&results, RAW, "device_name"), name);
    };
    check("a\0b\x1b[31m", "a␀b␛[31m");
    check("a\u{9b}b\x7f", "a\u{fffd}b␡");
    check("\0=1+1", "'␀=1+1");
    check("a\tb\r\nc", "a\tb\r\nc");
}

/// A device with the same text wherever text can stand.
fn everywhere(text: &str) -> Results {
    let some = || Some(text.to_owned());
    let mut device = device(text, text, Status::Never);
    device.serial_number = some();
    device.device_name = some();
    device.user = some();
    device.department = some();
    device.model = some();
    device.product_type = some();
    device.os_version = some();
    device.build_version = some();
    device.udid = some();
    device.imei = some();
    device.iccid = some();
    let mut backup = backup("x", text, "2026-11-20T00:00:00Z");
    backup.path = PathBuf::from(text);
    backup.folder_name = text.to_owned();
    backup.state_reason = text.to_owned();
    device.backups.push(backup);
    let mut results = results(vec![device], Vec::new());
    results.run_id = text.to_owned();
    results.scan_host = text.to_owned();
    results
}

/// Texts of every kind, with the traps far more often than chance would have them.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-=+@\t\r\n ＝＋－＠\0]{0,3}[0-9A-Za-z=|!\"',;]{0,8}",
        "[0-9]{1,4}[-/. :][0-9]{1,2}([-/. :][0-9]{1,4})?",
        "[-+(]?[0-9]{1,20}[.,' ]?[0-9]{0,4}([eE][-+]?[0-9]{1,3})?[%)]?",
        "(jan|Mar|SEPT|May|Dec)[- ]?[0-9]{1,2}(, ?[0-9]{4})?",
        "(TRUE|false|True)x?",
    ]
}

/// A second opinion, made of other parts: does any common reader of numbers, dates or formulas take
/// this text?
fn looks_dangerous(text: &str) -> bool {
    let bare = text.trim();
    bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n'])
        || bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') && bare.parse::<f64>().is_ok()
        || ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"]
            .iter()
            .any(|form| civil::Date::strptime(form, bare).is_ok_and(|date| date.year() >= 1000))
        || ["%H:%M", "%H:%M:%S"]
            .iter()
            .any(|form| civil::Time::strptime(form, bare).is_ok())
        || ["true", "false"].contains(&bare.to_ascii_lowercase().as_str())
}

fn controls(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

proptest! {
    #[test]
    fn any_text_in_any_column_comes_back_from_raw(text in texts(), delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')]) {
        let (results, zone) = (everywhere(&text), TimeZone::UTC);
        let sheet = ReportView::new(&results, &zone);
        for (rows, columns) in [(Rows::Device, COLUMNS), (Rows::Backup, BACKUP_COLUMNS)] {
            let options = CsvOptions { rows, delimiter, ..RAW };
            let read = records(&written(&results, options), options);
            let row = match rows { Rows::Device => sheet.devices().next(), Rows::Backup => sheet.backups().next() }.unwrap();
            let exact: Vec<_> = row.cells(columns).map(|cell| cell.exact()).collect();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].iter().collect::<Vec<_>>(), exact);
        }
    }

    #[test]
    fn no_text_is_run_or_mangled(text in texts(), delimiter in prop_oneof![Just(b','), Just(b';')]) {
        let (results, zone) = (everywhere(&text), TimeZone::UTC);
        let row = ReportView::new(&results, &zone).devices().next().unwrap();
        let options = CsvOptions { delimiter, ..EXCEL };
        let read = records(&written(&results, options), options);
        for (column, field) in COLUMNS.iter().zip(read[0].iter()) {
            let (Cell::Text(pretty) | Cell::Id { pretty, .. }) = column.cell(&row) else { continue };
            prop_assert!(!looks_dangerous(field), "{}: {field:?}", column.name);
            if !controls(&pretty) {
                let guarded = field.strip_prefix('\'').is_some_and(|rest| rest == pretty);
                prop_assert!(field == pretty || guarded, "{}: {field:?}", column.name);
            }
        }
    }
}

/// A remark asks for nothing: only what is at least a warning has a likely fix.
#[test]
fn a_healthy_device_has_no_likely_fix() {
    let cells = |severity| {
        let mut device = device("F2LX0000TEST", "", Status::Protected);
        device.severity = Some(severity);
        device.findings = vec![finding(Code::OsOutdated, severity, "Old", FixId::UpdateIos)];
        let results = results(vec![device], Vec::new());
        ["likely_fix", "next_fix"].map(|column| cell(&results, RAW, column))
    };
    assert_eq!(cells(Severity::Info), ["", ""]);
    assert_eq!(cells(Severity::Warning), ["update-ios", "restart-device"]);
}
