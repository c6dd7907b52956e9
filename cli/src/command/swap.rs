//! `fleetback swap`: may this device be wiped or handed over now?

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use fleetback_report::judge::{ReferenceData, judge};
use fleetback_report::render::html::run_sheets;
use fleetback_report::render::terminal::page::PageOptions;
use fleetback_report::render::terminal::swap;
use fleetback_report::render::{csv, json, xlsx};
use fleetback_report::results::{Results, Verdict};
use fleetback_report::swap::answer::Retention;
use fleetback_report::swap::evaluate::tickets;
use fleetback_report::swap::lookup::{Directory, Found};
use fleetback_report::swap::request::{EvidenceFrom, Run, SwapRequest};
use fleetback_report::swap::retention::afterwards;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::scan::{ScanOptions, ScanServices, recheck_backups, scan};
use rayon::ThreadPoolBuilder;

use super::write_reports;
use crate::config::args::Common;
use crate::config::swap_args::Swap;
use crate::options::Format;
use crate::options::swap::{Evidence, Live, SwapPlan};
use crate::output::files::Written;
use crate::output::messages::Verbosity;
use crate::output::progress::Listener;
use crate::output::stored_results;
use crate::output::terminal::{self, Terminal};
use crate::system::exit::{self, Exit};
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was asked.
pub(crate) fn run(args: Swap, common: &Common) -> Result<Exit> {
    let plan = SwapPlan::new(args, common)?;
    if !write_reports::can_write(plan.reports.places()) {
        return Ok(Exit::Unwritten);
    }
    let interrupted = interrupt::listen();
    let feeds = plan.feeds.read(plan.now);
    plan.terminal.verbosity.problems(&feeds.problems);
    let Some((results, run)) = evidence(&plan, feeds.os_feed, &interrupted)? else {
        return Ok(Exit::Interrupted);
    };
    plan.terminal.verbosity.problems(&results.problems);
    if let Some(used) = &plan.plan {
        plan.terminal.verbosity.problems(&used.problems);
    }
    let exit = if plan.after {
        run_retention(&plan, &results, &run, &interrupted)
    } else {
        run_tickets(&plan, &results, &run, &interrupted)
    };
    Ok(exit)
}

/// The judged devices, and where they come from; `None` when interrupted.
fn evidence(
    plan: &SwapPlan,
    os_feed: Option<OsFeed>,
    interrupted: &Arc<AtomicBool>,
) -> Result<Option<(Results, Run)>> {
    let run = |from, path| Run {
        os_feed,
        now: plan.now,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        plan: plan.plan.clone(),
        from,
        path,
        losses_accepted: plan.accept_losses,
    };
    match &plan.evidence {
        Evidence::Stored(path) => {
            let results = stored_results::read(path)?;
            Ok(Some((
                results,
                run(EvidenceFrom::Stored, Some(path.display().to_string())),
            )))
        }
        Evidence::Live(live) => {
            let results = look(live, &plan.asked, plan.terminal, interrupted)?;
            Ok(results.map(|results| (results, run(EvidenceFrom::Live, None))))
        }
    }
}

/// Reads what everything says of itself, and then the backups of the devices that are asked for as
/// deep as it was asked to: the others cost a moment each.
fn look(
    live: &Live,
    asked: &[SwapRequest],
    terminal: Terminal,
    interrupted: &Arc<AtomicBool>,
) -> Result<Option<Results>> {
    let pool = ThreadPoolBuilder::new().num_threads(live.threads).build();
    let pool = pool.context("cannot start the reading threads; try --threads 1")?;
    let progress = Listener::new(terminal, interrupted);
    let glance = ScanOptions {
        verify: VerifyLevel::State,
        ..live.scan.clone()
    };
    let mut fleet = pool.install(|| scan(&live.inputs, &glance, &ScanServices::new(&progress)));
    let wanted = wanted(&fleet, live, asked);
    progress.add_rechecks(wanted.len() as u64);
    let services = ScanServices {
        passwords: &live.passwords,
        ..ScanServices::new(&progress)
    };
    pool.install(|| recheck_backups(&mut fleet, &wanted, &live.scan, &services));
    progress.finish();
    if interrupted.load(Ordering::Relaxed) {
        return Ok(None);
    }
    fleet.problems.extend(live.passwords.problems());
    fleet.problems.sort();
    Ok(Some(judge(
        &fleet,
        &ReferenceData::default(),
        &live.policy,
        &live.run,
    )))
}

/// The backups of everybody who is asked for, old devices and new ones.
fn wanted(fleet: &Fleet, live: &Live, asked: &[SwapRequest]) -> BTreeSet<PathBuf> {
    let glanced = judge(fleet, &ReferenceData::default(), &live.policy, &live.run);
    let directory = Directory::new(&glanced);
    let texts = asked
        .iter()
        .flat_map(|one| [Some(&one.text), one.target_spec.to.as_ref()]);
    let devices = texts
        .flatten()
        .filter_map(|text| match directory.find(text) {
            Found::One(device, _) => Some(device),
            Found::Several(_) | Found::None => None,
        });
    let backups = devices.flat_map(|device| &device.backups);
    backups.map(|backup| backup.path.clone()).collect()
}

fn run_tickets(plan: &SwapPlan, results: &Results, run: &Run, interrupted: &AtomicBool) -> Exit {
    let tickets = tickets(results, &plan.asked, run);
    let zone = &plan.reports.time_zone;
    let render = |format, out: &mut dyn Write| -> io::Result<()> {
        match format {
            Format::Csv => csv::write_csv(&tickets, zone, &plan.reports.csv, out),
            Format::Html => run_sheets::write(&tickets, zone, out),
            Format::Json => json::write(&tickets, out),
            Format::Text => swap::write_text(&tickets, &text_options(plan), out),
            Format::Xlsx => xlsx::write(&tickets, zone, out),
        }
    };
    let verdicts = tickets.swaps.iter().map(|ticket| ticket.verdict);
    // A row that could not be used has no verdict.
    let unasked = plan.unasked().map(|_| Verdict::Unknown);
    let exit = exit::for_verdicts(verdicts.chain(unasked), plan.accept_losses);
    written(
        write_reports::write_each(&plan.reports.targets, &render, interrupted),
        plan.terminal.verbosity,
        exit,
    )
}

fn run_retention(plan: &SwapPlan, results: &Results, run: &Run, interrupted: &AtomicBool) -> Exit {
    let after = afterwards(results, &plan.asked, run);
    let render = |format, out: &mut dyn Write| -> io::Result<()> {
        match format {
            Format::Json => json::write(&after, out),
            _ => swap::write_after_text(&after, &text_options(plan), out),
        }
    };
    let fates = after.swaps.iter().map(|one| one.fate);
    let unasked = plan.unasked().map(|_| Retention::Unknown);
    let exit = exit::for_retention(fates.chain(unasked));
    written(
        write_reports::write_each(&plan.reports.targets, &render, interrupted),
        plan.terminal.verbosity,
        exit,
    )
}

fn text_options(plan: &SwapPlan) -> PageOptions<'_> {
    PageOptions {
        width: terminal::width(),
        color: plan.terminal.colored(),
        zone: &plan.reports.time_zone,
        details: plan.details,
    }
}

fn written(written: Option<Written>, verbosity: Verbosity, exit: Exit) -> Exit {
    let Some(written) = written else {
        return Exit::Interrupted;
    };
    verbosity.written(&written.files);
    if written.all { exit } else { Exit::Unwritten }
}
