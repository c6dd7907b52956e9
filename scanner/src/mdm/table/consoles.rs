//! The table of consoles: by what their exports are recognised, and what their fields mean there and
//! nowhere else.
//!
//! A newcomer would read `lastBackupDate` of Jamf Pro as an iCloud backup. It is filled by enrolled
//! Macs that saw a backup of the device (facts: docs.jamf.com, the inventory setting that collects
//! the backup dates of synced mobile devices). Consoles that are not here, and shapes of which no
//! sample was ever seen, are read by the names of `field` alone.

use super::columns::DeviceField;

/// What stands behind a last iCloud backup that is empty, 0, 1970 or the year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// The console asks every device, and the device had none to tell.
    Never,
    /// Nobody has verified that it asks.
    Unknown,
}

/// A console whose exports are known.
#[derive(Debug)]
pub(crate) struct Console {
    /// The name that the configuration uses.
    pub(crate) id: &'static str,
    /// What the report calls a record of it.
    pub(crate) name: &'static str,
    /// Folded names; all of any one row give it away.
    marks: &'static [&'static [&'static str]],
    /// What a name means here; the earlier row is asked first.
    pub(crate) columns: &'static [(&'static str, DeviceField)],
    /// What no date of the last iCloud backup means, in a record that has the switch and the date.
    pub(crate) no_date: NoDate,
    /// Forms of its dates that would mean two days elsewhere.
    pub(crate) dates: &'static [&'static str],
    /// What it does not tell, in words; empty when nothing is wanting.
    pub(crate) silent_on: &'static str,
}

const JAMF_MEANS: &[(&str, DeviceField)] = &[
    ("lastbackuptimeepoch", DeviceField::LastComputerBackup),
    ("lastbackuptimeutc", DeviceField::LastComputerBackup),
    ("lastbackuptimestamp", DeviceField::LastComputerBackup),
    ("lastbackupdate", DeviceField::LastComputerBackup),
    ("lastbackup", DeviceField::LastComputerBackup),
    ("site.name", DeviceField::Site),
    ("position", DeviceField::Ignore),
    ("room", DeviceField::Ignore),
];

const NO_BACKUP_STATE: &str =
    "it tells nothing of iCloud Backup, neither the switch nor the last date";

/// The first row that fits counts.
pub(crate) const CONSOLES: &[Console] = &[
    Console {
        id: "jamf-pro",
        name: "Jamf Pro device record",
        marks: &[
            &["lastinventoryupdateepoch"],
            &["lastinventoryupdateutc"],
            &["cloudbackupenabled", "lastinventoryupdatedate"],
            &["mobiledeviceid", "lastinventoryupdatedate"],
            &["cloudbackupenabled", "lastcloudbackuptimestamp"],
        ],
        columns: JAMF_MEANS,
        no_date: NoDate::Never,
        dates: &[],
        silent_on: "",
    },
    Console {
        id: "jamf-pro-table",
        name: "Jamf Pro table",
        marks: &[
            &["jssmobiledeviceid"],
            &["jamfpromobiledeviceid"],
            &["lasticloudbackup", "lastinventoryupdate"],
        ],
        columns: JAMF_MEANS,
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: "",
    },
    Console {
        id: "simplemdm",
        name: "SimpleMDM device record",
        marks: &[
            &["attributes.lastseenat", "attributes.serialnumber"],
            &["attributes.iscloudbackupenabled"],
        ],
        columns: &[("uniqueidentifier", DeviceField::Udid)],
        no_date: NoDate::Never,
        dates: &[],
        silent_on: "",
    },
    Console {
        id: "mosyle",
        name: "Mosyle device record",
        marks: &[
            &["deviceudid", "osversion"],
            &["deviceudid", "datelastbeat"],
            &["deviceudid", "totaldisk"],
        ],
        columns: &[
            ("dateinfo", DeviceField::LastInventory),
            ("devicemodel", DeviceField::ProductType),
            ("userid", DeviceField::Ignore),
        ],
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: "",
    },
    Console {
        id: "intune",
        name: "Intune device record",
        marks: &[
            &["lastsyncdatetime", "operatingsystem"],
            &["manageddeviceownertype"],
            &["primaryuserupn", "lastcheckin"],
            &["intuneregistered"],
        ],
        columns: &[
            ("devicecategorydisplayname", DeviceField::Group),
            ("category", DeviceField::Group),
            ("productname", DeviceField::Ignore),
        ],
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: NO_BACKUP_STATE,
    },
    Console {
        id: "kandji",
        name: "Kandji (Iru) device record",
        marks: &[
            &["deviceid", "lastcheckin", "platform"],
            &["blueprintname", "serialnumber"],
            &["blueprintid", "serialnumber"],
        ],
        columns: &[("blueprintname", DeviceField::Group)],
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: NO_BACKUP_STATE,
    },
    Console {
        id: "workspace-one",
        name: "Workspace ONE device record",
        marks: &[&["locationgroupname", "devicefriendlyname"]],
        columns: &[
            ("operatingsystem", DeviceField::OsVersion),
            ("locationgroupname", DeviceField::Group),
            ("username", DeviceField::User),
        ],
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: "it tells the switch of iCloud Backup and no last date",
    },
    Console {
        id: "manageengine",
        name: "ManageEngine MDM table",
        marks: &[
            &["devicelastcontacttime"],
            &["deviceregisteredtime"],
            &["devicelastsuccessfulscan"],
        ],
        columns: &[],
        no_date: NoDate::Unknown,
        dates: &["%d-%m-%Y %H:%M:%S"],
        silent_on: "",
    },
    Console {
        id: "apple-business-manager",
        name: "Apple Business Manager device record",
        marks: &[
            &["attributes.productfamily", "attributes.serialnumber"],
            &["attributes.ordernumber", "attributes.serialnumber"],
        ],
        columns: &[
            ("devicecapacity", DeviceField::Ignore),
            ("status", DeviceField::Ignore),
        ],
        no_date: NoDate::Unknown,
        dates: &[],
        silent_on: "it tells which devices there are, and nothing of their state",
    },
];

/// Everything else.
pub(crate) const GENERIC: &Console = &Console {
    id: "table",
    name: "device table",
    marks: &[],
    columns: &[],
    no_date: NoDate::Unknown,
    dates: &[],
    silent_on: "",
};

impl Console {
    /// The console whose marks are all there, and those marks.
    pub(crate) fn detect(
        has: impl Fn(&str) -> bool,
    ) -> Option<(&'static Self, &'static [&'static str])> {
        CONSOLES.iter().find_map(|console| {
            let mut rows = console.marks.iter();
            let row = rows.find(|marks| marks.iter().all(|mark| has(mark)))?;
            Some((console, *row))
        })
    }

    /// What a name means here and nowhere else.
    pub(crate) fn meaning(&self, bare: &str) -> Option<(DeviceField, usize)> {
        let place = self.columns.iter().position(|(name, _)| *name == bare)?;
        Some((self.columns[place].1, place))
    }
}

/// The names by which the configuration may call a source.
pub fn ids() -> impl Iterator<Item = &'static str> {
    CONSOLES.iter().chain([GENERIC]).map(|console| console.id)
}
