//! Writes what a run found: only what has changed.
//!
//! A device that has not changed since the last run costs one update of its newest facts and not a
//! single new row: a row without `until` says "in every run up to the last". What the store held is
//! read again inside the transaction, for another run may have written since this one began.

use std::collections::{BTreeMap, HashMap, HashSet};

use fleetback_report::history::{DeviceIds, Searched, match_devices};
use fleetback_report::results::{Backup, Device, Finding, FixOutcome, Results};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::clock::{ICLOUD_KEPT_DAYS, KEPT_DAYS, days_before};
use super::error::Cause;
use super::icloud_weeks::{self, IcloudWriter};
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
    /// What became of the fixes of incidents that this run found ended.
    pub(crate) ended: &'a [FixOutcome],
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
    writer.outcomes(run.ended)?;
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

/// A finding as it holds since then.
struct OpenFinding {
    since: i64,
    /// Severity, waived, rule, certain, fix.
    words: (String, bool, String, bool, String),
    incident_since: Option<i64>,
}

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
        let mut icloud = IcloudWriter::new(self.transaction, self.job, self.at, self.last)?;
        let mut folders = FolderWriter::new(self.transaction, self.job, self.at, self.last)?;
        for (id, device) in ids.iter().zip(&results.devices) {
            self.facts(*id, device)?;
            self.state(*id, device, states.remove(id))?;
            self.findings(*id, device, findings.remove(id).unwrap_or_default())?;
            if let Some(date) = device.icloud.last_date {
                icloud.device(*id, date.as_millisecond())?;
            }
            self.size(*id, device)?;
            folders.device(*id, device)?;
        }
        folders.close(searched)?;
        // What is left belongs to devices that this run did not see.
        for (id, (since, ..)) in states {
            self.close_state(id, since)?;
        }
        for (id, open) in findings {
            for (code, finding) in open {
                self.close_finding(id, &code, finding.since)?;
            }
        }
        Ok(())
    }

    fn outcomes(&self, ended: &[FixOutcome]) -> Result<(), Cause> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut insert = self.transaction.prepare(
            "INSERT INTO outcomes (job, at, fix, shown, recovered) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for outcome in ended {
            let counts = (number(outcome.shown), number(outcome.recovered));
            let fix = outcome.fix.id();
            insert.execute(params![self.job, self.at, fix, counts.0, counts.1])?;
        }
        self.transaction.execute(
            "UPDATE jobs SET outcomes_known = 1 WHERE job = ?1",
            [self.job],
        )?;
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
            let incident_since = finding.history.as_ref().map(|past| past.since);
            let incident_since = incident_since.map_or(self.at, Timestamp::as_millisecond);
            match open.remove(code) {
                Some(before) if before.words == now => {
                    if before.incident_since.is_none() {
                        self.date_incident(id, code, before.since, incident_since)?;
                    }
                    continue;
                }
                Some(before) => self.close_finding(id, code, before.since)?,
                None => {}
            }
            let (severity, waived, rule, certain, fix) = now;
            let mut insert = self.transaction.prepare_cached(
                "INSERT INTO findings
                 (device, code, since, severity, waived, rule, certain, fix, incident_since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            insert.execute(params![
                id,
                code,
                self.at,
                severity,
                waived,
                rule,
                certain,
                fix,
                incident_since
            ])?;
        }
        for (code, finding) in open {
            self.close_finding(id, &code, finding.since)?;
        }
        Ok(())
    }

    /// For a row of a version that did not keep when its incident began.
    fn date_incident(
        &self,
        id: i64,
        code: &str,
        since: i64,
        incident_since: i64,
    ) -> Result<(), Cause> {
        let mut update = self.transaction.prepare_cached(
            "UPDATE findings SET incident_since = ?4 WHERE device = ?1 AND code = ?2 AND since = ?3",
        )?;
        update.execute(params![id, code, since, incident_since])?;
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
            "SELECT device, code, since, incident_since, severity, waived, rule, certain, fix
             FROM findings
             WHERE until IS NULL AND device IN (SELECT device FROM devices WHERE job = ?1)",
        )?;
        let mut rows = statement.query([self.job])?;
        let mut open: HashMap<i64, BTreeMap<String, OpenFinding>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let finding = OpenFinding {
                since: row.get(2)?,
                incident_since: row.get(3)?,
                words: (
                    row.get(4)?,
                    row.get(5)?,
                    row.get(6)?,
                    row.get(7)?,
                    row.get(8)?,
                ),
            };
            let of_device = open.entry(row.get(0)?).or_default();
            of_device.insert(row.get(1)?, finding);
        }
        Ok(open)
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
    for (table, ended) in ENDED {
        let sql = format!("DELETE FROM {table} WHERE {ended} < ?1");
        transaction.execute(&sql, [limit])?;
    }
    transaction.execute(
        "DELETE FROM icloud_weeks WHERE job IN (SELECT job FROM jobs) AND week < ?1",
        [icloud_weeks::week(days_before(clock, ICLOUD_KEPT_DAYS))],
    )?;
    for table in OF_DEVICE {
        let sql = format!(
            "DELETE FROM {table} WHERE device IN (SELECT device FROM devices WHERE last_seen < ?1)"
        );
        transaction.execute(&sql, [limit])?;
    }
    Ok(())
}

/// Tables, and the instant by which their rows are forgotten.
const ENDED: [(&str, &str); 6] = [
    ("runs", "at"),
    ("outcomes", "at"),
    ("states", "until"),
    ("findings", "until"),
    ("folders", "until"),
    ("done", "recorded_at"),
];

fn forget_device(transaction: &Transaction<'_>, id: i64) -> Result<(), Cause> {
    for table in OF_DEVICE {
        let sql = format!("DELETE FROM {table} WHERE device = ?1");
        transaction.prepare_cached(&sql)?.execute([id])?;
    }
    Ok(())
}
