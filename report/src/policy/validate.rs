//! Settings that cannot both hold, in the policy itself and in what each group makes of it.

use std::collections::BTreeSet;

use super::error::{Place, Step};
use super::limits::Thresholds;
use super::model::{Group, Policy};
use super::requirements::{Requirement, Requirements};
use super::waiver::WaiverRule;

/// Two settings that cannot both hold.
#[derive(Debug)]
pub(crate) struct Contradiction {
    /// Where to look, the best place first.
    pub(crate) places: Vec<Place>,
    /// What is wrong.
    pub(crate) message: String,
}

/// The first contradiction of a policy.
pub(crate) fn contradiction(policy: &Policy) -> Option<Contradiction> {
    of_settings(&policy.thresholds, &policy.backups)
        .or_else(|| of_groups(policy))
        .or_else(|| of_waivers(policy))
}

fn of_groups(policy: &Policy) -> Option<Contradiction> {
    let mut names = BTreeSet::new();
    let mut groups = policy.groups.iter().enumerate();
    groups.find_map(|(item, group)| {
        let own = of_settings(&group.thresholds, &group.backups)
            .map(|clash| clash.in_group(item, &group.name));
        let twice = !names.insert(group.name.as_str());
        own.or_else(|| of_match(item, group))
            .or_else(|| twice.then(|| same_name(item, &group.name)))
    })
}

fn same_name(item: usize, name: &str) -> Contradiction {
    Contradiction {
        places: vec![in_list("group", item, &["name"])],
        message: format!("two groups are called {name:?}; a report could not tell them apart"),
    }
}

fn of_match(item: usize, group: &Group) -> Option<Contradiction> {
    let conditions = &group.matching;
    let versions = conditions.os_at_least.zip(conditions.os_below);
    let (key, message) = if conditions.is_empty() {
        let message =
            "the group has no condition; what holds for every device stands outside the groups";
        ("", message.to_owned())
    } else {
        let (least, below) = versions.filter(|(least, below)| least >= below)?;
        let message = format!("os_below is {below}, and no version before it is {least} or later");
        ("os_below", message)
    };
    Some(Contradiction {
        places: vec![
            in_list("group", item, &["match", key]),
            in_list("group", item, &["match"]),
        ],
        message: format!("group {:?}: {message}", group.name),
    })
}

fn of_waivers(policy: &Policy) -> Option<Contradiction> {
    let mut waivers = policy.waivers.iter().enumerate();
    waivers.find_map(|(item, waiver)| {
        let (key, message) = wrong_waiver(waiver, &policy.groups)?;
        Some(Contradiction {
            places: vec![
                in_list("waiver", item, &[key]),
                in_list("waiver", item, &[]),
            ],
            message,
        })
    })
}

fn wrong_waiver(waiver: &WaiverRule, groups: &[Group]) -> Option<(&'static str, String)> {
    match (&waiver.device, &waiver.group) {
        (Some(_), None) => None,
        (None, None) => Some((
            "reason",
            "the waiver names neither a device nor a group".to_owned(),
        )),
        (Some(_), Some(_)) => Some((
            "group",
            "the waiver names a device and a group; write one waiver for each".to_owned(),
        )),
        (None, Some(name)) if groups.iter().any(|group| group.name == *name) => None,
        (None, Some(name)) => Some(("group", format!("this policy has no group {name:?}"))),
    }
}

fn of_settings(limits: &Thresholds, backups: &Requirements) -> Option<Contradiction> {
    let too_low = ORDERED.iter().find_map(|(low, high)| {
        let (below, above) = ((low.of)(limits), (high.of)(limits));
        (below > above).then(|| Contradiction {
            places: places("thresholds", [high.name, low.name]),
            message: format!(
                "{} is {above}, which is less than {} ({below}); it must be the same or more",
                high.name, low.name
            ),
        })
    });
    too_low.or_else(|| nothing_left(backups))
}

fn nothing_left(backups: &Requirements) -> Option<Contradiction> {
    let closed = [backups.icloud, backups.local] == [Requirement::Forbidden; 2];
    closed.then(|| Contradiction {
        places: places("backups", ["local", "icloud"]),
        message:
            "icloud and local are both \"forbidden\": no backup would ever count; allow one of them"
                .to_owned(),
    })
}

fn places(table: &'static str, keys: [&'static str; 2]) -> Vec<Place> {
    keys.map(|key| vec![Step::Key(table), Step::Key(key)])
        .to_vec()
}

fn in_list(list: &'static str, item: usize, keys: &[&'static str]) -> Place {
    let keys = keys.iter().map(|key| Step::Key(key));
    [Step::Key(list), Step::Item(item)]
        .into_iter()
        .chain(keys)
        .collect()
}

impl Contradiction {
    /// The same, in a group: where the group says it, else where the group starts from, else the
    /// group itself.
    fn in_group(self, item: usize, name: &str) -> Self {
        let own = self.places.into_iter().map(|place| {
            let group = [Step::Key("group"), Step::Item(item)];
            group.into_iter().chain(place).collect()
        });
        let rest = [
            in_list("group", item, &["preset"]),
            in_list("group", item, &[]),
        ];
        Self {
            places: own.chain(rest).collect(),
            message: format!("group {name:?}: {}", self.message),
        }
    }
}

/// A limit and where to find it.
struct Limit {
    name: &'static str,
    of: fn(&Thresholds) -> f64,
}

/// Pairs of which the second must not be less than the first.
const ORDERED: [(Limit, Limit); 5] = [
    (AGING, STALE),
    (STALE, CRITICAL),
    (EXPIRING, EXPIRING_ERROR),
    (EXPIRING_ERROR, IGNORED),
    (STORAGE_CRITICAL, STORAGE_LOW),
];
const AGING: Limit = limit("aging_days", |t| t.aging_days);
const STALE: Limit = limit("stale_days", |t| t.stale_days);
const CRITICAL: Limit = limit("critical_days", |t| t.critical_days);
const EXPIRING: Limit = limit("icloud_expiring_days", |t| t.icloud_expiring_days);
const EXPIRING_ERROR: Limit = limit("icloud_expiring_error_days", |t| {
    t.icloud_expiring_error_days
});
const IGNORED: Limit = limit("icloud_ignored_days", |t| t.icloud_ignored_days);
const STORAGE_LOW: Limit = limit("storage_low_percent", |t| t.storage_low_percent);
const STORAGE_CRITICAL: Limit = limit("storage_critical_percent", |t| t.storage_critical_percent);

const fn limit(name: &'static str, of: fn(&Thresholds) -> f64) -> Limit {
    Limit { name, of }
}
