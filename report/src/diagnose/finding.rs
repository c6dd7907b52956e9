//! Looks a finding up in the tables and makes its fix ready for the device.

use super::escalate;
use super::lookup::first_match;
use crate::assess::context::Case;
use crate::assess::device_facts::model_name;
use crate::assess::draft_finding::Draft;
use crate::format::shown;
use crate::policy::references;
use crate::results::{Confidence, Finding};
use crate::tables::fix_steps::Situation;

/// A finding with its cause and its likely fix.
pub(crate) fn diagnose(case: &Case<'_>, draft: Draft) -> Finding {
    let (row, why) = first_match(case, &draft);
    let sure = row.confidence.min(why.at_most);
    let advice = escalate::advise(case, &draft, row, sure);
    let is_first = advice.fix == row.fix;
    let situation = Situation {
        os: case.os(),
        home_button: case.home_button(),
        focus: row.focus.filter(|_| is_first),
    };
    let mut likely_fix = advice.fix.made_ready(&situation);
    likely_fix.message = advice.fix.message(&situation, &called(case));
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
        references: references(case.policy.preset, draft.code),
    }
}

/// What a message calls the device: "Your iPhone 13 “Anna’s iPhone” (serial number F2LX0000TEST)".
fn called(case: &Case<'_>) -> String {
    let model = model_name(case.device).unwrap_or_else(|| "device".to_owned());
    let mut text = format!("Your {}", shown(&model));
    if let Some(name) = case.device.name() {
        text.push_str(&format!(" “{}”", shown(name)));
    }
    if let Some(serial) = &case.device.identity.serial {
        text.push_str(&format!(" (serial number {serial})"));
    }
    text
}
