//! The tables of the store, as the steps that lead from each version to the next.
//!
//! A step that has been released is never changed: stores in use have taken it. The first step also marks the file as ours (`application_id`) and must be whole
//! before the write-ahead log is turned on, or a kill in between leaves a database without an owner.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Cause;

/// "flbk": what `PRAGMA application_id` says in a store of ours.
pub(super) const APPLICATION_ID: u32 = 0x666C_626B;

/// Step N leads from version N to version N + 1.
///
/// Instants are milliseconds since 1970 in UTC.
pub(super) const STEPS: &[&str] = &["
    CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- One row for each backup folder that a computer has checked: the last check of it.
    CREATE TABLE checks (
        host       TEXT NOT NULL,     -- the computer that checked
        path       TEXT NOT NULL,     -- the folder, resolved
        stamp      TEXT NOT NULL,     -- CheckRecord.stamp
        level      TEXT NOT NULL,     -- its level, for people who look
        checked_at INTEGER NOT NULL,
        seen_at    INTEGER NOT NULL,  -- the last run that remembered it
        record     TEXT NOT NULL,     -- the whole CheckRecord as JSON
        PRIMARY KEY (host, path)
    ) STRICT, WITHOUT ROWID;

    -- One row for each keybag that a password has opened: when, and whose password. Nothing that
    -- is computed from a password.
    CREATE TABLE proofs (
        keybag    TEXT PRIMARY KEY,   -- SHA-256 of the keybag in hex
        proven_at INTEGER NOT NULL,
        source    TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    INSERT INTO meta VALUES ('format', 'fleetback history store');
", "
    -- One row for each job: a computer and the roots that it reads. Runs of one job remember each other.
    CREATE TABLE jobs (
        job   INTEGER PRIMARY KEY,
        host  TEXT NOT NULL,
        roots TEXT NOT NULL,          -- one a line; 'standard' where none was named
        UNIQUE (host, roots)
    ) STRICT;

    CREATE TABLE runs (
        job          INTEGER NOT NULL,
        at           INTEGER NOT NULL, -- its `now`
        run_id       TEXT NOT NULL,
        tool_version TEXT NOT NULL,
        complete     INTEGER NOT NULL, -- 0: evidence could not be read
        devices      INTEGER NOT NULL,
        PRIMARY KEY (job, at)
    ) STRICT, WITHOUT ROWID;

    -- One row for each device that a job has seen, with the newest facts.
    CREATE TABLE devices (
        device     INTEGER PRIMARY KEY,
        job        INTEGER NOT NULL,
        udid       TEXT,
        serial     TEXT,
        phone      TEXT,              -- 14 digits of the IMEI, or the MEID
        ecid       TEXT,
        first_seen INTEGER NOT NULL,
        last_seen  INTEGER NOT NULL,
        good_at    INTEGER,           -- the newest good backup
        good_kind  TEXT,
        contact_at INTEGER            -- the newest contact with the MDM
    ) STRICT;
    CREATE INDEX devices_of_job ON devices (job);

    -- What a device was in every run from `since` to `until`. No `until`: in every run up to the last.
    CREATE TABLE states (
        device   INTEGER NOT NULL,
        since    INTEGER NOT NULL,
        until    INTEGER,
        status   TEXT NOT NULL,
        severity TEXT,
        PRIMARY KEY (device, since)
    ) STRICT, WITHOUT ROWID;

    -- What was wrong with it, and the fix that was shown, likewise.
    CREATE TABLE findings (
        device   INTEGER NOT NULL,
        code     TEXT NOT NULL,
        since    INTEGER NOT NULL,
        until    INTEGER,
        severity TEXT NOT NULL,
        waived   INTEGER NOT NULL,
        rule     TEXT NOT NULL,
        certain  INTEGER NOT NULL,
        fix      TEXT NOT NULL,
        PRIMARY KEY (device, code, since)
    ) STRICT, WITHOUT ROWID;

    -- The newest iCloud backup known of it, likewise.
    CREATE TABLE icloud (
        device INTEGER NOT NULL,
        since  INTEGER NOT NULL,
        until  INTEGER,
        date   INTEGER NOT NULL,
        PRIMARY KEY (device, since)
    ) STRICT, WITHOUT ROWID;

    -- The sizes of its newest complete local backups.
    CREATE TABLE sizes (
        device       INTEGER NOT NULL,
        completed_at INTEGER NOT NULL,
        bytes        INTEGER NOT NULL,
        PRIMARY KEY (device, completed_at)
    ) STRICT, WITHOUT ROWID;
", "
    -- The folders of its good local backups, no archived copies.
    CREATE TABLE folders (
        device       INTEGER NOT NULL,
        host         TEXT NOT NULL,     -- the computer it lies on
        path         TEXT NOT NULL,     -- as the scan reached it
        completed_at INTEGER NOT NULL,
        since        INTEGER NOT NULL,  -- the first run that saw it
        until        INTEGER,           -- the last run that saw it; none: every run up to the last
        missed_since INTEGER,           -- the first run that searched its place and did not find it
        PRIMARY KEY (device, host, path)
    ) STRICT, WITHOUT ROWID;
", "
    -- A job may have several series of runs: see series.rs. One row for each.
    ALTER TABLE jobs RENAME TO jobs_before;
    CREATE TABLE jobs (
        job          INTEGER PRIMARY KEY,
        host         TEXT NOT NULL,
        roots        TEXT NOT NULL,
        set_aside_at INTEGER            -- none: the series in use
    ) STRICT;
    INSERT INTO jobs (job, host, roots) SELECT job, host, roots FROM jobs_before;
    DROP TABLE jobs_before;
    CREATE INDEX series_of_job ON jobs (host, roots);
", "
    -- The fixes that a person recorded as done.
    CREATE TABLE done (
        device      INTEGER NOT NULL,
        day         TEXT NOT NULL,      -- yyyy-mm-dd, where the person was
        fix         TEXT NOT NULL,
        recorded_at INTEGER NOT NULL,
        PRIMARY KEY (device, day, fix)
    ) STRICT, WITHOUT ROWID;
", "
    -- What holds now is found without reading what held once, however many nights are known.
    CREATE INDEX open_states ON states (device) WHERE until IS NULL;
    CREATE INDEX open_findings ON findings (device) WHERE until IS NULL;
    CREATE INDEX open_icloud ON icloud (device) WHERE until IS NULL;
", "
    -- What a run counted: the sum below its headline. None: a run of an earlier version.
    ALTER TABLE runs ADD COLUMN could_be_lost INTEGER;
    ALTER TABLE runs ADD COLUMN waived INTEGER;
    ALTER TABLE runs ADD COLUMN protected INTEGER;
    ALTER TABLE runs ADD COLUMN aging INTEGER;
    ALTER TABLE runs ADD COLUMN listed_apart INTEGER;
    -- 1: the device was among those that could be lost. None: a run of an earlier version.
    ALTER TABLE states ADD COLUMN could_be_lost INTEGER;
", "
    -- When a person took the record back. None: it counts.
    ALTER TABLE done ADD COLUMN withdrawn_at INTEGER;
", "
    -- One row for each large Info.plist that a computer has read.
    CREATE TABLE infos (
        host    TEXT NOT NULL,          -- the computer that read it
        path    TEXT NOT NULL,          -- its folder, resolved
        seen_at INTEGER NOT NULL,       -- the last run that remembered it
        record  TEXT NOT NULL,          -- the whole InfoRecord as JSON
        PRIMARY KEY (host, path)
    ) STRICT, WITHOUT ROWID;
", "
    -- A run reads what holds now and what ended lately, however many nights are known.
    CREATE INDEX ended_states ON states (until) WHERE until IS NOT NULL;
    CREATE INDEX ended_findings ON findings (until) WHERE until IS NOT NULL;
    -- The first run of the incident that the finding belongs to. None: a run of an earlier version.
    ALTER TABLE findings ADD COLUMN incident_since INTEGER;

    -- What became of the fixes of incidents that a run found ended.
    CREATE TABLE outcomes (
        job       INTEGER NOT NULL,
        at        INTEGER NOT NULL,     -- the run
        fix       TEXT NOT NULL,
        shown     INTEGER NOT NULL,     -- incidents in which it was shown
        recovered INTEGER NOT NULL,     -- of these, where it was shown last
        PRIMARY KEY (job, at, fix)
    ) STRICT, WITHOUT ROWID;
    -- 1: all incidents that have ended are in outcomes. None: a series of an earlier version.
    ALTER TABLE jobs ADD COLUMN outcomes_known INTEGER;

    -- The newest iCloud backup that runs were told of: see icloud_weeks.rs.
    CREATE TABLE icloud_weeks (
        job    INTEGER NOT NULL,
        week   INTEGER NOT NULL,        -- weeks since 1970 of the runs
        device INTEGER NOT NULL,
        spans  BLOB NOT NULL,
        PRIMARY KEY (job, week, device)
    ) STRICT, WITHOUT ROWID;
    WITH RECURSIVE
    last (job, at) AS (SELECT job, max(at) FROM runs GROUP BY job),
    ago (weeks) AS (SELECT 0 UNION ALL SELECT weeks + 1 FROM ago WHERE weeks < 9),
    of_job (job, begins, ends) AS (
        SELECT job, (at / 604800000 - weeks) * 604800000, (at / 604800000 - weeks) * 604800000 + 604799999
        FROM last, ago),
    spans (job, device, since, until, date) AS (
        SELECT job, device, since, coalesce(until, at), date
        FROM icloud JOIN devices USING (device) JOIN last USING (job)
        WHERE min(since, date) >= 0 AND max(coalesce(until, at), date) < 281474976710656),
    cut (job, week, device, since, until, date) AS (
        SELECT job, begins / 604800000, device, max(since, begins), min(until, ends), date
        FROM spans JOIN of_job USING (job) WHERE since <= ends AND until >= begins)
    INSERT INTO icloud_weeks (job, week, device, spans)
    SELECT job, week, device,
           unhex(group_concat(printf('%012x%012x%012x', since, until, date), '' ORDER BY since))
    FROM cut GROUP BY job, week, device;
    DROP TABLE icloud;
"];

/// Is it a store already, and of an older version than this?
pub(super) fn is_behind(connection: &Connection) -> Result<bool, Cause> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(found > 0 && found < STEPS.len() as i64)
}

/// Takes every step that the store has not taken yet, all in one transaction: a store that one of them
/// cannot be taken in stays as it is.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Cause> {
    migrate_by(connection, STEPS)
}

/// The version is read again inside the transaction, so that two runs that meet at a new store do not
/// both lay it out.
pub(super) fn migrate_by(connection: &mut Connection, steps: &[&str]) -> Result<(), Cause> {
    if next(connection, steps)?.is_none() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    while let Some((version, sql)) = next(&transaction, steps)? {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
    }
    Ok(transaction.commit()?)
}

/// The version that the store is at, and the step that leads on from there.
fn next<'a>(connection: &Connection, steps: &[&'a str]) -> Result<Option<(i64, &'a str)>, Cause> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = steps.len() as i64;
    if found > known {
        return Err(Cause::Newer { found, known });
    }
    let step = usize::try_from(found).ok().and_then(|at| steps.get(at));
    Ok(step.map(|sql| (found, *sql)))
}
