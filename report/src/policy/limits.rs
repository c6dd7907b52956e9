//! When something is too old, too small or too full.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{days, hours, percent};

/// When something is too old, too small or too full. Ages are days, compared exactly: a limit of 7
/// is passed a second after seven times twenty-four hours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// A good backup older than this is `aging`, in days.
    #[serde(deserialize_with = "days")]
    pub aging_days: f64,
    /// A good backup older than this is `stale`, in days.
    #[serde(deserialize_with = "days")]
    pub stale_days: f64,
    /// A stale backup older than this is critical, in days.
    #[serde(deserialize_with = "days")]
    pub critical_days: f64,
    /// An iCloud backup of this age or more is told as expiring, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_expiring_days: f64,
    /// An expiring iCloud backup older than this is an error, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_expiring_error_days: f64,
    /// An iCloud backup older than this no longer counts: Apple has probably deleted it, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_ignored_days: f64,
    /// What the MDM said counts for this long, in days.
    #[serde(deserialize_with = "days")]
    pub inventory_trusted_days: f64,
    /// A device may be wiped when its backup is no older than this, in hours.
    #[serde(deserialize_with = "hours")]
    pub swap_hours: f64,
    /// A device whose swap is planned for no more than so many days ahead is told, in days.
    #[serde(deserialize_with = "days")]
    pub swap_planned_days: f64,
    /// A device with less free storage than this is told, in per cent.
    #[serde(deserialize_with = "percent")]
    pub storage_low_percent: f64,
    /// A device with less free storage than this is an error, in per cent.
    #[serde(deserialize_with = "percent")]
    pub storage_critical_percent: f64,
}

impl Default for Thresholds {
    /// Grounds: reference 5.3 in docs/policy.md.
    fn default() -> Self {
        Self {
            aging_days: 3.0,
            stale_days: 7.0,
            critical_days: 14.0,
            icloud_expiring_days: 150.0,
            icloud_expiring_error_days: 170.0,
            icloud_ignored_days: 180.0,
            inventory_trusted_days: 7.0,
            swap_hours: 24.0,
            swap_planned_days: 3.0,
            storage_low_percent: 5.0,
            storage_critical_percent: 1.0,
        }
    }
}

/// A number of days as a length of time, for exact comparison.
pub(crate) fn span_of_days(days: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(days * 86_400.0).unwrap_or(SignedDuration::MAX)
}
