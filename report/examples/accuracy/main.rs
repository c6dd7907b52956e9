//! Writes docs/diagnosis-accuracy.md: a simulated fleet with planted causes, judged night by night.
//!
//! `cargo run --release -p fleetback-report --example accuracy > docs/diagnosis-accuracy.md`

#![allow(clippy::unwrap_used, clippy::panic)] // a simulation stops at the first surprise

#[path = "../../tests/judging/fleet.rs"]
#[allow(dead_code, unused_imports)] // words that the tests of the judge build fleets with
mod fleet;
mod page;
mod tally;
mod world;

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(page::page().as_bytes())
}
