//! A job: a computer and the roots that it reads. Runs of one job are compared with each other, and
//! with no other: a look at one folder would otherwise make the rest of the fleet disappear.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

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
                let real = root.canonicalize().unwrap_or_else(|_| root.clone());
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

    /// Its number in a store that knows it.
    pub(super) fn find(&self, connection: &Connection) -> Result<Option<i64>, Cause> {
        let found = connection.query_row(
            "SELECT job FROM jobs WHERE host = ?1 AND roots = ?2",
            [&self.host, &self.roots],
            |row| row.get(0),
        );
        Ok(found.optional()?)
    }

    /// The number of the job that made a run.
    pub(super) fn number_of_run(
        connection: &Connection,
        run_id: &str,
    ) -> Result<Option<i64>, Cause> {
        let found = connection.query_row(
            "SELECT job FROM runs WHERE run_id = ?1 ORDER BY at DESC LIMIT 1",
            [run_id],
            |row| row.get(0),
        );
        Ok(found.optional()?)
    }

    /// Its number, new where the store did not know it.
    pub(super) fn number(&self, transaction: &Transaction<'_>) -> Result<i64, Cause> {
        if let Some(known) = self.find(transaction)? {
            return Ok(known);
        }
        transaction.execute(
            "INSERT INTO jobs (host, roots) VALUES (?1, ?2)",
            params![self.host, self.roots],
        )?;
        Ok(transaction.last_insert_rowid())
    }
}
