//! Paths that must not be written to, and paths that must be there.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fleetback_scanner::scan::Inputs;
use fleetback_scanner::source::watched;

use super::outputs::Reports;
use crate::config::Found;
use crate::config::output_settings::OutputSettings;
use crate::config::settings::ScanSettings;
use crate::history;
use crate::output::evidence_places::EvidencePlaces;
use crate::output::files::Target;

/// An export that was named and is not there would make devices look worse than they are: nothing is
/// scanned without it.
pub(super) fn ensure_exports_are_there(documents: &[PathBuf]) -> Result<()> {
    let absent = |path: &&PathBuf| {
        let meta = watched::metadata(path);
        meta.is_err_and(|e| e.kind() == ErrorKind::NotFound)
    };
    let missing: Vec<String> = documents
        .iter()
        .filter(absent)
        .map(|path| path.display().to_string())
        .collect();
    if !missing.is_empty() {
        bail!(
            "--mdm: Could not read {}: no such file or folder. Check the spelling, or mount the share. Nothing was scanned and no report was touched",
            missing.join(", nor at ")
        );
    }
    Ok(())
}

/// One missing root among others is evidence that could not be read, and the report says so. When
/// nothing that was named is there, the command is wrong, or a share is not mounted: an empty
/// report over yesterday's would look like calm.
pub(super) fn ensure_something_is_there(roots: &[PathBuf], documents: &[PathBuf]) -> Result<()> {
    let named: Vec<_> = roots.iter().chain(documents).collect();
    let absent = |path: &&PathBuf| {
        let meta = watched::symlink_metadata(path);
        meta.is_err_and(|e| e.kind() == ErrorKind::NotFound)
    };
    if !named.is_empty() && named.iter().all(absent) {
        let list: Vec<_> = named
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        bail!(
            "Could not read {}: no such file or folder. Check the spelling, or mount the share. Nothing was scanned and no report was touched",
            list.join(", nor at ")
        );
    }
    Ok(())
}

/// A history store that was named and lies below a root is a usage error. The default store may lie
/// there when a whole home is scanned: that run goes without it and logs why.
pub(crate) fn refuse_history_in_evidence(
    history: &history::HistoryChoice,
    places: &EvidencePlaces,
) -> Result<()> {
    let history::HistoryChoice::Named(path) = history else {
        return Ok(());
    };
    match places.holding(path) {
        None => Ok(()),
        Some(evidence) => bail!(
            "--history {} lies inside {}, which this run reads: nothing is ever written there; name a file outside it",
            path.display(),
            evidence.display(),
        ),
    }
}

/// The roots and exports of a run.
pub(crate) fn places(inputs: &Inputs) -> EvidencePlaces {
    let read = inputs.roots.iter().chain(&inputs.documents);
    EvidencePlaces::new(read.map(PathBuf::as_path))
}

pub(super) fn refuse_json_in_evidence(
    json: Option<&Target>,
    inputs: &Inputs,
    settings: &ScanSettings,
    config: Option<&Found>,
) -> Result<()> {
    let Some(Target::Path(path)) = json else {
        return Ok(());
    };
    let reports = Reports::new(&OutputSettings {
        json: vec![path.clone()],
        ..OutputSettings::default()
    })?;
    refuse_to_write_into_evidence(&reports, inputs, settings, config)
}

/// Nothing below a root is ever opened for writing, and no file that is read is written over.
pub(crate) fn refuse_to_write_into_evidence(
    reports: &Reports,
    inputs: &Inputs,
    settings: &ScanSettings,
    config: Option<&Found>,
) -> Result<()> {
    let singles = settings.inventory.iter().chain(&settings.policy);
    let singles = singles.chain(&settings.passwords).chain(&settings.history);
    let singles = singles
        .chain(&settings.os_feed)
        .chain(&settings.system_status);
    let read = inputs.roots.iter().chain(&inputs.documents).chain(singles);
    let mut read: Vec<&Path> = read.map(PathBuf::as_path).collect();
    read.extend(config.map(|found| found.path.as_path()));
    refuse_to_write_over(reports, &read)
}

pub(crate) fn refuse_to_write_over(reports: &Reports, read: &[&Path]) -> Result<()> {
    refuse_reports_in_evidence(reports, &EvidencePlaces::new(read.iter().copied()))
}

/// Nothing below what is read is ever written, whatever path leads there.
pub(crate) fn refuse_reports_in_evidence(reports: &Reports, places: &EvidencePlaces) -> Result<()> {
    refuse_paths_in_evidence(reports.paths(), places)
}

/// The same of single files.
pub(crate) fn refuse_paths_in_evidence<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
    places: &EvidencePlaces,
) -> Result<()> {
    for path in paths {
        if let Some(evidence) = places.holding(path) {
            bail!(
                "{} lies inside {}, which this run reads: nothing is ever written there; name a path outside it, or `-` for standard output",
                path.display(),
                evidence.display(),
            );
        }
    }
    Ok(())
}
