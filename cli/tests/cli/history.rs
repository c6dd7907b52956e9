//! The history store as a run meets it: it never ends a run, and every reason to go without it is logged.

use std::fs;

use crate::sandbox::{Sandbox, exit_code, fingerprint, healthy, stderr, stdout};

/// Where the store lies when no file is named.
const USUAL: &str = "home/data/history.sqlite3";

const WITHOUT: &str = "no history, so every backup is checked again";

#[test]
fn a_scan_remembers_where_it_was_told_to() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    assert_eq!(exit_code(&sandbox.scan(&["backups", "--no-history"])), 0);
    assert!(!sandbox.path(USUAL).exists());
    assert_eq!(
        exit_code(&sandbox.scan(&["backups", "--history", "own/h.sqlite3"])),
        0
    );
    assert!(sandbox.path("own/h.sqlite3").exists() && !sandbox.path(USUAL).exists());
    assert_eq!(exit_code(&sandbox.scan(&["backups"])), 0);
    assert!(sandbox.path(USUAL).exists());
}

/// The user's own data directory, which no variable names.
const OWN: &str = if cfg!(windows) {
    "home/fleetback/history.sqlite3"
} else {
    "home/.local/share/fleetback/history.sqlite3"
};

#[test]
fn a_rehearsal_leaves_the_users_own_store_alone() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let scan = |args: &[&str]| {
        let mut program = sandbox.program();
        program.env_remove("FLEETBACK_DATA_DIR");
        exit_code(
            &program
                .args(["scan", "backups"])
                .args(args)
                .output()
                .unwrap(),
        )
    };
    scan(&["--now", crate::sandbox::NOW]);
    assert!(!sandbox.path(OWN).exists());
    scan(&[]);
    assert!(sandbox.path(OWN).exists());
}

#[test]
fn a_flag_wins_over_what_the_file_says_of_the_history() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("fleetback.toml", "[scan]\nno_history = true\n");
    sandbox.scan(&["backups"]);
    assert!(!sandbox.path(USUAL).exists());
    sandbox.scan(&["backups", "--history", "h.sqlite3"]);
    assert!(sandbox.path("h.sqlite3").exists());
    sandbox.write("fleetback.toml", "[scan]\nhistory = \"i.sqlite3\"\n");
    sandbox.scan(&["backups", "--no-history"]);
    assert!(!sandbox.path("i.sqlite3").exists());
    sandbox.write(
        "fleetback.toml",
        "[scan]\nhistory = \"i.sqlite3\"\nno_history = true\n",
    );
    assert_eq!(exit_code(&sandbox.scan(&["backups"])), 2);
}

/// The run ends as if there were no history, writes its report, and says why.
#[track_caller]
fn goes_on_without(sandbox: &Sandbox, args: &[&str], why: &str) {
    let output = sandbox.scan(&[&["backups", "--json", "out.json"], args].concat());
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains(WITHOUT), "{}", stderr(&output));
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
    assert!(sandbox.read("out.json").contains("\"devices\""));
    let quiet = sandbox.scan(&[&["backups", "-q"], args].concat());
    assert_eq!(stderr(&quiet), "");
}

#[test]
fn a_store_that_cannot_be_used_costs_the_run_nothing() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("damaged.sqlite3", "<html>");
    goes_on_without(
        &sandbox,
        &["--history", "damaged.sqlite3"],
        "damaged.sqlite3: wanted a history store, found a damaged file (it is no SQLite database); move it away",
    );
    assert_eq!(sandbox.read("damaged.sqlite3"), "<html>", "never deleted");
    fs::create_dir(sandbox.path("folder")).unwrap();
    goes_on_without(&sandbox, &["--history", "folder"], "no regular file");
    goes_on_without(
        &sandbox,
        &["--history", "damaged.sqlite3/h.sqlite3"],
        "cannot be opened or written",
    );
}

#[test]
fn a_store_below_a_root_is_refused_or_done_without() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let before = fingerprint(&sandbox.path("backups"));
    let output = sandbox.scan(&["backups", "--history", "backups/h.sqlite3"]);
    assert_eq!(exit_code(&output), 2);
    assert!(
        stderr(&output).contains("nothing is ever written there"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fingerprint(&sandbox.path("backups")), before);

    // A whole home is scanned, and the usual place lies in it.
    fs::rename(sandbox.path("backups"), sandbox.path("home/backups")).unwrap();
    let before = fingerprint(&sandbox.path("home"));
    let output = sandbox.scan(&["home"]);
    assert!(stderr(&output).contains(WITHOUT), "{}", stderr(&output));
    assert_eq!(fingerprint(&sandbox.path("home")), before);
}

#[test]
fn doctor_tells_of_the_store_and_makes_none() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let doctor = || {
        let output = sandbox.run(&["doctor", "backups", "--host", "desk"]);
        assert_eq!(exit_code(&output), 0, "{}", stdout(&output));
        stdout(&output)
    };
    assert!(doctor().contains("the first scan begins it"));
    assert!(!sandbox.path(USUAL).exists());
    sandbox.scan(&["backups"]);
    assert!(doctor().contains("checks of desk"), "{}", doctor());
    sandbox.write(USUAL, "<html>");
    assert!(doctor().contains("a damaged file"), "{}", doctor());
}
