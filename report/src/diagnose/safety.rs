//! Which fixes may be advised for a device at all.

use super::rule::Row;
use crate::assess::checks::icloud::is_blocked;
use crate::assess::checks::inventory::pairing_is_blocked;
use crate::assess::context::Case;
use crate::assess::good_backup::within;
use crate::policy::Requirement;
use crate::results::FixId;

/// A local backup no older than this, in days, is fresh enough to risk a destructive fix. Fixed: it
/// is a matter of safety and not of policy.
const FRESH_DAYS: f64 = 3.0;

/// May a fix be advised for this device? The words for people stand in `not_when` of the fix.
pub(crate) fn may_advise(case: &Case<'_>, fix: FixId) -> bool {
    let wanted = case.policy.backups;
    match fix {
        FixId::SignOutIcloud => {
            has_fresh_local(case) && case.restriction("allowAccountModification") != Some(false)
        }
        FixId::StartFreshBackup | FixId::EnterPasscode => {
            wanted.local != Requirement::Forbidden && !pairing_is_blocked(case)
        }
        FixId::TurnOnIcloudBackup => wanted.icloud != Requirement::Forbidden && !is_blocked(case),
        _ => true,
    }
}

/// What a row tries next, as far as it may be advised.
pub(crate) fn next_of(case: &Case<'_>, row: &Row) -> Option<FixId> {
    row.next.and_then(|fix| next_fix(case, fix))
}

/// What to try next; a fix that may not be advised gives way to the people who know more.
fn next_fix(case: &Case<'_>, fix: FixId) -> Option<FixId> {
    match fix {
        fix if may_advise(case, fix) => Some(fix),
        FixId::SignOutIcloud => Some(FixId::ContactAppleSupport),
        _ => None,
    }
}

/// Is there a restorable local backup of the last three days?
pub(crate) fn has_fresh_local(case: &Case<'_>) -> bool {
    case.good_local()
        .is_some_and(|good| within(good.date, case.now, FRESH_DAYS))
}
