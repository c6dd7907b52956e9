//! The policy as a whole.

use super::limits::Thresholds;
use super::matching::{Match, Subject};
use super::preset::Preset;
use super::requirements::{OsRequirements, Requirements};
use super::waiver::WaiverRule;

/// The policy in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What reports call this policy; the file's name when it gives itself none.
    pub name: String,
    /// Whose words it starts from.
    pub preset: Preset,
    /// How many days before its end a waiver is announced.
    pub waiver_warning_days: f64,
    /// When something is too old, too small or too full.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// How new iOS must be.
    pub os: OsRequirements,
    /// Devices of which something else is asked, the first match counts.
    pub groups: Vec<Group>,
    /// Accepted risks: devices and findings that a waiver covers.
    pub waivers: Vec<WaiverRule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin()
    }
}

/// The name of the policy that no file gave.
pub(crate) const BUILTIN: &str = "built-in";

/// How many days before its end a waiver is announced.
pub(crate) const WAIVER_WARNING_DAYS: f64 = 14.0;

impl Policy {
    /// The policy that holds when no file is given.
    pub fn builtin() -> Self {
        Self {
            name: BUILTIN.to_owned(),
            ..Self::from_preset(Preset::Default)
        }
    }

    /// The words of a preset, with nothing of one's own.
    pub fn from_preset(preset: Preset) -> Self {
        Self {
            name: preset.id().to_owned(),
            preset,
            waiver_warning_days: WAIVER_WARNING_DAYS,
            thresholds: Thresholds::default(),
            backups: preset.with_fallback(Requirements::default()),
            os: preset.os_with_fallback(OsRequirements::default()),
            groups: Vec::new(),
            waivers: Vec::new(),
        }
    }
}

/// The policy of one device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effective<'a> {
    /// The name of the policy.
    pub name: &'a str,
    /// The group that the device belongs to.
    pub group: Option<&'a str>,
    /// Whose words these are.
    pub preset: Preset,
    /// When something is too old, too small or too full.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// How new iOS must be.
    pub os: OsRequirements,
}

impl<'a> Effective<'a> {
    /// What is asked of the devices of no group.
    pub(crate) fn from_policy(policy: &'a Policy) -> Self {
        Self {
            name: &policy.name,
            group: None,
            preset: policy.preset,
            thresholds: policy.thresholds,
            backups: policy.backups,
            os: policy.os,
        }
    }

    /// What is asked of the devices of a group.
    pub(crate) fn from_group(policy: &'a Policy, group: &'a Group) -> Self {
        Self {
            name: &policy.name,
            group: Some(&group.name),
            preset: group.preset.unwrap_or(policy.preset),
            thresholds: group.thresholds,
            backups: group.backups,
            os: group.os,
        }
    }
}

/// What a policy asks of a device: the first group that it belongs to counts, and no other.
pub(crate) fn effective<'a>(policy: &'a Policy, device: &Subject<'_>) -> Effective<'a> {
    match policy
        .groups
        .iter()
        .find(|group| group.matching.covers(device))
    {
        Some(group) => Effective::from_group(policy, group),
        None => Effective::from_policy(policy),
    }
}

/// A group, with everything that is asked of its devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name; reports and waivers use it.
    pub name: String,
    /// Which devices belong to it.
    pub matching: Match,
    /// The preset it starts from; the policy's own words when absent.
    pub preset: Option<Preset>,
    /// Its limits.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// How new iOS must be.
    pub os: OsRequirements,
}

/// What a group with this preset asks before it says anything itself.
pub(crate) fn start(preset: Option<Preset>, policy: &Policy) -> (Requirements, OsRequirements) {
    match preset {
        None => (policy.backups, policy.os),
        Some(preset) => (
            preset.with_fallback(policy.backups),
            preset.os_with_fallback(policy.os),
        ),
    }
}
