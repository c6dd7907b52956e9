//! Writes the seeds of every target below a folder, `fuzz/corpus` as a rule.
//!
//! Files of other names stay: they are inputs that once broke something.

#![forbid(unsafe_code)]

use std::path::PathBuf;

use anyhow::{Context, Result};
use fleetback_fuzz_targets::table::TARGETS;
use fleetback_testdata::disk;

fn main() -> Result<()> {
    let out = std::env::args_os().nth(1).map(PathBuf::from);
    let out = out.context("wanted the folder to write into, as in `make-corpus fuzz/corpus`")?;
    for target in TARGETS {
        let seeds = (target.seeds)().with_context(|| format!("no seeds for {}", target.name))?;
        for (name, bytes) in seeds {
            disk::write(&out.join(target.name).join(name), &bytes)?;
        }
    }
    Ok(())
}
