//! How long whole fleets take: walking, reading, joining, against the floor of reading the bytes.
//!
//! The fleets are made once below the target folder and kept, so that runs can be compared; delete
//! `target/tmp/fleets` to make them anew. `cargo bench -p fleetback-scanner -- 1000` runs one size.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot build its fleet ends here"
)]

use std::fs;
use std::path::{Path, PathBuf};

use divan::{Bencher, black_box};
use fleetback_scanner::discover::roots::discover;
use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::reconcile::reconcile;
use fleetback_scanner::scan::{Inputs, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use rayon::prelude::*;

const SIZES: [u64; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// A fleet with five payload files to a device and the smallest Info.plist that a host writes.
fn fleet(devices: u64) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleets/{devices}"));
    let whole = root.with_extension("whole");
    if !whole.exists() {
        let _ = fs::remove_dir_all(&root);
        (0..devices).into_par_iter().for_each(|seed| {
            let host = root
                .join(format!("host-{}", seed % 10))
                .join("MobileSync/Backup");
            let builder = BackupBuilder::new(seed).files(5).no_empty_folders();
            builder.write(&host).unwrap();
        });
        fs::write(&whole, "").unwrap();
    }
    root
}

fn options(verify: VerifyLevel) -> ScanOptions {
    ScanOptions {
        now: "2026-11-20T04:00:00Z".parse().unwrap(),
        scan_host: "here".to_owned(),
        verify,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    }
}

fn scan_fleet(root: &Path, threads: usize, verify: VerifyLevel) -> Fleet {
    let inputs = Inputs {
        roots: vec![root.to_owned()],
        ..Inputs::default()
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| scan(&inputs, &options(verify), &ScanServices::new(&Silent)))
}

/// Finding the backups, without reading any.
#[divan::bench(args = SIZES, sample_count = 10)]
fn discovery(bencher: Bencher<'_, '_>, devices: u64) {
    let root = [fleet(devices)];
    bencher.bench(|| discover(black_box(&root), "here", &Silent));
}

/// The floor: the bytes of the three plists, read once each by two threads.
#[divan::bench(args = SIZES, sample_count = 10)]
fn floor_read_plists(bencher: Bencher<'_, '_>, devices: u64) {
    let found = discover(&[fleet(devices)], "here", &Silent).backups;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap();
    let read = |folder: &Path| -> usize {
        let names = ["Info.plist", "Status.plist", "Manifest.plist"];
        names
            .iter()
            .map(|name| fs::read(folder.join(name)).map_or(0, |bytes| bytes.len()))
            .sum()
    };
    bencher.bench(|| pool.install(|| found.par_iter().map(|one| read(&one.path)).sum::<usize>()));
}

/// The whole scan, plists only, two threads.
#[divan::bench(args = SIZES, sample_count = 10)]
fn scan_state(bencher: Bencher<'_, '_>, devices: u64) {
    let root = fleet(devices);
    bencher.bench(|| scan_fleet(black_box(&root), 2, VerifyLevel::State));
}

/// The whole scan with Apple's own check (the default), one thread.
#[divan::bench(args = SIZES, sample_count = 10)]
fn scan_names_one_thread(bencher: Bencher<'_, '_>, devices: u64) {
    let root = fleet(devices);
    bencher.bench(|| scan_fleet(black_box(&root), 1, VerifyLevel::Names));
}

/// The whole scan with Apple's own check (the default), two threads.
#[divan::bench(args = SIZES, sample_count = 10)]
fn scan_names(bencher: Bencher<'_, '_>, devices: u64) {
    let root = fleet(devices);
    bencher.bench(|| scan_fleet(black_box(&root), 2, VerifyLevel::Names));
}

/// Joining what was read.
#[divan::bench(args = SIZES, sample_count = 10)]
fn joining(bencher: Bencher<'_, '_>, devices: u64) {
    let fleet = scan_fleet(&fleet(devices), 2, VerifyLevel::State);
    let backups: Vec<LocalBackup> = fleet
        .devices
        .into_iter()
        .flat_map(|device| device.backups)
        .collect();
    bencher
        .with_inputs(|| backups.clone())
        .bench_values(|backups| reconcile(backups, Vec::new(), Vec::new()));
}
