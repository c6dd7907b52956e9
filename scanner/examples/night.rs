//! Makes backups of many files and scans them, for the figures of docs/performance.md.
//!
//! `night make FOLDER COUNT ROWS [PASSWORD]`, `night fleet FOLDER COUNT` (few files, plists of 2.4 MB
//! each), `night large FOLDER COUNT BYTES` (one backup of large files with digests), `night links FOLDER
//! COUNT ROWS` (backups whose lists and payloads are hard links to those of one: for unchanged nights),
//! `night scan FOLDER LEVEL THREADS [PASSWORD]`, `night twice FOLDER LEVEL THREADS` (a second night with
//! the memory of the first), `night derive [COUNT [THREADS]]` (key derivations as iOS asks for), `night read
//! FOLDER THREADS` (the bytes of the plists and nothing else).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for measuring: it ends at the first mistake and prints"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use fleetback_scanner::backup::crypto::keybag::{Keybag, unlock_each};
use fleetback_scanner::backup::services::{Candidate, PasswordSource};
use fleetback_scanner::backup::services::{CheckCache, NoCache};
use fleetback_scanner::model::backup::{CheckRecord, InfoRecord, PasswordProof};
use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::scan::{Inputs, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::{Kdf, Keybag as Written};
use fleetback_testdata::backup::payload::Entry;
use fleetback_testdata::rng::Rng;
use rayon::prelude::*;
use zeroize::Zeroizing;

struct Password(Option<String>);

impl PasswordSource for Password {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        let one = |password: &String| Candidate {
            password: Zeroizing::new(password.clone().into_bytes()),
            source: "argument".to_owned(),
        };
        self.0.iter().map(one).collect()
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        vec!["argument".to_owned()]
    }
}

struct Yesterday(BTreeMap<PathBuf, CheckRecord>);

impl CheckCache for Yesterday {
    fn check(&self, backup: &Path) -> Option<CheckRecord> {
        self.0.get(backup).cloned()
    }

    fn info(&self, _: &Path) -> Option<InfoRecord> {
        None
    }

    fn proof(&self, _: &str) -> Option<PasswordProof> {
        None
    }
}

fn make(folder: &Path, count: u64, rows: usize, password: Option<&String>) {
    for seed in 0..count {
        let mut builder = BackupBuilder::new(seed + 1).files(rows);
        if let Some(password) = password {
            builder = builder.encrypted(password, Kdf::real());
        }
        builder.write(folder).unwrap();
    }
}

/// Apps that people have, and an icon of theirs in Info.plist.
const APPS: (usize, usize) = (130, 13_000);

fn fleet(folder: &Path, count: u64) {
    (0..count).into_par_iter().for_each(|seed| {
        let builder = BackupBuilder::new(seed + 1).files(3).no_empty_folders();
        builder.apps(APPS.0, APPS.1).write(folder).unwrap();
    });
}

/// The payloads and the list are those of one backup, linked; the plists are each backup's own.
fn links(folder: &Path, count: u64, rows: usize) {
    let source = folder.with_extension("source");
    let source = BackupBuilder::new(1)
        .files(rows)
        .write(&source)
        .unwrap()
        .path;
    (0..count).into_par_iter().for_each(|seed| {
        let builder = BackupBuilder::new(seed + 2).files(3).no_empty_folders();
        let backup = builder.write(folder).unwrap().path;
        for entry in std::fs::read_dir(&backup).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            }
        }
        link_again(&source.join("Manifest.db"), &backup.join("Manifest.db"));
        for entry in std::fs::read_dir(&source).unwrap() {
            let payloads = entry.unwrap();
            if payloads.path().is_dir() {
                link_all(&payloads.path(), &backup.join(payloads.file_name()));
            }
        }
    });
}

fn link_again(from: &Path, to: &Path) {
    std::fs::remove_file(to).unwrap();
    std::fs::hard_link(from, to).unwrap();
}

fn link_all(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::hard_link(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn large(folder: &Path, count: usize, bytes: usize) {
    let mut rng = Rng::new(1);
    let files = (0..count).map(|number| {
        let length = bytes / 2 + rng.below(bytes as u64) as usize;
        let content = rng.bytes(length);
        Entry::file("HomeDomain", &format!("Library/large/{number}"), 3, content)
    });
    let builder = files.fold(BackupBuilder::new(1).files(4), BackupBuilder::entry);
    builder.write(folder).unwrap();
}

/// Reads the three plists of every backup below `root` to their ends, with a small buffer for each
/// thread: no program that reads all of them is faster.
fn read(root: &Path, threads: usize) {
    let folders = std::fs::read_dir(root).unwrap();
    let folders: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
    let next = AtomicUsize::new(0);
    let lane = |_| {
        let mut buffer = vec![0; 128 << 10];
        let mut sum = 0;
        while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            for name in ["Info.plist", "Manifest.plist", "Status.plist"] {
                let mut file = File::open(folder.join(name)).unwrap();
                loop {
                    match file.read(&mut buffer).unwrap() {
                        0 => break,
                        count => sum += count as u64,
                    }
                }
            }
        }
        sum
    };
    let begun = Instant::now();
    let bytes: u64 = (0..threads).into_par_iter().with_max_len(1).map(lane).sum();
    println!("{:.3} s, {bytes} bytes", begun.elapsed().as_secs_f64());
}

fn in_pool(threads: &str, work: impl FnOnce() + Send) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse().unwrap());
    pool.build().unwrap().install(work);
}

fn night(
    root: &Path,
    verify: VerifyLevel,
    password: Option<String>,
    cache: &dyn CheckCache,
) -> Vec<LocalBackup> {
    let inputs = Inputs {
        roots: vec![root.to_owned()],
        ..Inputs::default()
    };
    let options = ScanOptions {
        now: "2026-11-20T04:00:00Z".parse().unwrap(),
        scan_host: "here".to_owned(),
        verify,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    };
    let services = ScanServices {
        passwords: &Password(password),
        cache,
        progress: &Silent,
    };
    let begun = Instant::now();
    let fleet = scan(&inputs, &options, &services);
    let seconds = begun.elapsed().as_secs_f64();
    let backups: Vec<_> = (fleet.devices.into_iter())
        .flat_map(|device| device.backups)
        .collect();
    let sum = |of: fn(&LocalBackup) -> u64| backups.iter().map(of).sum::<u64>();
    let files = sum(|one| one.file_check.files.map_or(0, |files| files.present));
    let whole =
        sum(|one| u64::from(one.restorable == fleetback_scanner::model::backup::Restorable::Yes));
    let recalled = sum(|one| u64::from(one.check_from_cache));
    println!(
        "{seconds:.3} s, {} backups, {whole} restorable, {recalled} recalled, {files} files, {} MB at most",
        backups.len(),
        peak_mb()
    );
    backups
}

/// Linux tells the most memory that a process held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// The derivations of so many keybags and nothing else, shared out as a scan shares them.
fn derive(count: usize, threads: usize) {
    let make = |seed| Written::new(&mut Rng::new(seed), "x", Kdf::real(), true).unwrap();
    let made = (0..count as u64).into_par_iter().map(make);
    let keybags: Vec<_> = made
        .map(|written| Keybag::parse(&written.blob).unwrap())
        .collect();
    let waiting = Mutex::new(keybags.as_slice());
    let take = || {
        let mut waiting = waiting.lock().unwrap();
        let share = fleetback_kdf::at_once(waiting.len().div_ceil(threads));
        let (mine, others) = waiting.split_at(share.min(waiting.len()));
        *waiting = others;
        mine
    };
    let lane = |_| {
        let shares = std::iter::from_fn(|| Some(take()).filter(|mine| !mine.is_empty()));
        shares.for_each(|mine| {
            let tries: Vec<_> = mine
                .iter()
                .map(|keybag| (keybag, b"x".as_slice()))
                .collect();
            let keys = unlock_each(&tries, &|| true).unwrap();
            assert!(keys.iter().all(Option::is_some));
        });
    };
    let begun = Instant::now();
    (0..threads).into_par_iter().with_max_len(1).for_each(lane);
    println!(
        "{:.3} s, {count} keys of {} rounds",
        begun.elapsed().as_secs_f64(),
        keybags[0].rounds()
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = |index: usize| arguments[index].as_str();
    let number = |index: usize| at(index).parse::<usize>().unwrap();
    let folder = || Path::new(at(1));
    match at(0) {
        "derive" => {
            let optional = |index| arguments.get(index).map_or("1", String::as_str);
            let number = |index| optional(index).parse().unwrap();
            in_pool(optional(2), || derive(number(1), number(2)));
        }
        "make" => make(folder(), number(2) as u64, number(3), arguments.get(4)),
        "fleet" => fleet(folder(), number(2) as u64),
        "links" => links(folder(), number(2) as u64, number(3)),
        "large" => large(folder(), number(2), number(3)),
        "read" => in_pool(at(2), || read(folder(), number(2))),
        command => in_pool(at(3), || {
            let level = serde_json::from_value(at(2).into()).unwrap();
            let password = arguments.get(4).cloned();
            let backups = night(folder(), level, password, &NoCache);
            if command == "twice" {
                let checks = backups.into_iter();
                let checks = checks.filter_map(|one| Some((one.path, one.check?)));
                night(folder(), level, None, &Yesterday(checks.collect()));
            }
        }),
    }
}
