//! A swap that is planned for one of the next days, with the swap verdict of this run.
//!
//! Judged after all other findings, which the verdict rests on. It is no alarm for every
//! planned swap: a device that is ready is in order.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding};
use crate::assess::origin::Origin;
use crate::policy::span_of_days;
use crate::results::{Code, Severity, Verdict};

/// The day of a swap that is due, and the finding of it.
pub(crate) fn find(
    ctx: &DeviceContext<'_>,
    verdict: Verdict,
    reason: &str,
) -> Option<DraftFinding> {
    let day = due(ctx)?;
    let table = ctx.device.person.as_ref().map(|person| &person.source);
    let evidence = DraftEvidence {
        text: format!("swap on {day}: {} ({reason})", verdict.label()),
        origin: table.map_or_else(
            || Origin::named("the inventory table"),
            |table| Origin::document(table).key("planned swap"),
        ),
        observed_at: None,
    };
    let severity = match verdict {
        Verdict::Ready | Verdict::ReadyWithLosses => Severity::Info,
        Verdict::NotReady | Verdict::Unknown => Severity::Warning,
    };
    Some(DraftFinding::new(Code::SwapPlanned, vec![evidence]).severity(severity))
}

/// The planned day, when it is no further away than the policy's limit and not over.
pub(crate) fn due(ctx: &DeviceContext<'_>) -> Option<Date> {
    let day = ctx.device.person.as_ref()?.planned_swap?;
    is_due(day, ctx.now, ctx.policy.thresholds.swap_planned_days).then_some(day)
}

/// Days are those of UTC, and are compared to the second.
fn is_due(day: Date, now: Timestamp, limit: f64) -> bool {
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok();
    let begins = midnight(day).map(|start| start.timestamp());
    let ends = day.tomorrow().ok().and_then(midnight);
    let near = begins.is_some_and(|start| now.duration_until(start) <= span_of_days(limit));
    near && ends.is_none_or(|end| now < end.timestamp())
}
