//! Every fixed list of words that the results use.
//!
//! The words stand in files, tickets and waivers: none is ever renamed or used again for something
//! else.

use std::cmp::{Ordering, Reverse};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::labels;

/// How bad a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Look at it this week.
    Warning,
    /// Something must be done.
    Error,
    /// Data would be lost now.
    Critical,
}

labels! { Severity, wanted "info, warning, error or critical":
    Info     "info",
    Warning  "warning",
    Error    "error",
    Critical "critical",
}

/// What can be wrong. One section each in docs/findings.md.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the table below is their documentation
pub enum Code {
    NoBackupPath,
    BackupNever,
    BackupStale,
    BackupGone,
    LocalNotDownloaded,
    LocalFilesMissing,
    LocalDamaged,
    LocalPartial,
    LocalUnfinished,
    LocalPlaceholder,
    BackupUnknown,
    PasswordWrong,
    LocalNotEncrypted,
    IcloudBlocked,
    IcloudForbidden,
    IcloudOff,
    IdentityConflict,
    ClockWrong,
    SwapPlanned,
    BackupAging,
    LocalAttemptFailed,
    RestoreHazard,
    IcloudAttemptsFailing,
    IcloudExpiring,
    DeviceStorageLow,
    HostDiskLow,
    BackupShrunk,
    LocalNotVerified,
    OsUnsupported,
    DeviceNotSeen,
    EvidenceUnreadable,
    HostSilent,
    PasswordMissing,
    OsOutdated,
    NotInInventory,
    MdmLeft,
    BackupInProgress,
}

labels! { Code, wanted "a finding code such as backup-stale":
    NoBackupPath          "no-backup-path",
    BackupNever           "backup-never",
    BackupStale           "backup-stale",
    BackupGone            "backup-gone",
    LocalNotDownloaded    "local-not-downloaded",
    LocalFilesMissing     "local-files-missing",
    LocalDamaged          "local-damaged",
    LocalPartial          "local-partial",
    LocalUnfinished       "local-unfinished",
    LocalPlaceholder      "local-placeholder",
    BackupUnknown         "backup-unknown",
    PasswordWrong         "password-wrong",
    LocalNotEncrypted     "local-not-encrypted",
    IcloudBlocked         "icloud-blocked",
    IcloudForbidden       "icloud-forbidden",
    IcloudOff             "icloud-off",
    IdentityConflict      "identity-conflict",
    ClockWrong            "clock-wrong",
    SwapPlanned           "swap-planned",
    BackupAging           "backup-aging",
    LocalAttemptFailed    "local-attempt-failed",
    RestoreHazard         "restore-hazard",
    IcloudAttemptsFailing "icloud-attempts-failing",
    IcloudExpiring        "icloud-expiring",
    DeviceStorageLow      "device-storage-low",
    HostDiskLow           "host-disk-low",
    BackupShrunk          "backup-shrunk",
    LocalNotVerified      "local-not-verified",
    OsUnsupported         "os-unsupported",
    DeviceNotSeen         "device-not-seen",
    EvidenceUnreadable    "evidence-unreadable",
    HostSilent            "host-silent",
    PasswordMissing       "password-missing",
    OsOutdated            "os-outdated",
    NotInInventory        "not-in-inventory",
    MdmLeft               "mdm-left",
    BackupInProgress      "backup-in-progress",
}

/// Id of a fix. One section each in docs/fixes.md.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the table below is their documentation
pub enum FixId {
    CheckStorage,
    StableWifi,
    UpdateIos,
    RestartDevice,
    ResetNetworkSettings,
    SignOutIcloud,
    CheckIcloudStatus,
    ContactAppleSupport,
    TurnOnIcloudBackup,
    ReviewRestriction,
    FreeComputerDisk,
    EnterPasscode,
    AllowPairing,
    StartFreshBackup,
    EncryptBackup,
    RecordBackupPassword,
    ResetBackupPassword,
    CheckHost,
    Wait,
    BringDeviceOnline,
    GrantFullDiskAccess,
    FixClock,
    ResolveIdentity,
    UpdateHostSoftware,
    MatchInventory,
    QueryBackupState,
    VerifyBackup,
    PlanReplacement,
    AskSwapDesk,
    DownloadBackupFiles,
    RenameDecomposedFiles,
    ProtectBackupFolder,
}

labels! { FixId, wanted "a fix such as check-storage":
    CheckStorage         "check-storage",
    StableWifi           "stable-wifi",
    UpdateIos            "update-ios",
    RestartDevice        "restart-device",
    ResetNetworkSettings "reset-network-settings",
    SignOutIcloud        "sign-out-icloud",
    CheckIcloudStatus    "check-icloud-status",
    ContactAppleSupport  "contact-apple-support",
    TurnOnIcloudBackup   "turn-on-icloud-backup",
    ReviewRestriction    "review-restriction",
    FreeComputerDisk     "free-computer-disk",
    EnterPasscode        "enter-passcode",
    AllowPairing         "allow-pairing",
    StartFreshBackup     "start-fresh-backup",
    EncryptBackup        "encrypt-backup",
    RecordBackupPassword "record-backup-password",
    ResetBackupPassword  "reset-backup-password",
    CheckHost            "check-host",
    Wait                 "wait",
    BringDeviceOnline    "bring-device-online",
    GrantFullDiskAccess  "grant-full-disk-access",
    FixClock             "fix-clock",
    ResolveIdentity      "resolve-identity",
    UpdateHostSoftware   "update-host-software",
    MatchInventory       "match-inventory",
    QueryBackupState     "query-backup-state",
    VerifyBackup         "verify-backup",
    PlanReplacement      "plan-replacement",
    AskSwapDesk          "ask-swap-desk",
    DownloadBackupFiles  "download-backup-files",
    RenameDecomposedFiles "rename-decomposed-files",
    ProtectBackupFolder  "protect-backup-folder",
}

/// How sure we are that the fix is the right one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The usual order of trying, nothing better known.
    Low,
    /// A pattern fits and others are excluded.
    Medium,
    /// Direct evidence: a code, a restriction, a state key.
    High,
}

labels! { Confidence:
    Low    "low"    "low: the usual order of trying",
    Medium "medium" "medium: the pattern fits",
    High   "high"   "high: direct evidence",
}

/// One cause behind many devices.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the table below is their documentation
pub enum PatternKind {
    Outage,
    Site,
    OsBuild,
    ProfileSet,
    Host,
    HostBreaking,
}

labels! { PatternKind:
    Outage       "outage",
    Site         "site",
    OsBuild      "os-build",
    ProfileSet   "profile-set",
    Host         "host",
    HostBreaking "host-breaking",
}

/// May the device be wiped?
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing stands against it.
    Ready,
    /// What was backed up comes back, and something is lost all the same.
    ReadyWithLosses,
    /// Something stands against it.
    NotReady,
    /// Unknown. Never ready.
    Unknown,
}

labels! { Verdict:
    Ready           "ready"             "READY",
    ReadyWithLosses "ready-with-losses" "READY, WITH LOSSES",
    NotReady        "not-ready"         "NOT READY",
    Unknown         "unknown"           "UNKNOWN",
}

/// One word for a device.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A good backup in date.
    Protected,
    /// A good backup, older than the aging limit.
    Aging,
    /// The newest good backup is too old.
    Stale,
    /// Attempts, and no good backup that is not too old.
    Failed,
    /// No backup and no attempt, although the evidence would show one.
    Never,
    /// Unknown.
    Unknown,
}

labels! { Status:
    Protected "protected",
    Aging     "aging",
    Stale     "stale",
    Failed    "failed",
    Never     "never"     "never backed up",
    Unknown   "unknown",
}

/// Where a device is listed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Listed {
    /// Among the devices that the headline speaks of.
    Fleet,
    /// Known only from old backups although there is an inventory: not counted.
    Apart,
    /// No longer in the MDM: not counted.
    LeftMdm,
}

labels! { Listed:
    Fleet   "fleet"    "in the fleet",
    Apart   "apart"    "known from old backups only",
    LeftMdm "left-mdm" "no longer in the MDM",
}

/// Which half of a fix the evidence points to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Focus {
    /// The storage of the iCloud account.
    IcloudStorage,
    /// The storage of the device.
    DeviceStorage,
}

labels! { Focus:
    IcloudStorage "icloud-storage",
    DeviceStorage "device-storage",
}

/// One word for a version of iOS.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OsVerdict {
    /// There is no newer version for the model.
    Current,
    /// There is a newer one with the same first number.
    BehindMinor,
    /// There is a newer one with a greater first number, and the device is not the newest of its own.
    BehindMajor,
    /// The newest of its own first number, while a greater one is offered: no blame.
    SupportedOlder,
    /// Apple has no version for the model any more.
    Unsupported,
    /// Unknown.
    #[default]
    Unknown,
}

/// Where a backup lies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKind {
    /// A folder on a computer.
    Local,
    /// Apple's iCloud.
    Icloud,
}

labels! { BackupKind:
    Local  "local",
    Icloud "icloud" "iCloud",
}

/// What became of a device since an earlier run. docs/history.md says the same to users.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It could be lost, or fails, and did not then, or was not there then.
    New,
    /// It stands worse: by what could be lost, by severity, by status.
    Worse,
    /// It stands better.
    Better,
    /// It could be lost or failed then, and neither holds now.
    Fixed,
    /// It was not there then, and neither could be lost nor fails.
    Appeared,
    /// Nothing of this has changed.
    Same,
}

labels! { Change:
    New      "new",
    Worse    "worse",
    Better   "better",
    Fixed    "fixed",
    Appeared "appeared",
    Same     "same",
}

/// How a device stands in a run: what a change is told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) could_be_lost: bool,
    pub(crate) status: Status,
    pub(crate) severity: Option<Severity>,
}

impl Standing {
    fn alarms(self) -> bool {
        self.could_be_lost || fails(self.severity)
    }

    /// Greater is worse.
    fn badness(self) -> impl Ord {
        (
            self.could_be_lost,
            self.severity,
            Reverse(self.status.rank()),
        )
    }
}

impl Change {
    /// From how it stood, if it was there, to how it stands.
    pub(crate) fn between(then: Option<Standing>, now: Standing) -> Self {
        let Some(then) = then else {
            return if now.alarms() {
                Self::New
            } else {
                Self::Appeared
            };
        };
        let comes_to_risk = now.could_be_lost && !then.could_be_lost;
        match (then.alarms(), now.alarms()) {
            (false, true) => Self::New,
            (true, true) if comes_to_risk => Self::New,
            (true, false) => Self::Fixed,
            _ => match now.badness().cmp(&then.badness()) {
                Ordering::Greater => Self::Worse,
                Ordering::Less => Self::Better,
                Ordering::Equal => Self::Same,
            },
        }
    }
}

/// Does a device fail whose worst finding without a waiver is this one?
pub(crate) fn fails(severity: Option<Severity>) -> bool {
    severity >= Some(Severity::Error)
}

impl Status {
    /// Would data be lost now, or is that unknown?
    pub fn is_at_risk(self) -> bool {
        !matches!(self, Self::Protected | Self::Aging)
    }

    /// Worst first. Never before failed: where something was tried, it was set up once.
    /// Unknown after stale: an old backup that is known to be old is worse news than none known.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Never => 0,
            Self::Failed => 1,
            Self::Stale => 2,
            Self::Unknown => 3,
            Self::Aging => 4,
            Self::Protected => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::{Critical, Error, Warning};
    use Status::{Aging, Failed, Protected, Stale, Unknown};

    fn standing(status: Status, severity: Option<Severity>) -> Standing {
        Standing {
            could_be_lost: status.is_at_risk(),
            status,
            severity,
        }
    }

    #[track_caller]
    fn check(
        then: Option<(Status, Option<Severity>)>,
        now: (Status, Option<Severity>),
        want: Change,
    ) {
        let then = then.map(|(status, severity)| standing(status, severity));
        let change = Change::between(then, standing(now.0, now.1));
        assert_eq!(change, want, "{then:?} -> {now:?}");
    }

    #[test]
    fn what_could_be_lost_or_fails_is_new_and_then_fixed() {
        let (fine, not_encrypted) = ((Protected, None), (Protected, Some(Error)));
        let stale = (Stale, Some(Error));
        check(Some(fine), stale, Change::New);
        check(Some(fine), not_encrypted, Change::New);
        check(Some(not_encrypted), stale, Change::New);
        check(Some(stale), fine, Change::Fixed);
        check(Some(stale), not_encrypted, Change::Better);
        check(Some(not_encrypted), fine, Change::Fixed);
    }

    #[test]
    fn a_status_or_a_severity_that_differs_is_a_change() {
        check(
            Some((Stale, Some(Error))),
            (Stale, Some(Critical)),
            Change::Worse,
        );
        check(
            Some((Stale, Some(Critical))),
            (Stale, Some(Error)),
            Change::Better,
        );
        check(
            Some((Stale, Some(Error))),
            (Failed, Some(Error)),
            Change::Worse,
        );
        check(
            Some((Stale, Some(Error))),
            (Unknown, Some(Error)),
            Change::Better,
        );
        check(
            Some((Protected, None)),
            (Aging, Some(Warning)),
            Change::Worse,
        );
        check(
            Some((Aging, Some(Warning))),
            (Protected, None),
            Change::Better,
        );
        check(
            Some((Stale, Some(Error))),
            (Stale, Some(Error)),
            Change::Same,
        );
        check(Some((Protected, None)), (Protected, None), Change::Same);
    }

    #[test]
    fn what_was_not_there_is_new_when_it_could_be_lost_or_fails() {
        check(None, (Stale, Some(Error)), Change::New);
        check(None, (Protected, Some(Error)), Change::New);
        check(None, (Aging, Some(Warning)), Change::Appeared);
        check(None, (Protected, None), Change::Appeared);
    }
}
