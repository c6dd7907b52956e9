//! What many devices have in common: the patterns of the whole fleet, one row for each kind.
//!
//! They stand behind what the evidence of one device names directly, and before all that is only
//! the usual order of trying: forty devices of one site need one look at its firewall and not
//! forty restarts.

use super::rule::{Reason, Row, row};
use crate::assess::context::DeviceContext;
use crate::results::{Code, PatternKind};

const OLD: &[Code] = &[
    Code::BackupStale,
    Code::BackupAging,
    Code::IcloudAttemptsFailing,
];

const IN_ICLOUD: [PatternKind; 4] = [
    PatternKind::Outage,
    PatternKind::Site,
    PatternKind::OsBuild,
    PatternKind::ProfileSet,
];

/// The rows of iCloud; those of computers stand among the rows of local backups.
pub(crate) const ROWS: &[Row] = &[
    shared(PatternKind::Outage, OLD, |ctx| {
        why(ctx, PatternKind::Outage)
    }),
    shared(PatternKind::Site, OLD, |ctx| why(ctx, PatternKind::Site)),
    shared(PatternKind::OsBuild, OLD, |ctx| {
        why(ctx, PatternKind::OsBuild)
    }),
    shared(PatternKind::ProfileSet, OLD, |ctx| {
        why(ctx, PatternKind::ProfileSet)
    }),
];

/// A row for a kind of pattern.
pub(crate) const fn shared(
    kind: PatternKind,
    codes: &'static [Code],
    when: fn(&DeviceContext<'_>) -> Option<Reason>,
) -> Row {
    let about = kind.about();
    let row = row(
        about.rule,
        codes,
        when,
        about.cause,
        about.fix,
        about.confidence,
    );
    match about.next {
        Some(fix) => row.next(fix),
        None => row,
    }
}

/// Does the device stand in a pattern of a kind, and why is it one?
pub(crate) fn why(ctx: &DeviceContext<'_>, kind: PatternKind) -> Option<Reason> {
    ctx.pattern(kind).map(Reason::shared)
}

/// Do many devices fail as this one does? Then the network is not this one's alone.
pub(crate) fn fails_with_others(ctx: &DeviceContext<'_>) -> bool {
    IN_ICLOUD
        .into_iter()
        .any(|kind| ctx.pattern(kind).is_some())
}
