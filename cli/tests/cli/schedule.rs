//! The job of every night: what each scheduler would read, and on Linux a real one that takes it.

use std::process::Command;

use crate::sandbox::{Sandbox, exit_code, stderr, stdout};

/// A program and settings whose paths every scheduler has to quote.
const JOB: &[&str] = &[
    "--program",
    "/opt/fleet back/fleetback",
    "--config",
    "settings/fleetback.toml",
    "--at",
    "23:50",
    "--spread",
    "0",
];

fn with_settings() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "settings/fleetback.toml",
        "[scan]\nroots = [\"/srv/backups\"]\n",
    );
    sandbox
}

#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], exit: i32, words: &[&str]) {
    let output = sandbox.run(&[&["schedule"], args].concat());
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(exit_code(&output), exit, "{args:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{args:?}: no {word:?} in {said}");
    }
}

#[test]
fn every_scheduler_gets_the_program_the_settings_and_the_time() {
    let sandbox = with_settings();
    let print = |scheduler: &str, words: &[&str]| {
        check(
            &sandbox,
            &[&["print", "--scheduler", scheduler], JOB].concat(),
            0,
            words,
        );
    };
    print(
        "systemd",
        &[
            "ExecStart=\"/opt/fleet back/fleetback\" scan --config \"",
            "OnCalendar=*-*-* 23:50:00",
            "Persistent=true",
            "Nice=10",
            "then run: systemctl enable --now fleetback.timer",
        ],
    );
    print(
        "launchd",
        &[
            "<string>/opt/fleet back/fleetback</string>",
            "<key>Hour</key>\n\t\t<integer>23</integer>\n\t\t<key>Minute</key>\n\t\t<integer>50</integer>",
            "<key>StandardErrorPath</key>",
            "<key>LowPriorityIO</key>",
            "to be kept as /Library/LaunchDaemons/org.fleetback.scan.plist",
        ],
    );
    print(
        "task-scheduler",
        &[
            "<StartBoundary>2026-01-01T23:50:00</StartBoundary>",
            "/d /s /c &quot;&quot;/opt/fleet back/fleetback&quot; scan --config &quot;",
            "<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
            "<StartWhenAvailable>true</StartWhenAvailable>",
        ],
    );
}

#[test]
fn a_property_list_is_read_back_as_it_was_meant() {
    let sandbox = with_settings();
    let output = sandbox.run(
        &[
            &[
                "schedule",
                "print",
                "--scheduler",
                "launchd",
                "--run-as",
                "backup & co",
            ],
            JOB,
        ]
        .concat(),
    );
    let job: plist::Dictionary = plist::from_bytes(&output.stdout).unwrap();
    let arguments: Vec<_> = job["ProgramArguments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_string().unwrap())
        .collect();
    let settings = sandbox.path("settings/fleetback.toml");
    assert_eq!(
        arguments,
        [
            "/opt/fleet back/fleetback",
            "scan",
            "--config",
            settings.to_str().unwrap()
        ]
    );
    assert_eq!(job["UserName"].as_string(), Some("backup & co"));
    assert_eq!(job["Umask"].as_unsigned_integer(), Some(0o027));
}

#[test]
fn hosts_without_a_random_delay_start_at_their_own_minute() {
    let sandbox = with_settings();
    let minutes = |spread: &str| {
        let args = [
            "schedule",
            "print",
            "--scheduler",
            "launchd",
            "--at",
            "05:00",
            "--spread",
            spread,
        ];
        let output = sandbox.run(&[&args[..], &["--config", "settings/fleetback.toml"]].concat());
        let job: plist::Dictionary = plist::from_bytes(&output.stdout).unwrap();
        let start = job["StartCalendarInterval"]
            .as_dictionary()
            .unwrap()
            .clone();
        start["Hour"].as_unsigned_integer().unwrap() * 60
            + start["Minute"].as_unsigned_integer().unwrap()
    };
    assert_eq!(minutes("0"), 300);
    assert!((300..=320).contains(&minutes("20")));
    assert_eq!(minutes("20"), minutes("20"), "the same every night");
}

#[test]
fn what_cannot_be_scheduled_is_told_and_nothing_is_written() {
    let sandbox = with_settings();
    check(
        &Sandbox::new(),
        &["print", "--scheduler", "systemd"],
        2,
        &["there is no fleetback.toml", "config init"],
    );
    check(
        &sandbox,
        &["print", "--at", "25:00"],
        2,
        &["write hours and minutes"],
    );
    check(
        &sandbox,
        &["print", "--scheduler", "cron"],
        2,
        &["systemd, launchd, task-scheduler"],
    );
    check(
        &sandbox,
        &[&["print", "--user", "--run-as", "x"], JOB].concat(),
        2,
        &["--user or --run-as"],
    );
    let percent = [
        "print",
        "--scheduler",
        "task-scheduler",
        "--program",
        r"C:\100%\fleetback.exe",
    ];
    check(
        &sandbox,
        &[&percent[..], &["--config", "settings/fleetback.toml"]].concat(),
        2,
        &["without % and quotes"],
    );
    let other = if cfg!(windows) {
        "systemd"
    } else {
        "task-scheduler"
    };
    check(
        &sandbox,
        &[&["install", "--scheduler", other], JOB].concat(),
        2,
        &["is not this system's scheduler"],
    );
}

/// systemctl as it is installed works on the tree of an image: no simulation.
fn has_systemd() -> bool {
    cfg!(target_os = "linux") && Command::new("systemctl").arg("--version").output().is_ok()
}

#[test]
fn systemd_takes_a_job_and_gives_it_back() {
    if !has_systemd() {
        println!("skipped: no systemctl here");
        return;
    }
    let sandbox = with_settings();
    let image = ["--root", "image"];
    let folder = sandbox.path("image/etc/systemd/system");
    let wanted = folder.join("timers.target.wants/fleetback.timer");
    check(
        &sandbox,
        &[&["status"], &image[..]].concat(),
        1,
        &["not installed"],
    );
    for _ in 0..2 {
        check(
            &sandbox,
            &[&["install"], &image[..], JOB].concat(),
            0,
            &[
                "every night at 23:50",
                "wrote image/etc/systemd/system/fleetback.timer",
            ],
        );
        assert!(wanted.is_symlink(), "the timer is switched on");
    }
    check(
        &sandbox,
        &[&["status"], &image[..]].concat(),
        0,
        &["installed:"],
    );
    check(
        &sandbox,
        &[&["remove"], &image[..]].concat(),
        0,
        &["removed image/etc/systemd/system/fleetback.service"],
    );
    assert!(!wanted.is_symlink(), "the timer is switched off");
    let left: Vec<_> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .collect();
    assert!(left.is_empty(), "{left:?}");
    check(
        &sandbox,
        &[&["remove"], &image[..]].concat(),
        0,
        &["nothing was installed"],
    );
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    if !has_systemd() {
        println!("skipped: no systemctl here");
        return;
    }
    let sandbox = with_settings();
    let program = assert_cmd::cargo::cargo_bin!("fleetback");
    let args = [
        "install",
        "--root",
        "image",
        "--config",
        "settings/fleetback.toml",
        "--run-as",
        "daemon",
        "--program",
    ];
    check(
        &sandbox,
        &[&args[..], &[program.to_str().unwrap()]].concat(),
        0,
        &[],
    );
    let folder = sandbox.path("image/etc/systemd/system");
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args([
            folder.join("fleetback.service"),
            folder.join("fleetback.timer"),
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&verify.stderr), "", "{verify:?}");
    assert!(verify.status.success());
}

#[test]
fn a_unit_of_another_hand_is_left_alone() {
    if !has_systemd() {
        println!("skipped: no systemctl here");
        return;
    }
    let sandbox = with_settings();
    let unit = "image/etc/systemd/system/fleetback.service";
    sandbox.write(unit, "[Service]\nExecStart=/bin/true\n");
    for verb in ["install", "remove"] {
        let job: &[&str] = if verb == "install" { JOB } else { &[] };
        check(
            &sandbox,
            &[&[verb, "--root", "image"], job].concat(),
            2,
            &["was not made by `fleetback schedule`"],
        );
        assert_eq!(sandbox.read(unit), "[Service]\nExecStart=/bin/true\n");
    }
}
