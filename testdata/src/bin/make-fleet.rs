//! Writes whole fleets: the demo, the checked-in fleets, and large ones out of a seed.

#![forbid(unsafe_code)]

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use fleetback_testdata::disk;
use fleetback_testdata::fleet::large::{LargeFleet, Mix};
use fleetback_testdata::fleet::{checked_in, demo};
use jiff::Timestamp;
use serde_json::Value;

/// Writes fleets of backups and MDM answers; the same words write the same bytes.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
struct Cli {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    large: Option<LargeFleetArgs>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The demo: 46 devices over three computers.
    Demo(Target),
    /// The checked-in fleets, one kind of damage each; their expected.json stay as they are.
    Fleets(Target),
}

#[derive(Debug, Args)]
struct Target {
    /// Folder to write into; what an earlier run wrote there is replaced.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct LargeFleetArgs {
    /// Folder to write into.
    #[arg(long)]
    out: PathBuf,
    /// Devices, one backup each.
    #[arg(long)]
    devices: u64,
    /// Everything derives from it.
    #[arg(long)]
    seed: u64,
    /// The run's `now`.
    #[arg(long, value_name = "RFC3339")]
    now: Timestamp,
    /// Computers that the backups are spread over.
    #[arg(long, default_value_t = 1)]
    hosts: u64,
    /// Payload files of each backup.
    #[arg(long, default_value_t = 20)]
    files_per_backup: usize,
    /// Least size of each Info.plist.
    #[arg(long, default_value_t = 0)]
    info_bytes: u64,
    /// `20` spreads 20 per cent over all kinds; `stale=10,files-missing=5` names them.
    #[arg(long, default_value = "0", value_name = "PERCENT|KIND=PERCENT,...")]
    damage: Mix,
    /// How many of 100 backups are encrypted.
    #[arg(long, default_value_t = 0.0, value_name = "PERCENT")]
    encrypted: f64,
    /// Rounds that one password of those costs; devices ask for 10,000,000.
    #[arg(long, default_value_t = 100)]
    rounds: u32,
    /// Write an MDM answer for each device.
    #[arg(long)]
    mdm: bool,
    /// Write the inventory table.
    #[arg(long)]
    inventory: bool,
    /// Make all 256 payload folders of each backup, also the empty ones, as devices do.
    #[arg(long)]
    all_folders: bool,
    /// Write what was planted here, not to standard output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    match (cli.what, cli.large) {
        (Some(What::Demo(target)), _) => demo::write(&target.out),
        (Some(What::Fleets(target)), _) => checked_in::write_all(&target.out),
        (None, Some(args)) => write_large(args),
        (None, None) => Ok(()),
    }
}

fn write_large(args: LargeFleetArgs) -> Result<()> {
    let fleet = LargeFleet {
        devices: args.devices,
        seed: args.seed,
        hosts: args.hosts,
        files_per_backup: args.files_per_backup,
        info_bytes: args.info_bytes,
        damage: args.damage,
        encrypted_percent: args.encrypted,
        rounds: args.rounds,
        mdm: args.mdm,
        inventory: args.inventory,
        all_folders: args.all_folders,
        now: args.now,
    };
    write_record(&fleet.write(&args.out)?, args.manifest.as_deref())
}

fn write_record(planted: &Value, manifest: Option<&Path>) -> Result<()> {
    let json = serde_json::to_string_pretty(planted)? + "\n";
    match manifest {
        Some(path) => disk::write(path, json.as_bytes()),
        None => Ok(std::io::stdout().write_all(json.as_bytes())?),
    }
}
