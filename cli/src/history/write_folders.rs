//! Remembers the folders of good local backups, so that the next run misses one that is gone.
//!
//! A folder that a run did not find is gone only where that run searched its place: below a root of
//! this run, and below nothing that could not be read. Elsewhere nothing is known of it, and its row
//! waits for a run that looks.

use std::collections::BTreeMap;

use fleetback_report::history::Searched;
use fleetback_report::results::{Backup, Device};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::error::Cause;

/// Which folder: the device's number in the store, the computer, the path.
type Key = (i64, String, String);

/// A row of the table.
struct Row {
    completed_at: i64,
    /// The last run that saw it; `None` for every run up to the last.
    until: Option<i64>,
    missed_since: Option<i64>,
}

/// Writes what one run found of the folders.
pub(super) struct FolderWriter<'a> {
    transaction: &'a Transaction<'a>,
    /// The run, and the one before.
    at: i64,
    last: i64,
    /// The rows that this run has said nothing of yet.
    known: BTreeMap<Key, Row>,
}

impl<'a> FolderWriter<'a> {
    /// Reads what earlier runs of a job knew.
    pub(super) fn new(
        transaction: &'a Transaction<'a>,
        job: i64,
        at: i64,
        last: i64,
    ) -> Result<Self, Cause> {
        let mut statement = transaction.prepare(
            "SELECT device, host, path, completed_at, until, missed_since FROM folders
             WHERE device IN (SELECT device FROM devices WHERE job = ?1)",
        )?;
        let rows = statement.query_map([job], |row| {
            let known = Row {
                completed_at: row.get(3)?,
                until: row.get(4)?,
                missed_since: row.get(5)?,
            };
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), known))
        })?;
        Ok(Self {
            transaction,
            at,
            last,
            known: rows.collect::<Result<_, _>>()?,
        })
    }

    /// Remembers the folders of a device that hold a good backup, and forgets those that hold none:
    /// a bad backup that is gone is no loss.
    pub(super) fn device(&mut self, id: i64, device: &Device) -> Result<(), Cause> {
        for backup in &device.backups {
            // A path that is no Unicode would come back as another one.
            let Some(path) = backup.path.to_str() else {
                continue;
            };
            let key = (id, backup.host.clone(), path.to_owned());
            let before = self.known.remove(&key);
            match completed(backup) {
                Some(now) if before.as_ref().is_some_and(|row| row.still_holds(now)) => {}
                Some(now) => self.remember(&key, now)?,
                None if before.is_some() => self.forget(&key)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Marks the folders that this run did not find.
    pub(super) fn close(self, searched: &Searched) -> Result<(), Cause> {
        for (key, row) in &self.known {
            let is_missed = searched.contains(key.2.as_ref());
            let missed_since = row.missed_since.or(is_missed.then_some(self.at));
            let until = row.until.unwrap_or(self.last);
            if row.until.is_none() || row.missed_since != missed_since {
                self.miss(key, until, missed_since)?;
            }
        }
        Ok(())
    }

    fn remember(&self, (id, host, path): &Key, completed_at: i64) -> Result<(), Cause> {
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO folders (device, host, path, completed_at, since) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET completed_at = ?4, until = NULL, missed_since = NULL",
        )?;
        insert.execute(params![id, host, path, completed_at, self.at])?;
        Ok(())
    }

    fn forget(&self, (id, host, path): &Key) -> Result<(), Cause> {
        let mut delete = self
            .transaction
            .prepare_cached("DELETE FROM folders WHERE device = ?1 AND host = ?2 AND path = ?3")?;
        delete.execute(params![id, host, path])?;
        Ok(())
    }

    fn miss(
        &self,
        (id, host, path): &Key,
        until: i64,
        missed_since: Option<i64>,
    ) -> Result<(), Cause> {
        let mut update = self.transaction.prepare_cached(
            "UPDATE folders SET until = ?4, missed_since = ?5
             WHERE device = ?1 AND host = ?2 AND path = ?3",
        )?;
        update.execute(params![id, host, path, until, missed_since])?;
        Ok(())
    }
}

impl Row {
    fn still_holds(&self, completed_at: i64) -> bool {
        self.until.is_none() && self.completed_at == completed_at
    }
}

/// When a backup that is to be missed was completed; an archived copy is nobody's newest.
fn completed(backup: &Backup) -> Option<i64> {
    let completed = backup
        .completed_at
        .filter(|_| backup.good && !backup.archived);
    completed.map(Timestamp::as_millisecond)
}
