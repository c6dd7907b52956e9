//! One waiver: an accepted risk, and why it is accepted.

use fleetback_scanner::model::identity::Identity;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::limits::span_of_days;
use super::values::{date, device_name, is_named, reason};
use crate::results::Code;

/// An accepted risk, and why it is accepted.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRule {
    /// Serial number or UDID of the device it is for.
    #[serde(default, deserialize_with = "device_name")]
    pub device: Option<String>,
    /// The group whose devices it is for, instead of one device.
    #[serde(default)]
    pub group: Option<String>,
    /// The finding it covers; every finding of the device when absent.
    #[serde(default)]
    pub code: Option<Code>,
    /// Why; the report shows it.
    #[serde(deserialize_with = "reason")]
    pub reason: String,
    /// The last day it holds, to its end in UTC; without end when absent.
    #[serde(default, deserialize_with = "date")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
}

impl WaiverRule {
    /// Does it speak of this device, which belongs to this group?
    pub(crate) fn names(&self, identity: &Identity, group: Option<&str>) -> bool {
        let device = self.device.as_ref();
        let by_group = self.group.is_some() && self.group.as_deref() == group;
        by_group || device.is_some_and(|name| is_named(name, identity))
    }

    /// The moment from which on it no longer holds: midnight UTC behind its last day.
    fn ends_at(&self) -> Option<Timestamp> {
        let behind = self.until?.tomorrow().ok()?;
        Some(behind.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }

    /// Is its last day over?
    pub fn expired(&self, now: Timestamp) -> bool {
        self.ends_at().is_some_and(|end| now >= end)
    }

    /// Does it end within so many days?
    pub fn ends_within(&self, now: Timestamp, days: f64) -> bool {
        let near = |end: Timestamp| now.duration_until(end) <= span_of_days(days);
        !self.expired(now) && self.ends_at().is_some_and(near)
    }
}
