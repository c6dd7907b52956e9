//! The runs of a job as series in the order of their clocks, and which of them a run belongs to.
//!
//! One run whose clock is years ahead must not stop the history until that year, and one whose clock is
//! years behind must not throw the later runs away: nobody can say which clock was right. So a run
//! joins the newest series that ends before it. Where all end later, it begins a new one with a copy of
//! all that came before it; the others are set aside, and a run at a later time finds them again.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::clock::{KEPT_DAYS, days_before};
use super::error::Cause;
use super::icloud_weeks;
use super::job::Job;

/// Two runs whose clocks differ by no more ran at once: the clock of a computer that is wrong by less
/// is past it on the next day. In milliseconds.
const AT_ONCE_MAX: i64 = 24 * 60 * 60 * 1000;

/// So many series of a job are kept beside the one in use.
const SET_ASIDE_MAX: i64 = 3;

/// One series of runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    /// Its number in the store.
    pub(super) number: i64,
    /// Its last run; `None` where no run is left.
    last: Option<i64>,
    /// Its last run before the one that asks.
    pub(super) before: Option<i64>,
}

/// Where a run belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The first run of a job.
    First,
    /// At the end of this series.
    After(Series),
    /// Beside the last run of this series, which another run wrote in the meantime.
    Beside(Series, i64),
    /// Before the last run of all series, of which this one has the newest run before it.
    Amid(Series, i64),
}

impl Place {
    /// The series with the runs before it.
    pub(super) fn series(self) -> Option<Series> {
        match self {
            Self::First => None,
            Self::After(series) | Self::Beside(series, _) | Self::Amid(series, _) => Some(series),
        }
    }
}

/// Where a run at this instant, in milliseconds, belongs.
pub(super) fn place(connection: &Connection, job: &Job, at: i64) -> Result<Place, Cause> {
    let all = all(connection, job, at)?;
    let later = |series: &&Series| series.last.is_some_and(|last| last >= at);
    let near = |series: &&Series| series.last.is_some_and(|last| last - at <= AT_ONCE_MAX);
    let beside = all.iter().filter(later).find(near);
    if let Some((series, last)) = beside.and_then(|series| Some((*series, series.last?))) {
        return Ok(Place::Beside(series, last));
    }
    let ended = all.iter().filter(|series| !later(series));
    if let Some(series) = ended.max_by_key(|series| series.last) {
        return Ok(Place::After(*series));
    }
    let amid = all.iter().max_by_key(|series| series.before);
    let amid = amid.and_then(|series| Some(Place::Amid(*series, series.last?)));
    Ok(amid.unwrap_or(Place::First))
}

fn all(connection: &Connection, job: &Job, at: i64) -> Result<Vec<Series>, Cause> {
    let mut statement = connection.prepare(
        "SELECT job, (SELECT max(at) FROM runs WHERE runs.job = jobs.job),
         (SELECT max(at) FROM runs WHERE runs.job = jobs.job AND at < ?3)
         FROM jobs WHERE host = ?1 AND roots = ?2 ORDER BY job",
    )?;
    let rows = statement.query_map(params![job.host(), job.roots(), at], |row| {
        Ok(Series {
            number: row.get(0)?,
            last: row.get(1)?,
            before: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A new series without runs.
pub(super) fn begin(transaction: &Transaction<'_>, job: &Job) -> Result<i64, Cause> {
    transaction.execute(
        "INSERT INTO jobs (host, roots, outcomes_known) VALUES (?1, ?2, 1)",
        [job.host(), job.roots()],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// A new series with all that another one knew before the run that asks.
pub(super) fn branch(transaction: &Transaction<'_>, job: &Job, from: Series) -> Result<i64, Cause> {
    let to = begin(transaction, job)?;
    if let Some(last) = from.before {
        let shift: Option<i64> =
            transaction.query_row("SELECT max(device) FROM devices", [], |row| row.get(0))?;
        let (from, shift) = (from.number, shift.unwrap_or_default());
        transaction.execute_batch(&copy(from, to, last, shift))?;
    }
    Ok(to)
}

/// Copies a series up to its run `last`; the devices get numbers that are higher by `shift`. What ended
/// with that run was ended by the one after it, and so holds again.
pub(super) fn copy(from: i64, to: i64, last: i64, shift: i64) -> String {
    let device = format!("device + {shift}, since, CASE WHEN until < {last} THEN until END");
    let of_devices = format!("device IN (SELECT device FROM devices WHERE job = {from})");
    let until_then = format!("since <= {last} AND {of_devices}");
    let week = icloud_weeks::week(last);
    format!(
        "INSERT INTO runs SELECT {to}, at, run_id, tool_version, complete, devices,
         could_be_lost, waived, protected, aging, listed_apart
         FROM runs WHERE job = {from} AND at <= {last};
         INSERT INTO states SELECT {device}, status, severity, could_be_lost
         FROM states WHERE {until_then};
         INSERT INTO findings (device, since, until, code, severity, waived, rule, certain, fix,
         incident_since)
         SELECT {device}, code, severity, waived, rule, certain, fix, incident_since
         FROM findings WHERE {until_then};
         INSERT INTO outcomes SELECT {to}, at, fix, shown, recovered
         FROM outcomes WHERE job = {from} AND at <= {last};
         UPDATE jobs SET outcomes_known = (SELECT outcomes_known FROM jobs WHERE job = {from})
         WHERE job = {to};
         INSERT INTO icloud_weeks SELECT {to}, week, device + {shift}, spans
         FROM icloud_weeks WHERE job = {from} AND week <= {week};
         INSERT INTO sizes SELECT device + {shift}, completed_at, bytes
         FROM sizes WHERE {of_devices};
         INSERT INTO folders (device, since, until, host, path, completed_at, missed_since)
         SELECT {device}, host, path, completed_at,
         CASE WHEN missed_since <= {last} THEN missed_since END FROM folders WHERE {until_then};
         INSERT INTO done SELECT device + {shift}, day, fix, recorded_at, withdrawn_at
         FROM done WHERE {of_devices};
         INSERT INTO devices SELECT device + {shift}, {to}, udid, serial, phone, ecid, first_seen,
         min(last_seen, {last}), good_at, good_kind, contact_at
         FROM devices WHERE job = {from} AND first_seen <= {last};"
    )
}

/// Sets all series of a job aside but the one in use, and forgets those that were for too long.
pub(super) fn set_others_aside(
    transaction: &Transaction<'_>,
    job: &Job,
    in_use: i64,
    clock: i64,
) -> Result<(), Cause> {
    transaction.execute(
        "UPDATE jobs SET set_aside_at = CASE WHEN job <> ?3 THEN coalesce(set_aside_at, ?4) END
         WHERE host = ?1 AND roots = ?2",
        params![job.host(), job.roots(), in_use, clock],
    )?;
    let mut old = transaction.prepare(
        "SELECT job FROM jobs WHERE set_aside_at < ?3 OR job IN (
             SELECT job FROM jobs WHERE host = ?1 AND roots = ?2 AND set_aside_at IS NOT NULL
             ORDER BY set_aside_at DESC, job DESC LIMIT -1 OFFSET ?4)",
    )?;
    let limit = days_before(clock, KEPT_DAYS);
    let old: Vec<i64> = old
        .query_map(
            params![job.host(), job.roots(), limit, SET_ASIDE_MAX],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    old.into_iter()
        .try_for_each(|series| forget(transaction, series))
}

/// Tables with rows of a device.
pub(super) const OF_DEVICE: [&str; 7] = [
    "states",
    "findings",
    "icloud_weeks",
    "sizes",
    "folders",
    "done",
    "devices",
];

fn forget(transaction: &Transaction<'_>, series: i64) -> Result<(), Cause> {
    for table in OF_DEVICE {
        let sql = format!(
            "DELETE FROM {table} WHERE device IN (SELECT device FROM devices WHERE job = ?1)"
        );
        transaction.execute(&sql, [series])?;
    }
    for table in ["outcomes", "runs", "jobs"] {
        let sql = format!("DELETE FROM {table} WHERE job = ?1");
        transaction.execute(&sql, [series])?;
    }
    Ok(())
}

/// The last run of each series that was set aside, newest first.
pub(super) fn set_aside(connection: &Connection) -> Result<Vec<Timestamp>, Cause> {
    let mut statement = connection.prepare(
        "SELECT max(at) FROM runs WHERE job IN
         (SELECT job FROM jobs WHERE set_aside_at IS NOT NULL) GROUP BY job ORDER BY 1 DESC",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
    let instants = rows.into_iter().map(Timestamp::from_millisecond);
    Ok(instants.filter_map(Result::ok).collect())
}
