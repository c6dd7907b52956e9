//! The judged fleet: what `--json` writes, what `report` reads again, and the one thing that every
//! renderer starts from.
//!
//! A promise to users: fields may be added, none changes its meaning, unknown is `null` and never
//! 0, "" or a date in 1970. Instants are RFC 3339 in UTC.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fleetback_scanner::model::backup::{
    FileCount, FileDifference, FileName, HostTool, Password, Restorable, State, Verified,
};
use fleetback_scanner::model::management::{CapacityUnit, Validity};
use fleetback_scanner::model::path_text;
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::finding::{Code, Severity};
use crate::fix::{Confidence, FixId};
use crate::pattern::kind::PatternKind;

/// The version of this shape; raised only when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// One judged run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the program that wrote it.
    pub tool_version: String,
    /// Name of the run, given by the command line.
    pub run_id: String,
    /// The run's `now`.
    pub scanned_at: Timestamp,
    /// The computer that scanned.
    pub scan_host: String,
    /// The policy that judged.
    pub policy: PolicyUsed,
    /// Counts over `devices`, `problems`.
    pub summary: Summary,
    /// Every device, worst first.
    pub devices: Vec<Device>,
    /// Everything that could not be used, each once; those of single backups are here too.
    pub problems: Vec<Problem>,
    /// Evidence that no device can be told from (User Enrollment).
    pub unmatched: Vec<Unmatched>,
    /// The computers whose disks were read.
    pub hosts: Vec<Host>,
    /// The roots as given, with the number of backups found below each.
    pub roots: Vec<Root>,
    /// Every waiver of the policy, used or not.
    pub waivers: Vec<WaiverUse>,
    /// One cause behind many devices, the strongest first.
    #[serde(default)]
    pub patterns: Vec<Pattern>,
    /// What earlier runs add; `None` for a run without a history.
    #[serde(default)]
    pub history: Option<Past>,
}

/// One cause behind many devices, told from what they have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pattern {
    /// Its name in this run, to which findings point: "outage", "site:Lyon".
    pub id: String,
    /// What the devices have in common.
    pub kind: PatternKind,
    /// The site, the build, the profile or the computer; `None` for an outage.
    pub what: Option<String>,
    /// Those that missed: serial number, else UDID.
    pub devices: Vec<String>,
    /// How many missed.
    pub missed: u64,
    /// Of so many that could have: healthy before, and heard of since.
    pub of: u64,
    /// When the first night that was missed began.
    pub since: Timestamp,
    /// How many nights that is.
    pub nights: u64,
    /// Which part of them usually misses, 0 to 1.
    pub usual_rate: f64,
    /// How likely a run shows any pattern of this strength by accident, at most; a power of ten.
    pub probability: f64,
    /// What it points to, in one sentence.
    pub cause: String,
    /// Why, in one plain sentence with the evidence in it.
    pub reason: String,
    /// What to do.
    pub likely_fix: LikelyFix,
    /// What to try if it persists.
    pub next_fix: Option<FixId>,
    /// How sure.
    pub confidence: Confidence,
}

/// What earlier runs add to the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Past {
    /// Earlier runs that are remembered.
    pub runs: u64,
    /// The oldest of them; `None` when this is the first run.
    pub first_run: Option<Timestamp>,
    /// The run that `change` is counted from; `None` when there was none.
    pub compared_with: Option<ComparedRun>,
    /// Devices of the fleet by their change; empty without a run to compare with.
    pub changes: BTreeMap<Change, u64>,
    /// Devices that the compared run saw and this one did not.
    pub gone: Vec<Gone>,
    /// Nights of the strip, since the first run, on which fleetback did not run.
    pub nights_missed: u64,
    /// The date of the last letter of every strip, `yyyy-mm-dd`.
    pub strip_ends: String,
    /// What became of the fixes that were shown.
    pub fixes: Vec<FixOutcome>,
}

/// An earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedRun {
    /// Its name.
    pub run_id: String,
    /// Its `now`.
    pub scanned_at: Timestamp,
}

/// A device that is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Gone {
    /// Serial number.
    pub serial_number: Option<String>,
    /// UDID.
    pub udid: Option<String>,
    /// The first 14 digits of the IMEI, or the MEID.
    pub imei: Option<String>,
    /// What it was.
    pub status: Status,
    /// The worst of its findings that no waiver covered.
    pub severity: Option<Severity>,
}

/// How often a fix was shown, and how often a good backup followed. That it followed is no proof
/// that the fix was what helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixOutcome {
    /// The fix.
    pub fix: FixId,
    /// Troubles in which it was shown.
    pub shown: u64,
    /// Troubles that ended while it was the last fix shown.
    pub recovered: u64,
    /// Troubles in which it is shown now.
    pub open: u64,
}

/// What of the policy a reader of the report needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyUsed {
    /// "built-in", or the name that the policy file gives itself, else its file name.
    pub name: String,
    /// Older than this is `aging`, in days.
    pub aging_days: f64,
    /// Older than this is `stale`, in days.
    pub stale_days: f64,
    /// Older than this makes `backup-stale` critical, in days.
    pub critical_days: f64,
    /// MDM evidence older than this is not trusted, in days.
    pub inventory_trusted_days: f64,
    /// `required`, `allowed` or `forbidden`.
    pub icloud: String,
    /// Backups to a computer: `required`, `allowed` or `forbidden`.
    pub local: String,
    /// Must local backups be encrypted?
    pub encryption_required: bool,
    /// Must the password of an encrypted backup be proven?
    pub password_required: bool,
    /// For a swap a backup must not be older than this, in hours.
    #[serde(default = "swap_hours")]
    pub swap_hours: f64,
    /// An iCloud backup of this age or more is about to expire, in days.
    #[serde(default = "icloud_expiring_days")]
    pub icloud_expiring_days: f64,
    /// An iCloud backup older than this has probably been deleted by Apple, in days.
    #[serde(default = "icloud_ignored_days")]
    pub icloud_ignored_days: f64,
    /// Whose words it starts from: `default`, `cis-enterprise`, `stig`, `cis-byod`.
    #[serde(default)]
    pub preset: Option<String>,
    /// How deep the newest good local backup must have been checked: `any`, `names`, `sizes`,
    /// `contents`.
    #[serde(default)]
    pub verification: Option<String>,
    /// A check older than this does not count for it, in days.
    #[serde(default)]
    pub verification_days: Option<f64>,
    /// Is an outdated iOS more than a remark?
    #[serde(default)]
    pub os_required: Option<bool>,
    /// Nobody is told of a newer iOS before it has been out for so many days.
    #[serde(default)]
    pub os_grace_days: Option<f64>,
    /// A waiver that ends within so many days is told; only in the policy as a whole.
    #[serde(default)]
    pub waiver_warning_days: Option<f64>,
    /// Groups of devices of which something else is asked, in the order of the policy; the first
    /// that a device belongs to counts.
    #[serde(default)]
    pub groups: Vec<GroupUsed>,
}

/// A group of the policy, and what is asked of its devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupUsed {
    /// Its name.
    pub name: String,
    /// Devices of this fleet that belong to it.
    pub devices: u64,
    /// Everything that is asked of them, under the name of the whole policy.
    pub policy: PolicyUsed,
}

impl PolicyUsed {
    /// What is asked of a device: by its group, else of everybody.
    pub fn of(&self, device: &Device) -> &Self {
        let mut groups = self.groups.iter();
        let own = groups.find(|group| Some(&group.name) == device.policy_group.as_ref());
        own.map_or(self, |group| &group.policy)
    }
}

// What held before these limits stood in the results.

fn swap_hours() -> f64 {
    24.0
}

fn icloud_expiring_days() -> f64 {
    150.0
}

fn icloud_ignored_days() -> f64 {
    180.0
}

/// Counts. Every key of an enumeration is present, also with 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Devices in all, those listed apart included.
    pub devices: u64,
    /// Devices that would lose data tonight: neither waived nor listed apart, with a status other
    /// than `protected` or `aging`.
    pub at_risk: u64,
    /// Devices listed apart: known from old backups only, although there is an inventory.
    pub listed_apart: u64,
    /// Devices whose every finding that weighs is waived, see [`Device::is_waived`].
    pub waived: u64,
    /// By status.
    pub status: BTreeMap<Status, u64>,
    /// By severity; `none` for devices with no finding.
    pub severity: BTreeMap<String, u64>,
    /// By finding code: devices that have it. Only codes that occur.
    pub findings: BTreeMap<Code, u64>,
    /// By likely fix of a device's first finding. Only fixes that occur.
    pub fixes: BTreeMap<FixId, u64>,
    /// Local backups.
    pub backups: u64,
    /// Problems by level: `note`, `incomplete`.
    pub problems: BTreeMap<String, u64>,
}

impl Summary {
    /// The devices that the verdict speaks of: all but those listed apart.
    pub fn devices_counted(&self) -> u64 {
        self.devices.saturating_sub(self.listed_apart)
    }
}

/// One word for a device.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A good backup in date.
    Protected,
    /// A good backup that grows old.
    Aging,
    /// The newest good backup is too old.
    Stale,
    /// Attempts, and no good backup that is not too old.
    Failed,
    /// No backup and no attempt, although the evidence could have told of one.
    Never,
    /// Nobody can tell.
    Unknown,
}

/// One device, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// UDID in Apple's spelling.
    pub udid: Option<String>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// Name as the device reports it; untrusted text.
    pub device_name: Option<String>,
    /// "iPhone12,1".
    pub product_type: Option<String>,
    /// Marketing name where one is known, else what the MDM calls the model.
    pub model: Option<String>,
    /// "18.1".
    pub os_version: Option<String>,
    /// "22B83".
    pub build_version: Option<String>,
    /// Is that version the newest that the model can have?
    #[serde(default)]
    pub os: Os,
    /// IMEI of the first SIM, digits only.
    pub imei: Option<String>,
    /// The IMEI of every SIM, digits only.
    #[serde(default)]
    pub imeis: Vec<String>,
    /// MEID.
    #[serde(default)]
    pub meid: Option<String>,
    /// ECID, "0x1A75D23A2B803A": as told, or the one inside the UDID.
    #[serde(default)]
    pub ecid: Option<String>,
    /// ICCID of the first SIM, digits only.
    pub iccid: Option<String>,
    /// User, from the inventory table.
    pub user: Option<String>,
    /// E-mail address, from the inventory table.
    pub email: Option<String>,
    /// Department, from the inventory table.
    pub department: Option<String>,
    /// Site, from the inventory table.
    pub site: Option<String>,
    /// Group of devices, from the inventory table.
    #[serde(default)]
    pub group: Option<String>,
    /// Tags, from the inventory table.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The day on which the device is to be swapped, from the inventory table.
    #[serde(default)]
    pub planned_swap: Option<Date>,

    /// The one word.
    pub status: Status,
    /// The worst of the findings that no waiver covers; `None` when there is none.
    pub severity: Option<Severity>,
    /// The newest good backup.
    pub last_good_backup: Option<GoodBackup>,
    /// Whole days from the last good backup to `scanned_at`.
    pub age_days: Option<i64>,
    /// The policy's limit for this device, in days.
    pub max_age_days: f64,
    /// The group of the policy that it belongs to; `null` when it belongs to none.
    #[serde(default)]
    pub policy_group: Option<String>,
    /// The newest attempt of any kind that is newer than, or is, the last good backup.
    pub last_attempt: Option<Attempt>,
    /// Local backups, newest first.
    pub backups: Vec<Backup>,
    /// iCloud backups, as far as evidence tells.
    pub icloud: Icloud,
    /// What the MDM knows; `None` when no MDM document speaks of the device.
    pub mdm: Option<Mdm>,
    /// Worst first; ties in the order of the codes.
    pub findings: Vec<Finding>,
    /// Known only from old backups although there is an inventory: findings are capped at info.
    pub listed_apart: bool,
    /// Is it in the inventory? `None` when there is no inventory.
    pub in_inventory: Option<bool>,
    /// May it be wiped? `ready`, `ready-with-losses`, `not-ready` or `unknown`, with no new device
    /// named; `null` in results of before there was a verdict.
    pub swap: Option<String>,
    /// Change since the last run; `null` without an earlier run to compare with.
    pub change: Option<Change>,
    /// What earlier runs add; `null` for a run without a history.
    #[serde(default)]
    pub history: Option<PastOfDevice>,
}

/// What earlier runs add to a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PastOfDevice {
    /// The first run of the unbroken row of runs in which it has failed up to now; `None` when it
    /// does not fail.
    pub first_failing: Option<Timestamp>,
    /// Nights since then on which fleetback ran and saw it fail, this one among them.
    pub nights_failing: Option<u64>,
    /// One letter a night, oldest first, this night last: `g` good, `a` aging, `f` failing, `u`
    /// unknown, `.` the device was not seen, `-` fleetback did not run.
    pub nights: String,
    /// Sizes of its complete local backups, oldest first.
    pub sizes: Vec<SizeThen>,
    /// The trouble that has ended, until the next night.
    pub recovered: Option<Recovered>,
}

/// How large a complete local backup was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SizeThen {
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Its payload.
    pub bytes: u64,
}

/// A trouble that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recovered {
    /// What it was.
    pub code: Code,
    /// The fix that was shown last.
    pub fix: FixId,
    /// When it began.
    pub since: Timestamp,
    /// Nights on which it was seen.
    pub nights: u64,
}

/// How a device's version of iOS stands to what there is for its model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Os {
    /// The one word.
    pub verdict: OsVerdict,
    /// How sure: an old list makes nobody sure. `None` for `unknown`.
    pub confidence: Option<Confidence>,
    /// The newest version for the model.
    pub newest: Option<String>,
    /// The newest for the model that bears the device's own first number.
    pub newest_same_major: Option<String>,
    /// Whole days since the first release for the model that is newer than what the device runs, as
    /// far as the list goes back. Only where the device is behind.
    pub days_behind: Option<i64>,
    /// Is that release so young that nobody is blamed yet?
    pub in_grace: bool,
    /// Who says what is newest: a feed, the built-in table, or the fleet itself.
    pub source: Option<String>,
    /// The last day that this source knows of; `None` for the fleet.
    #[schemars(with = "Option<String>")]
    pub source_date: Option<Date>,
}

/// One word for a version of iOS.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OsVerdict {
    /// There is no newer version for the model.
    Current,
    /// There is a newer one with the same first number.
    BehindMinor,
    /// There is a newer one with a greater first number, and the device is not the newest of its own.
    BehindMajor,
    /// The newest of its own first number, while a greater one is offered: no blame.
    SupportedOlder,
    /// Apple has no version for the model any more.
    Unsupported,
    /// Nobody can tell.
    #[default]
    Unknown,
}

/// The backup that would be restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoodBackup {
    /// Local or iCloud.
    pub kind: BackupKind,
    /// When it was completed.
    pub date: Timestamp,
    /// The folder; `None` for iCloud.
    #[serde(serialize_with = "path_text::lossy_option")]
    #[schemars(with = "Option<PathBuf>")]
    pub path: Option<PathBuf>,
}

/// Where a backup lies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKind {
    /// A folder on a computer.
    Local,
    /// Apple's iCloud.
    Icloud,
}

/// An attempt to back up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// "complete", "unfinished", "attempt-failed", "files missing", "icloud 303", …
    pub result: String,
    /// Local or iCloud.
    pub kind: BackupKind,
}

/// One local backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// The folder.
    #[serde(serialize_with = "path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// The computer it lies on.
    pub host: String,
    /// The folder's own name.
    pub folder_name: String,
    /// The UDID that the backup tells.
    #[serde(default)]
    pub udid: Option<String>,
    /// The serial number that the backup tells.
    #[serde(default)]
    pub serial_number: Option<String>,
    /// An archived copy.
    pub archived: bool,
    /// Which program wrote it.
    pub kind_of_host_tool: HostTool,
    /// What Status.plist and the manifests say.
    pub state: State,
    /// Why, in plain words.
    pub state_reason: String,
    /// What the check says.
    pub restorable: Restorable,
    /// Why, in plain words.
    pub restorable_reason: String,
    /// Does the policy take it as good?
    pub good: bool,
    /// Is the payload encrypted?
    pub encrypted: Option<bool>,
    /// Is its password known to open it?
    pub password: Password,
    /// When what could be restored was completed (device clock).
    pub completed_at: Option<Timestamp>,
    /// Info.plist `Last Backup Date` (host clock).
    pub info_date: Option<Timestamp>,
    /// Manifest.plist `Date` (device clock).
    pub manifest_date: Option<Timestamp>,
    /// Status.plist `Date` (device clock).
    pub status_date: Option<Timestamp>,
    /// "18.1".
    pub os_version: Option<String>,
    /// How deep it was checked, and when.
    pub verified: Verified,
    /// `None` before a check.
    pub files: Option<FileCount>,
    /// Was the check taken over from an earlier night, because nothing has changed since?
    #[serde(default)]
    pub recalled: bool,
    /// The first of the missing files.
    pub missing_sample: Vec<FileName>,
    /// The first payloads that no row of the manifest names, below the folder.
    #[serde(default)]
    pub extra_sample: Vec<String>,
    /// The first payloads that differ from what their rows say, and how.
    #[serde(default)]
    pub different_sample: Vec<FileDifference>,
    /// When the password was proven, and where it came from; never the password.
    #[serde(default)]
    pub password_proof: Option<Proof>,
    /// What in this folder could not be used.
    pub problems: Vec<Problem>,
}

/// A password was proven to open a backup's keybag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// When; earlier than the run where an older proof still holds.
    pub at: Timestamp,
    /// Name of the password's source: "passwords.csv line 3", "password command".
    pub source: String,
}

/// iCloud backups of a device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Icloud {
    /// The switch.
    pub enabled: Option<bool>,
    /// The newest date told.
    pub last_date: Option<Timestamp>,
    /// Which document told the date, or else the switch.
    pub source: Option<String>,
    /// When that was true.
    pub observed_at: Option<Timestamp>,
    /// Is a date evidence enough to count (policy allows iCloud, inventory trusted, under 180 days)?
    pub good: bool,
    /// Attempts from the iCloud log inside local backups, newest first.
    pub attempts: Vec<IcloudAttempt>,
}

/// One attempt out of the iCloud log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IcloudAttempt {
    /// When.
    pub at: Timestamp,
    /// `MBErrorDomain`, …
    pub domain: String,
    /// 0 is success.
    pub code: i64,
    /// What the code means; `None` for one nobody has explained.
    pub meaning: Option<String>,
}

/// What the MDM knows of a device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mdm {
    /// The newest contact of any kind.
    pub last_seen: Option<Timestamp>,
    /// The document of the newest contact, and which clock told its age.
    pub source: Option<String>,
    /// Is that evidence young enough to be trusted?
    pub trusted: bool,
    /// Supervised.
    pub supervised: Option<bool>,
    /// User Enrollment.
    pub user_enrollment: Option<bool>,
    /// Lost mode.
    pub lost_mode: Option<bool>,
    /// Find My.
    pub find_my: Option<bool>,
    /// Activation Lock.
    pub activation_lock: Option<bool>,
    /// Storage in all, in the device's own unit.
    pub capacity: Option<f64>,
    /// Storage free, in the same unit.
    pub available: Option<f64>,
    /// The restrictions that bear on backup.
    pub restrictions: BTreeMap<String, bool>,
    /// Which profile sets them: key -> profile identifiers.
    pub restriction_profiles: BTreeMap<String, Vec<String>>,
    /// Managed apps whose data no backup holds.
    pub apps_barred_from_backup: Vec<String>,
    /// Managed apps that go when the enrolment goes; their data returns to the same device only.
    #[serde(default)]
    pub apps_removed_with_enrolment: Vec<String>,
    /// When the device enrolled.
    #[serde(default)]
    pub enrolled_at: Option<Timestamp>,
    /// Is it no longer enrolled?
    #[serde(default)]
    pub enrolment_ended: Option<bool>,
    /// Waits in Setup Assistant.
    #[serde(default)]
    pub awaiting_configuration: Option<bool>,
    /// Shared iPad.
    #[serde(default)]
    pub shared_ipad: Option<bool>,
    /// Has an eSIM.
    #[serde(default)]
    pub esim: Option<bool>,
    /// Can this MDM lift Activation Lock?
    #[serde(default)]
    pub activation_lock_manageable: Option<bool>,
    /// Is a passcode set?
    #[serde(default)]
    pub passcode_present: Option<bool>,
    /// Panes of Setup Assistant that are skipped (`Restore`, `DeviceToDeviceMigration`, ...); empty
    /// when it is told that none is.
    #[serde(default)]
    pub skipped_panes: Option<Vec<String>>,
    /// The validity of the device's identity certificates.
    #[serde(default)]
    pub identity_certificates: Option<Vec<Validity>>,
    /// Storage in all, with the unit in which it was told.
    #[serde(default)]
    pub capacity_told: Option<CapacityTold>,
    /// Battery, 0 to 1.
    #[serde(default)]
    pub battery: Option<f64>,
    /// The letter of a small security update: "(a)".
    #[serde(default)]
    pub supplemental_os_version: Option<String>,
    /// The last backup to a computer that the device or its console speaks of. Nobody has looked at
    /// that backup.
    #[serde(default)]
    pub last_computer_backup: Option<Timestamp>,
    /// Will the next backup to a computer be encrypted?
    #[serde(default)]
    pub backup_will_be_encrypted: Option<bool>,
    /// Of the queries about backups, those that were not asked; empty when all were, `null` when
    /// nobody knows.
    #[serde(default)]
    pub backup_queries_left_out: Option<Vec<String>>,
    /// Did an answer tell the restrictions in force?
    #[serde(default)]
    pub restrictions_told: bool,
    /// Did an answer list the managed apps?
    #[serde(default)]
    pub managed_apps_told: bool,
}

/// Storage in all, as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityTold {
    /// How many.
    pub amount: f64,
    /// Of what; nobody says whether a megabyte or gigabyte is of base 10 or base 2.
    pub unit: CapacityUnit,
}

/// Something wrong with a device, why, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The code.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
    /// What the evidence points to, in one plain sentence.
    pub cause: String,
    /// What to do.
    pub likely_fix: LikelyFix,
    /// How sure.
    pub confidence: Confidence,
    /// Why this fix, in one plain sentence with the evidence in it.
    pub why: String,
    /// What to try if it persists.
    pub next_fix: Option<FixId>,
    /// The waiver that covers it.
    pub waived: Option<Waiver>,
    /// The pattern of the fleet that explains it, see [`Results::patterns`].
    #[serde(default)]
    pub pattern: Option<String>,
    /// The rule of docs/findings.md that gave the cause: "C3".
    #[serde(default)]
    pub rule: String,
    /// What earlier runs add; `null` for a run without a history.
    #[serde(default)]
    pub history: Option<PastOfFinding>,
    /// The rules of the preset's benchmark that speak of it; empty without a preset.
    #[serde(default)]
    pub references: Vec<Reference>,
}

/// A rule of a benchmark, under one of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Who gave the name: "CIS iOS Benchmark", "DISA STIG for iOS 26".
    pub source: String,
    /// The name: "3.2.1.4".
    pub id: String,
    /// What the rule demands: "allowCloudBackup = false".
    pub demands: String,
}

/// What earlier runs add to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastOfFinding {
    /// The first run of this trouble.
    pub since: Timestamp,
    /// Nights on which fleetback ran and saw it, this one among them.
    pub nights: u64,
    /// The first run that showed the likely fix.
    pub fix_since: Timestamp,
    /// Nights on which the likely fix was shown, this one among them.
    pub fix_nights: u64,
    /// Other fixes that were shown before, oldest first.
    pub tried: Vec<Tried>,
    /// Does direct evidence name the cause? An escalated fix is never more than a guess.
    pub cause_is_certain: bool,
}

/// A fix that was shown, and did not end the trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// The fix.
    pub fix: FixId,
    /// The first run that showed it.
    pub since: Timestamp,
    /// Nights on which it was shown.
    pub nights: u64,
}

/// One fact a finding rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The fact in plain words.
    pub text: String,
    /// File and key it was read from.
    pub source: String,
    /// When it was true.
    pub observed_at: Option<Timestamp>,
}

/// A fix, made ready for this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LikelyFix {
    /// Its id.
    pub id: FixId,
    /// "Check the storage space".
    pub title: String,
    /// 1 to 8 for the article's fixes, `null` for the others.
    pub article_step: Option<u8>,
    /// The steps for this device's iOS.
    pub steps: Vec<String>,
    /// Who acts: "user", "admin", "Apple".
    pub who: String,
    /// What it may destroy; `None` when nothing.
    pub may_destroy: Option<String>,
    /// A message ready to send to the device's user; `None` where no user is asked.
    #[serde(default)]
    pub message: Option<String>,
    /// What to hand to Apple Support; only with `contact-apple-support`.
    #[serde(default)]
    pub hand_over: Option<String>,
}

/// A waiver as it was applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// The last day it holds, `yyyy-mm-dd`; `None` for one without end.
    pub until: Option<String>,
}

/// A waiver of the policy and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverUse {
    /// Serial number or UDID it names; `None` for the waiver of a group.
    pub device: Option<String>,
    /// The group of the policy whose devices it is for.
    #[serde(default)]
    pub group: Option<String>,
    /// Devices of this fleet that it names; `None` in results of before they were counted.
    #[serde(default)]
    pub devices: Option<u64>,
    /// The code it covers; `None` for all.
    pub code: Option<Code>,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub until: Option<String>,
    /// `used`, `unused`, `expired`.
    pub state: String,
    /// Does it end within `waiver_warning_days` of the policy?
    #[serde(default)]
    pub expiring: bool,
}

/// A computer whose disk was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Local backups on it.
    pub backups: u64,
    /// Free bytes on the volume.
    pub disk_free: Option<u64>,
    /// Bytes of the volume.
    pub disk_total: Option<u64>,
}

/// A root that was scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Root {
    /// As given.
    #[serde(serialize_with = "path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// Backups found below it.
    pub backups: u64,
}

/// Evidence that belongs to no device we can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unmatched {
    /// Why.
    pub reason: String,
    /// The document.
    pub source: String,
}
