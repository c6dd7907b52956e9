//! How long one backup takes: its plists alone, and a payload for every row.
//!
//! The backups are made once below the target folder and kept; delete `target/tmp/backups` to make
//! them anew.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot build its backup ends here"
)]

use std::path::{Path, PathBuf};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use fleetback_scanner::backup::found::FoundBackup;
use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_testdata::backup::builder::BackupBuilder;

fn main() {
    divan::main();
}

/// The backup of that name, built on the first run.
fn folder(name: &str, build: impl FnOnce() -> BackupBuilder) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backups");
    let path = root.join(name);
    if !path.join("Status.plist").exists() {
        build().folder_name(name).write(&root).unwrap();
    }
    path
}

fn read_one(path: &Path, verify: VerifyLevel) -> LocalBackup {
    let found = FoundBackup {
        path: path.to_owned(),
        host: "here".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    };
    let now = "2026-11-20T04:00:00Z".parse().unwrap();
    read(&found, &ReadOptions::new(now, verify), &|_| ())
}

/// Plists only; nearly all bytes are icons in Info.plist.
#[divan::bench(args = [100_000, 4_000_000, 60_000_000])]
fn state(bencher: Bencher<'_, '_>, info_bytes: u64) {
    let path = folder(&format!("info-{info_bytes}"), || {
        BackupBuilder::new(1).info_bytes(info_bytes)
    });
    bencher
        .counter(BytesCount::new(info_bytes))
        .bench(|| read_one(black_box(&path), VerifyLevel::State));
}

/// Apple's own check, on the pool's threads.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn names(bencher: Bencher<'_, '_>, rows: usize) {
    let path = folder(&format!("rows-{rows}"), || {
        BackupBuilder::new(1).files(rows)
    });
    bencher
        .counter(ItemsCount::new(rows))
        .bench(|| read_one(black_box(&path), VerifyLevel::Names));
}
