//! What is meant by `fleetback scan`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, ensure};
use fleetback_report::judge::RunInfo;
use fleetback_report::policy::Policy;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;

use super::feeds::FeedFiles;
use super::outputs::{Reports, fail_threshold};
use super::path_checks::{places, refuse_history_in_evidence, refuse_to_write_into_evidence};
use super::resolve::{
    history_choice, host, inputs, log_config, passwords, policy, settings_from, terminal, threads,
    verify_again_days,
};
use super::run_id::run_id;
use super::standard_roots::absent_roots;
use crate::config;
use crate::config::args::{Common, Scan};
use crate::config::layer::Layer;
use crate::history;
use crate::output::terminal::Terminal;
use crate::passwords::{PASSWORD_VARIABLE, Passwords};
use crate::system::exit::FailThreshold;

/// Everything that `scan` does.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    /// What to read.
    pub(crate) inputs: Arc<Inputs>,
    /// The roots that were named; none stands for the standard locations.
    pub(crate) named_roots: Vec<PathBuf>,
    /// Standard locations that are not there.
    pub(crate) absent_roots: Vec<PathBuf>,
    /// How to read it.
    pub(crate) scan: Arc<ScanOptions>,
    /// How many threads read; 0 is one per processor.
    pub(crate) threads: usize,
    /// What judges.
    pub(crate) policy: Policy,
    /// What is asked about Apple's side of things.
    pub(crate) feeds: FeedFiles,
    /// What the results say of the run itself.
    pub(crate) run: RunInfo,
    /// What to write.
    pub(crate) reports: Reports,
    /// Passwords of encrypted backups.
    pub(crate) passwords: Arc<Passwords>,
    /// The history store to use.
    pub(crate) history: history::HistoryChoice,
    /// The newest run at or before this is compared with; `None` is the last run.
    pub(crate) since: Option<Timestamp>,
    /// From which severity on the run ends with 1.
    pub(crate) fail_threshold: FailThreshold,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

impl ScanPlan {
    /// Puts together what was typed, what the variables say and what the settings file says.
    pub(crate) fn new(args: Scan, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = settings_from(found.as_ref());
        let settings = args.scan.with_fallback(config.scan);
        let output = args.output.with_fallback(config.output);
        let terminal = terminal(common, config.terminal);
        log_config(found.as_ref(), terminal.verbosity);

        let now = args.now.unwrap_or_else(Timestamp::now);
        let host = host(&settings);
        let policy = policy(settings.policy.as_deref())?;
        let inputs = inputs(&settings, &config.mdm)?;
        let reports = Reports::new(&output)?;
        let history = history_choice(&settings, args.now)?;
        refuse_to_write_into_evidence(&reports, &inputs, &settings, found.as_ref())?;
        refuse_history_in_evidence(&history, &places(&inputs))?;
        ensure!(
            args.since.is_none() || history != history::HistoryChoice::None,
            "--since asks the history for an earlier run, and this run has none; name one with --history FILE"
        );
        if std::env::var_os(PASSWORD_VARIABLE).is_some() {
            terminal.verbosity.note("FLEETBACK_PASSWORD is not used by scan: it is for `fleetback verify` of one backup");
        }
        Ok(Self {
            run: RunInfo {
                now,
                scan_host: host.clone(),
                run_id: run_id(now, &host, &inputs.roots, args.now.is_none()),
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            scan: Arc::new(ScanOptions {
                now,
                scan_host: host,
                verify: settings
                    .verify
                    .map_or(VerifyLevel::default(), VerifyLevel::from),
                verify_again: args.again.verify_again,
                verify_again_days: verify_again_days(&settings),
            }),
            passwords: Arc::new(passwords(&settings)?),
            since: args
                .since
                .map(|since| since.last_instant(&reports.time_zone)),
            absent_roots: absent_roots(&settings.roots),
            named_roots: settings.roots.clone(),
            history,
            threads: threads(&settings)?,
            feeds: FeedFiles {
                os_feed: settings.os_feed,
                system_status: settings.system_status,
            },
            inputs: Arc::new(inputs),
            policy,
            reports,
            fail_threshold: fail_threshold(output.fail_on, &args.fail_threshold),
            terminal,
        })
    }
}
