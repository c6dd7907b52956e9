//! What is checked in is what `make-fleet` writes, and what people wrote beside it fits.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fleetback_testdata::disk::{files_below, read};
use fleetback_testdata::fleet::checked_in::FLEETS;
use fleetback_testdata::fleet::demo;
use fleetback_testdata::mdm::answer::SECRETS;
use serde_json::Value;

const GENERATED: [&str; 3] = ["backups", "mdm", "inventory.csv"];

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(path: &Path) -> String {
    String::from_utf8(read(path).unwrap()).unwrap()
}

/// Every generated file below `root`, by its path from there.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let generated = |name: &Path| GENERATED.iter().any(|part| name.starts_with(part));
    let files = files_below(root).unwrap();
    let named = files
        .iter()
        .map(|path| (path.strip_prefix(root).unwrap().to_owned(), path));
    named
        .filter(|(name, _)| generated(name))
        .map(|(name, path)| (name, read(path).unwrap()))
        .collect()
}

/// Fails with the names of files that differ, or that only one side has.
fn check(written: &Path, checked_in: &Path, command: &str) {
    let (written, kept) = (contents(written), contents(checked_in));
    let names: BTreeSet<&PathBuf> = written.keys().chain(kept.keys()).collect();
    let differ = names
        .into_iter()
        .filter(|name| written.get(*name) != kept.get(*name));
    let differ: Vec<&PathBuf> = differ.collect();
    let where_to = checked_in.display();
    assert!(
        differ.is_empty(),
        "{where_to}: run `make-fleet {command}` again: {differ:#?}"
    );
    assert!(!written.is_empty(), "{where_to}: nothing was written");
}

#[test]
fn the_demo_is_what_make_fleet_writes() {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    check(folder.path(), &here("demo"), "demo --out testdata/demo");
}

#[test]
fn the_fleets_are_what_make_fleet_writes() {
    for fleet in FLEETS {
        let folder = tempfile::tempdir().unwrap();
        fleet.write(folder.path()).unwrap();
        check(
            folder.path(),
            &here("fleets").join(fleet.name),
            "fleets --out testdata/fleets",
        );
    }
}

#[test]
fn every_folder_of_fleets_is_a_fleet() {
    let folders = std::fs::read_dir(here("fleets")).unwrap();
    let folders: BTreeSet<String> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let fleets: BTreeSet<String> = FLEETS.iter().map(|fleet| fleet.name.to_owned()).collect();
    assert_eq!(folders, fleets);
}

/// The keys of an expected.json, as testdata/README.md explains them.
const ROOT_KEYS: &[&str] = &[
    "any_finding",
    "devices",
    "never_in_output",
    "now",
    "problems",
    "problems_not",
    "unmatched",
    "why",
];
const DEVICE_KEYS: &[&str] = &[
    "age_days",
    "backups",
    "device_name",
    "exact",
    "findings",
    "findings_not",
    "fixes",
    "likely_fix",
    "likely_fix_not",
    "serial_number",
    "severity",
    "status",
    "status_not",
];
const BACKUP_KEYS: &[&str] = &[
    "archived",
    "completed_at",
    "encrypted",
    "files",
    "folder_name",
    "kind_of_host_tool",
    "password",
    "restorable",
    "restorable_not",
    "state",
    "status_date",
];

fn known(value: &Value, keys: &[&str], name: &str) {
    let strange = value
        .as_object()
        .unwrap()
        .keys()
        .find(|key| !keys.contains(&key.as_str()));
    assert_eq!(strange, None, "{name}");
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// A misspelt key would silently expect nothing.
#[test]
fn every_expectation_is_of_its_fleet_and_spelt_right() {
    for fleet in FLEETS {
        let folder = here("fleets").join(fleet.name);
        let expected: Value = serde_json::from_str(&text(&folder.join("expected.json"))).unwrap();
        known(&expected, ROOT_KEYS, fleet.name);
        assert_eq!(expected["now"], demo::NOW, "{}", fleet.name);
        assert!(
            expected["why"].as_str().unwrap().len() > 20,
            "{}",
            fleet.name
        );

        let evidence = contents(&folder);
        for device in list(&expected, "devices") {
            known(device, DEVICE_KEYS, fleet.name);
            list(device, "backups").for_each(|backup| known(backup, BACKUP_KEYS, fleet.name));
            let backups = evidence
                .keys()
                .filter(|path| path.starts_with("backups"))
                .count();
            let none = device["backups"].as_array().is_some_and(Vec::is_empty);
            assert!(
                !none || backups == 0 || list(&expected, "devices").count() > 1,
                "{}",
                fleet.name
            );
        }
    }
}

#[test]
fn the_secrets_that_must_not_leak_lie_in_the_fleet_of_secrets() {
    let folder = here("fleets/mdm-secrets");
    let expected: Value = serde_json::from_str(&text(&folder.join("expected.json"))).unwrap();
    let named: Vec<&str> = list(&expected, "never_in_output")
        .filter_map(Value::as_str)
        .collect();
    let evidence = contents(&folder);
    let token_update = evidence
        .iter()
        .find(|(path, _)| path.ends_with("FBTEST0069-TokenUpdate.plist"))
        .unwrap()
        .1;
    for secret in &SECRETS[..3] {
        assert!(named.contains(secret));
        assert!(
            token_update
                .windows(secret.len())
                .any(|part| part == secret.as_bytes())
        );
    }
}

#[test]
fn what_is_checked_in_stays_small() {
    for (folder, bytes_max) in [("demo", 4_000_000), ("fleets", 6_000_000)] {
        let files = files_below(&here(folder)).unwrap();
        let bytes: usize = files.iter().map(|path| read(path).unwrap().len()).sum();
        assert!(bytes < bytes_max, "{folder}: {bytes} bytes");
    }
}

#[test]
fn the_policy_and_the_story_of_the_demo_name_devices_that_exist() {
    let devices = demo::devices();
    let serials: Vec<&str> = devices
        .iter()
        .map(|device| device.ids().serial.as_str())
        .collect();
    let story = text(&here("demo/README.md"));
    let named = story.split('`').filter(|word| is_serial(word));
    let strangers: Vec<&str> = named.filter(|serial| !serials.contains(serial)).collect();
    assert!(strangers.is_empty(), "README.md: {strangers:?}");

    let policy = text(&here("demo/policy.toml"));
    let waived = policy
        .lines()
        .filter_map(|line| line.strip_prefix("device = "));
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        waived.partition(|serial| serials.contains(&serial.trim_matches('"')));
    assert_eq!(
        (known.len(), unknown.len()),
        (3, 1),
        "one waiver matches nothing, on purpose"
    );
}

fn is_serial(word: &str) -> bool {
    let letters = word
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    letters && (10..=12).contains(&word.len())
}
