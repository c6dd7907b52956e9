//! Local backups that failed, are broken, unencrypted or locked.
//!
//! A failure is a warning while another good backup is in date: it is worth repairing, and nothing
//! would be lost now.

use fleetback_scanner::model::backup::{FolderContent, LocalBackup, Password, Restorable, State};
use fleetback_scanner::model::problem::Level;

use super::local_content::{self, is_not_downloaded};
use super::local_finding::{failure, or_reason, state_evidence};
use crate::assess::context::{DeviceContext, Local};
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::assess::good_backup::{claims_to_be_whole, is_asked_for_its_password, within};
use crate::assess::origin::Origin;
use crate::assess::status::later_attempt;
use crate::format::{Label, instant, size};
use crate::policy::Demand;
use crate::results::{Code, Severity};

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let each = ctx.locals.iter().flat_map(|local| {
        EACH.iter()
            .filter_map(|look| look(ctx, local))
            .collect::<Vec<DraftFinding>>()
    });
    each.chain(local_content::gone(ctx))
        .chain(not_encrypted(ctx))
        .chain(not_verified(ctx))
        .collect()
}

/// What is looked for in every folder.
const EACH: &[fn(&DeviceContext<'_>, &Local<'_>) -> Option<DraftFinding>] = &[
    local_content::not_downloaded,
    files_missing,
    damaged,
    local_content::partial,
    local_content::restore_hazard,
    local_content::empty,
    unfinished,
    placeholder,
    attempt_failed,
    in_progress,
    unreadable,
    password_wrong,
    password_missing,
];

fn files_missing(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let files = backup.file_check.files.filter(|files| files.missing > 0)?;
    let is_explained = files.missing <= backup.not_downloaded;
    if backup.restorable != Restorable::No || !claims_to_be_whole(backup) || is_explained {
        return None;
    }
    let text = format!(
        "{} of {} files that the manifest names are not on disk",
        files.missing, files.expected
    );
    let evidence = from_backup(
        text,
        backup,
        "the manifest",
        Some(backup.file_check.verified.at),
    );
    let first = backup.file_check.missing_sample.first().map(|file| {
        let text = format!("the first of them is {} of {}", file.path, file.domain);
        from_backup(
            text,
            backup,
            file.file_id.clone(),
            Some(backup.file_check.verified.at),
        )
    });
    let evidence = std::iter::once(evidence).chain(first).collect();
    Some(failure(ctx, backup, Code::LocalFilesMissing, evidence))
}

fn damaged(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let text = damage(backup)?;
    let evidence = from_backup(
        or_reason(text),
        backup,
        "Status.plist and the manifests",
        Some(backup.file_check.verified.at),
    );
    let differing = backup
        .file_check
        .different_sample
        .first()
        .filter(|_| has_damaged_files(backup));
    let first = differing.map(|differing| {
        let file = &differing.file;
        let text = format!("{} of {}: {}", file.path, file.domain, differing.how);
        from_backup(
            text,
            backup,
            file.file_id.clone(),
            Some(backup.file_check.verified.at),
        )
    });
    let evidence = std::iter::once(evidence).chain(first).collect();
    Some(failure(ctx, backup, Code::LocalDamaged, evidence))
}

/// What is damaged, in words; `None` where nothing is, or another finding says it.
fn damage(backup: &LocalBackup) -> Option<String> {
    let lost = backup.restorable == Restorable::No;
    let missing = backup
        .file_check
        .files
        .is_some_and(|files| files.missing > 0);
    match backup.state {
        State::Damaged => Some(backup.state_reason.clone()),
        State::Partial => None,
        _ if backup.content != FolderContent::Backup => None,
        _ if has_damaged_files(backup) => Some(backup.restorable_reason.clone()),
        _ if is_not_downloaded(backup) => None,
        State::Unknown if lost => Some(backup.state_reason.clone()),
        _ if backup.password == Password::KeybagDamaged => Some(
            "the keybag in Manifest.plist cannot be used: no password opens this backup".to_owned(),
        ),
        _ if lost && claims_to_be_whole(backup) && !missing => {
            Some(backup.restorable_reason.clone())
        }
        _ => None,
    }
}

/// Are files not what their rows say, by more than a database in use explains?
pub(crate) fn has_damaged_files(backup: &LocalBackup) -> bool {
    let damaged = backup
        .file_check
        .files
        .is_some_and(|files| files.damaged > 0);
    damaged && backup.restorable == Restorable::No
}

fn unfinished(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let evidence = || vec![state_evidence(backup)];
    match backup.state {
        State::Unfinished => Some(failure(ctx, backup, Code::LocalUnfinished, evidence())),
        // The data is complete; only the tidying up did not end.
        State::CleanupUnfinished => {
            Some(DraftFinding::new(Code::LocalUnfinished, evidence()).severity(Severity::Warning))
        }
        _ => None,
    }
}

fn placeholder(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let made_up = matches!(local.backup.state, State::Placeholder | State::Fake);
    made_up.then(|| {
        let evidence = vec![state_evidence(local.backup)];
        failure(ctx, local.backup, Code::LocalPlaceholder, evidence)
    })
}

fn attempt_failed(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let later = later_attempt(backup, ctx.now).map(|at| {
        let text = format!(
            "the computer noted a backup on {}, of which Status.plist knows nothing",
            instant(at)
        );
        from_backup(text, backup, "Info.plist Last Backup Date", Some(at))
    });
    let state = (backup.state == State::AttemptFailed).then(|| state_evidence(backup));
    let evidence: Vec<DraftEvidence> = state.into_iter().chain(later).collect();
    if evidence.is_empty() {
        return None;
    }
    let draft = DraftFinding::new(Code::LocalAttemptFailed, evidence);
    // With no good backup at all, a failed attempt is all there is.
    let alone = ctx.last_good().is_none();
    Some(if alone {
        draft.severity(Severity::Error)
    } else {
        draft
    })
}

fn in_progress(_: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    (backup.state == State::InProgress).then(|| {
        let text = or_reason(backup.state_reason.clone());
        let evidence = from_backup(text, backup, "Status.plist", backup.newest_mtime);
        DraftFinding::new(Code::BackupInProgress, vec![evidence])
    })
}

fn unreadable(_: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let mut evidence: Vec<DraftEvidence> = backup
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Incomplete)
        .map(|problem| DraftEvidence {
            text: problem.reason(),
            origin: Origin::named(problem.path.display().to_string()),
            observed_at: Some(backup.file_check.verified.at),
        })
        .collect();
    if evidence.is_empty() && backup.state == State::Unreadable {
        evidence.push(state_evidence(backup));
    }
    (!evidence.is_empty()).then(|| DraftFinding::new(Code::EvidenceUnreadable, evidence))
}

fn password_wrong(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    (backup.password == Password::Wrong).then(|| {
        let text = "none of the given passwords opens the keybag of this backup";
        let evidence = from_backup(
            text,
            backup,
            "Manifest.plist BackupKeyBag",
            Some(backup.file_check.verified.at),
        );
        failure(ctx, backup, Code::PasswordWrong, vec![evidence])
    })
}

fn password_missing(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Option<DraftFinding> {
    let backup = local.backup;
    let unproven = backup.password == Password::Missing && is_asked_for_its_password(backup);
    unproven.then(|| {
        let text = "the backup is encrypted, and no password was given to try";
        let evidence = from_backup(
            text,
            backup,
            "Manifest.plist IsEncrypted",
            Some(backup.file_check.verified.at),
        );
        let draft = DraftFinding::new(Code::PasswordMissing, vec![evidence]);
        match ctx.policy.backups.password {
            Demand::Allowed => draft,
            Demand::Required => draft.severity(Severity::Error),
        }
    })
}

fn not_encrypted(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let backup = ctx.newest_local()?;
    let bare = backup.encrypted == Some(false);
    (bare && ctx.policy.backups.encryption == Demand::Required).then(|| {
        let text = "the newest local backup is not encrypted";
        let date = backup.completed_at.or_else(|| backup.last_attempt());
        let evidence = from_backup(text, backup, "Manifest.plist IsEncrypted", date);
        DraftFinding::new(Code::LocalNotEncrypted, vec![evidence])
    })
}

/// The good local backup that would be restored, where it was not checked as deep, or as lately,
/// as the policy asks.
fn not_verified(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let asked = ctx.policy.backups.verification.level()?;
    let days = ctx.policy.thresholds.verification_days;
    let backup = ctx.good_local()?.backup?;
    let checked = backup.file_check.verified;
    (checked.level < asked || !within(checked.at, ctx.now, days)).then(|| {
        let text = format!(
            "the newest good local backup was last checked on {}, for {}; the policy asks for {} within {days} days",
            instant(checked.at),
            checked.level.label(),
            asked.label()
        );
        let evidence = from_backup(text, backup, "its check", Some(checked.at));
        DraftFinding::new(Code::LocalNotVerified, vec![evidence])
    })
}

pub(crate) fn has_shrunk(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    shrunk(ctx).into_iter().collect()
}

fn shrunk(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let (backup, bytes) = newest_good(ctx)?;
    let completed_at = backup.completed_at?;
    let sizes = ctx.past?.sizes.iter().rev();
    let before = sizes
        .into_iter()
        .find(|then| then.completed_at < completed_at)?;
    (bytes < before.bytes / 2).then(|| {
        let text = format!(
            "the backup of {} has {}, the one of {} had {}",
            instant(completed_at),
            size(bytes),
            instant(before.completed_at),
            size(before.bytes)
        );
        let evidence = from_backup(text, backup, "the sizes of its files", Some(completed_at));
        DraftFinding::new(Code::BackupShrunk, vec![evidence])
    })
}

/// The newest_good good local backup that is no archived copy, and its bytes.
fn newest_good<'a>(ctx: &DeviceContext<'a>) -> Option<(&'a LocalBackup, u64)> {
    let good = ctx.locals.iter().filter(|local| local.good.is_some());
    let mut current = good.filter(|local| !local.backup.archived);
    let backup = current.next()?.backup;
    Some((backup, backup.file_check.files?.bytes?))
}
