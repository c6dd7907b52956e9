//! The one word for a device.
//!
//! "Failed", "never" and "unknown" are three words: something was tried and nothing good stands;
//! nothing was ever tried, although the evidence would show it; unknown.

use fleetback_scanner::model::backup::{LocalBackup, Password, Restorable, State};
use jiff::{SignedDuration, Timestamp};

use super::context::{DeviceContext, Good, Local};
use super::good_backup::{is_asked_for_its_password, is_plausible, within};
use crate::format::Label;
use crate::policy::Requirement;
use crate::results::{Attempt, BackupKind, Status};

/// Info.plist bears the host's clock and may have forgotten its time zone. Only when it is a whole
/// day ahead of Status.plist does it speak of a later attempt, one that never reached the device.
const LATER_ATTEMPT: SignedDuration = SignedDuration::from_hours(24);

/// The status of a device.
pub(crate) fn status(ctx: &DeviceContext<'_>) -> Status {
    match ctx.last_good() {
        Some(good) => status_by_age(ctx, &good),
        None if failed_attempt(ctx, None) => Status::Failed,
        None if unjudged(ctx) => Status::Unknown,
        None if ctx.cloud_never() => Status::Never,
        None => Status::Unknown,
    }
}

fn status_by_age(ctx: &DeviceContext<'_>, good: &Good<'_>) -> Status {
    let limits = &ctx.policy.thresholds;
    if within(good.date, ctx.now, limits.aging_days) {
        Status::Protected
    } else if within(good.date, ctx.now, limits.stale_days) {
        Status::Aging
    } else if failed_attempt(ctx, Some(good.date)) {
        Status::Failed
    } else {
        Status::Stale
    }
}

/// How the attempt behind a local backup folder went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A good backup came of it.
    Good,
    /// It failed, or what came of it is no good.
    Failed,
    /// It is not over.
    Running,
    /// Unknown.
    Unjudged,
}

/// How the newest attempt behind a folder went. A failed attempt over an older good copy is `Failed`.
pub(crate) fn outcome(ctx: &DeviceContext<'_>, local: &Local<'_>) -> Outcome {
    let backup = local.backup;
    match backup.state {
        State::InProgress => Outcome::Running,
        State::AttemptFailed | State::Unfinished | State::Damaged | State::Placeholder => {
            Outcome::Failed
        }
        _ if local.good.is_some() => Outcome::Good,
        _ if backup.restorable == Restorable::No || unproven(ctx, backup) => Outcome::Failed,
        _ => Outcome::Unjudged,
    }
}

/// Sound but for its password, which the policy wants proven, or which no password can be any more.
fn unproven(ctx: &DeviceContext<'_>, backup: &LocalBackup) -> bool {
    let demanded = ctx.policy.backups.password == crate::policy::Demand::Required;
    match backup.password {
        Password::KeybagDamaged => true,
        Password::Wrong | Password::NotTried => demanded,
        // Of an archived copy, and of one whose state is unknown, no password is asked for.
        Password::Missing => demanded && is_asked_for_its_password(backup),
        Password::Proven | Password::NotNeeded => false,
    }
}

/// When the host's clock says that a later attempt began, of which the device knows nothing.
/// An implausible date of the device is ignored.
pub(crate) fn later_attempt(backup: &LocalBackup, now: Timestamp) -> Option<Timestamp> {
    let plausible = |date: &Timestamp| is_plausible(*date, now);
    let copied_at = (backup.status_date.max(backup.completed_at)).filter(plausible)?;
    let info = backup.info_date.filter(plausible)?;
    (copied_at.duration_until(info) > LATER_ATTEMPT).then_some(info)
}

/// Did an attempt of a kind that the policy accepts fail, after this date if one is given?
fn failed_attempt(ctx: &DeviceContext<'_>, since: Option<Timestamp>) -> bool {
    let newer = |at: Option<Timestamp>| match (since, at) {
        (None, _) => true,
        (Some(since), Some(at)) => at > since,
        (Some(_), None) => false,
    };
    let accepted = ctx.policy.backups;
    let local = accepted.local != Requirement::Forbidden
        && ctx.real_locals().any(|local| {
            (outcome(ctx, local) == Outcome::Failed && newer(attempt_date(local.backup, ctx.now)))
                || later_attempt(local.backup, ctx.now).is_some_and(|at| newer(Some(at)))
        });
    let cloud = accepted.icloud != Requirement::Forbidden
        && (ctx
            .cloud
            .newest_real_failure()
            .is_some_and(|attempt| newer(Some(attempt.entry.at)))
            || (since.is_none() && cloud_copy_is_gone(ctx)));
    local || cloud
}

/// When the newest attempt of a kind that the policy accepts failed, as far as that is dated.
pub(crate) fn newest_failed_attempt(ctx: &DeviceContext<'_>) -> Option<Timestamp> {
    let accepted = ctx.policy.backups;
    let locals = ctx
        .real_locals()
        .filter(|_| accepted.local != Requirement::Forbidden);
    let local = locals.flat_map(|local| {
        let failed = outcome(ctx, local) == Outcome::Failed;
        let newest = attempt_date(local.backup, ctx.now).filter(|_| failed);
        [newest, later_attempt(local.backup, ctx.now)]
    });
    let failures = ctx.cloud.failures().first();
    let cloud = failures.filter(|_| accepted.icloud != Requirement::Forbidden);
    let cloud = cloud.map(|attempt| attempt.entry.at);
    local.flatten().chain(cloud).max()
}

/// The iCloud date is so old that Apple has probably deleted the copy.
pub(crate) fn cloud_copy_is_gone(ctx: &DeviceContext<'_>) -> bool {
    let ignored = ctx.policy.thresholds.icloud_ignored_days;
    ctx.cloud.date().is_some_and(|dated| {
        dated.is_trusted(ctx.policy, ctx.now) && !within(dated.date, ctx.now, ignored)
    })
}

/// Is there something that might be a good backup?
fn unjudged(ctx: &DeviceContext<'_>) -> bool {
    let accepted = ctx.policy.backups;
    let local = accepted.local != Requirement::Forbidden
        && ctx
            .real_locals()
            .any(|local| outcome(ctx, local) == Outcome::Unjudged);
    let cloud = accepted.icloud != Requirement::Forbidden && ctx.cloud.last.is_some();
    local || cloud || ctx.reported_computer_backup().is_some()
}

/// When the newest attempt behind a folder was made, as far as its dates can be true.
fn attempt_date(backup: &LocalBackup, now: Timestamp) -> Option<Timestamp> {
    [
        backup.status_date,
        backup.completed_at,
        backup.manifest_date,
    ]
    .into_iter()
    .flatten()
    .find(|date| is_plausible(*date, now))
}

/// The newest attempt of any kind that is no older than the last good backup.
pub(crate) fn last_attempt(ctx: &DeviceContext<'_>) -> Option<Attempt> {
    let good = ctx.last_good().map(|good| good.date);
    let attempts = local_attempts(ctx).chain(cloud_attempts(ctx));
    attempts
        .filter(|attempt| good.is_none_or(|good| attempt.at >= good))
        .max_by(|a, b| (a.at, a.kind, &a.result).cmp(&(b.at, b.kind, &b.result)))
}

fn local_attempts<'c>(ctx: &'c DeviceContext<'_>) -> impl Iterator<Item = Attempt> + 'c {
    ctx.real_locals().flat_map(|local| {
        let backup = local.backup;
        let newest = attempt_date(backup, ctx.now).map(|at| (at, result(backup)));
        let later = later_attempt(backup, ctx.now).map(|at| (at, "attempt-failed".to_owned()));
        [newest, later]
            .into_iter()
            .flatten()
            .map(|(at, result)| Attempt {
                at,
                result,
                kind: BackupKind::Local,
            })
    })
}

fn cloud_attempts<'c>(ctx: &'c DeviceContext<'_>) -> impl Iterator<Item = Attempt> + 'c {
    let attempt = |at, result| Attempt {
        at,
        result,
        kind: BackupKind::Icloud,
    };
    let logged = ctx.cloud.attempts.iter().map(move |logged| {
        let result = match logged.error_code() {
            (_, 0) => "complete".to_owned(),
            (_, code) => format!("icloud {code}"),
        };
        attempt(logged.entry.at, result)
    });
    let cloud_dates = ctx.cloud.last.iter();
    logged.chain(cloud_dates.map(move |fact| attempt(fact.value, "complete".to_owned())))
}

/// The result of a local attempt in a word or two.
fn result(backup: &LocalBackup) -> String {
    let missing = backup
        .file_check
        .files
        .is_some_and(|files| files.missing > 0);
    let text = match (backup.state, backup.restorable) {
        (State::Complete, Restorable::No) if missing => "files missing",
        (State::Complete, Restorable::No) => "not restorable",
        (state, _) => state.id(),
    };
    text.to_owned()
}
