//! Records that a person did what a report advised.
//!
//! A device may be known to several jobs, each with a row of its own: all of them learn of it.

use fleetback_report::results::FixId;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, TransactionBehavior, params};

use super::error::Cause;

/// A device that the store knows, by its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    id: i64,
    /// Serial number, UDID, IMEI or MEID, and ECID, as far as they are known.
    pub(crate) numbers: Vec<String>,
}

impl KnownDevice {
    /// Is it the one with this number?
    pub(crate) fn is_called(&self, number: &str) -> bool {
        self.numbers
            .iter()
            .any(|own| own.eq_ignore_ascii_case(number))
    }
}

/// Every device of every job.
pub(super) fn known(connection: &Connection) -> Result<Vec<KnownDevice>, Cause> {
    let mut statement = connection
        .prepare("SELECT device, serial, udid, phone, ecid FROM devices ORDER BY device")?;
    let rows = statement.query_map([], |row| {
        let number = |place| row.get::<_, Option<String>>(place);
        let numbers = [number(1)?, number(2)?, number(3)?, number(4)?];
        Ok(KnownDevice {
            id: row.get(0)?,
            numbers: numbers.into_iter().flatten().collect(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records a fix as done on a day, for each of these rows.
pub(super) fn record(
    connection: &mut Connection,
    devices: &[&KnownDevice],
    (fix, on): (FixId, Date),
    now: Timestamp,
) -> Result<(), Cause> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for device in devices {
        transaction.execute(
            "INSERT OR REPLACE INTO done (device, day, fix, recorded_at) VALUES (?1, ?2, ?3, ?4)",
            params![device.id, on.to_string(), fix.id(), now.as_millisecond()],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Withdraws a record: that of a day, or the newest. It stays in the store and counts no more.
pub(super) fn withdraw(
    connection: &mut Connection,
    devices: &[&KnownDevice],
    (fix, on): (FixId, Option<Date>),
    now: Timestamp,
) -> Result<Option<Date>, Cause> {
    const OPEN: &str = "device = ?1 AND fix = ?2 AND withdrawn_at IS NULL";
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut newest: Option<Date> = None;
    for device in devices {
        let query = format!("SELECT day FROM done WHERE {OPEN}");
        let mut days = transaction.prepare_cached(&query)?;
        let days = days.query_map(params![device.id, fix.id()], |row| row.get::<_, String>(0))?;
        for day in days {
            let day = day?.parse().ok();
            newest = newest.max(day.filter(|day| on.is_none_or(|on| on == *day)));
        }
    }
    let Some(day) = newest else {
        return Ok(None);
    };
    for device in devices {
        transaction.execute(
            &format!("UPDATE done SET withdrawn_at = ?3 WHERE {OPEN} AND day = ?4"),
            params![device.id, fix.id(), now.as_millisecond(), day.to_string()],
        )?;
    }
    transaction.commit()?;
    Ok(Some(day))
}

/// The newest run of any job, but of those whose clock was set aside.
pub(super) fn newest_run(connection: &Connection) -> Result<Option<Timestamp>, Cause> {
    let at: Option<i64> = connection.query_row(
        "SELECT max(at) FROM runs WHERE job IN (SELECT job FROM jobs WHERE set_aside_at IS NULL)",
        [],
        |row| row.get(0),
    )?;
    Ok(at.and_then(super::past_runs::instant))
}
