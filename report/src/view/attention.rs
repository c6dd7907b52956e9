//! Which devices need attention, and the finding that a row speaks of.

use crate::results::{Device, Finding, Severity, Status};

/// Does a device stand in a list?
pub(crate) type Fits = fn(&Device) -> bool;

/// The first finding that no waiver covers.
pub fn open_finding(device: &Device) -> Option<&Finding> {
    device.findings.iter().find(|found| found.waived.is_none())
}

pub(crate) fn asks_for_action(finding: &Finding) -> bool {
    finding.severity > Severity::Info
}

/// The finding that the row speaks of: the first that no waiver covers, else the first.
pub(crate) fn leading(device: &Device) -> Option<&Finding> {
    open_finding(device).or(device.findings.first())
}

/// Has somebody decided to live with its trouble? Devices listed apart raise none.
pub(crate) fn waived(device: &Device) -> bool {
    !device.listed_apart && device.is_waived()
}

/// Is it in the fleet and not in order: at risk, growing old, or with something to put right?
pub(crate) fn not_in_order(device: &Device) -> bool {
    let asks = device.severity >= Some(Severity::Warning);
    !device.listed_apart && (device.status != Status::Protected || asks)
}

/// Does it have a good backup in date and still something to put right?
pub(crate) fn soon(device: &Device) -> bool {
    not_in_order(device) && !device.is_at_risk() && !waived(device)
}

/// Devices that somebody should look at: at risk, or with a finding of warning or worse.
pub(crate) fn deserves_a_look(device: &Device) -> bool {
    let warned = device
        .severity
        .is_some_and(|severity| severity > Severity::Info);
    !device.listed_apart && (warned || device.is_at_risk())
}
