//! Which devices need attention, and the finding that a row speaks of.

use crate::results::{Device, Finding, Severity, Status};

/// Does a device stand in a list?
pub(crate) type DeviceFilter = fn(&Device) -> bool;

/// How soon a device needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It could be lost tonight.
    Now,
    /// It has a good backup in date, and something should be put right.
    Next,
}

/// How soon a device needs attention; `None` for one that is in order, waived, or not in the inventory.
///
/// The one rule for every output: the table and the groups of the terminal and of the page.
pub fn urgency(device: &Device) -> Option<Urgency> {
    if device.is_at_risk() {
        return Some(Urgency::Now);
    }
    let asks = device.status == Status::Aging || device.severity >= Some(Severity::Warning);
    let counts = !device.listed_apart && !device.is_waived();
    (asks && counts).then_some(Urgency::Next)
}

/// Has it a good backup in date and still something to put right?
pub(crate) fn is_next(device: &Device) -> bool {
    urgency(device) == Some(Urgency::Next)
}

/// Is its problem waived? Devices that are not in the inventory raise none.
pub(crate) fn waived(device: &Device) -> bool {
    !device.listed_apart && device.is_waived()
}

/// Is it to be seen where only the devices that matter are: on paper, and without the script?
pub(crate) fn is_worth_listing(device: &Device) -> bool {
    urgency(device).is_some() || waived(device)
}

/// The first finding that no waiver covers.
pub fn first_unwaived(device: &Device) -> Option<&Finding> {
    device.findings.iter().find(|found| found.waived.is_none())
}

/// The finding that the row speaks of: the first that no waiver covers, else the first.
pub(crate) fn leading_finding(device: &Device) -> Option<&Finding> {
    first_unwaived(device).or(device.findings.first())
}
