//! A pattern as the results carry it.

use super::causes;
use super::pattern::wording::{at_most, reason};
use crate::assess::context::DeviceContext;
use crate::assess::fleet_patterns::Pattern;
use crate::results;

/// A pattern for the results.
pub(crate) fn to_result(pattern: &Pattern, contexts: &[DeviceContext<'_>]) -> results::Pattern {
    let about = pattern.kind.about();
    let mut devices: Vec<String> = pattern
        .missed
        .iter()
        .filter_map(|device| name(&contexts[*device]))
        .collect();
    devices.sort();
    results::Pattern {
        id: pattern.id(),
        kind: pattern.kind,
        what: pattern.what.clone(),
        devices,
        missed: pattern.missed.len() as u64,
        of: pattern.of as u64,
        since: pattern.since,
        nights: pattern.nights,
        usual_rate: (pattern.baseline_rate * 1_000.0).round() / 1_000.0,
        probability: at_most(pattern.chance),
        cause: causes::id(about.rule, about.cause),
        reason: reason(pattern),
        likely_fix: about.fix,
        next_fix: about.next,
        confidence: pattern.confidence,
    }
}

fn name(ctx: &DeviceContext<'_>) -> Option<String> {
    let identity = &ctx.device.identity;
    let serial = identity.serial.as_ref().map(ToString::to_string);
    serial.or_else(|| identity.udid.as_ref().map(ToString::to_string))
}
