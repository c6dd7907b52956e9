//! `explain --mdm`: what was recognised in an export, what is read of it and what is passed over.

use fleetback_testdata::mdm::samples::{self, Sample};

use crate::sandbox::{Sandbox, exit_code, stderr, stdout};

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
