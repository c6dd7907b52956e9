//! `fleetback verify`: what it says of a backup, and the code it ends with.

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::Damage;

use crate::sandbox::{NOW, Sandbox, exit_code, fingerprint, healthy, stderr, stdout};

fn verify(sandbox: &Sandbox, args: &[&str]) -> std::process::Output {
    sandbox.run(&[&["verify", "--now", NOW, "--no-history"], args].concat())
}

#[track_caller]
fn check(backups: &[BackupBuilder], args: &[&str], want: i32) -> String {
    let sandbox = Sandbox::with(backups);
    let before = fingerprint(&sandbox.path("backups"));
    let output = verify(&sandbox, &[&["backups"], args].concat());
    assert_eq!(
        exit_code(&output),
        want,
        "{args:?}\n{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert_eq!(fingerprint(&sandbox.path("backups")), before);
    stdout(&output)
}

#[test]
fn a_sound_backup_is_0() {
    for level in ["names", "sizes", "contents"] {
        let text = check(&[BackupBuilder::new(1)], &["--verify", level], 0);
        assert!(text.contains("1 of 1 backup would restore"), "{text}");
        assert!(text.contains("  restorable  yes: "), "{text}");
        assert!(text.contains(" 0 missing"), "{text}");
    }
}

#[test]
fn missing_files_are_1_and_are_named() {
    let broken = BackupBuilder::new(2).damage(Damage::FilesMissing(2));
    let text = check(&[BackupBuilder::new(1), broken], &["--verify", "names"], 1);
    assert!(text.contains("1 of 2 backups would restore"), "{text}");
    assert_eq!(text.matches("\n  missing     ").count(), 2, "{text}");
}

#[test]
fn what_cannot_be_checked_so_deep_is_3() {
    let text = check(&[healthy(1)], &[], 3);
    assert!(text.contains("needs its password"), "{text}");
    check(
        &[
            healthy(1),
            BackupBuilder::new(2).damage(Damage::FilesMissing(2)),
        ],
        &[],
        3,
    );
}

#[test]
fn nothing_found_is_4_and_nothing_named_is_2() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    assert_eq!(exit_code(&verify(&sandbox, &["empty"])), 4);
    assert_eq!(exit_code(&verify(&sandbox, &["gone"])), 2);
    assert_eq!(exit_code(&verify(&sandbox, &[])), 2);
}

#[test]
fn json_takes_the_place_of_the_text_only_on_standard_output() {
    let sandbox = Sandbox::with(&[BackupBuilder::new(1)]);
    let output = verify(&sandbox, &["backups", "--verify", "names", "--json", "-"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["level"], "names");
    assert_eq!(json["backups"][0]["restorable"], "yes");
    assert_eq!(json["backups"][0]["verified"]["at"], NOW);
    assert_eq!(json["backups"][0]["files"]["missing"], 0);

    let output = verify(&sandbox, &["backups", "--json", "v.json"]);
    assert!(stdout(&output).contains("would restore"));
    assert!(sandbox.read("v.json").contains("\"backups\""));
    assert_eq!(
        exit_code(&verify(
            &sandbox,
            &["backups", "--json", "no-such-folder/v.json"]
        )),
        5
    );
    assert_eq!(
        exit_code(&verify(&sandbox, &["backups", "--json", "backups/v.json"])),
        2
    );
}
