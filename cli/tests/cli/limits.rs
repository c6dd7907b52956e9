//! A process that may write little, start no thread or have little memory says so in words.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use crate::sandbox::{NOW, Sandbox, exit_code, healthy, stderr, stdout};

/// A user without rights of its own.
const NOBODY: u32 = 65_534;

fn fleetback(sandbox: &Sandbox, limit: &str, args: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")])
        .arg(assert_cmd::cargo::cargo_bin!("fleetback"))
        .args(args)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .env("FLEETBACK_DATA_DIR", sandbox.path("home/data"));
    shell.output().unwrap()
}

#[test]
fn a_file_that_may_not_grow_is_5_and_leaves_the_older_report_whole() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("a.json", "yesterday\n");
    let scan = [
        "scan", "backups", "--now", NOW, "--json", "a.json", "--html", "a.html",
    ];
    let output = fleetback(&sandbox, "-f 4", &scan);
    let told = stderr(&output);
    assert_eq!(exit_code(&output), 5, "{told}");
    for target in ["a.json", "a.html"] {
        let wanted = format!("Could not write {target}: it would be larger");
        assert!(told.contains(&wanted), "{told}");
    }
    assert!(told.contains("ulimit -f"), "{told}");
    assert_eq!(sandbox.read("a.json"), "yesterday\n");
    assert_eq!(sandbox.listing(), ["a.json", "backups", "home"]);
}

#[test]
fn a_history_that_may_not_grow_costs_no_report() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let scan = [
        "scan",
        "backups",
        "--now",
        NOW,
        "--csv",
        "-",
        "--history",
        "h.sqlite3",
    ];
    let output = fleetback(&sandbox, "-f 4", &scan);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("could_be_lost"));
    assert!(stderr(&output).contains("h.sqlite3"), "{}", stderr(&output));
}

/// Runs it as somebody who may have no second thread; `None` where that cannot be had.
fn without_threads(sandbox: &Sandbox, args: &[&str]) -> Option<Output> {
    let program = sandbox.path("fleetback");
    if !program.exists() {
        fs::copy(assert_cmd::cargo::cargo_bin!("fleetback"), &program).unwrap();
        for open in ["", "home"] {
            fs::set_permissions(sandbox.path(open), fs::Permissions::from_mode(0o777)).unwrap();
        }
    }
    let mut command = Command::new("prlimit");
    command
        .arg("--nproc=0")
        .arg(&program)
        .args(args)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .env("FLEETBACK_DATA_DIR", sandbox.path("home/data"));
    if fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
    {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output();
    if output.is_err() {
        println!("SKIPPED: no prlimit here");
    }
    output.ok()
}

#[test]
fn too_few_threads_are_told_in_words() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for args in [
        vec![
            "scan",
            "backups",
            "--now",
            NOW,
            "--csv",
            "a.csv",
            "--progress",
            "always",
        ],
        vec!["verify", "backups"],
        vec!["swap", "SERIAL", "--root", "backups", "--now", NOW],
    ] {
        let Some(output) = without_threads(&sandbox, &args) else {
            return;
        };
        let told = stderr(&output);
        assert_eq!(exit_code(&output), 2, "{args:?}: {told}");
        assert!(told.contains("cannot start the reading threads"), "{told}");
        assert!(!told.contains("panicked"), "{told}");
        assert!(!sandbox.path("a.csv").exists());
    }
}

#[test]
fn too_little_memory_is_told_in_words_before_anything_is_read() {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    let scan = [
        "scan",
        "backups",
        "--now",
        NOW,
        "--threads",
        "2",
        "--json",
        "a.json",
    ];
    let output = fleetback(&sandbox, "-v 80000", &scan);
    let told = stderr(&output);
    assert_eq!(exit_code(&output), 2, "{told}");
    assert!(
        told.contains("may have 81.9 MB of memory (ulimit -v)"),
        "{told}"
    );
    assert!(!sandbox.path("a.json").exists());
    let output = fleetback(&sandbox, "-v 140000", &scan);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
}
