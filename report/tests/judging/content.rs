//! Folders that hold less than a device, or content that is not there, or that are gone.

use std::path::PathBuf;

use fleetback_report::history::{History, PastDevice, PastFolder, PastRun};
use fleetback_report::judge::{ReferenceData, judge};
use fleetback_report::results::{Code, Device, FixId, Results, Severity, Status};
use fleetback_scanner::model::backup::{FileCount, FolderContent, LocalBackup, Restorable, State};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::Problem;

use crate::fleet::*;
use crate::memory::{SERIAL, ids};

/// The device's codes, status, and whether the backup counts.
#[track_caller]
fn check(backup: LocalBackup, codes: &[&str], status: Status) -> Device {
    let device = judged_alone(phone().local(backup), "");
    let found: Vec<&str> = device.findings.iter().map(|f| f.code.id()).collect();
    assert_eq!((&found[..], device.status), (codes, status));
    device
}

#[test]
fn content_that_is_not_there_is_told_once_and_by_its_cause() {
    check(
        not_downloaded(DAY),
        &["local-not-downloaded"],
        Status::Failed,
    );
    let some = LocalBackup {
        not_downloaded: 13,
        ..holed(DAY)
    };
    check(
        some,
        &["local-not-downloaded", "local-files-missing"],
        Status::Failed,
    );
    let stubs_of_nothing = LocalBackup {
        not_downloaded: 3,
        ..local(DAY)
    };
    check(stubs_of_nothing, &[], Status::Protected);
    let without_status = LocalBackup {
        not_downloaded: 3,
        ..broken(State::Unknown, DAY)
    };
    check(without_status, &["local-not-downloaded"], Status::Failed);
}

#[test]
fn damaged_files_are_a_finding_at_every_level_that_looks() {
    let device = check(cut(DAY), &["local-damaged"], Status::Failed);
    let evidence = &device.findings[0].evidence;
    assert!(
        evidence[1].text.contains("4,096 bytes where 200,000"),
        "{evidence:?}"
    );
    let grown_database = LocalBackup {
        file_check: checked(FileCount {
            expected: 100,
            present: 100,
            different: Some(1),
            ..FileCount::default()
        }),
        ..local(DAY)
    };
    check(grown_database, &[], Status::Protected);
}

#[test]
fn a_part_of_a_device_is_no_backup_of_it() {
    let device = check(
        broken(State::Partial, DAY),
        &["local-partial"],
        Status::Failed,
    );
    assert_eq!(device.findings[0].likely_fix, Some(FixId::StartFreshBackup));
    assert!(!device.backups[0].good);
}

#[test]
fn a_hazard_never_makes_a_backup_bad() {
    let device = check(decomposed(2), &["restore-hazard"], Status::Protected);
    let finding = &device.findings[0];
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.evidence[0]
            .text
            .starts_with("2 paths are in decomposed Unicode")
    );
    assert!(finding.evidence[1].text.contains("Cafe\u{301}.txt"));
    check(decomposed(0), &[], Status::Protected);
    let archived = LocalBackup {
        archived: true,
        ..decomposed(2)
    };
    check(archived, &[], Status::Protected);
}

#[test]
fn an_empty_folder_tells_what_it_is() {
    let fix = |content, os: &str| {
        let backup = LocalBackup {
            os_version: Some(os.to_owned()),
            ..empty(content)
        };
        check(backup, &["local-unfinished"], Status::Failed).findings[0]
            .likely_fix
            .unwrap()
    };
    assert_eq!(fix(FolderContent::OnlyInfo, "16.1"), FixId::EnterPasscode);
    assert_eq!(
        fix(FolderContent::OnlyInfo, "16.0"),
        FixId::StartFreshBackup
    );
    assert_eq!(fix(FolderContent::Nothing, "16.1"), FixId::StartFreshBackup);
}

#[test]
fn a_folder_whose_worth_is_open_is_not_nothing() {
    let open = LocalBackup {
        restorable: Restorable::Unknown,
        restorable_reason: "quick_check: row 4 missing from index".to_owned(),
        ..local(DAY)
    };
    let device = check(open.clone(), &["backup-unknown"], Status::Unknown);
    assert!(
        reason_of(&device.findings[0]).contains("quick_check"),
        "{}",
        reason_of(&device.findings[0])
    );
    let of_another = LocalBackup {
        identity_disagrees: Some("UDID A (Manifest.plist), B (the folder's name)".to_owned()),
        ..open
    };
    let device = judged_alone(phone().local(of_another), "");
    let unknown = finding(&device, Code::BackupUnknown);
    assert_eq!(unknown.likely_fix, Some(FixId::ResolveIdentity));
}

/// One run, so many seconds ago, that saw a good backup completed a day before it.
fn seen(seconds: i64) -> History {
    let (at, path) = (ago(seconds), "/backups/there");
    History {
        runs: vec![PastRun {
            at,
            run_id: "run-0".to_owned(),
            complete: true,
            counts: None,
        }],
        devices: vec![PastDevice {
            ids: ids("", SERIAL),
            folders: vec![PastFolder {
                path: path.into(),
                host: "mac-7".to_owned(),
                completed_at: ago(seconds + DAY),
                since: at,
                until: at,
                missed_since: None,
            }],
            ..PastDevice::default()
        }],
        ..History::default()
    }
}

/// The same, first missed by a run so many seconds ago.
fn missed(seconds: i64) -> History {
    let mut history = seen(seconds + DAY);
    history.devices[0].folders[0].missed_since = Some(ago(seconds));
    history
}

fn judged_after(fleet: &Fleet, history: &History) -> Results {
    let reference_data = ReferenceData {
        history: Some(history),
        ..ReferenceData::default()
    };
    judge(fleet, &reference_data, &policy(""), &run())
}

#[track_caller]
fn check_gone(fleet: &Fleet, history: &History, want: Option<Severity>) {
    let results = judged_after(fleet, history);
    let findings = results.devices.iter().flat_map(|device| &device.findings);
    let gone = findings.filter(|finding| finding.code == Code::BackupGone);
    let severities: Vec<_> = gone.map(|finding| finding.severity).collect();
    assert_eq!(severities, Vec::from_iter(want));
}

#[test]
fn a_folder_that_is_gone_is_missed() {
    let error = Some(Severity::Error);
    let device = || phone().icloud(20 * DAY);
    check_gone(&fleet([device()]), &seen(DAY), error);
    check_gone(&fleet([device()]), &seen(90 * DAY), error);
    check_gone(&fleet([device()]), &missed(30 * DAY), error);
    check_gone(&fleet([device()]), &missed(30 * DAY + 1), None);
    // Another good backup in date: nothing would be lost tonight.
    check_gone(
        &fleet([phone().icloud(DAY)]),
        &seen(DAY),
        Some(Severity::Warning),
    );
    // It lies there; it was moved; the newer one has taken its place.
    let there = LocalBackup {
        path: "/backups/there".into(),
        ..local(2 * DAY)
    };
    check_gone(&fleet([phone().local(there.clone())]), &seen(DAY), None);
    check_gone(&fleet([phone().local(local(2 * DAY))]), &seen(DAY), None);
    check_gone(
        &fleet([phone().local(local(2 * DAY + 1))]),
        &seen(DAY),
        Some(Severity::Warning),
    );
    // It lies there and is broken: another finding.
    let broken = LocalBackup {
        path: "/backups/there".into(),
        ..holed(2 * DAY)
    };
    check_gone(&fleet([phone().local(broken)]), &seen(DAY), None);
    // Where the disk could not be read, nothing is gone.
    let mut unread = fleet([device()]);
    unread.problems.push(Problem::incomplete(
        "/backups",
        "a folder",
        "permission denied",
    ));
    check_gone(&unread, &seen(DAY), None);
    let unread = Fleet {
        devices: Vec::new(),
        ..unread
    };
    check_gone(&unread, &seen(DAY), None);
    // Nor where this run did not look; a standard place that is not there was looked for.
    let elsewhere = |absent: &[&str]| Fleet {
        roots: Vec::new(),
        absent_roots: absent.iter().map(PathBuf::from).collect(),
        ..fleet([])
    };
    check_gone(&elsewhere(&[]), &seen(DAY), None);
    check_gone(&elsewhere(&["/back"]), &seen(DAY), None);
    check_gone(&elsewhere(&["/backups"]), &seen(DAY), error);
}

#[test]
fn a_device_that_nothing_else_knows_does_not_vanish_with_its_folder() {
    let empty = fleet([]);
    check_gone(&empty, &seen(DAY), Some(Severity::Error));
    check_gone(&empty, &missed(30 * DAY + 1), None);
    let results = judged_after(&empty, &seen(DAY));
    let device = &results.devices[0];
    assert_eq!(device.serial_number.as_deref(), Some(SERIAL));
    assert_eq!(results.summary.at_risk, 1);
    let text = &device.findings[0].evidence[0].text;
    assert!(text.contains("mac-7") && text.contains("is gone"), "{text}");
}
