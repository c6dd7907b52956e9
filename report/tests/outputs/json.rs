//! JSON, out and in again.

use std::path::Path;

use fleetback_report::render::json::{read, schema, write_results};
use fleetback_report::results::{BackupKind, GoodBackup, Results};
use serde_json::Value;

use crate::common::morning;

fn written(results: &Results) -> Vec<u8> {
    let mut out = Vec::new();
    write_results(results, &mut out).unwrap();
    out
}

#[test]
fn the_morning() {
    insta::assert_snapshot!(String::from_utf8(written(&morning())).unwrap());
}

#[test]
fn the_schema_in_docs_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/results.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped.lines().eq(text.lines()),
        "{} is old",
        path.display()
    );
}

#[test]
fn what_was_written_is_read_again() {
    let bytes = written(&morning());
    assert!(bytes.ends_with(b"}\n"));
    assert_eq!(read(bytes.as_slice()).unwrap(), morning());
    let with_mark = ["\u{feff}".as_bytes(), &bytes].concat();
    assert_eq!(read(with_mark.as_slice()).unwrap(), morning());
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_costs_no_document() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(b"/backups/caf\xe9"));
    let mut results = morning();
    let problem = fleetback_scanner::model::problem::Problem::note(path, "a backup", "a file");
    results.problems = vec![problem];
    let device = &mut results.devices[0];
    device.backups[0].path = path.to_owned();
    device.last_good_backup = Some(GoodBackup {
        kind: BackupKind::Local,
        date: results.scanned_at,
        path: Some(path.to_owned()),
    });
    results.roots[0].path = path.to_owned();
    let text = String::from_utf8(written(&results)).unwrap();
    assert_eq!(text.matches("/backups/caf\u{fffd}").count(), 4);
}

#[test]
fn unknown_is_null_or_absent() {
    let value: Value = serde_json::from_slice(&written(&morning())).unwrap();
    let first = &value["devices"][0];
    for field in [
        "age_days",
        "user",
        "swap",
        "change",
        "last_good_backup",
        "mdm",
    ] {
        let found = first.get(field);
        assert!(found.is_none_or(Value::is_null), "{field}: {found:?}");
    }
}

#[test]
fn new_fields_do_not_disturb() {
    let mut value: Value = serde_json::from_slice(&written(&morning())).unwrap();
    value["tomorrow"] = Value::Bool(true);
    value["devices"][0]["tomorrow"] = Value::Bool(true);
    assert_eq!(read(value.to_string().as_bytes()).unwrap(), morning());
}

#[test]
fn errors_say_what_was_found() {
    let check = |bytes: &str, words: &str| {
        let error = read(bytes.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    check("", "this is not JSON");
    check("<html>", "this is not JSON");
    check(&"[".repeat(200_000), "another kind of JSON");
    check(&"{\"a\":".repeat(5_000), "this is not JSON");
    check("[]", "another kind of JSON");
    check("{\"a\": 1}", "without schema_version");
    check("{\"schema_version\": \"1\"}", "no whole number");
    check(
        "{\"schema_version\": 1, \"devices\": 5}",
        "schema_version is 1",
    );
    check("{\"schema_version\": 2}", "missing field");
}
