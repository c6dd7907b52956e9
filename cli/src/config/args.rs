//! The command line as it is typed. Help, manual page and completions are generated from here.
//!
//! A flag that nothing behind it builds does not exist: it is an unknown flag, never a stub.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use fleetback_report::policy::Preset;
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::output_settings::OutputSettings;
use super::settings::{self, ScanSettings, TerminalSettings};
use super::short_help::with_short_help;
use super::since::{Since, day, instant, time_of_day};
use super::swap_args::Swap;
use super::table::with_defaults;
use crate::passwords::CommandLine;
use crate::schedule::Scheduler;
use crate::system::exit::{diff_codes_help, exit_codes_help, swap_codes_help, verify_codes_help};

/// Which iPhones and iPads could be lost tonight, why, and what to do.
#[derive(Debug, Parser)]
#[command(
    name = "fleetback",
    version,
    about = "Which iPhones and iPads could be lost tonight, why, and what to do",
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = exit_codes_help(),
)]
pub(crate) struct Cli {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// What holds for every command.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) terminal: TerminalSettings,

    /// Settings file, instead of the first found of ./fleetback.toml, the user's and the system's
    #[arg(long, value_name = "FILE", env = "FLEETBACK_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Name every problem on standard error, notes too
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read backups and MDM exports, judge every device, write reports
    #[command(after_help = exit_codes_help())]
    Scan(Box<Scan>),
    /// Is it safe to wipe or swap this device now?
    #[command(after_help = swap_codes_help())]
    Swap(Box<Swap>),
    /// Check one or more backups: would they restore?
    #[command(after_help = verify_codes_help())]
    Verify(Box<Verify>),
    /// Write the reports again from a stored JSON report
    Report(Box<Report>),
    /// What changed between two stored JSON reports
    #[command(after_help = diff_codes_help())]
    Diff(Diff),
    /// Record that a fix was made, so that the next run can judge it
    Done(Done),
    /// Explain a finding, fix, cause or error number, and what to do
    Explain(Explain),
    /// Check that a scheduled run could read everything it should
    Doctor(Box<Doctor>),
    /// Have the system's scheduler scan every night
    #[command(subcommand)]
    Schedule(Schedule),
    /// Write, check or show the settings
    #[command(subcommand)]
    Config(Config),
    /// Print completions for a shell
    Completions(Completions),
    /// Print a manual page (roff)
    Man(Man),
}

/// `fleetback scan`
#[derive(Debug, Clone, Args)]
pub(crate) struct Scan {
    #[command(flatten)]
    pub(crate) scan: ScanSettings,

    /// Judge as of this instant (RFC 3339) instead of now; makes a run repeatable to the byte
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(crate) now: Option<Timestamp>,

    /// Count changes from the newest run at or before this day, instead of from the last run
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Since>,

    #[command(flatten)]
    pub(crate) again: RecheckFlags,
    #[command(flatten)]
    pub(crate) output: OutputSettings,
    #[command(flatten)]
    pub(crate) fail_threshold: FailFlags,
}

/// A flag only: in the settings file it would check every backup in every run.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecheckFlags {
    /// Check every backup again, unchanged or not
    #[arg(long)]
    pub(crate) verify_again: bool,
}

/// `fleetback verify`; what is not said here comes from the settings file, as for `scan`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Verify {
    /// Backup folders, or folders of them
    #[arg(value_name = "BACKUP", required = true)]
    pub(crate) backups: Vec<PathBuf>,

    /// How deep to check
    #[arg(long, value_name = "LEVEL")]
    pub(crate) verify: Option<settings::Verify>,

    /// Passwords of encrypted backups: CSV with the header id,password, or TOML; the password of one
    /// backup may stand in FLEETBACK_PASSWORD instead
    #[arg(long, value_name = "FILE", env = "FLEETBACK_PASSWORDS")]
    pub(crate) passwords: Option<PathBuf>,

    /// Program that prints the password of one device
    #[arg(long, value_name = "CMD", env = "FLEETBACK_PASSWORD_COMMAND")]
    pub(crate) password_command: Option<CommandLine>,

    /// Where to store what was checked
    #[arg(long, value_name = "FILE", env = "FLEETBACK_HISTORY")]
    pub(crate) history: Option<PathBuf>,

    /// Use no history
    #[arg(long, env = "FLEETBACK_NO_HISTORY", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_history: bool,

    /// Write what was found for programs; `-` is standard output, in place of the text
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Threads to read with
    #[arg(long, value_name = "N", env = "FLEETBACK_THREADS")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Check as of this instant (RFC 3339) instead of now
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<Timestamp>,
}

impl Verify {
    /// As the settings of a scan of these folders.
    pub(crate) fn into_settings(self) -> ScanSettings {
        ScanSettings {
            roots: self.backups,
            passwords: self.passwords,
            password_command: self.password_command,
            history: self.history,
            no_history: self.no_history,
            threads: self.threads,
            ..ScanSettings::default()
        }
    }
}

/// `fleetback report`
#[derive(Debug, Clone, Args)]
pub(crate) struct Report {
    /// A report that `scan --json` wrote; `-` is standard input
    #[arg(value_name = "RESULTS")]
    pub(crate) results: PathBuf,

    /// Count changes from the newest run at or before this day, instead of from the run before
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Since>,

    /// The history store to ask for --since, instead of the user's own
    #[arg(
        long,
        value_name = "FILE",
        env = "FLEETBACK_HISTORY",
        requires = "since"
    )]
    pub(crate) history: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputSettings,
    #[command(flatten)]
    pub(crate) fail_threshold: FailFlags,
}

/// `fleetback diff`
#[derive(Debug, Clone, Args)]
pub(crate) struct Diff {
    /// The report to compare with, as `scan --json` wrote it
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,

    /// The report to compare; `-` is standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,

    /// Write what changed for programs; `-` is standard output, in place of the text
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Vec<PathBuf>,

    /// Time zone of dates for people, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
}

/// Flags that must stand where the run is started: a file that silences alarms would be forgotten.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FailFlags {
    /// End with 0 instead of 1 when there are findings; changes no other exit code
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// `fleetback done`
#[derive(Debug, Clone, Args)]
pub(crate) struct Done {
    /// The device: its serial number or UDID, as the report names it
    #[arg(value_name = "SERIAL")]
    pub(crate) device: String,

    /// The fix that was made, such as check-storage; `fleetback explain` lists all
    #[arg(value_name = "FIX")]
    pub(crate) fix: String,

    /// The day on which it was made [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) on: Option<Date>,

    /// Take the record back: that of the day given by --on, or the newest of this fix
    #[arg(long)]
    pub(crate) undo: bool,

    /// The history store to record it in, instead of the user's own
    #[arg(
        long,
        value_name = "FILE",
        env = "FLEETBACK_HISTORY",
        hide_env_values = true
    )]
    pub(crate) history: Option<PathBuf>,
}

/// `fleetback explain`
#[derive(Debug, Clone, Args)]
pub(crate) struct Explain {
    /// A finding code, a fix, a cause, a pattern or an error number, such as backup-stale, check-storage,
    /// C3, outage or 303; none given: list them all
    #[arg(
        value_name = "CODE|FIX|CAUSE|NUMBER",
        conflicts_with = "mdm",
        allow_negative_numbers = true
    )]
    pub(crate) what: Vec<String>,

    /// Show what was recognised in an MDM export: its source, what each column means, which columns are
    /// not read, and what is missing
    #[arg(long, value_name = "FILE")]
    pub(crate) mdm: Option<PathBuf>,
}

/// `fleetback doctor`
#[derive(Debug, Clone, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) scan: ScanSettings,
}

/// `fleetback schedule`
#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    /// Print what `install` would write, and name the commands that it would run
    Print(JobFlags),
    /// Write the job and switch it on
    Install(JobFlags),
    /// Switch the job off and remove it
    Remove(SchedulerFlags),
    /// Is it installed, when does it run next, how did it end? Ends with 1 where it is not installed
    Status(SchedulerFlags),
}

/// Which scheduler, and for whom.
#[derive(Debug, Args)]
pub(crate) struct SchedulerFlags {
    /// systemd, launchd or task-scheduler [default: this system's]
    #[arg(long, value_name = "NAME", value_parser = Scheduler::named)]
    pub(crate) scheduler: Option<Scheduler>,

    /// A job of this user alone, for the backups of this user
    #[arg(long)]
    pub(crate) user: bool,

    /// A tree to install to that does not run, such as an image; systemd alone
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    pub(crate) root: Option<PathBuf>,
}

/// The job.
#[derive(Debug, Args)]
pub(crate) struct JobFlags {
    #[command(flatten)]
    pub(crate) which: SchedulerFlags,

    /// When it starts, in the zone of this computer
    #[arg(long, value_name = "HH:MM", default_value = "05:30", value_parser = time_of_day)]
    pub(crate) at: Time,

    /// Up to so many minutes later, so that a fleet of computers does not ask a share all at once
    #[arg(long, value_name = "MINUTES", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=720))]
    pub(crate) spread: u16,

    /// The program to start [default: this one]
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,

    /// The account that a job of the system runs as [default: root; SYSTEM on Windows]
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) run_as: Option<String>,
}

/// `fleetback config`
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Write fleetback.toml and fleetback-policy.toml with every setting explained; replaces nothing
    Init {
        /// Folder to write them to
        #[arg(value_name = "FOLDER", default_value = ".")]
        folder: PathBuf,

        /// The benchmark from whose words the policy starts [default: default]
        #[arg(long, value_name = "NAME", value_parser = preset)]
        preset: Option<Preset>,
    },
    /// Read the settings and the policy, and say what is wrong with them
    Check,
    /// Print the settings in force, and where each comes from
    Show,
}

/// `fleetback completions`
#[derive(Debug, Clone, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `fleetback man`
#[derive(Debug, Clone, Args)]
pub(crate) struct Man {
    /// The command to print the page of; none given: fleetback itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

impl Cli {
    /// The arguments of this process; ends it where they are wrong, or ask for help.
    pub(crate) fn of_this_process() -> Self {
        let mut definition = definition();
        let mut matches = definition.get_matches_mut();
        Self::from_arg_matches_mut(&mut matches)
            .unwrap_or_else(|error| error.format(&mut definition).exit())
    }
}

/// The definition of the command line. Help never shows what a variable holds: it may be a command that
/// prints a password.
pub(crate) fn definition() -> clap::Command {
    with_short_help(with_defaults(without_values(Cli::command())))
}

fn without_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_values)
}

/// What the `FLEETBACK_*` variables alone say.
#[derive(Debug, Parser)]
pub(crate) struct Variables {
    #[command(flatten)]
    pub(crate) scan: ScanSettings,
    #[command(flatten)]
    pub(crate) output: OutputSettings,
    #[command(flatten)]
    pub(crate) terminal: TerminalSettings,
}

impl Variables {
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::try_parse_from(["fleetback"])
    }
}

/// A preset by its name.
fn preset(text: &str) -> Result<Preset, String> {
    let found = Preset::ALL.into_iter().find(|preset| preset.id() == text);
    let words = Preset::ALL.map(Preset::id);
    found.ok_or_else(|| format!("write one of {}", words.join(", ")))
}
