//! What standard error gets, and what must never reach a terminal.

use crate::sandbox::{HALF_A_PLIST, Sandbox, exit_code, healthy, stderr, stdout};

#[test]
fn a_last_line_remains_off_a_terminal() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let output = sandbox.scan(&["backups", "--csv", "a.csv"]);
    assert_eq!(
        stderr(&output),
        "fleetback: 1 device, 0 could be lost tonight; 1 local backup; everything could be read\nfleetback: wrote a.csv\n"
    );
    assert_eq!(
        stderr(&sandbox.scan(&["backups", "--csv", "a.csv", "-q"])),
        ""
    );
}

#[test]
fn what_could_not_be_read_is_named() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for number in 1..=12 {
        sandbox.write(&format!("mdm/{number}-half.plist"), HALF_A_PLIST);
    }
    let args = ["backups", "--mdm", "mdm", "--csv", "a.csv"];
    let short = stderr(&sandbox.scan(&args));
    assert_eq!(
        short.matches("half.plist: Could not read").count(),
        10,
        "{short}"
    );
    assert!(short.contains("2 more could not be read"), "{short}");
    let long = stderr(&sandbox.scan(&[&args[..], &["-v"]].concat()));
    assert_eq!(
        long.matches("half.plist: Could not read").count(),
        12,
        "{long}"
    );
    let quiet = sandbox.scan(&[&args[..], &["-q"]].concat());
    assert_eq!((exit_code(&quiet), stderr(&quiet)), (3, String::new()));
}

#[test]
fn progress_off_a_terminal_is_lines_and_only_when_asked_for() {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    let lines = stderr(&sandbox.scan(&["backups", "--csv", "a.csv", "--progress", "always"]));
    assert!(
        lines.contains("2 to read") && lines.contains("2 of 2 read"),
        "{lines}"
    );
    assert!(!lines.contains('\x1b') && !lines.contains('\r'), "{lines}");
}

#[test]
fn a_devices_name_cannot_paint_the_terminal() {
    let stale = healthy(1).completed("2026-11-01T00:00:00Z");
    let sandbox = Sandbox::with(&[stale.name("\x1b[31mred\u{202e}drow\n2nd")]);
    let text = stdout(&sandbox.scan(&["backups"]));
    assert!(text.contains("red"), "{text}");
    for painted in ["\x1b", "\u{202e}", "\n2nd"] {
        assert!(!text.contains(painted), "{text:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_cannot_paint_the_terminal() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let output = sandbox.scan(&["backups", "gone\x1b[31m\nnice"]);
    assert_eq!(exit_code(&output), 3);
    assert!(stderr(&output).contains("gone\\x1b"), "{}", stderr(&output));
    assert!(!stderr(&output).contains('\x1b'), "{}", stderr(&output));
}

#[test]
fn doctor_ends_as_the_scan_would() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let check = |args: &[&str], want: i32, words: &str| {
        let output = sandbox.run(&[&["doctor"], args].concat());
        assert_eq!(exit_code(&output), want, "{args:?}\n{}", stdout(&output));
        assert!(
            stdout(&output).contains(words),
            "{args:?}\n{}",
            stdout(&output)
        );
    };
    check(&["backups"], 0, "ok           read root: backups: 1 entr");
    check(&["gone"], 4, "absent       read root: gone: not there");
    check(
        &["backups", "--policy", "gone.toml"],
        2,
        "WRONG        policy: Could not read gone.toml",
    );
    sandbox.write("fleetback.toml", "[output]\ncsv = [\"gone/a.csv\"]\n");
    check(
        &["backups"],
        5,
        "CANNOT WRITE report: Could not write gone/a.csv: there is no such folder.",
    );
    sandbox.write("fleetback.toml", "[output]\ncvs = []\n");
    check(
        &["backups"],
        2,
        "WRONG        settings: fleetback.toml:2:1: unknown field `cvs`",
    );
}
