//! How long one backup takes, at each level, plain and encrypted, and what a password costs.
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
use fleetback_scanner::backup::all::read_all;
use fleetback_scanner::backup::crypto::keybag::Keybag;
use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::backup::services::{Candidate, PasswordSource};
use fleetback_scanner::model::backup::{LocalBackup, Restorable, VerifyLevel};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::scan::{ReadBackups, ScanServices, Silent};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::{Kdf, Keybag as Written};
use fleetback_testdata::rng::Rng;
use zeroize::Zeroizing;

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
    let now = "2026-11-20T04:00:00Z".parse().unwrap();
    read(&found(path), &ReadOptions::new(now, verify), &|_| ())
}

fn found(path: &Path) -> FoundBackup {
    FoundBackup {
        path: path.to_owned(),
        host: "here".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    }
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

/// Rows of the small backups of the benches below.
const ROWS: usize = 2_000;
const PASSWORD: &str = "secret";

/// A plain backup and an encrypted one, whose key costs nothing.
fn small(is_encrypted: bool) -> PathBuf {
    let builder = BackupBuilder::new(1).files(ROWS);
    if is_encrypted {
        folder("small-encrypted", || {
            builder.encrypted(PASSWORD, Kdf::fast())
        })
    } else {
        folder("small-plain", || builder)
    }
}

/// The one password, without asking for whom.
struct OnePassword;

impl PasswordSource for OnePassword {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        vec![Candidate {
            password: Zeroizing::new(PASSWORD.into()),
            source: "bench".to_owned(),
        }]
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        vec!["bench".to_owned()]
    }
}

/// Each level on both, as a scan reads them, on the pool's threads.
fn check(bencher: Bencher<'_, '_>, is_encrypted: bool, verify: VerifyLevel) {
    let found = [found(&small(is_encrypted))];
    let now = "2026-11-20T04:00:00Z".parse().unwrap();
    let options = ReadOptions::new(now, verify);
    let services = ScanServices {
        passwords: &OnePassword,
        ..ScanServices::new(&Silent)
    };
    let read = || {
        read_all(
            black_box(&found),
            &options,
            &services,
            &ReadBackups::default(),
        )
    };
    assert!(verify < VerifyLevel::Names || read()[0].restorable == Restorable::Yes);
    bencher.counter(ItemsCount::new(ROWS)).bench(read);
}

#[divan::bench(args = [false, true])]
fn small_state(bencher: Bencher<'_, '_>, is_encrypted: bool) {
    check(bencher, is_encrypted, VerifyLevel::State);
}

#[divan::bench(args = [false, true])]
fn small_names(bencher: Bencher<'_, '_>, is_encrypted: bool) {
    check(bencher, is_encrypted, VerifyLevel::Names);
}

#[divan::bench(args = [false, true])]
fn small_sizes(bencher: Bencher<'_, '_>, is_encrypted: bool) {
    check(bencher, is_encrypted, VerifyLevel::Sizes);
}

#[divan::bench(args = [false, true])]
fn small_contents(bencher: Bencher<'_, '_>, is_encrypted: bool) {
    check(bencher, is_encrypted, VerifyLevel::Contents);
}

/// One try of a password: the rounds that iOS 10.2 and later ask for, and those of earlier ones.
#[divan::bench(args = [true, false], sample_count = 3, sample_size = 1)]
fn keybag(bencher: Bencher<'_, '_>, is_of_today: bool) {
    let written = Written::new(&mut Rng::new(1), PASSWORD, Kdf::real(), is_of_today).unwrap();
    let keybag = Keybag::parse(&written.blob).unwrap();
    bencher
        .counter(ItemsCount::new(keybag.rounds()))
        .bench(|| keybag.unlock(black_box(PASSWORD.as_bytes())));
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
