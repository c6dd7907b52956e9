//! The exit codes, one case a line: what was there, what was asked, which code.

use fleetback_testdata::backup::builder::BackupBuilder;

use crate::desk::{self, Desk, code, said, sound};

#[track_caller]
fn check(desk: &Desk, args: &[&str], want: i32) {
    let output = desk.scan(args);
    assert_eq!(code(&output), want, "{args:?}\n{}", said(&output));
}

/// Not encrypted, which is an error; otherwise sound.
fn unencrypted(seed: u64) -> BackupBuilder {
    BackupBuilder::new(seed)
}

#[test]
fn findings_decide_between_0_and_1() {
    let calm = Desk::with(&[sound(1)]);
    check(&calm, &["backups"], 0);
    check(&calm, &["backups", "--fail-on", "warning"], 0);

    let error = Desk::with(&[sound(1), unencrypted(2)]);
    check(&error, &["backups"], 1);
    check(&error, &["backups", "--fail-on", "error"], 1);
    check(&error, &["backups", "--fail-on", "critical"], 0);
    check(&error, &["backups", "--fail-on", "never"], 0);
    check(&error, &["backups", "--exit-zero"], 0);

    let aging = Desk::with(&[sound(1).completed("2026-11-15T04:00:00Z")]);
    check(&aging, &["backups"], 0);
    check(&aging, &["backups", "--fail-on", "warning"], 1);
}

#[test]
fn what_could_not_be_read_wins_over_findings() {
    let desk = Desk::with(&[unencrypted(1)]);
    desk.write("mdm/half.plist", desk::HALF_A_PLIST);
    check(&desk, &["backups"], 1);
    check(&desk, &["backups", "--mdm", "mdm"], 3);
    check(&desk, &["backups", "--mdm", "mdm", "--exit-zero"], 3);
    check(&desk, &["backups", "--mdm", "mdm", "--fail-on", "never"], 3);
}

#[test]
fn a_root_that_is_missing_among_others_is_3_and_all_missing_is_2() {
    let desk = Desk::with(&[sound(1)]);
    check(&desk, &["backups", "gone"], 3);
    check(&desk, &["gone"], 2);
    check(&desk, &["gone", "--mdm", "gone-too"], 2);
    std::fs::create_dir(desk.path("empty")).unwrap();
    check(&desk, &["gone", "empty"], 3);
}

#[test]
fn nothing_to_scan_is_4() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    check(&desk, &["empty"], 4);
}

#[test]
fn an_output_that_cannot_be_written_is_5_and_wins() {
    let desk = Desk::with(&[unencrypted(1)]);
    check(&desk, &["backups", "--csv", "no-such-folder/a.csv"], 5);
    check(
        &desk,
        &["backups", "gone", "--csv", "no-such-folder/a.csv"],
        5,
    );
    std::fs::create_dir(desk.path("empty")).unwrap();
    check(&desk, &["empty", "--csv", "no-such-folder/a.csv"], 5);
}

/// Nobody ever writes to it: a run that opens it never ends.
#[cfg(unix)]
#[test]
fn settings_are_not_waited_for() {
    let desk = Desk::with(&[sound(1)]);
    let made = std::process::Command::new("mkfifo")
        .arg(desk.path("fifo"))
        .status();
    assert!(made.unwrap().success());
    check(&desk, &["backups", "--policy", "fifo"], 2);
    check(&desk, &["backups", "--config", "fifo"], 2);
}

#[test]
fn mistakes_of_usage_and_settings_are_2() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("wrong.toml", "[scan]\nvrify = 1\n");
    desk.write("policy.toml", "[thresholds]\nstale = 1\n");
    check(&desk, &["backups", "--no-such-flag"], 2);
    check(&desk, &["backups", "--fail-on", "info"], 2);
    check(&desk, &["backups", "--threads", "0"], 2);
    check(&desk, &["backups", "--threads", "1001"], 2);
    check(&desk, &["backups", "--config", "wrong.toml"], 2);
    check(&desk, &["backups", "--config", "gone.toml"], 2);
    check(&desk, &["backups", "--policy", "policy.toml"], 2);
    check(&desk, &["backups", "--policy", "gone.toml"], 2);
    check(&desk, &["backups", "--timezone", "Europe/Berln"], 2);
    check(&desk, &["backups", "--csv-delimiter", ";;"], 2);
    check(&desk, &["backups", "--csv-delimiter", "\""], 2);
    check(&desk, &["backups", "--csv", "-", "--json", "-"], 2);
    check(&desk, &["backups", "--csv", "a", "--html", "./a"], 2);
    check(&desk, &["backups", "--csv", "backups/a.csv"], 2);
    assert_eq!(code(&desk.run(&["report", "gone.json"])), 2);
    assert_eq!(code(&desk.run(&["report", "wrong.toml"])), 2);
    assert_eq!(
        code(&desk.run(&["swap"])),
        2,
        "not built yet, so it does not exist"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn linux_has_no_standard_location_and_says_so() {
    let desk = Desk::new();
    let output = desk.scan(&[]);
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("no standard location"),
        "{}",
        said(&output)
    );
    assert!(
        said(&output).contains("fleetback scan ROOT"),
        "{}",
        said(&output)
    );
}

#[test]
fn an_interrupt_ends_with_130_and_touches_no_report() {
    // A FIFO as output waits for a reader: the run is surely still going on when it is interrupted.
    #[cfg(unix)]
    {
        let desk = Desk::with(&[sound(1)]);
        fleetback_testdata::disk::make_fifo(&desk.path("pipe")).unwrap();
        desk.write("old.csv", "yesterday\n");
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fleetback"))
            .args(["scan", "backups", "--now", crate::desk::NOW])
            .args(["--html", "pipe", "--csv", "old.csv"])
            .current_dir(desk.path("."))
            .env("HOME", desk.path("home"))
            .spawn()
            .unwrap();
        wait_for_the_pipe(&child);
        let pid = child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status();
        assert!(sent.unwrap().success());
        std::thread::sleep(std::time::Duration::from_millis(200));
        // Now somebody reads, and the run goes on to find out that it was interrupted.
        let reader = std::thread::spawn({
            let pipe = desk.path("pipe");
            move || std::fs::read(pipe)
        });
        assert_eq!(child.wait().unwrap().code(), Some(130));
        drop(reader);
        assert_eq!(desk.read("old.csv"), "yesterday\n");
        assert_eq!(desk.listing(), ["backups", "home", "old.csv", "pipe"]);
    }
}

/// Until the child blocks in the opening of the FIFO.
#[cfg(unix)]
fn wait_for_the_pipe(child: &std::process::Child) {
    let wchan = format!("/proc/{}/wchan", child.id());
    for _ in 0..100 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let at = std::fs::read_to_string(&wchan).unwrap_or_default();
        if at.contains("fifo") || at.contains("pipe") {
            return;
        }
    }
}

#[test]
fn a_folder_with_profiles_alone_says_what_was_found() {
    let desk = Desk::new();
    let profile = fleetback_testdata::mdm::export::restriction_profile("org.example.cis");
    let format = fleetback_testdata::plists::Format::Xml;
    let profile = fleetback_testdata::plists::encode(&profile, format).unwrap();
    desk.write(
        "mdm/cis.mobileconfig",
        std::str::from_utf8(&profile).unwrap(),
    );
    let output = desk.scan(&["--mdm", "mdm"]);
    assert_eq!(code(&output), 4, "{}", said(&output));
    let said = said(&output);
    assert!(
        said.contains("found instead: cis.mobileconfig: the configuration profile org.example.cis: would set allowCloudBackup = false"),
        "{said}"
    );
}
