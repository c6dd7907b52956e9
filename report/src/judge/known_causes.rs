//! The causes that results may name, for those who look one up by its id.

use std::collections::BTreeSet;

use crate::diagnose::causes;
use crate::diagnose::lookup::all_rows;
use crate::results::{Code, FixId};

/// What evidence may point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCause {
    /// "C3", as `causes` of the results names it.
    pub id: &'static str,
    /// In one sentence.
    pub text: &'static str,
    /// The findings that it explains.
    pub codes: BTreeSet<Code>,
    /// The fixes that are advised for it.
    pub fixes: BTreeSet<FixId>,
}

/// Every cause by its id.
pub fn known_causes() -> Vec<KnownCause> {
    let all = causes::texts().map(|(id, text)| known_cause(id, text));
    all.collect()
}

fn known_cause(id: &'static str, text: &'static str) -> KnownCause {
    let rows = || all_rows().filter(move |row| causes::id(row.rule, row.cause) == id);
    KnownCause {
        id,
        text,
        codes: rows().flat_map(|row| row.codes.iter().copied()).collect(),
        fixes: rows().map(|row| row.fix).collect(),
    }
}
