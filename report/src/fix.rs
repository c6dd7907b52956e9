//! The likely fixes: the article's eight, and the actions for what none of the eight fits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
