//! The exit codes, one case a line: what was there, what was asked, which code.

use fleetback_testdata::backup::builder::BackupBuilder;

use crate::sandbox::{self, Sandbox, exit_code, healthy, stderr};

#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], want: i32) {
    let output = sandbox.scan(args);
    assert_eq!(exit_code(&output), want, "{args:?}\n{}", stderr(&output));
}

/// Not encrypted, which is an error; otherwise sound.
fn unencrypted(seed: u64) -> BackupBuilder {
    BackupBuilder::new(seed)
}

#[test]
fn findings_decide_between_0_and_1() {
    let calm = Sandbox::with(&[healthy(1)]);
    check(&calm, &["backups"], 0);
    check(&calm, &["backups", "--fail-on", "warning"], 0);

    let error = Sandbox::with(&[healthy(1), unencrypted(2)]);
    check(&error, &["backups"], 1);
    check(&error, &["backups", "--fail-on", "error"], 1);
    check(&error, &["backups", "--fail-on", "critical"], 0);
    check(&error, &["backups", "--fail-on", "never"], 0);
    check(&error, &["backups", "--exit-zero"], 0);

    let aging = Sandbox::with(&[healthy(1).completed("2026-11-15T04:00:00Z")]);
    check(&aging, &["backups"], 0);
    check(&aging, &["backups", "--fail-on", "warning"], 1);
}

#[test]
fn what_could_not_be_read_wins_over_findings() {
    let sandbox = Sandbox::with(&[unencrypted(1)]);
    sandbox.write("mdm/half.plist", sandbox::HALF_A_PLIST);
    check(&sandbox, &["backups"], 1);
    check(&sandbox, &["backups", "--mdm", "mdm"], 3);
    check(&sandbox, &["backups", "--mdm", "mdm", "--exit-zero"], 3);
    check(
        &sandbox,
        &["backups", "--mdm", "mdm", "--fail-on", "never"],
        3,
    );
}

#[test]
fn a_root_that_is_missing_among_others_is_3_and_all_missing_is_2() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    check(&sandbox, &["backups", "gone"], 3);
    check(&sandbox, &["gone"], 2);
    check(&sandbox, &["gone", "--mdm", "gone-too"], 2);
    check(&sandbox, &["backups", "--mdm", "gone-too"], 2);
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    check(&sandbox, &["gone", "empty"], 3);
}

#[test]
fn nothing_to_scan_is_4() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    check(&sandbox, &["empty"], 4);
}

#[test]
fn an_output_that_cannot_be_written_is_5_and_wins() {
    let sandbox = Sandbox::with(&[unencrypted(1)]);
    check(&sandbox, &["backups", "--csv", "no-such-folder/a.csv"], 5);
    check(
        &sandbox,
        &["backups", "gone", "--csv", "no-such-folder/a.csv"],
        5,
    );
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    check(&sandbox, &["empty", "--csv", "no-such-folder/a.csv"], 5);
}

/// Nobody ever writes to it: a run that opens it never ends.
#[cfg(unix)]
#[test]
fn settings_are_not_waited_for() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.path("fifo"))
        .status();
    assert!(made.unwrap().success());
    check(&sandbox, &["backups", "--policy", "fifo"], 2);
    check(&sandbox, &["backups", "--config", "fifo"], 2);
}

#[test]
fn mistakes_of_usage_and_settings_are_2() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("wrong.toml", "[scan]\nvrify = 1\n");
    sandbox.write("policy.toml", "[thresholds]\nstale = 1\n");
    check(&sandbox, &["backups", "--no-such-flag"], 2);
    check(&sandbox, &["backups", "--fail-on", "info"], 2);
    check(&sandbox, &["backups", "--threads", "0"], 2);
    check(&sandbox, &["backups", "--threads", "1001"], 2);
    check(&sandbox, &["backups", "--config", "wrong.toml"], 2);
    check(&sandbox, &["backups", "--config", "gone.toml"], 2);
    check(&sandbox, &["backups", "--policy", "policy.toml"], 2);
    check(&sandbox, &["backups", "--policy", "gone.toml"], 2);
    check(&sandbox, &["backups", "--timezone", "Europe/Berln"], 2);
    check(&sandbox, &["backups", "--csv-delimiter", ";;"], 2);
    check(&sandbox, &["backups", "--csv-delimiter", "\""], 2);
    check(&sandbox, &["backups", "--csv", "-", "--json", "-"], 2);
    check(&sandbox, &["backups", "--csv", "a", "--html", "./a"], 2);
    check(&sandbox, &["backups", "--csv", "backups/a.csv"], 2);
    assert_eq!(exit_code(&sandbox.run(&["report", "gone.json"])), 2);
    assert_eq!(exit_code(&sandbox.run(&["report", "wrong.toml"])), 2);
    sandbox.write("fleet.csv", "device_name,status\n");
    let wrong = sandbox.run(&["report", "fleet.csv"]);
    assert_eq!(exit_code(&wrong), 2);
    let causes = stderr(&wrong).matches("at line 1 column 1").count();
    assert_eq!(causes, 1, "{}", stderr(&wrong));
    assert_eq!(
        exit_code(&sandbox.run(&["swap"])),
        2,
        "not built yet, so it does not exist"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn linux_has_no_standard_location_and_says_so() {
    let sandbox = Sandbox::new();
    let output = sandbox.scan(&[]);
    assert_eq!(exit_code(&output), 2);
    assert!(
        stderr(&output).contains("no standard location"),
        "{}",
        stderr(&output)
    );
    assert!(
        stderr(&output).contains("fleetback scan ROOT"),
        "{}",
        stderr(&output)
    );
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_with_130_and_touches_no_report() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let (sandbox, mut child) = blocked_at_an_output();
        send(&child, signal);
        std::thread::sleep(std::time::Duration::from_millis(200));
        // Now there is a reader, and the run goes on to find out that it was interrupted.
        let reader = std::thread::spawn({
            let pipe = sandbox.path("pipe");
            move || std::fs::read(pipe)
        });
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        drop(reader);
        assert_eq!(sandbox.read("old.csv"), "yesterday\n");
        assert_eq!(sandbox.listing(), ["backups", "home", "old.csv", "pipe"]);
    }
}

#[test]
#[cfg(unix)]
fn a_second_interrupt_ends_a_run_that_still_waits() {
    let (sandbox, mut child) = blocked_at_an_output();
    send(&child, "-INT");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(
        child.try_wait().unwrap(),
        None,
        "the first one lets it end by itself"
    );
    send(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(sandbox.read("old.csv"), "yesterday\n");
}

/// A run whose output is a FIFO that nobody reads: it surely still goes on when it is interrupted.
#[cfg(unix)]
fn blocked_at_an_output() -> (Sandbox, std::process::Child) {
    let sandbox = Sandbox::with(&[healthy(1)]);
    fleetback_testdata::disk::make_fifo(&sandbox.path("pipe")).unwrap();
    sandbox.write("old.csv", "yesterday\n");
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("fleetback"))
        .args(["scan", "backups", "--now", crate::sandbox::NOW])
        .args(["--html", "pipe", "--csv", "old.csv"])
        .current_dir(sandbox.path("."))
        .env("HOME", sandbox.path("home"))
        .spawn()
        .unwrap();
    wait_for_the_pipe(&child);
    (sandbox, child)
}

#[cfg(unix)]
fn send(child: &std::process::Child, signal: &str) {
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args([signal, &pid])
        .status();
    assert!(sent.unwrap().success());
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
    let sandbox = Sandbox::new();
    let profile = fleetback_testdata::mdm::export::restriction_profile("org.example.cis");
    let format = fleetback_testdata::plists::Format::Xml;
    let profile = fleetback_testdata::plists::encode(&profile, format).unwrap();
    sandbox.write(
        "mdm/cis.mobileconfig",
        std::str::from_utf8(&profile).unwrap(),
    );
    let output = sandbox.scan(&["--mdm", "mdm"]);
    assert_eq!(exit_code(&output), 4, "{}", stderr(&output));
    let said = stderr(&output);
    assert!(
        said.contains("found instead: cis.mobileconfig: the configuration profile org.example.cis: would set allowCloudBackup = false"),
        "{said}"
    );
}
