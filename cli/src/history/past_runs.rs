//! Reads what earlier runs of a job found: what holds now, what ended lately, and of what ended long ago
//! only that which still goes on.
//!
//! A row whose words this fleetback does not know is left out: a newer one of the same schema may
//! know more codes.

use std::collections::{HashMap, HashSet};

use fleetback_report::history::{
    DeviceIds, DoneFix, History, PastDevice, PastFinding, PastFolder, PastIcloud, PastRun,
    PastSize, PastState,
};
use fleetback_report::results::{FixOutcome, RunCounts, Severity, Status};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::clock::{DAYS_READ, days_before};
use super::error::Cause;
use super::icloud_weeks;
use super::job::Job;
use super::series;

/// The run that asks, and the instant whose newest run it is compared with.
pub(super) type AsOf = (Timestamp, Option<Timestamp>);

/// All runs of a job that a run at this instant follows; empty for a job that is not in the store.
pub(super) fn read(connection: &Connection, job: &Job, as_of: AsOf) -> Result<History, Cause> {
    let place = series::place(connection, job, as_of.0.as_millisecond())?;
    match place.series() {
        Some(series) => of_job(connection, series.number, as_of),
        None => Ok(History::default()),
    }
}

/// The same of a series by its number. Of what ended long ago only that is read which belongs to what goes
/// on, so that a run does not slow down as nights add up.
pub(super) fn of_job(connection: &Connection, job: i64, as_of: AsOf) -> Result<History, Cause> {
    let runs = runs(connection, job)?;
    let ended = ended(connection, job, as_of.0)?;
    let limit = ended.as_ref().map_or(i64::MIN, |_| limit(&runs, as_of));
    read_since(connection, job, runs, ended, limit)
}

/// All that is known of a series.
#[cfg(test)]
pub(super) fn whole(connection: &Connection, job: i64) -> Result<History, Cause> {
    let runs = runs(connection, job)?;
    read_since(connection, job, runs, None, i64::MIN)
}

/// What ended before an instant is left out, but for devices of which more is needed.
fn read_since(
    connection: &Connection,
    job: i64,
    runs: Vec<PastRun>,
    ended: Option<Vec<FixOutcome>>,
    limit: i64,
) -> Result<History, Cause> {
    let Some(last) = runs.last().map(|run| run.at) else {
        return Ok(History::default());
    };
    let mut reader = Reader {
        connection,
        job,
        last,
        limit,
        devices: Vec::new(),
        ids: Vec::new(),
        places: HashMap::new(),
        reaches_back: HashSet::new(),
    };
    reader.devices()?;
    reader.states()?;
    reader.findings()?;
    reader.older(&runs)?;
    reader.icloud()?;
    reader.sizes()?;
    reader.folders()?;
    reader.done()?;
    Ok(History {
        runs,
        devices: reader.devices,
        ended,
        ..History::default()
    })
}

/// How far back everything is read, in milliseconds: over the days of patterns and strips, and up to the run
/// that is compared with. A run amid others reads all: it does not know which of them it follows.
fn limit(runs: &[PastRun], (now, since): AsOf) -> i64 {
    let Some(last) = runs.last().filter(|last| last.at < now) else {
        return i64::MIN;
    };
    let compared = since.and_then(|since| runs.iter().rev().find(|run| run.at <= since));
    let from = compared.map_or(last.at, |compared| compared.at.min(last.at));
    days_before(from.as_millisecond(), DAYS_READ)
}

/// What became of fixes, as far as runs before an instant kept it; `None` for a series of an earlier version.
fn ended(
    connection: &Connection,
    job: i64,
    now: Timestamp,
) -> Result<Option<Vec<FixOutcome>>, Cause> {
    let known = "SELECT outcomes_known FROM jobs WHERE job = ?1 AND outcomes_known = 1";
    if !connection.prepare(known)?.exists([job])? {
        return Ok(None);
    }
    let mut statement = connection.prepare(
        "SELECT fix, sum(shown), sum(recovered) FROM outcomes WHERE job = ?1 AND at < ?2 GROUP BY fix",
    )?;
    let rows = statement.query_map([job, now.as_millisecond()], |row| {
        let number = |place| -> rusqlite::Result<Option<u64>> {
            let stored: i64 = row.get(place)?;
            Ok(u64::try_from(stored).ok())
        };
        let fix = row.get::<_, String>(0)?.parse().ok();
        let all = fix.zip(number(1)?).zip(number(2)?);
        Ok(all.map(|((fix, shown), recovered)| FixOutcome {
            fix,
            shown,
            recovered,
            open: 0,
        }))
    })?;
    let rows: Vec<Option<FixOutcome>> = rows.collect::<Result<_, _>>()?;
    Ok(Some(rows.into_iter().flatten().collect()))
}

fn runs(connection: &Connection, job: i64) -> Result<Vec<PastRun>, Cause> {
    let mut statement = connection.prepare(
        "SELECT at, run_id, complete, could_be_lost, waived, protected, aging, listed_apart
         FROM runs WHERE job = ?1 ORDER BY at",
    )?;
    let rows = statement.query_map([job], |row| {
        let at: i64 = row.get(0)?;
        let (run_id, complete, counts) = (row.get(1)?, row.get(2)?, counts(row)?);
        Ok(instant(at).map(|at| PastRun {
            at,
            run_id,
            complete,
            counts,
        }))
    })?;
    let runs: Vec<Option<PastRun>> = rows.collect::<Result<_, _>>()?;
    Ok(runs.into_iter().flatten().collect())
}

/// Columns 3 to 7; `None` where any of them is missing.
fn counts(row: &Row<'_>) -> rusqlite::Result<Option<RunCounts>> {
    let number = |place| -> rusqlite::Result<Option<u64>> {
        let stored: Option<i64> = row.get(place)?;
        Ok(stored.and_then(|stored| u64::try_from(stored).ok()))
    };
    let all = [number(3)?, number(4)?, number(5)?, number(6)?, number(7)?];
    Ok(match all {
        [
            Some(could_be_lost),
            Some(waived),
            Some(protected),
            Some(aging),
            Some(listed_apart),
        ] => Some(RunCounts {
            could_be_lost,
            waived,
            protected,
            aging,
            listed_apart,
        }),
        _ => None,
    })
}

struct Reader<'a> {
    connection: &'a Connection,
    job: i64,
    /// The last run: where a row without an end ends.
    last: Timestamp,
    /// What ended before is left out at first, in milliseconds.
    limit: i64,
    devices: Vec<PastDevice>,
    /// Their numbers in the store, in the same order.
    ids: Vec<i64>,
    places: HashMap<i64, usize>,
    /// Devices of which an incident began before what was read of it.
    reaches_back: HashSet<i64>,
}

/// The columns of a state and of a finding.
const STATE: &str = "device, since, until, status, severity, could_be_lost";
const FINDING: &str =
    "device, since, until, code, severity, waived, rule, certain, fix, incident_since";

impl Reader<'_> {
    fn devices(&mut self) -> Result<(), Cause> {
        let devices = ids(self.connection, self.job)?;
        for (id, ids) in devices {
            self.places.insert(id, self.devices.len());
            self.ids.push(id);
            self.devices.push(PastDevice {
                ids,
                ..PastDevice::default()
            });
        }
        Ok(())
    }

    fn states(&mut self) -> Result<(), Cause> {
        let last = self.last;
        for query in self.recent("states", STATE) {
            self.each(&query, |device, row| {
                device.states.extend(state(row, last)?);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn findings(&mut self) -> Result<(), Cause> {
        let (last, limit) = (self.last, self.limit);
        let mut reaches_back = HashSet::new();
        for query in self.recent("findings", FINDING) {
            self.each(&query, |device, row| {
                device.findings.extend(finding(row, last)?);
                let (since, incident_since): (i64, Option<i64>) = (row.get(1)?, row.get(9)?);
                let whole = incident_since.is_some_and(|begun| begun >= since.min(limit));
                if !whole {
                    reaches_back.insert(row.get(0)?);
                }
                Ok(())
            })?;
        }
        self.reaches_back = reaches_back;
        Ok(())
    }

    /// The queries for what ended lately and for what still holds.
    fn recent(&self, table: &str, columns: &str) -> [String; 2] {
        let limit = self.limit;
        let of_job = "device IN (SELECT device FROM devices WHERE job = ?1)";
        [
            format!(
                "SELECT {columns} FROM {table} INDEXED BY ended_{table}
                 WHERE until >= {limit} AND {of_job}"
            ),
            format!("SELECT {columns} FROM {table} WHERE until IS NULL AND {of_job}"),
        ]
    }

    /// Reads the rest of a device that was not well, or failed, in the first run that was read, or of which
    /// an incident reaches further back: how long it has lasted, and what was tried, is asked for whole.
    fn older(&mut self, runs: &[PastRun]) -> Result<(), Cause> {
        let first = runs.iter().map(|run| run.at);
        let first = first
            .into_iter()
            .find(|at| at.as_millisecond() >= self.limit);
        let (limit, last) = (self.limit, self.last);
        let begun = self.first_seen()?;
        let query = |table: &str, columns: &str| {
            format!("SELECT {columns} FROM {table} WHERE device = ?1 AND until < {limit}")
        };
        let mut states = self.connection.prepare(&query("states", STATE))?;
        let mut findings = self.connection.prepare(&query("findings", FINDING))?;
        for (id, device) in self.ids.iter().zip(&mut self.devices) {
            device.states.sort_by_key(|state| state.since);
            let calm = first.and_then(|first| device.state_at(first));
            let calm = calm.is_some_and(|state| is_calm(&state));
            let reaches_back = self.reaches_back.contains(id) || !calm;
            if reaches_back && begun.get(id).is_some_and(|begun| *begun < limit) {
                let rows = states.query_map([id], |row| state(row, last))?;
                let rows: Vec<Option<PastState>> = rows.collect::<Result<_, _>>()?;
                device.states.extend(rows.into_iter().flatten());
                let rows = findings.query_map([id], |row| finding(row, last))?;
                let rows: Vec<Option<PastFinding>> = rows.collect::<Result<_, _>>()?;
                device.findings.extend(rows.into_iter().flatten());
                device.states.sort_by_key(|state| state.since);
            }
            (device.findings).sort_by_key(|finding| (finding.since, finding.code.id()));
        }
        Ok(())
    }

    /// The first run that saw each device, in milliseconds.
    fn first_seen(&self) -> Result<HashMap<i64, i64>, Cause> {
        let mut statement = self
            .connection
            .prepare("SELECT device, first_seen FROM devices WHERE job = ?1")?;
        let rows = statement.query_map([self.job], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What runs were told of it before is left out: nothing asks for it.
    fn icloud(&mut self) -> Result<(), Cause> {
        let (places, devices) = (&self.places, &mut self.devices);
        icloud_weeks::each(self.connection, self.job, self.limit, |device, span| {
            let place = places.get(&device).copied();
            let device = place.and_then(|place| devices.get_mut(place));
            let (since, until, date) =
                (instant(span.since), instant(span.until), instant(span.date));
            if let (Some(device), Some(since), Some(until), Some(date)) =
                (device, since, until, date)
            {
                device.icloud.push(PastIcloud { date, since, until });
            }
        })
    }

    fn sizes(&mut self) -> Result<(), Cause> {
        self.each(
            "SELECT device, completed_at, bytes FROM sizes
             WHERE device IN (SELECT device FROM devices WHERE job = ?1)
             ORDER BY device, completed_at",
            |device, row| {
                let (at, bytes): (i64, i64) = (row.get(1)?, row.get(2)?);
                if let (Some(completed_at), Ok(bytes)) = (instant(at), u64::try_from(bytes)) {
                    device.sizes.push(PastSize {
                        completed_at,
                        bytes,
                    });
                }
                Ok(())
            },
        )
    }

    fn folders(&mut self) -> Result<(), Cause> {
        let last = self.last;
        self.each(
            "SELECT device, since, until, host, path, completed_at, missed_since FROM folders
             WHERE device IN (SELECT device FROM devices WHERE job = ?1) ORDER BY device, host, path",
            |device, row| {
                let (since, until) = span(row, last)?;
                let (host, path): (String, String) = (row.get(3)?, row.get(4)?);
                let completed_at = instant(row.get(5)?);
                let missed_since: Option<i64> = row.get(6)?;
                if let (Some(since), Some(until), Some(completed_at)) = (since, until, completed_at)
                {
                    device.folders.push(PastFolder {
                        path: path.into(),
                        host,
                        completed_at,
                        since,
                        until,
                        missed_since: missed_since.and_then(instant),
                    });
                }
                Ok(())
            },
        )
    }

    fn done(&mut self) -> Result<(), Cause> {
        self.each(
            "SELECT device, day, fix FROM done
             WHERE device IN (SELECT device FROM devices WHERE job = ?1) AND withdrawn_at IS NULL
             ORDER BY device, day, fix",
            |device, row| {
                let word = |place| row.get::<_, String>(place);
                if let (Ok(on), Ok(fix)) = (word(1)?.parse(), word(2)?.parse()) {
                    device.done.push(DoneFix { on, fix });
                }
                Ok(())
            },
        )
    }

    /// Hands every row of a query to the device that its first column names.
    fn each(
        &mut self,
        query: &str,
        mut take: impl FnMut(&mut PastDevice, &Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Cause> {
        let mut statement = self.connection.prepare(query)?;
        let mut rows = statement.query([self.job])?;
        while let Some(row) = rows.next()? {
            let place = self.places.get(&row.get(0)?).copied();
            if let Some(device) = place.and_then(|place| self.devices.get_mut(place)) {
                take(device, row)?;
            }
        }
        Ok(())
    }
}

/// The devices of a job by their numbers in the store, oldest first.
pub(super) fn ids(connection: &Connection, job: i64) -> Result<Vec<(i64, DeviceIds)>, Cause> {
    let mut statement = connection.prepare(
        "SELECT device, udid, serial, phone, ecid FROM devices WHERE job = ?1 ORDER BY device",
    )?;
    let rows = statement.query_map([job], |row| {
        let ids = DeviceIds {
            udid: row.get(1)?,
            serial: row.get(2)?,
            phone: row.get(3)?,
            ecid: row.get(4)?,
        };
        Ok((row.get(0)?, ids))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Well, and without a finding that fails: before it nothing goes on.
fn is_calm(state: &PastState) -> bool {
    !state.status.is_at_risk() && state.severity < Some(Severity::Error)
}

/// A row of [`STATE`].
fn state(row: &Row<'_>, last: Timestamp) -> rusqlite::Result<Option<PastState>> {
    let (since, until) = span(row, last)?;
    let status: String = row.get(3)?;
    let severity: Option<String> = row.get(4)?;
    let severity = severity.map(|word| word.parse().ok());
    let could_be_lost = row.get(5)?;
    let known = (since, until, self::status(&status));
    let (Some(since), Some(until), Some(status)) = known else {
        return Ok(None);
    };
    Ok((severity != Some(None)).then(|| PastState {
        since,
        until,
        status,
        severity: severity.flatten(),
        could_be_lost,
    }))
}

/// A row of [`FINDING`].
fn finding(row: &Row<'_>, last: Timestamp) -> rusqlite::Result<Option<PastFinding>> {
    let (since, until) = span(row, last)?;
    let word = |place| row.get::<_, String>(place);
    let known = (
        since,
        until,
        word(3)?.parse().ok(),
        word(4)?.parse().ok(),
        word(8)?.parse().ok(),
    );
    let (Some(since), Some(until), Some(code), Some(severity), Some(fix)) = known else {
        return Ok(None);
    };
    Ok(Some(PastFinding {
        code,
        severity,
        waived: row.get(5)?,
        rule: word(6)?,
        certain: row.get(7)?,
        fix,
        since,
        until,
    }))
}

/// Columns 1 and 2 as instants.
fn span(
    row: &Row<'_>,
    last: Timestamp,
) -> rusqlite::Result<(Option<Timestamp>, Option<Timestamp>)> {
    let until: Option<i64> = row.get(2)?;
    let until = until.map_or(Some(last), instant);
    Ok((instant(row.get(1)?), until))
}

/// An instant out of the store; `None` for one that cannot be.
pub(super) fn instant(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}

fn status(word: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status.id() == word)
}
