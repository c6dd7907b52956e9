//! Reports come whole or not at all, and whatever stands at their target is treated as what it is.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::sandbox::{NOW, Sandbox, exit_code, healthy, stderr, stdout};

#[test]
fn a_failed_run_leaves_the_older_report_whole() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("fleet.csv", "yesterday\n");
    sandbox.write("wrong.toml", "[scan\n");
    sandbox.scan(&["backups", "--csv", "fleet.csv", "--config", "wrong.toml"]);
    sandbox.scan(&["gone", "--csv", "fleet.csv"]);
    assert_eq!(sandbox.read("fleet.csv"), "yesterday\n");
}

/// Known after a second, and not after the hours of a scan.
#[test]
fn what_cannot_be_written_is_known_before_anything_is_read() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let args = [
        "backups",
        "--csv",
        "gone/a.csv",
        "--csv",
        "home",
        "--html",
        "b.html",
    ];
    let output = sandbox.scan(&args);
    assert_eq!(exit_code(&output), 5);
    let said = stderr(&output);
    for words in [
        "Could not write gone/a.csv: there is no such folder. Create the folder first.",
        "Could not write home: it is a folder. Name a file in that folder.",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(
        !said.contains("could be lost"),
        "nothing is scanned: {said}"
    );
    assert_eq!(sandbox.listing(), ["backups", "home"], "nothing is left");
}

#[test]
fn the_files_that_were_written_are_named_last() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let output = sandbox.scan(&["backups", "--csv", "a.csv", "--html", "b.html"]);
    let said = stderr(&output);
    assert!(said.ends_with("fleetback: wrote a.csv, b.html\n"), "{said}");
    let output = sandbox.scan(&["backups", "--csv", "-"]);
    assert!(!stderr(&output).contains("wrote"), "{}", stderr(&output));
}

#[test]
fn standard_output_gets_one_report_and_nothing_else() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for name in ["-", "/dev/stdout"] {
        let output = sandbox.scan(&["backups", "--json", name, "--csv", "a.csv", "-v"]);
        assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["schema_version"], 2);
        assert!(sandbox.path("a.csv").is_file());
    }
}

#[test]
fn without_an_output_there_is_a_short_table() {
    let stale = healthy(1).completed("2026-11-01T00:00:00Z");
    let sandbox = Sandbox::with(&[stale.serial("F2LXTEST0001")]);
    let text = stdout(&sandbox.scan(&["backups"]));
    assert!(text.contains("F2LXTEST0001"), "{text}");
    assert!(!text.contains('\x1b'), "no colour off a terminal: {text}");
    let coloured = stdout(&sandbox.scan(&["backups", "--color", "always"]));
    assert!(coloured.contains('\x1b'), "{coloured}");
}

#[test]
fn outputs_inside_what_is_read_are_refused() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("inventory.csv", "serial,user\nX,Y\n");
    sandbox.write("mdm/readme.txt", "exports");
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
        let output = sandbox.scan(&args);
        assert_eq!(exit_code(&output), 2, "{args:?}");
        assert!(
            stderr(&output).contains(named),
            "{args:?}\n{}",
            stderr(&output)
        );
    }
    assert_eq!(sandbox.read("inventory.csv"), "serial,user\nX,Y\n");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fleetback"))
        .args(["scan", "backups", "--now", NOW, "--json", "-"])
        .current_dir(sandbox.path("."))
        .env("HOME", sandbox.path("home"))
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
    let sandbox = Sandbox::with(&[healthy(1), healthy(2).completed("2026-10-01T00:00:00Z")]);
    let scan = [
        "backups", "--csv", "a.csv", "--html", "a.html", "--json", "a.json",
    ];
    let scanned = sandbox.scan(&scan);
    let report = ["report", "a.json", "--timezone", "UTC"];
    let outputs = ["--csv", "b.csv", "--html", "b.html", "--json", "b.json"];
    let reported = sandbox.run(&[&report[..], &outputs].concat());
    assert_eq!(
        exit_code(&scanned),
        exit_code(&reported),
        "{}",
        stderr(&reported)
    );
    for kind in ["csv", "html", "json"] {
        assert_eq!(
            sandbox.read(&format!("a.{kind}")),
            sandbox.read(&format!("b.{kind}")),
            "{kind}"
        );
    }
    let from_stdin = sandbox
        .program()
        .args(["report", "-", "--json", "-"])
        .write_stdin(sandbox.read("a.json"))
        .output()
        .unwrap();
    assert_eq!(stdout(&from_stdin), sandbox.read("a.json"));
}

#[test]
fn csv_is_written_as_asked() {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    let csv = |args: &[&str]| {
        sandbox
            .scan(&[&["backups", "--csv", "-"], args].concat())
            .stdout
    };
    assert!(csv(&[]).starts_with(b"\xef\xbb\xbfcould_be_lost,listed,"));
    assert!(csv(&["--csv-profile", "raw"]).starts_with(b"could_be_lost,listed,"));
    assert!(
        csv(&["--csv-profile", "raw", "--csv-delimiter", ";"])
            .starts_with(b"could_be_lost;listed;")
    );
    assert!(
        csv(&["--csv-profile", "raw", "--csv-delimiter", "tab"])
            .starts_with(b"could_be_lost\tlisted\t")
    );
    assert!(!csv(&["--csv-rows", "backup", "--csv-profile", "raw"]).is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    fn mode(sandbox: &Sandbox, name: &str) -> u32 {
        fs::metadata(sandbox.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    }

    #[test]
    fn a_link_is_kept_and_what_it_points_to_is_replaced() {
        let sandbox = Sandbox::with(&[healthy(1)]);
        sandbox.write("store/real.csv", "yesterday\n");
        symlink("store/real.csv", sandbox.path("fleet.csv")).unwrap();
        symlink("store/new.json", sandbox.path("fleet.json")).unwrap();
        let output = sandbox.scan(&["backups", "--csv", "fleet.csv", "--json", "fleet.json"]);
        assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
        assert!(sandbox.path("fleet.csv").is_symlink());
        assert!(
            sandbox
                .read("store/real.csv")
                .contains("could_be_lost,listed")
        );
        assert!(sandbox.path("fleet.json").is_symlink());
        assert!(sandbox.read("store/new.json").contains("schema_version"));
    }

    #[test]
    fn a_link_into_a_root_is_inside_it() {
        let sandbox = Sandbox::with(&[healthy(1)]);
        symlink("backups", sandbox.path("elsewhere")).unwrap();
        symlink("backups/new.csv", sandbox.path("innocent.csv")).unwrap();
        for target in ["elsewhere/a.csv", "innocent.csv"] {
            let output = sandbox.scan(&["backups", "--csv", target]);
            assert_eq!(exit_code(&output), 2, "{target}: {}", stderr(&output));
        }
        let through_a_link = sandbox.scan(&["elsewhere", "--csv", "backups/a.csv"]);
        assert_eq!(exit_code(&through_a_link), 2);
    }

    #[test]
    fn a_fifo_is_written_to_and_stays_a_fifo() {
        let sandbox = Sandbox::with(&[healthy(1)]);
        fleetback_testdata::disk::make_fifo(&sandbox.path("pipe")).unwrap();
        let reader = std::thread::spawn({
            let pipe = sandbox.path("pipe");
            move || fs::read_to_string(pipe).unwrap()
        });
        let output = sandbox.scan(&["backups", "--csv", "pipe"]);
        assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
        assert!(reader.join().unwrap().contains("could_be_lost,listed"));
        assert!(
            fs::metadata(sandbox.path("pipe"))
                .unwrap()
                .file_type()
                .is_fifo()
        );
    }

    #[test]
    fn a_device_is_written_to() {
        let sandbox = Sandbox::with(&[healthy(1)]);
        let output = sandbox.scan(&["backups", "--csv", "/dev/null", "--html", "/dev/null"]);
        assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
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
        let sandbox = Sandbox::with(&[healthy(1)]);
        assert_eq!(
            exit_code(&sandbox.scan(&["backups", "--csv", "/dev/full"])),
            5
        );
    }

    #[test]
    fn a_new_file_is_as_readable_as_any_other_and_an_old_one_as_before() {
        let sandbox = Sandbox::with(&[healthy(1)]);
        sandbox.write("any.txt", "");
        sandbox.write("secret.csv", "yesterday\n");
        fs::set_permissions(
            sandbox.path("secret.csv"),
            fs::Permissions::from_mode(0o640),
        )
        .unwrap();
        sandbox.scan(&["backups", "--csv", "secret.csv", "--html", "new.html"]);
        assert_eq!(mode(&sandbox, "new.html"), mode(&sandbox, "any.txt"));
        assert_eq!(mode(&sandbox, "secret.csv"), 0o640);
        assert_ne!(sandbox.read("secret.csv"), "yesterday\n");
    }
}
