//! `fleetback scan`: read, judge, write, and say by the exit code how it went.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use fleetback_report::judge::{ReferenceData, judge};
use fleetback_scanner::scan::{ScanServices, scan};
use rayon::ThreadPoolBuilder;

use super::write_reports;
use crate::config::args::{Common, Scan};
use crate::history::{History, Job};
use crate::options::{Format, ScanPlan};
use crate::output::messages::Verbosity;
use crate::output::progress::Listener;
use crate::output::stored_results;
use crate::system::exit::{Exit, Outcome};
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was read and nothing written.
pub(crate) fn run(args: Scan, common: &Common) -> Result<Exit> {
    let plan = ScanPlan::new(args, common)?;
    if !write_reports::can_write(plan.reports.places()) {
        return Ok(Exit::Unwritten);
    }
    let pool = ThreadPoolBuilder::new().num_threads(plan.threads).build();
    let pool = pool.context("cannot start the reading threads; try --threads 1")?;
    let interrupted = interrupt::listen();

    let verbosity = plan.terminal.verbosity;
    let host = &plan.scan.scan_host;
    let job = Job::new(host, &plan.named_roots);
    let now = plan.run.now;
    let history = History::open(&plan.history, job, &plan.inputs.roots, now, verbosity);
    let progress = Listener::new(plan.terminal, &interrupted);
    let services = ScanServices {
        passwords: &plan.passwords,
        cache: history.memory(),
        progress: &progress,
    };
    let mut fleet = pool.install(|| scan(&plan.inputs, &plan.scan, &services));
    progress.finish();
    if interrupted.load(Ordering::Relaxed) {
        return Ok(stopped(verbosity));
    }
    let feeds = plan.feeds.read(plan.run.now);
    fleet.absent_roots.clone_from(&plan.absent_roots);
    fleet.problems.extend(plan.passwords.problems());
    fleet.problems.extend(feeds.problems);
    fleet.problems.sort();
    let past = history.before(plan.run.now, &plan.reports.time_zone, plan.since);
    let knowledge = ReferenceData {
        history: past.as_ref(),
        os_feed: feeds.os_feed.as_ref(),
        service_status: feeds.service_status.as_ref(),
    };
    let results = judge(&fleet, &knowledge, &plan.policy, &plan.run);

    // What to do, and which files were written, is to be the last thing on the screen.
    verbosity.exports(&fleet.exports, &plan.reports.time_zone);
    verbosity.problems(&results.problems);
    // The short table folds them into one line.
    if verbosity.verbose || !plan.reports.writes(Format::Text) {
        verbosity.policy(&results);
    }
    let Some(written) = write_reports::write(&results, &plan.reports, plan.terminal, &interrupted)
    else {
        return Ok(stopped(verbosity));
    };
    stored_results::save(&results, history.store(), verbosity);
    let words = (&plan.reports.time_zone, verbosity);
    history.save_run(&fleet, host, plan.run.now, Some(&results), words);
    verbosity.summary(&results, &plan.reports.time_zone);
    verbosity.written(&written.files);
    Ok(Outcome::from_results(&results, written.all).exit(plan.fail_threshold))
}

fn stopped(verbosity: Verbosity) -> Exit {
    verbosity.note("interrupted; no report was touched");
    Exit::Interrupted
}
