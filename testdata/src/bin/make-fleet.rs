//! Writes whole fleets: the demo, the checked-in fleets, and large ones out of a seed.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use fleetback_testdata::fleet::demo;

/// Writes fleets of backups and MDM answers; the same words write the same bytes.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The demo: 46 devices over three computers.
    Demo(Target),
}

#[derive(Debug, Args)]
struct Target {
    /// Folder to write into; what an earlier run wrote there is replaced.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> Result<()> {
    match Cli::parse().what {
        What::Demo(target) => demo::write(&target.out),
    }
}
