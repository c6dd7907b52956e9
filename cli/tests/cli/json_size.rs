//! The stored report of a fleet that only an MDM knows stays small: it is kept every night.

use fleetback_testdata::mdm::console::{self, ConsoleDevice};
use jiff::{SignedDuration, Timestamp};

use crate::sandbox::{NOW, Sandbox};

const DEVICES: u64 = 1_000;
/// Bytes of one device on average, and at most.
const BYTES: usize = 2_048;
const BYTES_MAX: usize = 2_560;

/// In turn: backed up last night, never backed up, switched off long ago, about to expire, not heard of for
/// weeks, almost full.
fn known(seed: u64) -> ConsoleDevice {
    let now: Timestamp = NOW.parse().unwrap();
    let days_ago =
        |days: i64| now - SignedDuration::from_hours(24 * days) - SignedDuration::from_mins(7);
    let models = ["iPhone12,1", "iPhone14,5", "iPad13,18"];
    let mut device = ConsoleDevice::new(seed, models[(seed % 3) as usize]);
    (device.inventory, device.contact) = (days_ago(0), days_ago(0));
    device.last_cloud_backup = Some(days_ago(0));
    match seed % 6 {
        1 => device.last_cloud_backup = None,
        2 => (device.cloud_backup, device.last_cloud_backup) = (false, Some(days_ago(60))),
        3 => device.last_cloud_backup = Some(days_ago(170)),
        4 => (device.inventory, device.contact) = (days_ago(30), days_ago(25)),
        5 => device.storage = (64, 1),
        _ => {}
    }
    device
}

#[track_caller]
fn check(name: &str, document: &str) {
    let sandbox = Sandbox::new();
    sandbox.write(name, document);
    sandbox.write("home/backups/.keep", "");
    sandbox.scan(&["home/backups", "--mdm", name, "--json", "fleet.json"]);
    let text = sandbox.read("fleet.json");
    let begin = "    {\"udid\":";
    let sizes: Vec<usize> = text
        .lines()
        .filter(|line| line.starts_with(begin))
        .map(str::len)
        .collect();
    assert_eq!(sizes.len() as u64, DEVICES);
    let largest = text.lines().max_by_key(|line| line.len()).unwrap();
    let average = text.len() / sizes.len();
    assert!(largest.len() <= BYTES_MAX, "{}: {largest}", largest.len());
    assert!(average <= BYTES, "{average} on average");
}

#[test]
fn a_device_that_only_an_mdm_knows_takes_two_kilobytes() {
    let devices: Vec<ConsoleDevice> = (1..=DEVICES).map(known).collect();
    check("table.csv", &console::jamf_table(&devices));
    check("list.json", &console::jamf_api(&devices));
}
