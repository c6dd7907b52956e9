//! Which reports are written, where to and how.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use fleetback_report::render::csv::{CsvOptions, Profile, Rows};
use fleetback_report::results::Severity;
use jiff::tz::TimeZone;

use crate::config::args::FailFlags;
use crate::config::output_settings::{FailOn, OutputSettings};
use crate::output::files::{Target, resolved};
use crate::output::terminal;
use crate::system::exit::FailThreshold;
use crate::system::locale;

/// What to write, and how.
#[derive(Debug)]
pub(crate) struct Reports {
    /// In the order in which they are written: standard output last.
    pub(crate) targets: Vec<(Format, Target)>,
    /// How the CSV is written.
    pub(crate) csv: CsvOptions,
    /// The zone of dates for people.
    pub(crate) time_zone: TimeZone,
}

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `--csv`
    Csv,
    /// `--html`
    Html,
    /// `--json`
    Json,
    /// `--xlsx`
    Xlsx,
    /// The short table of a run that was asked for no report.
    Text,
}

impl Reports {
    /// Checks what the outputs were asked to be.
    pub(crate) fn new(output: &OutputSettings) -> Result<Self> {
        let profile = output.csv_profile.map_or(Profile::Excel, Profile::from);
        Ok(Self {
            targets: targets(output)?,
            csv: CsvOptions {
                profile,
                rows: output.csv_rows.map_or(Rows::Device, Rows::from),
                delimiter: delimiter(output.csv_delimiter.as_deref(), profile)?,
            },
            time_zone: time_zone(output.timezone.as_deref())?,
        })
    }

    /// Is a report of this kind written?
    pub(crate) fn writes(&self, kind: Format) -> bool {
        self.targets.iter().any(|(format, _)| *format == kind)
    }

    /// Where they go.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().map(|(_, target)| target)
    }

    /// The files among the targets.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.targets.iter().filter_map(|(_, target)| target.path())
    }
}

/// The outputs asked for, files first; the short table when there are none.
fn targets(output: &OutputSettings) -> Result<Vec<(Format, Target)>> {
    let kinds = [
        (Format::Csv, output.csv.as_slice()),
        (Format::Html, &output.html),
        (Format::Json, &output.json),
        (Format::Xlsx, &output.xlsx),
    ];
    let mut targets: Vec<_> = kinds
        .into_iter()
        .flat_map(|(format, paths)| paths.iter().map(move |path| (format, path.clone().into())))
        .collect();
    if targets.is_empty() {
        targets.push((Format::Text, Target::Stdout));
    }
    ensure_each_once(&targets)?;
    ensure_shown(&targets, terminal::is_shown())?;
    targets.sort_by_key(|(_, target)| *target == Target::Stdout);
    Ok(targets)
}

/// A workbook is binary: printed on a terminal it is noise, and its control bytes can change the terminal.
fn ensure_shown(targets: &[(Format, Target)], on_a_terminal: bool) -> Result<()> {
    ensure!(
        !(on_a_terminal && targets.contains(&(Format::Xlsx, Target::Stdout))),
        "--xlsx -: a terminal cannot show a workbook; name a file, or send it into a pipe",
    );
    Ok(())
}

fn ensure_each_once(targets: &[(Format, Target)]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (_, target) in targets {
        let place = match target {
            Target::Stdout => PathBuf::from("-"),
            Target::Path(path) => resolved(path).unwrap_or_else(|_| path.clone()),
        };
        ensure!(
            place == OsStr::new("/dev/null") || seen.insert(place),
            "two reports for {target}: each needs a place of its own",
        );
    }
    Ok(())
}

/// A zone by its IANA name, or this computer's.
pub(crate) fn time_zone(name: Option<&str>) -> Result<TimeZone> {
    match name {
        None => Ok(TimeZone::system()),
        Some(name) => TimeZone::get(name).with_context(|| {
            format!(
                "--timezone: {name:?} is not the name of a time zone, such as Europe/Berlin or UTC"
            )
        }),
    }
}

/// `auto` is for spreadsheets: one whose language has a decimal comma splits at `;`.
fn delimiter(text: Option<&str>, profile: Profile) -> Result<u8> {
    match text.unwrap_or(",").as_bytes() {
        b"auto" if profile == Profile::Excel && locale::has_decimal_comma() => Ok(b';'),
        b"auto" => Ok(b','),
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n\0".contains(byte) => Ok(*byte),
        _ => bail!(
            "--csv-delimiter: {:?} is not one ASCII character other than a quotation mark and a line break, nor `tab` or `auto`",
            text.unwrap_or_default()
        ),
    }
}

pub(super) fn fail_threshold(fail_on: Option<FailOn>, flags: &FailFlags) -> FailThreshold {
    let limit = match fail_on.unwrap_or(FailOn::Error) {
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Error => Some(Severity::Error),
        FailOn::Critical => Some(Severity::Critical),
        FailOn::Never => None,
    };
    FailThreshold(limit.filter(|_| !flags.exit_zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_goes_anywhere_but_to_a_terminal() {
        let file = || Target::Path("swaps.xlsx".into());
        let check = |format, target, on_a_terminal, wanted| {
            let shown = ensure_shown(&[(format, target)], on_a_terminal);
            assert_eq!(shown.is_ok(), wanted, "{format:?} {on_a_terminal}");
        };
        check(Format::Xlsx, Target::Stdout, true, false);
        check(Format::Xlsx, Target::Stdout, false, true);
        check(Format::Xlsx, file(), true, true);
        check(Format::Csv, Target::Stdout, true, true);
    }
}
