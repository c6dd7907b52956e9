//! What a local backup says about the iCloud backups of the same device.
//!
//! Two small property lists inside every local backup are the iCloud backup's own log. They are as
//! old as the local backup that holds them: they explain past failures and prove no present calm.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `com.apple.MobileBackup.plist` and `com.apple.mobile.ldbackup.plist` of one local backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudLog {
    /// `CloudBackupEnabled`.
    pub enabled: Option<bool>,
    /// `LastCloudBackupDate`.
    pub last_date: Option<Timestamp>,
    /// The last attempts, newest first (Apple keeps ten).
    pub attempts: Vec<CloudAttempt>,
    /// Windows in which the device could have backed up, newest first (Apple keeps ten).
    pub windows: Vec<CloudWindow>,
}

/// One entry of `BackupStateInfo.errors`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CloudAttempt {
    /// When it ended (device clock).
    pub at: Timestamp,
    /// `MBErrorDomain`, `CKErrorDomain`, …
    pub domain: String,
    /// 0 is success.
    pub code: i64,
    /// Codes of the underlying errors, outermost first.
    pub inner_codes: Vec<i64>,
}

/// One entry of `LastOnConditionEvents`: a time in which all conditions were met, and what ended it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CloudWindow {
    /// Start of the window.
    pub start: Timestamp,
    /// How long the conditions held, in seconds.
    pub seconds: u64,
    /// On power when it ended.
    pub on_power: bool,
    /// Locked when it ended.
    pub locked: bool,
    /// On Wi-Fi when it ended.
    pub on_wifi: bool,
}
