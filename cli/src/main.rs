//! `fleetback`: which iPhones and iPads of a fleet could be lost tonight, why, and what to do.
//!
//! This crate alone knows the command line, the clock, the environment and the terminal. What is
//! read and judged happens in `fleetback-scanner` and `fleetback-report`.

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;

mod args;
mod checked;
mod command;
mod config;
mod exit;
mod history;
mod homes;
mod interrupt;
mod kept;
mod options;
mod output;
mod passwords;
mod platform;
mod progress;
mod reports;
mod run_id;
mod say;
mod settings;
mod store;
mod swap_options;
mod terminal;

fn main() -> ExitCode {
    let exit = run(Cli::parse()).unwrap_or_else(|error| {
        say::error(&format_args!("{error:#}"));
        Exit::Usage
    });
    exit.into()
}

/// Runs the command. An error is always one of usage or configuration.
fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Scan(args) => command::scan::run(*args, &cli.common),
        Command::Swap(args) => command::swap::run(*args, &cli.common),
        Command::Verify(args) => command::verify::run(*args, &cli.common),
        Command::Report(args) => command::report::run(*args, &cli.common),
        Command::Explain(args) => command::explain::run(&args),
        Command::Doctor(args) => command::doctor::run(args, &cli.common),
        Command::Config(args) => command::config::run(&args, &cli.common),
        Command::Completions(args) => command::manual::completions(&args),
        Command::Man(args) => command::manual::man(&args),
    }
}
