//! Which rows of the tables explain a finding, in the order in which they are tried.

use super::rule::{Row, Why};
use super::safety::may_advise;
use super::{exclusions, icloud, local, others, pattern_rules};
use crate::assess::context::Case;
use crate::assess::draft_finding::Draft;
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

/// The rows that can explain a code, in the order in which they are tried.
pub(crate) fn rows_of(code: Code) -> impl Iterator<Item = &'static Row> {
    let rows = TABLES.iter().flat_map(|table| table.iter());
    rows.filter(move |row| row.codes.contains(&code))
}

/// Every row whose condition holds, and whose fix may be advised for this device.
pub(crate) fn matches_of<'c>(
    case: &'c Case<'_>,
    draft: &Draft,
) -> impl Iterator<Item = &'static Row> + 'c {
    let fitting = rows_of(draft.code).filter(|row| may_advise(case, row.fix));
    fitting.filter(|row| (row.when)(case).is_some())
}

pub(crate) fn first_match(case: &Case<'_>, draft: &Draft) -> (&'static Row, Why) {
    let fitting = rows_of(draft.code).filter(|row| may_advise(case, row.fix));
    let mut matches = fitting.filter_map(|row| Some((row, (row.when)(case)?)));
    matches
        .next()
        .unwrap_or_else(|| (&others::NOTHING_KNOWN, others::nothing_known()))
}
