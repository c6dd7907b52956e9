//! The one table of column names: what a header of a spreadsheet, or a key of a record, tells.
//!
//! Here stand the names that mean the same wherever they come from. What a name means at one console
//! only stands in `console`; what it means at one user's stands in the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a column tells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Fact")]
pub enum DeviceField {
    /// Nothing that is read here.
    Ignore,
    /// Serial number.
    SerialNumber,
    /// UDID.
    Udid,
    /// IMEI, or MEID where one column holds either.
    Imei,
    /// MEID.
    Meid,
    /// ECID.
    Ecid,
    /// The user's name.
    User,
    /// The user's e-mail address.
    Email,
    /// Department.
    Department,
    /// Site or building.
    Site,
    /// Group of devices.
    Group,
    /// Tags, several in one cell parted by `,` `;` or `|`.
    Tags,
    /// The day on which the device is to be swapped; read from the inventory table only.
    PlannedSwap,
    /// Device name.
    DeviceName,
    /// "iPhone12,1".
    ProductType,
    /// What people call the model.
    ModelName,
    /// iOS, macOS, Android …: decides whether the row is of an iPhone or iPad.
    Platform,
    /// "18.1", with or without the system's name and the build.
    OsVersion,
    /// "22B83".
    BuildVersion,
    /// ICCID.
    Iccid,
    /// An IANA name.
    TimeZone,
    /// When the console last heard of the device.
    LastContact,
    /// When the console last collected the facts of the row.
    LastInventory,
    /// When the device enrolled.
    Enrolled,
    /// How the device enrolled: decides whether it is a User Enrollment.
    EnrolmentType,
    /// Is iCloud Backup on?
    CloudBackupEnabled,
    /// The last iCloud backup.
    LastCloudBackup,
    /// The last backup to a computer.
    LastComputerBackup,
    /// Storage in all.
    Capacity,
    /// Storage free.
    Available,
    /// Storage in use, in percent.
    UsedPercent,
    /// Supervised.
    Supervised,
    /// Shared iPad.
    SharedIpad,
    /// Managed Lost Mode.
    LostMode,
    /// Find My.
    FindMy,
    /// Activation Lock.
    ActivationLock,
    /// Is a passcode set?
    PasscodePresent,
    /// Signed in to the App Store.
    StoreAccountActive,
    /// Waits in Setup Assistant.
    AwaitingConfiguration,
}

impl DeviceField {
    /// The name that the configuration and `explain` use.
    pub fn id(self) -> String {
        // a unit variant always serialises to text
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Does it tell one device from another?
    pub(crate) fn names_devices(self) -> bool {
        IDS.contains(&self)
    }
}

/// The numbers that name a device.
pub(crate) const IDS: &[DeviceField] = &[
    DeviceField::SerialNumber,
    DeviceField::Udid,
    DeviceField::Imei,
    DeviceField::Meid,
    DeviceField::Ecid,
];

/// Names of one fact, folded by [`fold`]; of two columns with one meaning the earlier name is asked
/// first. A dot parts the keys of nested records.
pub(crate) const NAMES: &[(DeviceField, &[&str])] = &[
    (
        DeviceField::SerialNumber,
        &[
            "serialnumber",
            "serial",
            "serialno",
            "serialnum",
            "sn",
            "deviceserialnumber",
            "deviceserial",
            "hardwareserialnumber",
            "hardwareserial",
            "seriennummer",
            "seriennr",
            "numérodesérie",
            "numerodeserie",
            "númerodeserie",
            "numerodiserie",
            "serienummer",
        ],
    ),
    (
        DeviceField::Udid,
        &[
            "udid",
            "deviceudid",
            "uniquedeviceidentifier",
            "uniquedeviceid",
        ],
    ),
    (
        DeviceField::Imei,
        &[
            "imei",
            "imei1",
            "imei2",
            "imeimeid",
            "imeinumber",
            "deviceimei",
            "servicesubscriptions.imei",
        ],
    ),
    (DeviceField::Meid, &["meid", "servicesubscriptions.meid"]),
    (DeviceField::Ecid, &["ecid"]),
    (
        DeviceField::User,
        &[
            "fullname",
            "realname",
            "assigneduser",
            "assignedto",
            "assigneduserfullname",
            "user",
            "user.name",
            "userfullname",
            "userdisplayname",
            "primaryuserdisplayname",
            "username",
            "owner",
            "employee",
            "employeename",
            "benutzer",
            "benutzername",
            "nutzer",
            "mitarbeiter",
            "utilisateur",
            "usuario",
            "utente",
            "gebruiker",
        ],
    ),
    (
        DeviceField::Email,
        &[
            "email",
            "mail",
            "emailaddress",
            "mailaddress",
            "user.email",
            "useremail",
            "useremailaddress",
            "assigneduseremail",
            "primaryuseremailaddress",
            "userprincipalname",
            "primaryuserupn",
            "upn",
            "emailadresse",
            "mailadresse",
            "courriel",
            "correo",
        ],
    ),
    (
        DeviceField::Department,
        &[
            "department",
            "dept",
            "abteilung",
            "département",
            "departement",
            "departamento",
            "reparto",
            "afdeling",
        ],
    ),
    (
        DeviceField::Site,
        &[
            "site",
            "building",
            "location",
            "office",
            "standort",
            "gebäude",
            "lieu",
            "sede",
            "ubicación",
            "locatie",
        ],
    ),
    (
        DeviceField::Group,
        &[
            "group",
            "devicegroup",
            "groupname",
            "gruppe",
            "gerätegruppe",
            "geraetegruppe",
            "groupe",
            "grupo",
            "gruppo",
            "groep",
        ],
    ),
    (
        DeviceField::Tags,
        &[
            "tags",
            "tag",
            "devicetags",
            "labels",
            "label",
            "schlagwörter",
            "schlagworte",
            "étiquettes",
            "etiquetas",
            "etichette",
        ],
    ),
    (
        DeviceField::PlannedSwap,
        &[
            "plannedswapdate",
            "plannedswap",
            "swapdate",
            "swapon",
            "plannedreplacementdate",
            "plannedreplacement",
            "replacementdate",
            "austauschdatum",
            "geplanteraustausch",
            "tauschdatum",
        ],
    ),
    (
        DeviceField::DeviceName,
        &[
            "devicename",
            "mobiledevicename",
            "devicefriendlyname",
            "name",
            "displayname",
            "gerätename",
            "geraetename",
            "nomdelappareil",
        ],
    ),
    (
        DeviceField::ProductType,
        &["producttype", "modelidentifier", "productname"],
    ),
    (
        DeviceField::ModelName,
        &[
            "modelname",
            "devicemodelname",
            "modeldisplay",
            "devicemodel",
            "model",
            "modell",
            "modèle",
        ],
    ),
    (
        DeviceField::Platform,
        &[
            "platform",
            "ostype",
            "os",
            "operatingsystem",
            "productfamily",
            "devicefamily",
            "devicetype",
            "plattform",
            "betriebssystem",
        ],
    ),
    (
        DeviceField::OsVersion,
        &[
            "osversion",
            "iosversion",
            "operatingsystemversion",
            "systemversion",
            "productversion",
            "betriebssystemversion",
        ],
    ),
    (
        DeviceField::BuildVersion,
        &[
            "osbuild",
            "buildversion",
            "iosbuild",
            "osbuildversion",
            "operatingsystembuild",
        ],
    ),
    (DeviceField::Iccid, &["iccid", "servicesubscriptions.iccid"]),
    (DeviceField::TimeZone, &["timezone"]),
    (
        DeviceField::LastContact,
        &[
            "lastcontact",
            "lastcontactdate",
            "lastcontacttime",
            "devicelastcontacttime",
            "lastcheckin",
            "lastcheckindate",
            "lastcheckintime",
            "lastseenat",
            "lastseen",
            "lastseendate",
            "lastsyncdatetime",
            "lastsync",
            "lastsynctime",
            "datelastbeat",
            "letzterkontakt",
            "zuletztgesehen",
            "derniercontact",
        ],
    ),
    (
        DeviceField::LastInventory,
        &[
            "lastinventoryupdateepoch",
            "lastinventoryupdateutc",
            "lastinventoryupdatedate",
            "lastinventoryupdatetimestamp",
            "lastinventoryupdate",
            "lastinventory",
            "inventorydate",
            "devicelastsuccessfulscan",
            "lastscantime",
        ],
    ),
    (
        DeviceField::Enrolled,
        &[
            "lastenrollmentepoch",
            "lastenrollmentutc",
            "lastenrolleddate",
            "lastenrollment",
            "lastenrolledon",
            "lastenrollmenttimestamp",
            "enrolleddatetime",
            "enrollmentdate",
            "enrolmentdate",
            "enrolledat",
            "deviceregisteredtime",
        ],
    ),
    (
        DeviceField::EnrolmentType,
        &["deviceenrollmenttype", "enrollmenttype", "enrolmenttype"],
    ),
    (
        DeviceField::CloudBackupEnabled,
        &[
            "cloudbackupenabled",
            "iscloudbackupenabled",
            "icloudbackupenabled",
            "icloudbackup",
            "cloudbackup",
        ],
    ),
    (
        DeviceField::LastCloudBackup,
        &[
            "lastcloudbackupdateepoch",
            "lastcloudbackupdateutc",
            "lastcloudbackupdate",
            "lastcloudbackuptimestamp",
            "lastcloudbackup",
            "lasticloudbackup",
            "lasticloudbackupdate",
            "icloudbackupdate",
            "letztesicloudbackup",
        ],
    ),
    (
        DeviceField::LastComputerBackup,
        &["lastcomputerbackup", "lastitunesbackupdate"],
    ),
    (
        DeviceField::Capacity,
        &[
            "capacitymb",
            "devicecapacitymb",
            "totalstoragespaceinbytes",
            "totaldiskcapacity",
            "devicecapacity",
            "totalstorage",
            "totaldisk",
            "totalspace",
            "capacity",
            "storagecapacity",
            "speicherkapazität",
        ],
    ),
    (
        DeviceField::Available,
        &[
            "availablemb",
            "availablespacemb",
            "availabledevicecapacity",
            "freestoragespaceinbytes",
            "freediskspace",
            "freestorage",
            "availabledisk",
            "availablespace",
            "availablestorage",
            "available",
            "freespace",
            "freierspeicher",
        ],
    ),
    (
        DeviceField::UsedPercent,
        &["percentageused", "usedspacepercentage", "usedpercent"],
    ),
    (
        DeviceField::Supervised,
        &["supervised", "issupervised", "betreut", "supervisé"],
    ),
    (
        DeviceField::SharedIpad,
        &["sharedipad", "ismultiuser", "shared"],
    ),
    (
        DeviceField::LostMode,
        &[
            "lostmodeenabled",
            "ismdmlostmodeenabled",
            "lostmodestatus",
            "lostmode",
        ],
    ),
    (
        DeviceField::FindMy,
        &[
            "devicelocatorserviceenabled",
            "isdevicelocatorserviceenabled",
            "isdevicelocatorenabled",
            "findmyenabled",
        ],
    ),
    (
        DeviceField::ActivationLock,
        &[
            "activationlockenabled",
            "isactivationlockenabled",
            "activationlock",
        ],
    ),
    (DeviceField::PasscodePresent, &["passcodepresent"]),
    (
        DeviceField::StoreAccountActive,
        &[
            "itunesstoreaccountisactive",
            "itunesstoreaccountactive",
            "itunesstoreaccount",
        ],
    ),
    (
        DeviceField::AwaitingConfiguration,
        &["awaitingconfiguration"],
    ),
];

/// Keys around the records of consoles that say nothing of their own.
const CONTAINERS: &[&str] = &[
    "attributes",
    "details",
    "general",
    "hardware",
    "ios",
    "location",
    "mobiledevice",
    "network",
    "security",
    "userandlocation",
];

/// Case, blanks, dashes and the like folded away; the dots between keys stay.
pub(crate) fn fold(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric() || *c == '.');
    kept.flat_map(char::to_lowercase).collect()
}

/// Where named columns stand in a header, in the order of their names.
pub(crate) fn places<C>(
    header: &[String],
    names: impl Iterator<Item = (C, &'static str)>,
) -> Vec<(C, usize)> {
    let folded: Vec<_> = header.iter().map(|cell| fold_header(cell)).collect();
    let place = |name: &str| folded.iter().position(|cell| cell == name);
    names
        .filter_map(|(column, name)| Some((column, place(name)?)))
        .collect()
}

/// A header without its dots ("No. of device") and a key with them are looked up alike.
pub(crate) fn fold_header(name: &str) -> String {
    fold(name).replace('.', "")
}

/// The name without the containers in front of it.
pub(crate) fn bare(folded: &str) -> &str {
    let mut rest = folded;
    while let Some((outer, inner)) = rest.split_once('.') {
        if !CONTAINERS.contains(&outer) {
            break;
        }
        rest = inner;
    }
    rest
}

/// What a folded name tells, and how early it is asked; the lower the earlier.
pub(crate) fn by_name(folded: &str) -> Option<(DeviceField, usize)> {
    NAMES.iter().find_map(|(field, names)| {
        let rank = names.iter().position(|name| *name == folded)?;
        Some((*field, rank))
    })
}

/// The names of a fact.
pub(crate) fn names(field: DeviceField) -> &'static [&'static str] {
    let row = NAMES.iter().find(|(one, _)| *one == field);
    row.map_or(&[], |(_, names)| *names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_folded_and_means_one_thing() {
        let mut seen = BTreeSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| *names) {
            assert_eq!(fold(name), *name);
            assert!(seen.insert(name), "{name} stands twice");
        }
    }

    #[test]
    fn containers_are_taken_off_and_others_are_not() {
        for (name, want) in [
            ("general.serial_number", "serialnumber"),
            ("mobile_device.general.UDID", "udid"),
            ("ios.network.imei", "imei"),
            ("purchasing.name", "purchasing.name"),
            ("Serial Number", "serialnumber"),
        ] {
            assert_eq!(bare(&fold(name)), want);
        }
    }

    #[test]
    fn facts_have_the_ids_of_the_configuration() {
        assert_eq!(DeviceField::LastCloudBackup.id(), "last-cloud-backup");
        assert_eq!(DeviceField::SerialNumber.id(), "serial-number");
    }
}
