//! `fleetback done`: what a person did is kept in the history.

use crate::sandbox::{Sandbox, exit_code, healthy, stderr, stdout};

/// One device that a scan has seen, and its serial number.
fn seen() -> (Sandbox, String) {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.scan(&["backups", "--json", "out.json"]);
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    let serial = report["devices"][0]["serial_number"].as_str().unwrap();
    (sandbox, serial.to_owned())
}

#[track_caller]
fn refused(sandbox: &Sandbox, args: &[&str], why: &str) {
    let output = sandbox.run(&[&["done"], args].concat());
    assert_eq!(exit_code(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
}

#[test]
fn what_was_done_is_confirmed() {
    let (sandbox, serial) = seen();
    let lower = serial.to_lowercase();
    let output = sandbox.run(&["done", &lower, "check-storage", "--on", "2026-11-20"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    let said = stdout(&output);
    assert!(
        said.contains("\"Check the storage space\" was done for") && said.contains("2026-11-20"),
        "{said}"
    );
}

/// `--undo` takes back the newest record of a fix, or that of a day; the next run does not count it.
#[test]
fn a_record_is_taken_back() {
    let (sandbox, serial) = seen();
    let done = |args: &[&str]| sandbox.run(&[&["done", &serial, "check-storage"], args].concat());
    let never = done(&["--undo"]);
    assert_eq!(exit_code(&never), 2);
    let why = "it is not recorded that \"Check the storage space\" was done for";
    assert!(stderr(&never).contains(why), "{}", stderr(&never));

    for day in ["2026-11-18", "2026-11-19"] {
        assert_eq!(exit_code(&done(&["--on", day])), 0);
    }
    for (args, day) in [
        (&["--undo", "--on", "2026-11-18"][..], Some("2026-11-18")),
        (&["--undo"], Some("2026-11-19")),
        (&["--undo"], None),
    ] {
        let output = done(args);
        let said = stdout(&output);
        match day {
            Some(day) => assert!(said.contains(&format!("on {day}. The next run")), "{said}"),
            None => assert_eq!(exit_code(&output), 2, "{said}"),
        }
    }
    assert_eq!(exit_code(&done(&["--on", "2026-11-19"])), 0);
    assert_eq!(
        exit_code(&done(&["--undo"])),
        0,
        "what was recorded again can be undone again"
    );
}

#[test]
fn a_slip_is_answered_with_the_nearest() {
    let (sandbox, serial) = seen();
    refused(
        &sandbox,
        &[&serial, "chek-storage"],
        "did you mean check-storage?",
    );
    refused(
        &sandbox,
        &[&serial, "sing a song"],
        "`fleetback explain` lists all",
    );
    let slip = format!("{}0", &serial[..serial.len() - 1]);
    let slip = if slip == serial {
        format!("{}1", &serial[..serial.len() - 1])
    } else {
        slip
    };
    refused(
        &sandbox,
        &[&slip, "check-storage"],
        &format!("did you mean {serial}?"),
    );
    refused(
        &sandbox,
        &["NOBODY", "check-storage"],
        "no run has seen a device",
    );
}

#[test]
fn a_day_that_is_none_or_to_come_is_refused() {
    let (sandbox, serial) = seen();
    for day in ["9999-12-30", "2026-02-30", "friday", "2026-11-20T04:00:00Z"] {
        refused(
            &sandbox,
            &[&serial, "check-storage", "--on", day],
            "write a day",
        );
    }
}

#[test]
fn without_a_history_nothing_can_be_recorded() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    refused(
        &sandbox,
        &["F2LX0000TEST", "check-storage"],
        "there is no history at",
    );
    assert!(!sandbox.path("home/data/history.sqlite3").exists());
    refused(
        &sandbox,
        &["F2LX0000TEST", "check-storage", "--history", "h.sqlite3"],
        "h.sqlite3; name the one that the scans write",
    );
}
