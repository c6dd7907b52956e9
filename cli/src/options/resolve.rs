//! Settings of every place put together, checked, and given their defaults: what several commands share.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use fleetback_report::policy::Policy;
use fleetback_scanner::in_time::Patience;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;

use super::path_checks::{ensure_exports_are_there, ensure_something_is_there};
use super::standard_roots;
use crate::config::args::{Common, Variables};
use crate::config::layer::Layer;
use crate::config::settings::{MdmSettings, ScanSettings, TerminalSettings, When};
use crate::config::{self, Config, Found};
use crate::history;
use crate::output::messages::Verbosity;
use crate::output::terminal::Terminal;
use crate::passwords::{
    PASSWORD_VARIABLE, PasswordCommand, PasswordFile, PasswordVariable, Passwords,
};
use crate::system::platform;

/// Seconds: disks that sleep take up to half a minute to wake, and shares a while to come back.
const READ_TIMEOUT: u32 = 60;

/// More threads than that help no disk.
const THREADS_MAX: usize = 1_000;

pub(crate) fn settings_from(found: Option<&Found>) -> Config {
    found.map(|found| found.config.clone()).unwrap_or_default()
}

pub(crate) fn log_config(found: Option<&Found>, verbosity: Verbosity) {
    verbosity.detail(&match found {
        Some(found) => format!("settings from {}", found.path.display()),
        None => "no settings file".to_owned(),
    });
}

/// What standard error and the terminal get.
pub(crate) fn terminal(common: &Common, file: TerminalSettings) -> Terminal {
    let settings = common.terminal.clone().with_fallback(file);
    Terminal {
        verbosity: Verbosity {
            quiet: common.quiet,
            verbose: common.verbose,
        },
        color: settings.color.unwrap_or(When::Auto),
        progress: settings.progress.unwrap_or(When::Auto),
    }
}

/// The name of this computer.
pub(crate) fn host(settings: &ScanSettings) -> String {
    let own = || gethostname::gethostname().to_string_lossy().into_owned();
    settings.host.clone().unwrap_or_else(own)
}

/// The policy file, or the built-in policy.
pub(crate) fn policy(file: Option<&Path>) -> Result<Policy> {
    let Some(file) = file else {
        return Ok(Policy::builtin());
    };
    let text = config::read_text(file)?;
    Ok(Policy::parse(&text, &file.to_string_lossy())?)
}

/// How many threads read; 0 is one per processor. Starting thousands takes longer than any scan.
pub(crate) fn threads(settings: &ScanSettings) -> Result<usize> {
    let threads = settings.threads.map_or(0, usize::from);
    ensure!(
        threads <= THREADS_MAX,
        "--threads: {threads} is not from 1 to {THREADS_MAX}; a few for each processor is enough"
    );
    Ok(threads)
}

/// How long one answer of a disk or share is waited for. To be known before anything else, for even a
/// look at a root may never come back.
pub(crate) fn patience(typed: Option<NonZeroU32>, common: &Common) -> Result<Patience> {
    let found = config::load(common.config.as_deref(), &config::folders())?;
    let variables = Variables::read()?.scan.read_timeout;
    let file = settings_from(found.as_ref()).scan.read_timeout;
    Ok(Patience::new(seconds(typed.or(variables).or(file))))
}

/// The same of settings that are put together.
pub(crate) fn read_timeout(settings: &ScanSettings) -> Duration {
    seconds(settings.read_timeout)
}

fn seconds(set: Option<NonZeroU32>) -> Duration {
    Duration::from_secs(set.map_or(READ_TIMEOUT, NonZeroU32::get).into())
}

/// What to read; an error when there is nothing that could be.
pub(crate) fn inputs(settings: &ScanSettings, mdm: &MdmSettings) -> Result<Inputs> {
    let roots = match settings.roots.as_slice() {
        [] => standard_roots::standard_roots(!settings.mdm.is_empty())?,
        roots => roots.to_vec(),
    };
    ensure_something_is_there(&roots, &settings.mdm)?;
    ensure_exports_are_there(&settings.mdm)?;
    Ok(Inputs {
        roots,
        documents: settings.mdm.clone(),
        inventory: settings.inventory.clone(),
        tables: mdm.rules(),
    })
}

pub(crate) fn verify_again_days(settings: &ScanSettings) -> u32 {
    let days = settings.verify_again_days.map(NonZeroU32::get);
    days.unwrap_or(ScanOptions::VERIFY_AGAIN_DAYS)
}

/// The sources that were named, read and checked.
pub(crate) fn passwords(settings: &ScanSettings) -> Result<Passwords> {
    ensure!(
        settings.passwords.is_none() || settings.password_command.is_none(),
        "both passwords and password_command are set; name one of them",
    );
    ensure!(
        settings
            .password_command
            .as_ref()
            .is_none_or(|line| !line.program().is_empty()),
        "password_command: there is no program in it, or a quotation mark is not closed; write a program and its arguments",
    );
    if settings.passwords.is_some() || settings.password_command.is_some() {
        platform::hide_memory();
    }
    let file = settings.passwords.as_deref().map(PasswordFile::read);
    Ok(Passwords {
        variable: None,
        file: file.transpose()?,
        command: settings.password_command.clone().map(PasswordCommand::new),
    })
}

/// What can be said of the settings of a scan before there is one: `config check` refuses what `scan` would.
pub(crate) fn check_settings(settings: &ScanSettings) -> Result<()> {
    threads(settings)?;
    history_choice(settings, None)?;
    passwords(settings)?;
    ensure_exports_are_there(&settings.mdm)
}

/// One variable holds one password, and the backups of two devices hardly share one.
pub(crate) fn one_password(backups: usize) -> Result<Option<PasswordVariable>> {
    let variable = PasswordVariable::read();
    if variable.is_some() {
        platform::hide_memory();
    }
    ensure!(
        variable.is_none() || backups == 1,
        "{PASSWORD_VARIABLE} holds the password of one backup, and {backups} are named; name one, or use --passwords",
    );
    Ok(variable)
}

/// Which history store is meant. A run whose clock is given is a rehearsal: it leaves the user's own
/// store alone, and uses one only where its place is named.
pub(crate) fn history_choice(
    settings: &ScanSettings,
    given_clock: Option<Timestamp>,
) -> Result<history::HistoryChoice> {
    match (&settings.history, settings.no_history) {
        (Some(_), true) => {
            bail!("both history and no_history are set; name one of them")
        }
        (None, true) => Ok(history::HistoryChoice::None),
        (Some(path), false) => Ok(history::HistoryChoice::Named(path.clone())),
        (None, false) if given_clock.is_some() && history::named_folder().is_none() => {
            Ok(history::HistoryChoice::None)
        }
        (None, false) => Ok(history::HistoryChoice::Default),
    }
}
