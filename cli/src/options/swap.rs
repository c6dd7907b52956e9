//! What is meant by `fleetback swap`: which devices, from which evidence, written where.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use fleetback_report::judge::RunInfo;
use fleetback_report::policy::Policy;
use fleetback_report::swap::plan as swap;
use fleetback_report::swap::request::{PlanUsed, SwapRequest, TargetSpec};
use fleetback_scanner::mdm::swap_plan;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::model::plan as model;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;

use super::feeds::FeedFiles;
use super::outputs::Reports;
use super::path_checks::{refuse_to_write_into_evidence, refuse_to_write_over};
use super::resolve;
use super::run_id::run_id;

use crate::config;
use crate::config::args::{Common, Variables};
use crate::config::layer::Layer;
use crate::config::settings::{MdmSettings, ScanSettings};
use crate::config::swap_args::{Swap, SwapEvidence, SwapTarget};
use crate::history;
use crate::output::stored_results;
use crate::output::terminal::Terminal;
use crate::passwords::Passwords;

/// Everything that `swap` does.
#[derive(Debug)]
pub(crate) struct SwapPlan {
    /// Who is asked for.
    pub(crate) asked: Vec<SwapRequest>,
    /// The plan that asks for them.
    pub(crate) plan: Option<PlanUsed>,
    /// Where to look.
    pub(crate) evidence: Evidence,
    /// Which versions of iOS there are.
    pub(crate) feeds: FeedFiles,
    /// What to write.
    pub(crate) reports: Reports,
    /// Is a loss no reason for another exit code?
    pub(crate) accept_losses: bool,
    /// Is every check shown?
    pub(crate) details: bool,
    /// What may go after the swap, instead of whether it may be made?
    pub(crate) after: bool,
    /// The clock.
    pub(crate) now: Timestamp,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

/// Where to look.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// Results of an earlier scan.
    Stored(PathBuf),
    /// Backups and exports, right now.
    Live(Box<Live>),
}

/// What a live look reads, and how.
#[derive(Debug)]
pub(crate) struct Live {
    /// What to read.
    pub(crate) inputs: Arc<Inputs>,
    /// How to read the backups of the devices that are asked for.
    pub(crate) scan: Arc<ScanOptions>,
    /// How many threads read; 0 is one per processor.
    pub(crate) threads: usize,
    /// What judges.
    pub(crate) policy: Policy,
    /// Passwords of encrypted backups.
    pub(crate) passwords: Arc<Passwords>,
    /// What the results say of the run itself.
    pub(crate) run: RunInfo,
}

impl SwapPlan {
    /// Puts together what was typed, what the variables say and what the settings file says.
    pub(crate) fn new(args: Swap, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = resolve::settings_from(found.as_ref());
        let terminal = resolve::terminal(common, config.terminal);
        resolve::log_config(found.as_ref(), terminal.verbosity);
        let now = args.now.unwrap_or_else(Timestamp::now);
        let output = args.output.into_settings();
        let output = output.with_fallback(config.output.without_targets());
        let reports = Reports::new(&output)?;
        let read = args.plan.as_deref().map(read_plan).transpose()?;
        let asked = asked(read.as_ref(), &args.devices, &args.target);
        let plan_file: Vec<_> = args.plan.iter().map(PathBuf::as_path).collect();
        refuse_to_write_over(&reports, &plan_file)?;

        let named = ScanSettings {
            roots: Vec::new(),
            ..ScanSettings::default()
        };
        let under = Variables::read()?.scan.with_fallback(config.scan);
        let feed = args.evidence.os_feed.clone().or(under.os_feed.clone());
        let evidence = if args.evidence.is_live() {
            let settings = args.evidence.into_settings().with_fallback(under);
            let live = Live::new(&settings, &config.mdm, now, asked.len())?;
            refuse_to_write_into_evidence(&reports, &live.inputs, &settings, found.as_ref())?;
            Evidence::Live(Box::new(live))
        } else {
            let path = stored(&args.evidence, &named.with_fallback(under))?;
            let read: Vec<_> = [path.as_path()]
                .into_iter()
                .chain(feed.as_deref())
                .collect();
            refuse_to_write_over(&reports, &read)?;
            Evidence::Stored(path)
        };
        Ok(Self {
            asked,
            plan: read.as_ref().map(PlanUsed::from_plan),
            evidence,
            feeds: FeedFiles {
                os_feed: feed,
                system_status: None,
            },
            reports,
            accept_losses: args.accept_losses,
            details: args.details,
            after: args.after,
            now,
            terminal,
        })
    }
}

impl SwapPlan {
    /// The rows of the plan that could not be used.
    pub(crate) fn unasked(&self) -> impl Iterator<Item = u64> {
        let lines = self.plan.iter().flat_map(|plan| &plan.unusable);
        lines.copied()
    }
}

impl Live {
    fn new(
        settings: &ScanSettings,
        mdm: &MdmSettings,
        now: Timestamp,
        devices: usize,
    ) -> Result<Self> {
        let host = resolve::host(settings);
        let inputs = resolve::inputs(settings, mdm)?;
        let mut passwords = resolve::passwords(settings)?;
        passwords.variable = resolve::one_password(devices)?;
        Ok(Self {
            policy: resolve::policy(settings.policy.as_deref())?,
            threads: resolve::threads(settings)?,
            run: RunInfo {
                now,
                scan_host: host.clone(),
                run_id: run_id(now, &host, &inputs.roots, false),
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            scan: Arc::new(ScanOptions {
                now,
                scan_host: host,
                verify: settings
                    .verify
                    .map_or(VerifyLevel::default(), VerifyLevel::from),
                verify_again: true,
                verify_again_days: resolve::verify_again_days(settings),
            }),
            passwords: Arc::new(passwords),
            inputs: Arc::new(inputs),
        })
    }
}

/// A table that is not a plan is a usage error: nothing is checked.
fn read_plan(path: &Path) -> Result<model::SwapPlan> {
    swap_plan::read(path)
        .map_err(|problem| anyhow!("--plan {}: {}", problem.path.display(), problem.sentence()))
}

fn asked(
    plan: Option<&model::SwapPlan>,
    devices: &[String],
    target: &SwapTarget,
) -> Vec<SwapRequest> {
    let target_spec = TargetSpec {
        to: target.to.clone(),
        product_type: target.to_type.clone(),
        os_version: target.to_os,
        capacity_gb: target.to_capacity,
    };
    if let Some(plan) = plan {
        return swap::asked(plan, &target_spec);
    }
    let one = |text: &String| SwapRequest {
        text: text.clone(),
        target_spec: target_spec.clone(),
        ..SwapRequest::default()
    };
    devices.iter().map(one).collect()
}

/// The results that were named, else the newest that a scan kept.
fn stored(evidence: &SwapEvidence, settings: &ScanSettings) -> Result<PathBuf> {
    if let Some(flag) = evidence.only_live() {
        bail!(
            "{flag} is for looking now: name a folder of backups with --root, or exports with --mdm, too"
        );
    }
    if let Some(path) = &evidence.results {
        return Ok(path.clone());
    }
    let store = settings.history.clone().or_else(history::default_path);
    let path = store.map(|store| stored_results::path_beside(&store));
    match path.filter(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!(
            "no scan has kept its results here yet: run `fleetback scan` with a history, name results with --results, or look now with --root and --mdm"
        ),
    }
}
