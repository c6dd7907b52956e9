//! Looks a finding up in the tables.

use super::lookup::first_match;
use super::{causes, escalate};
use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::DraftFinding;
use crate::policy::references;
use crate::results::{Confidence, Finding, SourceTable};

/// A finding with its cause and its likely fix.
pub(crate) fn diagnose(
    ctx: &DeviceContext<'_>,
    draft: DraftFinding,
    sources: &mut SourceTable,
) -> Finding {
    let (row, why) = first_match(ctx, &draft);
    let sure = row.confidence.min(why.at_most);
    let advice = escalate::advise(ctx, &draft, row, sure);
    let is_first = advice.fix == row.fix;
    Finding {
        code: draft.code,
        severity: draft.severity,
        evidence: (draft.evidence.into_iter())
            .map(|evidence| evidence.filed(sources))
            .collect(),
        cause: causes::id(row.rule, row.cause),
        likely_fix: Some(advice.fix),
        article_step: advice.fix.about().article_step,
        focus: row.focus.filter(|_| is_first),
        confidence: if is_first { sure } else { Confidence::Low },
        why: Some(match advice.why {
            Some(more) => format!("{}; {more}", why.text),
            None => why.text,
        }),
        next_fix: advice.next,
        waived: None,
        pattern: why.pattern,
        history: advice.past,
        references: references(ctx.policy.preset, draft.code),
    }
}
