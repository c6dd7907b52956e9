//! What the policy asks: limits, groups, rules of benchmarks, and notes on the policy itself.

use super::labelled::{LabelledValue, labelled};
use super::report::{ReportView, when, zone_name};
use crate::format::{self, escaped};
use crate::results::{Finding, GroupUsed, PolicyUsed, Reference, Results, WaiverUse};

const GOOD: &str = "Everything that Apple would restore from it is on disk: both manifests can be \
read, and there is a payload for every file. An encrypted backup whose password is not proven \
counts when all that can be seen without the password is sound. An iCloud backup counts when the \
policy allows iCloud and the evidence of it is young enough to be trusted.";

pub(crate) fn method(view: &ReportView<'_>) -> Vec<LabelledValue> {
    let results = view.results();
    let policy = &results.policy;
    let mut method = vec![labelled("A good backup", GOOD)];
    method.extend(limits(policy));
    method.extend(policy.groups.iter().map(group));
    method.extend([
        labelled("Policy", policy_name(policy)),
        labelled("Scanned", when(view)),
        labelled("Time zone of the dates", zone_name(view)),
        labelled("Run", escaped(&results.run_id)),
        labelled(
            "Program",
            format!(
                "fleetback {}, results of schema {}",
                escaped(&results.tool_version),
                results.schema_version
            ),
        ),
    ]);
    method
}

fn limits(policy: &PolicyUsed) -> [LabelledValue; 8] {
    let must = |required| if required { "required" } else { "not required" };
    [
        labelled(
            "Aging",
            format!("older than {}", format::limit(policy.aging_days)),
        ),
        labelled(
            "Stale",
            format!(
                "older than {}, unless a group of the policy says otherwise",
                format::limit(policy.stale_days)
            ),
        ),
        labelled(
            "Critical",
            format!("older than {}", format::limit(policy.critical_days)),
        ),
        labelled(
            "Evidence of the MDM",
            format!(
                "trusted for {}",
                format::limit(policy.inventory_trusted_days)
            ),
        ),
        labelled("iCloud Backup", escaped(&policy.icloud)),
        labelled("Backups to a computer", escaped(&policy.local)),
        labelled(
            "Encryption of local backups",
            must(policy.encryption_required),
        ),
        labelled("Proof of the password", must(policy.password_required)),
    ]
}

/// "Head office, which starts from the preset stig".
fn policy_name(policy: &PolicyUsed) -> String {
    let name = escaped(&policy.name);
    match preset(policy) {
        Some(preset) => format!("{name}, which starts from the preset {preset}"),
        None => name,
    }
}

/// The preset, where it is not the usual one.
fn preset(policy: &PolicyUsed) -> Option<String> {
    let preset = policy.preset.as_deref();
    preset.filter(|preset| *preset != "default").map(escaped)
}

fn group(group: &GroupUsed) -> LabelledValue {
    let asked = &group.policy;
    let must = |required, what| if required { what } else { "" };
    let preset = preset(asked).map_or(String::new(), |preset| format!("; preset {preset}"));
    let text = format!(
        "{}: {}; aging after {}, stale after {}, critical after {}; iCloud {}, computer {}{}{}{preset}",
        escaped(&group.name),
        format::plural(group.devices, "device", "devices"),
        format::limit(asked.aging_days),
        format::limit(asked.stale_days),
        format::limit(asked.critical_days),
        escaped(&asked.icloud),
        escaped(&asked.local),
        must(asked.encryption_required, ", encryption required"),
        must(asked.password_required, ", proof of the password required"),
    );
    labelled("Group of the policy", text)
}

/// "DISA STIG for iOS 26 AIOS-26-003000; mSCP icloud_backup_disabled"; `None` when no rule speaks of
/// it. DeviceIds of one source stand together.
pub fn references(references: &[Reference]) -> Option<String> {
    let mut sources: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in references {
        match sources.iter_mut().find(|(source, _)| *source == one.source) {
            Some((_, ids)) => ids.push(&one.id),
            None => sources.push((&one.source, vec![&one.id])),
        }
    }
    let each = sources
        .into_iter()
        .map(|(source, ids)| format!("{source} {}", ids.join(", ")));
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| each.join("; "))
}

/// What the rules that speak of a finding demand: "allowCloudBackup = false".
pub fn demands(finding: &Finding) -> String {
    let mut demands: Vec<&str> = Vec::new();
    for one in &finding.references {
        if !demands.contains(&one.demands.as_str()) {
            demands.push(&one.demands);
        }
    }
    demands.join("; ")
}

/// What a waiver is for: a device, or the devices of a group.
pub(crate) fn waived_devices(waiver: &WaiverUse) -> String {
    match (&waiver.device, &waiver.group) {
        (Some(device), _) => escaped(device),
        (None, Some(group)) => format!("every device of group {}", escaped(group)),
        (None, None) => "no device".to_owned(),
    }
}

/// What a person should look at in the policy: waivers that end, have ended or cover nothing, and
/// groups without a device.
pub fn policy_notes(results: &Results) -> Vec<String> {
    let waivers = results.waivers.iter().filter_map(waiver_note);
    let groups = results.policy.groups.iter().filter_map(group_note);
    waivers.chain(groups).collect()
}

fn waiver_note(waiver: &WaiverUse) -> Option<String> {
    let until = waiver.until.as_deref().unwrap_or("an unknown day");
    let note = match (waiver.state.as_str(), waiver.devices) {
        ("expired", _) => format!("ended with {}; its findings count again", escaped(until)),
        ("unused", Some(0)) if waiver.group.is_some() => "covers no device".to_owned(),
        ("unused", Some(0)) => "names no device of this fleet; check the number".to_owned(),
        ("unused", _) => "covers no finding; remove it if the problem is fixed".to_owned(),
        _ if waiver.expiring => {
            let until = escaped(until);
            format!("ends with {until}; its findings count again after that day")
        }
        _ => return None,
    };
    let of = waiver
        .code
        .map_or_else(String::new, |code| format!(" of {code}"));
    let whom = waived_devices(waiver);
    Some(format!("the waiver{of} for {whom} {note}"))
}

fn group_note(group: &GroupUsed) -> Option<String> {
    let name = escaped(&group.name);
    (group.devices == 0).then(|| {
        format!(
            "no device belongs to the group {name}; check its conditions and the groups before it"
        )
    })
}
