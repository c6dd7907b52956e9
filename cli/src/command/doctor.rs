//! `fleetback doctor`: could a scheduled run read everything that it should?
//!
//! Reads folder listings only. It writes a temporary file where a report would go, which is removed at
//! once, and where there is a history store, opening brings it up to date. "Not there", "there and may not be read" and
//! "blocked by macOS privacy protection" are three different answers.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Result;
use fleetback_report::format::{self, escaped};
use fleetback_scanner::discover::locations::{Location, Os};
use fleetback_scanner::feed;
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::args::{Common, Doctor};
use crate::config::layer::Layer;
use crate::config::output_settings::OutputSettings;
use crate::config::settings::ScanSettings;
use crate::config::{self, Config, Found};
use crate::history::{HistoryChoice, Store, in_words};
use crate::options::standard_roots;
use crate::options::{self, Reports};
use crate::output::files::{self, Target};
use crate::passwords::PasswordCommand;
use crate::system::exit::Exit;
use crate::system::platform;

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
    let checks = examine(args.scan, common);
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

fn examine(typed: ScanSettings, common: &Common) -> Vec<Check> {
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
    checks.extend(evidence(&settings));
    checks
}

fn settings_file(found: Option<&Found>, wrong: Option<String>) -> Check {
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

/// Everything that a scan would read.
fn evidence(settings: &ScanSettings) -> Vec<Check> {
    let mut checks: Vec<_> = match settings.roots.as_slice() {
        [] => standard_locations(),
        roots => roots.iter().map(|root| readable("root", root)).collect(),
    };
    checks.extend(
        settings
            .mdm
            .iter()
            .map(|path| readable("MDM exports", path)),
    );
    checks.extend(
        settings
            .inventory
            .iter()
            .map(|path| readable("inventory", path)),
    );
    checks.extend(settings.os_feed.as_deref().map(os_feed));
    checks.extend(settings.system_status.as_deref().map(system_status));
    checks
}

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
    let meta = std::fs::metadata(path)?;
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
