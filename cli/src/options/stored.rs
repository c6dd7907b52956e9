//! What is meant by `fleetback report` and `fleetback diff`, which read stored results.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use jiff::Timestamp;

use super::outputs::{Reports, fail_threshold};
use super::path_checks::refuse_to_write_over;
use super::resolve::{settings_from, terminal};
use crate::config;
use crate::config::args::{Common, Diff, Report};
use crate::config::layer::Layer;
use crate::config::output_settings::OutputSettings;
use crate::history;
use crate::output::terminal::Terminal;
use crate::system::exit::FailThreshold;

/// Everything that `report` does.
#[derive(Debug)]
pub(crate) struct ReportPlan {
    /// The stored results.
    pub(crate) results: PathBuf,
    /// Which earlier run to compare them with instead of the last, and the store that knows it.
    pub(crate) since: Option<(Timestamp, PathBuf)>,
    /// What to write.
    pub(crate) reports: Reports,
    /// From which severity on the run ends with 1.
    pub(crate) fail_threshold: FailThreshold,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

impl ReportPlan {
    /// The same for `report`. The files that a nightly run is set to write are left alone: only
    /// what this command line names is written.
    pub(crate) fn new(args: Report, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = settings_from(found.as_ref());
        let output = args.output.with_fallback(config.output.without_targets());
        let reports = Reports::new(&output)?;
        refuse_to_write_over(&reports, &[args.results.as_path()])?;
        let since = args
            .since
            .map(|since| since.last_instant(&reports.time_zone));
        let store = since.map(|_| existing_store(args.history)).transpose()?;
        Ok(Self {
            results: args.results,
            since: since.zip(store),
            reports,
            fail_threshold: fail_threshold(output.fail_on, &args.fail_threshold),
            terminal: terminal(common, config.terminal),
        })
    }
}

/// Everything that `diff` does.
#[derive(Debug)]
pub(crate) struct DiffPlan {
    /// What to write.
    pub(crate) reports: Reports,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

impl DiffPlan {
    /// The same for `diff`. Of two inputs one may be standard input, not both.
    pub(crate) fn new(args: &Diff, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = settings_from(found.as_ref());
        let given = OutputSettings {
            json: args.json.clone(),
            timezone: args.timezone.clone(),
            ..OutputSettings::default()
        };
        let reports = Reports::new(&given.with_fallback(config.output.without_targets()))?;
        let inputs = [args.old.as_path(), args.new.as_path()];
        ensure!(
            inputs != [Path::new("-"); 2],
            "both reports are standard input; name a file for one of them"
        );
        refuse_to_write_over(&reports, &inputs)?;
        Ok(Self {
            reports,
            terminal: terminal(common, config.terminal),
        })
    }
}

/// The store that was named, or the user's own; it must be there, for a new one knows nothing.
fn existing_store(named: Option<PathBuf>) -> Result<PathBuf> {
    let path = named.or_else(history::default_path);
    match path {
        Some(path) if path.is_file() => Ok(path),
        Some(path) => bail!(
            "--since asks the history for an earlier run, and there is none at {}; name one with --history FILE",
            path.display()
        ),
        None => bail!("--since asks the history for an earlier run; name one with --history FILE"),
    }
}
