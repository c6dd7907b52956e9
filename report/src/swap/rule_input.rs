//! One device and what its rules look at.

use fleetback_scanner::model::backup::State;
use fleetback_scanner::model::management::Storage;
use jiff::{SignedDuration, Timestamp};

use super::copies::{self, Copy, is_ahead, is_young};
use super::target::Target;
use crate::format;
use crate::results::{Backup, Code, Device, Icloud, Mdm, PolicyUsed, Status};
use crate::tables::os_releases::OsTables;

/// What the rules may look at of the device that would be wiped: of stored results, or of facts that
/// are not results yet.
#[derive(Debug, Clone, Copy)]
pub struct OldDevice<'a> {
    /// UDID in Apple's spelling.
    pub udid: Option<&'a str>,
    /// Serial number.
    pub serial_number: Option<&'a str>,
    /// "iPhone12,1".
    pub product_type: Option<&'a str>,
    /// "18.1".
    pub os_version: Option<&'a str>,
    /// Protected, stale, failed and so on.
    pub status: Status,
    /// A backup older than this is out of date, in days.
    pub max_age_days: f64,
    /// The first evidence that contradicts other evidence about which device this is.
    pub identity_conflict: Option<&'a str>,
    /// Local backups, newest first.
    pub backups: &'a [Backup],
    /// iCloud backups.
    pub icloud: &'a Icloud,
    /// What the MDM knows.
    pub mdm: Option<&'a Mdm>,
}

impl<'a> From<&'a Device> for OldDevice<'a> {
    fn from(device: &'a Device) -> Self {
        let conflict = device
            .findings
            .iter()
            .find(|finding| finding.code == Code::IdentityConflict);
        let evidence = conflict.and_then(|finding| finding.evidence.first());
        Self {
            udid: device.udid.as_deref(),
            serial_number: device.serial_number.as_deref(),
            product_type: device.product_type.as_deref(),
            os_version: device.os_version.as_deref(),
            status: device.status,
            max_age_days: device.max_age_days,
            identity_conflict: evidence.map(|evidence| evidence.text.as_str()),
            backups: &device.backups,
            icloud: &device.icloud,
            mdm: device.mdm.as_ref(),
        }
    }
}

/// Everything that the rules may look at.
#[derive(Debug, Clone, Copy)]
pub struct RuleInput<'a> {
    /// The device that would be wiped.
    pub device: OldDevice<'a>,
    /// The limits that hold.
    pub policy: &'a PolicyUsed,
    /// Which models run which versions of iOS.
    pub releases: &'a OsTables<'a>,
    /// When the evidence was read.
    pub read_at: Timestamp,
    /// When it is asked.
    pub now: Timestamp,
    /// What the backup would be restored to; `None` when none was named.
    pub target: Option<&'a Target>,
}

impl<'a> RuleInput<'a> {
    /// How old a copy may be.
    pub fn limit(&self) -> SignedDuration {
        hours(self.policy.swap_hours)
    }

    /// Can none of the evidence be relied on, because it is too old or from the future?
    pub(crate) fn out_of_date(&self) -> bool {
        !self.is_young(self.read_at) || self.is_from_the_future()
    }

    /// Was the evidence read later than now, so that a clock is wrong?
    pub(crate) fn is_from_the_future(&self) -> bool {
        is_ahead(self.read_at, self.now)
    }

    /// How old something of this date is.
    pub(crate) fn age(&self, date: Timestamp) -> String {
        let limits = self.policy.age_limits();
        format::age(date, self.now, &limits).words()
    }

    /// Is something of this date no older than the limit?
    pub(crate) fn is_young(&self, date: Timestamp) -> bool {
        is_young(date, self.now, self.limit())
    }

    /// Every copy that could be restored.
    pub(crate) fn copies(&self) -> Vec<Copy<'a>> {
        copies::copies(self.device.backups, self.device.icloud)
    }

    /// The copy that should be restored.
    pub(crate) fn chosen(&self) -> Option<Copy<'a>> {
        copies::chosen(self.copies(), self.now, self.limit())
    }

    /// The newest local backup that is no archived copy and no make-believe.
    pub(crate) fn newest_local(&self) -> Option<&'a Backup> {
        let real = |backup: &&Backup| !backup.archived && backup.state != State::Fake;
        self.device.backups.iter().find(real)
    }

    /// What the MDM knows.
    pub(crate) fn mdm(&self) -> Option<&'a Mdm> {
        self.device.mdm
    }

    /// Would the backup go back to the device that it was made of?
    pub(crate) fn same_device(&self) -> bool {
        self.target.is_some_and(|target| target.same_device)
    }

    /// About what the device holds, the least that the MDM's figures can mean. `capacity` and
    /// `available` are good for their ratio only; the unit stands beside `capacity_told`.
    pub(crate) fn used_bytes(&self) -> Option<f64> {
        let mdm = self.mdm()?;
        let storage = Storage {
            capacity: mdm.capacity?,
            available: mdm.available?,
        };
        Some(mdm.capacity_told?.least_bytes()? * (1.0 - storage.free_ratio()?))
    }

    /// Could there be a newer iCloud backup than the evidence shows, because it is old itself?
    pub(crate) fn icloud_may_be_newer(&self) -> bool {
        let icloud = self.device.icloud;
        let reported = icloud
            .observed_at
            .or(self.mdm().and_then(|mdm| mdm.last_seen));
        icloud.enabled != Some(false) && reported.is_some_and(|at| !self.is_young(at))
    }
}

/// A limit out of a policy as a span.
pub(crate) fn hours(hours: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(hours * 3_600.0).unwrap_or(SignedDuration::MAX)
}
