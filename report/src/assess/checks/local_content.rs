//! Local backups whose folder holds less than a device, or content that is not on the disk, or paths
//! that a restore may stop at; and folders that earlier runs saw and this one does not.

use fleetback_scanner::model::backup::{FileName, FolderContent, LocalBackup, Restorable, State};
use jiff::Timestamp;

use super::local_finding::{failure, state_evidence};
use crate::assess::context::{DeviceContext, Local};
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::assess::good_backup::within;
use crate::assess::origin::Origin;
use crate::format::{instant, list, plural};
use crate::history::PastFolder;
use crate::results::{Code, Severity};

/// A folder that was first missed longer ago than this, in days, is reported no more: every run has reported it.
const GONE_DAYS: f64 = 30.0;

/// Domains named one by one.
const DOMAINS_MAX: usize = 4;

/// Paths named one by one.
const PATHS_MAX: usize = 3;

/// A part of a device only.
pub(super) fn partial(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    (backup.state == State::Partial).then(|| {
        let evidence = vec![state_evidence(backup)];
        failure(ctx, backup, Code::LocalPartial, evidence)
    })
}

/// Names without content, in a folder that is not known to be whole all the same.
pub(super) fn not_downloaded(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    is_not_downloaded(backup).then(|| {
        let files = plural(backup.not_downloaded, "file", "files");
        let text = format!("not downloaded: {files}, whose names are in the folder and whose content is not on the disk");
        let evidence = from_backup(text, backup, "its files", Some(backup.file_check.verified.at));
        failure(ctx, backup, Code::LocalNotDownloaded, vec![evidence])
    })
}

/// Does content that was never downloaded keep this backup from being restored?
pub(crate) fn is_not_downloaded(backup: &LocalBackup) -> bool {
    let whole = matches!(
        backup.restorable,
        Restorable::Yes | Restorable::NeedsPassword
    );
    backup.not_downloaded > 0 && !whole && backup.state != State::Fake
}

/// Paths that a restore has been seen to stop at. Never a reason to call the backup anything but good.
pub(super) fn restore_hazard(_: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let paths = &backup.decomposed_paths;
    if paths.count == 0 || backup.archived {
        return None;
    }
    let verified = Some(backup.file_check.verified.at);
    let text = format!(
        "{} in decomposed Unicode, of {}",
        plural(paths.count, "path is", "paths are"),
        list(&paths.domains, DOMAINS_MAX)
    );
    let first = from_backup(text, backup, "the manifest", verified);
    let named = paths.sample.iter().take(PATHS_MAX);
    let named =
        named.map(|file| from_backup(of_domain(file), backup, file.file_id.clone(), verified));
    let evidence = std::iter::once(first).chain(named).collect();
    Some(DraftFinding::new(Code::RestoreHazard, evidence))
}

fn of_domain(file: &FileName) -> String {
    format!("{} of {}", file.path, file.domain)
}

/// A folder in which no backup ever came to be.
pub(super) fn empty(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let text = match backup.content {
        FolderContent::Backup => return None,
        FolderContent::Nothing => "the folder holds nothing of a backup",
        FolderContent::OnlyInfo => {
            "the folder holds Info.plist alone: the computer began, and the device never wrote"
        }
    };
    let evidence = from_backup(
        text,
        backup,
        "the folder",
        Some(backup.file_check.verified.at),
    );
    Some(failure(ctx, backup, Code::LocalUnfinished, vec![evidence]))
}

/// Good backups that an earlier run saw, and that neither lie there any more nor have a successor.
pub(super) fn gone(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let evidence: Vec<DraftEvidence> = gone_folders(ctx).map(gone_evidence).collect();
    if evidence.is_empty() {
        return Vec::new();
    }
    let in_date = ctx.last_good().is_some_and(|good| ctx.in_date(good.date));
    let draft = DraftFinding::new(Code::BackupGone, evidence);
    vec![if in_date {
        draft.severity(Severity::Warning)
    } else {
        draft
    }]
}

/// The folders of [`gone`].
pub(crate) fn gone_folders<'c>(ctx: &'c DeviceContext<'_>) -> impl Iterator<Item = &'c PastFolder> {
    let folders = ctx.past.into_iter().flat_map(|past| &past.folders);
    folders.filter(|folder| {
        is_missed(folder, ctx.now)
            && !is_here(ctx, folder)
            && !has_successor(ctx, folder.completed_at)
            && ctx.fleet.searched.contains(&folder.path)
    })
}

/// Is it missed for the first time, or was it lately?
pub(crate) fn is_missed(folder: &PastFolder, now: Timestamp) -> bool {
    let missed = folder.missed_since;
    missed.is_none_or(|since| within(since, now, GONE_DAYS))
}

fn is_here(ctx: &DeviceContext<'_>, folder: &PastFolder) -> bool {
    ctx.locals
        .iter()
        .any(|local| local.backup.path == folder.path)
}

/// Is there a good local backup that is as new? Then the folder was moved, renamed or replaced.
fn has_successor(ctx: &DeviceContext<'_>, completed_at: Timestamp) -> bool {
    let dates = ctx.locals.iter().filter_map(|local| local.good);
    dates.into_iter().any(|date| date >= completed_at)
}

fn gone_evidence(folder: &PastFolder) -> DraftEvidence {
    DraftEvidence {
        text: format!(
            "the good backup of {} on {} was there on {}, the last run that saw it, and is gone",
            instant(folder.completed_at),
            folder.host,
            instant(folder.until)
        ),
        origin: Origin::named(folder.path.display().to_string()),
        observed_at: Some(folder.until),
    }
}
