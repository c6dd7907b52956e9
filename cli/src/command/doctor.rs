//! `fleetback doctor`: could a scheduled run read everything that it should?
//!
//! It finds what a scan would find, and reads a byte of each plist, each list of files and each document,
//! and the listings of the payload folders. It writes a temporary file where a report would go, which is removed at
//! once, and where there is a history store, opening brings it up to date. "Not there", "there and may not be read" and
//! "blocked by macOS privacy protection" are three different answers.

use std::collections::BTreeSet;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use fleetback_report::format::{self, escaped};
use fleetback_scanner::backup::access;
use fleetback_scanner::discover::locations::{Location, Os};
use fleetback_scanner::feed;
use fleetback_scanner::in_time::{Patience, SharedProgress};
use fleetback_scanner::model::problem::{Level, Problem};
use fleetback_scanner::scan::{self, Found, Inputs, Progress};
use fleetback_scanner::source::file::Fault;
use fleetback_scanner::source::watched;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::config::args::{Common, Doctor};
use crate::config::layer::Layer;
use crate::config::output_settings::OutputSettings;
use crate::config::settings::{ScanSettings, Verify};
use crate::config::{self, Config, Found as SettingsFile};
use crate::history::{HistoryChoice, Store, in_words};
use crate::options::standard_roots;
use crate::options::{self, Reports};
use crate::output::files::{self, Target};
use crate::output::leftovers;
use crate::output::progress::Stoppable;
use crate::passwords::PasswordCommand;
use crate::system::exit::Exit;
use crate::system::{interrupt, platform};

/// How a check came out, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Fine,
    /// Good to know, nothing to do.
    Note,
    /// There is no backup folder to read.
    Absent,
    /// Evidence that should be readable is not: a scan would end with 3.
    Unread,
    /// A report has no folder to be written to: a scan would end with 5.
    Unwritable,
    /// The settings or the policy are wrong: a scan would end with 2.
    Wrong,
}

/// What a check is about.
#[derive(Debug)]
enum Subject {
    /// How the program is set up.
    Setup(&'static str),
    /// A place that a scan would read.
    Evidence(String),
}

/// One line of the answer.
#[derive(Debug)]
struct Check {
    verdict: Verdict,
    subject: Subject,
    message: String,
    remedy: Option<String>,
}

/// Runs it.
pub(crate) fn run(args: Doctor, common: &Common) -> Result<Exit> {
    let interrupted = interrupt::listen();
    let Some(checks) = examine(args.scan, common, &interrupted)? else {
        return Ok(Exit::Interrupted);
    };
    let text: String = checks.iter().map(|check| format!("{check}\n")).collect();
    let printed = files::print(text.as_bytes());
    match printed {
        Exit::Complete => Ok(verdict(&checks)),
        unwritten => Ok(unwritten),
    }
}

/// The exit code that a scan would end with, as far as it can be known without one.
fn verdict(checks: &[Check]) -> Exit {
    let worst = checks.iter().map(|check| check.verdict).max();
    let readable = checks
        .iter()
        .any(|c| c.verdict == Verdict::Fine && matches!(c.subject, Subject::Evidence(_)));
    match worst {
        Some(Verdict::Wrong) => Exit::Usage,
        Some(Verdict::Unwritable) => Exit::Unwritten,
        Some(Verdict::Unread) => Exit::Incomplete,
        Some(Verdict::Absent) if !readable => Exit::NothingFound,
        _ => Exit::Complete,
    }
}

fn examine(
    typed: ScanSettings,
    common: &Common,
    interrupted: &Arc<AtomicBool>,
) -> Result<Option<Vec<Check>>> {
    let (found, wrong) = match config::load(common.config.as_deref(), &config::folders()) {
        Ok(found) => (found, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let config = found
        .as_ref()
        .map(|found| found.config.clone())
        .unwrap_or_default();
    let settings = typed.with_fallback(config.scan.clone());

    let mut checks = vec![settings_file(found.as_ref(), wrong), policy(&settings)];
    checks.extend(surroundings(&settings, &config));
    checks.push(history(&settings, &config));
    checks.push(schedule());
    checks.extend(passwords(&settings));
    checks.extend(reports(&config.output));
    checks.extend(left_by_killed_runs(&settings, &config.output));
    let patience = options::read_timeout(&settings);
    let found = evidence(Patience::new(patience), settings, interrupted)?;
    Ok(found.map(|found| checks.into_iter().chain(found).collect()))
}

fn settings_file(found: Option<&SettingsFile>, wrong: Option<String>) -> Check {
    match (wrong, found) {
        (Some(error), _) => Check::new(Verdict::Wrong, "settings", error),
        (None, Some(found)) => Check::new(Verdict::Fine, "settings", found.path.display()),
        (None, None) => Check::new(
            Verdict::Note,
            "settings",
            "no fleetback.toml; the defaults hold",
        )
        .with_remedy("fleetback config init writes one"),
    }
}

fn policy(settings: &ScanSettings) -> Check {
    match options::policy(settings.policy.as_deref()) {
        Ok(policy) => Check::new(Verdict::Fine, "policy", policy.name),
        Err(error) => Check::new(Verdict::Wrong, "policy", format_args!("{error:#}")),
    }
}

/// A job that `fleetback schedule` installed; those of other hands are not known.
fn schedule() -> Check {
    match super::schedule::installed() {
        Some(path) => Check::new(Verdict::Fine, "schedule", path.display()),
        None => Check::new(
            Verdict::Note,
            "schedule",
            "no job of `fleetback schedule` is installed; others are not looked for",
        )
        .with_remedy("fleetback schedule install scans every night"),
    }
}

/// A store that is there is opened, which brings it up to date; none is made.
fn history(settings: &ScanSettings, config: &Config) -> Check {
    let choice = match options::history_choice(settings, None) {
        Ok(choice) => choice,
        Err(error) => return Check::new(Verdict::Wrong, "history", error),
    };
    let Some(path) = choice.path() else {
        let message = match choice {
            HistoryChoice::None => "none is kept: no_history",
            _ => "this user has no data directory; every run checks every backup",
        };
        return Check::new(Verdict::Note, "history", message);
    };
    let shown = path.display();
    if !path.exists() {
        return Check::new(
            Verdict::Note,
            "history",
            format_args!("{shown}: the first scan begins it"),
        );
    }
    let host = options::host(settings);
    let zone = options::time_zone(config.output.timezone.as_deref());
    let zone = zone.unwrap_or_else(|_| TimeZone::system());
    let looked = Store::open(&path).and_then(|store| {
        store.examine()?;
        Ok((store.memory(&host)?, store.set_aside()?))
    });
    match looked {
        Ok((memory, set_aside)) => {
            let (checks, proofs) = memory.counts();
            let aside = set_aside.first().map_or_else(String::new, |newest| {
                format!(
                    "; runs up to {} are set aside, for a clock was wrong",
                    in_words(*newest, &zone)
                )
            });
            let message = format!("{shown}: {checks} checks of {host}, {proofs} proofs{aside}");
            Check::new(Verdict::Fine, "history", message)
        }
        Err(error) => Check::new(Verdict::Note, "history", error)
            .with_remedy("until then every run checks every backup"),
    }
}

/// The sources of passwords: the file is read, the command is looked for and not run.
fn passwords(settings: &ScanSettings) -> Vec<Check> {
    let sources = match options::passwords(settings) {
        Ok(sources) => sources,
        Err(error) => {
            return vec![Check::new(
                Verdict::Wrong,
                "passwords",
                format_args!("{error:#}"),
            )];
        }
    };
    let file = settings
        .passwords
        .iter()
        .zip(&sources.file)
        .map(|(path, file)| {
            let message = format!("{}: {} lines, private", path.display(), file.lines());
            Check::new(Verdict::Fine, "passwords", message)
        });
    let command =
        settings
            .password_command
            .iter()
            .map(|line| match PasswordCommand::program(line) {
                Some(program) => Check::new(Verdict::Fine, "password command", program.display()),
                None => Check::new(
                    Verdict::Unread,
                    "password command",
                    "its program cannot be found",
                )
                .with_remedy("write its whole path"),
            });
    file.chain(command).collect()
}

fn surroundings(settings: &ScanSettings, config: &Config) -> Vec<Check> {
    let zone = match options::time_zone(config.output.timezone.as_deref()) {
        Ok(zone) => Check::new(
            Verdict::Fine,
            "time zone",
            format_args!(
                "{}; it is now {}",
                format::zone(&zone, Timestamp::now()),
                Timestamp::now()
                    .to_zoned(zone.clone())
                    .strftime("%Y-%m-%d %H:%M %Z"),
            ),
        ),
        Err(error) => Check::new(Verdict::Wrong, "time zone", format_args!("{error:#}")),
    };
    let host = Check::new(Verdict::Fine, "this computer", options::host(settings));
    vec![host, zone]
}

/// Where the reports of the settings file go: can they be written?
fn reports(settings: &OutputSettings) -> Vec<Check> {
    let reports = match Reports::new(settings) {
        Ok(reports) => reports,
        Err(error) => {
            return vec![Check::new(
                Verdict::Wrong,
                "reports",
                format_args!("{error:#}"),
            )];
        }
    };
    let check = |target: &Target| match files::check(target) {
        Ok(()) => Check::new(Verdict::Fine, "report", target),
        Err(unwritten) => Check::new(Verdict::Unwritable, "report", unwritten),
    };
    let files = reports.places().filter(|target| **target != Target::Stdout);
    files.map(check).collect()
}

/// Temporary files that killed runs left beside the reports and the history.
fn left_by_killed_runs(settings: &ScanSettings, output: &OutputSettings) -> Vec<Check> {
    let reports = Reports::new(output).ok();
    let reports = reports.iter().flat_map(Reports::paths).map(Path::to_owned);
    let choice = options::history_choice(settings, None).ok();
    let store = choice.and_then(|choice| choice.path());
    let places = reports.chain(store);
    let folders: BTreeSet<PathBuf> = places
        .filter_map(|place| Some(files::resolved(&place).ok()?.parent()?.to_owned()))
        .collect();
    let told = |folder: &PathBuf| {
        let count = leftovers::count(folder);
        let files = format::plural(count as u64, "temporary file", "temporary files");
        let message = format!("{}: {files} of killed runs", folder.display());
        let remedy = "the next run that writes there removes what they left";
        (count > 0).then(|| Check::new(Verdict::Note, "left behind", message).with_remedy(remedy))
    };
    folders.iter().filter_map(told).collect()
}

/// Everything that a scan would read; `None` when interrupted.
fn evidence(
    mut patience: Patience,
    settings: ScanSettings,
    interrupted: &Arc<AtomicBool>,
) -> Result<Option<Vec<Check>>> {
    let stop: SharedProgress = Arc::new(Stoppable::new(interrupted));
    let bounds = settings.roots.iter().chain(&settings.mdm).cloned();
    patience.read_below(options::threads(&settings)?, bounds.collect());
    let checks = patience.run(&stop, move |progress| all_evidence(&settings, progress));
    checks.context("cannot start the reading threads; try --threads 1")
}

fn all_evidence(settings: &ScanSettings, progress: &dyn Progress) -> Vec<Check> {
    let named = settings.roots.iter().map(|root| readable("root", root));
    let mut checks: Vec<_> = named.collect();
    // A root that is not there leaves the report of the others incomplete.
    if checks.iter().any(|check| check.verdict == Verdict::Fine) {
        checks.iter_mut().for_each(Check::absent_is_unread);
    }
    if settings.roots.is_empty() {
        checks = standard_locations();
    }
    let mdm = settings.mdm.iter();
    checks.extend(mdm.map(|path| readable("MDM exports", path)));
    let inventory = settings.inventory.iter();
    checks.extend(inventory.map(|path| {
        let mut check = readable("inventory", path);
        check.absent_is_unread();
        check
    }));
    checks.extend(settings.os_feed.as_deref().map(os_feed));
    checks.extend(settings.system_status.as_deref().map(system_status));
    checks.extend(below(settings, progress));
    checks
}

/// So many things that cannot be read are named, and the others counted.
const NAMED_MAX: usize = 20;

/// What lies below the roots and among the exports, as a scan finds it.
fn below(settings: &ScanSettings, progress: &dyn Progress) -> Vec<Check> {
    let roots = match settings.roots.as_slice() {
        [] => standard_roots::here().roots(),
        roots => roots.to_vec(),
    };
    let inputs = Inputs {
        roots,
        documents: settings.mdm.clone(),
        ..Inputs::default()
    };
    let found = scan::find(&inputs, &options::host(settings), progress);
    let mut refused = refused_places(&inputs, &found);
    refused.extend(refused_files(
        &found,
        settings.verify != Some(Verify::State),
    ));
    let (backups, documents) = (found.backups().len(), found.documents().len());
    let (others, count) = (refused.len().saturating_sub(NAMED_MAX), refused.len());
    refused.truncate(NAMED_MAX);
    let message = match count {
        0 => format!("{backups} backups and {documents} documents can be read"),
        _ => format!(
            "of {backups} backups and {documents} documents; not readable: {count} files and folders"
        ),
    };
    let verdict = if count == 0 {
        Verdict::Fine
    } else {
        Verdict::Unread
    };
    let sum = Check::new(verdict, "found", message);
    let others = (others > 0).then(|| {
        let message = format!("{others} more are not named here; a scan names them all");
        Check::new(Verdict::Unread, "found", message)
    });
    refused.into_iter().chain(others).chain([sum]).collect()
}

/// Folders that the search was refused; the roots themselves were told before.
fn refused_places(inputs: &Inputs, found: &Found) -> Vec<Check> {
    let is_named = |path: &PathBuf| inputs.roots.contains(path) || inputs.documents.contains(path);
    let problems = found.problems();
    let problems = problems.filter(|p| p.level == Level::Incomplete && !is_named(&p.path));
    problems.map(unread).collect()
}

fn unread(problem: &Problem) -> Check {
    let message = format!("{}: {}", problem.path.display(), problem.found);
    let subject = Subject::Evidence(problem.wanted.clone());
    let check = Check::new(Verdict::Unread, subject, message);
    match &problem.remedy {
        Some(remedy) => check.with_remedy(remedy),
        None => check,
    }
}

fn refused_files(found: &Found, payload_folders: bool) -> Vec<Check> {
    let backups = found.backups().par_iter();
    let backups = backups.flat_map_iter(|backup| access::refused(&backup.path, payload_folders));
    let documents = found.documents().par_iter();
    let documents =
        documents.filter_map(|path| Some((path.clone(), access::refused_document(path)?)));
    let of = |what: &'static str| {
        move |(path, fault): (PathBuf, Fault)| {
            let message = format!("{}: {fault}", path.display());
            let subject = Subject::Evidence(what.to_owned());
            Check::new(Verdict::Unread, subject, message).with_remedy(LET_US_READ)
        }
    };
    let backups = backups.map(of("a backup"));
    backups.chain(documents.map(of("an MDM export"))).collect()
}

const LET_US_READ: &str = "give this user the right to read it, or run as one who has it; where it is a read error, check the disk or share";

/// The feed is read, as a scan would read it: a file that is there may still be a sign-in page.
fn os_feed(path: &Path) -> Check {
    let shown = path.display();
    match feed::os_releases::read(path) {
        (Some(feed), _) => {
            let (kind, date) = (feed.kind.describe(), feed.date);
            let message = format!("{shown}: {kind}, of {date}");
            Check::new(Verdict::Fine, "OS feed", message)
        }
        (None, problems) => unusable("OS feed", path, &problems),
    }
}

fn system_status(path: &Path) -> Check {
    let shown = path.display();
    match feed::system_status::read(path, Timestamp::now()) {
        (Some(status), _) => {
            let message = format!("{shown}: {} events", status.events.len());
            Check::new(Verdict::Fine, "system status", message)
        }
        (None, problems) => unusable("system status", path, &problems),
    }
}

fn unusable(what: &'static str, path: &Path, problems: &[Problem]) -> Check {
    let found = problems.first().map_or("unusable", |p| p.found.as_str());
    let message = format!("{}: {found}", path.display());
    let check = Check::new(Verdict::Unread, what, message);
    match problems.first().and_then(|p| p.remedy.clone()) {
        Some(remedy) => check.with_remedy(&remedy),
        None => check,
    }
}

fn standard_locations() -> Vec<Check> {
    if Os::current() == Os::Other {
        return vec![
            Check::new(
                Verdict::Absent,
                "locations",
                "this system has no standard location of backups",
            )
            .with_remedy("name the folders: fleetback scan ROOT..., or roots in fleetback.toml"),
        ];
    }
    let standard = standard_roots::here();
    let unlisted = standard
        .problems
        .iter()
        .map(|problem| readable("homes", &problem.path));
    let places = standard.locations.iter().map(location);
    unlisted.chain(places).collect()
}

fn location(location: &Location) -> Check {
    let what = format!("{} of {}", location.kind.words(), location.user);
    readable(&what, &location.path)
}

/// Can it be opened, and what is in it?
fn readable(what: &str, path: &Path) -> Check {
    let shown = path.display();
    let check = |verdict, message: &dyn fmt::Display| {
        let message = format_args!("{shown}: {message}").to_string();
        Check::new(verdict, Subject::Evidence(what.to_owned()), message)
    };
    match contents(path) {
        Ok(contents) => check(Verdict::Fine, &contents),
        Err(error) if error.kind() == ErrorKind::NotFound => check(Verdict::Absent, &"not there"),
        Err(error) => check(Verdict::Unread, &error).with_remedy(remedy(&error)),
    }
}

fn contents(path: &Path) -> std::io::Result<String> {
    let meta = watched::metadata(path)?;
    let _asked = watched::ask(path)?;
    if meta.is_file() {
        return std::fs::File::open(path).map(|_| "a file that can be read".to_owned());
    }
    if !meta.is_dir() {
        // Opening a FIFO without a writer blocks.
        return Err(std::io::Error::other("neither a folder nor a regular file"));
    }
    let entries = std::fs::read_dir(path)?.count();
    let room =
        platform::free_bytes(path).map(|free| format!(", {} free", indicatif::HumanBytes(free)));
    Ok(format!("{entries} entries{}", room.unwrap_or_default()))
}

fn remedy(error: &std::io::Error) -> &'static str {
    if platform::lacks_full_disk_access(error) {
        "System Settings > Privacy & Security > Full Disk Access: allow the program that starts fleetback (the terminal, or fleetback itself under launchd)"
    } else {
        "give this user the right to read it, or run as one who has it"
    }
}

impl Check {
    fn new(verdict: Verdict, subject: impl Into<Subject>, message: impl fmt::Display) -> Self {
        Self {
            verdict,
            subject: subject.into(),
            message: message.to_string(),
            remedy: None,
        }
    }

    /// What was named and is not there leaves a report incomplete.
    fn absent_is_unread(&mut self) {
        if self.verdict == Verdict::Absent {
            self.verdict = Verdict::Unread;
        }
    }

    fn with_remedy(self, remedy: &str) -> Self {
        Self {
            remedy: Some(remedy.to_owned()),
            ..self
        }
    }
}

impl From<&'static str> for Subject {
    fn from(what: &'static str) -> Self {
        Self::Setup(what)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(what) => f.write_str(what),
            Self::Evidence(what) => write!(f, "read {what}"),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Fine => "ok",
            Verdict::Note => "note",
            Verdict::Absent => "absent",
            Verdict::Unread => "CANNOT READ",
            Verdict::Unwritable => "CANNOT WRITE",
            Verdict::Wrong => "WRONG",
        };
        let message = escaped(&format!("{}: {}", self.subject, self.message));
        write!(f, "{word:<12} {message}")?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n{:<12} -> {remedy}", ""),
            None => Ok(()),
        }
    }
}
