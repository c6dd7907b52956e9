//! Waivers: a finding that is covered stays where it is, with its reason, and no longer weighs.

use fleetback_scanner::model::identity::Identity;
use jiff::Timestamp;

use crate::policy::{Policy, WaiverRule};
use crate::results::{Finding, Waiver, WaiverUse};

/// The waivers of a policy and what became of them.
pub(crate) struct Waivers<'a> {
    rules: Vec<Entry<'a>>,
    now: Timestamp,
    warning_days: f64,
}

struct Entry<'a> {
    rule: &'a WaiverRule,
    /// Devices of the fleet that it names.
    devices: u64,
    /// Has it covered a finding?
    used: bool,
}

impl<'a> Waivers<'a> {
    /// The waivers of a policy, none of them used yet.
    pub(crate) fn new(policy: &'a Policy, now: Timestamp) -> Self {
        let unused = |rule| Entry {
            rule,
            devices: 0,
            used: false,
        };
        Self {
            rules: policy.waivers.iter().map(unused).collect(),
            now,
            warning_days: policy.waiver_warning_days,
        }
    }

    /// Marks the findings of a device that a waiver in force covers. Of several waivers the first in
    /// the file is shown, and all count as used.
    pub(crate) fn apply(
        &mut self,
        identity: &Identity,
        group: Option<&str>,
        findings: &mut [Finding],
    ) {
        let now = self.now;
        for entry in self.naming(identity, group) {
            if !entry.rule.expired(now) {
                entry.used |= cover(entry.rule, findings);
            }
        }
    }

    /// Counts a device of the fleet; once for each.
    pub(crate) fn count_device(&mut self, identity: &Identity, group: Option<&str>) {
        for entry in self.naming(identity, group) {
            entry.devices += 1;
        }
    }

    fn naming(
        &mut self,
        identity: &Identity,
        group: Option<&str>,
    ) -> impl Iterator<Item = &mut Entry<'a>> {
        self.rules
            .iter_mut()
            .filter(move |entry| entry.rule.names(identity, group))
    }

    /// Every waiver and what became of it, in the order of the file.
    pub(crate) fn uses(self) -> Vec<WaiverUse> {
        let (now, days) = (self.now, self.warning_days);
        self.rules
            .into_iter()
            .map(|entry| WaiverUse {
                state: entry.state(now).to_owned(),
                expiring: entry.rule.ends_within(now, days),
                device: entry.rule.device.clone(),
                group: entry.rule.group.clone(),
                devices: Some(entry.devices),
                code: entry.rule.code,
                reason: entry.rule.reason.clone(),
                until: entry.rule.until.map(|until| until.to_string()),
            })
            .collect()
    }
}

impl Entry<'_> {
    fn state(&self, now: Timestamp) -> &'static str {
        match self.used {
            _ if self.rule.expired(now) => "expired",
            true => "used",
            false => "unused",
        }
    }
}

/// Marks what a waiver covers; did it cover anything?
fn cover(rule: &WaiverRule, findings: &mut [Finding]) -> bool {
    let mut used = false;
    for finding in findings.iter_mut() {
        if rule.code.is_none_or(|code| code == finding.code) {
            used = true;
            finding.waived.get_or_insert_with(|| Waiver {
                reason: rule.reason.clone(),
                until: rule.until.map(|until| until.to_string()),
            });
        }
    }
    used
}
