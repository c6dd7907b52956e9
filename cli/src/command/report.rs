//! `fleetback report`: the reports of a stored run again, without its backups.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use fleetback_report::render::json;

use crate::args::{Common, Report};
use crate::exit::{Exit, Outcome};
use crate::interrupt;
use crate::options::ReportPlan;
use crate::reports;

/// Far above the report of 50,000 devices; a file that is larger is something else. In bytes.
const RESULTS_BYTES_MAX: u64 = 2 << 30;

/// Runs it. An error is a usage error: nothing was written.
pub(crate) fn run(args: Report, common: &Common) -> Result<Exit> {
    let plan = ReportPlan::new(args, common)?;
    let interrupted = interrupt::listen();
    let wanted = || {
        let path = plan.results.display();
        format!("{path}: wanted a report that `fleetback scan --json` wrote")
    };
    let bytes = read(&plan.results).with_context(wanted)?;
    let results = json::read(&bytes)
        .map_err(|e| anyhow!(e))
        .with_context(wanted)?;

    let Some(written) = reports::write(&results, &plan.reports, plan.terminal, &interrupted) else {
        return Ok(Exit::Interrupted);
    };
    plan.terminal.voice.summary(&results);
    Ok(Outcome::of(&results, written).exit(plan.alarm))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = RESULTS_BYTES_MAX + 1;
    let read = match path.as_os_str().to_str() {
        Some("-") => io::stdin().lock().take(limit).read_to_end(&mut bytes),
        _ => File::open(path)?.take(limit).read_to_end(&mut bytes),
    };
    let count = read? as u64;
    ensure!(
        count <= RESULTS_BYTES_MAX,
        "found more than {RESULTS_BYTES_MAX} bytes"
    );
    Ok(bytes)
}
