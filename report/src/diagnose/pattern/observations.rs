//! What of each device the search for patterns looks at: when it last backed up, when that was
//! last true, and to which groups it belongs.
//!
//! A device with a reason of its own (iCloud off, blocked, full, refused) is left out: it would
//! have missed the night anyway, and says nothing of what all have in common.

use std::collections::BTreeMap;

use fleetback_scanner::model::backup::State;
use jiff::Timestamp;

use crate::assess::checks::icloud::{is_blocked, is_off};
use crate::assess::context::Case;
use crate::assess::good_backup::is_plausible;
use crate::policy::Requirement;
use crate::results::PatternKind;
use crate::tables::error_codes::Class;

/// One device on one way of backing up.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    /// Its place in the fleet.
    pub(crate) device: usize,
    /// The newest backup that is known.
    pub(crate) last: Timestamp,
    /// When nothing newer was known: it missed every night between the two.
    pub(crate) told: Timestamp,
    /// The groups it belongs to, as places in [`Marks`].
    pub(crate) marks: Vec<usize>,
}

/// The groups that the devices of a fleet form.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    names: BTreeMap<(PatternKind, Option<String>), usize>,
    list: Vec<(PatternKind, Option<String>)>,
}

impl Marks {
    /// The place of a group, new or known.
    pub(crate) fn place(&mut self, kind: PatternKind, what: Option<String>) -> usize {
        let next = self.list.len();
        let list = &mut self.list;
        let named = self.names.entry((kind, what));
        *named.or_insert_with_key(|key| {
            list.push(key.clone());
            next
        })
    }

    /// Kind and name of a group.
    pub(crate) fn name(&self, mark: usize) -> (PatternKind, Option<&str>) {
        let (kind, what) = &self.list[mark];
        (*kind, what.as_deref())
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }
}

/// The devices whose way is iCloud.
pub(crate) fn in_icloud(cases: &[Case<'_>]) -> (Vec<Sight>, Marks) {
    let mut marks = Marks::default();
    let sights = cases
        .iter()
        .filter(|case| tries_icloud(case))
        .filter_map(|case| {
            let fact = case.cloud.last.as_ref()?;
            case.trusted(fact.told_at).then(|| Sight {
                device: case.index,
                last: fact.value,
                told: fact.told_at.min(case.now),
                marks: icloud_marks(case, &mut marks),
            })
        });
    let sights = sights.collect();
    (sights, marks)
}

fn tries_icloud(case: &Case<'_>) -> bool {
    let lost = (case.mdm()).is_some_and(|mdm| mdm.lost_mode.as_ref().is_some_and(|t| t.value));
    let on = !is_off(case) && !is_blocked(case);
    let wanted = case.policy.backups.icloud != Requirement::Forbidden;
    on && wanted && !lost && !case.listed_apart() && !has_a_reason_of_its_own(case)
}

/// Reasons that lie in the device or its account, and in nothing that devices share.
fn has_a_reason_of_its_own(case: &Case<'_>) -> bool {
    let own = |class| matches!(class, Class::Quota | Class::Account | Class::DeviceStorage);
    let told = case.cloud.lasting_failure().and_then(|a| a.class());
    let storage = case.mdm().and_then(|mdm| mdm.storage.as_ref());
    let ratio = storage.and_then(|told| told.value.free_ratio());
    let low = case.policy.thresholds.storage_low_percent;
    told.is_some_and(own) || ratio.is_some_and(|ratio| ratio * 100.0 < low)
}

fn icloud_marks(case: &Case<'_>, marks: &mut Marks) -> Vec<usize> {
    let mut own = vec![marks.place(PatternKind::Outage, None)];
    let mut belongs = |kind, what: String| own.push(marks.place(kind, Some(what)));
    if let Some(site) = case.site() {
        belongs(PatternKind::Site, site.to_owned());
    }
    if let Some(build) = case.build() {
        belongs(PatternKind::OsBuild, build.to_owned());
    }
    let profiles = case.mdm().and_then(|mdm| mdm.profiles.as_ref());
    if let Some(told) = profiles {
        for profile in told.value.keys() {
            belongs(PatternKind::ProfileSet, profile.clone());
        }
        if told.value.len() > 1 {
            let set: Vec<&str> = told.value.keys().map(String::as_str).collect();
            belongs(PatternKind::ProfileSet, set.join(" + "));
        }
    }
    own
}

/// The devices whose way is a computer, once for each computer. A folder is looked at now, so
/// nothing newer than its newest attempt, good or not, is there.
pub(crate) fn at_computers(cases: &[Case<'_>]) -> (Vec<Sight>, Marks) {
    let mut marks = Marks::default();
    let mut sights = Vec::new();
    for case in cases.iter().filter(|case| !case.listed_apart()) {
        for (host, last) in newest_attempts(case) {
            sights.push(Sight {
                device: case.index,
                last,
                told: case.now,
                marks: vec![marks.place(PatternKind::Host, Some(host.to_owned()))],
            });
        }
    }
    (sights, marks)
}

/// The newest attempt at each computer.
fn newest_attempts<'a>(case: &Case<'a>) -> BTreeMap<&'a str, Timestamp> {
    let mut newest = BTreeMap::new();
    let real = case.real_locals().map(|local| local.backup);
    let running = |state| state == State::InProgress;
    for backup in real.filter(|backup| !backup.archived) {
        let date = if running(backup.state) {
            Some(case.now)
        } else {
            backup.last_attempt()
        };
        if let Some(date) = date.filter(|date| is_plausible(*date, case.now)) {
            let entry = newest.entry(backup.host.as_str()).or_insert(date);
            *entry = date.max(*entry);
        }
    }
    newest
}
