//! The one table of column names: what a header of a spreadsheet, or a key of a record, means.
//!
//! Here stand the names that mean the same wherever they come from. What a name means at one console
//! only stands in `consoles`; what it means to one user stands in the settings file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::fold::folded;

/// What a column holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DeviceField")]
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
    /// Who made the device: a maker other than Apple rules it out.
    Manufacturer,
    /// Is the device still in the MDM, in a word?
    MdmState,
    /// A status of anything: read only for the words that mean that the device has left.
    DeviceStatus,
    /// Is it managed, yes or no?
    Managed,
    /// Was it removed, yes or no?
    Removed,
    /// Does its record lie in the bin, yes or no?
    InBin,
}

impl DeviceField {
    /// The name that the configuration and `explain` use.
    pub fn id(self) -> String {
        // a unit variant always serialises to text
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Is it a date?
    pub(crate) fn is_date(self) -> bool {
        matches!(
            self,
            Self::LastContact
                | Self::LastInventory
                | Self::Enrolled
                | Self::LastCloudBackup
                | Self::LastComputerBackup
        )
    }

    /// Is it an id of a device?
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
            "numerodeserie",
            "numerodiserie",
            "serienummer",
            "serialnumbermandatory",
            "productserialnumber",
            "serialnumberofdevice",
            "srno",
            "systemserialnumber",
        ],
    ),
    (
        DeviceField::Udid,
        &[
            "udid",
            "deviceudid",
            "uniquedeviceidentifier",
            "uniquedeviceid",
            "identifier.udid",
            "udidnumber",
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
            "imeis",
            "imeiormeid",
            "primaryimei",
            "secondaryimei",
            "servicesubscriptions.imei2",
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
            "assigneduser.name",
            "owner.name",
            "ownerusername",
            "ownername",
            "employee.name",
            "assignedto.name",
            "userid.name",
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
            "assigneduser.email",
            "owner.email",
            "owneremail",
            "emailaddresses",
            "assignedto.email",
        ],
    ),
    (
        DeviceField::Department,
        &[
            "department",
            "dept",
            "abteilung",
            "departement",
            "departamento",
            "reparto",
            "afdeling",
            "department.name",
            "departmentname",
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
            "gebaude",
            "lieu",
            "sede",
            "ubicacion",
            "locatie",
            "location.name",
            "locationname",
            "rtdlocation.name",
        ],
    ),
    (
        DeviceField::Group,
        &[
            "group",
            "devicegroup",
            "groupname",
            "gruppe",
            "gerategruppe",
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
            "schlagworter",
            "schlagworte",
            "etiquettes",
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
            "geratename",
            "geraetename",
            "nomdelappareil",
            "hostname",
            "computername",
        ],
    ),
    (
        DeviceField::ProductType,
        &[
            "producttype",
            "modelidentifier",
            "productname",
            "model.identifier",
            "hardwaremodel",
            "systemtype",
            "modelid",
            "devicemodelidentifier",
            "internalmodelname",
            "product",
            "producttypeid",
            "modeltype",
        ],
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
            "modele",
            "model.name",
            "marketingname",
            "systemmodel",
            "hardwaremodelname",
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
            "os.prefix",
            "os.name",
            "osname",
            "osfamily",
            "operatingsystemname",
            "platformname",
            "platformtype",
            "deviceplatform",
            "deviceclass",
            "systemname",
            "os.platform",
            "type",
            "devicetypename",
            "category.name",
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
            "os.version",
            "platformversion",
            "deviceosversion",
            "osversionname",
            "osver",
            "iosversionnumber",
            "humanreadableproductversionstring",
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
            "os.build",
            "osbuildnumber",
            "buildnumber",
            "os.buildversion",
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
            "lastcheckedin",
            "lastconnected",
            "lastconnectedtime",
            "lastcheckindatetime",
            "lastcontactedat",
            "lastcommunication",
            "lastcommunicationtime",
            "lastconnectiontime",
            "lastreported",
            "lastreportedat",
            "lastreportedtime",
            "lastheartbeat",
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
            "enrollmenttime",
            "enrolmenttime",
            "dateenroll",
            "enrolledon",
            "enrolleddate",
            "registrationtime",
            "firstenrollment",
        ],
    ),
    (
        DeviceField::EnrolmentType,
        &[
            "deviceenrollmenttype",
            "enrollmenttype",
            "enrolmenttype",
            "deviceownershiptype",
            "ownershiptype",
        ],
    ),
    (
        DeviceField::CloudBackupEnabled,
        &[
            "cloudbackupenabled",
            "iscloudbackupenabled",
            "icloudbackupenabled",
            "icloudbackup",
            "cloudbackup",
            "icloudbackupison",
            "isicloudbackupenabled",
            "icloudbackupstatus",
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
            "icloudbackuplatest",
            "lasticloudbackuptime",
            "lasticloudbackupat",
            "lastcloudbackuptime",
            "lastcloudbackupat",
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
            "speicherkapazitat",
            "totalcapacity",
            "storagetotalcapacity",
            "totaldiskspace",
            "gigstotaldiskspace",
            "totalstoragebytes",
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
            "availablecapacity",
            "storagefreecapacity",
            "availablediskspace",
            "gigsdiskspaceavailable",
            "freestoragebytes",
            "freedisk",
        ],
    ),
    (
        DeviceField::UsedPercent,
        &["percentageused", "usedspacepercentage", "usedpercent"],
    ),
    (
        DeviceField::Supervised,
        &[
            "supervised",
            "issupervised",
            "betreut",
            "supervise",
            "mdm.supervised",
            "supervisionstatus",
            "supervisedmode",
        ],
    ),
    (
        DeviceField::SharedIpad,
        &[
            "sharedipad",
            "ismultiuser",
            "shared",
            "issharedipad",
            "ismultiuserdevice",
        ],
    ),
    (
        DeviceField::LostMode,
        &[
            "lostmodeenabled",
            "ismdmlostmodeenabled",
            "lostmodestatus",
            "lostmode",
            "lostmode.status",
            "lostmodestate",
            "inlostmode",
            "islostmodeenabled",
        ],
    ),
    (
        DeviceField::FindMy,
        &[
            "devicelocatorserviceenabled",
            "isdevicelocatorserviceenabled",
            "isdevicelocatorenabled",
            "findmyenabled",
            "findmydeviceenabled",
            "findmyiphoneenabled",
            "finddeviceenabled",
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
    (
        DeviceField::PasscodePresent,
        &[
            "passcodepresent",
            "haspasscode",
            "haspassword",
            "ispasscodepresent",
            "passcodestatus",
        ],
    ),
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
    (
        DeviceField::Manufacturer,
        &[
            "manufacturer",
            "manufacturer.name",
            "devicemanufacturer",
            "vendor",
            "devicevendor",
            "brand",
            "make",
            "hersteller",
            "fabricant",
            "fabricante",
            "hardwarevendor",
            "oem",
        ],
    ),
    (
        DeviceField::MdmState,
        &[
            "enrollmentstatus",
            "enrolmentstatus",
            "enrollmentstate",
            "enrolmentstate",
            "mdm.enrollmentstatus",
            "managementstate",
            "managementstatus",
            "devicestate",
            "registrationstate",
            "registrationstatus",
            "mdmstatus",
            "mdmstate",
            "managedstatus",
            "mdmenrollmentstatus",
            "deviceenrollmentstatus",
        ],
    ),
    (
        DeviceField::DeviceStatus,
        &["status", "state", "devicestatus"],
    ),
    (
        DeviceField::Managed,
        &[
            "managed",
            "ismanaged",
            "enrolled",
            "isenrolled",
            "mdmenabled",
            "ismdmenabled",
            "isactivelymanaged",
        ],
    ),
    (
        DeviceField::Removed,
        &[
            "isremoved",
            "removed",
            "isdeleted",
            "deleted",
            "isretired",
            "retired",
        ],
    ),
    (
        DeviceField::InBin,
        &[
            "intrash",
            "isintrash",
            "trashed",
            "istrashed",
            "inrecyclebin",
        ],
    ),
];

/// Keys around the records of consoles that say nothing of their own.
const CONTAINERS: &[&str] = &[
    "attributes",
    "basicinformation",
    "common",
    "details",
    "deviceinformation",
    "general",
    "hardware",
    "hardwareoverview",
    "ios",
    "location",
    "mobiledevice",
    "network",
    "properties",
    "security",
    "userandlocation",
];

/// Keys around something else than the device: what stands inside is the user's, the group's, an app's.
/// Only names that are listed with such a key are read there.
const ENTITIES: &[&str] = &[
    "account",
    "activationlock",
    "agent",
    "app",
    "applications",
    "apps",
    "assigneduser",
    "automateddeviceenrollment",
    "blueprint",
    "building",
    "carrier",
    "category",
    "certificates",
    "company",
    "configurationprofiles",
    "createdby",
    "criteria",
    "customattributes",
    "customer",
    "customfields",
    "department",
    "devicegroup",
    "devicegroups",
    "displayfields",
    "employee",
    "extensionattributes",
    "group",
    "groups",
    "lastuser",
    "locationgroupid",
    "manager",
    "mobiledevicegroups",
    "model",
    "organization",
    "organisation",
    "os",
    "owner",
    "pairedwatch",
    "parent",
    "policies",
    "policy",
    "profile",
    "profiles",
    "purchase",
    "purchasing",
    "server",
    "servicesubscriptions",
    "sim",
    "sims",
    "site",
    "sites",
    "smartgroups",
    "supplier",
    "team",
    "tenant",
    "updatedby",
    "user",
    "userid",
    "users",
    "vendor",
    "volumes",
    "warranty",
    "watch",
];

/// Names that mean the device only where its own number stands beside them.
const WEAK: &[&str] = &[
    "available",
    "capacity",
    "deleted",
    "displayname",
    "email",
    "enrolled",
    "group",
    "identifier",
    "label",
    "labels",
    "location",
    "mail",
    "managed",
    "model",
    "name",
    "os",
    "owner",
    "product",
    "platform",
    "removed",
    "retired",
    "serial",
    "shared",
    "site",
    "sn",
    "state",
    "status",
    "tag",
    "tags",
    "user",
    "username",
    "vendor",
    "brand",
    "make",
    "type",
];

/// Case, accents, blanks, dashes and the like folded away; the dots between keys stay.
pub(crate) fn fold(name: &str) -> String {
    let folded = folded(name);
    folded
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '.')
        .collect()
}

/// A header without its dots ("No. of device") and a key with them are looked up alike.
pub(crate) fn fold_header(name: &str) -> String {
    fold(name).replace('.', "")
}

/// The name without what says nothing in front of it: `home`, the keys around the device's own number,
/// and containers.
pub(crate) fn bare<'n>(folded: &'n str, home: &str) -> &'n str {
    let inside = folded
        .strip_prefix(home)
        .and_then(|rest| rest.strip_prefix('.'));
    let mut rest = inside.filter(|_| !home.is_empty()).unwrap_or(folded);
    while let Some((outer, inner)) = rest.split_once('.') {
        if !CONTAINERS.contains(&outer) {
            break;
        }
        rest = inner;
    }
    rest
}

/// The last key of a bare name, where the keys around it may be left out: none of them stands for
/// something else than the device, and the key itself means one thing wherever it stands.
pub(crate) fn last_key(bare: &str) -> Option<&str> {
    let (around, last) = bare.rsplit_once('.')?;
    let is_of_the_device = !around.split('.').any(|key| ENTITIES.contains(&key));
    (is_of_the_device && !WEAK.contains(&last)).then_some(last)
}

/// What a folded name means, and how early it is asked; the lower the earlier.
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
            assert_eq!(bare(&fold(name), ""), want);
        }
        assert_eq!(bare("node.name", "node"), "name");
        assert_eq!(bare("nodes.name", "node"), "nodes.name");
    }

    #[test]
    fn keys_of_something_else_are_not_the_devices() {
        assert_eq!(last_key("payload.serialnumber"), Some("serialnumber"));
        for bare in [
            "serialnumber",
            "user.osversion",
            "payload.name",
            "watch.serialnumber",
            "a.app.osversion",
        ] {
            assert_eq!(last_key(bare), None, "{bare}");
        }
    }

    #[test]
    fn facts_have_the_ids_of_the_configuration() {
        assert_eq!(DeviceField::LastCloudBackup.id(), "last-cloud-backup");
        assert_eq!(DeviceField::SerialNumber.id(), "serial-number");
    }
}
