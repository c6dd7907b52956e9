//! What is meant by `fleetback verify`.

use std::sync::Arc;

use anyhow::Result;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;

use super::path_checks::{
    ensure_something_is_there, places, refuse_history_in_evidence, refuse_json_in_evidence,
};
use super::resolve::{
    history_choice, host, log_config, one_password, passwords, settings_from, terminal,
    verify_again_days,
};
use crate::config;
use crate::config::args::{Common, Verify as VerifyArgs};
use crate::config::layer::Layer;
use crate::config::settings::ScanSettings;
use crate::history;
use crate::output::files::Target;
use crate::output::terminal::Terminal;
use crate::passwords::Passwords;

/// Everything that `verify` does.
#[derive(Debug)]
pub(crate) struct VerifyPlan {
    /// What to read.
    pub(crate) inputs: Arc<Inputs>,
    /// How to read it.
    pub(crate) scan: Arc<ScanOptions>,
    /// How many threads read; 0 is one per processor.
    pub(crate) threads: usize,
    /// Where the JSON goes, if it is wanted.
    pub(crate) json: Option<Target>,
    /// Passwords of encrypted backups.
    pub(crate) passwords: Arc<Passwords>,
    /// The history store to use.
    pub(crate) history: history::HistoryChoice,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

impl VerifyPlan {
    /// The same for `verify`: what is checked is named, and is always checked anew.
    pub(crate) fn new(args: VerifyArgs, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = settings_from(found.as_ref());
        let terminal = terminal(common, config.terminal);
        log_config(found.as_ref(), terminal.verbosity);
        let given_clock = args.now;
        let now = given_clock.unwrap_or_else(Timestamp::now);
        // The level of scheduled runs does not count here: `verify` is asked for by hand. Its own is
        // that of `scan` and `swap`, so that the three say the same of one folder.
        let level = args
            .verify
            .map_or(VerifyLevel::default(), VerifyLevel::from);
        let json = args.json.clone().map(Target::from);
        let settings = args.into_settings().with_fallback(ScanSettings {
            roots: Vec::new(),
            ..config.scan
        });

        let mut passwords = passwords(&settings)?;
        passwords.variable = one_password(settings.roots.len())?;
        ensure_something_is_there(&settings.roots, &[])?;
        let inputs = Inputs {
            roots: settings.roots.clone(),
            ..Inputs::default()
        };
        let history = history_choice(&settings, given_clock)?;
        refuse_history_in_evidence(&history, &places(&inputs))?;
        refuse_json_in_evidence(json.as_ref(), &inputs, &settings, found.as_ref())?;
        Ok(Self {
            scan: Arc::new(ScanOptions {
                now,
                scan_host: host(&settings),
                verify: level,
                verify_again: true,
                verify_again_days: verify_again_days(&settings),
            }),
            threads: settings.threads.map_or(0, usize::from),
            inputs: Arc::new(inputs),
            json,
            passwords: Arc::new(passwords),
            history,
            terminal,
        })
    }
}
