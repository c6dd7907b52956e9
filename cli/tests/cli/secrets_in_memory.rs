//! Once the backups are read no password is left in the memory of the program, and while there are
//! passwords nobody gets a core file of it.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::Kdf;

use crate::sandbox::{NOW, Sandbox};

/// Not ASCII: it is tried in two spellings.
const RIGHT: &str = "c4nary right é password";
const WRONG: &str = "c4nary wrong ö password";
const CANARY: &[u8] = b"c4nary ";

/// A scan that waits, after all is read, for somebody who reads its JSON.
fn waiting(sandbox: &Sandbox, source: &[&str]) -> Child {
    fleetback_testdata::disk::make_fifo(&sandbox.path("pipe")).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("fleetback"));
    command
        .args([
            "scan",
            "backups",
            "--now",
            NOW,
            "--no-history",
            "--verify",
            "contents",
        ])
        .args(["--csv", "a.csv", "--json", "pipe"])
        .args(source)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let begun = Instant::now();
    // The CSV is written before the JSON is begun.
    while !sandbox.listing().iter().any(|name| name.ends_with(".tmp")) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never wrote");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    child
}

/// How often each of these stands in the memory of a process; `None` where this user may not look.
fn found<const N: usize>(process: u32, wanted: [&[u8]; N]) -> Option<[usize; N]> {
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut counts = [0; N];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, rest) = line.split_once('-').unwrap();
        let to = rest.split(' ').next().unwrap();
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for (count, wanted) in counts.iter_mut().zip(wanted) {
            *count += bytes
                .windows(wanted.len())
                .filter(|part| *part == wanted)
                .count();
        }
    }
    Some(counts)
}

#[track_caller]
fn check(sandbox: &Sandbox, source: &[&str]) {
    let mut child = waiting(sandbox, source);
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let backup = fs::read_dir(sandbox.path("backups"))
        .unwrap()
        .next()
        .unwrap();
    let udid = backup.unwrap().file_name().into_encoded_bytes();
    let counts = found(child.id(), [CANARY, &udid]);
    let report = fs::read_to_string(sandbox.path("pipe")).unwrap();
    child.wait().unwrap();
    fs::remove_file(sandbox.path("pipe")).unwrap();
    assert!(report.contains("\"proven\""), "the password was not used");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    assert_eq!(core.unwrap().split_whitespace().nth(4), Some("0"));
    match counts {
        None => println!("SKIPPED: only root may look into the memory of the program"),
        Some([canaries, udids]) => {
            assert!(udids > 0, "its memory was not seen");
            assert_eq!(canaries, 0, "{source:?}: a password is left in memory");
        }
    }
}

fn sandbox() -> Sandbox {
    Sandbox::with(&[BackupBuilder::new(1).encrypted(RIGHT, Kdf::fast())])
}

fn private(sandbox: &Sandbox, name: &str, mode: u32, text: &str) {
    let path = sandbox.write(name, text);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn no_password_of_a_file_is_left_in_memory() {
    let sandbox = sandbox();
    let csv = format!("id,password\n*,\"{WRONG}\"\n*,{RIGHT}\n");
    private(&sandbox, "p.csv", 0o600, &csv);
    check(&sandbox, &["--passwords", "p.csv"]);
}

#[test]
fn no_password_of_a_command_is_left_in_memory() {
    let sandbox = sandbox();
    private(
        &sandbox,
        "ask",
        0o700,
        &format!("#!/bin/sh\necho '{RIGHT}'\n"),
    );
    check(&sandbox, &["--password-command", "./ask"]);
}
