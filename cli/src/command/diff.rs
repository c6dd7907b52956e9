//! `fleetback diff`: what changed between two stored reports.

use std::io::{self, Write};

use anyhow::Result;
use fleetback_report::history::diff::Diff as Changes;
use fleetback_report::render::json;
use fleetback_report::render::terminal::diff;
use fleetback_report::render::terminal::page::PageOptions;

use super::write_reports;
use crate::config::args::{Common, Diff};
use crate::options::{DiffPlan, Format};
use crate::output::{stored_results, terminal};
use crate::system::exit::{self, Exit};
use crate::system::interrupt;

/// Runs it. An error is a usage error: nothing was compared.
pub(crate) fn run(args: &Diff, common: &Common) -> Result<Exit> {
    let plan = DiffPlan::new(args, common)?;
    if !write_reports::can_write(plan.reports.places()) {
        return Ok(Exit::Unwritten);
    }
    let interrupted = interrupt::listen();
    let (old, new) = (
        stored_results::read(&args.old)?,
        stored_results::read(&args.new)?,
    );
    let changes = Changes::between(&old, &new, env!("CARGO_PKG_VERSION"));
    let text = PageOptions {
        width: terminal::width(),
        color: plan.terminal.colored(),
        zone: &plan.reports.time_zone,
        details: false,
    };
    let render = |format, out: &mut dyn Write| -> io::Result<()> {
        match format {
            Format::Json => json::write(&changes, out),
            _ => diff::write_text(&changes, &text, out),
        }
    };
    let written = write_reports::write_each(&plan.reports.targets, &render, &interrupted);
    Ok(match written {
        Some(written) => {
            plan.terminal.verbosity.written(&written.files);
            match written.all {
                true => exit::for_diff(&changes),
                false => Exit::Unwritten,
            }
        }
        None => Exit::Interrupted,
    })
}
