//! The table of consoles: by what their exports are recognised, and what their fields mean there and
//! nowhere else.
//!
//! `lastBackupDate` of Jamf Pro is no iCloud backup. It is filled by enrolled
//! Macs that saw a backup of the device (facts: docs.jamf.com, the inventory setting that collects
//! the backup dates of synced mobile devices). Consoles that are not here, and shapes of which no
//! sample was ever seen, are read by the names of `columns` alone.

use super::columns::DeviceField;
use crate::mdm::date::written::DateOrder;

/// What stands behind a last iCloud backup that is empty, 0, 1970 or the year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// The console asks every device, and the device had none.
    Never,
    /// It is not verified that it asks.
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
    /// The order of day and month in its dates, where nothing else decides it.
    pub(crate) order: Option<DateOrder>,
    /// Does it hold iPhones and iPads and nothing else?
    pub(crate) only_ours: bool,
    /// Are its "no" and 0 those of a record that is still empty, until an inventory was collected?
    pub(crate) zero_until_collected: bool,
    /// What it does not say, in words; empty when nothing is missing.
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

const ASSETS: &str = "a list of assets says whose a device is, and nothing of its state";

const NO_BACKUP_STATE: &str =
    "it says nothing of iCloud Backup, neither the switch nor the last date";

/// What most consoles are.
const USUAL: Console = Console {
    id: "table",
    name: "device table",
    marks: &[],
    columns: &[],
    no_date: NoDate::Unknown,
    order: None,
    only_ours: false,
    zero_until_collected: false,
    silent_on: "",
};

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
            &["modeldisplay", "modelidentifier", "serialnumber"],
        ],
        columns: JAMF_MEANS,
        no_date: NoDate::Never,
        only_ours: true,
        ..USUAL
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
        only_ours: true,
        ..USUAL
    },
    Console {
        id: "simplemdm",
        name: "SimpleMDM device record",
        marks: &[
            &["attributes.lastseenat", "attributes.serialnumber"],
            &["attributes.iscloudbackupenabled"],
        ],
        columns: &[
            ("uniqueidentifier", DeviceField::Udid),
            ("status", DeviceField::MdmState),
        ],
        no_date: NoDate::Never,
        ..USUAL
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
            ("status", DeviceField::Ignore),
        ],
        ..USUAL
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
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "kandji",
        name: "Kandji (Iru) device record",
        marks: &[
            &["deviceid", "lastcheckin", "platform"],
            &["blueprintname", "serialnumber"],
            &["blueprintid", "serialnumber"],
        ],
        columns: &[
            ("blueprintname", DeviceField::Group),
            ("uuid", DeviceField::Udid),
        ],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "workspace-one",
        name: "Workspace ONE device record",
        marks: &[
            &["locationgroupname", "devicefriendlyname"],
            &["devicefriendlyname", "lastseen"],
            &["devicefriendlyname", "enrollmentstatus"],
        ],
        columns: &[
            ("operatingsystem", DeviceField::OsVersion),
            ("locationgroupname", DeviceField::Group),
            ("username", DeviceField::User),
            ("enrollmentstatus", DeviceField::MdmState),
        ],
        silent_on: "it has the switch of iCloud Backup and no last date",
        ..USUAL
    },
    Console {
        id: "manageengine",
        name: "ManageEngine MDM table",
        marks: &[
            &["devicelastcontacttime"],
            &["deviceregisteredtime"],
            &["devicelastsuccessfulscan"],
        ],
        order: Some(DateOrder::DayFirst),
        ..USUAL
    },
    Console {
        id: "apple-business-manager",
        name: "Apple Business Manager device record",
        marks: &[
            &["attributes.productfamily", "attributes.serialnumber"],
            &["attributes.ordernumber", "attributes.serialnumber"],
            &["deviceerasestatus", "serialnumber"],
            &["devicelockstatus", "serialnumber"],
        ],
        columns: &[
            ("devicecapacity", DeviceField::Ignore),
            ("status", DeviceField::Ignore),
            ("type", DeviceField::Ignore),
            ("deviceerasestatus", DeviceField::MdmState),
        ],
        silent_on: "it says nothing of backups",
        ..USUAL
    },
    Console {
        id: "fleet",
        name: "Fleet host",
        marks: &[
            &["hardwareserial", "platform"],
            &["hardwareserial", "detailupdatedat"],
        ],
        columns: &[
            ("uuid", DeviceField::Udid),
            ("hardwareserial", DeviceField::SerialNumber),
            ("hardwaremodel", DeviceField::ProductType),
            ("computername", DeviceField::DeviceName),
            ("displayname", DeviceField::DeviceName),
            ("hostname", DeviceField::DeviceName),
            ("build", DeviceField::BuildVersion),
            ("detailupdatedat", DeviceField::LastInventory),
            ("seentime", DeviceField::LastContact),
            ("lastenrolledat", DeviceField::Enrolled),
            ("mdm.iscloudbackupenabled", DeviceField::CloudBackupEnabled),
            ("mdm.lastcloudbackupdate", DeviceField::LastCloudBackup),
            ("teamname", DeviceField::Group),
            ("status", DeviceField::Ignore),
            ("hardwarevendor", DeviceField::Ignore),
        ],
        zero_until_collected: true,
        ..USUAL
    },
    Console {
        id: "jamf-school",
        name: "Jamf School device record",
        marks: &[
            &["icloudbackuplatest"],
            &["intrash", "serialnumber"],
            &["deviceenrolltype", "serialnumber"],
        ],
        columns: &[("modified", DeviceField::Ignore)],
        ..USUAL
    },
    Console {
        id: "meraki",
        name: "Meraki Systems Manager device record",
        marks: &[
            &["osname", "lastconnected"],
            &["osname", "systemmodel"],
            &["wifimac", "systemmodel"],
        ],
        columns: &[
            ("serial", DeviceField::Ignore),
            ("uuid", DeviceField::Udid),
            ("site", DeviceField::Ignore),
        ],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "google-workspace",
        name: "Google Workspace mobile device",
        marks: &[
            &["firstsync", "lastsync"],
            &["resourceid", "lastsync"],
            &["serialnumbermandatory"],
        ],
        columns: &[
            ("name", DeviceField::User),
            ("status", DeviceField::MdmState),
            ("hostname", DeviceField::Ignore),
        ],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "ivanti",
        name: "Ivanti (MobileIron) device record",
        marks: &[
            &["platformtype", "registrationstate"],
            &["platformtype", "lastcheckin"],
            &["quarantined", "serialnumber"],
            &["compromised", "lastcheckintime"],
            &["common.status", "common.platform"],
        ],
        columns: &[
            ("identifier", DeviceField::Udid),
            ("displayname", DeviceField::User),
            ("status", DeviceField::MdmState),
            ("owner", DeviceField::Ignore),
            ("uuid", DeviceField::Ignore),
        ],
        silent_on: "it has the switch of iCloud Backup at most, and no last date",
        ..USUAL
    },
    Console {
        id: "mdmdirector",
        name: "mdmdirector device record",
        marks: &[&["lastdeviceinfo", "lastcheckedin"]],
        columns: &[
            ("lastdeviceinfo", DeviceField::LastInventory),
            ("updatedat", DeviceField::Ignore),
            ("active", DeviceField::Ignore),
        ],
        no_date: NoDate::Never,
        zero_until_collected: true,
        ..USUAL
    },
    Console {
        id: "nanocmd",
        name: "NanoCMD inventory record",
        marks: &[
            &["applesilicon", "modified"],
            &["modified", "buildversion", "serialnumber"],
        ],
        columns: &[("modified", DeviceField::LastInventory)],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "profile-manager",
        name: "Profile Manager report",
        marks: &[
            &["lastcheckintime", "lastpushtime"],
            &["activationlockbypasscode", "lastcheckintime"],
        ],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "apple-configurator",
        name: "Apple Configurator table",
        marks: &[
            &["ecid", "organization", "udid"],
            &["ecid", "bluetoothaddress"],
        ],
        columns: &[
            ("type", DeviceField::ProductType),
            ("organization", DeviceField::Ignore),
        ],
        silent_on: NO_BACKUP_STATE,
        ..USUAL
    },
    Console {
        id: "apple-enrolment-service",
        name: "record of Apple's enrolment service",
        marks: &[
            &["profilestatus", "serialnumber"],
            &["deviceassigneddate", "serialnumber"],
            &["deviceassignedby", "serialnumber"],
        ],
        silent_on: "it says which devices are assigned to a server, and nothing of their state",
        ..USUAL
    },
    Console {
        id: "snipe-it",
        name: "Snipe-IT asset",
        marks: &[
            &["assettag", "checkoutdate"],
            &["assettag", "expectedcheckindate"],
            &["assettag", "lastcheckindate"],
            &["assettag", "lastcheckout"],
            &["assettag", "usercancheckout"],
        ],
        columns: &[
            ("lastcheckindate", DeviceField::Ignore),
            ("lastcheckin", DeviceField::Ignore),
            ("assetname", DeviceField::DeviceName),
            ("type", DeviceField::Ignore),
            ("status", DeviceField::Ignore),
        ],
        silent_on: ASSETS,
        ..USUAL
    },
    Console {
        id: "glpi",
        name: "GLPI asset",
        marks: &[
            &["entity", "inventorynumber"],
            &["entity", "alternateusername"],
        ],
        columns: &[("status", DeviceField::Ignore)],
        silent_on: ASSETS,
        ..USUAL
    },
];

/// Everything else.
pub(crate) const GENERIC: &Console = &USUAL;

impl Console {
    /// The console whose marks are all there, and those marks.
    pub(crate) fn detect(
        has: impl Fn(&str) -> bool,
    ) -> Option<(&'static Self, &'static [&'static str])> {
        CONSOLES.iter().find_map(|console| {
            let row = console
                .marks
                .iter()
                .find(|marks| marks.iter().all(|mark| has(mark)))?;
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
