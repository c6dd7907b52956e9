//! What of the policy the report repeats.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::device::Device;
use crate::format::AgeLimits;

/// What of the policy a reader of the report needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyUsed {
    /// "built-in", or the name that the policy file gives itself, else its file name.
    pub name: String,
    /// Older than this is `aging`, in days.
    pub aging_days: f64,
    /// Older than this is `stale`, in days.
    pub stale_days: f64,
    /// Older than this makes `backup-stale` critical, in days.
    pub critical_days: f64,
    /// MDM evidence older than this is not trusted, in days.
    pub inventory_trusted_days: f64,
    /// `required`, `allowed` or `forbidden`.
    pub icloud: String,
    /// Backups to a computer: `required`, `allowed` or `forbidden`.
    pub local: String,
    /// Must local backups be encrypted?
    pub encryption_required: bool,
    /// Must the password of an encrypted backup be proven?
    pub password_required: bool,
    /// For a swap a backup must not be older than this, in hours.
    #[serde(default = "swap_hours")]
    pub swap_hours: f64,
    /// An iCloud backup of this age or more is about to expire, in days.
    #[serde(default = "icloud_expiring_days")]
    pub icloud_expiring_days: f64,
    /// An iCloud backup older than this has probably been deleted by Apple, in days.
    #[serde(default = "icloud_ignored_days")]
    pub icloud_ignored_days: f64,
    /// Whose words it starts from: `default`, `cis-enterprise`, `stig`, `cis-byod`.
    #[serde(default)]
    pub preset: Option<String>,
    /// How deep the newest good local backup must have been checked: `any`, `names`, `sizes`,
    /// `contents`.
    #[serde(default)]
    pub verification: Option<String>,
    /// A check older than this does not count for it, in days.
    #[serde(default)]
    pub verification_days: Option<f64>,
    /// Is an outdated iOS more than a remark?
    #[serde(default)]
    pub os_required: Option<bool>,
    /// A newer iOS counts once it has been out for so many days.
    #[serde(default)]
    pub os_grace_days: Option<f64>,
    /// A waiver that ends within so many days is announced; only in the policy as a whole.
    #[serde(default)]
    pub waiver_warning_days: Option<f64>,
    /// Groups of devices of which something else is asked, in the order of the policy; the first
    /// that a device belongs to counts.
    #[serde(default)]
    pub groups: Vec<GroupUsed>,
}

impl PolicyUsed {
    /// What is asked of a device: by its group, else of all devices.
    pub fn of(&self, device: &Device) -> &Self {
        let own = self
            .groups
            .iter()
            .find(|group| Some(&group.name) == device.policy_group.as_ref());
        own.map_or(self, |group| &group.policy)
    }

    /// The ages at which something changes: an age is told so that it shows which of them it passed.
    pub(crate) fn age_limits(&self) -> AgeLimits {
        let days = [
            self.aging_days,
            self.stale_days,
            self.critical_days,
            self.inventory_trusted_days,
            self.icloud_expiring_days,
            self.icloud_ignored_days,
        ];
        AgeLimits::of_days(days.into_iter().chain(self.verification_days))
            .and_hours(self.swap_hours)
    }
}

/// A group of the policy, and what is asked of its devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupUsed {
    /// Its name.
    pub name: String,
    /// Devices of this fleet that belong to it.
    pub devices: u64,
    /// Everything that is asked of them, under the name of the whole policy.
    pub policy: PolicyUsed,
}

// What held before these limits stood in the results.

fn swap_hours() -> f64 {
    24.0
}

fn icloud_expiring_days() -> f64 {
    150.0
}

fn icloud_ignored_days() -> f64 {
    180.0
}
