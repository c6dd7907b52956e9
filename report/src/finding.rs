//! The codes of everything that can be wrong with a device.
//!
//! Codes are a promise: they stand in CSV files, tickets and waivers and outlive every wording.
//! The order below is the order in which findings of equal severity are listed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    BackupAging,
    LocalAttemptFailed,
    IcloudAttemptsFailing,
    IcloudExpiring,
    DeviceStorageLow,
    HostDiskLow,
    BackupShrunk,
    OsUnsupported,
    DeviceNotSeen,
    EvidenceUnreadable,
    HostSilent,
    PasswordMissing,
    OsOutdated,
    NotInInventory,
    BackupInProgress,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}
