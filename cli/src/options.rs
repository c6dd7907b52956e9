//! What is meant: the settings of every place put together, checked, and given their defaults.
//!
//! Everything here can fail, and does so before anything is read or written: exit code 2.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use fleetback_report::judge::RunInfo;
use fleetback_report::policy::Policy;
use fleetback_report::render::csv::{CsvOptions, Profile, Rows};
use fleetback_report::results::Severity;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::scan::{Inputs, ScanOptions};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::apple::AppleFiles;
use crate::config::args::{AlarmFlags, Common, Diff, Report, Scan, Verify as VerifyArgs};
use crate::config::layer::Layer;
use crate::config::output_settings::{CsvProfile, CsvRows, FailOn, OutputSettings};
use crate::config::settings::{MdmSettings, ScanSettings, TerminalSettings, Verify, When};
use crate::config::{self, Config, Found};
use crate::history;
use crate::homes;
use crate::output::files::{Target, resolved};
use crate::output::messages::Voice;
use crate::output::terminal::{self, Terminal};
use crate::passwords::{
    PASSWORD_VARIABLE, PasswordCommand, PasswordFile, PasswordVariable, Passwords,
};
use crate::run_id::run_id;
use crate::system::exit::Alarm;

/// More threads than that help no disk.
const THREADS_MAX: usize = 1_000;

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

/// Everything that `verify` does.
#[derive(Debug)]
pub(crate) struct VerifyPlan {
    /// What to read.
    pub(crate) inputs: Inputs,
    /// How to read it.
    pub(crate) scan: ScanOptions,
    /// How many threads read; 0 is one per processor.
    pub(crate) threads: usize,
    /// Where the JSON goes, if it is wanted.
    pub(crate) json: Option<Target>,
    /// Passwords of encrypted backups.
    pub(crate) passwords: Passwords,
    /// Where earlier runs told what they found.
    pub(crate) history: history::Choice,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

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
    pub(crate) alarm: Alarm,
    /// What standard error and the terminal get.
    pub(crate) terminal: Terminal,
}

/// What to write, and how.
#[derive(Debug)]
pub(crate) struct Reports {
    /// In the order in which they are written: standard output last.
    pub(crate) targets: Vec<(Format, Target)>,
    /// How the CSV is written.
    pub(crate) csv: CsvOptions,
    /// The zone of dates for people.
    pub(crate) time_zone: TimeZone,
}

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `--csv`
    Csv,
    /// `--html`
    Html,
    /// `--json`
    Json,
    /// `--xlsx`, which `swap` alone has.
    Xlsx,
    /// The short table of a run that was asked for no report.
    Text,
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

impl VerifyPlan {
    /// The same for `verify`: what is checked is named, and is always checked anew.
    pub(crate) fn new(args: VerifyArgs, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::places())?;
        let config = settings_of(found.as_ref());
        let terminal = terminal(common, config.terminal);
        tell_config(found.as_ref(), terminal.voice);
        let given_clock = args.now;
        let now = given_clock.unwrap_or_else(Timestamp::now);
        // How deep the nights check says nothing of how deep this check is meant to be.
        let level = args.verify.map_or(VerifyLevel::Contents, level);
        let json = args.json.clone().map(Target::from);
        let settings = args.into_settings().over(ScanSettings {
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
        refuse_history_in_evidence(&history, &inputs)?;
        refuse_json_in_evidence(json.as_ref(), &inputs, &settings, found.as_ref())?;
        Ok(Self {
            scan: ScanOptions {
                now,
                scan_host: host(&settings),
                verify: level,
                verify_again: true,
                verify_again_days: verify_again_days(&settings),
            },
            threads: settings.threads.map_or(0, usize::from),
            inputs,
            json,
            passwords,
            history,
            terminal,
        })
    }
}

impl ReportPlan {
    /// The same for `report`. The files that a nightly run is set to write are left alone: only
    /// what this command line names is written.
    pub(crate) fn new(args: Report, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::places())?;
        let config = settings_of(found.as_ref());
        let output = args.output.over(config.output.without_targets());
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
            alarm: alarm(output.fail_on, &args.alarm),
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
        let found = config::load(common.config.as_deref(), &config::places())?;
        let config = settings_of(found.as_ref());
        let given = OutputSettings {
            json: args.json.clone(),
            timezone: args.timezone.clone(),
            ..OutputSettings::default()
        };
        let reports = Reports::new(&given.over(config.output.without_targets()))?;
        let inputs = [args.old.as_path(), args.new.as_path()];
        ensure!(
            inputs != [Path::new("-"); 2],
            "wanted two reports, found standard input named twice; name a file for one of them"
        );
        refuse_to_write_over(&reports, &inputs)?;
        Ok(Self {
            reports,
            terminal: terminal(common, config.terminal),
        })
    }
}

impl Reports {
    /// Checks what the outputs were asked to be.
    pub(crate) fn new(output: &OutputSettings) -> Result<Self> {
        Self::with_workbooks(output, &[])
    }

    /// The same with workbooks among them.
    pub(crate) fn with_workbooks(output: &OutputSettings, workbooks: &[PathBuf]) -> Result<Self> {
        Ok(Self {
            targets: targets(output, workbooks)?,
            csv: CsvOptions {
                profile: output.csv_profile.map_or(Profile::Excel, profile),
                rows: output.csv_rows.map_or(Rows::Device, rows),
                delimiter: delimiter(output.csv_delimiter.as_deref())?,
            },
            time_zone: time_zone(output.timezone.as_deref())?,
        })
    }

    /// Is a report of this kind written?
    pub(crate) fn writes(&self, kind: Format) -> bool {
        self.targets.iter().any(|(format, _)| *format == kind)
    }

    /// The files among the targets.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.targets.iter().filter_map(|(_, target)| match target {
            Target::Path(path) => Some(path.as_path()),
            Target::Stdout => None,
        })
    }
}

pub(crate) fn settings_of(found: Option<&Found>) -> Config {
    found.map(|found| found.config.clone()).unwrap_or_default()
}

pub(crate) fn tell_config(found: Option<&Found>, voice: Voice) {
    voice.detail(&match found {
        Some(found) => format!("settings from {}", found.path.display()),
        None => "no settings file".to_owned(),
    });
}

/// What standard error and the terminal get.
pub(crate) fn terminal(common: &Common, file: TerminalSettings) -> Terminal {
    let settings = common.terminal.clone().over(file);
    Terminal {
        voice: Voice {
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
        "--threads: wanted 1 to {THREADS_MAX}, found {threads}; a few for each processor is enough"
    );
    Ok(threads)
}

/// What to read; an error when there is nothing that could be.
pub(crate) fn inputs(settings: &ScanSettings, mdm: &MdmSettings) -> Result<Inputs> {
    let roots = match settings.roots.as_slice() {
        [] => homes::standard_roots(!settings.mdm.is_empty())?,
        roots => roots.to_vec(),
    };
    ensure_something_is_there(&roots, &settings.mdm)?;
    Ok(Inputs {
        roots,
        documents: settings.mdm.clone(),
        inventory: settings.inventory.clone(),
        tables: mdm.rules(),
    })
}

/// One missing root among others is evidence that could not be read, and the report says so. When
/// nothing that was named is there, the command is wrong, or a share is not mounted: an empty
/// report over yesterday's would look like calm.
fn ensure_something_is_there(roots: &[PathBuf], documents: &[PathBuf]) -> Result<()> {
    let named: Vec<_> = roots.iter().chain(documents).collect();
    let absent = |path: &&PathBuf| {
        let meta = std::fs::symlink_metadata(path);
        meta.is_err_and(|e| e.kind() == ErrorKind::NotFound)
    };
    if !named.is_empty() && named.iter().all(absent) {
        let list: Vec<_> = named
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        bail!(
            "wanted folders of backups or MDM exports, found nothing at {}; check the spelling, or mount the share; nothing was scanned and no report was touched",
            list.join(", nor at ")
        );
    }
    Ok(())
}

pub(crate) fn verify_again_days(settings: &ScanSettings) -> u32 {
    let days = settings.verify_again_days.map(NonZeroU32::get);
    days.unwrap_or(ScanOptions::VERIFY_AGAIN_DAYS)
}

/// The sources that were named, read and checked.
pub(crate) fn passwords(settings: &ScanSettings) -> Result<Passwords> {
    ensure!(
        settings.passwords.is_none() || settings.password_command.is_none(),
        "wanted one source of passwords, found both passwords and password_command; name one of them",
    );
    ensure!(
        settings
            .password_command
            .as_ref()
            .is_none_or(|line| !line.program().is_empty()),
        "password_command: wanted a program and its arguments, found nothing, or a quotation mark that is not closed",
    );
    let file = settings.passwords.as_deref().map(PasswordFile::read);
    Ok(Passwords {
        variable: None,
        file: file.transpose()?,
        command: settings.password_command.clone().map(PasswordCommand::new),
    })
}

/// One variable holds one password, and the backups of two devices hardly share one.
pub(crate) fn one_password(backups: usize) -> Result<Option<PasswordVariable>> {
    let variable = PasswordVariable::read();
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
) -> Result<history::Choice> {
    match (&settings.history, settings.no_history) {
        (Some(_), true) => {
            bail!("wanted a history or none, found both history and no_history; name one of them")
        }
        (None, true) => Ok(history::Choice::None),
        (Some(path), false) => Ok(history::Choice::Named(path.clone())),
        (None, false) if given_clock.is_some() && history::named_folder().is_none() => {
            Ok(history::Choice::None)
        }
        (None, false) => Ok(history::Choice::Usual),
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

/// A store that was named below a root is a mistake of whoever named it. One that lies there because
/// a whole home is scanned is not: such a run goes without it and says so.
fn refuse_history_in_evidence(history: &history::Choice, inputs: &Inputs) -> Result<()> {
    let history::Choice::Named(path) = history else {
        return Ok(());
    };
    let read: Vec<_> = inputs
        .roots
        .iter()
        .chain(&inputs.documents)
        .cloned()
        .collect();
    match history::lies_below(path, &read) {
        None => Ok(()),
        Some(root) => bail!(
            "--history {} lies inside {}, which this run reads: nothing is ever written there; name a file outside it",
            path.display(),
            root.display(),
        ),
    }
}

fn refuse_json_in_evidence(
    json: Option<&Target>,
    inputs: &Inputs,
    settings: &ScanSettings,
    config: Option<&Found>,
) -> Result<()> {
    let Some(Target::Path(path)) = json else {
        return Ok(());
    };
    let reports = Reports::new(&OutputSettings {
        json: vec![path.clone()],
        ..OutputSettings::default()
    })?;
    refuse_to_write_into_evidence(&reports, inputs, settings, config)
}

/// Nothing below a root is ever opened for writing, and no file that is read is written over.
pub(crate) fn refuse_to_write_into_evidence(
    reports: &Reports,
    inputs: &Inputs,
    settings: &ScanSettings,
    config: Option<&Found>,
) -> Result<()> {
    let singles = settings.inventory.iter().chain(&settings.policy);
    let singles = singles.chain(&settings.passwords).chain(&settings.history);
    let singles = singles
        .chain(&settings.os_feed)
        .chain(&settings.system_status);
    let read = inputs.roots.iter().chain(&inputs.documents).chain(singles);
    let mut read: Vec<&Path> = read.map(PathBuf::as_path).collect();
    read.extend(config.map(|found| found.path.as_path()));
    refuse_to_write_over(reports, &read)
}

pub(crate) fn refuse_to_write_over(reports: &Reports, read: &[&Path]) -> Result<()> {
    for path in reports.paths() {
        // A path that cannot be resolved cannot be written either, and that is told later.
        let Ok(target) = resolved(path) else { continue };
        for evidence in read {
            let inside = std::fs::canonicalize(evidence).is_ok_and(|e| target.starts_with(e));
            ensure!(
                !inside,
                "{} lies inside {}, which this run reads: nothing is ever written there; name a path outside it, or `-` for standard output",
                path.display(),
                evidence.display(),
            );
        }
    }
    Ok(())
}

/// The outputs asked for, files first; the short table when there are none.
fn targets(output: &OutputSettings, workbooks: &[PathBuf]) -> Result<Vec<(Format, Target)>> {
    let kinds = [
        (Format::Csv, output.csv.as_slice()),
        (Format::Html, &output.html),
        (Format::Json, &output.json),
        (Format::Xlsx, workbooks),
    ];
    let mut targets: Vec<_> = kinds
        .into_iter()
        .flat_map(|(format, paths)| paths.iter().map(move |path| (format, path.clone().into())))
        .collect();
    if targets.is_empty() {
        targets.push((Format::Text, Target::Stdout));
    }
    ensure_each_once(&targets)?;
    ensure_shown(&targets, terminal::is_shown())?;
    targets.sort_by_key(|(_, target)| *target == Target::Stdout);
    Ok(targets)
}

/// A workbook on a terminal is noise, and can set it into a state that nobody asked for.
fn ensure_shown(targets: &[(Format, Target)], on_a_terminal: bool) -> Result<()> {
    ensure!(
        !(on_a_terminal && targets.contains(&(Format::Xlsx, Target::Stdout))),
        "--xlsx -: wanted a file or a pipe, found a terminal, which cannot show a workbook; name a file",
    );
    Ok(())
}

fn ensure_each_once(targets: &[(Format, Target)]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (_, target) in targets {
        let place = match target {
            Target::Stdout => PathBuf::from("-"),
            Target::Path(path) => resolved(path).unwrap_or_else(|_| path.clone()),
        };
        ensure!(
            place == OsStr::new("/dev/null") || seen.insert(place),
            "two reports for {target}: each needs a place of its own",
        );
    }
    Ok(())
}

/// A zone by its IANA name, or this computer's.
pub(crate) fn time_zone(name: Option<&str>) -> Result<TimeZone> {
    match name {
        None => Ok(TimeZone::system()),
        Some(name) => TimeZone::get(name).with_context(|| {
            format!("--timezone: wanted a name such as Europe/Berlin or UTC, found {name:?}")
        }),
    }
}

fn delimiter(text: Option<&str>) -> Result<u8> {
    match text.unwrap_or(",").as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n\0".contains(byte) => Ok(*byte),
        _ => bail!(
            "--csv-delimiter: wanted one ASCII character that is no quote and no line break, or `tab`, found {:?}",
            text.unwrap_or_default()
        ),
    }
}

pub(crate) fn level(verify: Verify) -> VerifyLevel {
    match verify {
        Verify::State => VerifyLevel::State,
        Verify::Names => VerifyLevel::Names,
        Verify::Sizes => VerifyLevel::Sizes,
        Verify::Contents => VerifyLevel::Contents,
    }
}

fn profile(profile: CsvProfile) -> Profile {
    match profile {
        CsvProfile::Excel => Profile::Excel,
        CsvProfile::Raw => Profile::Raw,
    }
}

fn rows(rows: CsvRows) -> Rows {
    match rows {
        CsvRows::Device => Rows::Device,
        CsvRows::Backup => Rows::Backup,
    }
}

fn alarm(fail_on: Option<FailOn>, flags: &AlarmFlags) -> Alarm {
    let limit = match fail_on.unwrap_or(FailOn::Error) {
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Error => Some(Severity::Error),
        FailOn::Critical => Some(Severity::Critical),
        FailOn::Never => None,
    };
    Alarm(limit.filter(|_| !flags.exit_zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_goes_anywhere_but_to_a_terminal() {
        let file = || Target::Path("swaps.xlsx".into());
        let check = |format, target, on_a_terminal, wanted| {
            let shown = ensure_shown(&[(format, target)], on_a_terminal);
            assert_eq!(shown.is_ok(), wanted, "{format:?} {on_a_terminal}");
        };
        check(Format::Xlsx, Target::Stdout, true, false);
        check(Format::Xlsx, Target::Stdout, false, true);
        check(Format::Xlsx, file(), true, true);
        check(Format::Csv, Target::Stdout, true, true);
    }
}
