//! What is asked of one device: the policy, or that of the first group it belongs to.

use super::group::Group;
use super::limits::Thresholds;
use super::matching::Subject;
use super::preset::Preset;
use super::requirements::{OsAsked, Requirements};
use super::whole::Policy;

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
    pub os: OsAsked,
}

/// What a policy asks of a device: the first group that it belongs to counts, and no other.
pub(crate) fn effective<'a>(policy: &'a Policy, device: &Subject<'_>) -> Effective<'a> {
    let mut groups = policy.groups.iter();
    match groups.find(|group| group.matching.covers(device)) {
        Some(group) => Effective::of_group(policy, group),
        None => Effective::of_everybody(policy),
    }
}

impl<'a> Effective<'a> {
    /// What is asked of the devices of no group.
    pub(crate) fn of_everybody(policy: &'a Policy) -> Self {
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
    pub(crate) fn of_group(policy: &'a Policy, group: &'a Group) -> Self {
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
