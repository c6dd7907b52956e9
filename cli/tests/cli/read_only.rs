//! Every command under strace, on a fleet with links, encrypted and damaged backups and half transactions:
//! no call of the system writes, makes, renames, removes, locks or stamps anything in what is read.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::mdm::samples;

use crate::sandbox::{NOW, Sandbox, fingerprint, healthy};

/// Stands in the path of everything that is read, and of nothing that is written.
const MARK: &str = "evidence";

/// Calls that change something, whatever their arguments.
const CHANGING: &str = "creat rename renameat renameat2 unlink unlinkat rmdir mkdir mkdirat link linkat symlink \
    symlinkat chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat truncate \
    ftruncate fallocate mknod mknodat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr flock";

/// Flags of an opening that is no reading.
const WRITING: &[&str] = &[
    "O_WRONLY",
    "O_RDWR",
    "O_CREAT",
    "O_TRUNC",
    "O_APPEND",
    "O_TMPFILE",
];

fn fleet() -> Sandbox {
    let sandbox = Sandbox::new();
    let library = sandbox.path("evidence/MobileSync/Backup");
    let damages = [
        Damage::Database(DatabaseDamage::ZeroBytes),
        Damage::Database(DatabaseDamage::Truncated),
        Damage::Plist(PlistFile::Info, PlistDamage::Truncated),
        Damage::Plist(PlistFile::Status, PlistDamage::Fifo),
        Damage::FilesMissing(2),
        Damage::WalBeside,
        Damage::StrayFiles,
    ];
    let damaged = damages.into_iter().zip(10..);
    let damaged = damaged.map(|(damage, seed)| BackupBuilder::new(seed).damage(damage));
    for backup in [healthy(1), healthy(2)].into_iter().chain(damaged) {
        backup.write(&library).unwrap();
    }
    let half = BackupBuilder::new(20).write(&library).unwrap();
    alter::sql_cut_short(&half.path, "DELETE FROM Files WHERE rowid > 3").unwrap();
    let logged = BackupBuilder::new(21).write(&library).unwrap();
    alter::sql_in_wal(&logged.path, "UPDATE Files SET flags = flags").unwrap();
    let elsewhere = healthy(30).write(&sandbox.path("evidence-disk")).unwrap();
    symlink(
        &elsewhere.path,
        library.join(elsewhere.path.file_name().unwrap()),
    )
    .unwrap();
    for sample in samples::all().unwrap() {
        for (name, bytes) in sample.files {
            let path = sandbox.path(&format!("evidence-mdm/{}/{name}", sample.name));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    sandbox.write("evidence-inventory.csv", "serial,user\nF2LXTEST0001,Anna\n");
    let passwords = sandbox.write("evidence-passwords.csv", "id,password\n*,pw\n");
    fs::set_permissions(passwords, fs::Permissions::from_mode(0o600)).unwrap();
    sandbox
}

/// The calls that opened or changed something of the evidence.
fn calls(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let traced: Vec<_> = CHANGING
        .split_whitespace()
        .chain(["open", "openat", "openat2"])
        .collect();
    let traced = format!("trace=?{}", traced.join(",?"));
    let mut strace = Command::new("strace");
    strace
        .args([
            "-f",
            "-y",
            "-s",
            "4096",
            "-e",
            &traced,
            "-e",
            "signal=none",
            "-o",
            "trace",
        ])
        .arg(assert_cmd::cargo::cargo_bin!("fleetback"))
        .args(args)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .env("FLEETBACK_DATA_DIR", sandbox.path("home/data"))
        .env("TZ", "UTC")
        .stdout(Stdio::null());
    let output = strace.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(
        matches!(code, Some(0 | 1 | 3)),
        "{args:?} ended with {code:?}: {told}"
    );
    let trace = sandbox.read("trace");
    assert!(
        trace.contains("exited with"),
        "{args:?}: nothing was traced"
    );
    // The second half of a call that another thread came between repeats no flags; the first half has them.
    let whole = trace.lines().filter(|line| !line.contains(" resumed>"));
    let lines = whole.filter(|line| line.contains(MARK));
    lines
        .filter(|line| !line.contains("execve("))
        .map(str::to_owned)
        .collect()
}

/// The name of a file among the exports.
fn first_sample() -> String {
    let first = samples::all().unwrap().into_iter().next().unwrap();
    format!("{}/{}", first.name, first.files[0].0)
}

/// "1234 openat(...": the name of the call.
fn name(call: &str) -> &str {
    let call = call
        .split_once(' ')
        .map_or(call, |(_, call)| call.trim_start());
    call.split('(').next().unwrap_or(call)
}

fn is_reading(call: &str) -> bool {
    name(call).starts_with("open") && !WRITING.iter().any(|flag| call.contains(flag))
}

/// Is it the opening of a file of a backup that moves its access time? SQLite's is one: it opens the list
/// of files in its own way (docs/reliability.md).
fn moves_access_time(call: &str) -> bool {
    let quiet = ["O_NOATIME", "O_DIRECTORY", "O_PATH", "ENOENT", "ENOTDIR"];
    let is_of_a_backup = call.contains("/MobileSync/Backup/") && !call.contains("/Manifest.db");
    name(call).starts_with("open")
        && is_of_a_backup
        && !quiet.iter().any(|flag| call.contains(flag))
}

#[test]
fn no_command_writes_in_what_it_reads() {
    if Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("SKIPPED: no strace here");
        return;
    }
    let sandbox = fleet();
    let before = fingerprint(&sandbox.path(""));
    let before: BTreeSet<_> = before
        .into_iter()
        .filter(|line| line.contains(MARK))
        .collect();
    let export = format!("evidence-mdm/{}", first_sample());
    let exports = [
        "--mdm",
        "evidence-mdm",
        "--inventory",
        "evidence-inventory.csv",
    ];
    let passwords = ["--passwords", "evidence-passwords.csv"];
    let outputs = [
        "--csv", "a.csv", "--html", "a.html", "--json", "a.json", "--xlsx", "a.xlsx",
    ];
    let scan = |level| {
        let base = [
            "scan",
            "evidence",
            "--now",
            NOW,
            "--verify",
            level,
            "--history",
            "h.sqlite3",
        ];
        [&base[..], &exports, &passwords, &outputs].concat()
    };
    let serial = fleetback_testdata::device::DeviceIds::new(1, "iPhone12,1").serial;
    let store = ["--history", "h.sqlite3"];
    let reading = [
        scan("state"),
        scan("names"),
        scan("sizes"),
        scan("contents"),
        [&["verify", "evidence"][..], &passwords, &store].concat(),
        [
            &["swap", &serial, "--root", "evidence", "--now", NOW][..],
            &exports,
            &passwords,
        ]
        .concat(),
        [&["doctor", "evidence"][..], &exports, &passwords, &store].concat(),
        vec!["explain", "--mdm", &export],
    ];
    let other = [
        vec!["swap", &serial, "--results", "a.json", "--now", NOW],
        vec!["report", "a.json", "--csv", "b.csv"],
        vec!["diff", "a.json", "a.json"],
        vec!["explain", "backup-stale"],
        vec!["done", &serial, "restart-device", "--history", "h.sqlite3"],
        vec!["config", "show"],
        vec!["completions", "bash"],
        vec!["man"],
        vec!["config", "init"],
        vec!["config", "check"],
    ];
    let mut wrong = Vec::new();
    let mut noticed = BTreeSet::new();
    for args in reading.iter().chain(&other) {
        let calls = calls(&sandbox, args);
        let reads = calls.iter().filter(|call| is_reading(call)).count();
        assert!(other.contains(args) || reads > 0, "{args:?} read nothing");
        noticed.extend(calls.iter().filter(|call| moves_access_time(call)).cloned());
        let changing = calls.into_iter().filter(|call| !is_reading(call));
        wrong.extend(changing.map(|call| format!("{}: {call}", args[0])));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let after: BTreeSet<_> = fingerprint(&sandbox.path(""))
        .into_iter()
        .filter(|line| line.contains(MARK))
        .collect();
    assert_eq!(after, before);
    assert!(
        noticed.is_empty(),
        "\n{}",
        noticed.into_iter().collect::<Vec<_>>().join("\n")
    );
}
