//! Writes the parts of docs/findings.md and docs/fixes.md that the tables know. What people wrote there
//! stays: in findings.md everything but the meaning, the severity, the evidence and the table of each
//! section; in fixes.md everything above the first section.
//!
//! `cargo run -p fleetback-report --example tables_docs`

use std::path::Path;
use std::{fs, io};

mod pages;

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, written) in pages::PAGES {
        let path = docs.join(name);
        let page = fs::read_to_string(&path)?;
        fs::write(&path, written(&page))?;
    }
    Ok(())
}
