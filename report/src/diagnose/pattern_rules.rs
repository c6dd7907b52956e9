//! What many devices have in common: the patterns of the whole fleet, one row for each kind.
//!
//! They stand behind what the evidence of one device names directly, and before all that is only
//! the usual order of trying: forty devices of one site need one look at its firewall and not
//! forty restarts.

use super::rule::{Row, Why, row};
use crate::assess::context::Case;
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
    shared(PatternKind::Outage, OLD, |case| {
        why(case, PatternKind::Outage)
    }),
    shared(PatternKind::Site, OLD, |case| why(case, PatternKind::Site)),
    shared(PatternKind::OsBuild, OLD, |case| {
        why(case, PatternKind::OsBuild)
    }),
    shared(PatternKind::ProfileSet, OLD, |case| {
        why(case, PatternKind::ProfileSet)
    }),
];

/// A row for a kind of pattern.
pub(crate) const fn shared(
    kind: PatternKind,
    codes: &'static [Code],
    when: fn(&Case<'_>) -> Option<Why>,
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
pub(crate) fn why(case: &Case<'_>, kind: PatternKind) -> Option<Why> {
    case.pattern(kind).map(Why::shared)
}

/// Do many devices fail as this one does? Then the network is not this one's alone.
pub(crate) fn fails_with_others(case: &Case<'_>) -> bool {
    let mut kinds = IN_ICLOUD.into_iter();
    kinds.any(|kind| case.pattern(kind).is_some())
}
