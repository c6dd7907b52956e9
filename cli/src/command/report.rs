//! `fleetback report`: the reports of a stored run again, without its backups.

use anyhow::{Result, anyhow};
use fleetback_report::remember::compare_again;

use crate::args::{Common, Report};
use crate::exit::{Exit, Outcome};
use crate::options::ReportPlan;
use crate::{history, interrupt, kept, reports};

/// Runs it. An error is a usage error: nothing was written.
pub(crate) fn run(args: Report, common: &Common) -> Result<Exit> {
    let plan = ReportPlan::new(args, common)?;
    let interrupted = interrupt::listen();
    let mut results = kept::read(&plan.results)?;
    if let Some((since, store)) = &plan.since {
        let past = history::of_stored(&results, store, *since).map_err(|why| anyhow!(why))?;
        compare_again(&mut results, &past);
    }

    let Some(written) = reports::write(&results, &plan.reports, plan.terminal, &interrupted) else {
        return Ok(Exit::Interrupted);
    };
    plan.terminal.voice.summary(&results);
    Ok(Outcome::of(&results, written).exit(plan.alarm))
}
