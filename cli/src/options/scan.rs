//! What is meant by `fleetback scan`.

use anyhow::{Result, ensure};
use fleetback_report::judge::RunInfo;
use fleetback_report::policy::Policy;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;

use super::feeds::AppleFiles;
use super::outputs::{Reports, alarm};
use super::path_checks::{refuse_history_in_evidence, refuse_to_write_into_evidence};
use super::resolve::{
    history_choice, host, inputs, level, passwords, policy, settings_of, tell_config, terminal,
    threads, verify_again_days,
};
use super::run_id::run_id;
use crate::config;
use crate::config::args::{Common, Scan};
use crate::config::layer::Layer;
use crate::history;
use crate::output::terminal::Terminal;
use crate::passwords::{PASSWORD_VARIABLE, Passwords};
use crate::system::exit::Alarm;

/// Everything that `scan` does.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    /// What to read.
    pub(crate) inputs: Inputs,
    /// How to read it.
    pub(crate) scan: ScanOptions,
    /// How many threads read; 0 is one per processor.
    pub(crate) threads: usize,
    /// What judges.
    pub(crate) policy: Policy,
    /// What is asked about Apple's side of things.
    pub(crate) apple: AppleFiles,
    /// What the results say of the run itself.
    pub(crate) run: RunInfo,
    /// What to write.
    pub(crate) reports: Reports,
    /// Passwords of encrypted backups.
    pub(crate) passwords: Passwords,
    /// Where earlier runs told what they found.
    pub(crate) history: history::Choice,
    /// The newest run at or before this is compared with; the last one when nobody asks for another.
    pub(crate) since: Option<Timestamp>,
    /// From which severity on the run ends with 1.
    pub(crate) alarm: Alarm,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

impl ScanPlan {
    /// Puts together what was typed, what the variables say and what the settings file says.
    pub(crate) fn new(args: Scan, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::places())?;
        let config = settings_of(found.as_ref());
        let settings = args.scan.over(config.scan);
        let output = args.output.over(config.output);
        let terminal = terminal(common, config.terminal);
        tell_config(found.as_ref(), terminal.voice);

        let now = args.now.unwrap_or_else(Timestamp::now);
        let host = host(&settings);
        let policy = policy(settings.policy.as_deref())?;
        let inputs = inputs(&settings, &config.mdm)?;
        let reports = Reports::new(&output)?;
        let history = history_choice(&settings, args.now)?;
        refuse_to_write_into_evidence(&reports, &inputs, &settings, found.as_ref())?;
        refuse_history_in_evidence(&history, &inputs)?;
        ensure!(
            args.since.is_none() || history != history::Choice::None,
            "--since asks the history for an earlier run, and this run has none; name one with --history FILE"
        );
        if std::env::var_os(PASSWORD_VARIABLE).is_some() {
            terminal.voice.note("FLEETBACK_PASSWORD is not used by scan: it is for `fleetback verify` of one backup");
        }
        Ok(Self {
            run: RunInfo {
                now,
                scan_host: host.clone(),
                run_id: run_id(now, &host, &inputs.roots, args.now.is_none()),
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            scan: ScanOptions {
                now,
                scan_host: host,
                verify: settings.verify.map_or(VerifyLevel::default(), level),
                verify_again: args.again.verify_again,
                verify_again_days: verify_again_days(&settings),
            },
            passwords: passwords(&settings)?,
            since: args
                .since
                .map(|since| since.last_instant(&reports.time_zone)),
            history,
            threads: threads(&settings)?,
            apple: AppleFiles {
                os_feed: settings.os_feed,
                system_status: settings.system_status,
            },
            inputs,
            policy,
            reports,
            alarm: alarm(output.fail_on, &args.alarm),
            terminal,
        })
    }
}
