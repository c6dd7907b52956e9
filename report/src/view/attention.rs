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
    if device.could_be_lost {
        return Some(Urgency::Now);
    }
    let aging = device.status == Status::Aging && !device.is_waived();
    let asks = aging || device.severity >= Some(Severity::Warning);
    let counts = !device.listed_apart() && !device.is_waived_at_risk();
    (asks && counts).then_some(Urgency::Next)
}

/// Has it a good backup in date and still something to put right?
pub(crate) fn is_next(device: &Device) -> bool {
    urgency(device) == Some(Urgency::Next)
}

/// The finding that decides a device's attention: the first that no waiver covers, of a device that
/// needs any. Its fix is the one under which the device is counted and listed, everywhere.
pub(crate) fn deciding_finding(device: &Device) -> Option<&Finding> {
    urgency(device).and_then(|_| first_unwaived(device))
}

/// The first finding that no waiver covers.
pub(crate) fn first_unwaived(device: &Device) -> Option<&Finding> {
    device.findings.iter().find(|found| found.waived.is_none())
}

/// The finding that the row speaks of: the first that no waiver covers, else the first.
pub(crate) fn leading_finding(device: &Device) -> Option<&Finding> {
    first_unwaived(device).or(device.findings.first())
}
