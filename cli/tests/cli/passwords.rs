//! Sources of passwords as the command line takes them, and that nothing ever repeats one.

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::Kdf;

use crate::sandbox::{Sandbox, exit_code, healthy, stderr, stdout};

/// Opens the backup.
const RIGHT: &str = "s3ntinel right, \"word\"";
/// Does not.
const WRONG: &str = "s3ntinel wrong";

fn locked() -> BackupBuilder {
    BackupBuilder::new(1).encrypted(RIGHT, Kdf::fast())
}

fn private(sandbox: &Sandbox, name: &str, text: &str) {
    let path = sandbox.write(name, text);
    set_mode(&path, 0o600);
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &std::path::Path, _: u32) {}

fn csv(passwords: &[&str]) -> String {
    let line = |password: &&str| format!("*,\"{}\"\n", password.replace('"', "\"\""));
    let lines: String = passwords.iter().map(line).collect();
    format!("id,password\n{lines}")
}

#[track_caller]
fn refused(sandbox: &Sandbox, args: &[&str], why: &str) {
    let output = sandbox.scan(&[&["backups"], args].concat());
    assert_eq!(exit_code(&output), 2, "{args:?}");
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
    assert!(!stderr(&output).contains("s3ntinel"), "{}", stderr(&output));
}

#[test]
fn a_source_that_cannot_be_used_ends_the_run_before_it_begins() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    private(&sandbox, "p.csv", &csv(&[WRONG]));
    private(&sandbox, "bad.csv", "s3ntinel,s3ntinel\n");
    private(
        &sandbox,
        "bad.toml",
        "[[password]]\nid = \"*\"\npassword = 's3ntinel\n",
    );
    refused(
        &sandbox,
        &["--passwords", "bad.csv"],
        "a first line of 2 columns that is no header",
    );
    refused(
        &sandbox,
        &["--passwords", "bad.toml"],
        "line 3, which means nothing here",
    );
    refused(
        &sandbox,
        &["--passwords", "none.csv"],
        "Could not read the passwords in none.csv",
    );
    refused(
        &sandbox,
        &["--passwords", "p.csv", "--password-command", "x"],
        "both passwords and password_command are set",
    );
    refused(
        &sandbox,
        &["--password-command", "x 's3ntinel"],
        "a quotation mark is not closed",
    );
    refused(
        &sandbox,
        &["--passwords", "p.csv", "--csv", "p.csv"],
        "which this run reads",
    );
    #[cfg(unix)]
    {
        set_mode(&sandbox.path("p.csv"), 0o640);
        refused(&sandbox, &["--passwords", "p.csv"], "mode 0640");
        refused(&sandbox, &["--passwords", "p.csv"], "chmod 600");
    }
}

#[cfg(unix)]
#[test]
fn no_output_ever_holds_a_password() {
    let sandbox = Sandbox::with(&[locked()]);
    private(&sandbox, "passwords.csv", &csv(&[WRONG, RIGHT]));
    private(&sandbox, "wrong.csv", &csv(&[WRONG]));
    let ask = sandbox.write(
        "ask",
        "#!/bin/sh\necho 'the vault says s3ntinel' >&2; exit 3\n",
    );
    set_mode(&ask, 0o700);
    let ask = format!("{} --token s3ntinel", ask.display());
    let outputs = [
        "--csv",
        "o.csv",
        "--html",
        "o.html",
        "--json",
        "o.json",
        "--history",
        "h.sqlite3",
        "-v",
    ];
    for source in [
        ["--passwords", "passwords.csv"],
        ["--passwords", "wrong.csv"],
        ["--password-command", &ask],
    ] {
        let runs = [
            sandbox.scan(&[&["backups", "--verify", "contents"], &outputs[..], &source].concat()),
            sandbox.run(
                &[
                    &["verify", "backups", "--json", "v.json", "-v"],
                    &source[..],
                ]
                .concat(),
            ),
            sandbox.run(&[&["doctor", "backups"], &source[..]].concat()),
            sandbox
                .program()
                .args(["config", "show"])
                .env("FLEETBACK_PASSWORD_COMMAND", &ask)
                .output()
                .unwrap(),
        ];
        for output in &runs {
            assert_ne!(exit_code(output), 2, "{}", stderr(output));
            let all = format!("{}{}", stdout(output), stderr(output));
            assert!(!all.contains("s3ntinel"), "{all}");
        }
        for name in [
            "o.csv",
            "o.html",
            "o.json",
            "v.json",
            "h.sqlite3",
            "h.sqlite3-wal",
        ] {
            let bytes = std::fs::read(sandbox.path(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("s3ntinel"), "{source:?} {name}");
        }
    }
}

#[test]
fn the_variable_is_for_one_backup_of_verify() {
    let sandbox = Sandbox::with(&[locked(), healthy(2)]);
    let folders: Vec<_> = std::fs::read_dir(sandbox.path("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let verify = |count: usize| {
        let mut program = sandbox.program();
        program
            .env("FLEETBACK_PASSWORD", WRONG)
            .arg("verify")
            .args(&folders[..count]);
        program.output().unwrap()
    };
    assert_ne!(exit_code(&verify(1)), 2, "{}", stderr(&verify(1)));
    let two = verify(2);
    assert_eq!(exit_code(&two), 2);
    assert!(
        stderr(&two).contains("holds the password of one backup, and 2 are named"),
        "{}",
        stderr(&two)
    );

    let scan = sandbox
        .program()
        .env("FLEETBACK_PASSWORD", WRONG)
        .args(["scan", "backups"])
        .output()
        .unwrap();
    assert!(
        stderr(&scan).contains("FLEETBACK_PASSWORD is not used by scan"),
        "{}",
        stderr(&scan)
    );
}

/// The backup's `field` in the JSON report of a scan of `contents`.
#[track_caller]
fn found(sandbox: &Sandbox, args: &[&str], field: &str, want: &str) {
    let output = sandbox.scan(&[&["backups", "--json", "o.json", "-v"], args].concat());
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("o.json")).unwrap();
    let backup = &json["devices"][0]["backups"][0];
    assert_eq!(backup[field], want, "{args:?}\n{}", stderr(&output));
}

#[test]
fn a_password_opens_its_backup_and_the_next_night_remembers() {
    let sandbox = Sandbox::with(&[locked()]);
    private(&sandbox, "right.csv", &csv(&[WRONG, RIGHT]));
    private(&sandbox, "wrong.csv", &csv(&[WRONG]));
    found(&sandbox, &["--no-history"], "password", "missing");
    found(
        &sandbox,
        &["--no-history", "--passwords", "wrong.csv"],
        "password",
        "wrong",
    );
    for _ in 0..2 {
        found(
            &sandbox,
            &["--passwords", "right.csv"],
            "password",
            "proven",
        );
        found(&sandbox, &["--passwords", "right.csv"], "restorable", "yes");
    }
    let doctor = stdout(&sandbox.run(&["doctor", "backups", "--host", "desk"]));
    assert!(doctor.contains("1 checks of desk, 1 proofs"), "{doctor}");
    // A proof under a source that is not asked any more proves nothing.
    found(&sandbox, &["--passwords", "wrong.csv"], "password", "wrong");
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_leaves_the_report_incomplete() {
    let sandbox = Sandbox::with(&[locked()]);
    let ask = sandbox.write("ask", "#!/bin/sh\necho vault is locked >&2; exit 3\n");
    set_mode(&ask, 0o700);
    let ask = ask.display().to_string();
    let output = sandbox.scan(&["backups", "--password-command", &ask]);
    assert_eq!(exit_code(&output), 3);
    assert!(
        stderr(&output).contains("exit status: 3"),
        "{}",
        stderr(&output)
    );
}
