//! The list of everything that is looked for.

use super::{age, icloud, identity, inventory, local, os, storage};
use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::DraftFinding;
use crate::results::Severity;

/// One theme: looks at a device and drafts what it finds.
type Theme = fn(&DeviceContext<'_>) -> Vec<DraftFinding>;

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
pub(crate) fn assess(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let drafts = THEMES.iter().flat_map(|theme| theme(ctx)).collect();
    let mut drafts = merged(drafts);
    drafts.extend(inventory::status_unknown(ctx, &drafts));
    if ctx.listed_apart() {
        for draft in &mut drafts {
            draft.severity = Severity::Info;
        }
    }
    drafts.sort_by_key(|draft| (std::cmp::Reverse(draft.severity), draft.code));
    drafts
}

/// One draft a code: the worst severity, and all the evidence.
fn merged(drafts: Vec<DraftFinding>) -> Vec<DraftFinding> {
    let mut all: Vec<DraftFinding> = Vec::new();
    for draft in drafts {
        match all
            .iter_mut()
            .find(|merged_draft| merged_draft.code == draft.code)
        {
            Some(merged_draft) => {
                merged_draft.severity = merged_draft.severity.max(draft.severity);
                for evidence in draft.evidence {
                    if !merged_draft.evidence.contains(&evidence) {
                        merged_draft.evidence.push(evidence);
                    }
                }
            }
            None => all.push(draft),
        }
    }
    all
}
