//! `fleetback report`: the reports of a stored run again, without its backups.

use anyhow::{Result, anyhow};
use fleetback_report::history::recompare;

use super::write_reports;
use crate::config::args::{Common, Report};
use crate::history;
use crate::options::ReportPlan;
use crate::output::stored_results;
use crate::system::exit::{Exit, Outcome};
use crate::system::interrupt;

/// Runs it. An error is a usage error: nothing was written.
pub(crate) fn run(args: Report, common: &Common) -> Result<Exit> {
    let plan = ReportPlan::new(args, common)?;
    if !write_reports::can_write(plan.reports.places()) {
        return Ok(Exit::Unwritten);
    }
    let interrupted = interrupt::listen();
    let mut results = stored_results::read(&plan.results)?;
    if let Some((since, store)) = &plan.since {
        let past = history::for_stored_results(&results, store, *since, &plan.reports.time_zone)
            .map_err(|why| anyhow!(why))?;
        recompare(&mut results, &past);
    }

    let Some(written) = write_reports::write(&results, &plan.reports, plan.terminal, &interrupted)
    else {
        return Ok(Exit::Interrupted);
    };
    plan.terminal
        .verbosity
        .summary(&results, &plan.reports.time_zone);
    plan.terminal.verbosity.written(&written.files);
    Ok(Outcome::from_results(&results, written.all).exit(plan.fail_threshold))
}
