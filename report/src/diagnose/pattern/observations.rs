//! What of each device the search for patterns looks at: when it last backed up, when that was
//! last true, and to which groups it belongs.
//!
//! A device with a reason of its own (iCloud off, blocked, full, refused) is left out: it would
//! have missed the day anyway, and says nothing of what all have in common.

use std::collections::BTreeMap;

use fleetback_scanner::model::backup::State;
use jiff::Timestamp;

use crate::assess::checks::icloud::{is_blocked, is_off};
use crate::assess::context::DeviceContext;
use crate::assess::good_backup::is_plausible;
use crate::policy::Requirement;
use crate::results::PatternKind;
use crate::tables::error_codes::Class;

/// One device on one way of backing up.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    /// Its index in the fleet.
    pub(crate) device: usize,
    /// The newest backup that is known.
    pub(crate) last: Timestamp,
    /// When nothing newer was known: it missed every day between the two.
    pub(crate) known_until: Timestamp,
    /// The groups it belongs to, as indexes of [`GroupTable`].
    pub(crate) groups: Vec<usize>,
}

/// The groups that the devices of a fleet form.
#[derive(Debug, Default)]
pub(crate) struct GroupTable {
    names: BTreeMap<(PatternKind, Option<String>), usize>,
    list: Vec<(PatternKind, Option<String>)>,
}

impl GroupTable {
    /// The place of a group, new or known.
    pub(crate) fn index_of(&mut self, kind: PatternKind, what: Option<String>) -> usize {
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
pub(crate) fn in_icloud(contexts: &[DeviceContext<'_>]) -> (Vec<Observation>, GroupTable) {
    let mut group_table = GroupTable::default();
    let observations = contexts
        .iter()
        .filter(|ctx| tries_icloud(ctx))
        .filter_map(|ctx| {
            let fact = ctx.cloud.last.as_ref()?;
            ctx.trusted(fact.observed_at).then(|| Observation {
                device: ctx.index,
                last: fact.value,
                known_until: fact.observed_at.min(ctx.now),
                groups: icloud_groups(ctx, &mut group_table),
            })
        });
    let observations = observations.collect();
    (observations, group_table)
}

fn tries_icloud(ctx: &DeviceContext<'_>) -> bool {
    let lost = (ctx.mdm()).is_some_and(|mdm| mdm.lost_mode.as_ref().is_some_and(|t| t.value));
    let on = !is_off(ctx) && !is_blocked(ctx);
    let allowed = ctx.policy.backups.icloud != Requirement::Forbidden;
    on && allowed && !lost && !ctx.listed_apart() && !has_a_reason_of_its_own(ctx)
}

/// Reasons that lie in the device or its account, and in nothing that devices share.
fn has_a_reason_of_its_own(ctx: &DeviceContext<'_>) -> bool {
    let own = |class| matches!(class, Class::Quota | Class::Account | Class::DeviceStorage);
    let class = ctx.cloud.lasting_failure().and_then(|a| a.class());
    let storage = ctx.mdm().and_then(|mdm| mdm.storage.as_ref());
    let ratio = storage.and_then(|storage| storage.value.free_ratio());
    let low = ctx.policy.thresholds.storage_low_percent;
    class.is_some_and(own) || ratio.is_some_and(|ratio| ratio * 100.0 < low)
}

fn icloud_groups(ctx: &DeviceContext<'_>, group_table: &mut GroupTable) -> Vec<usize> {
    let mut own = vec![group_table.index_of(PatternKind::Outage, None)];
    let mut belongs = |kind, what: String| own.push(group_table.index_of(kind, Some(what)));
    if let Some(site) = ctx.site() {
        belongs(PatternKind::Site, site.to_owned());
    }
    if let Some(build) = ctx.build() {
        belongs(PatternKind::OsBuild, build.to_owned());
    }
    let profiles = ctx.mdm().and_then(|mdm| mdm.profiles.as_ref());
    if let Some(profiles) = profiles {
        for profile in profiles.value.keys() {
            belongs(PatternKind::ProfileSet, profile.clone());
        }
        if profiles.value.len() > 1 {
            let set: Vec<&str> = profiles.value.keys().map(String::as_str).collect();
            belongs(PatternKind::ProfileSet, set.join(" + "));
        }
    }
    own
}

/// The devices whose way is a computer, once for each computer. A folder is looked at now, so
/// nothing newer than its newest attempt, good or not, is there.
pub(crate) fn at_computers(contexts: &[DeviceContext<'_>]) -> (Vec<Observation>, GroupTable) {
    let mut group_table = GroupTable::default();
    let mut observations = Vec::new();
    for ctx in contexts.iter().filter(|ctx| !ctx.listed_apart()) {
        for (host, last) in newest_attempts(ctx) {
            observations.push(Observation {
                device: ctx.index,
                last,
                known_until: ctx.now,
                groups: vec![group_table.index_of(PatternKind::Host, Some(host.to_owned()))],
            });
        }
    }
    (observations, group_table)
}

/// The newest attempt at each computer.
fn newest_attempts<'a>(ctx: &DeviceContext<'a>) -> BTreeMap<&'a str, Timestamp> {
    let mut newest = BTreeMap::new();
    let real = ctx.real_locals().map(|local| local.backup);
    let running = |state| state == State::InProgress;
    for backup in real.filter(|backup| !backup.archived) {
        let date = if running(backup.state) {
            Some(ctx.now)
        } else {
            backup.last_attempt()
        };
        if let Some(date) = date.filter(|date| is_plausible(*date, ctx.now)) {
            let entry = newest.entry(backup.host.as_str()).or_insert(date);
            *entry = date.max(*entry);
        }
    }
    newest
}
