//! `fleetback report`: the reports of a stored run again, without its backups.

use anyhow::Result;

use crate::args::{Common, Report};
use crate::exit::{Exit, Outcome};
use crate::options::ReportPlan;
use crate::{interrupt, kept, reports};

/// Runs it. An error is a usage error: nothing was written.
pub(crate) fn run(args: Report, common: &Common) -> Result<Exit> {
    let plan = ReportPlan::new(args, common)?;
    let interrupted = interrupt::listen();
    let results = kept::read(&plan.results)?;

    let Some(written) = reports::write(&results, &plan.reports, plan.terminal, &interrupted) else {
        return Ok(Exit::Interrupted);
    };
    plan.terminal.voice.summary(&results);
    Ok(Outcome::of(&results, written).exit(plan.alarm))
}
