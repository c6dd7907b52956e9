//! The checked-in demo is what `make-fleet demo` writes, and its hand-written parts fit it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fleetback_testdata::disk::{files_below, read};
use fleetback_testdata::fleet::demo;

const GENERATED: [&str; 3] = ["backups", "mdm", "inventory.csv"];

fn demo_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo")
}

/// Every generated file below `root`, by its path from there.
fn contents(root: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut all = BTreeMap::new();
    for path in files_below(root)? {
        let name = path.strip_prefix(root)?.to_owned();
        if GENERATED.iter().any(|part| name.starts_with(part)) {
            all.insert(name, read(&path)?);
        }
    }
    Ok(all)
}

#[test]
fn the_checked_in_demo_is_what_make_fleet_writes() {
    let folder = tempfile::tempdir().unwrap();
    demo::write(folder.path()).unwrap();
    let (written, checked_in) = (
        contents(folder.path()).unwrap(),
        contents(&demo_folder()).unwrap(),
    );
    let differ: Vec<&PathBuf> = written
        .keys()
        .chain(checked_in.keys())
        .filter(|path| written.get(*path) != checked_in.get(*path))
        .collect();
    assert!(
        differ.is_empty(),
        "run `make-fleet demo --out testdata/demo` again; these differ: {differ:#?}"
    );
}

#[test]
fn the_demo_stays_small() {
    let bytes: usize = contents(&demo_folder())
        .unwrap()
        .values()
        .map(Vec::len)
        .sum();
    assert!(bytes < 4_000_000, "{bytes} bytes");
}

#[test]
fn the_policy_and_the_story_name_devices_that_exist() {
    let devices = demo::devices();
    let serials: Vec<&str> = devices
        .iter()
        .map(|device| device.numbers().serial.as_str())
        .collect();
    let story = String::from_utf8(read(&demo_folder().join("README.md")).unwrap()).unwrap();
    let named = story.split('`').filter(|word| is_serial(word));
    let strangers: Vec<&str> = named.filter(|serial| !serials.contains(serial)).collect();
    assert!(strangers.is_empty(), "README.md: {strangers:?}");

    let policy = String::from_utf8(read(&demo_folder().join("policy.toml")).unwrap()).unwrap();
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
