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
        "damaged.sqlite3: it is damaged (it is no SQLite database). Move it away",
    );
    assert_eq!(sandbox.read("damaged.sqlite3"), "<html>", "never deleted");
    fs::create_dir(sandbox.path("folder")).unwrap();
    goes_on_without(
        &sandbox,
        &["--history", "folder"],
        "it is not a regular file",
    );
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
    assert!(doctor().contains("it is damaged"), "{}", doctor());
}

/// Whose times are read.
const ZONE: &str = "Europe/Berlin";

/// A scan of the one backup at that instant, with a history of its own.
fn scan_at(sandbox: &Sandbox, now: &str) -> String {
    let fixed = ["scan", "backups", "--host", "desk", "--timezone", ZONE];
    let named = ["--history", "h.sqlite3", "--now", now];
    let output = sandbox.run(&[&fixed[..], &named].concat());
    assert!(matches!(exit_code(&output), 0 | 1), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn one_night_with_a_clock_of_2036_stops_nothing() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    scan_at(&sandbox, "2026-11-20T04:00:00Z");
    scan_at(&sandbox, "2036-03-01T04:00:00Z");
    let told = scan_at(&sandbox, "2026-11-21T04:00:00Z");
    assert!(told.contains("(2036-03-01 05:00 Europe/Berlin)"), "{told}");
    assert!(told.contains("set aside"), "{told}");
    assert!(!told.contains("move"), "{told}");
    assert!(told.contains("since 2026-11-20: nothing"), "{told}");
    let next = scan_at(&sandbox, "2026-11-22T04:00:00Z");
    assert!(!next.contains("set aside"), "{next}");
    assert!(next.contains("since 2026-11-21: nothing"), "{next}");
    let settings = format!("[output]\ntimezone = \"{ZONE}\"\n");
    sandbox.write("fleetback.toml", &settings);
    let doctor = sandbox.run(&[
        "doctor",
        "backups",
        "--host",
        "desk",
        "--history",
        "h.sqlite3",
    ]);
    assert!(
        stdout(&doctor).contains("up to 2036-03-01 05:00 Europe/Berlin"),
        "{}",
        stdout(&doctor)
    );
}

#[test]
fn a_run_that_was_overtaken_by_another_is_told_as_that() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    scan_at(&sandbox, "2026-11-20T05:00:00Z");
    let told = scan_at(&sandbox, "2026-11-20T04:00:00Z");
    assert!(told.contains("ran at once"), "{told}");
    assert!(told.contains("(2026-11-20 06:00 Europe/Berlin)"), "{told}");
    assert!(told.contains("nothing is to be done"), "{told}");
}

/// A small disk in memory, which only root may make.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn new(place: std::path::PathBuf, options: &str) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&place);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(place))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_remedy_speaks_of_room_and_never_of_rights() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    // Too few bytes for the tables, for the file beside them, for the run; too few files.
    for options in ["size=32k", "size=88k", "size=120k", "size=4m,nr_inodes=3"] {
        let Some(disk) = SmallDisk::new(sandbox.path("disk"), options) else {
            println!("skipped: this user may not mount a disk in memory");
            return;
        };
        let output = sandbox.scan(&["backups", "--history", "disk/h.sqlite3"]);
        drop(disk);
        let told = stderr(&output);
        assert_eq!(exit_code(&output), 0, "{told}");
        assert!(told.contains("Free some room"), "{options}: {told}");
        assert!(!told.contains("the right to"), "{options}: {told}");
    }
}
