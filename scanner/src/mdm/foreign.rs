//! Files that are known and are no MDM message: named in a note, so that nobody wonders why a
//! folder of exports tells less than it holds.

/// A kind of file that is recognised and left alone.
#[derive(Debug)]
pub(super) struct Foreign {
    /// The top keys that give it away, all of them.
    keys: &'static [&'static str],
    /// What the note calls it.
    pub(super) name: &'static str,
    /// Where it belongs, if anywhere.
    pub(super) remedy: Option<&'static str>,
}

const fn row(keys: &'static [&'static str], name: &'static str) -> Foreign {
    Foreign {
        keys,
        name,
        remedy: None,
    }
}

const fn of_a_backup(key: &'static [&'static str], name: &'static str) -> Foreign {
    Foreign {
        keys: key,
        name,
        remedy: Some("give the folder that holds the backup as a ROOT, not as an MDM export"),
    }
}

/// Property lists; the first row that fits counts.
pub(super) const PLISTS: &[Foreign] = &[
    row(
        &["PayloadType", "PayloadIdentifier"],
        "a configuration profile",
    ),
    of_a_backup(&["SnapshotState"], "the Status.plist of a local backup"),
    of_a_backup(&["BackupKeyBag"], "the Manifest.plist of a local backup"),
    of_a_backup(&["Target Identifier"], "the Info.plist of a local backup"),
    row(&["UniqueDeviceID"], "an output of ideviceinfo"),
    row(
        &["ProductType", "ProductVersion"],
        "an output of ideviceinfo",
    ),
    row(
        &["WillEncrypt"],
        "an output of ideviceinfo, domain com.apple.mobile.backup",
    ),
    row(
        &["TotalDiskCapacity"],
        "an output of ideviceinfo, domain com.apple.disk_usage",
    ),
];

/// JSON values; the first row that fits counts.
pub(super) const JSON: &[Foreign] = &[
    row(&["$schema"], "a JSON schema"),
    row(&["Type", "Command"], "an output of cfgutil"),
    row(&["Type", "Percent"], "a progress line of cfgutil"),
    row(&["general"], "a device record of Jamf Pro"),
    row(
        &["last_inventory_update_utc"],
        "a device record of Jamf Pro",
    ),
    row(&["mobile_device"], "a device record of Jamf Pro"),
    row(&["totalCount", "results"], "a device list of Jamf Pro"),
    row(
        &["results"],
        "a list of command results, as Fleet writes it",
    ),
    row(&["data", "has_more"], "a device list of SimpleMDM"),
    row(&["StatusItems"], "a declarative status report"),
];

/// The row all of whose keys are there.
pub(super) fn among(
    rows: &'static [Foreign],
    has_key: impl Fn(&str) -> bool,
) -> Option<&'static Foreign> {
    rows.iter()
        .find(|row| row.keys.iter().all(|key| has_key(key)))
}
