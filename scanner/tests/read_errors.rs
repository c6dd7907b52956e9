//! A disk that fails while a backup is read: whatever file it is, the backup is never called damaged for
//! it and never sound, and one row says what could not be read.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::Path;

use fleetback_scanner::backup::services::{
    Candidate, NoCache, NoPasswords, PasswordSource, ScanServices,
};
use fleetback_scanner::model::backup::{LocalBackup, Restorable, State, VerifyLevel};
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::model::problem::{Level, Problem, ProblemKind};
use fleetback_scanner::scan::{Inputs, ScanOptions, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::backup::file_type::begin_as_named;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::backup::payload::{Entry, file_id};
use fleetback_testdata::faulty_disk::{EIO, ESTALE, Failure, FaultyDisk};
use fleetback_testdata::when::at;
use zeroize::Zeroizing;

const PASSWORD: &str = "correct horse";
/// Named by a UDID, it is a backup whatever can be read of it.
const FOLDER: &str = "00008030-001A35E40212345E";
const PHOTO: (&str, &str) = ("CameraRollDomain", "Media/DCIM/100APPLE/LONG.HEIC");
const LOG: (&str, &str) = (
    "HomeDomain",
    "Library/Preferences/com.apple.mobile.ldbackup.plist",
);

/// What is read of the disk that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Old,
    Opened,
    Locked,
}

struct Offers;

impl PasswordSource for Offers {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        vec![Candidate {
            password: Zeroizing::new(PASSWORD.as_bytes().to_vec()),
            source: "test".to_owned(),
        }]
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        vec!["test".to_owned()]
    }
}

fn builder(kind: Kind) -> BackupBuilder {
    let photo = begin_as_named(PHOTO.1, vec![0x5a; 200_000]);
    let builder = BackupBuilder::new(11)
        .folder_name(FOLDER)
        .completed("2024-04-30T21:00:00Z")
        .files(300)
        .entry(Entry::file(PHOTO.0, PHOTO.1, 3, photo))
        .cloud_log(CloudLog::new().last_date(at("2024-04-30T21:00:00Z")))
        .no_empty_folders();
    match kind {
        Kind::Plain => builder,
        Kind::Old => builder.product("iPhone5,2", "9.3.5", "13G36"),
        Kind::Opened | Kind::Locked => builder.encrypted(PASSWORD, Kdf::fast()),
    }
}

fn read(root: &Path, kind: Kind, verify: VerifyLevel) -> (LocalBackup, Vec<Problem>) {
    let inputs = Inputs {
        roots: vec![root.to_owned()],
        ..Inputs::default()
    };
    let options = ScanOptions {
        now: at("2024-05-01T06:00:00Z"),
        scan_host: "here".to_owned(),
        verify,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    };
    let passwords: &dyn PasswordSource = match kind {
        Kind::Opened => &Offers,
        _ => &NoPasswords,
    };
    let services = ScanServices {
        passwords,
        cache: &NoCache,
        progress: &Silent,
    };
    let fleet = scan(&inputs, &options, &services);
    let backups = fleet.devices.into_iter().flat_map(|device| device.backups);
    (backups.into_iter().next().unwrap(), fleet.problems)
}

/// The name of a payload below its backup.
fn payload(kind: Kind, (domain, path): (&str, &str)) -> String {
    let id = file_id(domain, path);
    match kind {
        Kind::Old => id,
        _ => format!("{}/{id}", &id[..2]),
    }
}

/// What one failing file, or folder, must lead to.
struct Case {
    kind: Kind,
    level: VerifyLevel,
    file: String,
    /// The first byte that the disk does not give.
    from: u64,
    /// Does the backup need it, so that nothing is known of it any more?
    needed: bool,
}

fn cases() -> Vec<Case> {
    use VerifyLevel::{Contents, Names, Sizes, State};
    let mut cases = Vec::new();
    let mut add = |kind, level, file: &str, from, needed| {
        let file = file.to_owned();
        cases.push(Case {
            kind,
            level,
            file,
            from,
            needed,
        });
    };
    for kind in [Kind::Plain, Kind::Old, Kind::Opened, Kind::Locked] {
        for level in [State, Contents] {
            add(kind, level, "Status.plist", 0, true);
            add(kind, level, "Manifest.plist", 0, true);
            add(kind, level, "Info.plist", 0, false);
            // Every file of it may still be found by its name.
            add(kind, level, "", 0, false);
        }
    }
    for level in [Names, Sizes, Contents] {
        // The header, the schema, and a page of rows.
        for from in [0, 4096, 40_000, 100_000] {
            add(Kind::Plain, level, "Manifest.db", from, true);
        }
        add(Kind::Old, level, "Manifest.mbdb", 0, true);
        add(Kind::Old, level, "Manifest.mbdb", 9_000, true);
        add(Kind::Opened, level, "Manifest.db", 0, true);
        add(Kind::Opened, level, "Manifest.db", 40_000, true);
        let bucket = &payload(Kind::Plain, PHOTO)[..2];
        for kind in [Kind::Plain, Kind::Opened, Kind::Locked] {
            add(kind, level, bucket, 0, true);
        }
    }
    for level in [Sizes, Contents] {
        add(Kind::Locked, level, "Manifest.db", 0, true);
        for kind in [Kind::Plain, Kind::Old, Kind::Opened, Kind::Locked] {
            add(kind, level, &payload(kind, PHOTO), 0, true);
        }
    }
    for from in [100_000, 190_000] {
        add(
            Kind::Plain,
            Contents,
            &payload(Kind::Plain, PHOTO),
            from,
            true,
        );
        add(
            Kind::Opened,
            Contents,
            &payload(Kind::Opened, PHOTO),
            from,
            true,
        );
    }
    add(Kind::Plain, Names, &payload(Kind::Plain, LOG), 0, false);
    add(Kind::Opened, Names, &payload(Kind::Opened, LOG), 0, false);
    cases
}

/// What SQLite says of an error that it does not take for damage.
const OF_SQLITE: &str = "it cannot be read to its end";

/// Why a backup that could not be read in full is told wrongly; `None` where all is well.
fn mistake(case: &Case, backup: &LocalBackup, problems: &[Problem], words: &str) -> Option<String> {
    let all: Vec<&Problem> = backup.problems.iter().chain(problems).collect();
    let told = all.iter().find(|problem| {
        problem.level == Level::Incomplete
            && problem.kind == ProblemKind::ReadError
            && (problem.found.contains(words) || problem.found.contains(OF_SQLITE))
    });
    if told.is_none() {
        return Some(format!("no row that says {words:?}: {all:?}"));
    }
    // What was found about the folder itself, and about its payload, are two rows.
    let rows_max = if case.file.is_empty() { 2 } else { 1 };
    let incomplete = all
        .iter()
        .filter(|problem| problem.level == Level::Incomplete);
    if incomplete.count() > rows_max {
        return Some(format!("more rows than needed: {all:?}"));
    }
    if backup.state == State::Damaged {
        return Some(format!("called damaged: {}", backup.state_reason));
    }
    let wrong = [Restorable::Yes, Restorable::No, Restorable::NeedsPassword];
    (case.needed && wrong.contains(&backup.restorable))
        .then(|| format!("{:?}: {}", backup.restorable, backup.restorable_reason))
}

/// Every file that is read, failing with each of the errors that disks and shares give.
#[test]
fn a_read_error_of_whatever_file_is_unreadable_and_never_damage() {
    let mut mistakes = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let (source, place) = (folder.path().join("source"), folder.path().join("place"));
        std::fs::create_dir_all(&place).unwrap();
        builder(case.kind).write(&source).unwrap();
        let Ok(disk) = FaultyDisk::mount(&source, &place) else {
            eprintln!("SKIPPED: no disk can be mounted here, so none can fail");
            return;
        };
        for (number, words) in [(EIO, "Input/output error"), (ESTALE, "Stale file handle")] {
            let file = Path::new(FOLDER).join(&case.file);
            disk.fail(file, Failure::Error(number, case.from));
            let (backup, problems) = read(&place, case.kind, case.level);
            if let Some(mistake) = mistake(&case, &backup, &problems, words) {
                let (kind, level, file, from) = (case.kind, case.level, &case.file, case.from);
                mistakes.push(format!(
                    "{kind:?} {level:?} {file:?} from {from}: {mistake}"
                ));
            }
            disk.mend();
        }
        let (backup, problems) = read(&place, case.kind, case.level);
        assert_eq!(
            [backup.problems, problems],
            [[], []],
            "{:?} without an error",
            case.kind
        );
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
