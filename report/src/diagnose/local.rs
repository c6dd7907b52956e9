//! Reason backups to a computer fail. Almost nothing of this is in the article: its first fix speaks of
//! the storage of the phone and of iCloud, and never of the computer's disk. Rules L1 to L18 of
//! docs/findings.md; L11 needs evidence that no backup holds; L12 stands with the others.

use fleetback_scanner::model::backup::{
    FolderContent, HostTool, LocalBackup, Password, Restorable, State, VerifyLevel,
};

use super::pattern_rules::{shared, why};
use super::rule::{Reason, Row, row};
use crate::assess::checks::inventory::pairing_is_blocked;
use crate::assess::checks::local::has_damaged_files;
use crate::assess::checks::local_content::{gone_folders, is_not_downloaded};
use crate::assess::checks::storage::{full_disk, need};
use crate::assess::context::DeviceContext;
use crate::assess::good_backup::within;
use crate::assess::status::later_attempt;
use crate::format::{instant, plural, size};
use crate::policy::Requirement;
use crate::results::Confidence::{High, Low, Medium};
use crate::results::Focus;
use crate::results::{Code, FixId, PatternKind};

const STALE: &[Code] = &[Code::BackupStale, Code::BackupAging];
const BROKEN: &[Code] = &[
    Code::LocalUnfinished,
    Code::LocalAttemptFailed,
    Code::LocalNotDownloaded,
    Code::LocalFilesMissing,
    Code::LocalDamaged,
    Code::LocalPartial,
    Code::LocalPlaceholder,
];
const BREAKS: &[Code] = &[
    Code::LocalUnfinished,
    Code::LocalAttemptFailed,
    Code::LocalFilesMissing,
];
const STOPPED: &[Code] = &[Code::LocalUnfinished, Code::LocalAttemptFailed];

pub(crate) const ROWS: &[Row] = &[
    row("L6", &[Code::BackupStale, Code::BackupAging, Code::LocalUnfinished, Code::LocalAttemptFailed, Code::LocalFilesMissing, Code::LocalDamaged, Code::LocalPartial, Code::LocalPlaceholder], pairing_blocked, "A restriction keeps the device from pairing with a computer.", FixId::AllowPairing, High).next(FixId::StartFreshBackup),
    row("L6", &[Code::BackupNever], pairing_blocked_and_required, "A restriction keeps the device from pairing with a computer.", FixId::AllowPairing, High),
    row("L1", &[Code::LocalUnfinished, Code::LocalAttemptFailed, Code::BackupStale], disk_full_and_stopped, "The computer's disk had no room for the backup.", FixId::FreeComputerDisk, High).next(FixId::ContactAppleSupport),
    row("L1", STALE, disk_full, "The computer's disk has hardly room for another backup.", FixId::FreeComputerDisk, Medium).next(FixId::CheckHost),
    row("L10", STOPPED, device_full, "The device has too little free storage to make a backup.", FixId::CheckStorage, Medium).next(FixId::RestartDevice).focus(Focus::DeviceStorage),
    row("L16", &[Code::BackupGone], gone, "A cleaner program or a person deleted or moved the folder.", FixId::ProtectBackupFolder, Medium).next(FixId::StartFreshBackup),
    row("L17", &[Code::LocalNotDownloaded], not_downloaded, "A service that keeps the folder took the content away, or never brought it to this disk.", FixId::DownloadBackupFiles, High).next(FixId::StartFreshBackup),
    row("L18", &[Code::RestoreHazard], hazard, "Names of files came from another system in decomposed Unicode.", FixId::RenameDecomposedFiles, Low).next(FixId::StartFreshBackup),
    row("L4", &[Code::LocalUnfinished], only_info, "The computer began the first backup, and the passcode was not entered on the device.", FixId::EnterPasscode, Medium).next(FixId::StartFreshBackup),
    shared(PatternKind::HostBreaking, BREAKS, |ctx| why(ctx, PatternKind::HostBreaking)),
    row("L4", &[Code::LocalAttemptFailed], passcode_after_start, "The computer began a backup that never reached the device: probably the passcode was not typed.", FixId::EnterPasscode, Medium).next(FixId::RestartDevice),
    row("L2", STOPPED, tidying, "The data is complete; only the tidying up after it did not end.", FixId::StartFreshBackup, Medium).next(FixId::RestartDevice),
    row("L2", &[Code::LocalUnfinished], nothing_inside, "The folder was made, and no backup was ever written into it.", FixId::StartFreshBackup, Medium).next(FixId::CheckHost),
    row("L2", STOPPED, stopped, "The backup stopped before its end.", FixId::StartFreshBackup, High).next(FixId::RestartDevice),
    row("L3", &[Code::LocalFilesMissing], missing, "Files were taken out of the backup folder, or never written.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L9", &[Code::LocalDamaged], keybag, "The keybag is broken: no password opens this backup.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L3", &[Code::LocalDamaged], files_damaged, "Files of the backup are not what its list promises: a disk, a copy or a program changed them.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L2", &[Code::LocalDamaged], damaged, "The plists or the manifest of the backup are broken.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L2", &[Code::LocalPartial], partial, "A filtered or partial export, a pruned list, or a copy that stopped half-way: not the whole device.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L2", &[Code::LocalPlaceholder], placeholder, "A tool wrote the signs of a finished backup before it reached the device.", FixId::StartFreshBackup, High).next(FixId::UpdateHostSoftware),
    row("L2", BROKEN, broken, "The backup folder cannot be restored.", FixId::CheckHost, Low),
    row("L2", &[Code::BackupStale, Code::BackupAging], newest_is_broken, "The newest local backup did not end well.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    shared(PatternKind::Host, STALE, host_stopped),
    row("L5", STALE, host_silent, "No device has been backed up to this computer lately: the fault is the computer's.", FixId::CheckHost, Medium),
    row("L4", &[Code::BackupStale], passcode, "Since iOS 16.1 every backup to a computer wants the passcode typed on the device; probably it was not.", FixId::EnterPasscode, Medium).next(FixId::RestartDevice),
    row("L4", STALE, passcode_perhaps, "Since iOS 16.1 every backup to a computer wants the passcode typed on the device; perhaps it was not.", FixId::EnterPasscode, Low).next(FixId::RestartDevice),
    row("L15", STALE, local_way, "Backups to the computer have stopped; the evidence does not say why.", FixId::RestartDevice, Low).next(FixId::StartFreshBackup),
    row("L15", &[Code::BackupNever], required_never, "The policy asks for a local backup, and none was found.", FixId::StartFreshBackup, Medium).next(FixId::CheckHost),
];

/// The newest local backup, where local backups are what has grown old.
fn stale_local<'a>(ctx: &DeviceContext<'a>) -> Option<&'a LocalBackup> {
    let newest = ctx.newest_local()?;
    let requirement = ctx.policy.backups.local;
    let cloud = ctx.good_cloud().map(|good| good.date);
    let local = ctx.good_local().map(|good| good.date);
    let fresh = local.is_some_and(|date| within(date, ctx.now, ctx.policy.thresholds.aging_days));
    let is_the_way = requirement == Requirement::Required || local >= cloud;
    (requirement != Requirement::Forbidden && is_the_way && !fresh).then_some(newest)
}

fn pairing_blocked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let applies = pairing_is_blocked(ctx) && ctx.newest_local().is_some();
    applies.then(|| Reason::new("the restriction allowHostPairing = false is in force"))
}

fn pairing_blocked_and_required(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let applies = pairing_is_blocked(ctx) && ctx.local_is_asked_for();
    applies.then(|| Reason::new("the restriction allowHostPairing = false is in force, and the policy asks for a local backup"))
}

fn disk_full(ctx: &DeviceContext<'_>) -> Option<Reason> {
    stale_local(ctx)?;
    full_disk_why(ctx)
}

fn full_disk_why(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let (backup, free) = full_disk(ctx)?;
    Some(Reason::new(format!(
        "the disk of {} has {} free, and the next backup may need {}",
        backup.host,
        size(free),
        size(need(backup))
    )))
}

fn disk_full_and_stopped(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let (backup, _) = full_disk(ctx)?;
    let why = full_disk_why(ctx)?;
    let stopped = matches!(backup.state, State::Unfinished | State::AttemptFailed);
    stopped.then(|| Reason {
        text: format!("{}; the last attempt stopped before its end", why.text),
        ..why
    })
}

fn device_full(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let storage = ctx.mdm()?.storage.as_ref()?;
    let percent = storage.value.free_ratio()? * 100.0;
    (percent < ctx.policy.thresholds.storage_critical_percent).then(|| {
        Reason::new(format!(
            "on {} only {percent:.1} % of the device's storage was free",
            instant(storage.observed_at())
        ))
    })
}

fn asks_for_passcode(ctx: &DeviceContext<'_>) -> bool {
    ctx.os()
        .is_some_and(crate::tables::os_version::OsVersion::asks_for_passcode)
}

fn passcode_after_start(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut backups = ctx.real_locals().map(|local| local.backup);
    let at = backups.find_map(|backup| later_attempt(backup, ctx.now))?;
    asks_for_passcode(ctx).then(|| {
        Reason::new(format!(
            "Info.plist says that the computer began a backup on {}, Status.plist knows nothing of it, and the device runs iOS {}",
            instant(at),
            ctx.os().map(|os| os.to_string()).unwrap_or_default()
        ))
    })
}

/// The first backup folder in a state, with the reason of its state.
fn in_state(ctx: &DeviceContext<'_>, states: &[State]) -> Option<Reason> {
    let mut folders = ctx.locals.iter().map(|local| local.backup);
    let backup = folders.find(|backup| states.contains(&backup.state))?;
    Some(reason(backup, &backup.state_reason))
}

fn reason(backup: &LocalBackup, reason: &str) -> Reason {
    let reason = match reason {
        "" => "it fails its check",
        reason => reason,
    };
    Reason::new(format!(
        "of the folder {} on {}: {reason}",
        backup.folder_name, backup.host
    ))
}

fn tidying(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let stopped = in_state(ctx, &[State::Unfinished, State::AttemptFailed]).is_some();
    (!stopped).then(|| in_state(ctx, &[State::CleanupUnfinished]))?
}

fn stopped(ctx: &DeviceContext<'_>) -> Option<Reason> {
    in_state(ctx, &[State::Unfinished, State::AttemptFailed]).or_else(|| {
        let mut backups = ctx.real_locals().map(|local| local.backup);
        let backup = backups.find(|backup| later_attempt(backup, ctx.now).is_some())?;
        Some(reason(
            backup,
            "Info.plist tells of a later attempt, of which Status.plist knows nothing",
        ))
    })
}

fn missing(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut backups = ctx.locals.iter().map(|local| local.backup);
    let (backup, files) = backups.find_map(|backup| {
        let files = backup.file_check.files.filter(|files| files.missing > 0)?;
        (backup.restorable == Restorable::No).then_some((backup, files))
    })?;
    Some(reason(
        backup,
        &format!(
            "{} of {} are not on disk",
            files.missing,
            plural(files.expected, "file", "files")
        ),
    ))
}

fn keybag(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut backups = ctx.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| backup.password == Password::KeybagDamaged)?;
    Some(reason(
        backup,
        "the keybag in Manifest.plist cannot be used",
    ))
}

/// The first backup folder of which this holds, and why.
fn first_with(
    ctx: &DeviceContext<'_>,
    holds: fn(&LocalBackup) -> bool,
    why: fn(&LocalBackup) -> String,
) -> Option<Reason> {
    let mut folders = ctx.locals.iter().map(|local| local.backup);
    let backup = folders.find(|backup| holds(backup))?;
    Some(reason(backup, &why(backup)))
}

fn files_damaged(ctx: &DeviceContext<'_>) -> Option<Reason> {
    first_with(ctx, has_damaged_files, |backup| {
        backup.restorable_reason.clone()
    })
}

fn partial(ctx: &DeviceContext<'_>) -> Option<Reason> {
    in_state(ctx, &[State::Partial])
}

fn not_downloaded(ctx: &DeviceContext<'_>) -> Option<Reason> {
    first_with(ctx, is_not_downloaded, |backup| {
        let files = plural(backup.not_downloaded, "file is", "files are");
        format!("{files} there by name only")
    })
}

fn hazard(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let has_paths = |backup: &LocalBackup| backup.decomposed_paths.count > 0 && !backup.archived;
    first_with(ctx, has_paths, |backup| {
        let paths = plural(backup.decomposed_paths.count, "path", "paths");
        format!(
            "{paths} in decomposed Unicode; one device has been seen to stop at such a path, and to restore once they were composed"
        )
    })
}

fn only_info(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let began = |backup: &LocalBackup| backup.content == FolderContent::OnlyInfo;
    let asks = asks_for_passcode(ctx);
    first_with(ctx, began, |_| {
        "Info.plist is all there is, and since iOS 16.1 the device asks for its passcode before it writes anything".to_owned()
    })
    .filter(|_| asks)
}

fn nothing_inside(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let empty = |backup: &LocalBackup| backup.content != FolderContent::Backup;
    first_with(ctx, empty, |_| "it holds nothing of a backup".to_owned())
}

fn gone(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let folder = gone_folders(ctx).next()?;
    Some(Reason::new(format!(
        "the folder {} on {} was last seen on {}",
        folder.path.display(),
        folder.host,
        instant(folder.until)
    )))
}

/// The folder that bears the device's name holds the backup of another device.
pub(super) fn of_another(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut folders = ctx.real_locals().map(|local| local.backup);
    let backup = folders.find(|backup| backup.identity_disagrees.is_some())?;
    Some(reason(
        backup,
        backup.identity_disagrees.as_deref().unwrap_or_default(),
    ))
}

/// A folder of this device was found, and its worth could not be decided.
pub(super) fn undecided(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut folders = ctx.real_locals().map(|local| local.backup);
    let backup = folders.next()?;
    Some(reason(backup, &backup.restorable_reason))
}

/// A copy that a decrypting tool wrote, and that nothing else speaks against.
pub(super) fn decrypted(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut backups = ctx.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| {
        backup.host_tool == HostTool::Decryptor && backup.restorable == Restorable::Unknown
    })?;
    Some(reason(backup, &backup.restorable_reason))
}

/// At the level `state` the plists are read, and nothing is proven.
pub(super) fn unchecked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut backups = ctx.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| {
        backup.file_check.verified.level == VerifyLevel::State
            && backup.restorable == Restorable::Unknown
            && backup.completed_at.is_some()
    })?;
    Some(reason(backup, &backup.restorable_reason))
}

fn damaged(ctx: &DeviceContext<'_>) -> Option<Reason> {
    in_state(ctx, &[State::Damaged, State::Unknown]).or_else(|| {
        let mut backups = ctx.locals.iter().map(|local| local.backup);
        let backup = backups.find(|backup| backup.restorable == Restorable::No)?;
        Some(reason(backup, &backup.restorable_reason))
    })
}

fn placeholder(ctx: &DeviceContext<'_>) -> Option<Reason> {
    in_state(ctx, &[State::Placeholder, State::Fake])
}

fn broken(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = ctx.locals.first()?.backup;
    Some(reason(backup, &backup.restorable_reason))
}

fn newest_is_broken(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = stale_local(ctx)?;
    let broken = match backup.state {
        State::AttemptFailed | State::Unfinished | State::Damaged | State::Placeholder => true,
        _ => backup.restorable == Restorable::No,
    };
    let text = match backup.state {
        State::Complete => &backup.restorable_reason,
        _ => &backup.state_reason,
    };
    broken.then(|| reason(backup, text))
}

fn host_stopped(ctx: &DeviceContext<'_>) -> Option<Reason> {
    stale_local(ctx)?;
    why(ctx, PatternKind::Host)
}

/// So many devices on one computer, all too old, are no accident.
const SILENT_HOST_DEVICES: usize = 3;

fn host_silent(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = stale_local(ctx)?;
    let devices = ctx.fleet.devices_on_host(&backup.host);
    let silent = others_lately(ctx, backup) == 0 && !ctx.local_in_date();
    (silent && devices >= SILENT_HOST_DEVICES).then(|| {
        Reason::new(format!(
            "none of the {devices} devices on {} has a good backup there of the last {} days",
            backup.host, ctx.policy.thresholds.stale_days
        ))
    })
}

fn others_lately(ctx: &DeviceContext<'_>, backup: &LocalBackup) -> usize {
    let days = ctx.policy.thresholds.stale_days;
    let fleet = ctx.fleet;
    fleet.others_on_host_lately(&backup.host, ctx.index, ctx.now, days)
}

fn passcode(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = stale_local(ctx).filter(|_| asks_for_passcode(ctx))?;
    let others = others_lately(ctx, backup);
    (others > 0).then(|| {
        Reason::new(format!(
            "{} backed up to {} lately, and this one runs iOS {}",
            plural(others as u64, "other device was", "other devices were"),
            backup.host,
            ctx.os().map(|os| os.to_string()).unwrap_or_default()
        ))
    })
}

fn passcode_perhaps(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = stale_local(ctx).filter(|_| asks_for_passcode(ctx))?;
    Some(Reason::new(format!(
        "the device runs iOS {}, and nothing else was found on {}; this is the commonest reason",
        ctx.os().map(|os| os.to_string()).unwrap_or_default(),
        backup.host
    )))
}

fn local_way(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = stale_local(ctx)?;
    let date = backup.completed_at?;
    Some(Reason::new(format!(
        "the newest local backup on {} is of {}, {} ago, and nothing was found that stopped the next",
        backup.host,
        instant(date),
        ctx.age(date).words()
    )))
}

fn required_never(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let none = ctx.real_locals().next().is_none();
    (none && ctx.local_is_asked_for())
        .then(|| Reason::new("no local backup was found below the roots that were scanned"))
}
