//! Why backups to a computer fail. Almost nothing of this is in the article: its first fix speaks of
//! the storage of the phone and of iCloud, and never of the computer's disk. Rules L1 to L15 of
//! docs/findings.md; L11 needs evidence that no backup holds; L12 stands with the others.

use fleetback_scanner::model::backup::{
    HostTool, LocalBackup, Password, Restorable, State, VerifyLevel,
};

use super::pattern_rules::{shared, why};
use super::rule::{Row, Why, row};
use crate::assess::checks::inventory::pairing_is_blocked;
use crate::assess::checks::storage::{full_disk, need};
use crate::assess::context::Case;
use crate::assess::draft_finding::{days_between, size};
use crate::assess::good_backup::within;
use crate::assess::status::later_attempt;
use crate::format::{count, day};
use crate::policy::Requirement;
use crate::results::Confidence::{High, Low, Medium};
use crate::results::{Code, FixId, PatternKind};
use crate::tables::fix_steps::Focus;

const STALE: &[Code] = &[Code::BackupStale, Code::BackupAging];
const BROKEN: &[Code] = &[
    Code::LocalUnfinished,
    Code::LocalAttemptFailed,
    Code::LocalFilesMissing,
    Code::LocalDamaged,
    Code::LocalPlaceholder,
];
const BREAKS: &[Code] = &[
    Code::LocalUnfinished,
    Code::LocalAttemptFailed,
    Code::LocalFilesMissing,
];
const STOPPED: &[Code] = &[Code::LocalUnfinished, Code::LocalAttemptFailed];

pub(crate) const ROWS: &[Row] = &[
    row("L6", &[Code::BackupStale, Code::BackupAging, Code::LocalUnfinished, Code::LocalAttemptFailed, Code::LocalFilesMissing, Code::LocalDamaged, Code::LocalPlaceholder], pairing_blocked, "A restriction keeps the device from pairing with a computer.", FixId::AllowPairing, High).next(FixId::StartFreshBackup),
    row("L6", &[Code::BackupNever], pairing_blocked_and_required, "A restriction keeps the device from pairing with a computer.", FixId::AllowPairing, High),
    row("L1", &[Code::LocalUnfinished, Code::LocalAttemptFailed, Code::BackupStale], disk_full_and_stopped, "The computer's disk had no room for the backup.", FixId::FreeComputerDisk, High).next(FixId::ContactAppleSupport),
    row("L1", STALE, disk_full, "The computer's disk has hardly room for another backup.", FixId::FreeComputerDisk, Medium).next(FixId::CheckHost),
    row("L10", STOPPED, device_full, "The device has too little free storage to make a backup.", FixId::CheckStorage, Medium).next(FixId::RestartDevice).focus(Focus::DeviceStorage),
    shared(PatternKind::HostBreaking, BREAKS, |case| why(case, PatternKind::HostBreaking)),
    row("L4", &[Code::LocalAttemptFailed], passcode_after_start, "The computer began a backup that never reached the device: probably nobody typed the passcode.", FixId::EnterPasscode, Medium).next(FixId::RestartDevice),
    row("L2", STOPPED, tidying, "The data is complete; only the tidying up after it did not end.", FixId::StartFreshBackup, Medium).next(FixId::RestartDevice),
    row("L2", STOPPED, stopped, "The backup stopped before its end.", FixId::StartFreshBackup, High).next(FixId::RestartDevice),
    row("L3", &[Code::LocalFilesMissing], missing, "Files were taken out of the backup folder, or never written.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L9", &[Code::LocalDamaged], keybag, "The keybag is broken: no password opens this backup.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L2", &[Code::LocalDamaged], damaged, "The plists or the manifest of the backup are broken.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    row("L2", &[Code::LocalPlaceholder], placeholder, "A tool wrote the signs of a finished backup before it reached the device.", FixId::StartFreshBackup, High).next(FixId::UpdateHostSoftware),
    row("L2", BROKEN, broken, "The backup folder cannot be restored.", FixId::CheckHost, Low),
    row("L2", &[Code::BackupStale, Code::BackupAging], newest_is_broken, "The newest local backup did not end well.", FixId::StartFreshBackup, High).next(FixId::CheckHost),
    shared(PatternKind::Host, STALE, host_stopped),
    row("L5", STALE, host_silent, "No device has been backed up to this computer lately: the fault is the computer's.", FixId::CheckHost, Medium),
    row("L4", &[Code::BackupStale], passcode, "Since iOS 16.1 every backup to a computer wants the passcode typed on the device; probably nobody did.", FixId::EnterPasscode, Medium).next(FixId::RestartDevice),
    row("L4", STALE, passcode_perhaps, "Since iOS 16.1 every backup to a computer wants the passcode typed on the device; perhaps nobody did.", FixId::EnterPasscode, Low).next(FixId::RestartDevice),
    row("L15", STALE, local_way, "Backups to the computer have stopped; the evidence does not say why.", FixId::RestartDevice, Low).next(FixId::StartFreshBackup),
    row("L15", &[Code::BackupNever], required_never, "The policy asks for a local backup, and none was found.", FixId::StartFreshBackup, Medium).next(FixId::CheckHost),
];

/// The newest local backup, where local backups are what has grown old.
fn stale_local<'a>(case: &Case<'a>) -> Option<&'a LocalBackup> {
    let newest = case.newest_local()?;
    let wanted = case.policy.backups.local;
    let cloud = case.good_cloud().map(|good| good.date);
    let local = case.good_local().map(|good| good.date);
    let fresh = local.is_some_and(|date| within(date, case.now, case.policy.thresholds.aging_days));
    let is_the_way = wanted == Requirement::Required || local >= cloud;
    (wanted != Requirement::Forbidden && is_the_way && !fresh).then_some(newest)
}

fn pairing_blocked(case: &Case<'_>) -> Option<Why> {
    let applies = pairing_is_blocked(case) && case.newest_local().is_some();
    applies.then(|| Why::new("the restriction allowHostPairing = false is in force"))
}

fn pairing_blocked_and_required(case: &Case<'_>) -> Option<Why> {
    let applies = pairing_is_blocked(case) && case.local_is_asked_for();
    applies.then(|| Why::new("the restriction allowHostPairing = false is in force, and the policy asks for a local backup"))
}

fn disk_full(case: &Case<'_>) -> Option<Why> {
    stale_local(case)?;
    full_disk_why(case)
}

fn full_disk_why(case: &Case<'_>) -> Option<Why> {
    let (backup, free) = full_disk(case)?;
    Some(Why::new(format!(
        "the disk of {} has {} free, and the next backup may need {}",
        backup.host,
        size(free),
        size(need(backup))
    )))
}

fn disk_full_and_stopped(case: &Case<'_>) -> Option<Why> {
    let (backup, _) = full_disk(case)?;
    let why = full_disk_why(case)?;
    let stopped = matches!(backup.state, State::Unfinished | State::AttemptFailed);
    stopped.then(|| Why {
        text: format!("{}; the last attempt stopped before its end", why.text),
        ..why
    })
}

fn device_full(case: &Case<'_>) -> Option<Why> {
    let told = case.mdm()?.storage.as_ref()?;
    let percent = told.value.free_ratio()? * 100.0;
    (percent < case.policy.thresholds.storage_critical_percent).then(|| {
        Why::new(format!(
            "on {} only {percent:.1} % of the device's storage was free",
            day(told.observed_at())
        ))
    })
}

fn asks_for_passcode(case: &Case<'_>) -> bool {
    case.os()
        .is_some_and(crate::tables::os_version::OsVersion::asks_for_passcode)
}

fn passcode_after_start(case: &Case<'_>) -> Option<Why> {
    let mut backups = case.real_locals().map(|local| local.backup);
    let at = backups.find_map(|backup| later_attempt(backup, case.now))?;
    asks_for_passcode(case).then(|| {
        Why::new(format!(
            "Info.plist says that the computer began a backup on {}, Status.plist knows nothing of it, and the device runs iOS {}",
            day(at),
            case.os().map(|os| os.to_string()).unwrap_or_default()
        ))
    })
}

/// The first backup folder in a state, with the reason of its state.
fn in_state(case: &Case<'_>, states: &[State]) -> Option<Why> {
    let mut folders = case.locals.iter().map(|local| local.backup);
    let backup = folders.find(|backup| states.contains(&backup.state))?;
    Some(reason(backup, &backup.state_reason))
}

fn reason(backup: &LocalBackup, reason: &str) -> Why {
    let reason = match reason {
        "" => "it fails its check",
        reason => reason,
    };
    Why::new(format!(
        "of the folder {} on {}: {reason}",
        backup.folder_name, backup.host
    ))
}

fn tidying(case: &Case<'_>) -> Option<Why> {
    let stopped = in_state(case, &[State::Unfinished, State::AttemptFailed]).is_some();
    (!stopped).then(|| in_state(case, &[State::CleanupUnfinished]))?
}

fn stopped(case: &Case<'_>) -> Option<Why> {
    in_state(case, &[State::Unfinished, State::AttemptFailed]).or_else(|| {
        let mut backups = case.real_locals().map(|local| local.backup);
        let backup = backups.find(|backup| later_attempt(backup, case.now).is_some())?;
        Some(reason(
            backup,
            "Info.plist tells of a later attempt, of which Status.plist knows nothing",
        ))
    })
}

fn missing(case: &Case<'_>) -> Option<Why> {
    let mut backups = case.locals.iter().map(|local| local.backup);
    let (backup, files) = backups.find_map(|backup| {
        let files = backup.files.filter(|files| files.missing > 0)?;
        (backup.restorable == Restorable::No).then_some((backup, files))
    })?;
    Some(reason(
        backup,
        &format!(
            "{} of {} are not on disk",
            files.missing,
            count(files.expected, "file", "files")
        ),
    ))
}

fn keybag(case: &Case<'_>) -> Option<Why> {
    let mut backups = case.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| backup.password == Password::KeybagDamaged)?;
    Some(reason(
        backup,
        "the keybag in Manifest.plist cannot be used",
    ))
}

/// A copy that a decrypting tool wrote, and that nothing else speaks against.
pub(super) fn decrypted(case: &Case<'_>) -> Option<Why> {
    let mut backups = case.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| {
        backup.host_tool == HostTool::Decryptor && backup.restorable == Restorable::Unknown
    })?;
    Some(reason(backup, &backup.restorable_reason))
}

/// At the level `state` the plists are read, and nothing is proven.
pub(super) fn unchecked(case: &Case<'_>) -> Option<Why> {
    let mut backups = case.locals.iter().map(|local| local.backup);
    let backup = backups.find(|backup| {
        backup.verified.level == VerifyLevel::State
            && backup.restorable == Restorable::Unknown
            && backup.completed_at.is_some()
    })?;
    Some(reason(backup, &backup.restorable_reason))
}

fn damaged(case: &Case<'_>) -> Option<Why> {
    in_state(case, &[State::Damaged, State::Unknown]).or_else(|| {
        let mut backups = case.locals.iter().map(|local| local.backup);
        let backup = backups.find(|backup| backup.restorable == Restorable::No)?;
        Some(reason(backup, &backup.restorable_reason))
    })
}

fn placeholder(case: &Case<'_>) -> Option<Why> {
    in_state(case, &[State::Placeholder, State::Fake])
}

fn broken(case: &Case<'_>) -> Option<Why> {
    let backup = case.locals.first()?.backup;
    Some(reason(backup, &backup.restorable_reason))
}

fn newest_is_broken(case: &Case<'_>) -> Option<Why> {
    let backup = stale_local(case)?;
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

fn host_stopped(case: &Case<'_>) -> Option<Why> {
    stale_local(case)?;
    why(case, PatternKind::Host)
}

/// So many devices on one computer, all too old, are no accident.
const SILENT_HOST_DEVICES: usize = 3;

fn host_silent(case: &Case<'_>) -> Option<Why> {
    let backup = stale_local(case)?;
    let devices = case.fleet.devices_on_host(&backup.host);
    let silent = others_lately(case, backup) == 0 && !case.local_in_date();
    (silent && devices >= SILENT_HOST_DEVICES).then(|| {
        Why::new(format!(
            "none of the {devices} devices on {} has a good backup there of the last {} days",
            backup.host, case.policy.thresholds.stale_days
        ))
    })
}

fn others_lately(case: &Case<'_>, backup: &LocalBackup) -> usize {
    let days = case.policy.thresholds.stale_days;
    let fleet = case.fleet;
    fleet.others_on_host_lately(&backup.host, case.index, case.now, days)
}

fn passcode(case: &Case<'_>) -> Option<Why> {
    let backup = stale_local(case).filter(|_| asks_for_passcode(case))?;
    let others = others_lately(case, backup);
    (others > 0).then(|| {
        Why::new(format!(
            "{} backed up to {} lately, and this one runs iOS {}",
            count(others as u64, "other device was", "other devices were"),
            backup.host,
            case.os().map(|os| os.to_string()).unwrap_or_default()
        ))
    })
}

fn passcode_perhaps(case: &Case<'_>) -> Option<Why> {
    let backup = stale_local(case).filter(|_| asks_for_passcode(case))?;
    Some(Why::new(format!(
        "the device runs iOS {}, and nothing else was found on {}; this is the commonest reason",
        case.os().map(|os| os.to_string()).unwrap_or_default(),
        backup.host
    )))
}

fn local_way(case: &Case<'_>) -> Option<Why> {
    let backup = stale_local(case)?;
    let date = backup.completed_at?;
    Some(Why::new(format!(
        "the newest local backup on {} is of {}, {} ago, and nothing was found that stopped the next",
        backup.host,
        day(date),
        days_between(date, case.now)
    )))
}

fn required_never(case: &Case<'_>) -> Option<Why> {
    let none = case.real_locals().next().is_none();
    (none && case.local_is_asked_for())
        .then(|| Why::new("no local backup was found below the roots that were scanned"))
}
