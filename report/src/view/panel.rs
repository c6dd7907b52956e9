//! How the details of a device begin: one sentence, three facts, one action, one letter.

use super::action::{Action, action};
use super::attempt::attempt;
use super::attention::{Urgency, deciding_finding, leading_finding, urgency};
use super::device::{self, UNKNOWN};
use super::labelled::{LabelledValues, labelled};
use super::letter::{self, Letter};
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::{Device, Listed};

/// The beginning.
pub(crate) struct Panel {
    pub(crate) sentence: String,
    pub(crate) facts: LabelledValues,
    pub(crate) action: Option<Action>,
    pub(crate) letter: Option<Letter>,
}

/// The beginning of a device's details.
pub(crate) fn panel(view: &ReportView<'_>, device: &Device) -> Panel {
    Panel {
        sentence: sentence(view, device),
        facts: facts(view, device),
        action: deciding_finding(device).and_then(|finding| action(device, finding)),
        letter: deciding_finding(device).and_then(|_| letter::to_user(device)),
    }
}

/// "Ben Achterberg's iPhone 12 could be lost tonight. The newest local backup did not end well."
fn sentence(view: &ReportView<'_>, device: &Device) -> String {
    let (subject, verdict) = (subject(device), verdict(device));
    let is_in_order = urgency(device).is_none() && !device.status.is_at_risk();
    match leading_finding(device).filter(|_| !is_in_order) {
        Some(finding) => format!(
            "{subject} {verdict}. {}",
            escaped(&view.read(view.results().cause(&finding.cause)))
        ),
        None => format!("{subject} {verdict}. Nothing needs to be done."),
    }
}

fn verdict(device: &Device) -> &'static str {
    match urgency(device) {
        Some(Urgency::Now) => "could be lost tonight",
        Some(Urgency::Next) => "has a good backup in date, and something to put right",
        None if device.listed == Listed::LeftMdm => "is no longer in the MDM, and is not counted",
        None if device.listed == Listed::Apart => "is not in the inventory, and is not counted",
        None if device.status.is_at_risk() => {
            "has no good backup in date; a waiver accepts the risk"
        }
        None => "has a good backup in date",
    }
}

/// "Ben Achterberg's iPhone 12", "iPhone 12 “Kasse”", "The device 45VCJG84LT".
fn subject(device: &Device) -> String {
    let model = device::model(device);
    match (&device.user, &model, &device.device_name) {
        (Some(user), Some(model), _) => format!("{}’s {model}", escaped(user)),
        (Some(user), None, _) => format!("{}’s device", escaped(user)),
        (None, Some(model), Some(name)) => format!("{model} “{}”", escaped(name)),
        _ => format!("The device {}", device::handle(device)),
    }
}

fn facts(view: &ReportView<'_>, device: &Device) -> LabelledValues {
    let attempt = device.newest_attempt().map(|last| {
        let day = format::date(last.at, view.zone());
        attempt(device, &last, &day.to_string())
    });
    let seen = device.mdm.as_ref().and_then(|mdm| mdm.last_seen);
    let seen = seen.map(|at| format::date_time(at, view.zone()));
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.into());
    vec![
        labelled("Last good backup", last_good(view, device)),
        labelled("Last attempt", or_unknown(attempt)),
        labelled("Last seen by the MDM", or_unknown(seen)),
    ]
}

/// "2026-10-31, 19 days old, local; the limit is 7 days".
fn last_good(view: &ReportView<'_>, device: &Device) -> String {
    let parts = [
        device::last_good(view, device),
        device::last_good_more(view, device),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!(
        "{}; the limit is {}",
        parts.join(", "),
        format::limit(device.max_age_days)
    )
}
