//! Answers and check-ins of one device, as plists.
//!
//! No answer carries a time or its command's name, as on iOS: both must come from elsewhere.

use jiff::Timestamp;
use plist::{Dictionary, Value};

use crate::device::{DeviceIds, model};
use crate::plists::{data, dict, text};
use crate::rng::Rng;
use crate::when::plist_date;

/// Secrets that check-ins carry. No output may ever show one of them.
pub const SECRETS: &[&str] = &[
    "PUSHMAGIC-0DE7-4A8B-9C1D-SECRET000001",
    "UNLOCKTOKEN-SECRET-000002",
    "PUSHTOKEN-SECRET-000003",
    "BOOTSTRAPTOKEN-SECRET-000004",
];

/// One device as the MDM sees it. Every method gives one document.
#[derive(Debug, Clone)]
pub struct Managed {
    ids: DeviceIds,
    name: String,
    product_type: String,
    os_version: String,
    build: String,
    seed: u64,
    user_enrolled: bool,
    more: Dictionary,
    left_out: Vec<String>,
}

impl Managed {
    /// A supervised device with iCloud Backup on and half its storage free.
    pub fn new(seed: u64, ids: &DeviceIds, name: &str) -> Self {
        Self {
            ids: ids.clone(),
            name: name.to_owned(),
            product_type: "iPhone12,1".to_owned(),
            os_version: "18.1".to_owned(),
            build: "22B83".to_owned(),
            seed,
            user_enrolled: false,
            more: dict([
                ("IsCloudBackupEnabled", Value::Boolean(true)),
                ("IsSupervised", Value::Boolean(true)),
                ("DeviceCapacity", Value::Real(64.0)),
                ("AvailableDeviceCapacity", Value::Real(31.5)),
            ]),
            left_out: Vec::new(),
        }
    }

    /// Product type, system version and build.
    #[must_use]
    pub fn product(mut self, product_type: &str, os_version: &str, build: &str) -> Self {
        product_type.clone_into(&mut self.product_type);
        os_version.clone_into(&mut self.os_version);
        build.clone_into(&mut self.build);
        self
    }

    /// `LastCloudBackupDate`.
    #[must_use]
    pub fn last_cloud_backup(self, date: Timestamp) -> Self {
        self.with("LastCloudBackupDate", plist_date(date))
    }

    /// `IsCloudBackupEnabled`.
    #[must_use]
    pub fn cloud_backup(self, enabled: bool) -> Self {
        self.with("IsCloudBackupEnabled", Value::Boolean(enabled))
    }

    /// `DeviceCapacity` and `AvailableDeviceCapacity`.
    #[must_use]
    pub fn storage(self, capacity: f64, available: f64) -> Self {
        self.with("DeviceCapacity", Value::Real(capacity))
            .with("AvailableDeviceCapacity", Value::Real(available))
    }

    /// Any other key of `QueryResponses`.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// A key that the answer does not carry.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.left_out.push(key.to_owned());
        self
    }

    /// User Enrollment: no UDID, no serial number, nothing about backups.
    #[must_use]
    pub fn user_enrolled(mut self) -> Self {
        self.user_enrolled = true;
        self
    }

    /// The answer to DeviceInformation.
    pub fn device_information(&self) -> Value {
        let kind = model(&self.product_type);
        let mut answers = dict([
            ("BatteryLevel", Value::Real(0.81)),
            ("BuildVersion", text(&self.build)),
            ("DeviceName", text(&self.name)),
            (
                "ModelName",
                text(kind.name.split(' ').next().unwrap_or("iPhone")),
            ),
            ("OSVersion", text(&self.os_version)),
            ("ProductName", text(&self.product_type)),
        ]);
        if !self.user_enrolled {
            answers.extend(self.id_keys());
        }
        answers.extend(self.more.clone());
        let hidden = HIDDEN_FROM_USER_ENROLMENT
            .iter()
            .filter(|_| self.user_enrolled);
        for key in hidden
            .copied()
            .chain(self.left_out.iter().map(String::as_str))
        {
            answers.remove(key);
        }
        self.answer(
            "DeviceInformation",
            [("QueryResponses", Value::Dictionary(answers))],
        )
    }

    fn id_keys(&self) -> Dictionary {
        let ids = &self.ids;
        let mut keys = dict([
            ("SerialNumber", text(&ids.serial)),
            ("UDID", text(&ids.udid)),
            ("WiFiMAC", text(&ids.wifi_mac)),
        ]);
        let Some(imei) = &ids.imei else {
            return keys;
        };
        // Both in groups, as devices give them; removed in iOS 26 for ServiceSubscriptions.
        let grouped = format!(
            "{} {} {} {}",
            &imei[..2],
            &imei[2..8],
            &imei[8..14],
            &imei[14..]
        );
        let sim = dict([
            ("ICCID", text(ids.iccid.clone().unwrap_or_default())),
            ("IMEI", text(&grouped)),
            (
                "PhoneNumber",
                text(ids.phone_number.clone().unwrap_or_default()),
            ),
            ("Slot", text("CTSubscriptionSlotOne")),
        ]);
        keys.insert(
            "ServiceSubscriptions".into(),
            Value::Array(vec![Value::Dictionary(sim)]),
        );
        if !self.os_version.starts_with("26") {
            keys.insert("IMEI".into(), text(grouped));
        }
        keys
    }

    /// The answer to SecurityInfo.
    pub fn security_info(&self) -> Value {
        let management = dict([("IsUserEnrollment", Value::Boolean(self.user_enrolled))]);
        let info = dict([
            ("HardwareEncryptionCaps", Value::Integer(3.into())),
            ("ManagementStatus", Value::Dictionary(management)),
            ("PasscodeCompliant", Value::Boolean(true)),
            ("PasscodeCompliantWithProfiles", Value::Boolean(true)),
            ("PasscodePresent", Value::Boolean(true)),
        ]);
        self.answer("SecurityInfo", [("SecurityInfo", Value::Dictionary(info))])
    }

    /// The answer to Restrictions: `restrictions` in force, all set by the profile `profile`.
    pub fn restrictions(&self, profile: &str, restrictions: &[(&str, bool)]) -> Value {
        let set = restrictions.iter().map(|(key, value)| {
            (
                *key,
                Value::Dictionary(dict([("value", Value::Boolean(*value))])),
            )
        });
        let bools = Value::Dictionary(dict(set));
        let none = || Value::Dictionary(Dictionary::new());
        let global = dict([
            ("intersection", none()),
            ("restrictedBool", bools.clone()),
            ("restrictedValue", none()),
            ("union", none()),
        ]);
        let of_profile = Value::Dictionary(dict([("restrictedBool", bools)]));
        let profiles = dict([(profile, of_profile)]);
        self.answer(
            "Restrictions",
            [
                ("GlobalRestrictions", Value::Dictionary(global)),
                ("ProfileRestrictions", Value::Dictionary(profiles)),
            ],
        )
    }

    /// The answer to ProfileList, with one profile per identifier.
    pub fn profile_list(&self, identifiers: &[&str]) -> Value {
        let profiles = identifiers.iter().map(|identifier| {
            let payload = dict([
                ("PayloadDisplayName", text("Restrictions")),
                (
                    "PayloadIdentifier",
                    text(format!("{identifier}.restrictions")),
                ),
                ("PayloadType", text("com.apple.applicationaccess")),
                ("PayloadVersion", Value::Integer(1.into())),
            ]);
            Value::Dictionary(dict([
                ("HasRemovalPasscode", Value::Boolean(false)),
                ("IsEncrypted", Value::Boolean(false)),
                (
                    "PayloadContent",
                    Value::Array(vec![Value::Dictionary(payload)]),
                ),
                ("PayloadDisplayName", text(format!("Profile {identifier}"))),
                ("PayloadIdentifier", text(*identifier)),
                ("PayloadVersion", Value::Integer(1.into())),
            ]))
        });
        self.answer(
            "ProfileList",
            [("ProfileList", Value::Array(profiles.collect()))],
        )
    }

    /// The answer to ManagedApplicationList: bundle id and `ManagementFlags` (4 bars backup).
    pub fn managed_applications(&self, apps: &[(&str, u32)]) -> Value {
        let apps = apps.iter().map(|(bundle, flags)| {
            let app = dict([
                ("HasConfiguration", Value::Boolean(false)),
                ("HasFeedback", Value::Boolean(false)),
                ("IsValidated", Value::Boolean(true)),
                ("ManagementFlags", Value::Integer((*flags).into())),
                ("Status", text("Managed")),
            ]);
            (*bundle, Value::Dictionary(app))
        });
        let list = Value::Dictionary(dict(apps));
        self.answer("ManagedApplicationList", [("ManagedApplicationList", list)])
    }

    /// An answer that something failed.
    pub fn error(&self, code: i64, domain: &str, description: &str) -> Value {
        let chain = dict([
            ("ErrorCode", Value::Integer(code.into())),
            ("ErrorDomain", text(domain)),
            ("LocalizedDescription", text(description)),
            ("USEnglishDescription", text(description)),
        ]);
        let chain = Value::Array(vec![Value::Dictionary(chain)]);
        self.envelope("Failed", "Error", [("ErrorChain", chain)])
    }

    /// The device did not understand the command.
    pub fn command_format_error(&self) -> Value {
        self.envelope("Unknown", "CommandFormatError", [])
    }

    /// The device is locked or busy.
    pub fn not_now(&self) -> Value {
        self.envelope("Later", "NotNow", [])
    }

    /// The first check-in.
    pub fn authenticate(&self) -> Value {
        let mut message = dict([
            ("BuildVersion", text(&self.build)),
            ("DeviceName", text(&self.name)),
            ("MessageType", text("Authenticate")),
            ("OSVersion", text(&self.os_version)),
            ("ProductName", text(&self.product_type)),
            (
                "Topic",
                text("com.apple.mgmt.External.00000000-0000-4000-A000-000000000000"),
            ),
        ]);
        if !self.user_enrolled {
            message.insert("SerialNumber".into(), text(&self.ids.serial));
        }
        self.name_device(message)
    }

    /// The check-in that brings the secrets.
    pub fn token_update(&self) -> Value {
        self.name_device(dict([
            ("AwaitingConfiguration", Value::Boolean(false)),
            ("MessageType", text("TokenUpdate")),
            ("PushMagic", text(SECRETS[0])),
            ("UnlockToken", data(SECRETS[1].as_bytes())),
            ("Token", data(SECRETS[2].as_bytes())),
            (
                "Topic",
                text("com.apple.mgmt.External.00000000-0000-4000-A000-000000000000"),
            ),
        ]))
    }

    /// The command that asked, with its queries: distinguishes "not asked" from "no answer". Servers keep
    /// it beside the answer under the same `CommandUUID`.
    pub fn device_information_command(&self, queries: &[&str]) -> Value {
        let queries = queries.iter().map(|query| text(*query)).collect();
        let command = dict([
            ("Queries", Value::Array(queries)),
            ("RequestType", text("DeviceInformation")),
        ]);
        Value::Dictionary(dict([
            ("Command", Value::Dictionary(command)),
            ("CommandUUID", text(self.command_uuid("DeviceInformation"))),
        ]))
    }

    /// UDID, or for User Enrollment the `EnrollmentID`.
    pub fn enrolment(&self) -> (&'static str, String) {
        if self.user_enrolled {
            ("EnrollmentID", Rng::stream(self.seed, "enrolment").uuid())
        } else {
            ("UDID", self.ids.udid.clone())
        }
    }

    /// `CommandUUID` of the answer to a command.
    pub fn command_uuid(&self, command: &str) -> String {
        Rng::stream(self.seed, command).uuid().to_lowercase()
    }

    fn answer<const N: usize>(&self, command: &str, keys: [(&str, Value); N]) -> Value {
        self.envelope(command, "Acknowledged", keys)
    }

    fn envelope<const N: usize>(
        &self,
        command: &str,
        status: &str,
        keys: [(&str, Value); N],
    ) -> Value {
        let mut answer = dict([("CommandUUID", text(self.command_uuid(command)))]);
        answer.extend(dict(keys));
        answer.insert("Status".into(), text(status));
        self.name_device(answer)
    }

    fn name_device(&self, mut message: Dictionary) -> Value {
        let (key, id) = self.enrolment();
        message.insert(key.to_owned(), text(id));
        Value::Dictionary(message)
    }
}

/// Keys that a device under User Enrollment never reports (Apple's schema).
const HIDDEN_FROM_USER_ENROLMENT: &[&str] = &[
    "AvailableDeviceCapacity",
    "DeviceCapacity",
    "IsCloudBackupEnabled",
    "IsSupervised",
    "LastCloudBackupDate",
];
