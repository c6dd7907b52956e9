//! The newest results, stored beside the history store, so that the swap check can answer without reading
//! a disk.
//!
//! They hold names of people: the file is for this user alone. Like the store itself they are a
//! convenience, and a run never fails for them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use fleetback_report::render::json;
use fleetback_report::results::Results;

use crate::output::files;
use crate::output::messages::Verbosity;

/// Far above the report of 50,000 devices; a file that is larger is something else. In bytes.
const RESULTS_BYTES_MAX: u64 = 2 << 30;

/// Where the results stand beside a history store: `history.sqlite3` has `history.results.json`.
pub(crate) fn path_beside(store: &Path) -> PathBuf {
    store.with_extension("results.json")
}

/// Stores the results of a run that has a history store.
pub(crate) fn save(results: &Results, store: Option<&Path>, verbosity: Verbosity) {
    let Some(path) = store.map(path_beside) else {
        return;
    };
    if let Err(error) = files::write_private(&path, &|out| json::write_results(results, out)) {
        let (why, remedy) = files::why_and_remedy(&error);
        verbosity.note(&format!(
            "Could not write {}: {why}. {remedy}. Until then `fleetback swap` answers from older results.",
            path.display(),
        ));
    }
}

/// Reads results that were stored; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Results> {
    let wanted = || {
        let path = path.display();
        format!("Could not read {path} as a report that `fleetback scan --json` wrote")
    };
    let read = match path.as_os_str().to_str() {
        Some("-") => json::read(io::stdin().lock().take(RESULTS_BYTES_MAX)),
        _ => json::read(file(path).with_context(wanted)?),
    };
    read.map_err(|e| anyhow!(e)).with_context(wanted)
}

fn file(path: &Path) -> Result<impl Read> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    ensure!(
        bytes <= RESULTS_BYTES_MAX,
        "found {bytes} bytes, more than {RESULTS_BYTES_MAX}"
    );
    Ok(file.take(RESULTS_BYTES_MAX))
}
