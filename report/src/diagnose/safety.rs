//! Which fixes may be advised for a device at all.

use super::rule::Row;
use crate::assess::checks::icloud::is_blocked;
use crate::assess::checks::inventory::pairing_is_blocked;
use crate::assess::context::DeviceContext;
use crate::assess::good_backup::within;
use crate::policy::Requirement;
use crate::results::FixId;

/// A local backup no older than this, in days, is fresh enough to risk a destructive fix. Fixed: it
/// is a matter of safety and not of policy.
const FRESH_DAYS: f64 = 3.0;

/// May a fix be advised for this device? The words for people stand in `not_when` of the fix.
pub(crate) fn may_advise(ctx: &DeviceContext<'_>, fix: FixId) -> bool {
    let backups = ctx.policy.backups;
    match fix {
        FixId::SignOutIcloud => {
            has_fresh_local(ctx) && ctx.restriction("allowAccountModification") != Some(false)
        }
        FixId::StartFreshBackup | FixId::EnterPasscode => {
            backups.local != Requirement::Forbidden && !pairing_is_blocked(ctx)
        }
        FixId::TurnOnIcloudBackup => backups.icloud != Requirement::Forbidden && !is_blocked(ctx),
        _ => true,
    }
}

/// What a row tries next, as far as it may be advised.
pub(crate) fn next_of(ctx: &DeviceContext<'_>, row: &Row) -> Option<FixId> {
    row.next.and_then(|fix| next_fix(ctx, fix))
}

/// What to try next; a fix that may not be advised gives way to the people who know more.
fn next_fix(ctx: &DeviceContext<'_>, fix: FixId) -> Option<FixId> {
    match fix {
        fix if may_advise(ctx, fix) => Some(fix),
        FixId::SignOutIcloud => Some(FixId::ContactAppleSupport),
        _ => None,
    }
}

/// Is there a restorable local backup of the last three days?
pub(crate) fn has_fresh_local(ctx: &DeviceContext<'_>) -> bool {
    ctx.good_local()
        .is_some_and(|good| within(good.date, ctx.now, FRESH_DAYS))
}
