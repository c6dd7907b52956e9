//! Large fleets: the same seed writes the same bytes, and what the record says is what is on disk.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may stop it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fleetback_testdata::disk::{files_below, read};
use fleetback_testdata::fleet::large::LargeFleet;
use serde_json::Value;

fn fleet(devices: u64, damage: &str) -> LargeFleet {
    LargeFleet {
        hosts: 3,
        encrypted_percent: 40.0,
        damage: damage.parse().unwrap(),
        mdm: true,
        inventory: true,
        ..LargeFleet::new(devices, 42)
    }
}

fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files_below(root).unwrap();
    let named = files.iter().map(|path| {
        (
            path.strip_prefix(root).unwrap().to_owned(),
            read(path).unwrap(),
        )
    });
    named.collect()
}

#[test]
fn one_seed_one_fleet() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let record = fleet(30, "60").write(first.path()).unwrap();
    assert_eq!(record, fleet(30, "60").write(second.path()).unwrap());
    assert!(contents(first.path()) == contents(second.path()));
}

#[test]
fn a_device_does_not_depend_on_how_many_there_are() {
    let (small, large) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let few = fleet(3, "60").write(small.path()).unwrap();
    let many = fleet(30, "60").write(large.path()).unwrap();
    assert_eq!(few["planted"][2], many["planted"][2]);
}

#[test]
fn every_device_is_where_the_record_says() {
    let out = tempfile::tempdir().unwrap();
    let record = fleet(40, "files-missing=50,status-missing=50")
        .write(out.path())
        .unwrap();
    let planted = record["planted"].as_array().unwrap();
    for record in planted {
        let folder = out
            .path()
            .join("backups")
            .join(record["folder"].as_str().unwrap());
        let has_status = folder.join("Status.plist").is_file();
        assert_eq!(has_status, record["damage"] == "files-missing", "{record}");
    }
    let counted = |damage: &str| record["damage"][damage].as_u64().unwrap();
    assert_eq!(counted("files-missing") + counted("status-missing"), 40);
    assert_eq!(
        planted
            .iter()
            .filter(|record| record["encrypted"] == Value::Bool(true))
            .count() as u64,
        record["encrypted"].as_u64().unwrap()
    );
}

#[test]
fn other_seeds_are_other_fleets() {
    let record = |seed| {
        let out = tempfile::tempdir().unwrap();
        LargeFleet::new(2, seed).write(out.path()).unwrap()["planted"][0]["udid"].clone()
    };
    assert_ne!(record(1), record(2));
}
