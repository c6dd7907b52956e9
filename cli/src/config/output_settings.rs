//! What to write, and how: `[output]` of the settings file and the flags of the same names.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use fleetback_report::render::csv::{Profile, Rows};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layer::Layer;

/// For whom the CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CsvProfile {
    /// For people and spreadsheets: BOM, CRLF, cells that a spreadsheet would run or mangle made safe.
    Excel,
    /// For programs: no BOM, LF, exact values.
    Raw,
}

impl From<CsvProfile> for Profile {
    fn from(profile: CsvProfile) -> Self {
        match profile {
            CsvProfile::Excel => Self::Excel,
            CsvProfile::Raw => Self::Raw,
        }
    }
}

/// What a row of the CSV is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CsvRows {
    /// One row for each device.
    Device,
    /// One row for each local backup.
    Backup,
}

impl From<CsvRows> for Rows {
    fn from(rows: CsvRows) -> Self {
        match rows {
            CsvRows::Device => Self::Device,
            CsvRows::Backup => Self::Backup,
        }
    }
}

/// From which severity on the run ends with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Warnings and worse.
    Warning,
    /// Errors and worse.
    Error,
    /// Critical findings only.
    Critical,
    /// Findings never change the exit code.
    Never,
}

/// What to write, and what to alarm on: `[output]`.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputSettings {
    /// Write a table for the spreadsheet; repeatable; `-` is standard output
    #[arg(long, value_name = "FILE", env = "FLEETBACK_CSV")]
    pub(crate) csv: Vec<PathBuf>,

    /// Write a page to look at: one file, opens without a network; repeatable
    #[arg(long, value_name = "FILE", env = "FLEETBACK_HTML")]
    pub(crate) html: Vec<PathBuf>,

    /// Write the whole results for programs, and for `fleetback report`; repeatable
    #[arg(long, value_name = "FILE", env = "FLEETBACK_JSON")]
    pub(crate) json: Vec<PathBuf>,

    /// Write a workbook for Excel, Numbers or LibreOffice; repeatable; `-` is standard output
    #[arg(
        long,
        value_name = "FILE",
        env = "FLEETBACK_XLSX",
        hide_env_values = true
    )]
    pub(crate) xlsx: Vec<PathBuf>,

    /// For whom the CSV is
    #[arg(long, value_name = "PROFILE", env = "FLEETBACK_CSV_PROFILE")]
    pub(crate) csv_profile: Option<CsvProfile>,

    /// One ASCII character between the cells, `tab`, or `auto` for what this computer's spreadsheet splits at
    #[arg(long, value_name = "C", env = "FLEETBACK_CSV_DELIMITER")]
    pub(crate) csv_delimiter: Option<String>,

    /// What a row is
    #[arg(long, value_name = "ROWS", env = "FLEETBACK_CSV_ROWS")]
    pub(crate) csv_rows: Option<CsvRows>,

    /// Time zone of dates for people, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", env = "FLEETBACK_TIMEZONE")]
    pub(crate) timezone: Option<String>,

    /// From which severity on to end with exit code 1
    #[arg(long, value_name = "SEVERITY", env = "FLEETBACK_FAIL_ON")]
    pub(crate) fail_on: Option<FailOn>,
}

impl Layer for OutputSettings {
    /// Outputs are one choice: a run that asks for any output gets no other from a place that
    /// ranks lower, so that `--csv -` does not also overwrite the nightly page.
    fn with_fallback(self, under: Self) -> Self {
        let targets = [&self.csv, &self.html, &self.json, &self.xlsx];
        let asked = targets.into_iter().any(|paths| !paths.is_empty());
        let (csv, html, json, xlsx) = if asked {
            (self.csv, self.html, self.json, self.xlsx)
        } else {
            (under.csv, under.html, under.json, under.xlsx)
        };
        Self {
            csv,
            html,
            json,
            xlsx,
            csv_profile: self.csv_profile.with_fallback(under.csv_profile),
            csv_delimiter: self.csv_delimiter.with_fallback(under.csv_delimiter),
            csv_rows: self.csv_rows.with_fallback(under.csv_rows),
            timezone: self.timezone.with_fallback(under.timezone),
            fail_on: self.fail_on.with_fallback(under.fail_on),
        }
    }
}

impl OutputSettings {
    /// How to write, without what to write.
    #[must_use]
    pub(crate) fn without_targets(self) -> Self {
        Self {
            csv: Vec::new(),
            html: Vec::new(),
            json: Vec::new(),
            xlsx: Vec::new(),
            ..self
        }
    }

    /// The same with relative paths taken from `folder`; `-` stays standard output.
    #[must_use]
    pub(crate) fn relative_to(mut self, folder: &Path) -> Self {
        let all = self
            .csv
            .iter_mut()
            .chain(&mut self.html)
            .chain(&mut self.json)
            .chain(&mut self.xlsx);
        all.filter(|path| path.as_os_str() != "-")
            .for_each(|path| *path = folder.join(&*path));
        self
    }
}
