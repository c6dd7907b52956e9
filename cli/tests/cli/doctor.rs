//! `doctor` finds what a scan would find: where the one ends with 3, so does the other.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::payload::file_id;
use fleetback_testdata::faulty_disk::{EIO, Failure, FaultyDisk};

use crate::sandbox::{HALF_A_PLIST, Sandbox, exit_code, healthy, stderr, stdout};

const PLACE: &str = "mac/Library/Application Support/MobileSync/Backup";
const PHOTO: (&str, &str) = ("HomeDomain", "Library/SMS/sms.db");

/// A share with one computer and one backup, and a folder of exports, on a disk where this fails.
fn on_a_disk(backup: BackupBuilder, failing: &str) -> Option<(Sandbox, FaultyDisk)> {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("source").join(PLACE);
    backup.folder_name("phone").write(&folder).unwrap();
    sandbox.write("source/mdm/a.plist", HALF_A_PLIST);
    fs::create_dir(sandbox.path("share")).unwrap();
    let disk = FaultyDisk::mount(&sandbox.path("source"), &sandbox.path("share")).ok();
    let Some(disk) = disk else {
        eprintln!("SKIPPED: no disk can be mounted here, so none can fail");
        return None;
    };
    disk.fail(failing, Failure::Error(EIO, 0));
    Some((sandbox, disk))
}

/// How a scan and `doctor` end, and what `doctor` says.
fn both(sandbox: &Sandbox, args: &[&str]) -> (i32, i32, String) {
    let scan = sandbox.scan(&[args, &["--no-history", "--exit-zero"]].concat());
    assert!([0, 3].contains(&exit_code(&scan)), "{}", stderr(&scan));
    let doctor = sandbox.run(&[&["doctor"], args].concat());
    (exit_code(&scan), exit_code(&doctor), stdout(&doctor))
}

#[track_caller]
fn check(backup: fn() -> BackupBuilder, failing: &str, args: &[&str]) {
    let Some((sandbox, _disk)) = on_a_disk(backup(), failing) else {
        return;
    };
    let (scan, doctor, said) = both(&sandbox, &[&["share"], args].concat());
    assert_eq!((scan, doctor), (3, 3), "{failing}: {said}");
    let line = said.lines().find(|line| line.starts_with("CANNOT READ"));
    let name = Path::new(failing).file_name().unwrap().to_string_lossy();
    assert!(line.unwrap().contains(&*name), "{failing}: {said}");
}

#[test]
fn doctor_ends_with_3_where_a_scan_cannot_read_something() {
    let plain = || BackupBuilder::new(1);
    let old = || BackupBuilder::new(1).product("iPhone5,2", "9.3.5", "13G36");
    let locked = || healthy(1);
    let below = |name: &str| format!("{PLACE}/phone/{name}");
    for backup in [plain, old, locked] {
        for name in ["Info.plist", "Status.plist", "Manifest.plist"] {
            check(backup, &below(name), &[]);
        }
        check(backup, &format!("{PLACE}/phone"), &[]);
    }
    check(plain, &below("Manifest.db"), &[]);
    check(old, &below("Manifest.mbdb"), &[]);
    check(locked, &below("Manifest.db"), &[]);
    let id = file_id(PHOTO.0, PHOTO.1);
    check(plain, &below(&id[..2]), &[]);
    check(locked, &below(&id[..2]), &[]);
    check(plain, PLACE, &[]);
    check(plain, "mac", &[]);
    check(plain, "mdm/a.plist", &["--mdm", "share/mdm"]);
}

#[test]
fn doctor_ends_with_0_where_a_scan_reads_all() {
    for backup in [BackupBuilder::new(1), healthy(1)] {
        let sandbox = Sandbox::with(&[backup]);
        let (scan, doctor, said) = both(&sandbox, &["backups"]);
        assert_eq!((scan, doctor), (0, 0), "{said}");
        assert!(
            said.contains("1 backups and 0 documents can be read"),
            "{said}"
        );
    }
}

#[test]
fn doctor_ends_with_3_where_one_root_of_two_is_not_there() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let (scan, doctor, said) = both(&sandbox, &["backups", "gone"]);
    assert_eq!((scan, doctor), (3, 3), "{said}");
}

/// The standard places of a user on a disk that is not there: the same link at `MobileSync` and `Backup`.
#[test]
fn a_link_to_a_disk_that_is_gone_is_told_wherever_it_stands() {
    for link in ["MobileSync", "MobileSync/Backup"] {
        let sandbox = Sandbox::with(&[healthy(1)]);
        let place = sandbox.path("share/mac/Library/Application Support");
        let link = place.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink("/Volumes/unplugged", &link).unwrap();
        let (scan, doctor, said) = both(&sandbox, &["backups", "share"]);
        assert_eq!((scan, doctor), (3, 3), "{}: {said}", link.display());
        assert!(said.contains("MobileSync"), "{said}");
    }
}
