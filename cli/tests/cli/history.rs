//! The history store as a run meets it: it never ends a run, and every reason to go without is said.

use std::fs;

use crate::desk::{Desk, code, fingerprint, printed, said, sound};

/// Where the store of a desk lies when nobody names a file.
const USUAL: &str = "home/data/history.sqlite3";

const WITHOUT: &str = "no history, so everything is checked again";

#[test]
fn a_scan_remembers_where_it_was_told_to() {
    let desk = Desk::with(&[sound(1)]);
    assert_eq!(code(&desk.scan(&["backups", "--no-history"])), 0);
    assert!(!desk.path(USUAL).exists());
    assert_eq!(
        code(&desk.scan(&["backups", "--history", "own/h.sqlite3"])),
        0
    );
    assert!(desk.path("own/h.sqlite3").exists() && !desk.path(USUAL).exists());
    assert_eq!(code(&desk.scan(&["backups"])), 0);
    assert!(desk.path(USUAL).exists());
}

/// The user's own data directory, which no variable names.
const OWN: &str = if cfg!(windows) {
    "home/fleetback/history.sqlite3"
} else {
    "home/.local/share/fleetback/history.sqlite3"
};

#[test]
fn a_rehearsal_leaves_the_users_own_store_alone() {
    let desk = Desk::with(&[sound(1)]);
    let scan = |args: &[&str]| {
        let mut program = desk.program();
        program.env_remove("FLEETBACK_DATA_DIR");
        code(
            &program
                .args(["scan", "backups"])
                .args(args)
                .output()
                .unwrap(),
        )
    };
    scan(&["--now", crate::desk::NOW]);
    assert!(!desk.path(OWN).exists());
    scan(&[]);
    assert!(desk.path(OWN).exists());
}

#[test]
fn a_flag_wins_over_what_the_file_says_of_the_history() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("fleetback.toml", "[scan]\nno_history = true\n");
    desk.scan(&["backups"]);
    assert!(!desk.path(USUAL).exists());
    desk.scan(&["backups", "--history", "h.sqlite3"]);
    assert!(desk.path("h.sqlite3").exists());
    desk.write("fleetback.toml", "[scan]\nhistory = \"i.sqlite3\"\n");
    desk.scan(&["backups", "--no-history"]);
    assert!(!desk.path("i.sqlite3").exists());
    desk.write(
        "fleetback.toml",
        "[scan]\nhistory = \"i.sqlite3\"\nno_history = true\n",
    );
    assert_eq!(code(&desk.scan(&["backups"])), 2);
}

/// The run ends as if there were no history, writes its report, and says why.
#[track_caller]
fn goes_on_without(desk: &Desk, args: &[&str], why: &str) {
    let output = desk.scan(&[&["backups", "--json", "out.json"], args].concat());
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(said(&output).contains(WITHOUT), "{}", said(&output));
    assert!(said(&output).contains(why), "{}", said(&output));
    assert!(desk.read("out.json").contains("\"devices\""));
    let quiet = desk.scan(&[&["backups", "-q"], args].concat());
    assert_eq!(said(&quiet), "");
}

#[test]
fn a_store_that_cannot_be_used_costs_the_run_nothing() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("damaged.sqlite3", "<html>");
    goes_on_without(
        &desk,
        &["--history", "damaged.sqlite3"],
        "damaged.sqlite3: wanted a history store, found a damaged file (it is no SQLite database); move it away",
    );
    assert_eq!(desk.read("damaged.sqlite3"), "<html>", "never deleted");
    fs::create_dir(desk.path("folder")).unwrap();
    goes_on_without(&desk, &["--history", "folder"], "no regular file");
    goes_on_without(
        &desk,
        &["--history", "damaged.sqlite3/h.sqlite3"],
        "cannot be opened or written",
    );
}

#[test]
fn a_store_below_a_root_is_refused_or_done_without() {
    let desk = Desk::with(&[sound(1)]);
    let before = fingerprint(&desk.path("backups"));
    let output = desk.scan(&["backups", "--history", "backups/h.sqlite3"]);
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("nothing is ever written there"),
        "{}",
        said(&output)
    );
    assert_eq!(fingerprint(&desk.path("backups")), before);

    // A whole home is scanned, and the usual place lies in it.
    fs::rename(desk.path("backups"), desk.path("home/backups")).unwrap();
    let before = fingerprint(&desk.path("home"));
    let output = desk.scan(&["home"]);
    assert!(said(&output).contains(WITHOUT), "{}", said(&output));
    assert_eq!(fingerprint(&desk.path("home")), before);
}

#[test]
fn doctor_tells_of_the_store_and_makes_none() {
    let desk = Desk::with(&[sound(1)]);
    let doctor = || {
        let output = desk.run(&["doctor", "backups", "--host", "desk"]);
        assert_eq!(code(&output), 0, "{}", printed(&output));
        printed(&output)
    };
    assert!(doctor().contains("the first scan begins it"));
    assert!(!desk.path(USUAL).exists());
    desk.scan(&["backups"]);
    assert!(doctor().contains("checks of desk"), "{}", doctor());
    desk.write(USUAL, "<html>");
    assert!(doctor().contains("a damaged file"), "{}", doctor());
}
