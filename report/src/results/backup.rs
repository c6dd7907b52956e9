//! Local and iCloud backups of a device.

use std::borrow::Cow;
use std::path::PathBuf;

use fleetback_scanner::model::backup::{
    FileCount, FileDifference, FileName, HostTool, ListedData, Password, Restorable, State,
    Verified,
};
use fleetback_scanner::model::path_text;
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::BackupKind;
use super::source::SourceId;

/// The backup that would be restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoodBackup {
    /// Local or iCloud.
    pub kind: BackupKind,
    /// When it was completed.
    pub date: Timestamp,
    /// The folder; `None` for iCloud.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "path_text::lossy_option"
    )]
    #[schemars(with = "Option<PathBuf>")]
    pub path: Option<PathBuf>,
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

impl Attempt {
    /// The attempt that became a good backup.
    pub(crate) fn complete(good: &GoodBackup) -> Self {
        Self {
            at: good.date,
            result: "complete".to_owned(),
            kind: good.kind,
        }
    }
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
    /// The UDID in the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udid: Option<String>,
    /// The serial number in the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Does nothing but the folder's name say whose backup it is? Absent where a plist says it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named_by_folder_only: bool,
    /// An archived copy.
    #[serde(default)]
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
    #[serde(default)]
    pub encrypted: Option<bool>,
    /// Is its password known to open it?
    pub password: Password,
    /// When what could be restored was completed (device clock).
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// Info.plist `Last Backup Date` (host clock).
    #[serde(default)]
    pub info_date: Option<Timestamp>,
    /// Manifest.plist `Date` (device clock).
    #[serde(default)]
    pub manifest_date: Option<Timestamp>,
    /// Status.plist `Date` (device clock).
    #[serde(default)]
    pub status_date: Option<Timestamp>,
    /// "18.1".
    #[serde(default)]
    pub os_version: Option<String>,
    /// `Product Version` of Info.plist, which the computer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info_os_version: Option<String>,
    /// `RequiredProductVersion` of Manifest.plist: the oldest system that may restore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_os_version: Option<String>,
    /// How deep it was checked, and when.
    pub verified: Verified,
    /// `None` before a check.
    #[serde(default)]
    pub files: Option<FileCount>,
    /// Was the check taken over from an earlier run, because nothing has changed since?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recalled: bool,
    /// The first of the missing files.
    #[serde(default)]
    pub missing_sample: Vec<FileName>,
    /// The first payloads that no row of the manifest names, below the folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_sample: Vec<String>,
    /// The first payloads that differ from what their rows say, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub different_sample: Vec<FileDifference>,
    /// Data that people miss first; `null` where the list of files was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_data: Option<ListedData>,
    /// Are its files, by hard links, those of another backup of this device? Then it is no second
    /// copy. Of folders that share their files all but one say so.
    #[serde(default)]
    pub hard_linked: bool,
    /// When the password was proven, and where it came from; never the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_proof: Option<Proof>,
    /// What in this folder could not be used.
    #[serde(default)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The newest known date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_date: Option<Timestamp>,
    /// The document of the date, or else of the switch: its place in `sources` of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// The key or the part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'static, str>>,
    /// When that was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// Is a date evidence enough to count (policy allows iCloud, inventory trusted, under 180 days)?
    pub good: bool,
    /// Attempts from the iCloud log inside local backups, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<IcloudAttempt>,
    /// What a document says of iCloud Backup and could not be read, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
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
    /// What the code means; `None` for an unknown code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
}
