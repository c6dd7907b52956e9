//! The list of everything that is looked for.

use super::{age, icloud, identity, inventory, local, os, storage};
use crate::assess::context::Case;
use crate::assess::draft_finding::Draft;
use crate::results::Severity;

/// One theme: looks at a device and drafts what it finds.
type Theme = fn(&Case<'_>) -> Vec<Draft>;

const THEMES: &[Theme] = &[
    age::find,
    local::find,
    icloud::find,
    identity::find,
    storage::find,
    local::has_shrunk,
    os::find,
    inventory::not_seen,
    inventory::find,
];

/// Everything that is wrong with a device, each code once, worst first.
pub(crate) fn assess(case: &Case<'_>) -> Vec<Draft> {
    let drafts = THEMES.iter().flat_map(|theme| theme(case)).collect();
    let mut drafts = merged(drafts);
    drafts.extend(inventory::nobody_can_tell(case, &drafts));
    if case.listed_apart() {
        for draft in &mut drafts {
            draft.severity = Severity::Info;
        }
    }
    drafts.sort_by_key(|draft| (std::cmp::Reverse(draft.severity), draft.code));
    drafts
}

/// One draft a code: the worst severity, and all the evidence.
fn merged(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut all: Vec<Draft> = Vec::new();
    for draft in drafts {
        match all.iter_mut().find(|known| known.code == draft.code) {
            Some(known) => {
                known.severity = known.severity.max(draft.severity);
                for evidence in draft.evidence {
                    if !known.evidence.contains(&evidence) {
                        known.evidence.push(evidence);
                    }
                }
            }
            None => all.push(draft),
        }
    }
    all
}
