//! Facts of one device that only the whole fleet gives: whether others have the same problem.

use fleetback_scanner::model::fleet::{Device, Fleet, Host};
use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::model::service_status::ServiceStatus;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

use super::device_facts::{os_text, product_type};
use super::good_backup::{local_date, within};
use super::icloud_evidence::IcloudEvidence;
use crate::history::{History, Searched};
use crate::policy::Effective;
use crate::tables::error_codes::{self, Class};
use crate::tables::os_releases::OsTables;
use crate::tables::os_version::OsVersion;

/// Two failures no further apart than this belong together.
const SAME_NIGHT: SignedDuration = SignedDuration::from_hours(12);

/// Facts that only the whole fleet gives.
#[derive(Default)]
pub(crate) struct FleetIndex<'a> {
    pub(crate) has_inventory: bool,
    /// Was any folder looked at for local backups?
    pub(crate) has_roots: bool,
    /// Was a place below the roots left out that may hold backups?
    pub(crate) left_out: bool,
    /// Which versions of iOS there are.
    pub(crate) os_tables: OsTables<'a>,
    /// What Apple said of its services.
    pub(crate) service_status: Option<&'a ServiceStatus>,
    hosts: BTreeMap<&'a str, &'a Host>,
    /// Where this run would have found a backup.
    pub(crate) searched: Searched,
    newest_os: BTreeMap<&'a str, OsVersion>,
    /// Failures that speak of Apple's servers, and the device.
    outages: Vec<(Timestamp, usize)>,
    /// Devices of a site whose iCloud backup is in date.
    healthy_at: BTreeMap<&'a str, BTreeSet<usize>>,
    /// Devices with a backup on a host, and their good dates there.
    on_host: BTreeMap<&'a str, BTreeMap<usize, Option<Timestamp>>>,
}

impl<'a> FleetIndex<'a> {
    /// Looks at the whole fleet once. `clouds` and `policies` belong to the devices of the fleet, in
    /// their order.
    pub(crate) fn new(
        fleet: &'a Fleet,
        clouds: &[IcloudEvidence<'_>],
        reference_data: &ReferenceData<'a>,
        policies: &[Effective<'_>],
        now: Timestamp,
    ) -> Self {
        let mut view = Self {
            os_tables: OsTables::from_feed(reference_data.os_feed),
            service_status: reference_data.service_status,
            has_inventory: fleet.has_inventory,
            has_roots: !fleet.roots.is_empty(),
            left_out: fleet.left_out,
            hosts: fleet.hosts.iter().map(|h| (h.name.as_str(), h)).collect(),
            searched: Searched::from_fleet(fleet),
            ..Self::default()
        };
        let each = fleet.devices.iter().zip(clouds).zip(policies);
        for (index, ((device, cloud), policy)) in each.enumerate() {
            view.add_os(device);
            view.add_outages(index, cloud);
            view.add_site(index, device, cloud, policy, now);
            view.add_hosts(index, device, policy, now);
        }
        view.outages.sort_unstable();
        view
    }

    fn add_os(&mut self, device: &'a Device) {
        let version = os_text(device).and_then(OsVersion::parse);
        if let (Some(product_type), Some(version)) = (product_type(device), version) {
            let newest = self.newest_os.entry(product_type).or_insert(version);
            *newest = version.max(*newest);
        }
    }

    fn add_outages(&mut self, index: usize, cloud: &IcloudEvidence<'_>) {
        let of_service = cloud.attempts.iter().filter(|a| is_outage(a.error_code()));
        self.outages.extend(of_service.map(|a| (a.entry.at, index)));
    }

    fn add_site(
        &mut self,
        index: usize,
        device: &'a Device,
        cloud: &IcloudEvidence<'_>,
        policy: &Effective<'_>,
        now: Timestamp,
    ) {
        let site = device.person.as_ref().and_then(|p| p.site.as_deref());
        let healthy = cloud.date().is_some_and(|dated| {
            dated.is_good(policy, now) && within(dated.date, now, policy.thresholds.stale_days)
        });
        if let Some(site) = site.filter(|_| healthy) {
            self.healthy_at.entry(site).or_default().insert(index);
        }
    }

    fn add_hosts(
        &mut self,
        index: usize,
        device: &'a Device,
        policy: &Effective<'_>,
        now: Timestamp,
    ) {
        for backup in device.backups.iter().filter(|backup| !backup.archived) {
            let devices = self.on_host.entry(&backup.host).or_default();
            let date = devices.entry(index).or_default();
            *date = (*date).max(local_date(backup, policy, now));
        }
    }

    /// A computer that was scanned.
    pub(crate) fn host(&self, name: &str) -> Option<&'a Host> {
        self.hosts.get(name).copied()
    }

    /// The newest version seen on a product type.
    pub(crate) fn newest_os(&self, product_type: &str) -> Option<OsVersion> {
        self.newest_os.get(product_type).copied()
    }

    /// Did another device meet a failure of Apple's servers within twelve hours?
    pub(crate) fn shared_outage(&self, index: usize, at: Timestamp) -> bool {
        let near = |other: Timestamp| at.duration_until(other).abs() <= SAME_NIGHT;
        let start = self
            .outages
            .partition_point(|(other, _)| *other < at && !near(*other));
        self.outages[start..]
            .iter()
            .take_while(|(other, _)| near(*other))
            .any(|(_, device)| *device != index)
    }

    /// How many other devices of a site have an iCloud backup in date.
    pub(crate) fn healthy_others_at(&self, site: &str, index: usize) -> usize {
        let healthy = self.healthy_at.get(site);
        healthy.map_or(0, |devices| devices.iter().filter(|d| **d != index).count())
    }

    /// How many other devices have a good backup on a host within so many days.
    pub(crate) fn others_on_host_lately(
        &self,
        host: &str,
        index: usize,
        now: Timestamp,
        days: f64,
    ) -> usize {
        let lately = |date: &Option<Timestamp>| date.is_some_and(|d| within(d, now, days));
        let others = self.on_host.get(host).into_iter().flatten();
        others
            .filter(|(device, date)| **device != index && lately(date))
            .count()
    }

    /// How many devices have a backup on a host.
    pub(crate) fn devices_on_host(&self, host: &str) -> usize {
        self.on_host.get(host).map_or(0, BTreeMap::len)
    }
}

/// Codes that speak of Apple's servers.
pub(crate) fn is_outage((domain, code): (&str, i64)) -> bool {
    domain == error_codes::MB
        && matches!(code, 17 | 301 | 302 | 304)
        && error_codes::explain(domain, code).is_some_and(|row| row.class == Class::Service)
}

/// What is known beside the evidence of this run. The default is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReferenceData<'a> {
    /// What earlier runs found; `None` for a run without a history.
    pub history: Option<&'a History>,
    /// Which versions of iOS there are; without it the built-in table answers.
    pub os_feed: Option<&'a OsFeed>,
    /// What Apple said of its services; `None` without a status file.
    pub service_status: Option<&'a ServiceStatus>,
}
