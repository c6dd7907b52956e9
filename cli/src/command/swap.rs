//! `fleetback swap`: may this device be wiped or handed over now?

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
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
use fleetback_scanner::backup::services::NoCache;
use fleetback_scanner::in_time::Patience;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::scan::{
    Found as FoundBackups, Progress, ReadBackups, ScanOptions, ScanServices, read_again,
    replace_backups,
};

use super::evidence::{self, EvidenceReader};
use super::write_reports;
use crate::config::args::Common;
use crate::config::swap_args::Swap;
use crate::options::swap::{Evidence, Live, SwapPlan};
use crate::options::{self, Format, path_checks};
use crate::output::evidence_places::EvidencePlaces;
use crate::output::files::Written;
use crate::output::messages::Verbosity;
use crate::output::progress::Listener;
use crate::output::stored_results;
use crate::output::terminal::{self, Terminal};
use crate::passwords::Passwords;
use crate::system::exit::{self, Exit};
use crate::system::interrupt;

/// Runs it. An error is a usage or configuration error: nothing was asked.
pub(crate) fn run(args: Swap, common: &Common) -> Result<Exit> {
    let mut patience = options::patience(None, common)?;
    let interrupted = interrupt::listen();
    let settings = common.clone();
    let make = move || SwapPlan::new(args.clone(), &settings);
    let Some(plan) = evidence::plan(&mut patience, &interrupted, make)? else {
        return Ok(Exit::Interrupted);
    };
    let looker = match &plan.evidence {
        Evidence::Stored(_) => None,
        Evidence::Live(live) => match Looker::new(live, patience, plan.terminal, &interrupted)? {
            Some(looker) => Some(looker),
            None => return Ok(Exit::Interrupted),
        },
    };
    if let Some(looker) = &looker {
        path_checks::refuse_reports_in_evidence(&plan.reports, &looker.places)?;
    }
    if !write_reports::can_write(plan.reports.places()) {
        return Ok(Exit::Unwritten);
    }
    let feeds = plan.feeds.read(plan.now);
    plan.terminal.verbosity.problems(&feeds.problems);
    let Some((results, run)) = judged(&plan, feeds.os_feed, looker)? else {
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
fn judged(
    plan: &SwapPlan,
    os_feed: Option<OsFeed>,
    looker: Option<Looker<'_>>,
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
    match (&plan.evidence, looker) {
        (Evidence::Stored(path), _) => {
            let results = stored_results::read(path)?;
            Ok(Some((
                results,
                run(EvidenceFrom::Stored, Some(path.display().to_string())),
            )))
        }
        (Evidence::Live(_), Some(looker)) => {
            let results = looker.look(&plan.asked)?;
            Ok(results.map(|results| (results, run(EvidenceFrom::Live, None))))
        }
        (Evidence::Live(_), None) => Ok(None),
    }
}

/// Looks at backups and exports, right now.
struct Looker<'a> {
    live: &'a Live,
    reader: EvidenceReader,
    progress: Arc<Listener>,
    found: Arc<FoundBackups>,
    /// Where nothing may be written.
    places: EvidencePlaces,
}

impl<'a> Looker<'a> {
    /// Finds what there is; `None` when interrupted.
    fn new(
        live: &'a Live,
        patience: Patience,
        terminal: Terminal,
        interrupted: &Arc<AtomicBool>,
    ) -> Result<Option<Self>> {
        let progress = Arc::new(Listener::new(terminal, interrupted));
        let mut reader = EvidenceReader::new(patience, &progress, &live.inputs, live.threads);
        let found = reader.find(&live.scan);
        progress.finish();
        let one = |(found, places)| Self {
            live,
            reader,
            progress,
            found,
            places,
        };
        Ok(found?.map(one))
    }

    /// Reads what everything says of itself, and then the backups of the devices that are asked for as
    /// deep as it was asked to: the others cost a moment each. `None` when interrupted.
    fn look(mut self, asked: &[SwapRequest]) -> Result<Option<Results>> {
        let live = self.live;
        let fleet = self.read(asked);
        self.progress.finish();
        let Some(mut fleet) = fleet?.filter(|_| !self.progress.cancelled()) else {
            return Ok(None);
        };
        fleet.problems.extend(live.passwords.problems());
        fleet.problems.sort();
        Ok(Some(judge(
            &fleet,
            &ReferenceData::default(),
            &live.policy,
            &live.run,
        )))
    }

    fn read(&mut self, asked: &[SwapRequest]) -> Result<Option<Fleet>> {
        let live = self.live;
        let glance = Arc::new(ScanOptions {
            verify: VerifyLevel::State,
            ..(*live.scan).clone()
        });
        let nobody = Arc::new(Passwords::default());
        let read = self
            .reader
            .read(&self.found, &glance, &nobody, Arc::new(NoCache));
        let Some(fleet) = read? else {
            return Ok(None);
        };
        let wanted = wanted(&fleet, live, asked);
        self.progress.add_rechecks(wanted.len() as u64);
        let fleet = Arc::new(fleet);
        let (options, passwords) = (Arc::clone(&live.scan), Arc::clone(&live.passwords));
        let (glanced, kept) = (Arc::clone(&fleet), ReadBackups::default());
        let fresh = self.reader.run(move |progress| {
            let services = ScanServices {
                passwords: &*passwords,
                ..ScanServices::new(progress)
            };
            read_again(&glanced, &wanted, &options, &services, &kept)
        });
        let Some(fresh) = fresh? else {
            return Ok(None);
        };
        let mut fleet = Arc::unwrap_or_clone(fleet);
        replace_backups(&mut fleet, fresh);
        Ok(Some(self.reader.told(fleet)))
    }
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
