//! What holds of the project's own files: layers, circles, what its pages name, and what is built in.
//!
//! Plain Rust over the text of the sources, so that no tool has to be installed for it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may stop it"
)]

mod check;
mod imports;
mod layers;
mod license;
mod pages;
mod promises;
mod supply;
mod table;
mod tokens;
mod watched;
mod words;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
