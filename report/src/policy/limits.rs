//! When something is too old, too small or too full.

use jiff::SignedDuration;

use super::settings::settings;

settings! {
    /// When something is too old, too small or too full. Ages are days, compared exactly: a limit of
    /// 7 is passed a second after seven times twenty-four hours. Grounds: docs/policy.md.
    Thresholds,
    /// What a file says of them.
    ThresholdsGiven, THRESHOLDS;

    /// A good backup older than this is aging (a warning).
    aging_days: f64 = 3.0, read by "super::values::days";
    /// Older than this it is stale (an error).
    stale_days: f64 = 7.0, read by "super::values::days";
    /// Older than this, stale is critical.
    critical_days: f64 = 14.0, read by "super::values::days";
    /// An iCloud backup of this age is expiring: Apple deletes one that was not
    /// renewed for 180 days.
    icloud_expiring_days: f64 = 150.0, read by "super::values::days";
    /// Older than this, expiring is an error.
    icloud_expiring_error_days: f64 = 170.0, read by "super::values::days";
    /// Older than this, an iCloud backup no longer counts at all.
    icloud_ignored_days: f64 = 180.0, read by "super::values::days";
    /// What the MDM said counts for this long; older answers prove nothing.
    inventory_trusted_days: f64 = 7.0, read by "super::values::days";
    /// `fleetback swap`: a device may be wiped when its backup is no older than this. Stored
    /// results older than this answer nothing.
    swap_hours: f64 = 24.0, read by "super::values::hours";
    /// A device whose swap is planned for no more than so many days ahead is a finding, with what the swap
    /// check says of it (a warning where it is not ready).
    swap_planned_days: f64 = 3.0, read by "super::values::days";
    /// Where `verification` asks for a check: one older than this no longer counts.
    verification_days: f64 = 90.0, read by "super::values::days";
    /// A device with less of its storage free than this is a finding (a warning).
    storage_low_percent: f64 = 5.0, read by "super::values::percent";
    /// Less free than this is an error.
    storage_critical_percent: f64 = 1.0, read by "super::values::percent";
}

/// A number of days as a length of time, for exact comparison.
pub(crate) fn span_of_days(days: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(days * 86_400.0).unwrap_or(SignedDuration::MAX)
}
