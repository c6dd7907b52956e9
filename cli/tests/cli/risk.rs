//! The property that a scheduler relies on: while the headline counts a device that could be lost, a scan
//! does not end with 0, unless a waiver or `--fail-on` is the reason.

use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::plists::{Format, encode};
use fleetback_testdata::rng::Rng;
use fleetback_testdata::when::at;
use serde_json::Value;

use crate::sandbox::{Sandbox, exit_code, stderr, stdout};

/// How many fleets are drawn.
const FLEETS: u64 = 40;

const COMPLETED: [&str; 6] = [
    "2026-11-20T03:30:00Z",
    "2026-11-15T04:00:00Z",
    "2026-11-10T04:00:00Z",
    "2026-06-01T04:00:00Z",
    "2027-03-01T04:00:00Z",
    "1970-01-01T00:00:00Z",
];

fn damage() -> Vec<Damage> {
    vec![
        Damage::FirstAttemptCutShort(at("2026-11-19T22:00:00Z")),
        Damage::AttemptFailed(at("2026-11-19T22:00:00Z")),
        Damage::CutShortMoving(at("2026-11-19T22:00:00Z")),
        Damage::CutShortRemoving(at("2026-11-19T22:00:00Z")),
        Damage::OldLayout,
        Damage::Plist(PlistFile::Status, PlistDamage::Missing),
        Damage::Plist(PlistFile::Status, PlistDamage::Html),
        Damage::Plist(PlistFile::Manifest, PlistDamage::ZeroBytes),
        Damage::Plist(PlistFile::Info, PlistDamage::Truncated),
        Damage::Database(DatabaseDamage::Missing),
        Damage::Database(DatabaseDamage::ZeroBytes),
        Damage::Database(DatabaseDamage::LooksEncrypted),
        Damage::Database(DatabaseDamage::NoTable),
        Damage::FilesMissing(2),
        Damage::FilesTruncated(1),
        Damage::AllFilesMissing,
        Damage::Placeholder,
        Damage::Fake,
        Damage::DecryptedCopy,
        Damage::ClockAtEpoch,
        Damage::WalBeside,
        Damage::Modified(at("2026-11-20T03:59:00Z")),
    ]
}

/// A backup as a fleet may have it: of half of them something is wrong, and some say so nowhere.
fn backup(rng: &mut Rng, seed: u64) -> BackupBuilder {
    let completed: &&str = rng.pick(&COMPLETED);
    let mut built = BackupBuilder::new(seed).completed(completed);
    if rng.chance(40.0) {
        built = built.encrypted("pw", Kdf::fast());
    } else if rng.chance(60.0) {
        built = built.damage(rng.pick(&damage()).clone());
    }
    if rng.chance(10.0) {
        built = built.archived("20260907-105238");
    }
    built
}

/// What an MDM says of a device: nothing, that iCloud Backup is off, or a date young or old.
fn answer(rng: &mut Rng, seed: u64) -> Option<Managed> {
    let ids = DeviceIds::new(seed, "iPhone12,1");
    let managed = Managed::new(seed, &ids, "iPhone").product("iPhone12,1", "18.1", "22B83");
    match rng.below(5) {
        0 => None,
        1 => Some(managed.cloud_backup(false)),
        2 => Some(managed.cloud_backup(true)),
        3 => Some(managed.last_cloud_backup(at("2026-11-19T22:00:00Z"))),
        _ => Some(managed.last_cloud_backup(at("2026-01-19T22:00:00Z"))),
    }
}

/// A fleet of one to four devices.
fn fleet(number: u64) -> Sandbox {
    let (sandbox, mut rng) = (Sandbox::new(), Rng::stream(number, "risk"));
    std::fs::create_dir(sandbox.path("backups")).unwrap();
    for device in 0..=rng.below(4) {
        let seed = number * 10 + device;
        if rng.chance(80.0) {
            let built = backup(&mut rng, seed);
            let written = built.write(&sandbox.path("backups")).unwrap();
            if rng.chance(10.0) {
                // A folder that a tool emptied. Some kinds of damage left no payload to empty.
                let _ = alter::empty_payloads(&written.path);
            }
        }
        if let Some(managed) = answer(&mut rng, seed) {
            let bytes = encode(&managed.device_information(), Format::Xml).unwrap();
            let name = format!("mdm/{device}.plist");
            sandbox.write(&name, std::str::from_utf8(&bytes).unwrap());
        }
    }
    sandbox
}

fn scan(sandbox: &Sandbox, args: &[&str]) -> (i32, Value) {
    let mdm = sandbox.path("mdm").exists();
    let mdm: &[&str] = if mdm { &["--mdm", "mdm"] } else { &[] };
    let output = sandbox.scan(&[&["backups", "--no-history", "--json", "-"], mdm, args].concat());
    let results = serde_json::from_str(&stdout(&output));
    let results = results.unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (exit_code(&output), results)
}

/// Serial numbers of the devices whose status says that they could be lost, and that are counted.
fn could_be_lost(results: &Value) -> Vec<&Value> {
    let lost = ["unknown", "failed", "never", "stale"];
    let devices = results["devices"].as_array().unwrap().iter();
    devices
        .filter(|device| lost.contains(&device["status"].as_str().unwrap()))
        .filter(|device| device["listed"] == "fleet")
        .collect()
}

#[test]
fn a_device_that_could_be_lost_never_ends_with_0() {
    let (mut lost, mut calm) = (0, 0);
    for number in 0..FLEETS {
        let (exit, results) = scan(&fleet(number), &[]);
        let at_risk = results["summary"]["at_risk"].as_u64().unwrap();
        let devices = could_be_lost(&results);
        assert_eq!(at_risk, devices.len() as u64, "fleet {number}");
        if at_risk > 0 {
            lost += 1;
            assert!([1, 3].contains(&exit), "fleet {number} ends with {exit}");
        } else {
            calm += u64::from(exit == 0);
        }
        for device in devices {
            assert_eq!(device["could_be_lost"], true, "fleet {number}");
            let first = device["findings"][0]["code"].as_str();
            assert!(
                first.is_some_and(|code| !code.starts_with("os-")),
                "fleet {number}: the first reason of {} is {first:?}",
                device["serial_number"]
            );
        }
    }
    assert!(lost >= FLEETS / 2, "{lost} fleets put it to the test");
    assert!(calm >= 1, "and {calm} had nothing to tell");
}

/// The reasons why it may end with 0 all the same.
#[test]
fn but_for_a_waiver_and_for_fail_on() {
    let stale = BackupBuilder::new(1)
        .serial("C39TEST00001")
        .encrypted("pw", Kdf::fast())
        .completed("2026-11-10T04:00:00Z");
    let sandbox = Sandbox::with(&[stale]);
    let ends = |args: &[&str]| {
        let (exit, results) = scan(&sandbox, args);
        (exit, results["summary"]["at_risk"].as_u64().unwrap())
    };
    assert_eq!(ends(&[]), (1, 1));
    assert_eq!(ends(&["--fail-on", "critical"]), (0, 1));
    assert_eq!(ends(&["--fail-on", "never"]), (0, 1));
    let waiver = "[[waiver]]\ndevice = \"C39TEST00001\"\nreason = \"in a drawer\"\n";
    sandbox.write("policy.toml", waiver);
    assert_eq!(ends(&["--policy", "policy.toml"]), (0, 0));
}
