//! Settings that cannot both hold.

use super::limits::Thresholds;
use super::requirements::{Requirement, Requirements};

/// Two settings that cannot both hold: where they stand, and what is wrong.
pub(super) fn contradiction(
    limits: &Thresholds,
    wanted: &Requirements,
) -> Option<([[&'static str; 2]; 2], String)> {
    for (low, high) in ORDERED {
        let (below, above) = ((low.of)(limits), (high.of)(limits));
        if below > above {
            let message = format!(
                "{} is {above}, which is less than {} ({below}); it must be the same or more",
                high.name, low.name
            );
            return Some(([high, low].map(|limit| ["thresholds", limit.name]), message));
        }
    }
    (wanted.icloud == Requirement::Forbidden && wanted.local == Requirement::Forbidden).then(
        || {
            let message = "icloud and local are both \"forbidden\": no backup would ever count; allow one of them";
            ([["backups", "local"], ["backups", "icloud"]], message.to_owned())
        },
    )
}

/// A limit and where to find it.
struct Limit {
    name: &'static str,
    of: fn(&Thresholds) -> f64,
}

/// Pairs of which the second must not be less than the first.
const ORDERED: [(Limit, Limit); 5] = [
    (AGING, STALE),
    (STALE, CRITICAL),
    (EXPIRING, EXPIRING_ERROR),
    (EXPIRING_ERROR, IGNORED),
    (STORAGE_CRITICAL, STORAGE_LOW),
];
const AGING: Limit = limit("aging_days", |t| t.aging_days);
const STALE: Limit = limit("stale_days", |t| t.stale_days);
const CRITICAL: Limit = limit("critical_days", |t| t.critical_days);
const EXPIRING: Limit = limit("icloud_expiring_days", |t| t.icloud_expiring_days);
const EXPIRING_ERROR: Limit = limit("icloud_expiring_error_days", |t| {
    t.icloud_expiring_error_days
});
const IGNORED: Limit = limit("icloud_ignored_days", |t| t.icloud_ignored_days);
const STORAGE_LOW: Limit = limit("storage_low_percent", |t| t.storage_low_percent);
const STORAGE_CRITICAL: Limit = limit("storage_critical_percent", |t| t.storage_critical_percent);

const fn limit(name: &'static str, of: fn(&Thresholds) -> f64) -> Limit {
    Limit { name, of }
}
