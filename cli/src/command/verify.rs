//! `fleetback verify`: one or more backups, each checked anew whatever the history says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;

use super::evidence::{self, EvidenceReader};
use super::write_reports;
use crate::config::args::{Common, Verify};
use crate::history::{History, Job};
use crate::options::{self, VerifyPlan, path_checks};
use crate::output::evidence_places::EvidencePlaces;
use crate::output::files::{self, Staged, Target};
use crate::output::messages;
use crate::output::progress::Listener;
use crate::output::verify_report::VerifyReport;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was checked.
pub(crate) fn run(args: Verify, common: &Common) -> Result<Exit> {
    let mut patience = options::patience(None, common)?;
    let interrupted = interrupt::listen();
    let settings = common.clone();
    let make = move || VerifyPlan::new(args.clone(), &settings);
    let Some(plan) = evidence::plan(&mut patience, &interrupted, make)? else {
        return Ok(Exit::Interrupted);
    };
    let verbosity = plan.terminal.verbosity;
    let begun = Instant::now();
    let progress = Arc::new(Listener::new(plan.terminal, &interrupted));
    let mut reader = EvidenceReader::new(patience, &progress, &plan.inputs, plan.threads);
    let Some((found, places)) = reader.find(&plan.scan)? else {
        progress.finish();
        return Ok(Exit::Interrupted);
    };
    refuse(&plan, &places).inspect_err(|_| progress.finish())?;
    if !write_reports::can_write(&plan.json) {
        progress.finish();
        return Ok(Exit::Unwritten);
    }
    let (host, now) = (&plan.scan.scan_host, plan.scan.now);
    let job = Job::new(host, &plan.inputs.roots);
    let history = History::open(&plan.history, job, &places, (now, None), verbosity);
    let fleet = reader.read(&found, &plan.scan, &plan.passwords, history.memory())?;
    progress.finish();
    let Some(mut fleet) = fleet.filter(|_| !interrupted.load(Ordering::Relaxed)) else {
        return Ok(Exit::Interrupted);
    };
    fleet.problems.extend(plan.passwords.problems());
    drop(plan.passwords);
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

/// What was found may show that the JSON or the history would lie in what is read.
fn refuse(plan: &VerifyPlan, places: &EvidencePlaces) -> Result<()> {
    let json = plan.json.iter().filter_map(Target::path);
    path_checks::refuse_paths_in_evidence(json, places)?;
    path_checks::refuse_history_in_evidence(&plan.history, places)
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
