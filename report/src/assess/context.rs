//! One device with everything that its judgement looks at, derived once.

use fleetback_scanner::model::backup::{LocalBackup, State};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Device;
use fleetback_scanner::model::management::{Management, MdmState};
use jiff::Timestamp;

use super::device_facts::{build_text, os_text, product_type};
use super::fleet_index::FleetIndex;
use super::fleet_patterns::{Pattern, Patterns};
use super::good_backup::{is_plausible, local_date, within};
use super::icloud_evidence::IcloudEvidence;
use crate::format::{self, Age, AgeLimits};
use crate::history::PastDevice;
use crate::history::run_days::RunDays;
use crate::policy::{Effective, Requirement, policy_for};
use crate::results::{BackupKind, Listed, PatternKind};
use crate::tables::os_version::OsVersion;

/// One device to be judged.
pub(crate) struct DeviceContext<'a> {
    /// Its index in the fleet.
    pub(crate) index: usize,
    pub(crate) device: &'a Device,
    /// What is asked of it.
    pub(crate) policy: &'a Effective<'a>,
    pub(crate) now: Timestamp,
    /// The ages at which the policy of the device changes its mind.
    age_limits: AgeLimits,
    pub(crate) fleet: &'a FleetIndex<'a>,
    pub(crate) cloud: &'a IcloudEvidence<'a>,
    /// The run_days of earlier runs; `None` for a run without a history.
    pub(crate) run_days: Option<&'a RunDays<'a>>,
    /// What earlier runs knew of this device.
    pub(crate) past: Option<&'a PastDevice>,
    /// Local backups, newest first.
    pub(crate) locals: Vec<Local<'a>>,
    /// What the whole fleet has in common; `None` while that is being looked for.
    pub(crate) patterns: Option<&'a Patterns>,
}

/// A local backup and what it is worth.
#[derive(Clone, Copy)]
pub(crate) struct Local<'a> {
    pub(crate) backup: &'a LocalBackup,
    /// Its date, when it is good.
    pub(crate) good: Option<Timestamp>,
}

/// A good backup.
#[derive(Clone, Copy)]
pub(crate) struct Good<'a> {
    pub(crate) kind: BackupKind,
    pub(crate) date: Timestamp,
    pub(crate) backup: Option<&'a LocalBackup>,
}

impl<'a> DeviceContext<'a> {
    /// Derives what the judgement of a device looks at.
    pub(crate) fn new(
        index: usize,
        device: &'a Device,
        cloud: &'a IcloudEvidence<'a>,
        fleet: &'a FleetIndex<'a>,
        policy: &'a Effective<'a>,
        now: Timestamp,
    ) -> Self {
        Self {
            index,
            device,
            policy,
            now,
            age_limits: policy_for(policy).age_limits(),
            fleet,
            cloud,
            run_days: None,
            past: None,
            locals: locals(device, policy, now),
            patterns: None,
        }
    }

    /// The same context with what the whole fleet has in common.
    pub(crate) fn with_patterns(self, patterns: &'a Patterns) -> Self {
        Self {
            patterns: Some(patterns),
            ..self
        }
    }

    /// The same context with what earlier runs knew.
    pub(crate) fn with_history(
        self,
        run_days: Option<&'a RunDays<'a>>,
        past: Option<&'a PastDevice>,
    ) -> Self {
        Self {
            run_days,
            past,
            ..self
        }
    }

    /// What the MDM knows.
    pub(crate) fn mdm(&self) -> Option<&'a Management> {
        self.device.management.as_deref()
    }

    /// The value of a restriction in force.
    pub(crate) fn restriction(&self, key: &str) -> Option<bool> {
        self.mdm()?.restriction(key)
    }

    /// The newest good backup of any kind; of two of one date the one on a disk, which was checked.
    pub(crate) fn last_good(&self) -> Option<Good<'a>> {
        let kinds = [self.good_cloud(), self.good_local()];
        kinds.into_iter().flatten().max_by_key(|good| good.date)
    }

    /// The newest good backup of a kind.
    pub(crate) fn good_of(&self, kind: BackupKind) -> Option<Good<'a>> {
        match kind {
            BackupKind::Local => self.good_local(),
            BackupKind::Icloud => self.good_cloud(),
        }
    }

    /// The newest good local backup.
    pub(crate) fn good_local(&self) -> Option<Good<'a>> {
        let dated = self.locals.iter().filter_map(|local| {
            Some(Good {
                kind: BackupKind::Local,
                date: local.good?,
                backup: Some(local.backup),
            })
        });
        // The first of equal dates, in the order of `locals`.
        dated.reduce(|best, next| if next.date > best.date { next } else { best })
    }

    /// The iCloud backup, when its date counts.
    pub(crate) fn good_cloud(&self) -> Option<Good<'a>> {
        let dated = self.cloud.date()?;
        let counts =
            dated.is_good(self.policy, self.now) && !self.cloud.is_in_doubt(dated.observed_at);
        counts.then_some(Good {
            kind: BackupKind::Icloud,
            date: dated.date,
            backup: None,
        })
    }

    /// How old something of this date is, spelled as everywhere in the report.
    pub(crate) fn age(&self, date: Timestamp) -> Age<'_> {
        format::age(date, self.now, &self.age_limits)
    }

    /// Is a backup of this date not yet stale?
    pub(crate) fn in_date(&self, date: Timestamp) -> bool {
        within(date, self.now, self.policy.thresholds.stale_days)
    }

    /// Is there a good local backup in date?
    pub(crate) fn local_in_date(&self) -> bool {
        self.good_local()
            .is_some_and(|good| self.in_date(good.date))
    }

    /// Is there, beside this local backup, another good one in date that the policy takes instead?
    pub(crate) fn in_date_beside(&self, backup: &LocalBackup) -> bool {
        let cloud_counts = self.policy.backups.local != Requirement::Required;
        let cloud = self.good_cloud().filter(|_| cloud_counts);
        let others = self
            .locals
            .iter()
            .filter(|local| !std::ptr::eq(local.backup, backup));
        let dates = others.filter_map(|local| local.good);
        dates
            .chain(cloud.map(|good| good.date))
            .any(|date| self.in_date(date))
    }

    /// Does a good local backup in date stand in for the iCloud backup?
    pub(crate) fn local_stands_in(&self) -> bool {
        self.policy.backups.icloud != Requirement::Required && self.local_in_date()
    }

    /// The newest local backup that is no archived copy and no make-believe.
    pub(crate) fn newest_local(&self) -> Option<&'a LocalBackup> {
        let real = |local: &&Local<'_>| !local.backup.archived && local.backup.state != State::Fake;
        self.locals.iter().find(real).map(|local| local.backup)
    }

    /// Local backups that a tool did not make up.
    pub(crate) fn real_locals(&self) -> impl Iterator<Item = &Local<'a>> {
        let real = |local: &&Local<'a>| local.backup.state != State::Fake;
        self.locals.iter().filter(real)
    }

    /// The newest contact with the MDM.
    pub(crate) fn contact(&self) -> Option<&'a Sourced<Timestamp>> {
        let mdm = self.mdm()?;
        mdm.last_contact.as_ref().or(mdm.last_inventory.as_ref())
    }

    /// Has the MDM heard of the device lately? `None` when no MDM document holds a contact.
    pub(crate) fn seen_lately(&self) -> Option<bool> {
        self.contact().map(|sourced| self.trusted(sourced.value))
    }

    /// Is evidence of this date young enough to be trusted?
    pub(crate) fn trusted(&self, date: Timestamp) -> bool {
        within(
            date,
            self.now,
            self.policy.thresholds.inventory_trusted_days,
        )
    }

    /// Would the MDM have reported an iCloud backup date, did it report none, and is that answer fresh? Where the
    /// policy forbids iCloud Backup, none is what was asked for, and says nothing of another kind.
    pub(crate) fn cloud_never(&self) -> bool {
        let Some(mdm) = self.mdm() else { return false };
        let hidden = mdm
            .user_enrollment
            .as_ref()
            .is_some_and(|sourced| sourced.value);
        let fresh = mdm
            .last_inventory
            .as_ref()
            .is_some_and(|sourced| self.trusted(sourced.value));
        self.policy.backups.icloud != Requirement::Forbidden
            && mdm.no_cloud_date_means_never
            && mdm.last_cloud_backup.is_none()
            && self.cloud.last.is_none()
            && !hidden
            && !self.is_shared_ipad()
            && fresh
    }

    /// Does the policy leave no other kind than a local backup, or ask for one by itself?
    pub(crate) fn local_is_asked_for(&self) -> bool {
        let backups = self.policy.backups;
        backups.local == Requirement::Required || backups.icloud == Requirement::Forbidden
    }

    /// A backup to a computer that the device or a console reports. It may be whole, broken or long
    /// deleted; that there never was one it rules out.
    pub(crate) fn reported_computer_backup(&self) -> Option<&'a Sourced<Timestamp>> {
        let sourced = self.mdm()?.last_computer_backup.as_ref()?;
        let accepted = self.policy.backups.local != Requirement::Forbidden;
        (accepted && is_plausible(sourced.value, self.now)).then_some(sourced)
    }

    /// The newest version of iOS in any evidence.
    pub(crate) fn os(&self) -> Option<OsVersion> {
        os_text(self.device).and_then(OsVersion::parse)
    }

    /// The build that belongs to that version: "22B83".
    pub(crate) fn build(&self) -> Option<&'a str> {
        build_text(self.device)
    }

    /// The pattern of a kind in which the device stands.
    pub(crate) fn pattern(&self, kind: PatternKind) -> Option<&'a Pattern> {
        self.patterns?.of(self.index, kind)
    }

    /// "iPhone12,1".
    pub(crate) fn product_type(&self) -> Option<&'a str> {
        product_type(self.device)
    }

    /// Where the inventory table says it is.
    pub(crate) fn site(&self) -> Option<&'a str> {
        self.device.person.as_ref()?.site.as_deref()
    }

    /// Not counted with the fleet: only old backups know it, or it has left the MDM.
    pub(crate) fn listed_apart(&self) -> bool {
        self.listed() != Listed::Fleet
    }

    /// Where it is listed.
    pub(crate) fn listed(&self) -> Listed {
        match (self.left_mdm(), self.only_in_backups()) {
            (Some(_), _) => Listed::LeftMdm,
            (None, true) => Listed::Apart,
            (None, false) => Listed::Fleet,
        }
    }

    /// The state in which the device left the MDM, when it has.
    pub(crate) fn left_mdm(&self) -> Option<&'a Sourced<MdmState>> {
        let state = self.mdm()?.state.as_ref();
        state.filter(|state| state.value.has_left())
    }

    /// Is it a Shared iPad, whose users back up by themselves?
    pub(crate) fn is_shared_ipad(&self) -> bool {
        let shared = self.mdm().and_then(|mdm| mdm.shared_ipad.as_ref());
        shared.is_some_and(|shared| shared.value)
    }

    /// Known from old backups only, although there is an inventory?
    pub(crate) fn only_in_backups(&self) -> bool {
        let enrolled_or_listed = self.device.management.is_some() || self.device.person.is_some();
        self.fleet.has_inventory && !enrolled_or_listed
    }
}

/// The local backups, newest first. One that names no device protects none: its owner is unknown.
fn locals<'a>(device: &'a Device, policy: &Effective<'_>, now: Timestamp) -> Vec<Local<'a>> {
    let is_named = !device.identity.is_empty();
    let mut locals: Vec<Local<'a>> = device
        .backups
        .iter()
        .map(|backup| Local {
            backup,
            good: local_date(backup, policy, now).filter(|_| is_named),
        })
        .collect();
    let newest = |local: &Local<'_>| {
        let backup = local.backup;
        let date = backup.completed_at.or_else(|| backup.last_attempt());
        date.filter(|date| is_plausible(*date, now))
    };
    locals.sort_by(|a, b| (newest(b), &a.backup.path).cmp(&(newest(a), &b.backup.path)));
    locals
}
