//! `fleetback verify`: one or more backups, each checked anew whatever the history says.

use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use fleetback_scanner::scan::{ScanServices, scan};
use jiff::tz::TimeZone;
use rayon::ThreadPoolBuilder;

use super::write_reports;
use crate::config::args::{Common, Verify};
use crate::history::{History, Job};
use crate::options::VerifyPlan;
use crate::output::files::{self, Staged, Target};
use crate::output::messages;
use crate::output::progress::Listener;
use crate::output::verify_report::VerifyReport;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was checked.
pub(crate) fn run(args: Verify, common: &Common) -> Result<Exit> {
    let plan = VerifyPlan::new(args, common)?;
    if !write_reports::can_write(&plan.json) {
        return Ok(Exit::Unwritten);
    }
    let pool = ThreadPoolBuilder::new().num_threads(plan.threads).build();
    let pool = pool.context("cannot start the reading threads; try --threads 1")?;
    let interrupted = interrupt::listen();

    let verbosity = plan.terminal.verbosity;
    let roots = &plan.inputs.roots;
    let (host, now) = (&plan.scan.scan_host, plan.scan.now);
    let history = History::open(&plan.history, Job::new(host, roots), roots, now, verbosity);
    let progress = Listener::new(plan.terminal, &interrupted);
    let services = ScanServices {
        passwords: &plan.passwords,
        cache: history.memory(),
        progress: &progress,
    };
    let begun = Instant::now();
    let mut fleet = pool.install(|| scan(&plan.inputs, &plan.scan, &services));
    progress.finish();
    if interrupted.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    fleet.problems.extend(plan.passwords.problems());
    history.save_run(&fleet, host, now, None, (&TimeZone::UTC, verbosity));

    let checked = VerifyReport::new(fleet, plan.scan.verify, now, begun.elapsed());
    verbosity.problems(checked.problems());
    let written = write(&checked, plan.json.as_ref())?;
    Ok(if written {
        checked.exit()
    } else {
        Exit::Unwritten
    })
}

/// The text to standard output, unless the JSON goes there.
fn write(checked: &VerifyReport, json: Option<&Target>) -> Result<bool> {
    let mut written = true;
    if let Some(target) = json {
        let mut bytes = serde_json::to_vec_pretty(checked).context("the JSON cannot be made")?;
        bytes.push(b'\n');
        let done = files::stage(target, &|out| out.write_all(&bytes)).and_then(Staged::commit);
        if let Err(unwritten) = &done {
            messages::error(unwritten);
        }
        written = done.is_ok();
    }
    if json != Some(&Target::Stdout) {
        written &= files::print(checked.text().as_bytes()) == Exit::Complete;
    }
    Ok(written)
}
