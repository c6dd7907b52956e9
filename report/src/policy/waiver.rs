//! One waiver: what somebody has decided to live with, and why.

use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{date, device_name, reason};
use crate::finding::Code;

/// Something that somebody has decided to live with, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRule {
    /// Serial number or UDID.
    #[serde(deserialize_with = "device_name")]
    pub device: String,
    /// The finding it covers; every finding of the device when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Why; the report shows it.
    #[serde(deserialize_with = "reason")]
    pub reason: String,
    /// The last day it holds, to its end in UTC; without end when absent.
    #[serde(
        default,
        deserialize_with = "date",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
}

impl WaiverRule {
    /// Does it speak of this device?
    pub fn names(&self, identity: &Identity) -> bool {
        let udid = Udid::parse(&self.device);
        let serial = Serial::parse(&self.device);
        (udid.is_some() && udid == identity.udid) || (serial.is_some() && serial == identity.serial)
    }

    /// Is its last day over? The day ends at midnight UTC.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.until
            .is_some_and(|until| now.to_zoned(TimeZone::UTC).date() > until)
    }
}
