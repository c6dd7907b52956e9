//! The codes of everything that can be wrong with a device.
//!
//! Codes are never renamed: they stand in CSV files, tickets and waivers and outlive every wording.
//! The order below is the order in which findings of equal severity are listed. A new code goes
//! where its default severity puts it; no code is ever renamed or used again for something else.

use crate::results::{Code, Severity};

/// What there is to say of a code, whatever the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The code.
    pub code: Code,
    /// How bad, unless something else makes it better or worse; docs/findings.md says what.
    pub severity: Severity,
    /// A few words, for headings.
    pub title: &'static str,
    /// One sentence.
    pub meaning: &'static str,
    /// What it takes to find it.
    pub evidence: &'static str,
    /// Does it say by itself that the device has no backup to rely on?
    pub bears_on_status: bool,
    /// Why it cannot occur yet; `None` for a code that can.
    pub not_yet: Option<&'static str>,
}

impl Code {
    /// What there is to say of it.
    ///
    /// ```
    /// use fleetback_report::results::{Code, Severity};
    ///
    /// let code: Code = "backup-stale".parse()?;
    /// assert_eq!(code.about().severity, Severity::Error);
    /// assert_eq!(code.about().title, "The newest good backup is too old");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn about(self) -> &'static About {
        &TABLE[self as usize]
    }
}

/// One row a code, in the order of the enumeration.
const TABLE: [About; 37] = [
    About {
        code: Code::NoBackupPath,
        severity: Severity::Error,
        title: "No way to back up is left",
        meaning: "Restrictions and policy together close every way to back this device up.",
        evidence: "`allowCloudBackup` or the policy closes iCloud, and `allowHostPairing` or the policy closes computers",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::BackupNever,
        severity: Severity::Error,
        title: "Never backed up",
        meaning: "No backup of a kind that the policy asks for has ever been completed, although the evidence would show one.",
        evidence: "an MDM answer that carries `IsCloudBackupEnabled` and no `LastCloudBackupDate`, or scanned roots without a local backup where the policy requires one or forbids iCloud Backup",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::BackupStale,
        severity: Severity::Error,
        title: "The newest good backup is too old",
        meaning: "The newest backup that could be restored is older than the policy's limit.",
        evidence: "the date of the newest good backup",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::BackupGone,
        severity: Severity::Error,
        title: "A local backup is gone",
        meaning: "A backup folder that an earlier run saw is not there any more, and nothing of this device has taken its place.",
        evidence: "the history of earlier runs over the same roots, and the folders of this one",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalNotDownloaded,
        severity: Severity::Error,
        title: "Files of a local backup were not downloaded",
        meaning: "The names of files are in the backup folder and their content is not: it stayed with the service that keeps the folder.",
        evidence: "stubs such as `.NAME.icloud`, and files that have a length and no block on the disk",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalFilesMissing,
        severity: Severity::Error,
        title: "Files are missing from a local backup",
        meaning: "The manifest of a local backup names files that are not on disk: Apple's tools refuse to restore it.",
        evidence: "rows of Manifest.db or Manifest.mbdb without a payload on disk",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalDamaged,
        severity: Severity::Error,
        title: "A local backup is damaged",
        meaning: "Status.plist, a manifest, the keybag or files of a local backup are missing or wrong: Apple's tools refuse to restore it, or restore less than was backed up.",
        evidence: "what the plists and the manifest of the folder hold; from `sizes` on, files that are not what their rows promise",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalPartial,
        severity: Severity::Error,
        title: "A local backup holds a part of the device only",
        meaning: "What is in the folder would restore, and it is not the device: apps, settings or the home folder are not in its list.",
        evidence: "the list of files against the apps that Manifest.plist names and the domains that every device has; without the password, the number of files against the size of the list",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalUnfinished,
        severity: Severity::Error,
        title: "A local backup was never finished",
        meaning: "A local backup stopped before its end, or never began; what lies in the folder cannot be restored, or was not tidied up.",
        evidence: "`BackupState` and `SnapshotState` of Status.plist; a folder that holds Info.plist alone, or nothing of a backup",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalPlaceholder,
        severity: Severity::Error,
        title: "A local backup is a placeholder",
        meaning: "A tool wrote the signs of a finished backup without a backup behind them.",
        evidence: "`finished` in Status.plist beside an empty Manifest.plist, or the zero UUID of a fake backup",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::BackupUnknown,
        severity: Severity::Error,
        title: "Backup state unknown",
        meaning: "No evidence tells whether this device has a backup that counts, or what became of the attempts: the MDM did not say, and no local backup that could be judged was found.",
        evidence: "the absence of every fact that could tell",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::PasswordWrong,
        severity: Severity::Error,
        title: "The recorded backup password is wrong",
        meaning: "None of the passwords that were given opens the encrypted backup.",
        evidence: "the keybag of Manifest.plist",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalNotEncrypted,
        severity: Severity::Error,
        title: "The local backup is not encrypted",
        meaning: "The newest local backup is not encrypted: it holds no saved passwords, Health data, call history or Wi-Fi settings, and whatever account can read the disk can read the rest.",
        evidence: "`IsEncrypted` of Manifest.plist and the first bytes of the manifest",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IcloudBlocked,
        severity: Severity::Error,
        title: "iCloud Backup is blocked by a restriction",
        meaning: "A restriction stops the iCloud backup that the policy allows.",
        evidence: "`allowCloudBackup` = false in the restrictions in force",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IcloudForbidden,
        severity: Severity::Error,
        title: "iCloud Backup is on although it is forbidden",
        meaning: "The device backs up to iCloud although the policy forbids it.",
        evidence: "`IsCloudBackupEnabled` = true",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IcloudOff,
        severity: Severity::Error,
        title: "iCloud Backup is off",
        meaning: "iCloud Backup is switched off on the device and nothing forbids it.",
        evidence: "`IsCloudBackupEnabled` or `CloudBackupEnabled` = false",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IdentityConflict,
        severity: Severity::Error,
        title: "Evidence disagrees about which device this is",
        meaning: "Two pieces of evidence agree on one number of the device and contradict each other on another.",
        evidence: "UDIDs, serial numbers, IMEIs as the files tell them",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::ClockWrong,
        severity: Severity::Error,
        title: "A date cannot be true",
        meaning: "A backup bears a date more than a day after now, or from before there was an iPhone (1970); it counts for nothing.",
        evidence: "the dates in Status.plist, Manifest.plist, Info.plist and the MDM answer",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::SwapPlanned,
        severity: Severity::Warning,
        title: "A swap is planned, and the device is not ready",
        meaning: "The device is to be swapped within the next days; the finding carries what the swap check says of it.",
        evidence: "the planned swap date of the inventory table, and the rules S1 to S22",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::BackupAging,
        severity: Severity::Warning,
        title: "The newest good backup is aging",
        meaning: "The newest backup that could be restored is older than the policy's first limit, and not yet too old.",
        evidence: "the date of the newest good backup",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalAttemptFailed,
        severity: Severity::Warning,
        title: "The last local backup attempt failed",
        meaning: "A later attempt to back up to a computer failed; the older copy is still there.",
        evidence: "`SnapshotState` = uploading beside an older manifest, or an Info.plist date a day and more after Status.plist's",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::RestoreHazard,
        severity: Severity::Warning,
        title: "A restore may stop at some paths",
        meaning: "Files of the backup have paths in decomposed Unicode, at which a restore has been seen to stop.",
        evidence: "the paths of the list of files that are not in composed form (NFC)",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IcloudAttemptsFailing,
        severity: Severity::Warning,
        title: "iCloud backups are failing",
        meaning: "The newest attempts to back up to iCloud ended with an error.",
        evidence: "the iCloud backup's own log inside a local backup",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::IcloudExpiring,
        severity: Severity::Warning,
        title: "The iCloud backup is about to be deleted",
        meaning: "Apple deletes an iCloud backup that was not renewed for 180 days, without a warning.",
        evidence: "`LastCloudBackupDate`",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::DeviceStorageLow,
        severity: Severity::Warning,
        title: "The device is almost full",
        meaning: "The device has hardly any free storage; a backup needs room to work.",
        evidence: "`AvailableDeviceCapacity` against `DeviceCapacity`, or code 106 in the iCloud log",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::HostDiskLow,
        severity: Severity::Warning,
        title: "The computer has no room for the next backup",
        meaning: "The disk with the local backup has less room than the next backup may need.",
        evidence: "free bytes of the volume against the size of the last backup",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::BackupShrunk,
        severity: Severity::Warning,
        title: "The backup has shrunk",
        meaning: "The newest backup is less than half as large as the one before it.",
        evidence: "the sizes of two complete backups of one device",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::LocalNotVerified,
        severity: Severity::Warning,
        title: "The local backup was not checked as the policy asks",
        meaning: "The newest good local backup was not checked as deep, or not as lately, as the policy asks.",
        evidence: "the level and the date of its last check",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::OsUnsupported,
        severity: Severity::Warning,
        title: "iOS has come to its end here",
        meaning: "iCloud Backup has ended for iOS 8 and earlier; and there are models for which Apple makes no version of iOS any more.",
        evidence: "`OSVersion` or `ProductVersion` below 9; a model older than every model of its family in a list of releases",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::DeviceNotSeen,
        severity: Severity::Warning,
        title: "The device has not been seen",
        meaning: "The MDM has not heard from the device for longer than its answers are trusted.",
        evidence: "the newest document of any kind in which the device speaks",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::EvidenceUnreadable,
        severity: Severity::Warning,
        title: "Evidence could not be read",
        meaning: "Something in a backup of this device should have been readable and was not: what it holds is unknown.",
        evidence: "the problems of the backup folder",
        bears_on_status: true,
        not_yet: None,
    },
    About {
        code: Code::HostSilent,
        severity: Severity::Warning,
        title: "A computer has gone silent",
        meaning: "A computer that used to report has not done so.",
        evidence: "the published runs of every host",
        bears_on_status: false,
        not_yet: Some("it needs the published runs of other hosts, which do not exist yet"),
    },
    About {
        code: Code::PasswordMissing,
        severity: Severity::Info,
        title: "The backup password is not proven",
        meaning: "The local backup is encrypted and no password was given to try.",
        evidence: "the keybag of Manifest.plist",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::OsOutdated,
        severity: Severity::Info,
        title: "A newer iOS is out for the model",
        meaning: "There has been a newer version of iOS for this model for longer than the policy allows. A device that has the newest version of an older line (18 beside 26) is not blamed.",
        evidence: "the feed of `--os-feed`, or the built-in table; where both are too old, the newest version on the same model in this fleet",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::NotInInventory,
        severity: Severity::Info,
        title: "Not in the inventory",
        meaning: "Only backups know this device; neither the MDM nor the inventory table does.",
        evidence: "the absence of the device from every MDM document and table",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::MdmLeft,
        severity: Severity::Info,
        title: "Left the MDM",
        meaning: "The MDM says that the device was unenrolled, retired, removed or wiped: it is no longer asked for anything.",
        evidence: "the state of the device in an MDM export, or a check-out",
        bears_on_status: false,
        not_yet: None,
    },
    About {
        code: Code::BackupInProgress,
        severity: Severity::Info,
        title: "A backup is running",
        meaning: "A local backup was being written while it was looked at.",
        evidence: "a modification within six hours before the scan, or during it",
        bears_on_status: false,
        not_yet: None,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_codes() {
        for (row, about) in TABLE.iter().enumerate() {
            assert_eq!(about.code as usize, row, "{}", about.code);
            assert_eq!(
                serde_json::to_string(&about.code).unwrap(),
                format!("\"{}\"", about.code)
            );
            assert_eq!(about.code.id().parse(), Ok(about.code));
        }
        assert!(Code::ALL.is_sorted());
        assert!("Backup-Stale".parse::<Code>().is_err());
    }

    #[test]
    fn severities_have_their_names() {
        for severity in Severity::ALL {
            assert_eq!(severity.id().parse(), Ok(severity));
            assert_eq!(
                serde_json::to_string(&severity).unwrap(),
                format!("\"{severity}\"")
            );
        }
    }

    #[test]
    fn all_codes() {
        let lines: Vec<String> = TABLE
            .iter()
            .map(|about| format!("{:24} {:8} {}", about.code, about.severity, about.title))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
