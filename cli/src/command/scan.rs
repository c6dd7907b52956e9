//! `fleetback scan`: read, judge, write, and say by the exit code how it went.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use fleetback_report::judge::{ReferenceData, judge};

use super::evidence::{self, EvidenceReader};
use super::write_reports;
use crate::config::args::{Common, Scan};
use crate::history::{History, Job};
use crate::options::{self, Format, ScanPlan, path_checks};
use crate::output::evidence_places::EvidencePlaces;
use crate::output::messages::Verbosity;
use crate::output::progress::Listener;
use crate::output::stored_results;
use crate::system::exit::{Exit, Outcome};
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was read and nothing written.
pub(crate) fn run(args: Scan, common: &Common) -> Result<Exit> {
    let mut patience = options::patience(args.scan.read_timeout, common)?;
    let interrupted = interrupt::listen();
    let settings = common.clone();
    let make = move || ScanPlan::new(args.clone(), &settings);
    let Some(plan) = evidence::plan(&mut patience, &interrupted, make)? else {
        return Ok(Exit::Interrupted);
    };
    let verbosity = plan.terminal.verbosity;
    let progress = Arc::new(Listener::new(plan.terminal, &interrupted));
    let mut reader = EvidenceReader::new(patience, &progress, &plan.inputs, plan.threads);
    let Some((found, places)) = reader.find(&plan.scan)? else {
        return Ok(stopped(&progress, verbosity));
    };
    refuse(&plan, &places).inspect_err(|_| progress.finish())?;
    if !write_reports::can_write(plan.reports.places()) {
        progress.finish();
        return Ok(Exit::Unwritten);
    }
    let host = &plan.scan.scan_host;
    let job = Job::new(host, &plan.named_roots);
    let as_of = (plan.run.now, plan.since);
    let mut history = History::open(&plan.history, job, &places, as_of, verbosity);
    let fleet = reader.read(&found, &plan.scan, &plan.passwords, history.memory())?;
    progress.finish();
    let Some(mut fleet) = fleet.filter(|_| !interrupted.load(Ordering::Relaxed)) else {
        return Ok(stopped(&progress, verbosity));
    };
    let feeds = plan.feeds.read(plan.run.now);
    fleet.absent_roots.clone_from(&plan.absent_roots);
    fleet.problems.extend(plan.passwords.problems());
    // Wiped now: what comes takes its time, and needs none.
    drop(plan.passwords);
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
        return Ok(stopped(&progress, verbosity));
    };
    stored_results::save(&results, history.store(), verbosity);
    let words = (&plan.reports.time_zone, verbosity);
    let judged = past.as_ref().map(|past| (&results, past));
    history.save_run(&fleet, host, plan.run.now, judged, words);
    verbosity.summary(&results, &plan.reports.time_zone);
    verbosity.written(&written.files);
    Ok(Outcome::from_results(&results, written.all).exit(plan.fail_threshold))
}

/// What was found may show that a report or the history would lie in what is read.
fn refuse(plan: &ScanPlan, places: &EvidencePlaces) -> Result<()> {
    path_checks::refuse_reports_in_evidence(&plan.reports, places)?;
    path_checks::refuse_history_in_evidence(&plan.history, places)
}

fn stopped(progress: &Listener, verbosity: Verbosity) -> Exit {
    progress.finish();
    verbosity.note("interrupted; no report was touched");
    Exit::Interrupted
}
