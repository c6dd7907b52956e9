//! What this organisation asks of its backups: thresholds, requirements, waivers. A TOML file, with
//! the defaults built in.
//!
//! All durations are plain numbers of days, fractions allowed (`0.5` is twelve hours); the unit
//! stands in the key's name. A key that is absent keeps its default, a key that nobody knows is an
//! error: a misspelt threshold must not fall back to the default in silence.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::finding::Code;

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// What reports call this policy; the file's name when it gives itself none.
    pub name: String,
    /// When something is too old, too small or too full.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// Devices and findings that somebody has decided to live with.
    #[serde(rename = "waiver")]
    pub waivers: Vec<WaiverRule>,
}

/// When something is too old, too small or too full. Ages are days, compared exactly: a limit of 7
/// is passed a second after seven times twenty-four hours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// A good backup older than this is `aging`, in days.
    #[serde(deserialize_with = "days")]
    pub aging_days: f64,
    /// A good backup older than this is `stale`, in days.
    #[serde(deserialize_with = "days")]
    pub stale_days: f64,
    /// A stale backup older than this is critical, in days.
    #[serde(deserialize_with = "days")]
    pub critical_days: f64,
    /// An iCloud backup of this age or more is told as expiring, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_expiring_days: f64,
    /// An expiring iCloud backup older than this is an error, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_expiring_error_days: f64,
    /// An iCloud backup older than this no longer counts: Apple has probably deleted it, in days.
    #[serde(deserialize_with = "days")]
    pub icloud_ignored_days: f64,
    /// What the MDM said counts for this long, in days.
    #[serde(deserialize_with = "days")]
    pub inventory_trusted_days: f64,
    /// A device with less free storage than this is told, in per cent.
    #[serde(deserialize_with = "percent")]
    pub storage_low_percent: f64,
    /// A device with less free storage than this is an error, in per cent.
    #[serde(deserialize_with = "percent")]
    pub storage_critical_percent: f64,
}

/// Which kinds of backup are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Requirements {
    /// Backups to iCloud.
    pub icloud: Requirement,
    /// Backups to a computer.
    pub local: Requirement,
    /// Encryption of local backups.
    pub encryption: Demand,
    /// Proof that the password of an encrypted backup opens it.
    pub password: Demand,
}

/// How a policy stands to a kind of backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// Each device must have one that is in date, whatever else it has.
    Required,
    /// One that is in date protects the device.
    Allowed,
    /// It protects nothing, and having it on is a finding.
    Forbidden,
}

/// Does a policy insist on something that is never forbidden?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Its absence is a finding.
    Required,
    /// Its absence is told at most as a remark.
    Allowed,
}

/// Something that somebody has decided to live with, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRule {
    /// Serial number or UDID.
    #[serde(deserialize_with = "device_name")]
    pub device: String,
    /// The finding it covers; every finding of the device when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Why; the report shows it.
    #[serde(deserialize_with = "reason")]
    pub reason: String,
    /// The last day it holds, to its end in UTC; without end when absent.
    #[serde(
        default,
        deserialize_with = "date",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
}

/// A policy file that cannot be used: where, and what was wanted there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PolicyError {
    /// The file's name as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was wanted and what was found.
    pub message: String,
}

impl Requirement {
    /// The word that stands in the policy file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Allowed => "allowed",
            Self::Forbidden => "forbidden",
        }
    }
}

impl Demand {
    /// The word that stands in the policy file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Allowed => "allowed",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Default for Thresholds {
    /// Grounds: reference 5.3 in docs/policy.md.
    fn default() -> Self {
        Self {
            aging_days: 3.0,
            stale_days: 7.0,
            critical_days: 14.0,
            icloud_expiring_days: 150.0,
            icloud_expiring_error_days: 170.0,
            icloud_ignored_days: 180.0,
            inventory_trusted_days: 7.0,
            storage_low_percent: 5.0,
            storage_critical_percent: 1.0,
        }
    }
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            icloud: Requirement::Allowed,
            local: Requirement::Allowed,
            encryption: Demand::Required,
            password: Demand::Allowed,
        }
    }
}

/// The name of the policy that no file gave.
pub const BUILTIN: &str = "built-in";

impl Policy {
    /// The policy that holds when no file is given.
    pub fn builtin() -> Self {
        Self {
            name: BUILTIN.to_owned(),
            thresholds: Thresholds::default(),
            backups: Requirements::default(),
            waivers: Vec::new(),
        }
    }

    /// Reads a policy file. `file` is its name: it stands in errors, and in reports when the
    /// policy gives itself no name.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let mut policy: Self = toml::from_str(text).map_err(|error| refused(text, file, &error))?;
        if let Some((places, message)) = policy.contradiction() {
            let span = places.iter().find_map(|keys| key_span(text, *keys));
            return Err(error_at(text, file, span, message));
        }
        if !text_gives_name(text) {
            let name = Path::new(file).file_name().unwrap_or(file.as_ref());
            policy.name = name.to_string_lossy().into_owned();
        }
        Ok(policy)
    }

    /// The whole policy as a commented TOML file, which [`Policy::parse`] reads back.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEAD);
        let mut table = "";
        for key in KEYS {
            if key.table != table {
                table = key.table;
                let _ = writeln!(out, "\n[{table}]");
            }
            for line in key.comment.lines() {
                let _ = writeln!(out, "# {line}");
            }
            let _ = writeln!(out, "{} = {}", key.name, (key.show)(self));
        }
        out.push_str(WAIVER_HELP);
        for waiver in &self.waivers {
            waiver.write_toml(&mut out);
        }
        out
    }

    /// The JSON Schema of a policy file, for editors.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Policy)
    }

    /// Two settings that cannot both hold: where they stand, and what is wrong.
    fn contradiction(&self) -> Option<([[&'static str; 2]; 2], String)> {
        let limits = &self.thresholds;
        for (low, high) in ORDERED {
            let (below, above) = ((low.of)(limits), (high.of)(limits));
            if below > above {
                let message = format!(
                    "{} is {above}, which is less than {} ({below}); it must be the same or more",
                    high.name, low.name
                );
                return Some(([high, low].map(|limit| ["thresholds", limit.name]), message));
            }
        }
        let wanted = &self.backups;
        (wanted.icloud == Requirement::Forbidden && wanted.local == Requirement::Forbidden).then(
            || {
                let message = "icloud and local are both \"forbidden\": no backup would ever count; allow one of them";
                ([["backups", "local"], ["backups", "icloud"]], message.to_owned())
            },
        )
    }
}

impl WaiverRule {
    /// Does it speak of this device?
    pub fn names(&self, identity: &Identity) -> bool {
        let udid = Udid::parse(&self.device);
        let serial = Serial::parse(&self.device);
        (udid.is_some() && udid == identity.udid) || (serial.is_some() && serial == identity.serial)
    }

    /// Is its last day over? The day ends at midnight UTC.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.until
            .is_some_and(|until| now.to_zoned(TimeZone::UTC).date() > until)
    }

    fn write_toml(&self, out: &mut String) {
        let _ = writeln!(out, "\n[[waiver]]\ndevice = {}", quoted(&self.device));
        if let Some(code) = self.code {
            let _ = writeln!(out, "code = \"{code}\"");
        }
        let _ = writeln!(out, "reason = {}", quoted(&self.reason));
        if let Some(until) = self.until {
            let _ = writeln!(out, "until = {until}");
        }
    }
}

/// A number of days as a length of time, for exact comparison.
pub(crate) fn span_of_days(days: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(days * 86_400.0).unwrap_or(SignedDuration::MAX)
}

/// A limit and where to find it.
struct Limit {
    name: &'static str,
    of: fn(&Thresholds) -> f64,
}

/// Pairs of which the second must not be less than the first.
const ORDERED: [(Limit, Limit); 5] = [
    (AGING, STALE),
    (STALE, CRITICAL),
    (EXPIRING, EXPIRING_ERROR),
    (EXPIRING_ERROR, IGNORED),
    (STORAGE_CRITICAL, STORAGE_LOW),
];
const AGING: Limit = limit("aging_days", |t| t.aging_days);
const STALE: Limit = limit("stale_days", |t| t.stale_days);
const CRITICAL: Limit = limit("critical_days", |t| t.critical_days);
const EXPIRING: Limit = limit("icloud_expiring_days", |t| t.icloud_expiring_days);
const EXPIRING_ERROR: Limit = limit("icloud_expiring_error_days", |t| {
    t.icloud_expiring_error_days
});
const IGNORED: Limit = limit("icloud_ignored_days", |t| t.icloud_ignored_days);
const STORAGE_LOW: Limit = limit("storage_low_percent", |t| t.storage_low_percent);
const STORAGE_CRITICAL: Limit = limit("storage_critical_percent", |t| t.storage_critical_percent);

const fn limit(name: &'static str, of: fn(&Thresholds) -> f64) -> Limit {
    Limit { name, of }
}

/// One key of the file, for writing it.
struct Key {
    table: &'static str,
    name: &'static str,
    comment: &'static str,
    show: fn(&Policy) -> String,
}

const HEAD: &str = "\
# A fleetback policy: what this organisation asks of its backups.
# Every key may be left out; it then keeps the value that stands in the built-in policy.
# Ages are days, fractions allowed: 0.5 is twelve hours. They are compared exactly.

";

const KEYS: &[Key] = &[
    Key {
        table: "",
        name: "name",
        comment: "What reports call this policy. Left out: the name of the file.",
        show: |p| quoted(&p.name),
    },
    Key {
        table: "thresholds",
        name: "aging_days",
        comment: "A good backup older than this is aging (a warning).",
        show: |p| p.thresholds.aging_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "stale_days",
        comment: "Older than this it is stale (an error).",
        show: |p| p.thresholds.stale_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "critical_days",
        comment: "Older than this, stale is critical.",
        show: |p| p.thresholds.critical_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_expiring_days",
        comment: "An iCloud backup of this age is told as expiring: Apple deletes one that was not\nrenewed for 180 days.",
        show: |p| p.thresholds.icloud_expiring_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_expiring_error_days",
        comment: "Older than this, expiring is an error.",
        show: |p| p.thresholds.icloud_expiring_error_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_ignored_days",
        comment: "Older than this, an iCloud backup no longer counts at all.",
        show: |p| p.thresholds.icloud_ignored_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "inventory_trusted_days",
        comment: "What the MDM said counts for this long; older answers prove nothing.",
        show: |p| p.thresholds.inventory_trusted_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "storage_low_percent",
        comment: "A device with less of its storage free than this is told (a warning).",
        show: |p| p.thresholds.storage_low_percent.to_string(),
    },
    Key {
        table: "thresholds",
        name: "storage_critical_percent",
        comment: "Less free than this is an error.",
        show: |p| p.thresholds.storage_critical_percent.to_string(),
    },
    Key {
        table: "backups",
        name: "icloud",
        comment: "Backups to iCloud: \"required\", \"allowed\" or \"forbidden\".\nRequired: each device needs one in date, whatever else it has. Forbidden: it counts for\nnothing, and having it on is a finding.",
        show: |p| quoted(p.backups.icloud.word()),
    },
    Key {
        table: "backups",
        name: "local",
        comment: "Backups to a computer: \"required\", \"allowed\" or \"forbidden\".",
        show: |p| quoted(p.backups.local.word()),
    },
    Key {
        table: "backups",
        name: "encryption",
        comment: "Must local backups be encrypted? \"required\" or \"allowed\".",
        show: |p| quoted(p.backups.encryption.word()),
    },
    Key {
        table: "backups",
        name: "password",
        comment: "Must somebody have proven that the password opens an encrypted backup?\n\"required\": one that nobody has proven does not count. \"allowed\": it counts, with a remark.",
        show: |p| quoted(p.backups.password.word()),
    },
];

const WAIVER_HELP: &str = "
# Waivers: what somebody has decided to live with, and why. They lower the severity of a device,
# never its status, and the report shows them. Without `code` a waiver covers the whole device:
# this is how a lost or retired one is left out. `until` is the last day it holds (UTC).
#
# [[waiver]]
# device = \"F2LX0000TEST\"        # serial number or UDID
# code = \"local-not-encrypted\"
# reason = \"kiosk iPad, holds no data of its own\"
# until = 2026-12-31
";

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn days<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    number(input, 36_500.0, "a number of days from 0 to 36500")
}

fn percent<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    number(input, 100.0, "a percentage from 0 to 100")
}

fn number<'de, D: Deserializer<'de>>(input: D, most: f64, wanted: &str) -> Result<f64, D::Error> {
    let found = toml::Value::deserialize(input)?;
    #[allow(clippy::cast_precision_loss)] // anything near 2^53 is refused below
    let value = match found {
        toml::Value::Integer(whole) => whole as f64,
        toml::Value::Float(value) => value,
        other => return Err(wanted_found(wanted, &other)),
    };
    if (0.0..=most).contains(&value) {
        Ok(value)
    } else {
        Err(D::Error::custom(format!("wanted {wanted}, found {value}")))
    }
}

fn device_name<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if Udid::parse(&text).is_some() || Serial::parse(&text).is_some() {
        return Ok(text);
    }
    Err(D::Error::custom(format!(
        "wanted a serial number (8 to 14 letters and digits) or a UDID (40 hex digits, or 8, a dash and 16), found {text:?}"
    )))
}

fn reason<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom(
            "wanted the reason of the waiver in words, found none",
        ));
    }
    Ok(text)
}

fn date<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Date>, D::Error> {
    const WANTED: &str = "a date such as 2026-12-31";
    let found = toml::Value::deserialize(input)?;
    let text = match &found {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) if date.time.is_none() => date.to_string(),
        _ => return Err(wanted_found(WANTED, &found)),
    };
    match text.parse() {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(wanted_found(WANTED, &found)),
    }
}

fn wanted_found<E: serde::de::Error>(wanted: &str, found: &toml::Value) -> E {
    E::custom(format!("wanted {wanted}, found {found}"))
}

fn refused(text: &str, file: &str, error: &toml::de::Error) -> PolicyError {
    error_at(text, file, error.span(), error.message().trim().to_owned())
}

fn error_at(text: &str, file: &str, span: Option<Range<usize>>, message: String) -> PolicyError {
    let start = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    PolicyError {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

/// Where a value stands in the file; `None` when the file does not give it.
fn key_span(text: &str, keys: [&str; 2]) -> Option<Range<usize>> {
    let document = toml::de::DeTable::parse(text).ok()?;
    let table = document.get_ref().get(keys[0])?;
    Some(table.get_ref().as_table()?.get(keys[1])?.span())
}

fn text_gives_name(text: &str) -> bool {
    toml::de::DeTable::parse(text).is_ok_and(|document| document.get_ref().contains_key("name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parse(text: &str) -> Policy {
        Policy::parse(text, "/etc/fleetback/p.toml").unwrap()
    }

    #[track_caller]
    fn refuses(text: &str, want: &str) {
        let error = Policy::parse(text, "p.toml").unwrap_err().to_string();
        assert!(error.starts_with(want), "{text:?}\n  {error}\n  {want}");
    }

    #[test]
    fn an_empty_file_is_the_built_in_policy_under_its_own_name() {
        let want = Policy {
            name: "p.toml".to_owned(),
            ..Policy::builtin()
        };
        assert_eq!(parse(""), want);
        assert_eq!(parse("# only a comment\n"), want);
        assert_eq!(parse("name = \"Head office\"").name, "Head office");
        assert_eq!(parse("name = \"\"").name, "");
    }

    #[test]
    fn keys_are_read() {
        let policy = parse(
            "[thresholds]\nstale_days = 10\naging_days = 0.5\n[backups]\nicloud = \"forbidden\"\n",
        );
        assert_eq!(policy.thresholds.stale_days, 10.0);
        assert_eq!(policy.thresholds.aging_days, 0.5);
        assert_eq!(policy.thresholds.critical_days, 14.0);
        assert_eq!(policy.backups.icloud, Requirement::Forbidden);
        assert_eq!(policy.backups.local, Requirement::Allowed);
    }

    #[test]
    fn waivers_are_read() {
        let policy = parse(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"retired\"\n[[waiver]]\ndevice = \"00008030-001A35E40212345E\"\ncode = \"local-not-encrypted\"\nreason = \"kiosk\"\nuntil = 2026-12-31\n",
        );
        assert_eq!(policy.waivers.len(), 2);
        assert_eq!(policy.waivers[0].code, None);
        assert_eq!(policy.waivers[0].until, None);
        assert_eq!(policy.waivers[1].code, Some(Code::LocalNotEncrypted));
        assert_eq!(policy.waivers[1].until, "2026-12-31".parse().ok());
        let quoted =
            parse("[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = \"2026-12-31\"");
        assert_eq!(quoted.waivers[0].until, policy.waivers[1].until);
    }

    #[test]
    fn errors_point_at_the_place() {
        refuses(
            "[thresholds]\nstale_dayz = 7",
            "p.toml:2:1: unknown field `stale_dayz`",
        );
        refuses("[treshold]\n", "p.toml:1:2: unknown field `treshold`");
        refuses(
            "[thresholds]\nstale_days = \"7d\"",
            "p.toml:2:14: wanted a number of days from 0 to 36500, found \"7d\"",
        );
        refuses(
            "[thresholds]\n\nstale_days = -1",
            "p.toml:3:14: wanted a number of days",
        );
        refuses(
            "[thresholds]\nstale_days = nan",
            "p.toml:2:14: wanted a number of days",
        );
        refuses(
            "[thresholds]\nstale_days = 99999999999",
            "p.toml:2:14: wanted a number of days",
        );
        refuses(
            "[thresholds]\nstorage_low_percent = 101",
            "p.toml:2:23: wanted a percentage",
        );
        refuses(
            "[thresholds]\nstale_days = 2",
            "p.toml:2:14: stale_days is 2, which is less than aging_days (3)",
        );
        refuses(
            "[thresholds]\naging_days = 8",
            "p.toml:2:14: stale_days is 7, which is less than aging_days (8)",
        );
        refuses(
            "[backups]\nicloud = \"maybe\"",
            "p.toml:2:10: unknown variant `maybe`",
        );
        refuses(
            "[backups]\nencryption = \"forbidden\"",
            "p.toml:2:14: unknown variant `forbidden`",
        );
        refuses(
            "[backups]\nicloud = \"forbidden\"\nlocal = \"forbidden\"",
            "p.toml:3:9: icloud and local are both",
        );
        refuses(
            "[[waiver]]\ndevice = \"x\"\nreason = \"r\"",
            "p.toml:2:10: wanted a serial number",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \" \"",
            "p.toml:3:10: wanted the reason",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"",
            "p.toml:1:1: missing field `reason`",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\ncode = \"backup-old\"",
            "p.toml:4:8: unknown variant `backup-old`",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = 2026-12-31T10:00:00Z",
            "p.toml:4:9: wanted a date such as 2026-12-31",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = \"soon\"",
            "p.toml:4:9: wanted a date such as 2026-12-31, found \"soon\"",
        );
        refuses(
            "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntill = 2026-12-31",
            "p.toml:4:1: unknown field `untill`",
        );
        refuses("name = \"é\" x", "p.toml:1:12:");
    }

    #[test]
    fn the_written_file_reads_back() {
        let mut policy = Policy::builtin();
        assert_eq!(parse(&policy.to_toml()), policy);
        policy.name = "quote \" and \\ and \n line".to_owned();
        policy.thresholds.aging_days = 0.25;
        policy.backups.icloud = Requirement::Required;
        policy.backups.password = Demand::Required;
        policy.waivers = parse("[[waiver]]\ndevice = \"F2LX0000TEST\"\ncode = \"icloud-off\"\nreason = \"a \\\"b\\\"\"\nuntil = 2026-02-28").waivers;
        assert_eq!(parse(&policy.to_toml()), policy);
    }

    #[test]
    fn the_written_file_names_every_key() {
        let json = serde_json::to_value(Policy::builtin()).unwrap();
        for table in ["thresholds", "backups"] {
            for key in json[table].as_object().unwrap().keys() {
                assert!(
                    KEYS.iter().any(|k| k.table == table && k.name == key),
                    "{table}.{key}"
                );
            }
        }
    }

    #[track_caller]
    fn expired(until: &str, now: &str, want: bool) {
        let text =
            format!("[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = {until}");
        assert_eq!(parse(&text).waivers[0].expired(now.parse().unwrap()), want);
    }

    #[test]
    fn a_waiver_holds_to_the_end_of_its_last_day() {
        expired("2026-11-23", "2026-11-23T00:00:00Z", false);
        expired("2026-11-23", "2026-11-23T23:59:59Z", false);
        expired("2026-11-23", "2026-11-24T00:00:00Z", true);
    }
}
