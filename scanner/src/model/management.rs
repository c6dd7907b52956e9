//! What the MDM knows of one device, each fact with its own source and age.
//!
//! `None` means that no document said so. Absent is not "off" and not "never": a query that was not
//! asked, that the server had no right to ask, or that User Enrollment forbids is dropped from the
//! answer without a word.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::{Source, Sourced};
use super::identity::Identity;
use super::person::Assigned;

/// Everything that MDM documents say of one device; of two documents the newer one wins, key by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Management {
    /// The newest contact of any kind; `NotNow` and `Error` prove contact too.
    pub last_contact: Option<Sourced<Timestamp>>,
    /// The newest answer that carries inventory (`QueryResponses`).
    pub last_inventory: Option<Sourced<Timestamp>>,
    /// The newest answer was `NotNow`: the device was locked or busy.
    pub not_now: bool,
    /// `ManagementStatus.IsUserEnrollment`, or an `EnrollmentID` instead of a UDID.
    pub user_enrollment: Option<Sourced<bool>>,
    /// When the device enrolled, where a source dates that: an `Authenticate` check-in whose wrapper
    /// has the time, or a console's column.
    pub enrolled_at: Option<Sourced<Timestamp>>,
    /// Was a `CheckOut` the newest message, or does the server mark the enrolment as disabled? Every
    /// other message says that it goes on.
    pub enrolment_ended: Option<Sourced<bool>>,
    /// Is the device still in the MDM?
    pub state: Option<Sourced<MdmState>>,
    /// Does no document say that it is an iPhone or iPad? Such a device counts only where other evidence
    /// knows it.
    pub kind_unsure: bool,

    /// `DeviceName`.
    pub device_name: Option<Sourced<String>>,
    /// `ProductName`, which is the product type: "iPad8,12".
    pub product_type: Option<Sourced<String>>,
    /// `ModelName`.
    pub model_name: Option<Sourced<String>>,
    /// `OSVersion`.
    pub os_version: Option<Sourced<String>>,
    /// `BuildVersion`.
    pub build_version: Option<Sourced<String>>,
    /// `SupplementalOSVersionExtra`, the letter of a small security update: "(a)". iOS 16.1 and later.
    pub supplemental_os_version: Option<Sourced<String>>,
    /// `ICCID` of the first SIM.
    pub iccid: Option<Sourced<String>>,
    /// Does any SIM of `ServiceSubscriptions` have an `EID`, the number of an eSIM? False only of an
    /// iOS that would have sent one (14 and later). The number itself is not kept.
    pub esim: Option<Sourced<bool>>,
    /// `TimeZone`, an IANA name.
    pub time_zone: Option<Sourced<String>>,

    /// `IsCloudBackupEnabled`: the switch, not success.
    pub cloud_backup_enabled: Option<Sourced<bool>>,
    /// `LastCloudBackupDate`.
    pub last_cloud_backup: Option<Sourced<Timestamp>>,
    /// What a document says of iCloud Backup and could not be read, in words: neither on nor off, neither a
    /// date nor none.
    pub cloud_unread: Option<Sourced<String>>,
    /// Does a missing date of the last iCloud backup mean that there was none? True when the answer
    /// behind [`Management::cloud_backup_enabled`] carries `IsCloudBackupEnabled`, is not of User Enrollment, and no command
    /// beside it leaves `LastCloudBackupDate` out of its queries.
    pub no_cloud_date_means_never: bool,
    /// Which of the queries about backups the command beside the newest inventory answer left out:
    /// empty when it asked for all of them. `None` when no command lies beside an answer, so that
    /// it is unknown what was asked.
    pub backup_queries_left_out: Option<Sourced<BTreeSet<String>>>,
    /// The last backup to a computer, as the device or a console reports it. It says nothing of
    /// whether that backup is whole, or still there.
    pub last_computer_backup: Option<Sourced<Timestamp>>,
    /// `WillEncrypt`: will the next backup to a computer be encrypted?
    pub backup_will_be_encrypted: Option<Sourced<bool>>,
    /// `iTunesStoreAccountIsActive`: the App Store account, not the iCloud account.
    pub store_account_active: Option<Sourced<bool>>,

    /// `DeviceCapacity` and `AvailableDeviceCapacity`, only ever used as a ratio.
    pub storage: Option<Sourced<Storage>>,
    /// Storage in all, in the unit of its source.
    pub capacity: Option<Sourced<Capacity>>,
    /// `BatteryLevel`, 0 to 1.
    pub battery: Option<Sourced<f64>>,
    /// `IsSupervised`.
    pub supervised: Option<Sourced<bool>>,
    /// `IsMultiUser`: Shared iPad.
    pub shared_ipad: Option<Sourced<bool>>,
    /// `IsMDMLostModeEnabled`.
    pub lost_mode: Option<Sourced<bool>>,
    /// `AwaitingConfiguration`: stuck in Setup Assistant.
    pub awaiting_configuration: Option<Sourced<bool>>,
    /// `IsDeviceLocatorServiceEnabled`: Find My.
    pub find_my: Option<Sourced<bool>>,
    /// `IsActivationLockEnabled`.
    pub activation_lock: Option<Sourced<bool>>,
    /// `ManagementStatus.IsActivationLockManageable`. Apple's schema lists it for macOS alone, so of
    /// an iPhone it is usually silence.
    pub activation_lock_manageable: Option<Sourced<bool>>,
    /// `PasscodePresent`.
    pub passcode_present: Option<Sourced<bool>>,
    /// The validity of each certificate that `CertificateList` calls an identity; the MDM's own is
    /// among them, and it is unknown which it is. Names are not kept.
    pub identity_certificates: Option<Sourced<BTreeSet<Validity>>>,
    /// Panes of Setup Assistant that automated enrolment skips (`skip_setup_items`): without `Restore`
    /// no backup can be restored, without `DeviceToDeviceMigration` Quick Start cannot be used.
    pub skipped_panes: Option<Sourced<BTreeSet<String>>>,

    /// Whose it is, where a console's table says so.
    pub assigned: Option<Sourced<Assigned>>,

    /// `GlobalRestrictions.restrictedBool`: the restrictions in force.
    pub restrictions: Option<Sourced<BTreeMap<String, bool>>>,
    /// Which profile sets a restriction: key -> profile identifiers, from `ProfileRestrictions`, or
    /// from the file of a profile that the device's `ProfileList` names.
    pub restriction_profiles: BTreeMap<String, BTreeSet<String>>,
    /// The document behind [`Management::restriction_profiles`]: the newest `Restrictions` answer
    /// that was asked for profiles, else the `ProfileList`. `None` when there is neither.
    pub restriction_profiles_source: Option<Arc<Source>>,
    /// Profiles installed, by identifier, with their display names.
    pub profiles: Option<Sourced<BTreeMap<String, String>>>,
    /// Managed apps whose `ManagementFlags` bar the backup of their data (value 4).
    pub apps_barred_from_backup: Option<Sourced<BTreeSet<String>>>,
    /// Managed apps whose `ManagementFlags` remove them together with the MDM profile (value 1): their
    /// data returns to the same device only.
    pub apps_removed_with_enrolment: Option<Sourced<BTreeSet<String>>>,
}

/// Whether a device is still in the MDM, the better word first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MdmState {
    /// It is enrolled.
    Enrolled,
    /// It is to be enrolled and is not yet.
    Pending,
    /// It was ordered to leave, and has not answered yet.
    Leaving,
    /// It is marked as lost or stolen.
    Lost,
    /// Management is switched off.
    Off,
    /// It is no longer managed.
    Unmanaged,
    /// It was retired.
    Retired,
    /// It was removed from the MDM.
    Removed,
    /// It was wiped.
    Wiped,
    /// Its record lies in the bin.
    InBin,
}

impl MdmState {
    /// Has the device left the MDM?
    pub fn has_left(self) -> bool {
        self >= Self::Off
    }
}

/// Storage in all, as a source states it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Capacity {
    /// How many.
    pub amount: f64,
    /// Of what.
    pub unit: CapacityUnit,
}

/// What a capacity is counted in. Only bytes are certain: `DeviceCapacity` was in gigabytes of
/// base 2 up to iOS 13 and is in base 10 from iOS 17 on, and a console seldom says which it means.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityUnit {
    /// Bytes.
    Bytes,
    /// Megabytes of base 10 or base 2.
    Megabytes,
    /// Gigabytes of base 10 or base 2.
    Gigabytes,
}

impl Capacity {
    /// The fewest and the most bytes that it can mean; `None` for a figure that makes no sense.
    pub fn bytes(self) -> Option<(f64, f64)> {
        let (least, most) = match self.unit {
            CapacityUnit::Bytes => (1.0, 1.0),
            CapacityUnit::Megabytes => (1e6, f64::from(1 << 20)),
            CapacityUnit::Gigabytes => (1e9, f64::from(1 << 30)),
        };
        let sane = self.amount > 0.0 && self.amount.is_finite();
        sane.then_some((self.amount * least, self.amount * most))
    }
}

/// From when until when a certificate is valid.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Validity {
    /// `notBefore`.
    pub from: Timestamp,
    /// `notAfter`.
    pub until: Timestamp,
}

/// Storage as the device reported it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Storage {
    /// `DeviceCapacity`; base 10 or base 2 gigabytes depending on the iOS version.
    pub capacity: f64,
    /// `AvailableDeviceCapacity`, in the same unit.
    pub available: f64,
}

impl Storage {
    /// The part of the storage that is free, 0 to 1; `None` for values that make no sense.
    pub fn free_ratio(self) -> Option<f64> {
        let sane = self.capacity > 0.0 && self.available >= 0.0 && self.available <= self.capacity;
        sane.then(|| self.available / self.capacity)
    }
}

impl Management {
    /// Is a restriction in force, and with which value? Absent is `None`: not restricted, or not asked.
    pub fn restriction(&self, key: &str) -> Option<bool> {
        self.restrictions.as_ref()?.value.get(key).copied()
    }

    /// Takes in what another document says of the same device: key by key the newer fact wins
    /// ([`Sourced::rank`]). Documents may be absorbed in any order and in any grouping.
    pub fn absorb(&mut self, other: Self) {
        self.follow_leaders(&other);
        self.kind_unsure &= other.kind_unsure;
        macro_rules! newer_wins {
            ($($key:ident)*) => { $(keep_newer(&mut self.$key, other.$key);)* };
        }
        newer_wins! {
            last_contact last_inventory user_enrollment enrolled_at enrolment_ended state cloud_unread
            device_name product_type model_name os_version build_version supplemental_os_version
            iccid esim time_zone
            cloud_backup_enabled last_cloud_backup backup_queries_left_out
            last_computer_backup backup_will_be_encrypted store_account_active
            storage capacity battery
            supervised shared_ipad lost_mode awaiting_configuration find_my
            activation_lock activation_lock_manageable passcode_present
            identity_certificates skipped_panes assigned
            restrictions profiles apps_barred_from_backup apps_removed_with_enrolment
        }
    }

    /// The parts that carry no source of their own go with the fact that they belong to. Must run
    /// before those facts are merged.
    fn follow_leaders(&mut self, other: &Self) {
        let enabled = rank(&self.cloud_backup_enabled, &other.cloud_backup_enabled);
        let (mine, theirs) = (
            self.no_cloud_date_means_never,
            other.no_cloud_date_means_never,
        );
        self.no_cloud_date_means_never = with_leader(enabled, mine, theirs);

        let contact = rank(&self.last_contact, &other.last_contact);
        self.not_now = with_leader(contact, self.not_now, other.not_now);

        match rank_sources(
            self.restriction_profiles_source.as_ref(),
            other.restriction_profiles_source.as_ref(),
        ) {
            Ordering::Greater => {}
            Ordering::Less => {
                self.restriction_profiles
                    .clone_from(&other.restriction_profiles);
                self.restriction_profiles_source
                    .clone_from(&other.restriction_profiles_source);
            }
            Ordering::Equal => {
                for (key, profiles) in &other.restriction_profiles {
                    self.restriction_profiles
                        .entry(key.clone())
                        .or_default()
                        .extend(profiles.iter().cloned());
                }
            }
        }
    }
}

fn keep_newer<T: PartialOrd>(mine: &mut Option<Sourced<T>>, theirs: Option<Sourced<T>>) {
    if rank(mine, &theirs) == Ordering::Less {
        *mine = theirs;
    }
}

/// A fact that is there counts for more than one that is not.
fn rank<T: PartialOrd>(mine: &Option<Sourced<T>>, theirs: &Option<Sourced<T>>) -> Ordering {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => mine.rank(theirs),
        _ => mine.is_some().cmp(&theirs.is_some()),
    }
}

fn rank_sources(mine: Option<&Arc<Source>>, theirs: Option<&Arc<Source>>) -> Ordering {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => mine.rank(theirs),
        _ => mine.is_some().cmp(&theirs.is_some()),
    }
}

/// The flag of the side that leads; of two equal sides, either one's.
fn with_leader(order: Ordering, mine: bool, theirs: bool) -> bool {
    match order {
        Ordering::Less => theirs,
        Ordering::Equal => mine || theirs,
        Ordering::Greater => mine,
    }
}

/// What one document says of one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Which device it speaks of; empty when the document hides it.
    pub identity: Identity,
    /// Why the device is unknown, when `identity` is empty: "User Enrollment hides UDID and serial number".
    pub hidden: Option<String>,
    /// The facts, each from `source`; on the heap, because answers are many and are moved about.
    pub management: Box<Management>,
    /// The document.
    pub source: Arc<Source>,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::super::evidence::TimestampSource;
    use super::*;

    /// Few sources, so that ties come up; facts of one source are one and the same.
    fn source() -> impl Strategy<Value = Arc<Source>> {
        (0i64..3, 0u8..3, 0u8..3).prop_map(|(second, file, clock)| {
            Arc::new(Source {
                path: PathBuf::from(format!("{file}.plist")),
                kind: "DeviceInformation answer".to_owned(),
                observed_at: Timestamp::from_second(second).unwrap(),
                clock: [
                    TimestampSource::Wrapper,
                    TimestampSource::NewestDateInside,
                    TimestampSource::FileTime,
                ][usize::from(clock)],
            })
        })
    }

    fn sourced<T: std::fmt::Debug + Clone>(
        value: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Option<Sourced<T>>> {
        proptest::option::of(
            (value, source()).prop_map(|(value, source)| Sourced::new(value, &source)),
        )
    }

    prop_compose! {
        fn later_facts()(
            enrolled_at in sourced(Just(Timestamp::UNIX_EPOCH)),
            enrolment_ended in sourced(any::<bool>()),
            supplemental_os_version in sourced("[ab]"),
            esim in sourced(any::<bool>()),
            backup_queries_left_out in sourced(proptest::collection::btree_set("[ab]", 0..2)),
            backup_will_be_encrypted in sourced(any::<bool>()),
            capacity in sourced((1.0..2.0).prop_map(|amount| Capacity { amount, unit: CapacityUnit::Gigabytes })),
            battery in sourced(0.0..1.0),
            activation_lock_manageable in sourced(any::<bool>()),
            identity_certificates in sourced(proptest::collection::btree_set(
                (0i64..2, 2i64..4).prop_map(|(from, until)| Validity {
                    from: Timestamp::from_second(from).unwrap(),
                    until: Timestamp::from_second(until).unwrap(),
                }), 0..2)),
            skipped_panes in sourced(proptest::collection::btree_set("[ab]", 0..2)),
            apps_removed_with_enrolment in sourced(proptest::collection::btree_set("[ab]", 0..2)),
        ) -> Management {
            Management {
                last_computer_backup: enrolled_at.clone(),
                enrolled_at, enrolment_ended, supplemental_os_version, esim,
                backup_queries_left_out, backup_will_be_encrypted, capacity, battery,
                activation_lock_manageable, identity_certificates, skipped_panes,
                apps_removed_with_enrolment,
                ..Management::default()
            }
        }
    }

    prop_compose! {
        fn management()(
            later in later_facts(),
            last_contact in sourced(Just(Timestamp::UNIX_EPOCH)),
            not_now: bool,
            cloud_backup_enabled in sourced(any::<bool>()),
            could: bool,
            device_name in sourced("[ab]"),
            storage in sourced((1.0..2.0, 0.0..1.0).prop_map(|(capacity, available)| Storage { capacity, available })),
            profiles in sourced(proptest::collection::btree_map("[ab]", "[ab]", 0..2)),
            setters in proptest::option::of((source(), proptest::collection::btree_map(
                "[ab]", proptest::collection::btree_set("[ab]", 0..2), 0..2))),
        ) -> Management {
            let (restriction_profiles_source, restriction_profiles) = setters.unzip();
            Management {
                not_now: not_now && last_contact.is_some(),
                no_cloud_date_means_never: could && cloud_backup_enabled.is_some(),
                last_contact, cloud_backup_enabled, device_name, storage, profiles,
                restriction_profiles: restriction_profiles.unwrap_or_default(),
                restriction_profiles_source,
                ..later
            }
        }
    }

    fn absorbed(mut mine: Management, theirs: Management) -> Management {
        mine.absorb(theirs);
        mine
    }

    proptest! {
        #[test]
        fn order_of_absorbing_is_no_matter(a in management(), b in management()) {
            prop_assert_eq!(absorbed(a.clone(), b.clone()), absorbed(b, a));
        }

        #[test]
        fn grouping_of_absorbing_is_no_matter(a in management(), b in management(), c in management()) {
            let left = absorbed(absorbed(a.clone(), b.clone()), c.clone());
            prop_assert_eq!(left, absorbed(a, absorbed(b, c)));
        }

        #[test]
        fn absorbing_twice_is_absorbing_once(a in management(), b in management()) {
            let once = absorbed(a, b.clone());
            prop_assert_eq!(absorbed(once.clone(), b), once);
        }
    }

    fn at(second: i64, path: &str) -> Arc<Source> {
        Arc::new(Source {
            path: PathBuf::from(path),
            kind: "DeviceInformation answer".to_owned(),
            observed_at: Timestamp::from_second(second).unwrap(),
            clock: TimestampSource::FileTime,
        })
    }

    #[test]
    fn newer_wins_key_by_key_and_silence_never_wins() {
        let old = Management {
            device_name: Some(Sourced::new("Old".to_owned(), &at(1, "a"))),
            supervised: Some(Sourced::new(true, &at(1, "a"))),
            cloud_backup_enabled: Some(Sourced::new(true, &at(1, "a"))),
            no_cloud_date_means_never: true,
            ..Management::default()
        };
        let new = Management {
            device_name: Some(Sourced::new("New".to_owned(), &at(2, "b"))),
            ..Management::default()
        };
        let both = absorbed(old, new);
        assert_eq!(both.device_name.unwrap().value, "New");
        assert!(both.supervised.unwrap().value);
        assert!(
            both.no_cloud_date_means_never,
            "a newer answer that was not asked takes nothing away"
        );
    }

    #[test]
    fn flags_go_with_the_answer_they_belong_to() {
        let enabled = |second, could| Management {
            cloud_backup_enabled: Some(Sourced::new(true, &at(second, "a"))),
            no_cloud_date_means_never: could,
            last_contact: Some(Sourced::new(Timestamp::UNIX_EPOCH, &at(second, "a"))),
            not_now: could,
            ..Management::default()
        };
        let newest_could_not = absorbed(enabled(1, true), enabled(2, false));
        assert!(!newest_could_not.no_cloud_date_means_never);
        assert!(!newest_could_not.not_now);
        let newest_could = absorbed(enabled(2, true), enabled(1, false));
        assert!(newest_could.no_cloud_date_means_never);
        assert!(newest_could.not_now);
    }

    #[track_caller]
    fn free(capacity: f64, available: f64, want: Option<f64>) {
        assert_eq!(
            Storage {
                capacity,
                available
            }
            .free_ratio(),
            want
        );
    }

    #[test]
    fn free_ratio_needs_sane_figures() {
        free(64.0, 16.0, Some(0.25));
        free(64.0, 0.0, Some(0.0));
        free(64.0, 64.0, Some(1.0));
        free(64.0, 64.1, None);
        free(0.0, 0.0, None);
        free(-1.0, -1.0, None);
        free(f64::NAN, 1.0, None);
    }

    #[track_caller]
    fn bytes(amount: f64, unit: CapacityUnit, want: Option<(f64, f64)>) {
        assert_eq!(Capacity { amount, unit }.bytes(), want);
    }

    #[test]
    fn a_unit_nobody_knows_gives_the_fewest_and_the_most_bytes() {
        bytes(
            64e9,
            CapacityUnit::Bytes,
            Some((64_000_000_000.0, 64_000_000_000.0)),
        );
        bytes(
            64.0,
            CapacityUnit::Gigabytes,
            Some((64_000_000_000.0, 68_719_476_736.0)),
        );
        bytes(
            64_000.0,
            CapacityUnit::Megabytes,
            Some((64_000_000_000.0, 67_108_864_000.0)),
        );
        bytes(0.0, CapacityUnit::Bytes, None);
        bytes(-1.0, CapacityUnit::Gigabytes, None);
        bytes(f64::NAN, CapacityUnit::Gigabytes, None);
        bytes(f64::INFINITY, CapacityUnit::Gigabytes, None);
    }
}
