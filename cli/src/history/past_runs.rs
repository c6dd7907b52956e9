//! Reads what earlier runs of a job found: each table once, in the order of its key.
//!
//! A row whose words this fleetback does not know is left out: a newer one of the same schema may
//! know more codes.

use std::collections::HashMap;

use fleetback_report::history::{
    DeviceIds, DoneFix, History, PastDevice, PastFinding, PastFolder, PastIcloud, PastRun,
    PastSize, PastState,
};
use fleetback_report::results::{RunCounts, Status};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::clock::{ICLOUD_READ_DAYS, days_before};
use super::error::Cause;
use super::job::Job;
use super::series;

/// All runs of a job that a run at this instant follows; empty for a job that is not in the store.
pub(super) fn read(connection: &Connection, job: &Job, now: Timestamp) -> Result<History, Cause> {
    let place = series::place(connection, job, now.as_millisecond())?;
    match place.series() {
        Some(series) => of_job(connection, series.number, now),
        None => Ok(History::default()),
    }
}

/// The same of a series by its number.
pub(super) fn of_job(connection: &Connection, job: i64, now: Timestamp) -> Result<History, Cause> {
    let runs = runs(connection, job)?;
    let Some(last) = runs.last().map(|run| run.at) else {
        return Ok(History::default());
    };
    let mut reader = Reader {
        connection,
        job,
        last,
        devices: Vec::new(),
        places: HashMap::new(),
    };
    reader.devices()?;
    reader.states()?;
    reader.findings()?;
    reader.icloud(days_before(now.as_millisecond(), ICLOUD_READ_DAYS))?;
    reader.sizes()?;
    reader.folders()?;
    reader.done()?;
    Ok(History {
        runs,
        devices: reader.devices,
        ..History::default()
    })
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
    devices: Vec<PastDevice>,
    /// Their numbers in the store.
    places: HashMap<i64, usize>,
}

impl Reader<'_> {
    fn devices(&mut self) -> Result<(), Cause> {
        let devices = ids(self.connection, self.job)?;
        for (id, ids) in devices {
            self.places.insert(id, self.devices.len());
            self.devices.push(PastDevice {
                ids,
                ..PastDevice::default()
            });
        }
        Ok(())
    }

    fn states(&mut self) -> Result<(), Cause> {
        let last = self.last;
        self.each(
            "SELECT device, since, until, status, severity, could_be_lost FROM states
             WHERE device IN (SELECT device FROM devices WHERE job = ?1) ORDER BY device, since",
            |device, row| {
                let (since, until) = span(row, last)?;
                let status: String = row.get(3)?;
                let severity: Option<String> = row.get(4)?;
                let severity = severity.map(|word| word.parse().ok());
                if let (Some(since), Some(until), Some(status)) =
                    (since, until, self::status(&status))
                    && severity != Some(None)
                {
                    device.states.push(PastState {
                        since,
                        until,
                        status,
                        severity: severity.flatten(),
                        could_be_lost: row.get(5)?,
                    });
                }
                Ok(())
            },
        )
    }

    fn findings(&mut self) -> Result<(), Cause> {
        let last = self.last;
        self.each(
            "SELECT device, since, until, code, severity, waived, rule, certain, fix FROM findings
             WHERE device IN (SELECT device FROM devices WHERE job = ?1) ORDER BY device, since, code",
            |device, row| {
                let (since, until) = span(row, last)?;
                let word = |place| row.get::<_, String>(place);
                let known = (
                    since,
                    until,
                    word(3)?.parse().ok(),
                    word(4)?.parse().ok(),
                    word(8)?.parse().ok(),
                );
                if let (Some(since), Some(until), Some(code), Some(severity), Some(fix)) = known {
                    device.findings.push(PastFinding {
                        code,
                        severity,
                        waived: row.get(5)?,
                        rule: word(6)?,
                        certain: row.get(7)?,
                        fix,
                        since,
                        until,
                    });
                }
                Ok(())
            },
        )
    }

    /// What ended before this instant, in milliseconds, is left out: nothing asks for it, and it would be
    /// most of all that is read.
    fn icloud(&mut self, ended_before: i64) -> Result<(), Cause> {
        let last = self.last;
        let query = format!(
            "SELECT device, since, until, date FROM icloud
             WHERE device IN (SELECT device FROM devices WHERE job = ?1)
             AND coalesce(until >= {ended_before}, TRUE) ORDER BY device, since"
        );
        self.each(&query, |device, row| {
            let (since, until) = span(row, last)?;
            let date = instant(row.get(3)?);
            if let (Some(since), Some(until), Some(date)) = (since, until, date) {
                device.icloud.push(PastIcloud { date, since, until });
            }
            Ok(())
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
