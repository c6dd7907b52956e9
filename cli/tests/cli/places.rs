//! Nothing is written into what is read, whatever path leads there: a second mount of a root, or the folder
//! that a backup or a computer is a link to.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;

use fleetback_testdata::disk::SecondMount;

use crate::sandbox::{Sandbox, exit_code, fingerprint, healthy, stderr};

/// Runs every command that writes something with a target in this folder, and holds that each is refused
/// before a byte is written there or at `evidence`.
#[track_caller]
fn refused(sandbox: &Sandbox, folder: &str) {
    let evidence = sandbox.path(folder);
    let before = fingerprint(&evidence);
    let in_it = |name: &str| format!("{folder}/{name}");
    let new = in_it("new.file");
    let deep = in_it("new/folder/h.sqlite3");
    let outputs = ["--csv", "--html", "--json", "--xlsx", "--history"];
    let mut commands: Vec<Vec<&str>> = outputs
        .iter()
        .map(|output| vec!["scan", "root", output, &new])
        .collect();
    commands.push(vec!["scan", "root", "--history", &deep]);
    commands.push(vec!["verify", "root", "--json", &new]);
    commands.push(vec!["verify", "root", "--history", &new]);
    commands.push(vec![
        "swap",
        "F2LXTEST0001",
        "--root",
        "root",
        "--csv",
        &new,
    ]);
    for command in commands {
        let output = sandbox.run(&command);
        let told = stderr(&output);
        assert_eq!(exit_code(&output), 2, "{command:?}: {told}");
        assert!(told.contains("lies inside root"), "{command:?}: {told}");
        assert_eq!(fingerprint(&evidence), before, "{command:?}");
    }
    // The user's own store is done without, and so are the results beside it.
    let mut scan = sandbox.program();
    scan.args(["scan", "root", "--json", "report.json"]);
    let output = scan.env("FLEETBACK_DATA_DIR", &evidence).output().unwrap();
    let told = stderr(&output);
    assert!(told.contains("no history"), "{told}");
    assert!(told.contains("lies inside root"), "{told}");
    assert_eq!(fingerprint(&evidence), before, "the data folder");
    fs::remove_file(sandbox.path("report.json")).unwrap();
}

#[test]
fn a_second_mount_of_what_is_read_is_refused() {
    let sandbox = Sandbox::with(&[healthy(1).serial("F2LXTEST0001")]);
    fs::rename(sandbox.path("backups"), sandbox.path("root")).unwrap();
    let Ok(_again) = SecondMount::of(&sandbox.path("root"), &sandbox.path("again")) else {
        eprintln!("SKIPPED: nothing can be mounted here");
        return;
    };
    refused(&sandbox, "again");

    // A folder below the root that was mounted from elsewhere.
    fs::create_dir_all(sandbox.path("elsewhere")).unwrap();
    let place = sandbox.path("root/host/Backup");
    let _below = SecondMount::of(&sandbox.path("elsewhere"), &place).unwrap();
    healthy(2).write(&sandbox.path("elsewhere")).unwrap();
    refused(&sandbox, "elsewhere");
}

#[test]
fn the_place_that_a_backup_is_a_link_to_is_refused() {
    let sandbox = Sandbox::with(&[healthy(1).serial("F2LXTEST0001").folder_name("phone")]);
    healthy(2)
        .folder_name("00008030-001A35E40212345E")
        .write(&sandbox.path("disk"))
        .unwrap();
    healthy(3)
        .folder_name("00008130-001A75D23A2B803A")
        .write(&sandbox.path("other/Backup"))
        .unwrap();
    let backup = "root/mac/Library/Application Support/MobileSync/Backup";
    fs::create_dir_all(sandbox.path(backup)).unwrap();
    fs::rename(
        sandbox.path("backups/phone"),
        sandbox.path(backup).join("phone"),
    )
    .unwrap();
    let linked = "00008030-001A35E40212345E";
    symlink(
        sandbox.path("disk").join(linked),
        sandbox.path(backup).join(linked),
    )
    .unwrap();
    refused(&sandbox, &format!("disk/{linked}"));

    // A whole folder of backups that moved to another disk.
    let moved = "root/mac2/Library/Application Support/MobileSync";
    fs::create_dir_all(sandbox.path(moved)).unwrap();
    symlink(
        sandbox.path("other/Backup"),
        sandbox.path(moved).join("Backup"),
    )
    .unwrap();
    refused(&sandbox, "other/Backup");
    // Beside it, on the same disk, reports are welcome.
    let output = sandbox.run(&["scan", "root", "--csv", "disk/fleet.csv", "--exit-zero"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
}
