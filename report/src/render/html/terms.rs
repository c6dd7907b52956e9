//! What the page says of a device beyond the words of the sheet: tones, and who stands in which list.
//!
//! A tone is a colour with a meaning; it never stands without a word and a shape beside it. Every
//! text that can come from a device passes [`shown`] before it reaches the page.

use crate::format::{self, Word, shown};
use crate::results::{Device, Finding, Severity, Status};
use crate::sheet::{self, Sheet};

/// Does a device stand in a list?
pub(super) type Fits = fn(&Device) -> bool;

/// In place of a fact that no evidence told.
pub(super) const UNTOLD: &str = "not told";

/// In place of the name of a device that no evidence names.
pub(super) const NAMELESS: &str = "no name known";

/// The statuses, worst first: tone, and what the status means in a few words.
pub(super) const STATUSES: [(Status, &str, &str); 6] = [
    (Status::Never, "risk", "no backup and no attempt"),
    (
        Status::Failed,
        "risk",
        "tried, and nothing good in date came of it",
    ),
    (Status::Stale, "risk", "the last good backup is too old"),
    (Status::Unknown, "unknown", "the evidence cannot tell"),
    (Status::Aging, "warn", "a good backup that grows old"),
    (Status::Protected, "good", "a good backup in date"),
];

/// The severities with their tones.
pub(super) const SEVERITIES: [(Severity, &str); 4] = [
    (Severity::Info, "calm"),
    (Severity::Warning, "warn"),
    (Severity::Error, "risk"),
    (Severity::Critical, "risk"),
];

/// The finding that the row speaks of: the first that no waiver covers, else the first.
pub(super) fn leading(device: &Device) -> Option<&Finding> {
    sheet::open_finding(device).or(device.findings.first())
}

/// Has somebody decided to live with its trouble? Devices listed apart raise none.
pub(super) fn waived(device: &Device) -> bool {
    !device.listed_apart && device.is_waived()
}

/// Is it in the fleet and not in order: at risk, growing old, or with something to put right?
pub(super) fn not_in_order(device: &Device) -> bool {
    let asks = device.severity >= Some(Severity::Warning);
    !device.listed_apart && (device.status != Status::Protected || asks)
}

/// Does it have a good backup in date and still something to put right?
pub(super) fn soon(device: &Device) -> bool {
    not_in_order(device) && !device.is_at_risk() && !waived(device)
}

/// What the copy buttons copy: the serial number, else the UDID.
pub(super) fn copied(device: &Device) -> Option<String> {
    let id = device.serial_number.as_ref().or(device.udid.as_ref());
    id.map(|id| shown(id))
}

/// The name, or the words for none.
pub(super) fn name(device: &Device) -> String {
    device.device_name.as_deref().map_or(NAMELESS.into(), shown)
}

/// The marketing name, else Apple's product type.
pub(super) fn model(device: &Device) -> Option<String> {
    let model = device.model.as_ref().or(device.product_type.as_ref());
    model.map(|model| shown(model))
}

/// "iPadOS 17.7".
pub(super) fn system(device: &Device) -> Option<String> {
    let product = device.product_type.as_deref();
    format::os_version(product, device.os_version.as_deref()).map(|system| shown(&system))
}

/// "2026-11-20", or which kind of nothing there is instead.
pub(super) fn last_good(sheet: &Sheet<'_>, device: &Device) -> String {
    match (&device.last_good_backup, device.status) {
        (Some(good), _) => format::date(good.date, sheet.zone()).to_string(),
        (None, Status::Never) => "never backed up".into(),
        (None, Status::Unknown) => "not known".into(),
        (None, _) => "none that is good".into(),
    }
}

/// "12 days old, local"; empty when there is no good backup.
pub(super) fn last_good_more(device: &Device) -> String {
    let kind = device
        .last_good_backup
        .as_ref()
        .map(|good| good.kind.phrase());
    match (device.age_days, kind) {
        (Some(0), Some(kind)) => format!("less than a day old, {kind}"),
        (Some(age), Some(kind)) => format!("{} old, {kind}", format::days(age)),
        (None, Some(kind)) => kind.into(),
        (_, None) => String::new(),
    }
}

/// The title of the likely fix; what stands there when no finding asks for one.
pub(super) fn fix_title(finding: Option<&Finding>) -> String {
    finding.map_or("Nothing to do".into(), |finding| {
        shown(&finding.likely_fix.title)
    })
}

/// The id of the likely fix; empty when no finding asks for one.
pub(super) fn fix_key(finding: Option<&Finding>) -> String {
    finding.map_or(String::new(), |finding| {
        format::code(&finding.likely_fix.id)
    })
}

/// "1 day", "1.5 days".
pub(super) fn limit(days: f64) -> String {
    let unit = if days == 1.0 { "day" } else { "days" };
    format!("{days} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let all: Vec<_> = [1.0, 1.5, 7.0].into_iter().map(limit).collect();
        assert_eq!(all, ["1 day", "1.5 days", "7 days"]);
    }
}
