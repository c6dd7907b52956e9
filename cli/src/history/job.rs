//! A job: a computer and the roots that it reads. Runs of one job are compared with each other, and
//! with no other: a look at one folder would otherwise make the rest of the fleet disappear.

use std::path::PathBuf;

use fleetback_scanner::source::watched;
use rusqlite::{Connection, OptionalExtension};

use super::error::Cause;

/// What distinguishes one job from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    host: String,
    roots: String,
}

/// The word for the standard locations, whose list changes with the users of a computer.
const STANDARD: &str = "standard";

impl Job {
    /// A job on `host` over these roots; none stands for the standard locations.
    pub(crate) fn new(host: &str, roots: &[PathBuf]) -> Self {
        let mut names: Vec<String> = roots
            .iter()
            .map(|root| {
                let real = watched::canonicalize(root).unwrap_or_else(|_| root.clone());
                real.to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            names.push(STANDARD.to_owned());
        }
        Self {
            host: host.to_owned(),
            roots: names.join("\n"),
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn roots(&self) -> &str {
        &self.roots
    }

    /// The series of runs that a run stands in; the one in use, where several have it.
    pub(super) fn series_of_run(
        connection: &Connection,
        run_id: &str,
    ) -> Result<Option<i64>, Cause> {
        let found = connection.query_row(
            "SELECT job FROM runs JOIN jobs USING (job) WHERE run_id = ?1
             ORDER BY at DESC, set_aside_at IS NOT NULL LIMIT 1",
            [run_id],
            |row| row.get(0),
        );
        Ok(found.optional()?)
    }
}
