//! Every fixed list of words that the results use.
//!
//! The words stand in files, tickets and waivers: none is ever renamed or used again for something
//! else.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::{Word, words};

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
    /// Data would be lost tonight.
    Critical,
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
    LocalFilesMissing,
    LocalDamaged,
    LocalUnfinished,
    LocalPlaceholder,
    PasswordWrong,
    LocalNotEncrypted,
    IcloudBlocked,
    IcloudForbidden,
    IcloudOff,
    IdentityConflict,
    ClockWrong,
    BackupUnknown,
    SwapPlanned,
    BackupAging,
    LocalAttemptFailed,
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
    BackupInProgress,
}

/// A name that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("wanted {wanted}, found {found:?}")]
pub struct NoSuchName {
    /// What kind of name was wanted.
    pub wanted: &'static str,
    /// What was found.
    pub found: String,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// Its name in files: "warning".
    pub fn id(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Severity {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let found = Self::ALL.into_iter().find(|severity| severity.id() == text);
        found.ok_or_else(|| NoSuchName {
            wanted: "info, warning, error or critical",
            found: text.to_owned(),
        })
    }
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

impl Confidence {
    /// Its name in files: "medium".
    pub fn id(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
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
    /// Nobody can tell. Never ready.
    Unknown,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 4] = [
        Self::Ready,
        Self::ReadyWithLosses,
        Self::NotReady,
        Self::Unknown,
    ];
}

/// One word for a device.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A good backup in date.
    Protected,
    /// A good backup that grows old.
    Aging,
    /// The newest good backup is too old.
    Stale,
    /// Attempts, and no good backup that is not too old.
    Failed,
    /// No backup and no attempt, although the evidence could have told of one.
    Never,
    /// Nobody can tell.
    Unknown,
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
    /// Nobody can tell.
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

/// What became of a device since an earlier run. docs/history.md says the same to users.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It fails, and did not then, or was not there then.
    New,
    /// It fails as it did then, and worse.
    Worse,
    /// It fails as it did then, and less.
    Better,
    /// It failed then and does no more.
    Fixed,
    /// It was not there then, and does not fail.
    Appeared,
    /// None of the others.
    Same,
}

impl Change {
    /// Its name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Fixed => "fixed",
            Self::Appeared => "appeared",
            Self::Same => "same",
        }
    }

    /// From the severity that it had, if it was there, to the one that it has.
    pub(crate) fn between(then: Option<Option<Severity>>, now: Option<Severity>) -> Self {
        let Some(then) = then else {
            return if fails(now) {
                Self::New
            } else {
                Self::Appeared
            };
        };
        match (fails(then), fails(now)) {
            (false, true) => Self::New,
            (true, false) => Self::Fixed,
            (true, true) if now > then => Self::Worse,
            (true, true) if now < then => Self::Better,
            _ => Self::Same,
        }
    }
}

/// Does a device fail whose worst finding without a waiver is this one?
pub(crate) fn fails(severity: Option<Severity>) -> bool {
    severity >= Some(Severity::Error)
}

impl Status {
    /// Every status, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Protected,
        Self::Aging,
        Self::Stale,
        Self::Failed,
        Self::Never,
        Self::Unknown,
    ];

    /// Its name in files: "protected".
    pub fn id(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Aging => "aging",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }

    /// Would data be lost tonight, or can nobody tell that it would not?
    pub fn is_at_risk(self) -> bool {
        !matches!(self, Self::Protected | Self::Aging)
    }

    /// Worst first. Never before failed: where something was tried, somebody once set it up.
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

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}

words! { Status:
    Protected "protected" "protected",
    Aging     "aging"     "aging",
    Stale     "stale"     "stale",
    Failed    "failed"    "failed",
    Never     "never"     "never backed up",
    Unknown   "unknown"   "unknown",
}

words! { Severity:
    Info     "info"     "info",
    Warning  "warning"  "warning",
    Error    "error"    "error",
    Critical "critical" "critical",
}

words! { Confidence:
    Low    "low"    "low: the usual order of trying",
    Medium "medium" "medium: the pattern fits",
    High   "high"   "high: direct evidence",
}

words! { BackupKind:
    Local  "local"  "local",
    Icloud "icloud" "iCloud",
}

words! { Verdict:
    Ready           "ready"             "READY",
    ReadyWithLosses "ready-with-losses" "READY, WITH LOSSES",
    NotReady        "not-ready"         "NOT READY",
    Unknown         "unknown"           "UNKNOWN",
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::{Critical, Error, Warning};

    #[track_caller]
    fn check(then: Option<Option<Severity>>, now: Option<Severity>, want: Change) {
        assert_eq!(Change::between(then, now), want, "{then:?} -> {now:?}");
    }

    #[test]
    fn a_device_fails_from_error_on() {
        check(Some(Some(Warning)), Some(Error), Change::New);
        check(Some(None), Some(Warning), Change::Same);
        check(Some(Some(Error)), Some(Warning), Change::Fixed);
        check(Some(Some(Warning)), None, Change::Same);
    }

    #[test]
    fn what_fails_still_fails_worse_better_or_the_same() {
        check(Some(Some(Error)), Some(Critical), Change::Worse);
        check(Some(Some(Critical)), Some(Error), Change::Better);
        check(Some(Some(Error)), Some(Error), Change::Same);
    }

    #[test]
    fn what_was_not_there_is_new_when_it_fails() {
        check(None, Some(Error), Change::New);
        check(None, Some(Warning), Change::Appeared);
        check(None, None, Change::Appeared);
    }
}
