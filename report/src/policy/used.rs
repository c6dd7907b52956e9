//! What the report repeats of the policy in force.

use super::model::{Effective, Group, Policy};
use super::requirements::Demand;
use crate::results::{GroupUsed, PolicyUsed};

/// What was asked of the devices of no group, and of those of each group.
pub(crate) fn policy_used(policy: &Policy, of_devices: &[Effective<'_>]) -> PolicyUsed {
    let group_used = |group: &Group| GroupUsed {
        name: group.name.clone(),
        devices: members(&group.name, of_devices),
        policy: policy_for(&Effective::from_group(policy, group)),
    };
    PolicyUsed {
        waiver_warning_days: Some(policy.waiver_warning_days),
        groups: policy.groups.iter().map(group_used).collect(),
        ..policy_for(&Effective::from_policy(policy))
    }
}

fn members(group: &str, of_devices: &[Effective<'_>]) -> u64 {
    let members = of_devices
        .iter()
        .filter(|effective| effective.group == Some(group));
    members.count() as u64
}

pub(crate) fn policy_for(asked: &Effective<'_>) -> PolicyUsed {
    let (limits, backups) = (&asked.thresholds, &asked.backups);
    PolicyUsed {
        name: asked.name.to_owned(),
        aging_days: limits.aging_days,
        stale_days: limits.stale_days,
        critical_days: limits.critical_days,
        inventory_trusted_days: limits.inventory_trusted_days,
        icloud: backups.icloud.id().to_owned(),
        local: backups.local.id().to_owned(),
        encryption_required: backups.encryption == Demand::Required,
        password_required: backups.password == Demand::Required,
        swap_hours: limits.swap_hours,
        icloud_expiring_days: limits.icloud_expiring_days,
        icloud_ignored_days: limits.icloud_ignored_days,
        preset: Some(asked.preset.id().to_owned()),
        verification: Some(backups.verification.id().to_owned()),
        verification_days: Some(limits.verification_days),
        os_required: Some(asked.os.currency == Demand::Required),
        os_grace_days: Some(asked.os.grace_days),
        waiver_warning_days: None,
        groups: Vec::new(),
    }
}
