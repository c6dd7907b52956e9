//! Writes what a run found: only what has changed.
//!
//! A device that has not changed since the last run costs one update of its newest facts and not a
//! single new row: a row without `until` says "in every run up to the last". What the store held is
//! read again inside the transaction, for another run may have written since this one began.

use std::collections::{BTreeMap, HashMap, HashSet};

use fleetback_report::history::{DeviceIds, Searched, match_devices};
use fleetback_report::results::{Backup, Device, Finding, Results};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::clock::{ICLOUD_KEPT_DAYS, KEPT_DAYS, days_before};
use super::error::Cause;
use super::job::Job;
use super::past_runs::ids;
use super::series::{self, OF_DEVICE, Place};
use super::write_folders::FolderWriter;

/// The newest sizes that are kept of each device.
const SIZES_KEPT: i64 = 14;

/// Whether a run was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaveOutcome {
    /// It was written.
    Written,
    /// It was written, and runs of later times were set aside; the last of them.
    OthersSetAside(Timestamp),
    /// Another run of the same job, at the same time or a little later, was written while this one ran:
    /// nothing was changed.
    RanAtOnce(Timestamp),
}

/// A scan as it is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanRun<'a> {
    pub(crate) job: &'a Job,
    pub(crate) results: &'a Results,
    pub(crate) searched: &'a Searched,
}

/// Writes a run. Rows older than `clock` (milliseconds) minus their limit are deleted.
pub(super) fn write(
    transaction: &Transaction<'_>,
    run: &ScanRun<'_>,
    clock: i64,
) -> Result<SaveOutcome, Cause> {
    let results = run.results;
    let at = results.scanned_at.as_millisecond();
    let instant = |at| Timestamp::from_millisecond(at).unwrap_or_default();
    let place = series::place(transaction, run.job, at)?;
    let (series, saved) = match place {
        Place::First => (series::begin(transaction, run.job)?, SaveOutcome::Written),
        Place::After(series) => (series.number, SaveOutcome::Written),
        Place::Beside(_, last) => return Ok(SaveOutcome::RanAtOnce(instant(last))),
        Place::Amid(series, later) => (
            series::branch(transaction, run.job, series)?,
            SaveOutcome::OthersSetAside(instant(later)),
        ),
    };
    let writer = Writer {
        transaction,
        job: series,
        at,
        // Nothing is open before the first run.
        last: place
            .series()
            .and_then(|series| series.before)
            .unwrap_or(at),
    };
    writer.run(results)?;
    writer.devices(results, run.searched)?;
    prune(transaction, clock)?;
    series::set_others_aside(transaction, run.job, series, clock)?;
    Ok(saved)
}

struct Writer<'a> {
    transaction: &'a Transaction<'a>,
    /// The series.
    job: i64,
    at: i64,
    /// The run before: where a row that holds no more has ended.
    last: i64,
}

/// A state that holds since then: status, severity, could it be lost.
type OpenState = (i64, (String, Option<String>, Option<bool>));

/// The date of the iCloud backup that has been reported since then.
type OpenIcloud = (i64, i64);

/// A finding that holds since then: severity, waived, rule, certain, fix.
type OpenFinding = (i64, (String, bool, String, bool, String));

impl Writer<'_> {
    fn run(&self, results: &Results) -> Result<(), Cause> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let counts = results.summary.run_counts();
        self.transaction.execute(
            "INSERT INTO runs (job, at, run_id, tool_version, complete, devices,
             could_be_lost, waived, protected, aging, listed_apart)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                self.job,
                self.at,
                results.run_id,
                results.tool_version,
                !results.is_incomplete(),
                number(results.devices.len() as u64),
                number(counts.could_be_lost),
                number(counts.waived),
                number(counts.protected),
                number(counts.aging),
                number(counts.listed_apart),
            ],
        )?;
        Ok(())
    }

    fn devices(&self, results: &Results, searched: &Searched) -> Result<(), Cause> {
        let ids = self.ids(&results.devices)?;
        let mut states = self.open_states()?;
        let mut findings = self.open_findings()?;
        let mut icloud = self.open_icloud()?;
        let mut folders = FolderWriter::new(self.transaction, self.job, self.at, self.last)?;
        for (id, device) in ids.iter().zip(&results.devices) {
            self.facts(*id, device)?;
            self.state(*id, device, states.remove(id))?;
            self.findings(*id, device, findings.remove(id).unwrap_or_default())?;
            self.icloud(*id, device, icloud.remove(id))?;
            self.size(*id, device)?;
            folders.device(*id, device)?;
        }
        folders.close(searched)?;
        // What is left belongs to devices that this run did not see.
        for (id, (since, _)) in icloud {
            self.close_icloud(id, since)?;
        }
        for (id, (since, ..)) in states {
            self.close_state(id, since)?;
        }
        for (id, open) in findings {
            for (code, (since, _)) in open {
                self.close_finding(id, &code, since)?;
            }
        }
        Ok(())
    }

    /// The numbers in the store of the devices of this run, new ones for those that it did not know.
    fn ids(&self, devices: &[Device]) -> Result<Vec<i64>, Cause> {
        let known = ids(self.transaction, self.job)?;
        let now: Vec<DeviceIds> = devices.iter().map(DeviceIds::from_results).collect();
        let of_known: Vec<&DeviceIds> = known.iter().map(|(_, ids)| ids).collect();
        let match_devices = match_devices(&of_known, &now);
        self.forget_doubles(&known, &match_devices, &now)?;
        let mut ids = Vec::with_capacity(devices.len());
        for place in match_devices {
            ids.push(match place {
                Some(place) => known[place].0,
                None => self.new_device()?,
            });
        }
        Ok(ids)
    }

    /// A row of a device that was known by its serial number alone, and that turns out to be the
    /// same as another row, goes: one device has one past.
    fn forget_doubles(
        &self,
        known: &[(i64, DeviceIds)],
        match_devices: &[Option<usize>],
        now: &[DeviceIds],
    ) -> Result<(), Cause> {
        let taken: HashSet<usize> = match_devices.iter().copied().flatten().collect();
        let serials: HashSet<&str> = now.iter().filter_map(|n| n.serial.as_deref()).collect();
        for (place, (id, ids)) in known.iter().enumerate() {
            let serial = ids.serial.as_deref().filter(|_| ids.udid.is_none());
            if !taken.contains(&place) && serial.is_some_and(|serial| serials.contains(serial)) {
                forget_device(self.transaction, *id)?;
            }
        }
        Ok(())
    }

    fn new_device(&self) -> Result<i64, Cause> {
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO devices (job, first_seen, last_seen) VALUES (?1, ?2, ?2)",
        )?;
        Ok(insert.insert(params![self.job, self.at])?)
    }

    /// The newest facts; an id that this run does not report is kept.
    fn facts(&self, id: i64, device: &Device) -> Result<(), Cause> {
        let ids = DeviceIds::from_results(device);
        let good = device.last_good_backup.as_ref();
        let mut update = self.transaction.prepare_cached(
            "UPDATE devices SET udid = coalesce(?2, udid), serial = coalesce(?3, serial),
             phone = coalesce(?4, phone), ecid = coalesce(?5, ecid), last_seen = ?6,
             good_at = ?7, good_kind = ?8, contact_at = ?9 WHERE device = ?1",
        )?;
        update.execute(params![
            id,
            ids.udid,
            ids.serial,
            ids.phone,
            ids.ecid,
            self.at,
            good.map(|good| good.date.as_millisecond()),
            good.map(|good| good.kind.id()),
            device
                .mdm
                .as_ref()
                .and_then(|mdm| mdm.last_seen)
                .map(Timestamp::as_millisecond),
        ])?;
        Ok(())
    }

    fn state(&self, id: i64, device: &Device, open: Option<OpenState>) -> Result<(), Cause> {
        let now = (
            device.status.id().to_owned(),
            device.severity.map(|severity| severity.id().to_owned()),
            Some(device.could_be_lost),
        );
        match open {
            Some((_, before)) if before == now => return Ok(()),
            Some((since, _)) => self.close_state(id, since)?,
            None => {}
        }
        let (status, severity, could_be_lost) = now;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO states (device, since, status, severity, could_be_lost)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        insert.execute(params![id, self.at, status, severity, could_be_lost])?;
        Ok(())
    }

    fn findings(
        &self,
        id: i64,
        device: &Device,
        mut open: BTreeMap<String, OpenFinding>,
    ) -> Result<(), Cause> {
        for finding in &device.findings {
            let Some(now) = in_words(finding) else {
                continue;
            };
            let code = finding.code.id();
            match open.remove(code) {
                Some((_, before)) if before == now => continue,
                Some((since, _)) => self.close_finding(id, code, since)?,
                None => {}
            }
            let (severity, waived, rule, certain, fix) = now;
            let mut insert = self.transaction.prepare_cached(
                "INSERT INTO findings (device, code, since, severity, waived, rule, certain, fix)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            insert.execute(params![
                id, code, self.at, severity, waived, rule, certain, fix
            ])?;
        }
        for (code, (since, _)) in open {
            self.close_finding(id, &code, since)?;
        }
        Ok(())
    }

    fn icloud(&self, id: i64, device: &Device, open: Option<OpenIcloud>) -> Result<(), Cause> {
        let now = device.icloud.last_date.map(Timestamp::as_millisecond);
        match open {
            Some((_, date)) if Some(date) == now => return Ok(()),
            Some((since, _)) => self.close_icloud(id, since)?,
            None => {}
        }
        if let Some(date) = now {
            let mut insert = self
                .transaction
                .prepare_cached("INSERT INTO icloud (device, since, date) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![id, self.at, date])?;
        }
        Ok(())
    }

    fn size(&self, id: i64, device: &Device) -> Result<(), Cause> {
        let Some((completed_at, bytes)) = newest_size(device) else {
            return Ok(());
        };
        let mut insert = self.transaction.prepare_cached(
            "INSERT OR REPLACE INTO sizes (device, completed_at, bytes) VALUES (?1, ?2, ?3)",
        )?;
        insert.execute(params![id, completed_at, bytes])?;
        let mut forget = self.transaction.prepare_cached(
            "DELETE FROM sizes WHERE device = ?1 AND completed_at <= (SELECT completed_at FROM sizes
             WHERE device = ?1 ORDER BY completed_at DESC LIMIT 1 OFFSET ?2)",
        )?;
        forget.execute(params![id, SIZES_KEPT])?;
        Ok(())
    }

    fn open_states(&self) -> Result<HashMap<i64, OpenState>, Cause> {
        let mut statement = self.transaction.prepare(
            "SELECT device, since, status, severity, could_be_lost FROM states
             WHERE until IS NULL AND device IN (SELECT device FROM devices WHERE job = ?1)",
        )?;
        let rows = statement.query_map([self.job], |row| {
            let words = (row.get(2)?, row.get(3)?, row.get(4)?);
            Ok((row.get(0)?, (row.get(1)?, words)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn open_findings(&self) -> Result<HashMap<i64, BTreeMap<String, OpenFinding>>, Cause> {
        let mut statement = self.transaction.prepare(
            "SELECT device, code, since, severity, waived, rule, certain, fix FROM findings
             WHERE until IS NULL AND device IN (SELECT device FROM devices WHERE job = ?1)",
        )?;
        let mut rows = statement.query([self.job])?;
        let mut open: HashMap<i64, BTreeMap<String, OpenFinding>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let words = (
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
            );
            let of_device = open.entry(row.get(0)?).or_default();
            of_device.insert(row.get(1)?, (row.get(2)?, words));
        }
        Ok(open)
    }

    fn open_icloud(&self) -> Result<HashMap<i64, OpenIcloud>, Cause> {
        let mut statement = self.transaction.prepare(
            "SELECT device, since, date FROM icloud
             WHERE until IS NULL AND device IN (SELECT device FROM devices WHERE job = ?1)",
        )?;
        let rows = statement.query_map([self.job], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn close_icloud(&self, id: i64, since: i64) -> Result<(), Cause> {
        let mut close = self
            .transaction
            .prepare_cached("UPDATE icloud SET until = ?3 WHERE device = ?1 AND since = ?2")?;
        close.execute(params![id, since, self.last])?;
        Ok(())
    }

    fn close_state(&self, id: i64, since: i64) -> Result<(), Cause> {
        let mut close = self
            .transaction
            .prepare_cached("UPDATE states SET until = ?3 WHERE device = ?1 AND since = ?2")?;
        close.execute(params![id, since, self.last])?;
        Ok(())
    }

    fn close_finding(&self, id: i64, code: &str, since: i64) -> Result<(), Cause> {
        let mut close = self.transaction.prepare_cached(
            "UPDATE findings SET until = ?4 WHERE device = ?1 AND code = ?2 AND since = ?3",
        )?;
        close.execute(params![id, code, since, self.last])?;
        Ok(())
    }
}

/// `None` for a remark: no fix was shown for it.
fn in_words(finding: &Finding) -> Option<(String, bool, String, bool, String)> {
    let fix = finding.likely_fix?;
    let past = finding.history.as_ref();
    Some((
        finding.severity.id().to_owned(),
        finding.waived.is_some(),
        finding.rule().to_owned(),
        past.is_some_and(|past| past.cause_is_certain),
        fix.id().to_owned(),
    ))
}

/// The newest backup that was completed and is no archived copy: when, and its bytes.
fn newest_size(device: &Device) -> Option<(i64, i64)> {
    let whole = |backup: &&Backup| backup.good && !backup.archived;
    let newest = device
        .backups
        .iter()
        .filter(whole)
        .max_by_key(|b| b.completed_at)?;
    let bytes = newest.files?.bytes?;
    let at = newest.completed_at?.as_millisecond();
    Some((at, i64::try_from(bytes).ok()?))
}

/// Forgets what is older than is kept. What still holds is kept whole, however old it is.
fn prune(transaction: &Transaction<'_>, clock: i64) -> Result<(), Cause> {
    let limit = days_before(clock, KEPT_DAYS);
    transaction.execute("DELETE FROM runs WHERE at < ?1", [limit])?;
    transaction.execute("DELETE FROM states WHERE until < ?1", [limit])?;
    transaction.execute("DELETE FROM findings WHERE until < ?1", [limit])?;
    transaction.execute("DELETE FROM folders WHERE until < ?1", [limit])?;
    transaction.execute("DELETE FROM done WHERE recorded_at < ?1", [limit])?;
    let limit_of_icloud = days_before(clock, ICLOUD_KEPT_DAYS);
    transaction.execute("DELETE FROM icloud WHERE until < ?1", [limit_of_icloud])?;
    let mut old = transaction.prepare("SELECT device FROM devices WHERE last_seen < ?1")?;
    let old: Vec<i64> = old
        .query_map([limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in old {
        forget_device(transaction, id)?;
    }
    Ok(())
}

fn forget_device(transaction: &Transaction<'_>, id: i64) -> Result<(), Cause> {
    for table in OF_DEVICE {
        let sql = format!("DELETE FROM {table} WHERE device = ?1");
        transaction.prepare_cached(&sql)?.execute([id])?;
    }
    Ok(())
}
