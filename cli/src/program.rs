//! The program from its arguments to its exit code.

use std::process::ExitCode;

use anyhow::ensure;
use fleetback_report::format;

use crate::command;
use crate::config::args::{Cli, Command};
use crate::output::messages;
use crate::system::exit::Exit;
use crate::system::platform;

/// With less the smallest fleet is not read: the run time would end the process in the middle, without an
/// exit code of ours.
const MEMORY_MIN: u64 = 128_000_000;

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    platform::fail_at_the_largest_size();
    let exit = dispatch(Cli::of_this_process()).unwrap_or_else(|error| {
        messages::error(&format_args!("{error:#}"));
        Exit::Usage
    });
    exit.into()
}

/// Runs the command. An error is always one of usage or configuration.
fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    ensure_memory(platform::memory_limit())?;
    match cli.command {
        Command::Scan(args) => command::scan::run(*args, &cli.common),
        Command::Swap(args) => command::swap::run(*args, &cli.common),
        Command::Verify(args) => command::verify::run(*args, &cli.common),
        Command::Report(args) => command::report::run(*args, &cli.common),
        Command::Diff(args) => command::diff::run(&args, &cli.common),
        Command::Done(args) => command::done::run(&args, &cli.common),
        Command::Explain(args) => command::explain::run(&args, &cli.common),
        Command::Doctor(args) => command::doctor::run(*args, &cli.common),
        Command::Schedule(args) => command::schedule::run(&args, &cli.common),
        Command::Config(args) => command::config::run(&args, &cli.common),
        Command::Completions(args) => command::manual::completions(&args),
        Command::Man(args) => command::manual::man(&args),
    }
}

/// Refuses to begin with so little memory.
fn ensure_memory(limit: Option<u64>) -> anyhow::Result<()> {
    let given = limit.unwrap_or(u64::MAX);
    ensure!(
        given >= MEMORY_MIN,
        "Could not start: this process may have {} of memory (ulimit -v). Give it {} or more",
        format::size(given),
        format::size(MEMORY_MIN),
    );
    Ok(())
}
