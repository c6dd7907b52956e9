//! Reports come whole or not at all, and whatever stands at their target is treated as what it is.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::desk::{Desk, NOW, code, printed, said, sound};

#[test]
fn a_failed_run_leaves_the_older_report_whole() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("fleet.csv", "yesterday\n");
    desk.write("wrong.toml", "[scan\n");
    desk.scan(&["backups", "--csv", "fleet.csv", "--config", "wrong.toml"]);
    desk.scan(&["gone", "--csv", "fleet.csv"]);
    assert_eq!(desk.read("fleet.csv"), "yesterday\n");
}

#[test]
fn one_output_that_fails_does_not_cost_the_others() {
    let desk = Desk::with(&[sound(1)]);
    let args = [
        "backups",
        "--csv",
        "gone/a.csv",
        "--csv",
        "home",
        "--html",
        "b.html",
    ];
    let output = desk.scan(&args);
    assert_eq!(code(&output), 5);
    assert!(desk.read("b.html").starts_with("<!doctype html>"));
    let said = said(&output);
    assert!(said.contains("cannot write gone/a.csv"), "{said}");
    assert!(said.contains("cannot write home"), "{said}");
    assert_eq!(
        desk.listing(),
        ["b.html", "backups", "home"],
        "nothing is left over"
    );
}

#[test]
fn standard_output_gets_one_report_and_nothing_else() {
    let desk = Desk::with(&[sound(1)]);
    for name in ["-", "/dev/stdout"] {
        let output = desk.scan(&["backups", "--json", name, "--csv", "a.csv", "-v"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["schema_version"], 1);
        assert!(desk.path("a.csv").is_file());
    }
}

#[test]
fn without_an_output_there_is_a_short_table() {
    let stale = sound(1).completed("2026-11-01T00:00:00Z");
    let desk = Desk::with(&[stale.serial("F2LXTEST0001")]);
    let text = printed(&desk.scan(&["backups"]));
    assert!(text.contains("F2LXTEST0001"), "{text}");
    assert!(!text.contains('\x1b'), "no colour off a terminal: {text}");
    let coloured = printed(&desk.scan(&["backups", "--color", "always"]));
    assert!(coloured.contains('\x1b'), "{coloured}");
}

#[test]
fn outputs_inside_what_is_read_are_refused() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("inventory.csv", "serial,user\nX,Y\n");
    desk.write("mdm/readme.txt", "exports");
    for (args, named) in [
        (
            vec!["backups", "--csv", "backups/fleet.csv"],
            "backups/fleet.csv lies inside backups",
        ),
        (
            vec!["backups", "--csv", "home/../backups/x"],
            "lies inside backups",
        ),
        (vec![".", "--json", "fleet.json"], "lies inside ."),
        (
            vec!["backups", "--mdm", "mdm", "--csv", "mdm/fleet.csv"],
            "lies inside mdm",
        ),
        (
            vec![
                "backups",
                "--inventory",
                "inventory.csv",
                "--csv",
                "inventory.csv",
            ],
            "lies inside inventory.csv",
        ),
    ] {
        let output = desk.scan(&args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(said(&output).contains(named), "{args:?}\n{}", said(&output));
    }
    assert_eq!(desk.read("inventory.csv"), "serial,user\nX,Y\n");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::with(&[sound(1), sound(2)]);
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fleetback"))
        .args(["scan", "backups", "--now", NOW, "--json", "-"])
        .current_dir(desk.path("."))
        .env("HOME", desk.path("home"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert!(!said.contains("error"), "{said}");
}

#[test]
fn report_writes_what_scan_wrote() {
    let desk = Desk::with(&[sound(1), sound(2).completed("2026-10-01T00:00:00Z")]);
    let scan = [
        "backups", "--csv", "a.csv", "--html", "a.html", "--json", "a.json",
    ];
    let scanned = desk.scan(&scan);
    let report = ["report", "a.json", "--timezone", "UTC"];
    let outputs = ["--csv", "b.csv", "--html", "b.html", "--json", "b.json"];
    let reported = desk.run(&[&report[..], &outputs].concat());
    assert_eq!(code(&scanned), code(&reported), "{}", said(&reported));
    for kind in ["csv", "html", "json"] {
        assert_eq!(
            desk.read(&format!("a.{kind}")),
            desk.read(&format!("b.{kind}")),
            "{kind}"
        );
    }
    let from_stdin = desk
        .program()
        .args(["report", "-", "--json", "-"])
        .write_stdin(desk.read("a.json"))
        .output()
        .unwrap();
    assert_eq!(printed(&from_stdin), desk.read("a.json"));
}

#[test]
fn csv_is_written_as_asked() {
    let desk = Desk::with(&[sound(1), sound(2)]);
    let csv = |args: &[&str]| {
        desk.scan(&[&["backups", "--csv", "-"], args].concat())
            .stdout
    };
    assert!(csv(&[]).starts_with(b"\xef\xbb\xbfstatus,severity,"));
    assert!(csv(&["--csv-profile", "raw"]).starts_with(b"status,severity,"));
    assert!(
        csv(&["--csv-profile", "raw", "--csv-delimiter", ";"]).starts_with(b"status;severity;")
    );
    assert!(
        csv(&["--csv-profile", "raw", "--csv-delimiter", "tab"]).starts_with(b"status\tseverity\t")
    );
    assert!(!csv(&["--csv-rows", "backup", "--csv-profile", "raw"]).is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    fn mode(desk: &Desk, name: &str) -> u32 {
        fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_link_is_kept_and_what_it_points_to_is_replaced() {
        let desk = Desk::with(&[sound(1)]);
        desk.write("store/real.csv", "yesterday\n");
        symlink("store/real.csv", desk.path("fleet.csv")).unwrap();
        symlink("store/new.json", desk.path("fleet.json")).unwrap();
        let output = desk.scan(&["backups", "--csv", "fleet.csv", "--json", "fleet.json"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(desk.path("fleet.csv").is_symlink());
        assert!(desk.read("store/real.csv").contains("status,severity"));
        assert!(desk.path("fleet.json").is_symlink());
        assert!(desk.read("store/new.json").contains("schema_version"));
    }

    #[test]
    fn a_link_into_a_root_is_inside_it() {
        let desk = Desk::with(&[sound(1)]);
        symlink("backups", desk.path("elsewhere")).unwrap();
        symlink("backups/new.csv", desk.path("innocent.csv")).unwrap();
        for target in ["elsewhere/a.csv", "innocent.csv"] {
            let output = desk.scan(&["backups", "--csv", target]);
            assert_eq!(code(&output), 2, "{target}: {}", said(&output));
        }
        let through_a_link = desk.scan(&["elsewhere", "--csv", "backups/a.csv"]);
        assert_eq!(code(&through_a_link), 2);
    }

    #[test]
    fn a_fifo_is_written_to_and_stays_a_fifo() {
        let desk = Desk::with(&[sound(1)]);
        fleetback_testdata::disk::make_fifo(&desk.path("pipe")).unwrap();
        let reader = std::thread::spawn({
            let pipe = desk.path("pipe");
            move || fs::read_to_string(pipe).unwrap()
        });
        let output = desk.scan(&["backups", "--csv", "pipe"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(reader.join().unwrap().contains("status,severity"));
        assert!(
            fs::metadata(desk.path("pipe"))
                .unwrap()
                .file_type()
                .is_fifo()
        );
    }

    #[test]
    fn a_device_is_written_to() {
        let desk = Desk::with(&[sound(1)]);
        let output = desk.scan(&["backups", "--csv", "/dev/null", "--html", "/dev/null"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        assert!(
            fs::metadata("/dev/null")
                .unwrap()
                .file_type()
                .is_char_device()
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_5() {
        let desk = Desk::with(&[sound(1)]);
        assert_eq!(code(&desk.scan(&["backups", "--csv", "/dev/full"])), 5);
    }

    #[test]
    fn a_new_file_is_as_readable_as_any_other_and_an_old_one_as_before() {
        let desk = Desk::with(&[sound(1)]);
        desk.write("any.txt", "");
        desk.write("secret.csv", "yesterday\n");
        fs::set_permissions(desk.path("secret.csv"), fs::Permissions::from_mode(0o640)).unwrap();
        desk.scan(&["backups", "--csv", "secret.csv", "--html", "new.html"]);
        assert_eq!(mode(&desk, "new.html"), mode(&desk, "any.txt"));
        assert_eq!(mode(&desk, "secret.csv"), 0o640);
        assert_ne!(desk.read("secret.csv"), "yesterday\n");
    }
}
