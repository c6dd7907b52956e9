//! What the MDM knows of a device.

use std::collections::BTreeMap;

use fleetback_scanner::model::evidence::TimestampSource;
use fleetback_scanner::model::management::{Capacity, CapacityUnit, MdmState, Validity};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::source::SourceId;

/// What the MDM knows of a device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mdm {
    /// The newest contact of any kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// The document of the newest contact: its place in `sources` of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// Which clock dated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated_by: Option<TimestampSource>,
    /// Is that evidence young enough to be trusted?
    pub trusted: bool,
    /// Supervised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// User Enrollment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_enrollment: Option<bool>,
    /// Lost mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_mode: Option<bool>,
    /// Find My.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find_my: Option<bool>,
    /// Activation Lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_lock: Option<bool>,
    /// Storage in all, in a unit that is not said: only its ratio to `available` is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<f64>,
    /// Storage free, in the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<f64>,
    /// The restrictions that bear on backup.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub restrictions: BTreeMap<String, bool>,
    /// Which profile sets them: key -> profile identifiers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub restriction_profiles: BTreeMap<String, Vec<String>>,
    /// Managed apps whose data no backup holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps_barred_from_backup: Vec<String>,
    /// Managed apps that go when the enrolment goes; their data returns to the same device only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps_removed_with_enrolment: Vec<String>,
    /// When the device enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolled_at: Option<Timestamp>,
    /// Is it no longer enrolled?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment_ended: Option<bool>,
    /// Is it still in the MDM?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MdmState>,
    /// Waits in Setup Assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting_configuration: Option<bool>,
    /// Shared iPad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_ipad: Option<bool>,
    /// Has an eSIM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esim: Option<bool>,
    /// Can this MDM lift Activation Lock?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_lock_manageable: Option<bool>,
    /// Is a passcode set?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passcode_present: Option<bool>,
    /// Panes of Setup Assistant that are skipped (`Restore`, `DeviceToDeviceMigration`, ...); empty
    /// when none is known to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_panes: Option<Vec<String>>,
    /// The validity of the device's identity certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_certificates: Option<Vec<Validity>>,
    /// Storage in all, with the unit in which it was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_told: Option<CapacityTold>,
    /// Battery, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<f64>,
    /// The letter of a small security update: "(a)".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplemental_os_version: Option<String>,
    /// The last backup to a computer that the device or its console speaks of. That backup
    /// itself was not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_computer_backup: Option<Timestamp>,
    /// Will the next backup to a computer be encrypted?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_will_be_encrypted: Option<bool>,
    /// Of the queries about backups, those that were not asked; empty when all were, `null` when
    /// unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_queries_left_out: Option<Vec<String>>,
    /// Did an answer list the restrictions in force?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restrictions_told: bool,
    /// Did an answer list the managed apps?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managed_apps_told: bool,
}

/// Storage in all, as it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityTold {
    /// How many.
    pub amount: f64,
    /// Of what; whether a megabyte or gigabyte is of base 10 or base 2 is unknown.
    pub unit: CapacityUnit,
}

impl CapacityTold {
    /// The fewest bytes that it can mean: those of base 10.
    pub(crate) fn least_bytes(self) -> Option<f64> {
        let capacity = Capacity {
            amount: self.amount,
            unit: self.unit,
        };
        capacity.bytes().map(|(least, _)| least)
    }
}
