//! Why a list that can be read, or a check that found no loss, proves less than it seems to.
//!
//! Each doubt makes the answer `unknown`, never a smaller `expected`: an unusable row may name a payload
//! that could not be checked.

use super::compare::Compared;
use super::depth::Depth;
use crate::backup::file_list::row_facts::RowFacts;
use crate::model::backup::FileCount;

/// Files that changed while they were uploaded: so many at least are no doubt, and one in a hundred.
const CHANGED_MIN: u64 = 2;
const CHANGED_ONE_IN: u64 = 100;
/// Of the names that were worked out again, so many in a hundred may be others. On real lists none is.
const WRONG_NAMES_IN_100: u64 = 10;
/// Of files with nothing to compare them with, one in so many may hold nothing.
const EMPTY_ONE_IN: u64 = 4;

/// All doubts, worst first, in plain words.
pub(crate) fn find(
    facts: &RowFacts,
    sums: &Compared,
    files: &FileCount,
    depth: &Depth<'_>,
) -> Vec<String> {
    let rows = facts.odd.rows;
    let sealed = if depth.encrypted { 0 } else { facts.sealed };
    let unusable = facts.unusable_files + facts.unusable_others + sealed;
    let keyless = if depth.encrypted && depth.with_integrity {
        facts.without_key - facts.sealed
    } else {
        0
    };
    let changed_max = (facts.file_rows / CHANGED_ONE_IN).max(CHANGED_MIN);
    let held = files.present.saturating_sub(sums.incomparable_empty);
    let doubts = [
        (unusable > 0).then(|| {
            format!("{unusable} of {rows} rows of the list of files cannot be used, so what they listed could not be checked")
        }),
        (sums.repeated > 0).then(|| format!("{} files are listed more than once", sums.repeated)),
        (facts.changed > changed_max).then(|| {
            let (changed, files) = (facts.changed, facts.file_rows);
            format!("{changed} of {files} files are marked as changed while they were uploaded, and may be missing")
        }),
        (facts.names_wrong * 100 > facts.names_checked * WRONG_NAMES_IN_100).then(|| {
            let (wrong, checked) = (facts.names_wrong, facts.names_checked);
            format!("{wrong} of {checked} names of the list are not those that iOS gives to such files")
        }),
        (keyless > 0).then(|| {
            format!("{keyless} files of an encrypted backup have no key, so nothing could open them")
        }),
        (sums.incomparable_empty * EMPTY_ONE_IN > held).then(|| {
            let empty = sums.incomparable_empty;
            format!("{empty} files are empty, and nothing says that they should be")
        }),
        sums.looked_into.doubt(),
    ];
    doubts.into_iter().flatten().collect()
}
