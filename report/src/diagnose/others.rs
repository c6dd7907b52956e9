//! Findings that name their own remedy, and what is left when no row fits.

use fleetback_scanner::model::backup::{Password, State};
use fleetback_scanner::model::problem::{Level, ProblemKind};

use super::local::{decrypted, of_another, unchecked, undecided};
use super::rule::{Reason, Row, row};
use crate::assess::checks::icloud::{is_blocked, restriction_evidence};
use crate::assess::checks::inventory::pairing_is_blocked;
use crate::assess::context::DeviceContext;
use crate::assess::os_support::currency;
use crate::format::{instant, plural};
use crate::policy::{Preset, Requirement};
use crate::results::Confidence::{High, Low, Medium};
use crate::results::Focus;
use crate::results::{Code, FixId, OsVerdict};

pub(crate) const ROWS: &[Row] = &[
    row("L7", &[Code::NoBackupPath], no_path, "Policy and restrictions together leave no way to back up.", FixId::ReviewRestriction, High).next(FixId::AllowPairing),
    row("C1", &[Code::IcloudBlocked], blocked, "A restriction stops iCloud Backup.", FixId::ReviewRestriction, High).next(FixId::StartFreshBackup),
    row("C1", &[Code::IcloudForbidden], forbidden, "iCloud Backup is on, and the policy forbids it.", FixId::ReviewRestriction, High),
    row("C2", &[Code::IcloudOff], |_| always("the switch for iCloud Backup is off, and no restriction holds it there"), "iCloud Backup is switched off; Apple deletes what it holds after 180 days.", FixId::TurnOnIcloudBackup, High).next(FixId::CheckStorage),
    row("L8", &[Code::LocalNotEncrypted], not_encrypted, "Encryption is not turned on for this device's local backups.", FixId::EncryptBackup, High),
    row("L9", &[Code::PasswordMissing], |_| always("no password was given for this backup, so it is unknown whether it can be restored"), "The password of the encrypted backup has not been proven.", FixId::RecordBackupPassword, Medium).next(FixId::ResetBackupPassword),
    row("L9", &[Code::PasswordWrong], |_| always("none of the given passwords opens the keybag"), "The recorded password is not the one of this backup.", FixId::RecordBackupPassword, High).next(FixId::ResetBackupPassword),
    row("G1", &[Code::EvidenceUnreadable, Code::BackupUnknown], denied, "The scanner was not allowed to read the backup.", FixId::GrantFullDiskAccess, High).next(FixId::CheckHost),
    row("G1", &[Code::EvidenceUnreadable, Code::BackupUnknown], unreadable, "Something in the backup could not be read.", FixId::CheckHost, Medium).next(FixId::StartFreshBackup),
    row("G2", &[Code::DeviceNotSeen], |_| always("the device has not checked in for longer than the MDM's answers are trusted"), "The device may be off, offline or lost.", FixId::BringDeviceOnline, High).next(FixId::StableWifi),
    row("L13", &[Code::IdentityConflict], conflict, "A backup was copied or renamed, a device was repaired, or two records were mixed up.", FixId::ResolveIdentity, High),
    row("G5", &[Code::ClockWrong], |_| always("a date that cannot be true stands in the evidence"), "The clock of the device or of the computer was wrong.", FixId::FixClock, High),
    row("L13", &[Code::NotInInventory], |_| always("no MDM document and no inventory table names this device"), "The device is retired, was never enrolled, or belongs to another organisation.", FixId::MatchInventory, High),
    row("L13", &[Code::MdmLeft], |_| always("the MDM's own record says so"), "The device was unenrolled, retired, removed or wiped.", FixId::MatchInventory, High),
    row("G6", &[Code::BackupInProgress], |_| always("the folder was written to within six hours before the scan, or during it"), "A backup is running.", FixId::Wait, Medium).next(FixId::RestartDevice),
    row("C4", &[Code::DeviceStorageLow], |_| always("a backup needs free storage on the device to work"), "The device is almost full.", FixId::CheckStorage, High).next(FixId::RestartDevice).focus(Focus::DeviceStorage),
    row("L1", &[Code::HostDiskLow], disk_and_stopped, "The computer's disk is too full for the next backup.", FixId::FreeComputerDisk, High).next(FixId::CheckHost),
    row("L1", &[Code::HostDiskLow], |_| always("the disk may be too full for a whole new backup"), "The computer's disk is too full for the next backup.", FixId::FreeComputerDisk, Medium).next(FixId::CheckHost),
    row("L12", &[Code::BackupShrunk], |_| always("the sizes of two complete backups, one after the other, are far apart"), "Apps were offloaded, photos have moved to iCloud, or data is gone.", FixId::VerifyBackup, Medium),
    row("L9", &[Code::LocalNotVerified], no_password, "Without its password no more of the backup can be checked.", FixId::RecordBackupPassword, High).next(FixId::VerifyBackup),
    row("L3", &[Code::LocalNotVerified], |_| always("the level and the date of its last check are known"), "No deeper or newer check was made.", FixId::VerifyBackup, High),
    row("C17", &[Code::OsOutdated], behind, "The device has not been updated.", FixId::UpdateIos, Medium).next(FixId::RestartDevice),
    row("W1", &[Code::SwapPlanned], |_| always("the day stands in the inventory table, and the swap check was run with the evidence of this run and no new device named"), "A swap is planned for one of the next days.", FixId::AskSwapDesk, High),
    row("L2", &[Code::BackupUnknown], decrypted, "The only copy was decrypted by a tool, and it is unknown whether it can be restored.", FixId::StartFreshBackup, Medium),
    row("L3", &[Code::BackupUnknown], unchecked, "The files of its local backup were not checked.", FixId::VerifyBackup, High),
    row("G3", &[Code::BackupUnknown], hidden, "The enrolment hides the state of iCloud Backup from the MDM.", FixId::QueryBackupState, High),
    row("G3", &[Code::BackupUnknown], unasked, "The MDM's answers do not mention iCloud Backup, or no longer do.", FixId::QueryBackupState, High),
    row("L13", &[Code::BackupUnknown], of_another, "The folder that bears this device's name holds the backup of another device.", FixId::ResolveIdentity, High).next(FixId::StartFreshBackup),
    row("L2", &[Code::BackupUnknown], undecided, "A backup of this device was found, and whether it can be restored could not be decided.", FixId::StartFreshBackup, Medium).next(FixId::VerifyBackup),
    row("G3", &[Code::BackupUnknown], |_| always("no MDM answer mentions the device, and no local backup of it was found"), "Nothing that was scanned mentions a backup of this device.", FixId::QueryBackupState, Medium),
];

/// What is left when nothing else is known: the usual order of trying.
pub(crate) const LAST: &[Row] = &[row(
    "L15",
    &[
        Code::BackupNever,
        Code::BackupStale,
        Code::BackupAging,
        Code::IcloudExpiring,
    ],
    |_| Some(nothing_known()),
    "The evidence does not say why no backup is made.",
    FixId::RestartDevice,
    Low,
)
.next(FixId::StableWifi)];

/// The very last resort, for a code that no row mentions.
pub(crate) const NOTHING_KNOWN: Row = row(
    "L15",
    &[],
    |_| Some(nothing_known()),
    "The evidence does not say why.",
    FixId::ContactAppleSupport,
    Low,
);

pub(crate) fn nothing_known() -> Reason {
    Reason::new("nothing in the evidence points to a cause; this is the mildest thing to try")
}

/// A reason that holds whenever its finding does.
#[allow(clippy::unnecessary_wraps)] // the shape of every condition
fn always(text: &str) -> Option<Reason> {
    Some(Reason::new(text))
}

fn no_path(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let icloud = if is_blocked(ctx) {
        "allowCloudBackup = false stops iCloud Backup"
    } else {
        "the policy forbids iCloud"
    };
    let local = if pairing_is_blocked(ctx) {
        "allowHostPairing = false stops computers"
    } else {
        "the policy forbids local backups"
    };
    let source = match ctx.policy.preset {
        Preset::CisEnterprise | Preset::Stig => format!(
            "; the benchmark behind the preset {} asks for both, so either this is meant, or the policy must leave a way open",
            ctx.policy.preset.id()
        ),
        Preset::Default | Preset::CisByod => String::new(),
    };
    Some(Reason::new(format!("{icloud}, and {local}{source}")))
}

fn blocked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let evidence = restriction_evidence(ctx, "allowCloudBackup")?;
    let old = evidence.observed_at.is_none_or(|at| !ctx.trusted(at));
    Some(Reason::new(evidence.text).limited_if_old(old))
}

fn forbidden(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let fact = ctx.cloud.enabled.as_ref()?;
    let text = format!(
        "on {} the switch was on; the restriction allowCloudBackup = false would hold it off",
        instant(fact.observed_at)
    );
    Some(Reason::new(text).limited_if_old(!ctx.trusted(fact.observed_at)))
}

fn not_encrypted(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = ctx.newest_local()?;
    let demanded = ctx.restriction("forceEncryptedBackup") == Some(true);
    let text = format!(
        "the folder {} on {} is not encrypted",
        backup.folder_name, backup.host
    );
    Some(Reason::new(if demanded {
        format!(
            "{text}, although forceEncryptedBackup = true is in force: it is older than the restriction, or was made past it"
        )
    } else {
        text
    }))
}

fn denied(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut problems = ctx.locals.iter().flat_map(|local| &local.backup.problems);
    let refused = problems.find(|problem| {
        problem.level == Level::Incomplete && problem.kind == ProblemKind::Permission
    })?;
    Some(Reason::new(format!(
        "at {}: {}",
        refused.path.display(),
        refused.found
    )))
}

fn unreadable(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let problems = ctx.locals.iter().flat_map(|local| &local.backup.problems);
    let lost = problems
        .filter(|problem| problem.level == Level::Incomplete)
        .count();
    let mut backups = ctx.locals.iter().map(|local| local.backup);
    let text = match lost {
        0 if backups.any(|backup| backup.state == State::Unreadable) => {
            "Status.plist or a manifest cannot be opened".to_owned()
        }
        0 => return None,
        n => format!(
            "{} in its folder could not be used",
            plural(n as u64, "file", "files")
        ),
    };
    Some(Reason::new(text))
}

fn no_password(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = ctx.good_local()?.backup?;
    let locked = matches!(backup.password, Password::Missing | Password::Wrong);
    locked.then(|| Reason::new("the backup is encrypted, and no password that opens it was given"))
}

fn conflict(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let between = ctx.device.conflicts.first().map(|_| {
        Reason::new(
            "such a number belongs to one device alone, and the evidence gives it to several",
        )
    });
    let mut folders = ctx.locals.iter();
    let inside = || {
        folders.find(|local| local.backup.identity_disagrees.is_some())?;
        Some(Reason::new(
            "the plists of a backup and the name of its folder name different devices",
        ))
    };
    between.or_else(inside)
}

/// So many days behind, an old version is more than a remark.
const LONG_BEHIND_DAYS: i64 = 180;

/// That an old version hinders backups is the article's claim; the evidence for it is weak.
fn behind(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let os = currency(ctx).os;
    let long = os.days_behind >= Some(LONG_BEHIND_DAYS);
    let far = os.verdict == OsVerdict::BehindMajor || long;
    let at_most = os.confidence.unwrap_or(Low);
    let text =
        "a newer version is out for its model; whether the old one hinders backups is not known";
    Some(Reason {
        at_most: if far { at_most } else { Low },
        ..Reason::new(text)
    })
}

fn disk_and_stopped(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = ctx.newest_local()?;
    let stopped = matches!(backup.state, State::Unfinished | State::AttemptFailed);
    stopped.then(|| Reason::new("the disk may be too full for a whole new backup, and the last attempt stopped before its end"))
}

fn hidden(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let enrollment = ctx.mdm()?.user_enrollment.as_ref();
    enrollment.filter(|enrollment| enrollment.value)?;
    (ctx.policy.backups.icloud != Requirement::Forbidden).then(|| {
        Reason::new("the device is enrolled by User Enrollment, which keeps both keys back")
    })
}

fn unasked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mdm = ctx.mdm()?;
    if let Some(unread) = &ctx.cloud.unread {
        return Some(Reason::new(unread.value.clone()));
    }
    let text = match &mdm.last_inventory {
        _ if mdm.not_now => {
            "the device answered NotNow: it was locked or busy, and can be asked again"
        }
        None if mdm.os_version.is_some() => {
            "the MDM's record of the device says nothing of iCloud Backup and is not dated"
        }
        None => "only a contact with the device is known, and no answer of it",
        Some(told) if !ctx.trusted(told.value) => {
            "the last answer with the device's information is too old to be trusted"
        }
        Some(_) => "LastCloudBackupDate and IsCloudBackupEnabled are not both in the MDM's answer",
    };
    Some(Reason::new(text))
}
