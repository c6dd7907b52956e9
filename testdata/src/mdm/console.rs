//! Device tables as the consoles of MDM servers give them, after the shapes of their APIs and exports.
//!
//! Three devices stand in each, with a Mac beside them where the console looks after Macs too, and a
//! telephone number that no output may show. Shapes of which no real file was seen say so.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::device::{DeviceIds, model};
use crate::when::at;

/// Serial number of the Mac.
pub const MAC_SERIAL: &str = "C02XJABCDEFG";
/// UDID of the Mac.
pub const MAC_UDID: &str = "66ADE930-5FDF-5EC4-8429-15640684C489";

/// What a console knows of one device.
#[derive(Debug, Clone)]
pub struct ConsoleDevice {
    /// The numbers that name it.
    pub ids: DeviceIds,
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

impl ConsoleDevice {
    /// A device out of a seed: iCloud Backup on and used the day before.
    pub fn new(seed: u64, product_type: &'static str) -> Self {
        Self {
            ids: DeviceIds::new(seed, product_type),
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
        self.ids.phone_number.clone().unwrap_or_default()
    }

    fn imei(&self) -> String {
        self.ids.imei.clone().unwrap_or_default()
    }
}

/// A phone that was backed up the day before, one that never was though it may, and an iPad whose switch is
/// off since Christmas.
pub fn devices() -> [ConsoleDevice; 3] {
    let mut never = ConsoleDevice::new(4, "iPhone14,5");
    never.last_cloud_backup = None;
    let mut off = ConsoleDevice::new(5, "iPad13,18");
    off.cloud_backup = false;
    off.last_cloud_backup = Some(at("2025-12-24T20:00:00Z"));
    off.last_computer_backup = Some(at("2026-02-20T17:00:00Z"));
    [ConsoleDevice::new(3, "iPhone12,1"), never, off]
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

fn jamf_general(device: &ConsoleDevice) -> Json {
    json!({
        "id": 12, "display_name": device.name, "device_name": device.name, "name": device.name,
        "asset_tag": "A-0012",
        "last_inventory_update": "Monday, March 2 2026 at 7:00 AM",
        "last_inventory_update_epoch": device.inventory.as_millisecond(),
        "last_inventory_update_utc": shown(Some(device.inventory), WITH_OFFSET),
        "capacity": device.storage.0 * 1000, "capacity_mb": device.storage.0 * 1000,
        "available": device.storage.1 * 1000, "available_mb": device.storage.1 * 1000,
        "percentage_used": 75,
        "os_type": "iOS", "os_version": device.os_version, "os_build": device.build,
        "serial_number": device.ids.serial, "udid": device.ids.udid,
        "phone_number": device.phone(), "wifi_mac_address": device.ids.wifi_mac,
        "model": device.model_name(), "model_identifier": device.product_type,
        "device_ownership_level": "Institutional",
        "managed": true, "supervised": true, "battery_level": 95,
        "device_locator_service_enabled": true,
        "cloud_backup_enabled": device.cloud_backup,
        "last_cloud_backup_date_epoch": millis(device.last_cloud_backup),
        "last_cloud_backup_date_utc": shown(device.last_cloud_backup, WITH_OFFSET),
        "itunes_store_account_is_active": true,
        "last_backup_time_epoch": millis(device.last_computer_backup),
        "last_backup_time_utc": shown(device.last_computer_backup, WITH_OFFSET),
    })
}

/// Jamf Pro, Classic API: `mobiledevices/id/N` of each device, one after another.
pub fn jamf_classic_json(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        json!({ "mobile_device": {
            "general": jamf_general(device),
            "location": {
                "username": device.email, "realname": device.user, "real_name": device.user,
                "email_address": device.email, "department": device.department, "building": "North",
                "phone": device.phone(), "position": "Nurse", "room": "",
            },
            "applications": [{ "application_name": "Charts", "application_version": "7.1" }],
        }})
    };
    let records = devices.iter().map(|device| record(device).to_string());
    records.collect::<Vec<_>>().join("\n")
}

/// The same of one device, in XML.
pub fn jamf_classic_xml(device: &ConsoleDevice) -> String {
    let mut fields = String::new();
    for (name, value) in jamf_general(device).as_object().into_iter().flatten() {
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
        device.user,
        device.email,
        device.department,
        device.phone()
    )
}

/// Jamf Pro, the CSV of an advanced search. No real file was seen: the names are those of its display
/// fields.
pub fn jamf_table(devices: &[ConsoleDevice]) -> String {
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
    let row = |device: &ConsoleDevice| {
        let day = "%Y-%m-%d %H:%M:%S";
        vec![
            "12".to_owned(),
            device.name.clone(),
            device.ids.serial.clone(),
            device.ids.udid.clone(),
            device.model_name().to_owned(),
            device.product_type.to_owned(),
            device.os_version.to_owned(),
            device.build.to_owned(),
            device.user.clone(),
            device.email.clone(),
            device.department.to_owned(),
            device.phone(),
            shown(Some(device.inventory), day),
            yes(device.cloud_backup).to_owned(),
            shown(device.last_cloud_backup, day),
            shown(device.last_computer_backup, day),
            (device.storage.0 * 1000).to_string(),
            (device.storage.1 * 1000).to_string(),
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
pub fn jamf_api(devices: &[ConsoleDevice]) -> String {
    let date = |date: Option<Timestamp>| date.map_or(Json::Null, |date| json!(date.to_string()));
    let flat = |device: &ConsoleDevice| {
        json!({
            "mobileDeviceId": "12", "deviceType": "iOS", "displayName": device.name,
            "udid": device.ids.udid, "serialNumber": device.ids.serial,
            "devicePhoneNumber": device.phone(), "imei": device.imei(),
            "osVersion": device.os_version, "osBuild": device.build,
            "model": device.model_name(), "modelIdentifier": device.product_type,
            "capacityMb": device.storage.0 * 1000, "availableSpaceMb": device.storage.1 * 1000,
            "cloudBackupEnabled": device.cloud_backup,
            "lastCloudBackupDate": date(device.last_cloud_backup),
            "lastBackupDate": date(device.last_computer_backup),
            "lastInventoryUpdateDate": device.inventory.to_string(),
            "supervised": true, "sharedIpad": false, "lostModeEnabled": false,
            "username": device.email, "fullName": device.user, "emailAddress": device.email,
            "department": device.department,
        })
    };
    let nested = |device: &ConsoleDevice| {
        let mut all = flat(device);
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
    let results = devices.iter().enumerate().map(|(place, device)| {
        if place == 0 {
            nested(device)
        } else {
            flat(device)
        }
    });
    json!({ "totalCount": devices.len(), "results": results.collect::<Vec<_>>() }).to_string()
}

/// SimpleMDM, `GET /devices`, with a Mac.
pub fn simplemdm(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        json!({ "type": "device", "id": 121, "attributes": {
            "name": device.name, "device_name": device.name, "status": "enrolled",
            "last_seen_at": shown(Some(device.contact), WITH_COLON),
            "enrolled_at": "2025-06-01T08:00:00.000+00:00",
            "os_version": device.os_version, "build_version": device.build,
            "model_name": device.model_name(), "model": "MN9K2LL", "product_name": device.product_type,
            "unique_identifier": device.ids.udid, "serial_number": device.ids.serial,
            "imei": device.imei(), "phone_number": device.phone(), "wifi_mac": device.ids.wifi_mac,
            "device_capacity": device.storage.0, "available_device_capacity": device.storage.1,
            "battery_level": "93%", "is_supervised": true, "lost_mode_enabled": false,
            "is_cloud_backup_enabled": device.cloud_backup,
            "last_cloud_backup_date": device.last_cloud_backup.map(|date| shown(Some(date), WITH_COLON)),
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
pub fn mosyle(devices: &[ConsoleDevice]) -> String {
    let seconds =
        |date: Option<Timestamp>| date.map_or(String::new(), |date| date.as_second().to_string());
    let record = |device: &ConsoleDevice| {
        json!({
            "deviceudid": device.ids.udid, "serial_number": device.ids.serial,
            "device_name": device.name, "device_model": device.product_type,
            "device_model_name": device.model_name(), "os": "ios", "osversion": device.os_version,
            "total_disk": format!("{}.0000000000", device.storage.0),
            "available_disk": format!("{}.5000000000", device.storage.1),
            "percent_disk": "25", "battery": "0.93",
            "isCloudBackupEnabled": if device.cloud_backup { "1" } else { "0" },
            "LastCloudBackupDate": seconds(device.last_cloud_backup),
            "date_info": seconds(Some(device.inventory)), "date_last_beat": seconds(Some(device.contact)),
            "is_supervised": "1", "lostmode_status": "DISABLED", "phone_number": device.phone(),
            "userid": "ada", "username": device.user, "useremail": device.email, "tags": "wards,night",
        })
    };
    let devices: Vec<Json> = devices.iter().map(record).collect();
    json!({ "status": "OK", "response": { "devices": devices, "rows": devices.len(), "page": 0 } })
        .to_string()
}

/// Intune, "All devices", Export, with a Mac. Its dates carry no zone.
pub fn intune_table(devices: &[ConsoleDevice]) -> String {
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
    let row = |device: &ConsoleDevice| {
        let mut cells = vec![String::new(); header.len()];
        let mut put = |column: &str, text: String| {
            if let Some(place) = header.iter().position(|name| *name == column) {
                cells[place] = text;
            }
        };
        put("Device ID", "9f1e".to_owned());
        put("Device name", device.name.clone());
        put("Enrollment date", "2025-06-01 08:00:00.0000000".to_owned());
        put("Last check-in", shown(Some(device.contact), day));
        put("OS version", device.os_version.to_owned());
        put("Serial number", device.ids.serial.clone());
        put("Manufacturer", "Apple".to_owned());
        put("Model", device.model_name().to_owned());
        put("IMEI", device.imei());
        put("Total storage", (device.storage.0 * 1000).to_string());
        put("Free storage", (device.storage.1 * 1000).to_string());
        put("Category", "Wards".to_owned());
        put("Primary user UPN", device.email.clone());
        put("Primary user email address", device.email.clone());
        put("Primary user display name", device.user.clone());
        put("Supervised", "True".to_owned());
        put("OS", "iOS/iPadOS".to_owned());
        put("Phone number", device.phone());
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
pub fn intune_graph(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        json!({
            "id": "9f1e", "userId": "u-1", "deviceName": device.name, "managedDeviceOwnerType": "company",
            "enrolledDateTime": "2025-06-01T08:00:00Z", "lastSyncDateTime": device.contact.to_string(),
            "operatingSystem": "iOS", "osVersion": device.os_version, "deviceEnrollmentType": "appleBulkWithUser",
            "serialNumber": device.ids.serial, "udid": device.ids.udid, "imei": device.imei(),
            "phoneNumber": device.phone(), "model": device.model_name(), "manufacturer": "Apple",
            "emailAddress": device.email, "userPrincipalName": device.email, "userDisplayName": device.user,
            "totalStorageSpaceInBytes": u64::from(device.storage.0) * 1_000_000_000,
            "freeStorageSpaceInBytes": u64::from(device.storage.1) * 1_000_000_000,
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
pub fn kandji(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        let family = device.model_name().split(' ').next().unwrap_or("iPhone");
        json!({
            "device_id": "6f1c", "device_name": device.name, "model": device.model_name(),
            "serial_number": device.ids.serial, "platform": family, "os_version": device.os_version,
            "supplemental_build_version": device.build, "last_check_in": device.contact.to_string(),
            "first_enrollment": "2025-06-01 08:00:00.000000+00:00",
            "user": { "email": device.email, "name": device.user, "id": 7, "is_archived": false },
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
pub fn workspace_one(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        json!({
            "Id": { "Value": 66 }, "Udid": device.ids.udid, "SerialNumber": device.ids.serial,
            "Imei": device.imei(), "DeviceFriendlyName": device.name, "LocationGroupName": "Wards",
            "UserName": device.user, "UserEmailAddress": device.email, "PhoneNumber": device.phone(),
            "Platform": "Apple", "Model": device.model_name(), "OperatingSystem": device.os_version,
            "LastSeen": shown(Some(device.contact), "%Y-%m-%dT%H:%M:%S.460"),
            "LastEnrolledOn": "2025-06-01T08:00:00.000", "IsSupervised": true,
            "DeviceCapacity": device.storage.0, "AvailableDeviceCapacity": device.storage.1,
            "IsCloudBackupEnabled": device.cloud_backup, "IsDeviceLocatorEnabled": true,
        })
    };
    let all: Vec<Json> = devices.iter().map(record).collect();
    json!({ "Devices": all, "Page": 0, "PageSize": 500, "Total": devices.len() }).to_string()
}

/// ManageEngine MDM, a report as CSV, in the time of its server. No real file was seen: the names are
/// those of its program.
pub fn manageengine(devices: &[ConsoleDevice]) -> String {
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
    let row = |device: &ConsoleDevice| {
        let none = || "--".to_owned();
        vec![
            device.ids.udid.clone(),
            device.ids.serial.clone(),
            device.imei(),
            device.name.clone(),
            device.model_name().to_owned(),
            device.os_version.to_owned(),
            device.phone(),
            "true".to_owned(),
            device.cloud_backup.to_string(),
            device
                .last_cloud_backup
                .map_or_else(none, |date| shown(Some(date), day)),
            "01-06-2025 08:00:00".to_owned(),
            shown(Some(device.contact), day),
        ]
    };
    csv(',', "\n", &header, devices.iter().map(row))
}

/// Apple Business Manager, API `orgDevices`, with a Mac.
pub fn business_manager(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        let family = device.model_name().split(' ').next().unwrap_or("iPhone");
        json!({ "type": "orgDevices", "id": device.ids.serial, "attributes": {
            "serialNumber": device.ids.serial, "addedToOrgDateTime": "2025-04-30T22:05:14.192Z",
            "deviceModel": device.model_name(), "productFamily": family, "productType": device.product_type,
            "deviceCapacity": "64GB", "color": "BLACK", "status": "ASSIGNED", "orderNumber": "1234567890",
            "imei": [device.imei()], "purchaseSourceType": "APPLE",
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
pub fn business_manager_table(devices: &[ConsoleDevice]) -> String {
    let header = [
        "Serial Number",
        "Product Family",
        "Device Model",
        "Product Type",
        "Order Number",
        "Status",
        "MDM Server",
    ];
    let row = |device: &ConsoleDevice| {
        let family = device.model_name().split(' ').next().unwrap_or("iPhone");
        let cells = [
            device.ids.serial.as_str(),
            family,
            device.model_name(),
            device.product_type,
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

/// A console that is not known: German names, semicolons, a title above the header, a blank last column.
pub fn unknown_table(devices: &[ConsoleDevice]) -> String {
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
    let row = |device: &ConsoleDevice| {
        vec![
            device.name.clone(),
            device.ids.serial.clone(),
            device.ids.udid.clone(),
            device.model_name().to_owned(),
            "iOS".to_owned(),
            device.os_version.to_owned(),
            device.user.clone(),
            device.email.clone(),
            device.department.to_owned(),
            device.phone(),
            shown(Some(device.contact), "%Y-%m-%d %H:%M"),
            if device.cloud_backup { "Ja" } else { "Nein" }.to_owned(),
            shown(device.last_cloud_backup, day),
            format!("{},0 GB", device.storage.0),
            format!("{},5 GB", device.storage.1),
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
pub fn unknown_json(devices: &[ConsoleDevice]) -> String {
    let record = |device: &ConsoleDevice| {
        json!({
            "assetId": 7, "device": { "serialNumber": device.ids.serial },
            "serial": device.ids.serial, "udid": device.ids.udid, "platform": "ios",
            "osVersion": device.os_version, "icloudBackupEnabled": device.cloud_backup,
            "lastICloudBackup": device.last_cloud_backup.map(Timestamp::as_second),
            "lastSeen": device.contact.as_second(), "phoneNumber": device.phone(),
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
