//! `fleetback swap` at the counter: from a live look, and from the results that a scan kept.

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::feeds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::plists::{Format, encode};
use fleetback_testdata::when::at;

use crate::desk::{Desk, NOW, code, fingerprint, printed, said};

/// Half an hour before [`NOW`], encrypted with "pw".
fn fresh(seed: u64, serial: &str) -> BackupBuilder {
    BackupBuilder::new(seed)
        .serial(serial)
        .encrypted("pw", Kdf::fast())
        .completed("2026-11-20T03:30:00Z")
}

/// A desk with two phones and the password of both.
fn desk() -> (Desk, [&'static str; 2]) {
    let serials = ["C39TEST00001", "C39TEST00002"];
    let desk = Desk::with(&[fresh(1, serials[0]), fresh(2, serials[1])]);
    desk.write("pw.csv", "id,password\n*,pw\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(desk.path("pw.csv"), private).unwrap();
    }
    (desk, serials)
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
    let (desk, serials) = desk();
    let before = fingerprint(&desk.path("backups"));
    let args = ["swap", serials[0], "--passwords", "pw.csv"];
    let output = desk.run(&[&args[..], &LIVE].concat());
    assert_eq!(code(&output), 0, "{}", printed(&output));
    assert!(
        printed(&output).starts_with("READY: "),
        "{}",
        printed(&output)
    );
    assert!(said(&output).is_empty(), "{}", said(&output));
    assert_eq!(
        before,
        fingerprint(&desk.path("backups")),
        "nothing below a root changes"
    );
}

#[test]
fn an_unproven_password_on_the_only_copy_blocks() {
    let (desk, serials) = desk();
    let output = desk.run(&[&["swap", serials[0]], &LIVE[..]].concat());
    assert_eq!(code(&output), 1);
    assert!(
        printed(&output).starts_with("NOT READY: "),
        "{}",
        printed(&output)
    );
    assert!(
        printed(&output).contains("Give the password"),
        "{}",
        printed(&output)
    );
}

#[test]
fn a_payload_that_is_missing_blocks_although_the_backup_says_finished() {
    let (desk, serials) = desk();
    let folders = std::fs::read_dir(desk.path("backups")).unwrap();
    for folder in folders {
        let folder = folder.unwrap().path();
        let payload = walkdir::WalkDir::new(&folder).min_depth(2).into_iter();
        let payload = payload
            .filter_map(Result::ok)
            .find(|entry| entry.file_type().is_file());
        std::fs::remove_file(payload.unwrap().path()).unwrap();
    }
    let args = ["swap", serials[0], "--passwords", "pw.csv"];
    let output = desk.run(&[&args[..], &LIVE].concat());
    assert_eq!(code(&output), 1, "{}", printed(&output));
    assert!(
        printed(&output).contains("not on disk"),
        "{}",
        printed(&output)
    );
}

#[test]
fn the_results_that_a_scan_kept_answer_for_a_day() {
    let (desk, serials) = desk();
    let scanned = desk.scan(&[
        "backups",
        "--passwords",
        "pw.csv",
        "-q",
        "--exit-zero",
        "--json",
        "all.json",
    ]);
    assert_eq!(code(&scanned), 0, "{}", said(&scanned));
    let kept = desk.path("home/data/history.results.json");
    assert_eq!(
        std::fs::read(&kept).unwrap(),
        std::fs::read(desk.path("all.json")).unwrap()
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
        let output = desk.run(&["swap", serials[0], "--now", now, "--timezone", "UTC"]);
        (code(&output), printed(&output))
    };
    let (exit, text) = ask(NOW);
    assert_eq!(exit, 0, "{text}");
    assert!(
        text.contains("history.results.json, read 0 minutes ago"),
        "{text}"
    );
    let (exit, text) = ask("2026-11-21T04:00:01Z");
    assert_eq!(exit, 3, "{text}");
    assert!(text.starts_with("UNKNOWN: "), "{text}");
}

#[test]
fn a_rehearsal_keeps_no_results_where_no_place_is_named() {
    let (desk, _) = desk();
    let mut scan = desk.program();
    scan.env_remove("FLEETBACK_DATA_DIR").args([
        "scan",
        "backups",
        "--now",
        NOW,
        "-q",
        "--exit-zero",
    ]);
    scan.output().unwrap();
    let kept = walkdir::WalkDir::new(desk.path("home"))
        .into_iter()
        .filter_map(Result::ok);
    let kept: Vec<_> = kept.filter(|entry| entry.file_type().is_file()).collect();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn without_results_it_is_said_what_to_do() {
    let output = Desk::new().run(&["swap", "C39TEST00001"]);
    assert_eq!(code(&output), 2);
    assert!(said(&output).contains("--root"), "{}", said(&output));
    let output = Desk::new().run(&["swap", "C39TEST00001", "--passwords", "pw.csv"]);
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("--passwords is for looking now"),
        "{}",
        said(&output)
    );
    assert_eq!(code(&Desk::new().run(&["swap"])), 2);
}

#[test]
fn nobody_knows_it_and_several_fit_are_both_unknown() {
    let (desk, _) = desk();
    for device in ["C39TEST99999", ""] {
        let output = desk.run(&[&["swap", device], &LIVE[..]].concat());
        assert_eq!(code(&output), 3, "{}", printed(&output));
    }
}

#[test]
fn json_and_csv_say_the_same() {
    let (desk, serials) = desk();
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
    let output = desk.run(&[&args[..], &LIVE, &outputs].concat());
    assert_eq!(code(&output), 3, "no capacity was named: {}", said(&output));
    let json: serde_json::Value = serde_json::from_str(&desk.read("swap.json")).unwrap();
    assert_eq!(json["summary"]["verdicts"]["unknown"], 2);
    assert_eq!(json["swaps"][1]["device"]["serial_number"], serials[1]);
    let rows = desk.read("swap.csv");
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
    let (desk, serials) = desk();
    let args = [
        "swap",
        serials[0],
        "--to",
        serials[1],
        "--after",
        "--passwords",
        "pw.csv",
    ];
    let output = desk.run(&[&args[..], &LIVE].concat());
    assert_eq!(
        code(&output),
        1,
        "as old as the old one: {}",
        printed(&output)
    );
    assert!(
        printed(&output).starts_with("KEEP: 1 old backup of "),
        "{}",
        printed(&output)
    );
    let nobody = desk.run(&[&["swap", serials[0], "--after"], &LIVE[..]].concat());
    assert_eq!(code(&nobody), 3, "{}", printed(&nobody));
}

/// The plan of the two phones of [`desk`], a stranger and a row that cannot be used.
const PLAN: &str = "Old serial;New type;New OS;New capacity;User;Date\n\
    C39TEST00001;iPhone 17;26.1;256;Ada;2026-12-01\n\
    C39TEST00002;iPhone 17;26.1;256;Bo;03/04/2027\n\
    C39TEST00009;iPhone 17;26.1;256;Cy;2026-12-02\n";

#[test]
fn a_plan_is_asked_row_by_row() {
    let (desk, serials) = desk();
    desk.write("plan.csv", PLAN);
    let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
    let output = desk.run(&[&args[..], &LIVE].concat());
    assert_eq!(code(&output), 3, "nobody knows one: {}", printed(&output));
    let text = printed(&output);
    for words in [
        "3 devices: 2 ready; 1 unknown",
        "on 2026-12-01, for Ada, into iPhone 17",
        "the day of the plan could not be read",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(
        said(&output).contains("line 3: something that is no day"),
        "{}",
        said(&output)
    );
    let json = desk.run(&[&args[..], &LIVE, &["--json", "-"]].concat());
    let json: serde_json::Value = serde_json::from_str(&printed(&json)).unwrap();
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
    let (desk, serials) = desk();
    desk.write("plan.csv", PLAN);
    let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
    let outputs = ["--xlsx", "out.xlsx"];
    let output = desk.run(&[&args[..], &LIVE, &outputs].concat());
    assert_eq!(code(&output), 3, "as without: {}", said(&output));
    let bytes = std::fs::read(desk.path("out.xlsx")).unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"), "a workbook is a zip");
    let piped = desk.run(&[&args[..], &LIVE, &["--xlsx", "-"]].concat());
    assert!(piped.stdout.starts_with(b"PK\x03\x04"));

    let after = ["swap", serials[0], "--after", "--xlsx", "after.xlsx"];
    let output = desk.run(&[&after[..], &LIVE].concat());
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert!(
        said(&output).contains("cannot be used with"),
        "{}",
        said(&output)
    );
    assert!(!desk.path("after.xlsx").exists());
    let output = desk.run(&[&args[..], &LIVE, &["--xlsx", "plan.csv"]].concat());
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert_eq!(
        desk.read("plan.csv"),
        PLAN,
        "the plan is never written over"
    );
}

#[test]
fn a_row_that_nobody_was_asked_about_is_never_all_ready() {
    let (desk, _) = desk();
    let ask = |plan: &str| {
        desk.write("plan.csv", plan);
        let args = ["swap", "--plan", "plan.csv", "--passwords", "pw.csv"];
        let output = desk.run(&[&args[..], &LIVE].concat());
        (code(&output), printed(&output))
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
    let (desk, _) = desk();
    let refused = |args: &[&str], words: &str| {
        let output = desk.run(&[&["swap"], args, &LIVE[..]].concat());
        assert_eq!(code(&output), 2, "{}", printed(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    };
    desk.write("plan.csv", "C39TEST00001,Ada,2026-12-01\n");
    refused(&["--plan", "plan.csv"], "the old devices in the first row");
    refused(&["--plan", "nowhere.csv"], "no such file");
    refused(
        &["--plan", "plan.csv", "C39TEST00001"],
        "cannot be used with",
    );
    desk.write("plan.csv", PLAN);
    refused(&["--plan", "plan.csv", "--csv", "plan.csv"], "lies inside");
}

#[test]
fn after_the_swap_a_plan_names_old_new_and_day() {
    let (desk, serials) = desk();
    desk.write(
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
    let output = desk.run(&[&args[..], &LIVE].concat());
    assert_eq!(
        code(&output),
        1,
        "as old as the old one: {}",
        printed(&output)
    );
    let text = printed(&output);
    assert!(text.contains("Planned for   2026-11-18"), "{text}");
    assert!(text.contains("1 swap: 1 keep"), "{text}");
}

/// Known only to the MDM, only by a backup, to both in contradiction, and to nobody: READY, WITH LOSSES,
/// READY, NOT READY and UNKNOWN, each with a reason of its own.
#[test]
fn four_ways_to_be_known_are_four_answers() {
    let (desk, serials) = desk();
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
        desk.write(&format!("mdm/{name}.plist"), &text);
    }
    let ask = |device: &str| {
        let args = ["swap", device, "--passwords", "pw.csv", "--mdm", "mdm"];
        let output = desk.run(&[&args[..], &LIVE].concat());
        let text = printed(&output);
        let lines: Vec<_> = text.lines().take(2).map(str::to_owned).collect();
        let verdict = lines[0].split(": ").next().unwrap_or_default().to_owned();
        (verdict, lines[1].trim().to_owned())
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
        "passwords saved in an iCloud backup",
        "the encrypted backup on",
        "the evidence contradicts itself",
        "no backup, no MDM document and no inventory",
    ];
    for ((_, reason), words) in answers.iter().zip(words) {
        assert!(reason.contains(words), "{words} is not in {reason}");
    }
}

#[test]
fn the_nightly_run_raises_what_is_to_be_swapped_soon() {
    let (desk, serials) = desk();
    let table = format!(
        "serial,planned swap\n{},2026-11-23\n{},2026-11-24\n",
        serials[0], serials[1]
    );
    desk.write("inventory.csv", &table);
    let found = |passwords: &[&str]| {
        let args = [
            "backups",
            "--inventory",
            "inventory.csv",
            "-q",
            "--json",
            "all.json",
        ];
        let output = desk.scan(&[&args[..], passwords].concat());
        let all: serde_json::Value = serde_json::from_str(&desk.read("all.json")).unwrap();
        let devices = all["devices"].as_array().unwrap().clone();
        let planned = devices.iter().flat_map(|device| {
            let findings = device["findings"].as_array().unwrap();
            let planned = findings.iter().filter(|one| one["code"] == "swap-planned");
            planned.map(|one| {
                let text = one["evidence"][0]["text"].as_str().unwrap();
                format!("{} {} {text}", device["serial_number"], one["severity"])
            })
        });
        (code(&output), planned.collect::<Vec<_>>())
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
            "\"C39TEST00001\" \"warning\" swap on 2026-11-23: NOT READY (nobody has proven"
        ),
        "{not_ready:?}"
    );
}

#[test]
fn a_list_of_releases_tells_what_the_new_model_runs() {
    let (desk, serials) = desk();
    let ask = |more: &[&str]| {
        let args = ["swap", serials[0], "--passwords", "pw.csv"];
        let to = ["--to-type", "iPhone99,9", "--to-capacity", "256"];
        code(&desk.run(&[&args[..], &to, &LIVE, more].concat()))
    };
    assert_eq!(ask(&[]), 3, "the built-in list knows no such model");
    let listed = ("26.1", "2026-11-01", Some(&["iPhone99,9"][..]));
    desk.write("gdmf.json", &feeds::gdmf(&[listed], &[listed]).to_string());
    assert_eq!(ask(&["--os-feed", "gdmf.json"]), 0);
    let output = desk.run(&[
        "swap",
        serials[0],
        "--json",
        "gdmf.json",
        "--os-feed",
        "gdmf.json",
        "--root",
        "backups",
    ]);
    assert_eq!(code(&output), 2, "no file that is read is written over");
}
