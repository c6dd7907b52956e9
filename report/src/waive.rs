//! Waivers: a finding that is covered stays where it is, with its reason, and no longer weighs.

use fleetback_scanner::model::identity::Identity;
use jiff::Timestamp;

use crate::policy::{Policy, WaiverRule};
use crate::results::{Finding, Waiver, WaiverUse};

/// The waivers of a policy and whether they were used.
pub(crate) struct Waivers<'a> {
    rules: &'a [WaiverRule],
    used: Vec<bool>,
    now: Timestamp,
}

impl<'a> Waivers<'a> {
    /// The waivers of a policy, none of them used yet.
    pub(crate) fn of(policy: &'a Policy, now: Timestamp) -> Self {
        Self {
            rules: &policy.waivers,
            used: vec![false; policy.waivers.len()],
            now,
        }
    }

    /// Marks the findings of a device that a waiver in force covers. Of several waivers the first in
    /// the file is shown, and all count as used.
    pub(crate) fn apply(&mut self, identity: &Identity, findings: &mut [Finding]) {
        for (rule, used) in self.rules.iter().zip(&mut self.used) {
            if rule.expired(self.now) || !rule.names(identity) {
                continue;
            }
            let covered =
                |finding: &&mut Finding| rule.code.is_none_or(|code| code == finding.code);
            for finding in findings.iter_mut().filter(covered) {
                *used = true;
                finding.waived.get_or_insert_with(|| Waiver {
                    reason: rule.reason.clone(),
                    until: rule.until.map(|until| until.to_string()),
                });
            }
        }
    }

    /// Every waiver and what became of it, in the order of the file.
    pub(crate) fn uses(self) -> Vec<WaiverUse> {
        let (now, used) = (self.now, self.used);
        let rules = self.rules.iter().zip(used);
        rules
            .map(|(rule, used)| WaiverUse {
                device: rule.device.clone(),
                code: rule.code,
                reason: rule.reason.clone(),
                until: rule.until.map(|until| until.to_string()),
                state: match used {
                    _ if rule.expired(now) => "expired",
                    true => "used",
                    false => "unused",
                }
                .to_owned(),
            })
            .collect()
    }
}
