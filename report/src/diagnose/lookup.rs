//! Which rows of the tables explain a finding, in the order in which they are tried.

use super::rule::{Reason, Row};
use super::safety::may_advise;
use super::{exclusions, icloud, local, others, pattern_rules};
use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::DraftFinding;
use crate::results::Code;

/// The tables, in the order in which they are tried: gates first, then what evidence names
/// directly, then patterns, then the usual order of trying.
const TABLES: &[&[Row]] = &[
    exclusions::ROWS,
    others::ROWS,
    icloud::CERTAIN,
    pattern_rules::ROWS,
    icloud::CODES,
    local::ROWS,
    icloud::LIKELY,
    others::LAST,
];

/// Every row there is.
pub(crate) fn all_rows() -> impl Iterator<Item = &'static Row> {
    let rows = TABLES.iter().flat_map(|table| table.iter());
    rows.chain([&others::NOTHING_KNOWN])
}

/// The rows that can explain a code, in the order in which they are tried.
pub(crate) fn rows_of(code: Code) -> impl Iterator<Item = &'static Row> {
    let rows = TABLES.iter().flat_map(|table| table.iter());
    rows.filter(move |row| row.codes.contains(&code))
}

/// Every row whose condition holds, and whose fix may be advised for this device.
pub(crate) fn matches_of<'c>(
    ctx: &'c DeviceContext<'_>,
    draft: &DraftFinding,
) -> impl Iterator<Item = &'static Row> + 'c {
    let fitting = rows_of(draft.code).filter(|row| may_advise(ctx, row.fix));
    fitting.filter(|row| (row.when)(ctx).is_some())
}

pub(crate) fn first_match(ctx: &DeviceContext<'_>, draft: &DraftFinding) -> (&'static Row, Reason) {
    let fitting = rows_of(draft.code).filter(|row| may_advise(ctx, row.fix));
    let mut matches = fitting.filter_map(|row| Some((row, (row.when)(ctx)?)));
    matches
        .next()
        .unwrap_or_else(|| (&others::NOTHING_KNOWN, others::nothing_known()))
}
