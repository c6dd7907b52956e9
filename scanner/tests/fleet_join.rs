//! A fleet of any size out of five sources: backups, MDM answers, two tables of consoles and the
//! inventory. Whatever order they come in and however many threads read them, the fleet is the same.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use fleetback_scanner::mdm::inventory;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::read_document;
use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_scanner::model::fleet::{Device, Unmatched};
use fleetback_scanner::model::identity::{Imei, Serial, Udid};
use fleetback_scanner::reconcile::reconcile;
use fleetback_scanner::scan::{Inputs, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::mdm::console::{self, ConsoleDevice};
use fleetback_testdata::mdm::wrapper::{Server, webhook};
use fleetback_testdata::rng::Rng;
use fleetback_testdata::when::shift;
use jiff::Timestamp;
use proptest::prelude::*;
use rayon::prelude::*;

/// Files that the answers of a fleet are spread over.
const EVENT_FILES: usize = 8;

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// Devices with all their numbers; some share a serial number or an IMEI with the one before, as after
/// a repair or a typing error.
fn devices(seed: u64, count: usize) -> Vec<ConsoleDevice> {
    let mut rng = Rng::stream(seed, "fleet");
    let mut devices: Vec<ConsoleDevice> = Vec::with_capacity(count);
    for place in 0..count as u64 {
        let product = *rng.pick(&["iPhone12,1", "iPhone9,3", "iPad13,18"]);
        let mut one = ConsoleDevice::new(seed.wrapping_mul(1 << 20).wrapping_add(place), product);
        one.contact = shift(one.contact, -(rng.below(400_000) as i64));
        one.inventory = shift(one.contact, -(rng.below(4_000) as i64));
        if let Some(before) = devices.last() {
            if rng.chance(3.0) {
                one.ids.serial.clone_from(&before.ids.serial);
            }
            if rng.chance(3.0) {
                one.ids.imei.clone_from(&before.ids.imei);
            }
        }
        devices.push(one);
    }
    devices
}

/// In another order, the same for the same seed.
fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let mut rng = Rng::stream(seed, "shuffle");
    for place in (1..items.len()).rev() {
        items.swap(place, rng.below(place as u64 + 1) as usize);
    }
    items
}

/// Which part of the fleet a source knows.
fn known_to(
    devices: &[ConsoleDevice],
    of_seven: u64,
    skip: u64,
) -> impl Iterator<Item = (usize, &ConsoleDevice)> {
    let all = devices.iter().enumerate();
    all.filter(move |(place, _)| (*place as u64 + skip) % 7 < of_seven)
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::write(path, text).unwrap();
    let time = std::time::SystemTime::from(shift(now(), -600));
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Answers, two tables and the inventory, the rows of each in the order of `order`.
fn write_papers(folder: &Path, devices: &[ConsoleDevice], order: u64) {
    let rows = |of_seven, skip| -> Vec<ConsoleDevice> {
        let rows = known_to(devices, of_seven, skip).map(|(_, one)| one.clone());
        shuffled(rows.collect(), order)
    };
    let mut events = vec![Vec::new(); EVENT_FILES];
    for (place, one) in known_to(devices, 6, 0) {
        let answer = Managed::new(place as u64, &one.ids, &one.name).device_information();
        let event = webhook(Server::NanoMdm, one.contact, &answer).unwrap();
        events[place % EVENT_FILES].push(event);
    }
    for (place, file) in events
        .into_iter()
        .enumerate()
        .filter(|(_, file)| !file.is_empty())
    {
        let text = shuffled(file, order).concat();
        write(&folder.join(format!("events-{place}.json")), text);
    }
    write(
        &folder.join("simplemdm.json"),
        console::simplemdm(&rows(5, 2)),
    );
    write(
        &folder.join("intune.csv"),
        console::intune_table(&rows(5, 4)),
    );
    let mut inventory = "serial number,user,department\n".to_owned();
    let mut told = std::collections::BTreeSet::new();
    for one in rows(6, 1) {
        // one owner for each serial number: of two the first row of the table counts
        if told.insert(one.ids.serial.clone()) {
            let _ = writeln!(inventory, "{},User of {0},Ward", one.ids.serial);
        }
    }
    write(&folder.with_extension("csv"), inventory);
}

/// What a scan of a backup would give, without the folder.
fn backup(template: &LocalBackup, place: usize, one: &ConsoleDevice) -> LocalBackup {
    let mut backup = template.clone();
    backup.path = PathBuf::from(format!("/backups/{place}"));
    backup.identity.udid = Udid::parse(&one.ids.udid);
    backup.identity.serial = Serial::parse(&one.ids.serial);
    backup.identity.imeis = one
        .ids
        .imei
        .as_deref()
        .and_then(Imei::parse)
        .into_iter()
        .collect();
    backup.completed_at = Some(shift(one.contact, -90_000));
    backup
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

/// Everything of a fleet, spelt out and reduced to a number: two IMEIs are equal by 14 digits, and
/// their spelling may not differ.
fn exact(fleet: &impl std::fmt::Debug) -> u64 {
    struct Into(DefaultHasher);
    impl std::fmt::Write for Into {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut into = Into(DefaultHasher::new());
    write!(into, "{fleet:?}").unwrap();
    into.0.finish()
}

fn options() -> ScanOptions {
    ScanOptions {
        now: now(),
        scan_host: "here".to_owned(),
        verify: VerifyLevel::State,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    }
}

/// One backup as the scanner reads it.
fn template() -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    BackupBuilder::new(1)
        .files(1)
        .no_empty_folders()
        .write(folder.path())
        .unwrap();
    let inputs = Inputs {
        roots: vec![folder.path().to_owned()],
        ..Inputs::default()
    };
    let fleet = scan(&inputs, &options(), &ScanServices::new(&Silent));
    fleet.devices.into_iter().next().unwrap().backups.remove(0)
}

/// The fleet of papers and backups, both handed over in the order of `order`.
fn fleet(
    folder: &Path,
    backups: Vec<LocalBackup>,
    order: u64,
    threads: usize,
) -> (Vec<Device>, Vec<Unmatched>) {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut papers: Vec<PathBuf> = entries.collect();
    papers.sort();
    let papers = shuffled(papers, order);
    in_pool(threads, || {
        let documents = papers.par_iter().map(|path| read_document(path, now()));
        let (answers, problems) = pair(documents.collect());
        assert!(
            problems.iter().all(|one| one.found.contains("of a Mac")),
            "{problems:#?}"
        );
        let (people, problems) = inventory::read(&folder.with_extension("csv"), now());
        assert_eq!(problems, []);
        reconcile(shuffled(backups, order), answers, people)
    })
}

#[test]
fn ten_thousand_devices_of_five_sources() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("papers");
    fs::create_dir(&folder).unwrap();
    let devices = devices(7, 10_000);
    let template = template();
    let backups: Vec<LocalBackup> = known_to(&devices, 5, 6)
        .map(|(place, one)| backup(&template, place, one))
        .collect();
    let mut wanted = None;
    for (order, threads) in [(0, 1), (1, 2), (2, 2)] {
        write_papers(&folder, &devices, order);
        let (joined, unmatched) = fleet(&folder, backups.clone(), order, threads);
        let udids = devices.iter().map(|one| &one.ids.udid);
        let udids: std::collections::BTreeSet<_> = udids.collect();
        assert_eq!((udids.len(), unmatched.len()), (10_000, 0));
        let named = joined.iter().filter(|one| one.identity.udid.is_some());
        assert_eq!(named.count(), 10_000, "each UDID once, no device lost");
        let told = |one: &&Device| {
            one.management.is_some() && !one.backups.is_empty() && one.person.is_some()
        };
        assert!(
            joined.iter().filter(told).count() > 5_000,
            "all kinds come together"
        );
        let got = exact(&(joined, unmatched));
        assert_eq!(
            *wanted.get_or_insert(got),
            got,
            "order {order}, {threads} threads"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn small_fleets_in_any_order(seed in 0_u64..1 << 32, count in 0_usize..40, order: u64) {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("papers");
        fs::create_dir(&folder).unwrap();
        let devices = devices(seed, count);
        let template = template();
        let backups: Vec<LocalBackup> = known_to(&devices, 5, 6)
            .map(|(place, one)| backup(&template, place, one))
            .collect();
        write_papers(&folder, &devices, 0);
        let first = fleet(&folder, backups.clone(), 0, 1);
        write_papers(&folder, &devices, order);
        let second = fleet(&folder, backups, order, 2);
        prop_assert_eq!(exact(&first), exact(&second));
    }

    #[test]
    fn a_scan_of_folders_and_papers_at_one_and_two_threads(seed in 0_u64..1 << 32, count in 1_usize..5, order: u64) {
        let above = tempfile::tempdir().unwrap();
        let (papers, roots) = (above.path().join("papers"), above.path().join("roots"));
        fs::create_dir(&papers).unwrap();
        let devices = devices(seed, count);
        for one in &devices {
            let builder = BackupBuilder::new(seed).files(1).no_empty_folders();
            let builder = builder.product(one.product_type, one.os_version, one.build);
            builder.ids(one.ids.clone()).write(&roots.join("MobileSync/Backup")).unwrap();
        }
        let inputs = Inputs {
            roots: vec![roots],
            documents: vec![papers.clone()],
            inventory: Some(papers.with_extension("csv")),
            ..Inputs::default()
        };
        let mut wanted = None;
        for (order, threads) in [(0, 1), (order, 2), (0, 2)] {
            write_papers(&papers, &devices, order);
            let found = in_pool(threads, || scan(&inputs, &options(), &ScanServices::new(&Silent)));
            prop_assert_eq!(found.devices.iter().map(|one| one.backups.len()).sum::<usize>(), count);
            let got = exact(&found.devices);
            prop_assert_eq!(*wanted.get_or_insert(got), got);
        }
    }
}
