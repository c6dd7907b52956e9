//! The results as JSON, out and in again.
//!
//! The shape is [`Results`], which is stable; this file only sets the form: indented, fields in the
//! order of their declaration, a newline at the end, so that two files can be compared line by line.

use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::diff::Diff;
use crate::results::{Results, SCHEMA_VERSION};
use crate::swap::retention::RetentionReport;
use crate::swap::ticket::Tickets;

/// Writes the results, or another answer for programs.
///
/// # Errors
/// Those of `out`.
pub fn write(answer: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, answer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Why bytes are no results.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They are no JSON at all.
    #[error("wanted JSON, found something else: {0}")]
    NotJson(#[source] serde_json::Error),
    /// JSON, and not of ours.
    #[error("wanted an object with the number schema_version, as `--json` writes it, found {0}")]
    NotResults(&'static str),
    /// Written by another generation of the program.
    #[error(
        "wanted schema_version {SCHEMA_VERSION}, found {0}; read it with the version of fleetback that wrote it"
    )]
    Version(u64),
    /// The right version, and a field that is missing or wrong.
    #[error(
        "wanted results of schema_version {SCHEMA_VERSION}, found a field that does not fit: {0}"
    )]
    Field(#[source] serde_json::Error),
}

/// Reads what [`write()`] wrote. Fields that this version does not know are skipped: later versions
/// may add some.
///
/// # Errors
/// [`ReadError`] says what was found.
pub fn read(bytes: &[u8]) -> Result<Results, ReadError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match found_version(bytes)? {
        version if version == u64::from(SCHEMA_VERSION) => {
            serde_json::from_slice(bytes).map_err(ReadError::Field)
        }
        other => Err(ReadError::Version(other)),
    }
}

/// Only the version, so that no other field of another generation is looked at.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<Value>,
}

fn found_version(bytes: &[u8]) -> Result<u64, ReadError> {
    let head = serde_json::from_slice::<Head>(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ReadError::NotResults("another kind of JSON"),
        _ => ReadError::NotJson(error),
    })?;
    let version = head
        .schema_version
        .ok_or(ReadError::NotResults("an object without schema_version"))?;
    version.as_u64().ok_or(ReadError::NotResults(
        "a schema_version that is no whole number",
    ))
}

/// The JSON Schema of the results.
pub fn schema() -> Value {
    schemars::schema_for!(Results).to_value()
}

/// The JSON Schema of the tickets.
pub fn swap_schema() -> serde_json::Value {
    schemars::schema_for!(Tickets).to_value()
}

/// The JSON Schema of what may go after a swap.
pub fn after_schema() -> serde_json::Value {
    schemars::schema_for!(RetentionReport).to_value()
}

/// The JSON Schema of what is written for programs.
pub fn diff_schema() -> serde_json::Value {
    schemars::schema_for!(Diff).to_value()
}
