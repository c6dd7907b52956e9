//! Every setting once: its flag, its `FLEETBACK_*` variable, its key in `fleetback.toml`, and the
//! sentence that `--help`, the manual page and the JSON Schema print for it.
//!
//! A field here is what was *typed* in one place; nothing is resolved yet, and `None` means that the
//! place does not set it. `options` resolves them.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use fleetback_scanner::mdm::DateOrder;
use fleetback_scanner::mdm::columns::DeviceField;
use fleetback_scanner::mdm::consoles;
use fleetback_scanner::mdm::rules::TableRules;
use fleetback_scanner::model::backup::VerifyLevel;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use crate::passwords::CommandLine;

// The choices of the settings are types of their own beside those of the libraries: `--help` and the JSON
// Schema print the sentence of each value.

/// How deep each backup is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verify {
    /// Read the plists only.
    State,
    /// Look for a payload for every file row of the manifest, as Apple does.
    Names,
    /// Also compare the length of every payload with its row.
    Sizes,
    /// Also read every byte: digests, and in encrypted backups the padding.
    Contents,
}

impl From<Verify> for VerifyLevel {
    fn from(verify: Verify) -> Self {
        match verify {
            Verify::State => Self::State,
            Verify::Names => Self::Names,
            Verify::Sizes => Self::Sizes,
            Verify::Contents => Self::Contents,
        }
    }
}

/// When to do something that only makes sense on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What to read, and how: `[scan]`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScanSettings {
    /// Backup folders: one backup, a MobileSync/Backup folder, a home, a folder of homes, a share of
    /// hosts' folders
    #[arg(value_name = "ROOT", env = "FLEETBACK_ROOTS")]
    pub(crate) roots: Vec<PathBuf>,

    /// File or folder of MDM exports, repeatable; the type of each file is detected from its content
    #[arg(long, value_name = "PATH", env = "FLEETBACK_MDM")]
    pub(crate) mdm: Vec<PathBuf>,

    /// Table of devices: serial number, user, e-mail, department, site, group, tags, planned swap
    /// date
    #[arg(long, value_name = "FILE.csv", env = "FLEETBACK_INVENTORY")]
    pub(crate) inventory: Option<PathBuf>,

    /// Thresholds, requirements and waivers (TOML)
    #[arg(long, value_name = "FILE", env = "FLEETBACK_POLICY")]
    pub(crate) policy: Option<PathBuf>,

    /// Which versions of iOS there are: Apple's GDMF list or a SOFA feed, saved as a file
    #[arg(long, value_name = "FILE", env = "FLEETBACK_OS_FEED")]
    pub(crate) os_feed: Option<PathBuf>,

    /// Status of Apple's services: the JSON of its System Status page, saved as a file
    #[arg(long, value_name = "FILE", env = "FLEETBACK_SYSTEM_STATUS")]
    pub(crate) system_status: Option<PathBuf>,

    /// How deep to check each backup
    #[arg(long, value_name = "LEVEL", env = "FLEETBACK_VERIFY")]
    pub(crate) verify: Option<Verify>,

    /// Check an unchanged backup again after so many days
    #[arg(long, value_name = "DAYS", env = "FLEETBACK_VERIFY_AGAIN_DAYS")]
    pub(crate) verify_again_days: Option<NonZeroU32>,

    /// Passwords of encrypted backups: CSV with the header id,password, or TOML; only its owner
    /// may be able to read it
    #[arg(long, value_name = "FILE", env = "FLEETBACK_PASSWORDS")]
    pub(crate) passwords: Option<PathBuf>,

    /// Program that prints the password of one device, run once for each; {serial} and {udid} in its
    /// arguments are filled in; no shell
    #[arg(long, value_name = "CMD", env = "FLEETBACK_PASSWORD_COMMAND")]
    pub(crate) password_command: Option<CommandLine>,

    /// Where to store what was checked, so that the next run need not check it again
    #[arg(long, value_name = "FILE", env = "FLEETBACK_HISTORY")]
    pub(crate) history: Option<PathBuf>,

    /// Use no history: check every backup, store nothing
    #[arg(long, env = "FLEETBACK_NO_HISTORY", value_parser = FalseyValueParser::new())]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) no_history: bool,

    /// Threads to read with
    #[arg(long, value_name = "N", env = "FLEETBACK_THREADS")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Seconds to wait for one answer of a disk or share before what was asked for counts as unreadable
    #[arg(long, value_name = "SECONDS", env = "FLEETBACK_READ_TIMEOUT")]
    pub(crate) read_timeout: Option<NonZeroU32>,

    /// Name of this computer in the report
    #[arg(long, value_name = "NAME", env = "FLEETBACK_HOST")]
    pub(crate) host: Option<String>,
}

/// What to show while it runs: `[terminal]`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct TerminalSettings {
    /// Show how far the scan is; bars on a terminal, with `always` lines elsewhere
    #[arg(long, value_name = "WHEN", env = "FLEETBACK_PROGRESS", global = true)]
    pub(crate) progress: Option<When>,

    /// Use colours; NO_COLOR is honoured by `auto`
    #[arg(long, value_name = "WHEN", env = "FLEETBACK_COLOR", global = true)]
    pub(crate) color: Option<When>,
}

/// How to read device tables of MDM consoles: `[mdm]`. It has no flags: what a column means does not
/// change from run to run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MdmSettings {
    /// What unknown columns of device tables mean: the header, or the
    /// dotted keys of a record, and the fact. `fleetback explain --mdm FILE` lists both
    pub(crate) columns: BTreeMap<String, DeviceField>,
    /// Time zones of dates that carry none, by source; UTC where nothing is said
    pub(crate) zones: BTreeMap<SourceId, Zone>,
    /// Whether day or month comes first in dates such as 05/11/2026 that nothing else settles: by column
    /// or by source
    pub(crate) dates: BTreeMap<String, DateOrder>,
}

/// A kind of device table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) struct SourceId(String);

impl TryFrom<String> for SourceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known: Vec<_> = consoles::ids().collect();
        if known.contains(&text.as_str()) {
            return Ok(Self(text));
        }
        Err(format!(
            "{text:?} is not a source; write one such as {}",
            known.join(", ")
        ))
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.0
    }
}

/// A time zone by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(crate) struct Zone {
    name: String,
    zone: TimeZone,
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match TimeZone::get(&name) {
            Ok(zone) => Ok(Self { name, zone }),
            Err(_) => Err(format!(
                "{name:?} is not a time zone, such as Europe/Berlin"
            )),
        }
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl MdmSettings {
    /// For the readers of tables.
    pub(crate) fn rules(&self) -> TableRules {
        let zones = self.zones.iter();
        TableRules::new(
            self.columns.clone(),
            zones.map(|(id, zone)| (id.0.clone(), zone.zone.clone())),
        )
        .with_date_orders(self.dates.clone())
    }
}

impl Layer for MdmSettings {
    fn with_fallback(self, under: Self) -> Self {
        let Self {
            mut columns,
            mut zones,
            mut dates,
        } = under;
        columns.extend(self.columns);
        zones.extend(self.zones);
        dates.extend(self.dates);
        Self {
            columns,
            zones,
            dates,
        }
    }
}

impl Layer for ScanSettings {
    /// Where the passwords come from is one choice, and whether there is a history is another: what
    /// is said of either in one place leaves out all that is said of it in a place of lower rank.
    fn with_fallback(self, under: Self) -> Self {
        let (passwords, password_command) = match (self.passwords, self.password_command) {
            (None, None) => (under.passwords, under.password_command),
            given => given,
        };
        let (history, no_history) = match (self.history, self.no_history) {
            (None, false) => (under.history, under.no_history),
            given => given,
        };
        Self {
            passwords,
            password_command,
            history,
            no_history,
            verify_again_days: self
                .verify_again_days
                .with_fallback(under.verify_again_days),
            roots: self.roots.with_fallback(under.roots),
            mdm: self.mdm.with_fallback(under.mdm),
            inventory: self.inventory.with_fallback(under.inventory),
            policy: self.policy.with_fallback(under.policy),
            os_feed: self.os_feed.with_fallback(under.os_feed),
            system_status: self.system_status.with_fallback(under.system_status),
            verify: self.verify.with_fallback(under.verify),
            threads: self.threads.with_fallback(under.threads),
            read_timeout: self.read_timeout.with_fallback(under.read_timeout),
            host: self.host.with_fallback(under.host),
        }
    }
}

impl Layer for TerminalSettings {
    fn with_fallback(self, under: Self) -> Self {
        Self {
            progress: self.progress.with_fallback(under.progress),
            color: self.color.with_fallback(under.color),
        }
    }
}

impl ScanSettings {
    /// The same with relative paths taken from `folder`: what a file says is meant beside that file.
    #[must_use]
    pub(crate) fn relative_to(mut self, folder: &Path) -> Self {
        let lists = self.roots.iter_mut().chain(&mut self.mdm);
        let singles = self.inventory.iter_mut().chain(&mut self.policy);
        let singles = singles.chain(&mut self.passwords).chain(&mut self.history);
        let singles = singles
            .chain(&mut self.os_feed)
            .chain(&mut self.system_status);
        lists
            .chain(singles)
            .for_each(|path| *path = folder.join(&*path));
        self
    }
}
