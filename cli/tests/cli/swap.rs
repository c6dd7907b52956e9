//! `fleetback swap` at the counter: from a live look, and from the results that a scan kept.

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::feeds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::plists::{Format, encode};
use fleetback_testdata::when::at;

use crate::sandbox::{NOW, Sandbox, exit_code, fingerprint, stderr, stdout};

/// Half an hour before [`NOW`], encrypted with "pw".
fn fresh(seed: u64, serial: &str) -> BackupBuilder {
    BackupBuilder::new(seed)
        .serial(serial)
        .encrypted("pw", Kdf::fast())
        .completed("2026-11-20T03:30:00Z")
}

/// A sandbox with two phones and the password of both.
fn sandbox() -> (Sandbox, [&'static str; 2]) {
    let serials = ["C39TEST00001", "C39TEST00002"];
    let sandbox = Sandbox::with(&[fresh(1, serials[0]), fresh(2, serials[1])]);
    sandbox.write("pw.csv", "id,password\n*,pw\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(sandbox.path("pw.csv"), private).unwrap();
    }
    (sandbox, serials)
}

/// The last line says it once more.
fn verdict(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

const LIVE: [&str; 8] = [
    "--root",
    "backups",
    "--now",
    NOW,
    "--timezone",
    "UTC",
    "--host",
    "desk",
];

#[test]
fn a_live_look_checks_the_device_that_was_asked_for() {
    let (sandbox, serials) = sandbox();
    let before = fingerprint(&sandbox.path("backups"));
    let args = ["swap", serials[0], "--passwords", "pw.csv"];
    let output = sandbox.run(&[&args[..], &LIVE].concat());
    assert_eq!(exit_code(&output), 0, "{}", stdout(&output));
    assert!(
        verdict(&stdout(&output)).starts_with("READY: "),
        "{}",
        stdout(&output)
    );
    assert!(stderr(&output).is_empty(), "{}", stderr(&output));
    assert_eq!(
        before,
        fingerprint(&sandbox.path("backups")),
        "nothing below a root changes"
    );
}

#[test]
fn an_unproven_password_on_the_only_copy_blocks() {
    let (sandbox, serials) = sandbox();
    let output = sandbox.run(&[&["swap", serials[0]], &LIVE[..]].concat());
    assert_eq!(exit_code(&output), 1);
    assert!(
        verdict(&stdout(&output)).starts_with("NOT READY: "),
        "{}",
        stdout(&output)
    );
    assert!(
        stdout(&output).contains("Give the password"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_payload_that_is_missing_blocks_although_the_backup_says_finished() {
    let (sandbox, serials) = sandbox();
    let folders = std::fs::read_dir(sandbox.path("backups")).unwrap();
    for folder in folders {
        let folder = folder.unwrap().path();
        let payload = walkdir::WalkDir::new(&folder).min_depth(2).into_iter();
        let payload = payload
            .filter_map(Result::ok)
            .find(|entry| entry.file_type().is_file());
        std::fs::remove_file(payload.unwrap().path()).unwrap();
    }
    let args = ["swap", serials[0], "--passwords", "pw.csv", "--details"];
    let output = sandbox.run(&[&args[..], &LIVE].concat());
    assert_eq!(exit_code(&output), 1, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("not on disk"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn the_results_that_a_scan_kept_answer_for_a_day() {
    let (sandbox, serials) = sandbox();
    let scanned = sandbox.scan(&[
        "backups",
        "--passwords",
        "pw.csv",
        "-q",
        "--exit-zero",
        "--json",
        "all.json",
    ]);
    assert_eq!(exit_code(&scanned), 0, "{}", stderr(&scanned));
    let kept = sandbox.path("home/data/history.results.json");
    assert_eq!(
        std::fs::read(&kept).unwrap(),
        std::fs::read(sandbox.path("all.json")).unwrap()
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let ask = |now: &str| {
        let output = sandbox.run(&["swap", serials[0], "--now", now, "--timezone", "UTC"]);
        (exit_code(&output), stdout(&output))
    };
    let (exit, text) = ask(NOW);
    assert_eq!(exit, 0, "{text}");
    assert!(
        text.contains("read 0 minutes ago, 2026-11-20 04:00"),
        "{text}"
    );
    let (exit, text) = ask("2026-11-21T04:00:01Z");
    assert_eq!(exit, 3, "{text}");
    assert!(verdict(&text).starts_with("UNKNOWN: "), "{text}");
}

/// The check may be of an earlier night, which the answer says, and must have looked at sizes.
#[test]
fn a_stored_answer_says_when_and_how_deep_the_check_was() {
    let (sandbox, serials) = sandbox();
    sandbox.write("policy.toml", "[thresholds]\nswap_hours = 48\n");
    let asked_after = |now: &str, level: &str| {
        let scan = [
            "scan",
            "backups",
            "--passwords",
            "pw.csv",
            "-q",
            "--exit-zero",
        ];
        let how = ["--policy", "policy.toml", "--host", "desk", "--now", now];
        let scanned = sandbox.run(&[&scan[..], &how, &["--verify", level]].concat());
        assert_eq!(exit_code(&scanned), 0, "{}", stderr(&scanned));
        let output = sandbox.run(&["swap", serials[0], "--now", now, "--json", "-"]);
        let tickets: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let answers = tickets["swaps"][0]["answers"].as_array().unwrap().iter();
        let mut complete = answers.filter(|answer| answer["rule"] == "S2");
        let told = complete.next().unwrap()["evidence"].as_str().unwrap();
        (exit_code(&output), told.to_owned())
    };
    let (exit, told) = asked_after(NOW, "names");
    assert_eq!(exit, 3, "{told}");
    assert!(told.contains("was not looked at"), "{told}");
    let (exit, told) = asked_after(NOW, "sizes");
    assert_eq!(exit, 0, "{told}");
    assert!(told.ends_with(" ago (sizes)"), "{told}");
    let (exit, told) = asked_after("2026-11-21T03:00:00Z", "sizes");
    assert_eq!(exit, 0, "{told}");
    assert!(told.ends_with("checked 23 hours ago (sizes)"), "{told}");
}

#[test]
fn a_rehearsal_keeps_no_results_where_no_place_is_named() {
    let (sandbox, _) = sandbox();
    let mut scan = sandbox.program();
    scan.env_remove("FLEETBACK_DATA_DIR").args([
        "scan",
        "backups",
        "--now",
        NOW,
        "-q",
        "--exit-zero",
    ]);
    scan.output().unwrap();
    let kept = walkdir::WalkDir::new(sandbox.path("home"))
        .into_iter()
        .filter_map(Result::ok);
    let kept: Vec<_> = kept.filter(|entry| entry.file_type().is_file()).collect();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn without_results_it_is_said_what_to_do() {
    let output = Sandbox::new().run(&["swap", "C39TEST00001"]);
    assert_eq!(exit_code(&output), 2);
    assert!(stderr(&output).contains("--root"), "{}", stderr(&output));
    let output = Sandbox::new().run(&["swap", "C39TEST00001", "--passwords", "pw.csv"]);
    assert_eq!(exit_code(&output), 2);
    assert!(
        stderr(&output).contains("--passwords is for looking now"),
        "{}",
        stderr(&output)
    );
    assert_eq!(exit_code(&Sandbox::new().run(&["swap"])), 2);
}

#[test]
fn nobody_knows_it_and_several_fit_are_both_unknown() {
    let (sandbox, _) = sandbox();
    for device in ["C39TEST99999", ""] {
        let output = sandbox.run(&[&["swap", device], &LIVE[..]].concat());
        assert_eq!(exit_code(&output), 3, "{}", stdout(&output));
    }
}

#[test]
fn json_and_csv_say_the_same() {
    let (sandbox, serials) = sandbox();
    let outputs = [
        "--json",
        "swap.json",
        "--csv",
        "swap.csv",
        "--csv-profile",
        "raw",
    ];
    let args = [
        "swap",
        serials[0],
        serials[1],
        "--passwords",
        "pw.csv",
        "--to",
        "iPhone17,1",
        "--to-os",
        "26.1",
    ];
    let output = sandbox.run(&[&args[..], &LIVE, &outputs].concat());
    assert_eq!(
        exit_code(&output),
        3,
        "no capacity was named: {}",
        stderr(&output)
    );
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("swap.json")).unwrap();
    assert_eq!(json["summary"]["verdicts"]["unknown"], 2);
    assert_eq!(json["swaps"][1]["device"]["serial_number"], serials[1]);
    let rows = sandbox.read("swap.csv");
    assert_eq!(
        rows.lines()
            .filter(|row| row.starts_with("unknown,"))
            .count(),
        2,
        "{rows}"
    );
}

#[test]
fn after_the_swap_what_must_be_kept_is_said() {
    let (sandbox, serials) = sandbox();
    let args = [
        "swap",
        serials[0],
        "--to",
        serials[1],
        "--after",
        "--passwords",
        "pw.csv",
    ];
    let output = sandbox.run(&[&args[..], &LIVE].concat());
    assert_eq!(
        exit_code(&output),
        1,
        "as old as the old one: {}",
        stdout(&output)
    );
    assert!(
        stdout(&output).starts_with("KEEP: 1 old backup of "),
        "{}",
        stdout(&output)
    );
    let nobody = sandbox.run(&[&["swap", serials[0], "--after"], &LIVE[..]].concat());
    assert_eq!(exit_code(&nobody), 3, "{}", stdout(&nobody));
}

/// The plan of the two phones of [`sandbox`], an unknown device and a row that cannot be used.
const PLAN: &str = "Old serial;New type;New OS;New capacity;User;Date\n\
    C39TEST00001;iPhone 17;26.1;256;Ada;2026-12-01\n\
    C39TEST00002;iPhone 17;26.1;256;Bo;03/04/2027\n\
    C39TEST00009;iPhone 17;26.1;256;Cy;2026-12-02\n";

#[test]
fn a_plan_is_asked_row_by_row() {
    let (sandbox, serials) = sandbox();
    sandbox.write("plan.csv", PLAN);
    let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
    let output = sandbox.run(&[&args[..], &LIVE].concat());
    assert_eq!(
        exit_code(&output),
        3,
        "nobody knows one: {}",
        stdout(&output)
    );
    let text = stdout(&output);
    for words in [
        "3 devices: 2 ready; 1 unknown",
        "on 2026-12-01, for Ada, into iPhone 17",
        "the day of the plan could not be read",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(
        stderr(&output).contains("line 3: not a date, or a date that can be read in two ways"),
        "{}",
        stderr(&output)
    );
    let json = sandbox.run(&[&args[..], &LIVE, &["--json", "-"]].concat());
    let json: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    let swap = &json["swaps"][0];
    assert_eq!(swap["device"]["serial_number"], serials[0]);
    assert_eq!(
        (&swap["plan_line"], &swap["planned"], &swap["user"]),
        (&2.into(), &"2026-12-01".into(), &"Ada".into())
    );
    assert_eq!(json["plan"]["swaps"], 3);
}

#[test]
fn a_plan_makes_a_workbook() {
    let (sandbox, serials) = sandbox();
    sandbox.write("plan.csv", PLAN);
    let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
    let outputs = ["--xlsx", "out.xlsx"];
    let output = sandbox.run(&[&args[..], &LIVE, &outputs].concat());
    assert_eq!(exit_code(&output), 3, "as without: {}", stderr(&output));
    let bytes = std::fs::read(sandbox.path("out.xlsx")).unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"), "a workbook is a zip");
    let piped = sandbox.run(&[&args[..], &LIVE, &["--xlsx", "-"]].concat());
    assert!(piped.stdout.starts_with(b"PK\x03\x04"));

    let after = ["swap", serials[0], "--after", "--xlsx", "after.xlsx"];
    let output = sandbox.run(&[&after[..], &LIVE].concat());
    assert_eq!(exit_code(&output), 2, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("cannot be used with"),
        "{}",
        stderr(&output)
    );
    assert!(!sandbox.path("after.xlsx").exists());
    let output = sandbox.run(&[&args[..], &LIVE, &["--xlsx", "plan.csv"]].concat());
    assert_eq!(exit_code(&output), 2, "{}", stderr(&output));
    assert_eq!(
        sandbox.read("plan.csv"),
        PLAN,
        "the plan is never written over"
    );
}

#[test]
fn a_row_that_nobody_was_asked_about_is_never_all_ready() {
    let (sandbox, _) = sandbox();
    let ask = |plan: &str| {
        sandbox.write("plan.csv", plan);
        let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
        let output = sandbox.run(&[&args[..], &LIVE].concat());
        (exit_code(&output), stdout(&output))
    };
    assert_eq!(ask("serial,user\nC39TEST00001,Ada\n").0, 0);
    let (exit, text) = ask("serial,user\nC39TEST00001,Ada\n3.5E+14,Bo\n");
    assert_eq!(exit, 3, "{text}");
    assert!(
        text.contains("1 row of the plan could not be used"),
        "{text}"
    );
    assert_eq!(ask("serial,user\n").0, 3, "a plan of nothing asks nothing");
}

#[test]
fn what_is_no_plan_asks_nothing() {
    let (sandbox, _) = sandbox();
    let refused = |args: &[&str], words: &str| {
        let output = sandbox.run(&[&["swap"], args, &LIVE[..]].concat());
        assert_eq!(exit_code(&output), 2, "{}", stdout(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    };
    sandbox.write("plan.csv", "C39TEST00001,Ada,2026-12-01\n");
    refused(&["--plan", "plan.csv"], "the old devices in the first row");
    refused(&["--plan", "nowhere.csv"], "no such file");
    refused(
        &["--plan", "plan.csv", "C39TEST00001"],
        "cannot be used with",
    );
    sandbox.write("plan.csv", PLAN);
    refused(&["--plan", "plan.csv", "--csv", "plan.csv"], "lies inside");
}

#[test]
fn after_the_swap_a_plan_names_old_new_and_day() {
    let (sandbox, serials) = sandbox();
    sandbox.write(
        "plan.csv",
        &format!("old,new,date\n{},{},2026-11-18\n", serials[0], serials[1]),
    );
    let args = [
        "swap",
        "--plan",
        "plan.csv",
        "--after",
        "--passwords",
        "pw.csv",
    ];
    let output = sandbox.run(&[&args[..], &LIVE].concat());
    assert_eq!(
        exit_code(&output),
        1,
        "as old as the old one: {}",
        stdout(&output)
    );
    let text = stdout(&output);
    assert!(text.contains("Planned for   2026-11-18"), "{text}");
    assert!(text.contains("1 swap: 1 keep"), "{text}");
}

/// Known only to the MDM, only by a backup, to both in contradiction, and to neither: READY, WITH LOSSES,
/// READY, NOT READY and UNKNOWN, each with a reason of its own.
#[test]
fn four_ways_to_be_known_are_four_answers() {
    let (sandbox, serials) = sandbox();
    let only_mdm = DeviceIds::new(9, "iPhone12,1");
    let other_serial = DeviceIds {
        serial: "C39TEST00007".to_owned(),
        imei: None,
        ..fresh(2, serials[1]).device()
    };
    for (name, numbers) in [("alone", &only_mdm), ("contradicts", &other_serial)] {
        let managed = Managed::new(9, numbers, name).last_cloud_backup(at("2026-11-20T03:00:00Z"));
        let answer = encode(&managed.device_information(), Format::Xml).unwrap();
        let text = String::from_utf8(answer).unwrap();
        sandbox.write(&format!("mdm/{name}.plist"), &text);
    }
    let ask = |device: &str| {
        let args = ["swap", device, "--passwords", "pw.csv", "--mdm", "mdm"];
        let output = sandbox.run(&[&args[..], &LIVE].concat());
        let text = stdout(&output);
        let verdict = verdict(&text).split(": ").next().unwrap_or_default();
        (verdict.to_owned(), text.clone())
    };
    let answers = [
        &only_mdm.serial,
        serials[0],
        &other_serial.udid,
        "C39TEST99999",
    ]
    .map(ask);
    let verdicts = answers.each_ref().map(|(verdict, _)| verdict.as_str());
    let want = ["READY, WITH LOSSES", "READY", "NOT READY", "UNKNOWN"];
    assert_eq!(verdicts, want, "{answers:?}");
    let words = [
        "Passwords saved in an iCloud backup",
        "(encrypted, on ",
        "The evidence contradicts itself",
        "No backup, MDM document or inventory",
    ];
    for ((_, reason), words) in answers.iter().zip(words) {
        assert!(reason.contains(words), "{words} is not in {reason}");
    }
}

#[test]
fn the_nightly_run_raises_what_is_to_be_swapped_soon() {
    let (sandbox, serials) = sandbox();
    let table = format!(
        "serial,planned swap\n{},2026-11-23\n{},2026-11-24\n",
        serials[0], serials[1]
    );
    sandbox.write("inventory.csv", &table);
    let found = |passwords: &[&str]| {
        let args = [
            "backups",
            "--inventory",
            "inventory.csv",
            "-q",
            "--json",
            "all.json",
        ];
        let output = sandbox.scan(&[&args[..], passwords].concat());
        let all: serde_json::Value = serde_json::from_str(&sandbox.read("all.json")).unwrap();
        let devices = all["devices"].as_array().unwrap().clone();
        let planned = devices.iter().flat_map(|device| {
            let findings = device["findings"].as_array().unwrap();
            let planned = findings.iter().filter(|one| one["code"] == "swap-planned");
            planned.map(|one| {
                let text = one["evidence"][0]["text"].as_str().unwrap();
                format!("{} {} {text}", device["serial_number"], one["severity"])
            })
        });
        (exit_code(&output), planned.collect::<Vec<_>>())
    };
    let (exit, ready) = found(&["--passwords", "pw.csv"]);
    assert_eq!(
        exit, 0,
        "a planned swap of a device that is ready is no alarm"
    );
    assert_eq!(ready.len(), 1, "{ready:?}");
    assert!(
        ready[0].starts_with("\"C39TEST00001\" \"info\" swap on 2026-11-23: READY ("),
        "{ready:?}"
    );
    let (_, not_ready) = found(&[]);
    assert!(
        not_ready[0].starts_with(
            "\"C39TEST00001\" \"warning\" swap on 2026-11-23: NOT READY (no password is proven"
        ),
        "{not_ready:?}"
    );
}

#[test]
fn a_list_of_releases_tells_what_the_new_model_runs() {
    let (sandbox, serials) = sandbox();
    let ask = |more: &[&str]| {
        let args = ["swap", serials[0], "--passwords", "pw.csv"];
        let to = ["--to-type", "iPhone99,9", "--to-capacity", "256"];
        exit_code(&sandbox.run(&[&args[..], &to, &LIVE, more].concat()))
    };
    assert_eq!(ask(&[]), 3, "the built-in list knows no such model");
    let listed = ("26.1", "2026-11-01", Some(&["iPhone99,9"][..]));
    sandbox.write("gdmf.json", &feeds::gdmf(&[listed], &[listed]).to_string());
    assert_eq!(ask(&["--os-feed", "gdmf.json"]), 0);
    let output = sandbox.run(&[
        "swap",
        serials[0],
        "--json",
        "gdmf.json",
        "--os-feed",
        "gdmf.json",
        "--root",
        "backups",
    ]);
    assert_eq!(
        exit_code(&output),
        2,
        "no file that is read is written over"
    );
}
