//! The whole scan over whole fleets: the same at any thread count, no trace left, no input too bad.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its fleet ends here"
)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::Tree;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::Level;
use fleetback_scanner::scan::{Event, Inputs, Progress, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::fleet::demo;
use jiff::Timestamp;

fn options(now: &str) -> ScanOptions {
    ScanOptions {
        now: now.parse().unwrap(),
        scan_host: "here".to_owned(),
        verify: VerifyLevel::Names,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    }
}

fn demo_inputs(at: &Path) -> Inputs {
    Inputs {
        roots: vec![at.join("backups")],
        documents: vec![at.join("mdm")],
        inventory: Some(at.join("inventory.csv")),
        ..Inputs::default()
    }
}

fn scan_with(threads: usize, inputs: &Inputs, progress: &dyn Progress) -> Fleet {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let mut fleet =
        pool.install(|| scan(inputs, &options(demo::NOW), &ScanServices::new(progress)));
    // Other programs write to the same volume while the test runs.
    fleet.hosts.iter_mut().for_each(|host| host.disk = None);
    fleet
}

/// Counts what it hears.
#[derive(Default)]
struct Heard {
    found: AtomicU64,
    read: AtomicU64,
    documents_found: AtomicU64,
    documents_read: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Progress for Heard {
    fn report(&self, event: Event) {
        let (counter, count) = match event {
            Event::BackupsFound(count) => (&self.found, count),
            Event::BackupRead => (&self.read, 1),
            Event::DocumentsFound(count) => (&self.documents_found, count),
            Event::DocumentRead => (&self.documents_read, 1),
            Event::FilesChecked(count) => (&self.files, count),
            Event::BytesRead(count) => (&self.bytes, count),
            Event::Discovered | Event::DocumentPart(_) => return,
        };
        counter.fetch_add(count, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[test]
fn the_demo_is_the_same_at_any_thread_count_and_no_trace_is_left() {
    let tree = Tree::new(&[]);
    demo::write(tree.root()).unwrap();
    let before = tree.listing();
    let inputs = demo_inputs(tree.root());
    let heard = Heard::default();
    let one = scan_with(1, &inputs, &heard);
    for threads in [2, 8] {
        let other = scan_with(threads, &inputs, &Silent);
        assert_eq!(
            format!("{one:#?}"),
            format!("{other:#?}"),
            "{threads} threads"
        );
    }
    assert_eq!(tree.listing(), before, "a trace was left");

    let backups: usize = one.devices.iter().map(|device| device.backups.len()).sum();
    assert!(backups > 20, "{backups} backups");
    assert_eq!(heard.found.into_inner(), backups as u64);
    assert_eq!(heard.read.into_inner(), backups as u64);
    assert_eq!(heard.documents_found.into_inner(), one.documents);
    assert_eq!(heard.documents_read.into_inner(), one.documents);
    assert!(heard.files.into_inner() > 0);
    assert!(heard.bytes.into_inner() > backups as u64 * 30_000);
    assert!(one.has_inventory);
    let hosts: Vec<(&str, bool)> = one
        .hosts
        .iter()
        .map(|h| (h.name.as_str(), h.backups > 0))
        .collect();
    let want = [
        ("mac-mini-library", true),
        ("mac-studio-berlin", true),
        ("pc-reception-hamburg", true),
    ];
    assert_eq!(hosts, want);
}

#[test]
fn the_order_of_roots_and_documents_does_not_matter() {
    let tree = Tree::new(&[]);
    demo::write(tree.root()).unwrap();
    let hosts = [
        "mac-mini-library",
        "mac-studio-berlin",
        "pc-reception-hamburg",
    ];
    let mut inputs = demo_inputs(tree.root());
    inputs.roots = hosts
        .iter()
        .map(|host| tree.path("backups").join(host))
        .collect();
    let forwards = scan_with(2, &inputs, &Silent);
    inputs.roots.reverse();
    let backwards = scan_with(2, &inputs, &Silent);
    assert_eq!(forwards.devices, backwards.devices);
    assert_eq!(forwards.problems, backwards.problems);
}

#[test]
fn a_cancelled_scan_ends_at_once_with_what_it_had() {
    let tree = Tree::new(&[]);
    demo::write(tree.root()).unwrap();
    let heard = Heard::default();
    heard.stop.store(true, Ordering::Relaxed);
    let fleet = scan_with(2, &demo_inputs(tree.root()), &heard);
    assert_eq!(fleet.devices.len(), 0);
    assert_eq!(
        heard.read.into_inner() + heard.documents_read.into_inner(),
        0
    );
}

#[test]
fn the_volume_of_the_backups_is_told() {
    let tree = Tree::new(&["Backup/00008030-001A35E40212345E/"]);
    let inputs = Inputs {
        roots: vec![tree.path("Backup")],
        ..Inputs::default()
    };
    let fleet = scan(&inputs, &options(demo::NOW), &ScanServices::new(&Silent));
    let [host] = fleet.hosts.as_slice() else {
        unreachable!("{:?}", fleet.hosts);
    };
    assert_eq!((host.name.as_str(), host.backups), ("here", 1));
    let disk = host.disk.unwrap();
    assert!(disk.total > 0 && disk.free <= disk.total);
}

#[test]
fn nothing_to_scan_is_an_empty_fleet() {
    let fleet = scan(
        &Inputs::default(),
        &options(demo::NOW),
        &ScanServices::new(&Silent),
    );
    assert_eq!(fleet, Fleet::default());
}

#[test]
fn what_is_missing_is_incomplete_and_hides_nothing_else() {
    let tree = Tree::new(&["Backup/00008030-001A35E40212345E/"]);
    let inputs = Inputs {
        roots: vec![tree.path("gone"), tree.path("Backup")],
        documents: vec![tree.path("no mdm")],
        inventory: Some(tree.path("none.csv")),
        ..Inputs::default()
    };
    let fleet = scan(&inputs, &options(demo::NOW), &ScanServices::new(&Silent));
    let paths: Vec<String> = fleet
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Incomplete)
        .map(|problem| tree.short(&problem.path))
        .collect();
    assert_eq!(paths, ["gone", "no mdm", "none.csv"]);
    assert_eq!(fleet.devices.len(), 1);
}

fn plist_damage() -> Vec<Damage> {
    let mut all = Vec::new();
    for file in [PlistFile::Info, PlistFile::Status, PlistFile::Manifest] {
        for damage in [
            PlistDamage::Missing,
            PlistDamage::ZeroBytes,
            PlistDamage::Truncated,
            PlistDamage::WrongTypes,
            PlistDamage::Html,
            PlistDamage::RootArray,
            PlistDamage::NestedArrays(200_000),
            PlistDamage::SelfReferring,
            PlistDamage::Random,
            PlistDamage::Folder,
            PlistDamage::Fifo,
            PlistDamage::Socket,
            PlistDamage::Forbidden,
        ] {
            all.push(Damage::Plist(file, damage));
        }
    }
    all
}

fn database_damage() -> Vec<Damage> {
    [
        DatabaseDamage::Missing,
        DatabaseDamage::ZeroBytes,
        DatabaseDamage::Truncated,
        DatabaseDamage::LooksEncrypted,
        DatabaseDamage::Random,
        DatabaseDamage::NoTable,
        DatabaseDamage::Folder,
    ]
    .map(Damage::Database)
    .to_vec()
}

fn other_damage(now: Timestamp) -> Vec<Damage> {
    vec![
        Damage::FirstAttemptCutShort(now),
        Damage::AttemptFailed(now),
        Damage::OldLayout,
        Damage::FilesMissing(3),
        Damage::FilesExtra(3),
        Damage::AllFilesMissing,
        Damage::Placeholder,
        Damage::Fake,
        Damage::DecryptedCopy,
        Damage::ClockAtEpoch,
        Damage::StrayFiles,
        Damage::WalBeside,
        Damage::FolderForbidden,
    ]
}

/// Every kind of damage in one fleet: each device is still there, each kind of damage costs its own backup at most
/// one row, nothing hangs, nothing is written.
#[cfg(unix)]
#[test]
fn a_fleet_in_which_everything_is_broken() {
    let tree = Tree::new(&["Backup/"]);
    let damage = [
        plist_damage(),
        database_damage(),
        other_damage(demo::NOW.parse().unwrap()),
    ]
    .concat();
    let folders: Vec<PathBuf> = (1..)
        .zip(&damage)
        .map(|(seed, damage)| {
            let builder = BackupBuilder::new(seed)
                .files(6)
                .no_empty_folders()
                .damage(damage.clone());
            builder.write(&tree.path("Backup")).unwrap().path
        })
        .collect();
    let before = tree.listing();
    let inputs = Inputs {
        roots: vec![tree.path("Backup")],
        ..Inputs::default()
    };
    let fleet = scan_with(4, &inputs, &Silent);
    assert_eq!(tree.listing(), before, "a trace was left");
    assert_eq!(
        fleet.problems,
        [],
        "problems of backups stand with the backups"
    );
    for (folder, damage) in folders.iter().zip(&damage) {
        let read: Vec<_> = fleet
            .devices
            .iter()
            .flat_map(|device| &device.backups)
            .filter(|backup| backup.path == *folder)
            .collect();
        assert_eq!(read.len(), 1, "{damage:?}");
        // Root may list every folder; anyone else hears of each file that is refused.
        if *damage != Damage::FolderForbidden {
            let problems = &read[0].problems;
            assert!(problems.len() <= 1, "{damage:?} {problems:#?}");
        }
    }
    assert_eq!(fleet.devices.len(), damage.len());
}

#[test]
fn two_backups_with_one_udid_are_one_device() {
    let tree = Tree::new(&[]);
    let builder = BackupBuilder::new(1).files(2).no_empty_folders();
    builder.write(&tree.path("Backup")).unwrap();
    builder
        .folder_name("copy of it")
        .write(&tree.path("Backup"))
        .unwrap();
    let inputs = Inputs {
        roots: vec![tree.path("Backup")],
        ..Inputs::default()
    };
    let fleet = scan_with(2, &inputs, &Silent);
    let counts: Vec<usize> = fleet
        .devices
        .iter()
        .map(|device| device.backups.len())
        .collect();
    assert_eq!(counts, [2]);
}

/// Remembers how far the reading of documents was.
#[derive(Default)]
struct Parts(std::sync::Mutex<(i64, i64, u64)>);

impl fleetback_scanner::scan::Progress for Parts {
    fn report(&self, event: fleetback_scanner::scan::Event) {
        use fleetback_scanner::scan::Event;
        let mut heard = self.0.lock().unwrap();
        match event {
            Event::DocumentPart(thousandths) => {
                heard.0 += thousandths;
                heard.1 = heard.1.max(heard.0);
            }
            Event::DocumentRead => heard.2 += 1,
            _ => {}
        }
    }
}

/// Parts of one document of so many rows: most at once, left over, documents read.
#[track_caller]
fn parts(rows: usize, want_many: bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let row = format!("F2LXK0ABCDEF,18.1,yes,{}\n", "x".repeat(1000));
    let table = format!("Serial,OS Version,Supervised,Notes\n{}", row.repeat(rows));
    std::fs::write(&path, table).unwrap();
    let inputs = fleetback_scanner::scan::Inputs {
        documents: vec![path],
        ..Default::default()
    };
    let options = fleetback_scanner::scan::ScanOptions {
        now: "2099-01-01T00:00:00Z".parse().unwrap(),
        scan_host: "here".to_owned(),
        verify: fleetback_scanner::model::backup::VerifyLevel::State,
        verify_again: false,
        verify_again_days: 30,
    };
    let heard = Parts::default();
    let services = fleetback_scanner::scan::ScanServices::new(&heard);
    fleetback_scanner::scan::scan(&inputs, &options, &services);
    let (left, most, read) = *heard.0.lock().unwrap();
    assert_eq!((left, read), (0, 1));
    assert_eq!(most > 900, want_many, "{most}");
}

#[test]
fn the_reading_of_one_large_export_is_told_in_parts() {
    parts(10, false);
    parts(6_000, true);
}
