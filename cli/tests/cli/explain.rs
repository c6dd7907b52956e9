//! `explain --mdm`: what was recognised in an export, what is read of it and what is passed over.

use std::collections::BTreeSet;

use fleetback_testdata::mdm::samples::{self, Sample};
use serde_json::Value;

use crate::demo;
use crate::sandbox::{NOW, Sandbox, exit_code, stderr, stdout};

fn sample(name: &str) -> Sample {
    let all = samples::all().unwrap();
    all.into_iter().find(|one| one.name == name).unwrap()
}

/// What is printed of the file of a sample.
fn explained(name: &str) -> String {
    let sandbox = Sandbox::new();
    let sample = sample(name);
    let (_, bytes) = &sample.files[0];
    std::fs::write(sandbox.path("export"), bytes).unwrap();
    let output = sandbox.run(&["explain", "--mdm", "export"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn a_table_tells_its_columns() {
    insta::assert_snapshot!("explain-table", explained("intune-table"));
}

#[test]
fn records_tell_their_keys() {
    insta::assert_snapshot!("explain-records", explained("simplemdm"));
}

#[test]
fn messages_tell_their_keys() {
    insta::assert_snapshot!("explain-messages", explained("nanomdm-webhook"));
}

#[test]
fn outputs_of_other_programs_tell_their_keys() {
    insta::assert_snapshot!("explain-cfgutil", explained("cfgutil"));
    insta::assert_snapshot!("explain-fleet-hosts", explained("fleet-hosts"));
    insta::assert_snapshot!("explain-status-report", explained("status-report"));
}

#[test]
fn what_belongs_to_no_device_and_what_the_server_asked_are_told() {
    let domain = explained("ideviceinfo-backup");
    assert!(
        domain.contains("1 can be tied to no device: this output of ideviceinfo names no device"),
        "{domain}"
    );
    let sandbox = Sandbox::new();
    let store = sample("nanomdm-store");
    let command = store
        .files
        .iter()
        .find(|(name, _)| name.contains("QueueDone") && !name.ends_with(".result.plist"));
    std::fs::write(sandbox.path("command"), &command.unwrap().1).unwrap();
    let printed = stdout(&sandbox.run(&["explain", "--mdm", "command"]));
    assert!(printed.contains("1 of: command of the server"), "{printed}");
}

#[test]
fn columns_that_the_settings_teach_are_told() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "export",
        "Geraet;Letzte Sicherung;Stand\nF2LXK0ABCDEF;2025-11-18 08:00;2025-11-19 08:00\n",
    );
    let unknown = stdout(&sandbox.run(&["explain", "--mdm", "export"]));
    assert!(
        unknown.contains("a table whose columns name no devices"),
        "{unknown}"
    );
    sandbox.write(
        "fleetback.toml",
        "[mdm.columns]\n\"Geraet\" = \"serial-number\"\n\"Letzte Sicherung\" = \"last-cloud-backup\"\n\"Stand\" = \"last-inventory\"\n",
    );
    let taught = stdout(&sandbox.run(&["explain", "--mdm", "export"]));
    for row in [
        "Geraet",
        "serial-number",
        "last-cloud-backup",
        "last-inventory",
    ] {
        assert!(taught.contains(row), "{taught}");
    }
}

/// Every text below a name of the JSON.
fn named<'a>(value: &'a Value, name: &str, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| named(item, name, found)),
        Value::Object(fields) => {
            for (field, value) in fields {
                match value {
                    Value::String(text) if field == name => _ = found.insert(text),
                    _ => named(value, name, found),
                }
            }
        }
        _ => {}
    }
}

/// Every code, fix, cause, pattern and error number that a report prints is explained.
#[test]
fn every_id_of_a_report_is_explained() {
    let sandbox = demo::sandbox();
    let scan = ["--now", NOW, "--no-history", "--json", "fleet.json"];
    sandbox.run(&[&demo::ARGS[..], &scan].concat());
    let report: Value = serde_json::from_str(&sandbox.read("fleet.json")).unwrap();
    let mut ids = BTreeSet::new();
    for name in ["code", "likely_fix", "next_fix", "cause", "kind"] {
        named(&report["devices"], name, &mut ids);
        named(&report["patterns"], name, &mut ids);
    }
    for table in ["fixes", "causes"] {
        ids.extend(
            report[table]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str),
        );
    }
    let others: BTreeSet<&str> = BTreeSet::from(["local", "icloud"]);
    let of_problems = ids_of_problems(&report);
    let ids = ids
        .difference(&others)
        .filter(|id| !of_problems.contains(*id));
    let mut explained = 0;
    for id in ids {
        let output = sandbox.run(&["explain", id]);
        assert_eq!(exit_code(&output), 0, "{id}: {}", stderr(&output));
        assert!(stdout(&output).starts_with(&format!("{id}: ")), "{id}");
        explained += 1;
    }
    assert!(explained > 60, "{explained}");

    let devices = report["devices"].as_array().unwrap().iter();
    let attempts = devices.filter_map(|device| device["icloud"]["attempts"].as_array());
    let mut numbers = BTreeSet::new();
    for attempt in attempts.flatten() {
        if let (Some(domain), Some(code)) = (attempt["domain"].as_str(), attempt["code"].as_i64()) {
            numbers.insert((domain, code));
        }
    }
    numbers.retain(|(_, code)| *code != 0);
    assert!(!numbers.is_empty());
    for (domain, code) in numbers {
        let output = sandbox.run(&["explain", domain, &code.to_string()]);
        assert_eq!(
            exit_code(&output),
            0,
            "{domain} {code}: {}",
            stderr(&output)
        );
    }
}

/// The kinds of problems, which `kind` names too.
fn ids_of_problems(report: &Value) -> BTreeSet<&str> {
    let mut kinds = BTreeSet::new();
    named(&report["problems"], "kind", &mut kinds);
    for device in report["devices"].as_array().unwrap() {
        for backup in device["backups"].as_array().into_iter().flatten() {
            named(&backup["problems"], "kind", &mut kinds);
        }
    }
    kinds
}

#[test]
fn a_cause_and_a_pattern_are_explained() {
    let sandbox = Sandbox::new();
    let cause = stdout(&sandbox.run(&["explain", "l8"]));
    assert!(cause.starts_with("L8: "), "{cause}");
    assert!(
        cause.contains("local-not-encrypted") && cause.contains("encrypt-backup"),
        "{cause}"
    );
    let pattern = stdout(&sandbox.run(&["explain", "outage"]));
    assert!(pattern.contains("check-icloud-status"), "{pattern}");
    assert!(stdout(&sandbox.run(&["explain"])).contains("  L2.10 "));
}

#[test]
fn a_folder_is_refused_with_words() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["explain", "--mdm", "home"]);
    assert_eq!(exit_code(&output), 2);
    assert!(
        stderr(&output).contains("Could not read home: it is a folder. Name one file"),
        "{}",
        stderr(&output)
    );
}
