//! The columns and what they hold.

use fleetback_report::results::{Code, Device, FixId, Severity, Status};
use fleetback_report::view::cell::{Cell, Kind};
use fleetback_report::view::columns::COLUMNS;
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;

use crate::common::{at, backup, device, finding, morning, results};

/// The fixed order, word for word.
const PROMISED: &str = "could_be_lost, listed, status, severity, device_name, user, email, site, department, serial_number, last_good_backup, age_days, reason, likely_fix, who_acts, message, model, product_type, os, age_bucket, max_age_days, last_good_kind, last_attempt, last_attempt_result, local_state, restorable, encrypted, password, files_missing, size_gb, backups, icloud_enabled, icloud_last_backup, mdm_last_seen, days_since_seen, swap, findings, article_step, confidence, evidence, next_fix, change, first_failing, nights_failing, waived_until, waiver_reason, backup_host, backup_path, udid, imei, iccid, os_version, build_version, last_good_backup_utc, scanned_at_utc, scan_host, run_id, schema_version, group, policy_group, rules";

#[test]
fn columns_stand_in_the_promised_order() {
    let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(names.join(", "), PROMISED);
}

#[test]
fn cells_are_of_their_columns_kind() {
    let (results, zone) = (morning(), TimeZone::UTC);
    for row in ReportView::new(&results, &zone).devices() {
        for column in COLUMNS {
            let fits = match column.cell(&row) {
                Cell::Unknown => true,
                Cell::Text(_) => matches!(column.kind, Kind::Text | Kind::Word),
                Cell::Id { .. } => column.kind == Kind::Id,
                Cell::Whole(_) | Cell::Decimal(_) => column.kind == Kind::Number,
                Cell::Date(_) => column.kind == Kind::Date,
                Cell::Instant(_) => column.kind == Kind::Instant,
            };
            assert!(fits, "{}: {:?}", column.name, column.cell(&row));
        }
    }
}

fn check(device: Device, column: &str, exact: &str) {
    let results = results(vec![device], Vec::new());
    let zone = TimeZone::get("Europe/Zurich").unwrap();
    let sheet = ReportView::new(&results, &zone);
    let row = sheet.devices().next().unwrap();
    let cell = fleetback_report::view::columns::column(column)
        .unwrap()
        .cell(&row);
    assert_eq!(cell.exact(), exact, "{column}");
}

#[test]
fn what_is_not_known_is_empty_and_never_0() {
    let known = "could_be_lost listed status severity os max_age_days backups scanned_at_utc scan_host run_id schema_version model product_type os_version build_version";
    for column in COLUMNS.iter().filter(|c| !known.contains(c.name)) {
        check(device("", "", Status::Unknown), column.name, "");
    }
    check(device("", "", Status::Unknown), "severity", "none");
    check(device("", "", Status::Unknown), "backups", "0");
}

#[test]
fn local_columns_are_of_the_newest_backup_that_is_no_copy() {
    let mut device = device("", "", Status::Stale);
    let mut copy = backup("copy", "pc", "2026-11-20T00:00:00Z");
    copy.archived = true;
    device.backups = vec![copy.clone(), backup("live", "mac", "2026-11-01T00:00:00Z")];
    check(device.clone(), "backup_host", "mac");
    check(device.clone(), "backups", "2");
    device.backups = vec![copy];
    check(device.clone(), "backup_host", "pc");
    check(device, "local_state", "");
}

#[test]
fn dates_follow_the_zone_and_instants_do_not() {
    let mut device = device("", "", Status::Protected);
    device.icloud.last_date = Some(at("2026-11-22T23:30:00Z"));
    check(device, "icloud_last_backup", "2026-11-23");
}

#[test]
fn reason_and_fix_come_from_the_first_finding() {
    let mut device = device("", "", Status::Stale);
    let fix = FixId::CheckStorage;
    device.findings = vec![
        finding(Code::BackupStale, Severity::Error, "too old", fix),
        finding(Code::OsOutdated, Severity::Info, "old iOS", fix),
    ];
    check(device.clone(), "findings", "backup-stale; os-outdated");
    check(device.clone(), "reason", "too old");
    check(device.clone(), "likely_fix", "check-storage");
    check(device.clone(), "article_step", "1");
    check(device.clone(), "next_fix", "restart-device");
    check(device, "evidence", "too old [Status.plist, SnapshotState]");
}

#[test]
fn one_row_per_local_backup() {
    let (results, zone) = (morning(), TimeZone::UTC);
    let rows = ReportView::new(&results, &zone).backups().count() as u64;
    assert_eq!(rows, results.summary.backups);
}
