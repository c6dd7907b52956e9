//! The arguments of `fleetback swap`.
//!
//! They are not layered over variables and the settings file one by one, as those of `scan` are: a
//! swap check that is asked for by hand must not write the files of the scheduled run.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use fleetback_report::swap::target::is_product;
use fleetback_report::tables::os_version::OsVersion;
use jiff::Timestamp;

use super::output_settings::{CsvProfile, OutputSettings};
use super::settings::{ScanSettings, Verify};
use super::since::instant;
use crate::passwords::CommandLine;

/// `fleetback swap`
///
/// What is not said here comes from the variables and the settings file, as for `scan`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Swap {
    /// Devices: serial number, UDID, IMEI, ECID or name, as typed, pasted or scanned
    #[arg(value_name = "DEVICE", required_unless_present = "plan")]
    pub(crate) devices: Vec<String>,

    /// Check every swap of a plan instead: a table of old devices and, where known, new devices or
    /// models, users and dates
    #[arg(long, value_name = "FILE.csv", conflicts_with = "devices")]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) target: SwapTarget,
    #[command(flatten)]
    pub(crate) evidence: SwapEvidence,
    #[command(flatten)]
    pub(crate) output: SwapOutput,

    /// Show every check on the terminal, not only the verdict, why and the next step
    #[arg(long)]
    pub(crate) details: bool,

    /// End with 0 too when something is lost; the losses are shown all the same
    #[arg(long)]
    pub(crate) accept_losses: bool,

    /// After the swap: which old backups must be kept, and which may go; deletes nothing
    #[arg(long, conflicts_with_all = ["accept_losses", "csv", "xlsx", "html"])]
    pub(crate) after: bool,

    /// Check as of this instant (RFC 3339) instead of now
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(crate) now: Option<Timestamp>,
}

/// The new device.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "New device")]
pub(crate) struct SwapTarget {
    /// The new device: a number or name of it, or its model, such as iPhone17,1 or "iPhone 16"
    #[arg(long, value_name = "SERIAL|TYPE")]
    pub(crate) to: Option<String>,

    /// Its model, where its number is given and no evidence knows it
    #[arg(long, value_name = "TYPE", value_parser = model)]
    pub(crate) to_type: Option<String>,

    /// Its version of iOS, such as 18.6.2
    #[arg(long, value_name = "V", value_parser = os_version)]
    pub(crate) to_os: Option<OsVersion>,

    /// Its capacity in gigabytes, as it is sold
    #[arg(long, value_name = "GB", value_parser = gigabytes)]
    pub(crate) to_capacity: Option<f64>,
}

/// Where to look.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct SwapEvidence {
    /// Answer from the results that `scan --json` wrote, instead of the newest stored ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "mdm"])]
    pub(crate) results: Option<PathBuf>,

    /// Read backups now, below this folder; repeatable
    #[arg(long, value_name = "PATH")]
    pub(crate) root: Vec<PathBuf>,

    /// Read this file or folder of MDM exports now; repeatable
    #[arg(long, value_name = "PATH")]
    pub(crate) mdm: Vec<PathBuf>,

    /// Table of devices, with --root or --mdm
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) inventory: Option<PathBuf>,

    /// Thresholds, requirements and waivers (TOML), with --root or --mdm
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Which versions of iOS there are, for the new device: Apple's GDMF list or a SOFA feed
    #[arg(long, value_name = "FILE")]
    pub(crate) os_feed: Option<PathBuf>,

    /// How deep to check the backups of the named devices
    #[arg(long, value_name = "LEVEL")]
    pub(crate) verify: Option<Verify>,

    /// Passwords of encrypted backups: CSV with the header id,password, or TOML; the password of one
    /// device may stand in FLEETBACK_PASSWORD instead
    #[arg(long, value_name = "FILE")]
    pub(crate) passwords: Option<PathBuf>,

    /// Program that prints the password of one device
    #[arg(long, value_name = "CMD")]
    pub(crate) password_command: Option<CommandLine>,

    /// Threads to read with
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Name of this computer
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
}

impl SwapEvidence {
    /// Are backups or exports to be read now?
    pub(crate) fn is_live(&self) -> bool {
        !self.root.is_empty() || !self.mdm.is_empty()
    }

    /// The first flag given that needs --root or --mdm.
    pub(crate) fn only_live(&self) -> Option<&'static str> {
        let given = [
            ("--inventory", self.inventory.is_some()),
            ("--policy", self.policy.is_some()),
            ("--verify", self.verify.is_some()),
            ("--passwords", self.passwords.is_some()),
            ("--password-command", self.password_command.is_some()),
            ("--threads", self.threads.is_some()),
            ("--host", self.host.is_some()),
        ];
        let given = given.into_iter().find(|(_, is_given)| *is_given);
        given.map(|(flag, _)| flag)
    }

    /// As the settings of a scan.
    pub(crate) fn into_settings(self) -> ScanSettings {
        ScanSettings {
            roots: self.root,
            mdm: self.mdm,
            inventory: self.inventory,
            policy: self.policy,
            os_feed: self.os_feed,
            verify: self.verify,
            passwords: self.passwords,
            password_command: self.password_command,
            threads: self.threads,
            host: self.host,
            ..ScanSettings::default()
        }
    }
}

/// What to write.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct SwapOutput {
    /// Write the answers for ticket systems; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Vec<PathBuf>,

    /// Write a table with one row for each device; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Vec<PathBuf>,

    /// Write the same table as a workbook for Excel; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) xlsx: Vec<PathBuf>,

    /// Write a page to print: the totals, and a run sheet for each device; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Vec<PathBuf>,

    /// For whom the CSV is
    #[arg(long, value_name = "PROFILE")]
    pub(crate) csv_profile: Option<CsvProfile>,

    /// One ASCII character between the cells, `tab`, or `auto` for what this computer's spreadsheet splits at
    #[arg(long, value_name = "C")]
    pub(crate) csv_delimiter: Option<String>,

    /// Time zone of dates for people, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
}

impl SwapOutput {
    /// As the outputs of a scan.
    pub(crate) fn into_settings(self) -> OutputSettings {
        OutputSettings {
            csv: self.csv,
            html: self.html,
            json: self.json,
            xlsx: self.xlsx,
            csv_profile: self.csv_profile,
            csv_delimiter: self.csv_delimiter,
            timezone: self.timezone,
            ..OutputSettings::default()
        }
    }
}

fn model(text: &str) -> Result<String, String> {
    let wanted = || format!("write a model such as iPhone17,1 or \"iPhone 16\", not {text:?}");
    is_product(text).then(|| text.to_owned()).ok_or_else(wanted)
}

fn os_version(text: &str) -> Result<OsVersion, String> {
    OsVersion::parse(text).ok_or_else(|| "write a version such as 18.6.2".to_owned())
}

/// "256", "256GB", "1TB".
fn gigabytes(text: &str) -> Result<f64, String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.to_ascii_uppercase();
    let (number, factor) = match (bare.strip_suffix("TB"), bare.strip_suffix("GB")) {
        (Some(number), _) => (number, 1000.0),
        (_, Some(number)) => (number, 1.0),
        _ => (bare.as_str(), 1.0),
    };
    let number = number.parse::<f64>().ok().map(|number| number * factor);
    let sane = number.filter(|gigabytes| (1.0..1e6).contains(gigabytes));
    sane.ok_or_else(|| "write gigabytes, such as 256".to_owned())
}
