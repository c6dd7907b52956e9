//! One judged device.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::backup::{Attempt, Backup, GoodBackup, Icloud};
use super::codes::{
    Change, Code, Confidence, FixId, Listed, OsVerdict, Severity, Standing, Status,
};
use super::finding::Finding;
use super::mdm::Mdm;
use super::source::SourceId;

/// One device, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// UDID in Apple's spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udid: Option<String>,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Name as the device reports it; untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// "iPhone12,1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<String>,
    /// Marketing name where one is known, else what the MDM calls the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// "18.1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// "22B83".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_version: Option<String>,
    /// Is that version the newest that the model can have?
    #[serde(default)]
    pub os: Os,
    /// IMEI of the first SIM, digits only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// The IMEI of every other SIM, digits only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_imeis: Vec<String>,
    /// MEID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meid: Option<String>,
    /// ECID, "0x1A75D23A2B803A": as reported; absent where the UDID holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecid: Option<String>,
    /// ICCID of the first SIM, digits only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iccid: Option<String>,
    /// User, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// E-mail address, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Department, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Site, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Group of devices, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Tags, from the inventory table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The day on which the device is to be swapped, from the inventory table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_swap: Option<Date>,

    /// Would data of this device be lost now, for all that is known, and does it matter? The
    /// headline counts these: listed in the fleet, without a good backup in date, not waived.
    pub could_be_lost: bool,
    /// Where it is listed. Devices that are not in the fleet have no finding above info.
    pub listed: Listed,
    /// The one word.
    pub status: Status,
    /// The worst of the findings that no waiver covers; `None` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The newest good backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good_backup: Option<GoodBackup>,
    /// Days from the last good backup to `scanned_at`, cut off: whole ones, and a fraction where only
    /// that shows which limit of the policy is passed (7.2 where the limit is 7).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "whole_where_it_is"
    )]
    pub age_days: Option<f64>,
    /// The policy's limit for this device, in days.
    pub max_age_days: f64,
    /// The group of the policy that it belongs to; `null` when it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_group: Option<String>,
    /// The newest attempt of any kind since the last good backup; absent where that is it, see
    /// [`Device::newest_attempt`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<Attempt>,
    /// Local backups, newest first.
    #[serde(default)]
    pub backups: Vec<Backup>,
    /// iCloud backups, as far as known.
    pub icloud: Icloud,
    /// What the MDM knows; `None` when no MDM document speaks of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdm: Option<Mdm>,
    /// Those that no waiver covers first, then worst first; what keeps the device from a good backup comes
    /// before encryption and updates; ties in the order of the codes.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Is it in the inventory? `None` when there is no inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_inventory: Option<bool>,
    /// May it be wiped? `ready`, `ready-with-losses`, `not-ready` or `unknown`, with no new device
    /// named; `null` in results of before there was a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap: Option<String>,
    /// Change since the last run; `null` without an earlier run to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Could it be lost in the run that `change` is counted from? Absent where that run did not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_be_lost_then: Option<bool>,
    /// What earlier runs add; `null` for a run without a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<DeviceHistory>,
}

/// A number as people write it: 12 and not 12.0.
#[allow(clippy::ref_option)] // the shape that serde asks for
fn whole_where_it_is<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    #[allow(clippy::cast_possible_truncation)] // ages in days are far below 2^53
    match number {
        Some(number) if number.fract() == 0.0 => to.serialize_some(&(*number as i64)),
        number => number.serialize(to),
    }
}

/// What earlier runs add to a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PastOfDevice")]
pub struct DeviceHistory {
    /// The first run of the unbroken row of runs in which it has failed up to now; `None` when it
    /// does not fail.
    pub first_failing: Option<Timestamp>,
    /// Run days since then that saw it fail, this one among them.
    pub nights_failing: Option<u64>,
    /// One letter a day, oldest first, today last: `g` good, `a` aging, `f` failing, `u`
    /// unknown, `.` the device was not seen, `-` fleetback did not run.
    pub nights: String,
    /// Sizes of its complete local backups, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<EarlierSize>,
    /// The incident that has ended, until the next run day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<Recovered>,
}

/// How large a complete local backup was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SizeThen")]
pub struct EarlierSize {
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Its payload.
    pub bytes: u64,
}

/// An incident that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recovered {
    /// What it was.
    pub code: Code,
    /// The fix that was shown last.
    pub fix: FixId,
    /// When it began.
    pub since: Timestamp,
    /// Run days on which it was seen.
    pub nights: u64,
}

/// How a device's version of iOS stands to what there is for its model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Os {
    /// The one word.
    pub verdict: OsVerdict,
    /// How sure: an old list lowers the confidence. `None` for `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The newest version for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// The newest for the model that bears the device's own first number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_same_major: Option<String>,
    /// Whole days since the first release for the model that is newer than what the device runs, as
    /// far as the list goes back. Only where the device is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_behind: Option<i64>,
    /// True while the release is within the policy's grace period.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_grace: bool,
    /// What says which is the newest: a feed, the built-in table, or the fleet itself; its place in
    /// `sources` of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
}

/// A device by the facts that name it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Who")]
pub struct DeviceRef {
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// UDID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udid: Option<String>,
    /// IMEI of the first SIM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// Name as the device reports it; untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// "iPhone12,1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<String>,
    /// "iPhone 11".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// "18.1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// User, from the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Department, from the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// When the MDM last heard from it, or its newest local backup was completed: whichever is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

impl From<&Device> for DeviceRef {
    fn from(device: &Device) -> Self {
        Self {
            serial_number: device.serial_number.clone(),
            udid: device.udid.clone(),
            imei: device.imei.clone(),
            device_name: device.device_name.clone(),
            product_type: device.product_type.clone(),
            model: device.model.clone(),
            os_version: device.os_version.clone(),
            user: device.user.clone(),
            department: device.department.clone(),
            last_seen: device.last_seen(),
        }
    }
}

impl Device {
    /// The newest attempt of any kind that is newer than, or is, the last good backup.
    pub fn newest_attempt(&self) -> Option<Attempt> {
        let later = self.last_attempt.clone();
        later.or_else(|| self.last_good_backup.as_ref().map(Attempt::complete))
    }

    /// The newest sign of life: word to the MDM, or a completed local backup.
    pub fn last_seen(&self) -> Option<Timestamp> {
        let heard = self.mdm.as_ref().and_then(|mdm| mdm.last_seen);
        let backed_up = self.backups.iter().filter_map(|backup| backup.completed_at);
        heard.into_iter().chain(backed_up).max()
    }

    /// Is it none of those that the headline speaks of?
    pub fn listed_apart(&self) -> bool {
        self.listed != Listed::Fleet
    }

    /// Is its risk accepted? True when a waiver covers a finding that
    /// weighs (an error, or one that says that there is no backup to rely on), and no such finding
    /// is left uncovered.
    pub fn is_waived(&self) -> bool {
        are_waived(&self.findings)
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing {
            could_be_lost: self.could_be_lost,
            status: self.status,
            severity: self.severity,
        }
    }

    /// Would it be among those that could be lost, if its risk were not accepted?
    pub(crate) fn is_waived_at_risk(&self) -> bool {
        self.listed == Listed::Fleet && self.status.is_at_risk() && !self.could_be_lost
    }
}

/// Is what these findings say accepted? See [`Device::is_waived`].
pub(crate) fn are_waived(findings: &[Finding]) -> bool {
    let weighs = |code: Code, severity| {
        let bears = code.about().bears_on_status && severity >= Severity::Warning;
        bears || severity >= Severity::Error
    };
    let mut weighty = findings.iter().filter(|f| weighs(f.code, f.severity));
    let mut any = false;
    weighty.all(|finding| {
        any = true;
        finding.waived.is_some()
    }) && any
}
