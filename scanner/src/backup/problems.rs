//! What in a backup folder could not be used, one row for each file at most.
//!
//! `incomplete` only where a file is there and the system would not let us read it. A file that
//! opens and is wrong is a fact about the backup, which its state says; the row says where and what.

use std::path::Path;

use super::cloud_log;
use super::evidence::{BackupFiles, Checked};
use super::file_list::catalog::FileListProbe;
use super::verify::check::Check;
use crate::model::backup::{Password, Restorable};
use crate::model::problem::{Problem, ProblemKind};
use crate::source::file::{Fault, fault};
use crate::source::watched;

const LET_US_READ: &str = "let the account that runs the scan read it (on macOS: Full Disk Access)";
const DOWNLOAD: &str =
    "have the service that keeps the folder download all of it, or move the backups out of it";
const START_AFRESH: &str = "copy the folder elsewhere, then make a new backup into an empty folder";

const NEWER_PROGRAM: &str = "check where this backup comes from: no iOS known today asks for so many; if a new one does, a newer fleetback is needed";

/// All problems of a folder.
pub(super) fn all(
    folder: &Path,
    files: &BackupFiles,
    restorable: Restorable,
    doubts: &[String],
) -> Vec<Problem> {
    if let Some(problem) = folder_problem(folder) {
        return vec![problem];
    }
    let mut problems = file_problems(folder, files);
    problems.extend(wrong_type_problems(folder, files));
    problems.extend(wal_problem(folder));
    problems.extend(keybag_problem(folder, files));
    problems.extend(check_problems(folder, files));
    problems.extend(doubt_problem(folder, restorable, doubts));
    problems.extend(not_downloaded_problem(folder, files));
    problems.extend(files.top.notes(folder));
    problems
}

/// A folder that cannot be listed costs one row, not one for each file in it.
fn folder_problem(folder: &Path) -> Option<Problem> {
    let fault = fault(&watched::read_dir(folder).err()?);
    Some(fault_problem(folder, "the backup folder", &fault))
}

fn fault_problem(path: &Path, wanted: &str, fault: &Fault) -> Problem {
    match fault {
        Fault::Absent => fault.note(path, wanted),
        _ if fault.is_unreadable() => fault.incomplete(path, wanted).with_remedy(LET_US_READ),
        _ => fault.note(path, wanted).with_remedy(START_AFRESH),
    }
}

fn file_problems(folder: &Path, files: &BackupFiles) -> Vec<Problem> {
    let list = match files.probe {
        FileListProbe::Mbdb(_) => "Manifest.mbdb",
        _ => "Manifest.db",
    };
    let faults = [
        (
            "Status.plist",
            "the Status.plist",
            files.status.as_ref().err(),
        ),
        (
            "Manifest.plist",
            "the Manifest.plist",
            files.manifest.as_ref().err(),
        ),
        (
            list,
            "the list of the backup's files",
            files.catalog.as_ref().err(),
        ),
        ("Info.plist", "the Info.plist", files.info.as_ref().err()),
    ];
    let (denied, wrong): (Vec<_>, Vec<_>) = faults
        .into_iter()
        .filter_map(|(name, wanted, fault)| Some((name, wanted, fault?)))
        .filter(|(_, _, fault)| **fault != Fault::Absent)
        .partition(|(_, _, fault)| fault.is_unreadable());
    let several = several_denied(folder, &denied);
    let each = if several.is_some() {
        wrong
    } else {
        [denied, wrong].concat()
    };
    let each = each
        .into_iter()
        .map(|(name, wanted, fault)| of_file(folder, name, wanted, fault));
    each.chain(several).collect()
}

/// A folder whose files may not be read is one problem, as one that cannot be listed is.
fn several_denied(folder: &Path, denied: &[(&str, &str, &Fault)]) -> Option<Problem> {
    let [(_, _, fault), _, ..] = denied else {
        return None;
    };
    let names: Vec<_> = denied.iter().map(|(name, ..)| *name).collect();
    let found = format!("{fault}: {}", names.join(", "));
    let problem = Problem::incomplete(folder, "the files of this backup", found);
    Some(problem.with_remedy(LET_US_READ).with_kind(fault.kind()))
}

/// No iOS needs Info.plist for a restore, so a damaged one is no reason to start afresh.
fn of_file(folder: &Path, name: &str, wanted: &str, fault: &Fault) -> Problem {
    let mut problem = fault_problem(&folder.join(name), wanted, fault);
    if name == "Info.plist" && *fault != Fault::Absent && !fault.is_unreadable() {
        problem.remedy = None;
    }
    problem
}

fn wrong_type_problems(folder: &Path, files: &BackupFiles) -> Vec<Problem> {
    let info = files.info.as_ref().map(|info| &info.wrong_types);
    let manifest = files
        .manifest
        .as_ref()
        .map(|manifest| &manifest.wrong_types);
    [("Info.plist", info.ok()), ("Manifest.plist", manifest.ok())]
        .into_iter()
        .filter_map(|(name, wrong_types)| {
            Some((
                name,
                wrong_types.filter(|wrong_types| !wrong_types.is_empty())?,
            ))
        })
        .map(|(name, wrong_types)| {
            let wanted = "keys of the plist";
            Problem::note(folder.join(name), wanted, wrong_types.join("; "))
                .with_kind(ProblemKind::WrongShape)
        })
        .collect()
}

/// Reading a database as immutable leaves out what lies in its write-ahead log.
fn wal_problem(folder: &Path) -> Option<Problem> {
    let path = folder.join("Manifest.db-wal");
    let bytes = watched::symlink_metadata(&path).ok()?.len();
    (bytes > 0).then(|| {
        let found = format!("a write-ahead log of {bytes} bytes, which was not read");
        Problem::note(path, "the write-ahead log", found).with_kind(ProblemKind::LeftOut)
    })
}

/// Whatever makes the answer unknown leaves evidence out that should have been readable; beside a loss
/// that is proven it is worth knowing and no more.
fn doubt_problem(folder: &Path, restorable: Restorable, doubts: &[String]) -> Option<Problem> {
    let wanted = "proof that this backup is whole";
    let found = (!doubts.is_empty()).then(|| doubts.join("; "))?;
    let problem = match restorable {
        Restorable::Unknown => Problem::incomplete(folder, wanted, found),
        _ => Problem::note(folder, wanted, found),
    };
    let problem = problem.with_kind(ProblemKind::Contradiction);
    Some(problem.with_remedy(START_AFRESH))
}

fn not_downloaded_problem(folder: &Path, files: &BackupFiles) -> Option<Problem> {
    let count = files.not_downloaded();
    let names: Vec<&str> = files.top.stubs.iter().map(String::as_str).collect();
    let named = if names.is_empty() {
        String::new()
    } else {
        format!(", among them {}", names.join(", "))
    };
    let found = format!("not downloaded: {count} files{named}");
    let problem = Problem::note(folder, "all files of this backup", found);
    let problem = problem.with_kind(ProblemKind::NotDownloaded);
    (count > 0).then(|| problem.with_remedy(DOWNLOAD))
}

fn keybag_problem(folder: &Path, files: &BackupFiles) -> Option<Problem> {
    let fault = files.unlock.fault.as_ref()?;
    let path = folder.join("Manifest.plist");
    if files.unlock.password == Password::NotTried {
        let problem = Problem::incomplete(path, "a keybag that a password can be tried on", fault);
        let problem = problem.with_kind(ProblemKind::Password);
        return Some(problem.with_remedy(NEWER_PROGRAM));
    }
    let problem = Problem::note(path, "the keybag", fault);
    Some(
        problem
            .with_kind(ProblemKind::Damaged)
            .with_remedy(START_AFRESH),
    )
}

fn check_problems(folder: &Path, files: &BackupFiles) -> Vec<Problem> {
    let mut problems = Vec::new();
    let unlisted_payload = files
        .unopened
        .as_ref()
        .and_then(|seen| seen.unlisted.as_ref());
    if let Some(fault) = unlisted_payload {
        problems.push(fault_problem(folder, "the payload folders", fault));
    }
    let unopened = files.unopened.as_ref();
    if let Some((path, fault)) = unopened.and_then(|seen| seen.unread.as_ref()) {
        problems.push(fault_problem(path, "a file of this backup", fault));
    }
    if let Some(Checked::Now(check)) = &files.check {
        problems.extend(unlisted(folder, &check.unlisted));
        problems.extend(unread(check));
    }
    if let Some(checked) = &files.check {
        problems.extend(odd_rows(folder, checked));
        problems.extend(no_files(folder, checked));
    }
    problems
}

/// 256 folders without permission are one problem.
fn unlisted(folder: &Path, unlisted: &[(std::path::PathBuf, Fault)]) -> Option<Problem> {
    let (path, fault) = unlisted.first()?;
    let path = if unlisted.len() == 1 { path } else { folder };
    let found = format!("cannot be listed: {} ({fault})", unlisted.len());
    let remedy = match fault {
        Fault::Link => "scan a copy in which no link stands for a payload folder",
        _ => LET_US_READ,
    };
    let problem = Problem::incomplete(path, "the payload folders", found);
    Some(problem.with_kind(fault.kind()).with_remedy(remedy))
}

/// One problem for all, with the first by name.
fn unread(check: &Check) -> Option<Problem> {
    let (path, fault) = check.unread_sample.first()?;
    let found = format!("{} cannot be read: {fault}", check.unread);
    let problem = Problem::incomplete(path, "the payload files", found);
    Some(problem.with_kind(fault.kind()).with_remedy(
        "check the disk, and that the account that runs the scan may read all of the folder",
    ))
}

fn odd_rows(folder: &Path, checked: &Checked) -> Option<Problem> {
    let found = checked.odd_rows()?;
    let list = folder.join("Manifest.db");
    let note = Problem::note(list, "rows of the list of files", found);
    Some(note.with_kind(ProblemKind::WrongShape))
}

fn no_files(folder: &Path, checked: &Checked) -> Option<Problem> {
    let count = checked.no_files();
    let found = format!("links, folders and the like in their place: {count}");
    let note = Problem::note(folder, "payload files", found);
    (count > 0).then(|| note.with_kind(ProblemKind::WrongShape))
}

/// What the iCloud log could not give.
pub(super) fn cloud_log_problems(folder: &Path, reading: &cloud_log::Reading) -> Vec<Problem> {
    let wanted = "the iCloud backup's own log";
    let mut problems: Vec<Problem> = reading
        .faults
        .iter()
        .map(|(path, fault)| match fault {
            _ if fault.is_unreadable() => fault_problem(path, wanted, fault),
            _ => fault.note(path, wanted),
        })
        .collect();
    if reading.dropped > 0 {
        let found = format!(
            "{} entries dated after this backup, left out",
            reading.dropped
        );
        problems.push(Problem::note(folder, wanted, found).with_kind(ProblemKind::LeftOut));
    }
    problems
}
