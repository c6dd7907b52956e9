//! A disk or share that never answers: the run goes on without it and says so, and an interrupt ends it.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use fleetback_testdata::faulty_disk::{Failure, FaultyDisk};
use serde_json::Value;

use crate::sandbox::{NOW, Sandbox, exit_code, healthy, stderr};

/// Two computers: `backups` on a good disk, `share` on one of which these names do not answer.
fn sandbox(dead: &[&str]) -> Option<(Sandbox, FaultyDisk)> {
    let sandbox = Sandbox::with(&[healthy(1).serial("F2LXTEST0001")]);
    for (seed, name) in [(2, "phone2"), (3, "phone3"), (4, "phone4"), (5, "phone5")] {
        let backup = healthy(seed).serial(&format!("F2LXTEST000{seed}"));
        let source = sandbox.path("source");
        backup.folder_name(name).write(&source).unwrap();
    }
    fs::create_dir(sandbox.path("share")).unwrap();
    let disk = FaultyDisk::mount(&sandbox.path("source"), &sandbox.path("share"));
    let Ok(disk) = disk else {
        eprintln!("SKIPPED: no disk can be mounted here, so none can hang");
        return None;
    };
    dead.iter().for_each(|name| disk.fail(name, Failure::Hangs));
    Some((sandbox, disk))
}

/// A scan of both that waits for two seconds.
fn scan(sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fleetback"));
    command
        .args(["scan", "backups", "share", "--now", NOW, "--json", "a.json"])
        .args(args)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .env("FLEETBACK_DATA_DIR", sandbox.path("home/data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Its end, which must come within this time.
fn end_within(mut child: Child, limit: Duration) -> Output {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > limit {
            child.kill().unwrap();
            panic!("it hangs: {:?}", child.wait_with_output().unwrap());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

/// What the report says could not be read, and how many backups it has.
fn told(sandbox: &Sandbox) -> (Vec<String>, usize) {
    let report: Value = serde_json::from_str(&sandbox.read("a.json")).unwrap();
    let devices = report["devices"].as_array().unwrap();
    let backups = |device: &Value| device["backups"].as_array().map_or(0, Vec::len);
    let problems = report["problems"].as_array().unwrap().iter();
    let silent = problems.filter(|problem| {
        let found = problem["found"].as_str().unwrap();
        found.contains("no answer within 2 s")
    });
    let path = |problem: &Value| {
        let path = Path::new(problem["path"].as_str().unwrap());
        let share = sandbox.path("share");
        let path = path.strip_prefix(share).unwrap_or(path);
        path.display().to_string()
    };
    (
        silent.map(path).collect(),
        devices.iter().map(backups).sum(),
    )
}

#[track_caller]
fn check(dead: &[&str], args: &[&str], wanted: &[&str], backups: usize) {
    let Some((sandbox, _disk)) = sandbox(dead) else {
        return;
    };
    let args = [&["--read-timeout", "2"], args].concat();
    let child = scan(&sandbox, &args).spawn().unwrap();
    let output = end_within(child, Duration::from_secs(40));
    assert_eq!(exit_code(&output), 3, "{dead:?}: {}", stderr(&output));
    assert_eq!(
        told(&sandbox),
        (wanted.iter().map(|p| (*p).to_owned()).collect(), backups)
    );
}

#[test]
fn a_file_that_never_answers_is_one_problem_and_the_rest_is_read() {
    check(&["phone2/Info.plist"], &[], &["share/phone2/Info.plist"], 5);
    check(
        &["phone3/Manifest.db"],
        &[],
        &["share/phone3/Manifest.db"],
        5,
    );
    check(
        &["phone3/Manifest.db"],
        &["--threads", "1"],
        &["share/phone3/Manifest.db"],
        5,
    );
}

#[test]
fn a_share_that_never_answers_costs_no_more_than_a_few_waits() {
    check(&[""], &[], &["share"], 1);
    let each = ["phone2", "phone3", "phone4", "phone5"];
    check(&each, &["--threads", "1"], &["share"], 1);
}

#[test]
fn the_first_interrupt_ends_a_run_that_hangs() {
    let Some((sandbox, _disk)) = sandbox(&["phone3/Manifest.db"]) else {
        return;
    };
    for signal in ["INT", "TERM"] {
        let child = scan(&sandbox, &[]).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
        let output = end_within(child, Duration::from_secs(5));
        assert_eq!(exit_code(&output), 130, "{}", stderr(&output));
        assert!(!sandbox.path("a.json").exists());
    }
}
