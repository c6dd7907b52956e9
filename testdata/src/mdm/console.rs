//! Device tables as the consoles of MDM servers give them, after the shapes of their APIs and exports.
//!
//! Three devices stand in each, with a Mac beside them where the console looks after Macs too, and a
//! telephone number that no output may show. Shapes of which no real file was seen say so.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::device::{Numbers, model};
use crate::when::at;

/// Serial number of the Mac.
pub const MAC_SERIAL: &str = "C02XJABCDEFG";
/// UDID of the Mac.
pub const MAC_UDID: &str = "66ADE930-5FDF-5EC4-8429-15640684C489";

/// What a console knows of one device.
#[derive(Debug, Clone)]
pub struct Known {
    /// The numbers that name it.
    pub numbers: Numbers,
    /// Device name.
    pub name: String,
    /// "iPhone12,1".
    pub product_type: &'static str,
    /// "18.1".
    pub os_version: &'static str,
    /// "22B83".
    pub build: &'static str,
    /// Full name of the user.
    pub user: String,
    /// Address of the user.
    pub email: String,
    /// Department.
    pub department: &'static str,
    /// Is iCloud Backup on?
    pub cloud_backup: bool,
    /// The last iCloud backup; `None` for a device that never made one.
    pub last_cloud_backup: Option<Timestamp>,
    /// The last backup to a computer.
    pub last_computer_backup: Option<Timestamp>,
    /// When the console collected this.
    pub inventory: Timestamp,
    /// When the device last called.
    pub contact: Timestamp,
    /// Storage in all and free, in gigabytes.
    pub storage: (u32, u32),
}

impl Known {
    /// A device out of a seed: iCloud Backup on and used last night.
    pub fn new(seed: u64, product_type: &'static str) -> Self {
        Self {
            numbers: Numbers::new(seed, product_type),
            name: format!(
                "Ward {seed} {}",
                if product_type.starts_with("iPad") {
                    "iPad"
                } else {
                    "phone"
                }
            ),
            product_type,
            os_version: "18.1",
            build: "22B83",
            user: format!("Ada M\u{fc}ller {seed}"),
            email: format!("ada{seed}@example.org"),
            department: "Nursing",
            cloud_backup: true,
            last_cloud_backup: Some(at("2026-03-01T02:10:00Z")),
            last_computer_backup: None,
            inventory: at("2026-03-02T06:00:00Z"),
            contact: at("2026-03-02T07:30:00Z"),
            storage: (64, 16),
        }
    }

    fn model_name(&self) -> &'static str {
        model(self.product_type).name
    }

    fn phone(&self) -> String {
        self.numbers.phone_number.clone().unwrap_or_default()
    }

    fn imei(&self) -> String {
        self.numbers.imei.clone().unwrap_or_default()
    }
}

/// A phone that was backed up last night, one that never was though it may, and an iPad whose switch is
/// off since Christmas.
pub fn devices() -> [Known; 3] {
    let mut never = Known::new(4, "iPhone14,5");
    never.last_cloud_backup = None;
    let mut off = Known::new(5, "iPad13,18");
    off.cloud_backup = false;
    off.last_cloud_backup = Some(at("2025-12-24T20:00:00Z"));
    off.last_computer_backup = Some(at("2026-02-20T17:00:00Z"));
    [Known::new(3, "iPhone12,1"), never, off]
}

fn millis(date: Option<Timestamp>) -> i64 {
    date.map_or(0, Timestamp::as_millisecond)
}

/// A date in a form of strftime; empty for none.
fn shown(date: Option<Timestamp>, form: &str) -> String {
    let civil = date.map(|date| date.to_zoned(TimeZone::UTC));
    civil.map_or(String::new(), |civil| civil.strftime(form).to_string())
}

const WITH_OFFSET: &str = "%Y-%m-%dT%H:%M:%S.000+0000";
const WITH_COLON: &str = "%Y-%m-%dT%H:%M:%S.000+00:00";

fn jamf_general(one: &Known) -> Json {
    json!({
        "id": 12, "display_name": one.name, "device_name": one.name, "name": one.name,
        "asset_tag": "A-0012",
        "last_inventory_update": "Monday, March 2 2026 at 7:00 AM",
        "last_inventory_update_epoch": one.inventory.as_millisecond(),
        "last_inventory_update_utc": shown(Some(one.inventory), WITH_OFFSET),
        "capacity": one.storage.0 * 1000, "capacity_mb": one.storage.0 * 1000,
        "available": one.storage.1 * 1000, "available_mb": one.storage.1 * 1000,
        "percentage_used": 75,
        "os_type": "iOS", "os_version": one.os_version, "os_build": one.build,
        "serial_number": one.numbers.serial, "udid": one.numbers.udid,
        "phone_number": one.phone(), "wifi_mac_address": one.numbers.wifi_mac,
        "model": one.model_name(), "model_identifier": one.product_type,
        "device_ownership_level": "Institutional",
        "managed": true, "supervised": true, "battery_level": 95,
        "device_locator_service_enabled": true,
        "cloud_backup_enabled": one.cloud_backup,
        "last_cloud_backup_date_epoch": millis(one.last_cloud_backup),
        "last_cloud_backup_date_utc": shown(one.last_cloud_backup, WITH_OFFSET),
        "itunes_store_account_is_active": true,
        "last_backup_time_epoch": millis(one.last_computer_backup),
        "last_backup_time_utc": shown(one.last_computer_backup, WITH_OFFSET),
    })
}

/// Jamf Pro, Classic API: `mobiledevices/id/N` of each device, one after another.
pub fn jamf_classic_json(devices: &[Known]) -> String {
    let record = |one: &Known| {
        json!({ "mobile_device": {
            "general": jamf_general(one),
            "location": {
                "username": one.email, "realname": one.user, "real_name": one.user,
                "email_address": one.email, "department": one.department, "building": "North",
                "phone": one.phone(), "position": "Nurse", "room": "",
            },
            "applications": [{ "application_name": "Charts", "application_version": "7.1" }],
        }})
    };
    let records = devices.iter().map(|one| record(one).to_string());
    records.collect::<Vec<_>>().join("\n")
}

/// The same of one device, in XML.
pub fn jamf_classic_xml(one: &Known) -> String {
    let mut fields = String::new();
    for (name, value) in jamf_general(one).as_object().into_iter().flatten() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = write!(fields, "<{name}>{text}</{name}>");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><mobile_device><general>{fields}</general>\
         <location><realname>{}</realname><email_address>{}</email_address>\
         <department>{}</department><phone>{}</phone></location></mobile_device>",
        one.user,
        one.email,
        one.department,
        one.phone()
    )
}

/// Jamf Pro, the CSV of an advanced search. No real file was seen: the names are those of its display
/// fields.
pub fn jamf_table(devices: &[Known]) -> String {
    let header = [
        "JSS Mobile Device ID",
        "Display Name",
        "Serial Number",
        "UDID",
        "Model",
        "Model Identifier",
        "OS Version",
        "OS Build",
        "Full Name",
        "Email Address",
        "Department",
        "Phone Number",
        "Last Inventory Update",
        "iCloud Backup Enabled",
        "Last iCloud Backup",
        "Last Backup",
        "Capacity MB",
        "Available MB",
        "Supervised",
    ];
    let row = |one: &Known| {
        let day = "%Y-%m-%d %H:%M:%S";
        vec![
            "12".to_owned(),
            one.name.clone(),
            one.numbers.serial.clone(),
            one.numbers.udid.clone(),
            one.model_name().to_owned(),
            one.product_type.to_owned(),
            one.os_version.to_owned(),
            one.build.to_owned(),
            one.user.clone(),
            one.email.clone(),
            one.department.to_owned(),
            one.phone(),
            shown(Some(one.inventory), day),
            yes(one.cloud_backup).to_owned(),
            shown(one.last_cloud_backup, day),
            shown(one.last_computer_backup, day),
            (one.storage.0 * 1000).to_string(),
            (one.storage.1 * 1000).to_string(),
            "Yes".to_owned(),
        ]
    };
    csv(',', "\n", &header, devices.iter().map(row))
}

fn yes(flag: bool) -> &'static str {
    if flag { "Yes" } else { "No" }
}

/// Jamf Pro API v2, `mobile-devices/detail`: nested for the first device and flat for the others, since
/// both were seen.
pub fn jamf_api(devices: &[Known]) -> String {
    let date = |date: Option<Timestamp>| date.map_or(Json::Null, |date| json!(date.to_string()));
    let flat = |one: &Known| {
        json!({
            "mobileDeviceId": "12", "deviceType": "iOS", "displayName": one.name,
            "udid": one.numbers.udid, "serialNumber": one.numbers.serial,
            "devicePhoneNumber": one.phone(), "imei": one.imei(),
            "osVersion": one.os_version, "osBuild": one.build,
            "model": one.model_name(), "modelIdentifier": one.product_type,
            "capacityMb": one.storage.0 * 1000, "availableSpaceMb": one.storage.1 * 1000,
            "cloudBackupEnabled": one.cloud_backup,
            "lastCloudBackupDate": date(one.last_cloud_backup),
            "lastBackupDate": date(one.last_computer_backup),
            "lastInventoryUpdateDate": one.inventory.to_string(),
            "supervised": true, "sharedIpad": false, "lostModeEnabled": false,
            "username": one.email, "fullName": one.user, "emailAddress": one.email,
            "department": one.department,
        })
    };
    let nested = |one: &Known| {
        let mut all = flat(one);
        let mut part = |keys: &[&str]| {
            let taken = keys.iter().map(|key| ((*key).to_owned(), all[*key].take()));
            Json::Object(taken.collect())
        };
        let general = part(&[
            "displayName",
            "udid",
            "osVersion",
            "osBuild",
            "lastInventoryUpdateDate",
            "supervised",
            "sharedIpad",
            "cloudBackupEnabled",
            "lastCloudBackupDate",
            "lastBackupDate",
        ]);
        let hardware = part(&[
            "serialNumber",
            "model",
            "modelIdentifier",
            "capacityMb",
            "availableSpaceMb",
        ]);
        let owner = part(&["username", "fullName", "emailAddress", "department"]);
        json!({ "mobileDeviceId": "12", "deviceType": "iOS", "general": general, "hardware": hardware, "userAndLocation": owner })
    };
    let results = devices
        .iter()
        .enumerate()
        .map(|(place, one)| if place == 0 { nested(one) } else { flat(one) });
    json!({ "totalCount": devices.len(), "results": results.collect::<Vec<_>>() }).to_string()
}

/// SimpleMDM, `GET /devices`, with a Mac.
pub fn simplemdm(devices: &[Known]) -> String {
    let record = |one: &Known| {
        json!({ "type": "device", "id": 121, "attributes": {
            "name": one.name, "device_name": one.name, "status": "enrolled",
            "last_seen_at": shown(Some(one.contact), WITH_COLON),
            "enrolled_at": "2025-06-01T08:00:00.000+00:00",
            "os_version": one.os_version, "build_version": one.build,
            "model_name": one.model_name(), "model": "MN9K2LL", "product_name": one.product_type,
            "unique_identifier": one.numbers.udid, "serial_number": one.numbers.serial,
            "imei": one.imei(), "phone_number": one.phone(), "wifi_mac": one.numbers.wifi_mac,
            "device_capacity": one.storage.0, "available_device_capacity": one.storage.1,
            "battery_level": "93%", "is_supervised": true, "lost_mode_enabled": false,
            "is_cloud_backup_enabled": one.cloud_backup,
            "last_cloud_backup_date": one.last_cloud_backup.map(|date| shown(Some(date), WITH_COLON)),
            "is_activation_lock_enabled": false,
            "location_latitude": "52.5", "location_longitude": "13.4",
        }, "relationships": { "device_group": { "data": { "type": "device_group", "id": 37 } } } })
    };
    let mac = json!({ "type": "device", "id": 122, "attributes": {
        "name": "Office Mac", "last_seen_at": "2026-03-02T07:00:00.000+00:00", "os_version": "15.1",
        "model_name": "MacBook Pro", "product_name": "Mac14,9",
        "unique_identifier": MAC_UDID, "serial_number": MAC_SERIAL,
    }});
    let data: Vec<Json> = devices.iter().map(record).chain([mac]).collect();
    json!({ "data": data, "has_more": false }).to_string()
}

/// Mosyle, `listdevices`. Only third-party samples were seen; how its dates look is not verified.
pub fn mosyle(devices: &[Known]) -> String {
    let seconds =
        |date: Option<Timestamp>| date.map_or(String::new(), |date| date.as_second().to_string());
    let record = |one: &Known| {
        json!({
            "deviceudid": one.numbers.udid, "serial_number": one.numbers.serial,
            "device_name": one.name, "device_model": one.product_type,
            "device_model_name": one.model_name(), "os": "ios", "osversion": one.os_version,
            "total_disk": format!("{}.0000000000", one.storage.0),
            "available_disk": format!("{}.5000000000", one.storage.1),
            "percent_disk": "25", "battery": "0.93",
            "isCloudBackupEnabled": if one.cloud_backup { "1" } else { "0" },
            "LastCloudBackupDate": seconds(one.last_cloud_backup),
            "date_info": seconds(Some(one.inventory)), "date_last_beat": seconds(Some(one.contact)),
            "is_supervised": "1", "lostmode_status": "DISABLED", "phone_number": one.phone(),
            "userid": "ada", "username": one.user, "useremail": one.email, "tags": "wards,night",
        })
    };
    let devices: Vec<Json> = devices.iter().map(record).collect();
    json!({ "status": "OK", "response": { "devices": devices, "rows": devices.len(), "page": 0 } })
        .to_string()
}

/// Intune, "All devices", Export, with a Mac. Its dates carry no zone.
pub fn intune_table(devices: &[Known]) -> String {
    let header = [
        "Device ID",
        "Device name",
        "Enrollment date",
        "Last check-in",
        "Azure AD Device ID",
        "OS version",
        "Azure AD registered",
        "EAS activation ID",
        "Serial number",
        "Manufacturer",
        "Model",
        "EAS activated",
        "IMEI",
        "Last EAS sync time",
        "EAS reason",
        "EAS status",
        "Compliance grace period expiration",
        "Security patch level",
        "Wi-Fi MAC",
        "MEID",
        "Subscriber carrier",
        "Total storage",
        "Free storage",
        "Management name",
        "Category",
        "UserId",
        "Primary user UPN",
        "Primary user email address",
        "Primary user display name",
        "WiFiIPv4Address",
        "Compliance",
        "Managed by",
        "Ownership",
        "Device state",
        "Intune registered",
        "Supervised",
        "Encrypted",
        "OS",
        "SkuFamily",
        "JoinType",
        "Phone number",
        "Jailbroken",
    ];
    let day = "%Y-%m-%d %H:%M:%S.0000000";
    let row = |one: &Known| {
        let mut cells = vec![String::new(); header.len()];
        let mut put = |column: &str, text: String| {
            if let Some(place) = header.iter().position(|name| *name == column) {
                cells[place] = text;
            }
        };
        put("Device ID", "9f1e".to_owned());
        put("Device name", one.name.clone());
        put("Enrollment date", "2025-06-01 08:00:00.0000000".to_owned());
        put("Last check-in", shown(Some(one.contact), day));
        put("OS version", one.os_version.to_owned());
        put("Serial number", one.numbers.serial.clone());
        put("Manufacturer", "Apple".to_owned());
        put("Model", one.model_name().to_owned());
        put("IMEI", one.imei());
        put("Total storage", (one.storage.0 * 1000).to_string());
        put("Free storage", (one.storage.1 * 1000).to_string());
        put("Category", "Wards".to_owned());
        put("Primary user UPN", one.email.clone());
        put("Primary user email address", one.email.clone());
        put("Primary user display name", one.user.clone());
        put("Supervised", "True".to_owned());
        put("OS", "iOS/iPadOS".to_owned());
        put("Phone number", one.phone());
        cells
    };
    let mut mac = vec![String::new(); header.len()];
    (mac[1], mac[3], mac[8], mac[10], mac[37]) = (
        "Office Mac".to_owned(),
        "2026-03-02 07:00:00.0000000".to_owned(),
        MAC_SERIAL.to_owned(),
        "MacBook Pro".to_owned(),
        "macOS".to_owned(),
    );
    csv(',', "\r\n", &header, devices.iter().map(row).chain([mac]))
}

/// Microsoft Graph, `deviceManagement/managedDevices`, with a device under User Enrollment and a Mac.
pub fn intune_graph(devices: &[Known]) -> String {
    let record = |one: &Known| {
        json!({
            "id": "9f1e", "userId": "u-1", "deviceName": one.name, "managedDeviceOwnerType": "company",
            "enrolledDateTime": "2025-06-01T08:00:00Z", "lastSyncDateTime": one.contact.to_string(),
            "operatingSystem": "iOS", "osVersion": one.os_version, "deviceEnrollmentType": "appleBulkWithUser",
            "serialNumber": one.numbers.serial, "udid": one.numbers.udid, "imei": one.imei(),
            "phoneNumber": one.phone(), "model": one.model_name(), "manufacturer": "Apple",
            "emailAddress": one.email, "userPrincipalName": one.email, "userDisplayName": one.user,
            "totalStorageSpaceInBytes": u64::from(one.storage.0) * 1_000_000_000,
            "freeStorageSpaceInBytes": u64::from(one.storage.1) * 1_000_000_000,
            "isSupervised": true, "activationLockBypassCode": null, "deviceCategoryDisplayName": "Wards",
        })
    };
    let mac = json!({
        "id": "9f1f", "deviceName": "Office Mac", "managedDeviceOwnerType": "company",
        "lastSyncDateTime": "2026-03-02T07:00:00Z", "operatingSystem": "macOS", "osVersion": "15.1",
        "serialNumber": MAC_SERIAL, "model": "MacBook Pro",
    });
    let own = json!({
        "id": "9f20", "deviceName": "Own phone", "managedDeviceOwnerType": "personal",
        "lastSyncDateTime": "2026-03-02T07:00:00Z", "operatingSystem": "iOS", "osVersion": "18.1",
        "deviceEnrollmentType": "appleUserEnrollment", "serialNumber": "", "model": "iPhone 15",
    });
    let value: Vec<Json> = devices.iter().map(record).chain([mac, own]).collect();
    json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices", "value": value }).to_string()
}

/// Kandji (Iru), `GET /devices`, with a Mac.
pub fn kandji(devices: &[Known]) -> String {
    let record = |one: &Known| {
        let family = one.model_name().split(' ').next().unwrap_or("iPhone");
        json!({
            "device_id": "6f1c", "device_name": one.name, "model": one.model_name(),
            "serial_number": one.numbers.serial, "platform": family, "os_version": one.os_version,
            "supplemental_build_version": one.build, "last_check_in": one.contact.to_string(),
            "first_enrollment": "2025-06-01 08:00:00.000000+00:00",
            "user": { "email": one.email, "name": one.user, "id": 7, "is_archived": false },
            "asset_tag": "", "blueprint_id": "b-1", "blueprint_name": "Wards", "mdm_enabled": true,
            "tags": ["night"],
        })
    };
    let mac = json!({
        "device_id": "6f1d", "device_name": "Office Mac", "model": "MacBook Pro (14-inch, 2023)",
        "serial_number": MAC_SERIAL, "platform": "Mac", "os_version": "15.1",
        "last_check_in": "2026-03-02T07:00:00Z", "user": "", "blueprint_id": "b-1", "blueprint_name": "Office",
    });
    let all: Vec<Json> = devices.iter().map(record).chain([mac]).collect();
    Json::Array(all).to_string()
}

/// Workspace ONE UEM, `mdm/devices/search`. Its dates carry no zone.
pub fn workspace_one(devices: &[Known]) -> String {
    let record = |one: &Known| {
        json!({
            "Id": { "Value": 66 }, "Udid": one.numbers.udid, "SerialNumber": one.numbers.serial,
            "Imei": one.imei(), "DeviceFriendlyName": one.name, "LocationGroupName": "Wards",
            "UserName": one.user, "UserEmailAddress": one.email, "PhoneNumber": one.phone(),
            "Platform": "Apple", "Model": one.model_name(), "OperatingSystem": one.os_version,
            "LastSeen": shown(Some(one.contact), "%Y-%m-%dT%H:%M:%S.460"),
            "LastEnrolledOn": "2025-06-01T08:00:00.000", "IsSupervised": true,
            "DeviceCapacity": one.storage.0, "AvailableDeviceCapacity": one.storage.1,
            "IsCloudBackupEnabled": one.cloud_backup, "IsDeviceLocatorEnabled": true,
        })
    };
    let all: Vec<Json> = devices.iter().map(record).collect();
    json!({ "Devices": all, "Page": 0, "PageSize": 500, "Total": devices.len() }).to_string()
}

/// ManageEngine MDM, a report as CSV, in the time of its server. No real file was seen: the names are
/// those of its program.
pub fn manageengine(devices: &[Known]) -> String {
    let header = [
        "UDID",
        "SERIAL_NUMBER",
        "IMEI",
        "DEVICE_NAME",
        "MODEL_NAME",
        "OS_VERSION",
        "PHONE_NUMBER",
        "IS_SUPERVISED",
        "IS_CLOUD_BACKUP_ENABLED",
        "LAST_CLOUD_BACKUP_DATE",
        "DEVICE_REGISTERED_TIME",
        "DEVICE_LAST_CONTACT_TIME",
    ];
    let day = "%d-%m-%Y %H:%M:%S";
    let row = |one: &Known| {
        let none = || "--".to_owned();
        vec![
            one.numbers.udid.clone(),
            one.numbers.serial.clone(),
            one.imei(),
            one.name.clone(),
            one.model_name().to_owned(),
            one.os_version.to_owned(),
            one.phone(),
            "true".to_owned(),
            one.cloud_backup.to_string(),
            one.last_cloud_backup
                .map_or_else(none, |date| shown(Some(date), day)),
            "01-06-2025 08:00:00".to_owned(),
            shown(Some(one.contact), day),
        ]
    };
    csv(',', "\n", &header, devices.iter().map(row))
}

/// Apple Business Manager, API `orgDevices`, with a Mac.
pub fn business_manager(devices: &[Known]) -> String {
    let record = |one: &Known| {
        let family = one.model_name().split(' ').next().unwrap_or("iPhone");
        json!({ "type": "orgDevices", "id": one.numbers.serial, "attributes": {
            "serialNumber": one.numbers.serial, "addedToOrgDateTime": "2025-04-30T22:05:14.192Z",
            "deviceModel": one.model_name(), "productFamily": family, "productType": one.product_type,
            "deviceCapacity": "64GB", "color": "BLACK", "status": "ASSIGNED", "orderNumber": "1234567890",
            "imei": [one.imei()], "purchaseSourceType": "APPLE",
        }})
    };
    let mac = json!({ "type": "orgDevices", "id": MAC_SERIAL, "attributes": {
        "serialNumber": MAC_SERIAL, "productFamily": "Mac", "productType": "Mac14,9",
        "deviceModel": "MacBook Pro 14\"", "status": "UNASSIGNED", "orderNumber": "1234567890",
    }});
    let data: Vec<Json> = devices.iter().map(record).chain([mac]).collect();
    json!({ "data": data, "links": { "self": "https://api-business.apple.com/v1/orgDevices" }, "meta": { "paging": { "limit": 100 } } }).to_string()
}

/// Apple Business Manager, the list that its pages give as CSV. No real file was seen.
pub fn business_manager_table(devices: &[Known]) -> String {
    let header = [
        "Serial Number",
        "Product Family",
        "Device Model",
        "Product Type",
        "Order Number",
        "Status",
        "MDM Server",
    ];
    let row = |one: &Known| {
        let family = one.model_name().split(' ').next().unwrap_or("iPhone");
        let cells = [
            one.numbers.serial.as_str(),
            family,
            one.model_name(),
            one.product_type,
            "1234567890",
            "Assigned",
            "Fleet",
        ];
        cells.map(str::to_owned).to_vec()
    };
    let mac = [
        MAC_SERIAL,
        "Mac",
        "MacBook Pro 14\"",
        "Mac14,9",
        "1234567890",
        "Unassigned",
        "",
    ];
    csv(
        ',',
        "\r\n",
        &header,
        devices
            .iter()
            .map(row)
            .chain([mac.map(str::to_owned).to_vec()]),
    )
}

/// The console of nobody: German names, semicolons, a title above the header, a blank last column.
pub fn unknown_table(devices: &[Known]) -> String {
    let header = [
        "Ger\u{e4}tename",
        "Seriennummer",
        "UDID",
        "Modell",
        "Betriebssystem",
        "iOS-Version",
        "Benutzer",
        "E-Mail-Adresse",
        "Abteilung",
        "Telefon",
        "Letzter Kontakt",
        "iCloud Backup",
        "Letztes iCloud-Backup",
        "Speicherkapazit\u{e4}t",
        "Freier Speicher",
        "Betreut",
        "",
    ];
    let day = "%d.%m.%Y";
    let row = |one: &Known| {
        vec![
            one.name.clone(),
            one.numbers.serial.clone(),
            one.numbers.udid.clone(),
            one.model_name().to_owned(),
            "iOS".to_owned(),
            one.os_version.to_owned(),
            one.user.clone(),
            one.email.clone(),
            one.department.to_owned(),
            one.phone(),
            shown(Some(one.contact), "%Y-%m-%d %H:%M"),
            if one.cloud_backup { "Ja" } else { "Nein" }.to_owned(),
            shown(one.last_cloud_backup, day),
            format!("{},0 GB", one.storage.0),
            format!("{},5 GB", one.storage.1),
            "Ja".to_owned(),
            String::new(),
        ]
    };
    let mut mac = vec![String::new(); header.len()];
    (mac[1], mac[3], mac[4], mac[10]) = (
        MAC_SERIAL.to_owned(),
        "MacBook Pro".to_owned(),
        "macOS".to_owned(),
        "2026-03-02 07:00".to_owned(),
    );
    let table = csv(';', "\r\n", &header, devices.iter().map(row).chain([mac]));
    format!("Ger\u{e4}teliste vom 2. M\u{e4}rz\r\n\r\n{table}")
}

/// The same program's JSON, with keys of its own around the names that everybody uses.
pub fn unknown_json(devices: &[Known]) -> String {
    let record = |one: &Known| {
        json!({
            "assetId": 7, "device": { "serialNumber": one.numbers.serial },
            "serial": one.numbers.serial, "udid": one.numbers.udid, "platform": "ios",
            "osVersion": one.os_version, "icloudBackupEnabled": one.cloud_backup,
            "lastICloudBackup": one.last_cloud_backup.map(Timestamp::as_second),
            "lastSeen": one.contact.as_second(), "phoneNumber": one.phone(),
            "servicePlan": { "name": "Gold" },
        })
    };
    let devices: Vec<Json> = devices.iter().map(record).collect();
    json!({ "generated": "2026-03-02T07:45:00Z", "devices": devices }).to_string()
}

/// Cells in quotation marks where they need them.
fn csv(
    delimiter: char,
    end: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    let mut table = String::new();
    for row in std::iter::once(header).chain(rows) {
        let cells: Vec<String> = row
            .into_iter()
            .map(|cell| quoted(cell, delimiter))
            .collect();
        table += &cells.join(&delimiter.to_string());
        table += end;
    }
    table
}

fn quoted(cell: String, delimiter: char) -> String {
    if cell.contains([delimiter, '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}
