//! Looks a finding up in the tables and makes its fix ready for the device.

use super::escalate;
use super::lookup::first_match;
use crate::assess::context::DeviceContext;
use crate::assess::device_facts::model_name;
use crate::assess::draft_finding::DraftFinding;
use crate::format::escaped;
use crate::policy::references;
use crate::results::{Confidence, Finding};
use crate::tables::fix_steps::DeviceTraits;

/// A finding with its cause and its likely fix.
pub(crate) fn diagnose(ctx: &DeviceContext<'_>, draft: DraftFinding) -> Finding {
    let (row, why) = first_match(ctx, &draft);
    let sure = row.confidence.min(why.at_most);
    let advice = escalate::advise(ctx, &draft, row, sure);
    let is_first = advice.fix == row.fix;
    let situation = DeviceTraits {
        os: ctx.os(),
        home_button: ctx.home_button(),
        focus: row.focus.filter(|_| is_first),
    };
    let mut likely_fix = advice.fix.for_device(&situation);
    likely_fix.message = advice.fix.message(&situation, &called(ctx));
    Finding {
        code: draft.code,
        severity: draft.severity,
        evidence: draft.evidence,
        cause: row.cause.to_owned(),
        likely_fix,
        confidence: if is_first { sure } else { Confidence::Low },
        why: match advice.why {
            Some(more) => format!("{}; {more}", why.text),
            None => why.text,
        },
        next_fix: advice.next,
        waived: None,
        pattern: why.pattern,
        rule: row.rule.to_owned(),
        history: advice.past,
        references: references(ctx.policy.preset, draft.code),
    }
}

/// What a message calls the device: "Your iPhone 13 “Anna’s iPhone” (serial number F2LX0000TEST)".
fn called(ctx: &DeviceContext<'_>) -> String {
    let model = model_name(ctx.device).unwrap_or_else(|| "device".to_owned());
    let mut text = format!("Your {}", escaped(&model));
    if let Some(name) = ctx.device.name() {
        text.push_str(&format!(" “{}”", escaped(name)));
    }
    if let Some(serial) = &ctx.device.identity.serial {
        text.push_str(&format!(" (serial number {serial})"));
    }
    text
}
