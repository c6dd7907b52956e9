//! Opens the store, reads earlier runs, writes what a run found.
//!
//! It is written to once, at the end of a run and in one transaction: a kill at any moment leaves
//! either the old rows or the new ones. SQLite must not open a file that is not a store: a Manifest.db
//! named by mistake would get a `-wal` beside it. So the first bytes are checked before SQLite runs.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fleetback_report::history::History;
use fleetback_report::results::FixId;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::model::backup::{CheckRecord, InfoRecord, PasswordProof};
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};
use serde::de::DeserializeOwned;

use super::cache::{StoredChecks, key};
use super::clock::{KEPT_DAYS, days_before, slow_clock};
use super::error::{Cause, StoreError};
use super::job::Job;
use super::network_disk::network_disk;
use super::past_runs;
use super::schema::{APPLICATION_ID, is_behind, migrate};
use super::series;
use super::write_done::{self, KnownDevice};
use super::write_run::{self, SaveOutcome, ScanRun};
use crate::system::platform;

/// How long to wait for another run that writes.
const BUSY_MAX: Duration = Duration::from_secs(10);

/// How every SQLite database begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Where `application_id` stands, in bytes from the start, big-endian.
const APPLICATION_ID_AT: usize = 68;

/// An open store.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    pub(super) connection: Connection,
}

impl Store {
    /// Opens a store, and lays out a new one where there is none, with its folder.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open(path).map_err(|cause| cause.at(path))?;
        Ok(Self {
            path: path.to_owned(),
            connection,
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// All checks and proofs of `host`, read at once: no thread of a scan waits for SQLite.
    pub(crate) fn memory(&self, host: &str) -> Result<StoredChecks, StoreError> {
        let read = || -> Result<StoredChecks, Cause> {
            Ok(StoredChecks {
                checks: records(&self.connection, "checks", host)?,
                infos: records(&self.connection, "infos", host)?,
                proofs: proofs(&self.connection)?,
            })
        };
        read().map_err(|cause| cause.at(&self.path))
    }

    /// What the runs of a job found that one at `now` follows, read at once, and that is compared with the
    /// newest at `since` or before.
    pub(crate) fn past(
        &self,
        job: &Job,
        now: Timestamp,
        since: Option<Timestamp>,
    ) -> Result<History, StoreError> {
        past_runs::read(&self.connection, job, (now, since)).map_err(|cause| cause.at(&self.path))
    }

    /// What the runs of the job found that this run belongs to; `None` for a run that is not known.
    pub(crate) fn past_of_run(
        &self,
        run_id: &str,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Option<History>, StoreError> {
        let read = || -> Result<Option<History>, Cause> {
            let job = Job::series_of_run(&self.connection, run_id)?;
            job.map(|job| past_runs::of_job(&self.connection, job, (now, Some(since))))
                .transpose()
        };
        read().map_err(|cause| cause.at(&self.path))
    }

    /// Writes what a run at `now` found on `host`, all of it or nothing: the checks, what large plists
    /// said, the proofs and, for a scan, its results.
    ///
    /// Not written are checks that read the plists only (they cost nothing), folders that cannot
    /// be resolved any more and those whose path is no Unicode: they are checked again.
    pub(crate) fn save_run(
        &mut self,
        host: &str,
        now: Timestamp,
        checks: &[(&Path, &CheckRecord)],
        infos: &[(&Path, &InfoRecord)],
        proofs: &[PasswordProof],
        run: Option<&ScanRun<'_>>,
    ) -> Result<SaveOutcome, StoreError> {
        let resolved: Vec<_> = checks
            .iter()
            .filter(|(_, record)| record.file_check.verified.level > VerifyLevel::State)
            .filter_map(|(path, record)| Some((key(path)?, *record)))
            .collect();
        let infos: Vec<_> = infos
            .iter()
            .filter_map(|(path, record)| Some((key(path)?, *record)))
            .collect();
        let connection = &mut self.connection;
        let mut write = || -> Result<SaveOutcome, Cause> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write_checks(&transaction, host, now, &resolved)?;
            write_infos(&transaction, host, now, &infos)?;
            write_proofs(&transaction, proofs)?;
            let clock = prune(&transaction, now)?;
            let saved = match run {
                Some(run) => write_run::write(&transaction, run, clock)?,
                None => SaveOutcome::Written,
            };
            transaction.commit()?;
            Ok(saved)
        };
        write().map_err(|cause| cause.at(&self.path))
    }

    /// The last run of each series that was set aside for a clock.
    pub(crate) fn set_aside(&self) -> Result<Vec<Timestamp>, StoreError> {
        series::set_aside(&self.connection).map_err(|cause| cause.at(&self.path))
    }

    /// Every device that any run saw.
    pub(crate) fn known_devices(&self) -> Result<Vec<KnownDevice>, StoreError> {
        write_done::known(&self.connection).map_err(|cause| cause.at(&self.path))
    }

    /// The newest run of any job.
    pub(crate) fn newest_run(&self) -> Result<Option<Timestamp>, StoreError> {
        write_done::newest_run(&self.connection).map_err(|cause| cause.at(&self.path))
    }

    /// Records that a fix was done on a day, for each of these devices.
    pub(crate) fn record_done(
        &mut self,
        devices: &[&KnownDevice],
        done: (FixId, Date),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let recorded = write_done::record(&mut self.connection, devices, done, now);
        recorded.map_err(|cause| cause.at(&self.path))
    }

    /// Takes back that a fix was done: the record of that day, or the newest. Answers with its day; `None`
    /// where there is no such record.
    pub(crate) fn withdraw_done(
        &mut self,
        devices: &[&KnownDevice],
        (fix, on): (FixId, Option<Date>),
        now: Timestamp,
    ) -> Result<Option<Date>, StoreError> {
        let withdrawn = write_done::withdraw(&mut self.connection, devices, (fix, on), now);
        withdrawn.map_err(|cause| cause.at(&self.path))
    }

    /// Reads every page and says what is wrong; for `doctor`, a run does not take the time.
    pub(crate) fn examine(&self) -> Result<(), StoreError> {
        let answer = self
            .connection
            .pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0));
        let cause = match answer {
            Ok(answer) if answer == "ok" => return Ok(()),
            Ok(answer) => Cause::Damaged(answer),
            Err(error) => error.into(),
        };
        Err(cause.at(&self.path))
    }
}

fn open(path: &Path) -> Result<Connection, Cause> {
    if let Some(kind) = network_disk(path) {
        return Err(Cause::NetworkDisk(kind));
    }
    create(path)?;
    ensure_ours(path)?;
    // No URI: a `?` in a path is a question mark. No creation: that has just been done, privately.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    if is_behind(&connection)? {
        ensure_whole(&connection)?;
    }
    migrate(&mut connection)?;
    // A disk that cannot do it stays with the rollback journal, which is as safe and slower.
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

/// Reads all that an older version left, before a step is taken on it: what is damaged is refused as
/// it is, and not after it was changed.
fn ensure_whole(connection: &Connection) -> Result<(), Cause> {
    let answer: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if answer != "ok" {
        return Err(Cause::Damaged(answer));
    }
    let mut hosts = connection.prepare("SELECT DISTINCT host FROM checks")?;
    let hosts = hosts.query_map([], |row| row.get::<_, String>(0))?;
    for host in hosts {
        records::<CheckRecord>(connection, "checks", &host?)?;
    }
    proofs(connection)?;
    Ok(())
}

/// Makes the folder and an empty file, both for this user alone, where there are none.
fn create(path: &Path) -> Result<(), Cause> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        platform::create_private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    platform::private(&mut options);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// Looks at the first bytes. An empty file is a store to be; a file that is half written with a
/// journal beside it is SQLite's to mend.
fn ensure_ours(path: &Path) -> Result<(), Cause> {
    if !fs::metadata(path)?.is_file() {
        return Err(Cause::NoFile);
    }
    let mut head = Vec::new();
    File::open(path)?.take(100).read_to_end(&mut head)?;
    let id = head.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    match (head.starts_with(MAGIC), id) {
        _ if head.is_empty() => Ok(()),
        (true, Some(id)) if id == APPLICATION_ID.to_be_bytes() => Ok(()),
        (true, Some(_)) => Err(Cause::Foreign),
        (true, None) => Err(Cause::Damaged(format!("{} bytes", head.len()))),
        (false, _) if beside(path, "-journal").exists() => Ok(()),
        (false, _) => Err(Cause::Damaged("it is no SQLite database".to_owned())),
    }
}

/// The file beside it that SQLite would name so.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

type Records<R> = std::collections::HashMap<String, R>;
type Proofs = std::collections::HashMap<String, PasswordProof>;

/// A record that cannot be read costs one reading more, and is then written anew.
fn records<R: DeserializeOwned>(
    connection: &Connection,
    table: &str,
    host: &str,
) -> Result<Records<R>, Cause> {
    let select = format!("SELECT path, record FROM {table} WHERE host = ?1");
    let mut statement = connection.prepare(&select)?;
    let rows = statement.query_map([host], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut records = Records::new();
    for row in rows {
        let (path, record) = row?;
        if let Ok(record) = serde_json::from_str(&record) {
            records.insert(path, record);
        }
    }
    Ok(records)
}

fn proofs(connection: &Connection) -> Result<Proofs, Cause> {
    let mut statement = connection.prepare("SELECT keybag, proven_at, source FROM proofs")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;
    let mut proofs = Proofs::new();
    for row in rows {
        let (keybag, at, source) = row?;
        if let Ok(at) = Timestamp::from_millisecond(at) {
            let proof = PasswordProof {
                keybag: keybag.clone(),
                at,
                source,
            };
            proofs.insert(keybag, proof);
        }
    }
    Ok(proofs)
}

fn write_checks(
    transaction: &Transaction<'_>,
    host: &str,
    now: Timestamp,
    checks: &[(String, &CheckRecord)],
) -> Result<(), Cause> {
    let mut insert = transaction.prepare(
        "INSERT OR REPLACE INTO checks (host, path, stamp, level, checked_at, seen_at, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (path, record) in checks {
        let json = serde_json::to_string(record).map_err(|e| Cause::Damaged(e.to_string()))?;
        let checked = record.file_check.verified;
        let level = format!("{:?}", checked.level).to_lowercase();
        let (at, seen) = (checked.at.as_millisecond(), now.as_millisecond());
        insert.execute(params![host, path, record.stamp, level, at, seen, json])?;
    }
    Ok(())
}

fn write_infos(
    transaction: &Transaction<'_>,
    host: &str,
    now: Timestamp,
    infos: &[(String, &InfoRecord)],
) -> Result<(), Cause> {
    let mut insert = transaction.prepare(
        "INSERT OR REPLACE INTO infos (host, path, seen_at, record) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (path, record) in infos {
        let json = serde_json::to_string(record).map_err(|e| Cause::Damaged(e.to_string()))?;
        insert.execute(params![host, path, now.as_millisecond(), json])?;
    }
    Ok(())
}

fn write_proofs(transaction: &Transaction<'_>, proofs: &[PasswordProof]) -> Result<(), Cause> {
    let mut insert = transaction
        .prepare("INSERT OR REPLACE INTO proofs (keybag, proven_at, source) VALUES (?1, ?2, ?3)")?;
    for proof in proofs {
        insert.execute(params![
            proof.keybag,
            proof.at.as_millisecond(),
            proof.source
        ])?;
    }
    Ok(())
}

/// Deletes rows that were not seen for long; returns the clock it used, in milliseconds.
fn prune(transaction: &Transaction<'_>, now: Timestamp) -> Result<i64, Cause> {
    let clock = slow_clock(transaction, now)?;
    let limit = days_before(clock, KEPT_DAYS);
    transaction.execute("DELETE FROM checks WHERE seen_at < ?1", [limit])?;
    transaction.execute("DELETE FROM infos WHERE seen_at < ?1", [limit])?;
    transaction.execute("DELETE FROM proofs WHERE proven_at < ?1", [limit])?;
    Ok(clock)
}
