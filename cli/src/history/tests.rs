//! The store from outside: what it keeps, what it refuses, and what a kill, a second run and a full
//! disk do to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fleetback_scanner::backup::services::CheckCache;
use fleetback_scanner::model::backup::{CheckRecord, DecomposedPaths, PasswordProof};
use fleetback_scanner::model::backup::{
    FileCheck, FileCount, FileDifference, FileName, Password, Restorable, Verified, VerifyLevel,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use fleetback_report::history::{History, Searched, ended_outcomes};
use fleetback_report::judge::{ReferenceData, RunInfo, judge};
use fleetback_report::policy::Policy;
use fleetback_report::results::{Code, FixId, FixOutcome, Results, Status};
use fleetback_scanner::model::evidence::{Source, Sourced, TimestampSource};
use fleetback_scanner::model::fleet::{Device, Fleet};
use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use fleetback_scanner::model::management::Management;
use fleetback_testdata::rng::Rng;

use super::error::Cause;
use super::job::Job;
use super::past_runs;
use super::schema::{STEPS, migrate_by};
use super::series::{OF_DEVICE, copy};
use super::store::Store;
use super::write_run::{SaveOutcome, ScanRun};

const NOW: &str = "2026-11-20T04:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn record(stamp: &str, level: VerifyLevel) -> CheckRecord {
    let file = FileName {
        file_id: "ab".repeat(20),
        domain: "HomeDomain".to_owned(),
        path: "Library/sms.db".to_owned(),
    };
    CheckRecord {
        stamp: stamp.to_owned(),
        file_check: FileCheck {
            verified: Verified { level, at: now() },
            files: Some(FileCount {
                expected: 2,
                present: 1,
                missing: 1,
                ..FileCount::default()
            }),
            missing_sample: vec![file.clone()],
            extra_sample: vec!["ab/cd".to_owned()],
            different_sample: vec![FileDifference {
                file,
                how: "12 bytes where 13 are promised".to_owned(),
            }],
        },
        restorable: Restorable::No,
        restorable_reason: "1 file is missing".to_owned(),
        password: Password::Proven,
        cloud_log: None,
        odd_rows: Some("1 of 3 rows with a file id that is not 40 hex digits".to_owned()),
        no_files: 1,
        decomposed_paths: DecomposedPaths::default(),
        listed: None,
    }
}

fn proof(keybag: &str) -> PasswordProof {
    PasswordProof {
        keybag: keybag.to_owned(),
        at: now(),
        source: "passwords.csv line 3".to_owned(),
    }
}

/// A folder with backup folders in it, and the path of a store beside them.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(backups: usize) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        for index in 0..backups {
            fs::create_dir_all(sandbox.backup(index)).unwrap();
        }
        sandbox
    }

    fn backup(&self, index: usize) -> PathBuf {
        self.0.path().join("backups").join(index.to_string())
    }

    fn store(&self) -> PathBuf {
        self.0.path().join("data/fleetback/history.sqlite3")
    }

    fn open(&self) -> Store {
        Store::open(&self.store()).unwrap()
    }

    fn refused(&self) -> Cause {
        Store::open(&self.store()).unwrap_err().cause
    }

    fn write(&self, bytes: &[u8]) {
        fs::create_dir_all(self.store().parent().unwrap()).unwrap();
        fs::write(self.store(), bytes).unwrap();
    }
}

#[test]
fn what_is_remembered_is_recalled() {
    let sandbox = Sandbox::new(2);
    let (here, there) = (sandbox.backup(0), sandbox.backup(1));
    let deep = record("a", VerifyLevel::Contents);
    let shallow = record("b", VerifyLevel::State);
    let checks = [(here.as_path(), &deep), (there.as_path(), &shallow)];
    sandbox
        .open()
        .save_run("mac", now(), &checks, &[], &[proof("k")], None)
        .unwrap();

    let memory = sandbox.open().memory("mac").unwrap();
    assert_eq!(memory.check(&here), Some(deep));
    assert_eq!(
        memory.check(&here.join("../0")).map(|r| r.stamp).as_deref(),
        Some("a")
    );
    assert_eq!(memory.check(&there), None, "reading plists costs nothing");
    assert_eq!(memory.check(&sandbox.backup(7)), None);
    assert_eq!(memory.proof("k"), Some(proof("k")));
    assert_eq!(memory.proof("l"), None);
    let elsewhere = sandbox.open().memory("pc").unwrap();
    assert_eq!(
        elsewhere.check(&here),
        None,
        "the same path on another computer"
    );
}

/// What a run of some day finds: devices of which nothing but their numbers is known.
fn found(day: i64, identities: &[Identity]) -> Results {
    let device = |identity: &Identity| Device {
        identity: identity.clone(),
        ..Device::default()
    };
    let fleet = Fleet {
        devices: identities.iter().map(device).collect(),
        ..Fleet::default()
    };
    let run = RunInfo {
        now: now() + SignedDuration::from_hours(24 * day),
        scan_host: "mac".to_owned(),
        run_id: format!("run {day}"),
        tool_version: "0".to_owned(),
    };
    judge(&fleet, &ReferenceData::default(), &Policy::builtin(), &run)
}

fn serial(number: usize) -> Identity {
    Identity {
        serial: Serial::parse(&format!("FBTEST{number:05}")),
        ..Identity::default()
    }
}

fn with_udid(number: usize) -> Identity {
    Identity {
        udid: Udid::parse(&format!("00008030-00000000{number:08X}")),
        ..serial(number)
    }
}

fn job() -> Job {
    Job::new("mac", &[PathBuf::from("/backups")])
}

fn save_scan(sandbox: &Sandbox, results: &Results) -> SaveOutcome {
    save_judged(sandbox, results, &[])
}

fn save_judged(sandbox: &Sandbox, results: &Results, ended: &[FixOutcome]) -> SaveOutcome {
    let run = ScanRun {
        job: &job(),
        results,
        ended,
        searched: &Searched::default(),
    };
    let mut store = sandbox.open();
    store
        .save_run("mac", results.scanned_at, &[], &[], &[], Some(&run))
        .unwrap()
}

fn past(sandbox: &Sandbox) -> History {
    past_of(sandbox, 10_000)
}

/// What a run of some day follows.
fn past_of(sandbox: &Sandbox, day: i64) -> History {
    let store = sandbox.open();
    store.past(&job(), now() + days(day), None).unwrap()
}

#[test]
fn nights_are_recalled_as_spans() {
    let sandbox = Sandbox::new(0);
    let (both, one) = ([serial(1), serial(2)], [serial(1)]);
    for (day, devices) in [(0, &both[..]), (1, &both), (2, &one), (3, &both)] {
        assert_eq!(
            save_scan(&sandbox, &found(day, devices)),
            SaveOutcome::Written
        );
    }
    let past = past(&sandbox);
    assert_eq!(past.runs.len(), 4);
    let spans = |device: usize| {
        let states = past.devices[device].states.iter();
        let days = |at: Timestamp| now().duration_until(at).as_hours() / 24;
        states
            .map(|state| (days(state.since), days(state.until)))
            .collect::<Vec<_>>()
    };
    assert_eq!(spans(0), [(0, 3)], "what did not change is one row");
    assert_eq!(spans(1), [(0, 1), (3, 3)], "the third run did not see it");
    let finding = &past.devices[0].findings[0];
    assert_eq!(finding.code, Code::BackupUnknown);
    assert_eq!(past.devices[0].states[0].status, Status::Unknown);
}

#[test]
fn a_device_whose_udid_becomes_known_stays_one_device() {
    let sandbox = Sandbox::new(0);
    save_scan(&sandbox, &found(0, &[serial(1)]));
    save_scan(&sandbox, &found(1, &[with_udid(1)]));
    save_scan(&sandbox, &found(2, &[serial(1)]));
    let past = past(&sandbox);
    assert_eq!(past.devices.len(), 1);
    assert!(
        past.devices[0].ids.udid.is_some(),
        "a number once known is kept"
    );
}

#[test]
fn two_runs_at_once_are_told_as_that() {
    let sandbox = Sandbox::new(0);
    save_scan(&sandbox, &found(5, &[serial(1)]));
    let last = now() + days(5);
    for day in [4, 5] {
        let saved = save_scan(&sandbox, &found(day, &[]));
        assert_eq!(saved, SaveOutcome::RanAtOnce(last));
    }
    assert_eq!(past(&sandbox).runs.len(), 1);
    let mut earlier = found(4, &[serial(1)]);
    earlier.scanned_at -= SignedDuration::from_millis(1);
    let saved = save_scan(&sandbox, &earlier);
    assert_eq!(saved, SaveOutcome::OthersSetAside(last));
}

/// The days of the runs that a run of this day follows.
fn run_days(sandbox: &Sandbox, day: i64) -> Vec<i64> {
    let runs = past_of(sandbox, day).before(now() + days(day)).runs;
    let day = |at: Timestamp| now().duration_until(at).as_hours() / 24;
    runs.iter().map(|run| day(run.at)).collect()
}

/// Ten years ahead, in days.
const AHEAD: i64 = 3_650;

#[test]
fn a_run_of_the_future_is_set_aside_and_found_again_when_its_time_has_come() {
    let sandbox = Sandbox::new(0);
    for day in [0, 1, 2] {
        save_scan(&sandbox, &found(day, &[serial(1), serial(2)]));
    }
    let before = past(&sandbox);
    save_scan(&sandbox, &found(AHEAD, &[serial(1), serial(3)]));
    assert_eq!(run_days(&sandbox, 3), [0, 1, 2]);
    let saved = save_scan(&sandbox, &found(3, &[serial(1), serial(2)]));
    assert_eq!(saved, SaveOutcome::OthersSetAside(now() + days(AHEAD)));
    for day in [4, 5] {
        let saved = save_scan(&sandbox, &found(day, &[serial(1), serial(2)]));
        assert_eq!(saved, SaveOutcome::Written, "it is told once");
    }
    assert_eq!(run_days(&sandbox, 6), [0, 1, 2, 3, 4, 5]);
    let after = past_of(&sandbox, 6);
    assert_eq!(after.devices.len(), 2, "{after:#?}");
    for (device, before) in after.devices.iter().zip(&before.devices) {
        assert_eq!(
            (device.states.len(), device.findings.len()),
            (1, before.findings.len())
        );
        assert_eq!(device.states[0].since, before.states[0].since);
        assert_eq!(device.states[0].until, now() + days(5));
    }
    assert_eq!(sandbox.open().set_aside().unwrap(), [now() + days(AHEAD)]);
    assert_eq!(run_days(&sandbox, AHEAD + 2), [0, 1, 2, AHEAD]);
}

#[test]
fn a_clock_that_is_behind_for_a_night_costs_no_earlier_run() {
    let sandbox = Sandbox::new(0);
    for day in [0, 1, 2] {
        save_scan(&sandbox, &found(day, &[serial(1)]));
    }
    let saved = save_scan(&sandbox, &found(-AHEAD, &[serial(1)]));
    assert_eq!(saved, SaveOutcome::OthersSetAside(now() + days(2)));
    assert_eq!(
        save_scan(&sandbox, &found(3, &[serial(1)])),
        SaveOutcome::Written
    );
    assert_eq!(run_days(&sandbox, 4), [0, 1, 2, 3]);
    assert_eq!(past_of(&sandbox, 4).devices[0].states[0].since, now());
}

#[test]
fn no_number_of_wrong_clocks_fills_the_store() {
    let sandbox = Sandbox::new(0);
    for step in 0..12 {
        save_scan(&sandbox, &found(AHEAD - 10 * step, &[serial(1)]));
    }
    let store = sandbox.open();
    assert_eq!(store.set_aside().unwrap().len(), 3);
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        store
            .connection
            .query_row(&sql, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(
        (count("jobs"), count("devices"), count("states")),
        (4, 4, 4)
    );
}

/// A table that was forgotten would keep rows of devices that are gone, or lose them in a new series.
#[test]
fn every_table_of_devices_is_copied_and_forgotten() {
    let sandbox = Sandbox::new(0);
    let store = sandbox.open();
    let mut tables = store
        .connection
        .prepare(
            "SELECT name FROM sqlite_schema AS t WHERE type = 'table'
             AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'device')",
        )
        .unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for table in tables.map(Result::unwrap) {
        assert!(OF_DEVICE.contains(&&*table), "{table}");
        assert!(
            copy(1, 2, 3, 4).contains(&format!("INSERT INTO {table} ")),
            "{table}"
        );
    }
}

#[test]
fn another_job_remembers_for_itself() {
    let sandbox = Sandbox::new(0);
    save_scan(&sandbox, &found(0, &[serial(1)]));
    let store = sandbox.open();
    for other in [
        Job::new("pc", &[PathBuf::from("/backups")]),
        Job::new("mac", &[PathBuf::from("/other")]),
        Job::new("mac", &[]),
    ] {
        assert_eq!(
            store.past(&other, now() + days(1), None).unwrap(),
            History::default()
        );
    }
}

#[test]
fn nights_older_than_four_hundred_days_are_forgotten() {
    let sandbox = Sandbox::new(0);
    for day in [
        0, 1, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 400,
    ] {
        save_scan(&sandbox, &found(day, &[serial(1)]));
    }
    assert_eq!(past(&sandbox).runs.len(), 15, "the first is 400 days old");
    save_scan(&sandbox, &found(401, &[serial(1)]));
    assert_eq!(past(&sandbox).runs.len(), 15, "and a day later it is gone");
    assert_eq!(past(&sandbox).devices[0].states.len(), 1);
}

#[test]
fn what_was_told_of_icloud_is_kept_for_62_days_and_the_rest_of_their_week() {
    let sandbox = Sandbox::new(0);
    let night = |day: i64| {
        let mut results = found(day, &[serial(1)]);
        results.devices[0].icloud.last_date = Some(results.scanned_at);
        save_scan(&sandbox, &results);
        let store = sandbox.open();
        let count = "SELECT count(*) FROM icloud_weeks";
        (store
            .connection
            .query_row(count, [], |row| row.get::<_, i64>(0)))
        .unwrap()
    };
    // The first day is the second of a week.
    let kept = [(0, 1), (5, 1), (6, 2), (31, 3), (62, 4), (67, 4), (68, 3)];
    for (day, weeks) in kept {
        assert_eq!(night(day), weeks, "day {day}");
    }
}

#[test]
fn of_icloud_what_a_pattern_can_ask_for_is_read() {
    let sandbox = Sandbox::new(0);
    // A date that stays, and one for each night.
    for day in 0..60 {
        let mut results = found(day, &[serial(1), serial(2)]);
        let dates = [now(), results.scanned_at];
        for (device, date) in results.devices.iter_mut().zip(dates) {
            device.icloud.last_date = Some(date);
        }
        save_scan(&sandbox, &results);
    }
    let past = past_of(&sandbox, 60);
    let at = |day: i64| now() + days(day);
    for device in &past.devices {
        let first = device.icloud.first().unwrap().since;
        assert!(first <= at(59 - 36) && first >= at(59 - 36 - 7), "{first}");
        assert_eq!(device.icloud.last().unwrap().until, at(59));
        let pairs = device.icloud.windows(2);
        pairs.for_each(|pair| assert_eq!(pair[0].until + days(1), pair[1].since));
    }
    let dates = |place: usize| {
        let dates = past.devices[place].icloud.iter().map(|told| told.date);
        dates.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(dates(0).len(), 1);
    assert_eq!(dates(1).len(), 37);
}

/// A device whose MDM tells of an iCloud backup so many days old.
fn backed_up(number: usize, now: Timestamp, old: i64) -> Device {
    let source = Arc::new(Source {
        path: PathBuf::from("mdm.csv"),
        kind: "a table".to_owned(),
        observed_at: now,
        clock: TimestampSource::FileTime,
    });
    let management = Management {
        last_contact: Some(Sourced::new(now, &source)),
        last_inventory: Some(Sourced::new(now, &source)),
        cloud_backup_enabled: Some(Sourced::new(true, &source)),
        last_cloud_backup: Some(Sourced::new(now - days(old), &source)),
        no_cloud_date_means_never: true,
        ..Management::default()
    };
    Device {
        identity: serial(number),
        management: Some(Box::new(management)),
        ..Device::default()
    }
}

/// Devices that fall ill and get well as they like, are not seen for a while, and are given a fix now and
/// then. Judged by what a run reads and by all that is known, every night is the same.
#[test]
fn what_is_left_out_changes_no_verdict() {
    const DEVICES: usize = 10;
    let sandbox = Sandbox::new(0);
    let mut rng = Rng::stream(1, "nights");
    let (mut good, mut ill, mut away) = ([0_i64; DEVICES], [0_i64; DEVICES], [0_i64; DEVICES]);
    let mut left_out = 0;
    for day in 0..170 {
        for device in 0..DEVICES {
            let lasts = *rng.pick(&[2, 9, 70]);
            if ill[device] <= day && rng.chance(6.0) {
                ill[device] = day + lasts;
            }
            if away[device] <= day && rng.chance(1.0) {
                away[device] = day + lasts;
            }
            if ill[device] <= day && rng.chance(80.0) {
                good[device] = day;
            }
        }
        if rng.chance(10.0) {
            continue;
        }
        let at = now() + days(day);
        let here = (0..DEVICES).filter(|device| away[*device] <= day);
        let fleet = Fleet {
            devices: here
                .map(|device| backed_up(device, at, day - good[device]))
                .collect(),
            ..Fleet::default()
        };
        let run = RunInfo {
            now: at,
            scan_host: "mac".to_owned(),
            run_id: format!("run {day}"),
            tool_version: "0".to_owned(),
        };
        let judged = |history: &History| {
            let known = ReferenceData {
                history: Some(history),
                ..ReferenceData::default()
            };
            judge(&fleet, &known, &Policy::builtin(), &run)
        };
        let read = past_of(&sandbox, day);
        let all = past_runs::whole(&sandbox.open().connection, 1).unwrap();
        let rows = |history: &History| {
            let devices = history.devices.iter();
            devices
                .map(|device| device.states.len() + device.findings.len())
                .sum::<usize>()
        };
        left_out = left_out.max(rows(&all) - rows(&read));
        let (results, mut whole) = (judged(&read), judged(&all));
        if fleet.devices.len() < DEVICES {
            // Of a device that is not there the whole past tells no outcome, and what was counted does.
            whole.history.as_mut().unwrap().fixes = results.history.clone().unwrap().fixes;
        }
        assert_eq!(results.history, whole.history, "day {day}");
        assert_eq!(results.devices, whole.devices, "day {day}");
        save_judged(&sandbox, &results, &ended_outcomes(&read, &results));
        let first = results.devices[0].findings.first();
        if let Some(fix) = first.and_then(|finding| finding.likely_fix)
            && rng.chance(15.0)
        {
            record_done(&sandbox, fix, &format!("{}", at.strftime("%F")));
        }
    }
    assert!(left_out > 30, "{left_out} rows");
}

/// What the run of a day finds in a fleet in which three of four devices back up to iCloud each day and
/// every tenth is in trouble for a month.
fn ordinary(found: &Results, day: i64) -> Results {
    let mut results = found.clone();
    results.scanned_at = now() + SignedDuration::from_hours(24 * day);
    results.run_id = format!("run {day}");
    let count = |index: usize| i64::try_from(index).unwrap();
    for (index, device) in results.devices.iter_mut().enumerate() {
        let is_ill = (count(index) * 7 + day).div_euclid(30) % 10 == 0;
        if !is_ill {
            device.status = Status::Protected;
            device.severity = None;
            device.findings.clear();
        }
        let since = (count(index) * 13 + day * 5) % 4 / 3 + if is_ill { day % 30 } else { 0 };
        device.icloud.last_date = Some(results.scanned_at - SignedDuration::from_hours(24 * since));
    }
    results
}

/// Prints what docs/history.md says of growth. By hand, for it takes minutes:
/// `GROW=50000,400 cargo test --release -p fleetback --lib history::tests::growth -- --exact --ignored --nocapture`
#[test]
#[ignore = "a measurement, made by hand"]
fn growth() {
    let size = variable("GROW");
    let (devices, nights) = size.split_once(',').unwrap();
    let devices: Vec<_> = (0..devices.parse().unwrap()).map(with_udid).collect();
    let sandbox = Sandbox::new(0);
    let found = found(0, &devices);
    for day in 0..nights.parse().unwrap() {
        let results = ordinary(&found, day);
        let begun = std::time::Instant::now();
        save_scan(&sandbox, &results);
        let written = begun.elapsed();
        if day % 50 == 49 || day < 2 {
            let begun = std::time::Instant::now();
            let runs = past(&sandbox).runs.len();
            let read = begun.elapsed();
            let bytes = fs::metadata(sandbox.store()).unwrap().len();
            println!("{runs} nights: {bytes} bytes; written in {written:?}, read in {read:?}");
        }
    }
}

#[test]
fn the_last_check_counts() {
    let sandbox = Sandbox::new(1);
    let backup = sandbox.backup(0);
    for stamp in ["a", "b"] {
        let record = record(stamp, VerifyLevel::Names);
        sandbox
            .open()
            .save_run("mac", now(), &[(&backup, &record)], &[], &[], None)
            .unwrap();
        let stored = sandbox.open().memory("mac").unwrap().check(&backup);
        assert_eq!(stored, Some(record));
    }
}

/// A store with one record and one proof, and the backup that they are of.
fn remembering() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new(1);
    let backup = sandbox.backup(0);
    let record = record("a", VerifyLevel::Names);
    sandbox
        .open()
        .save_run(
            "mac",
            now(),
            &[(&backup, &record)],
            &[],
            &[proof("k")],
            None,
        )
        .unwrap();
    (sandbox, backup)
}

/// Runs that see nothing, so many days after the first; is it forgotten after the last of them?
#[track_caller]
fn forgotten(runs: impl IntoIterator<Item = SignedDuration>, want: bool) {
    let (sandbox, backup) = remembering();
    for after in runs {
        sandbox
            .open()
            .save_run("mac", now() + after, &[], &[], &[], None)
            .unwrap();
    }
    let memory = sandbox.open().memory("mac").unwrap();
    assert_eq!(memory.check(&backup).is_none(), want);
    assert_eq!(memory.proof("k").is_none(), want);
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[test]
fn after_400_days_it_is_forgotten() {
    let months = || (1..13).map(|month| days(31 * month));
    forgotten(months().chain([days(400)]), false);
    let later = days(400) + SignedDuration::from_millis(1);
    forgotten(months().chain([later]), true);
}

#[test]
fn a_clock_that_is_years_ahead_costs_nobody_his_memory() {
    let (years, night) = (days(4_000), days(1));
    forgotten([years], false);
    forgotten([years; 10], false);
    forgotten([years, night, years, night], false);
    forgotten([-years, night], false);
}

#[test]
fn a_record_that_means_nothing_is_skipped_and_written_anew() {
    let sandbox = Sandbox::new(2);
    let (one, two) = (sandbox.backup(0), sandbox.backup(1));
    let record = record("a", VerifyLevel::Names);
    let mut store = sandbox.open();
    store
        .save_run(
            "mac",
            now(),
            &[(&one, &record), (&two, &record)],
            &[],
            &[],
            None,
        )
        .unwrap();
    store
        .connection
        .execute("UPDATE checks SET record = '{}' WHERE path LIKE '%0'", [])
        .unwrap();
    let memory = store.memory("mac").unwrap();
    assert_eq!(
        (memory.check(&one), memory.check(&two)),
        (None, Some(record.clone()))
    );
    store
        .save_run("mac", now(), &[(&one, &record)], &[], &[], None)
        .unwrap();
    assert_eq!(store.memory("mac").unwrap().check(&one), Some(record));
}

#[cfg(unix)]
#[test]
fn it_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new(0);
    let _open = sandbox.open();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = sandbox.store().parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let sandbox = Sandbox::new(0);
    let known = STEPS.len() as i64;
    sandbox
        .open()
        .connection
        .pragma_update(None, "user_version", known + 1)
        .unwrap();
    let before = fs::read(sandbox.store()).unwrap();
    assert_eq!(
        sandbox.refused(),
        Cause::Newer {
            found: known + 1,
            known
        }
    );
    assert_eq!(fs::read(sandbox.store()).unwrap(), before);
}

#[test]
fn each_step_is_taken_once_and_all_of_them_or_none() {
    let mut connection = Connection::open_in_memory().unwrap();
    let good = "CREATE TABLE later (a INTEGER) STRICT";
    let steps = [STEPS[0], "CREATE TABLE runs (id INTEGER) STRICT"];
    migrate_by(&mut connection, &steps[..1]).unwrap();
    migrate_by(&mut connection, &steps).unwrap();
    migrate_by(&mut connection, &steps).unwrap();
    let version = |c: &Connection| {
        c.pragma_query_value(None, "user_version", |r| r.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(version(&connection), 2);
    let bad = [
        steps[0],
        steps[1],
        good,
        "CREATE TABLE half (a INTEGER) STRICT; nonsense",
        good,
    ];
    assert!(migrate_by(&mut connection, &bad).is_err());
    assert_eq!(version(&connection), 2);
    let half = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('later', 'half')",
        [],
        |r| r.get(0),
    );
    assert_eq!(half, Ok(0));
}

/// What a store of the second version and of each later one may hold: one run, one device, one finding.
const OF_SECOND_VERSION: &str = "
    INSERT INTO jobs (job, host, roots) VALUES (1, 'mac', '/backups');
    INSERT INTO runs (job, at, run_id, tool_version, complete, devices)
    VALUES (1, 1795060800000, 'run 0', '0', 1, 1);
    INSERT INTO devices VALUES (1, 1, NULL, 'FBTEST00001', NULL, NULL, 1795060800000, 1795060800000, NULL, NULL, NULL);
    INSERT INTO states (device, since, until, status, severity)
    VALUES (1, 1795060800000, NULL, 'unknown', 'error');
    INSERT INTO findings VALUES (1, 'backup-unknown', 1795060800000, NULL, 'error', 0, 'L15', 0, 'query-backup-state');
    INSERT INTO icloud VALUES (1, 1795060800000, NULL, 1795050000000);
";

#[test]
fn a_store_of_an_earlier_version_is_taken_over_with_all_it_holds() {
    for version in 2..STEPS.len() {
        taken_over(version);
    }
}

#[track_caller]
fn taken_over(version: usize) {
    let sandbox = Sandbox::new(0);
    sandbox.write(b"");
    let mut old = Connection::open(sandbox.store()).unwrap();
    migrate_by(&mut old, &STEPS[..version]).unwrap();
    old.execute_batch(OF_SECOND_VERSION).unwrap();
    drop(old);
    let before = past_of(&sandbox, 1);
    assert_eq!(before.runs.len(), 1);
    let device = &before.devices[0];
    assert_eq!(before.runs[0].counts, None);
    assert_eq!(device.states.len(), 1);
    assert_eq!(device.states[0].could_be_lost, None);
    assert_eq!(device.findings.len(), 1);
    assert_eq!(before.ended, None, "it is told from all that is known");
    let told = &device.icloud[0];
    assert_eq!(
        (told.since, told.until),
        (before.runs[0].at, before.runs[0].at)
    );
    assert_eq!(told.date.as_millisecond(), 1_795_050_000_000);
    assert_eq!(device.folders, []);
    assert_eq!(device.done, []);
    record_done(&sandbox, FixId::CheckStorage, "2026-11-19");
    assert_eq!(
        save_scan(&sandbox, &found(1, &[serial(1)])),
        SaveOutcome::Written
    );
    let after = past(&sandbox);
    assert_eq!((after.runs.len(), after.devices.len()), (2, 1));
    assert_eq!(after.devices[0].done.len(), 1);
    assert_eq!(after.ended, Some(Vec::new()));
    assert_eq!(after.runs[0].counts, None, "nothing is made up");
    assert_eq!(
        after.runs[1].counts.map(|counts| counts.could_be_lost),
        Some(1)
    );
    let states = after.devices[0].states.iter();
    let lost: Vec<_> = states.map(|state| state.could_be_lost).collect();
    assert_eq!(lost, [None, Some(true)]);
}

/// The same status and severity, and a waiver that came.
#[test]
fn what_could_be_lost_is_kept_as_each_run_said_it() {
    let sandbox = Sandbox::new(0);
    let night = |day: i64, lost: bool| {
        let mut results = found(day, &[serial(1)]);
        results.devices[0].could_be_lost = lost;
        results.summary.at_risk = u64::from(lost);
        results.summary.waived = u64::from(!lost);
        save_scan(&sandbox, &results);
    };
    for (day, lost) in [(0, true), (1, true), (2, false)] {
        night(day, lost);
    }
    let past = past(&sandbox);
    let states = past.devices[0].states.iter();
    let lost: Vec<_> = states.map(|state| state.could_be_lost).collect();
    assert_eq!(lost, [Some(true), Some(false)]);
    let counts = past.runs.iter().filter_map(|run| run.counts);
    let counts: Vec<_> = counts.map(|c| (c.could_be_lost, c.waived)).collect();
    assert_eq!(counts, [(1, 0), (1, 0), (0, 1)]);
}

/// What is taken back stays in the store and counts no more; done again, it counts again.
#[test]
fn a_withdrawn_record_stays_and_does_not_count() {
    let sandbox = Sandbox::new(0);
    save_scan(&sandbox, &found(0, &[serial(1)]));
    let counted = || past(&sandbox).devices[0].done.len();
    let withdraw = |on: Option<&str>| {
        let mut store = sandbox.open();
        let known = store.known_devices().unwrap();
        let devices: Vec<_> = known.iter().collect();
        let on = on.map(|day| day.parse().unwrap());
        let day = store.withdraw_done(&devices, (FixId::CheckStorage, on), now());
        day.unwrap().map(|day| day.to_string())
    };
    for day in ["2026-11-18", "2026-11-19"] {
        record_done(&sandbox, FixId::CheckStorage, day);
    }
    assert_eq!(withdraw(Some("2026-11-17")), None);
    assert_eq!(withdraw(None).as_deref(), Some("2026-11-19"), "the newest");
    assert_eq!(counted(), 1);
    let rows = sandbox.open().connection.query_row(
        "SELECT count(*), count(withdrawn_at) FROM done",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    assert_eq!(rows, Ok((2, 1)));
    record_done(&sandbox, FixId::CheckStorage, "2026-11-19");
    assert_eq!(counted(), 2);
}

/// Records a fix as done for every device that the store knows.
fn record_done(sandbox: &Sandbox, fix: FixId, day: &str) {
    let mut store = Store::open(&sandbox.store()).unwrap();
    let known = store.known_devices().unwrap();
    let devices: Vec<_> = known.iter().collect();
    let done = (fix, day.parse().unwrap());
    store
        .record_done(
            &devices,
            done,
            Timestamp::from_millisecond(1_795_060_800_000).unwrap(),
        )
        .unwrap();
}

#[test]
fn a_fix_that_was_done_is_kept_once_for_each_day() {
    let sandbox = Sandbox::new(0);
    save_scan(&sandbox, &found(1, &[serial(1)]));
    for day in ["2026-11-19", "2026-11-20", "2026-11-19"] {
        record_done(&sandbox, FixId::CheckStorage, day);
    }
    let done: Vec<_> = past(&sandbox).devices[0]
        .done
        .iter()
        .map(|done| (done.on.to_string(), done.fix))
        .collect();
    let check = |day: &str| (day.to_owned(), FixId::CheckStorage);
    assert_eq!(done, [check("2026-11-19"), check("2026-11-20")]);
}

#[track_caller]
fn damaged(bytes: &[u8]) {
    let sandbox = Sandbox::new(0);
    sandbox.write(bytes);
    let refused = sandbox.refused();
    assert!(matches!(refused, Cause::Damaged(_)), "{refused:?}");
    assert_eq!(
        fs::read(sandbox.store()).unwrap(),
        bytes,
        "it is told, never mended"
    );
}

#[test]
fn a_damaged_store_is_told_and_kept() {
    damaged(b"<html>");
    damaged(b"SQLite format 3\0 and then nothing");
    damaged(&[0; 4096]);
    let sandbox = Sandbox::new(0);
    drop(sandbox.open());
    let whole = fs::read(sandbox.store()).unwrap();
    damaged(&whole[..50]);
    let mut torn = whole.clone();
    torn[100..].fill(0xA5);
    damaged(&torn);
}

#[test]
fn damage_below_the_surface_is_told_by_whoever_meets_it() {
    let sandbox = Sandbox::new(200);
    let mut store = sandbox.open();
    let record = record("a", VerifyLevel::Names);
    let paths: Vec<_> = (0..200).map(|index| sandbox.backup(index)).collect();
    let checks: Vec<_> = paths.iter().map(|path| (path.as_path(), &record)).collect();
    store
        .save_run("mac", now(), &checks, &[], &[], None)
        .unwrap();
    drop(store);
    let mut bytes = fs::read(sandbox.store()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xA5);
    fs::write(sandbox.store(), bytes).unwrap();
    let store = sandbox.open();
    let error = store.memory("mac").unwrap_err();
    assert!(matches!(error.cause, Cause::Damaged(_)), "{error}");
    assert!(error.to_string().contains("Move it away"), "{error}");
    assert!(store.examine().is_err());
}

#[test]
fn the_database_of_somebody_else_gets_no_trace() {
    let sandbox = Sandbox::new(0);
    sandbox.write(b"");
    let other = Connection::open(sandbox.store()).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE Files (fileID)")
        .unwrap();
    drop(other);
    let before = fs::read(sandbox.store()).unwrap();
    assert_eq!(sandbox.refused(), Cause::Foreign);
    assert_eq!(fs::read(sandbox.store()).unwrap(), before);
    let beside: Vec<_> = fs::read_dir(sandbox.store().parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
fn a_folder_is_no_store() {
    let sandbox = Sandbox::new(0);
    fs::create_dir_all(sandbox.store()).unwrap();
    assert_eq!(sandbox.refused(), Cause::NoFile);
}

#[test]
fn a_place_that_may_not_be_written_is_told() {
    let sandbox = Sandbox::new(0);
    // A file where the folder should be: so that it also holds for root.
    fs::write(sandbox.0.path().join("data"), "").unwrap();
    assert!(matches!(sandbox.refused(), Cause::Denied(_)));
}

#[test]
fn a_full_store_keeps_what_it_had() {
    let sandbox = Sandbox::new(1);
    let backup = sandbox.backup(0);
    let old = record("old", VerifyLevel::Names);
    let mut store = sandbox.open();
    store
        .save_run("mac", now(), &[(&backup, &old)], &[], &[], None)
        .unwrap();
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", 1, |_| Ok(()))
        .unwrap();
    let mut new = record("new", VerifyLevel::Names);
    new.restorable_reason = "x".repeat(1 << 20);
    let error = store
        .save_run("mac", now(), &[(&backup, &new)], &[], &[], None)
        .unwrap_err();
    assert!(matches!(error.cause, Cause::Full(_)), "{error}");
    assert_eq!(
        sandbox.open().memory("mac").unwrap().check(&backup),
        Some(old)
    );
}

/// How many folders the processes below write at once.
const MANY: usize = 100;

/// This test program again, as another process that runs one test of this file.
fn process(test: &str, sandbox: &Sandbox, host: &str, rounds: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--ignored", &format!("history::tests::{test}")])
        .env("TEST_DESK", sandbox.0.path())
        .env("TEST_HOST", host)
        .env("TEST_ROUNDS", rounds.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("this test is run by another one, as a process of its own")
}

#[test]
#[ignore = "run by other tests, as a process of its own"]
fn writer() {
    let folder = PathBuf::from(variable("TEST_DESK"));
    let rounds: usize = variable("TEST_ROUNDS").parse().unwrap();
    let paths: Vec<_> = (0..MANY)
        .map(|index| folder.join("backups").join(index.to_string()))
        .collect();
    for round in 0..rounds {
        let record = record(
            &format!("{} {round}", std::process::id()),
            VerifyLevel::Names,
        );
        let checks: Vec<_> = paths.iter().map(|path| (path.as_path(), &record)).collect();
        let host = variable("TEST_HOST");
        let mut store = Store::open(&folder.join("data/fleetback/history.sqlite3")).unwrap();
        let job = Job::new(&host, &[]);
        let seen = store
            .past(&job, now() + days(10_000), None)
            .unwrap()
            .runs
            .len();
        // Every other run sees every other device, so that rows begin and end.
        let devices: Vec<_> = (0..MANY).step_by(1 + seen % 2).map(serial).collect();
        let night = found(i64::try_from(seen).unwrap(), &devices);
        let run = ScanRun {
            job: &job,
            results: &night,
            ended: &[],
            searched: &Searched::default(),
        };
        store
            .save_run(&host, now(), &checks, &[], &[], Some(&run))
            .unwrap();
    }
}

/// The one stamp of all rows: a transaction that was cut in two would leave two.
fn stamp(sandbox: &Sandbox, host: &str) -> Option<String> {
    let store = sandbox.open();
    store.examine().unwrap();
    let memory = store.memory(host).unwrap();
    let stamps: Vec<_> = (0..MANY)
        .filter_map(|i| memory.check(&sandbox.backup(i)))
        .map(|r| r.stamp)
        .collect();
    assert!(
        stamps.is_empty() || stamps.len() == MANY,
        "{} of {MANY}",
        stamps.len()
    );
    assert!(stamps.iter().all(|stamp| *stamp == stamps[0]), "{stamps:?}");
    nights_are_whole(&store, host);
    stamps.into_iter().next()
}

/// Half of the devices were seen by every run, the others by every other one.
fn nights_are_whole(store: &Store, host: &str) {
    let past = store
        .past(&Job::new(host, &[]), now() + days(10_000), None)
        .unwrap();
    for (at, run) in past.runs.iter().enumerate() {
        let seen = past
            .devices
            .iter()
            .filter(|device| device.state_at(run.at).is_some());
        assert_eq!(
            seen.count(),
            if at % 2 == 0 { MANY } else { MANY.div_ceil(2) }
        );
    }
}

fn killed_after(mut child: Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_store() {
    let sandbox = Sandbox::new(MANY);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..60u64 {
        if round % 4 == 0 {
            // Laying out a new store is a moment like any other.
            let _ = fs::remove_dir_all(sandbox.store().parent().unwrap());
        }
        let child = process("writer", &sandbox, "mac", usize::MAX)
            .spawn()
            .unwrap();
        let delay = Duration::from_micros(2_000 + (round * 7_919) % 150_000);
        assert!(
            killed_after(child, delay),
            "it ended by itself in round {round}"
        );
        seen.extend(stamp(&sandbox, "mac"));
    }
    assert!(
        seen.len() > 5,
        "hardly any run got as far as writing: {seen:?}"
    );
}

#[test]
fn two_runs_at_once_lose_nothing() {
    let sandbox = Sandbox::new(MANY);
    let hosts = ["mac", "pc"];
    let children = hosts.map(|host| process("writer", &sandbox, host, 20).spawn().unwrap());
    let pids = children.map(|mut child| {
        assert!(child.wait().unwrap().success());
        child.id()
    });
    for (host, pid) in hosts.iter().zip(pids) {
        assert_eq!(stamp(&sandbox, host), Some(format!("{pid} 19")));
    }
}

#[test]
#[ignore = "run by other tests, as a process of its own"]
fn writer_without_room() {
    let folder = PathBuf::from(variable("TEST_DESK"));
    let mut record = record("new", VerifyLevel::Names);
    record.restorable_reason = "x".repeat(4 << 20);
    let backup = folder.join("backups/0");
    let mut store = Store::open(&folder.join("data/fleetback/history.sqlite3")).unwrap();
    let error = store
        .save_run("mac", now(), &[(&backup, &record)], &[], &[], None)
        .unwrap_err();
    assert!(
        matches!(error.cause, Cause::Full(_) | Cause::Disk(_)),
        "{error}"
    );
    assert!(error.to_string().contains("Free some room"), "{error}");
}

/// What SQLite's result code reads as, and what is advised.
#[track_caller]
fn told(code: i32, cause: &str, remedy: &str) {
    let error = rusqlite::ffi::Error::new(code);
    let error = Cause::from(rusqlite::Error::SqliteFailure(error, None));
    // A folder that is not there: what a full disk says is no part of this.
    let told = error.at(Path::new("/nowhere/at/all/h.sqlite3")).to_string();
    assert!(told.contains(cause), "{code}: {told}");
    assert!(told.contains(remedy), "{code}: {told}");
    assert_eq!(
        told.contains("damaged"),
        cause == "damaged",
        "{code}: {told}"
    );
}

#[test]
fn each_result_code_of_sqlite_reads_as_itself() {
    use rusqlite::ffi::*;
    told(SQLITE_NOMEM, "not enough memory", "more memory");
    told(SQLITE_IOERR_NOMEM, "not enough memory", "more memory");
    told(SQLITE_FULL, "no room", "Free some room");
    told(SQLITE_IOERR, "written or read", "Free some room");
    told(SQLITE_IOERR_READ, "written or read", "check the disk");
    told(SQLITE_IOERR_SHORT_READ, "written or read", "check the disk");
    told(SQLITE_IOERR_WRITE, "written or read", "check the disk");
    told(SQLITE_IOERR_FSYNC, "written or read", "Free some room");
    told(SQLITE_IOERR_TRUNCATE, "written or read", "Free some room");
    told(SQLITE_IOERR_SHMSIZE, "written or read", "Free some room");
    told(SQLITE_IOERR_SHMMAP, "written or read", "check the disk");
    told(SQLITE_IOERR_LOCK, "written or read", "check the disk");
    told(SQLITE_IOERR_CORRUPTFS, "written or read", "check the disk");
    told(SQLITE_NOLFS, "written or read", "another one");
    told(
        SQLITE_IOERR_ACCESS,
        "opened or written",
        "the right to write",
    );
    told(SQLITE_PERM, "opened or written", "the right to write");
    told(SQLITE_READONLY, "opened or written", "the right to write");
    told(
        SQLITE_READONLY_DIRECTORY,
        "opened or written",
        "the right to write",
    );
    told(SQLITE_READONLY_DBMOVED, "moved or deleted", "alone");
    told(SQLITE_CANTOPEN, "opened or written", "the right to write");
    told(
        SQLITE_CANTOPEN_ISDIR,
        "opened or written",
        "the right to write",
    );
    told(SQLITE_AUTH, "opened or written", "the right to write");
    told(SQLITE_BUSY, "another run", "tries again");
    told(SQLITE_BUSY_RECOVERY, "another run", "tries again");
    told(SQLITE_BUSY_SNAPSHOT, "another run", "tries again");
    told(SQLITE_LOCKED, "another run", "tries again");
    told(SQLITE_LOCKED_SHAREDCACHE, "another run", "tries again");
    told(SQLITE_PROTOCOL, "another run", "tries again");
    told(SQLITE_SCHEMA, "another run", "tries again");
    told(SQLITE_INTERRUPT, "gave up", "tries again");
    told(SQLITE_ABORT, "gave up", "tries again");
    told(SQLITE_ABORT_ROLLBACK, "gave up", "tries again");
    told(SQLITE_TOOBIG, "gave up", "tries again");
    told(SQLITE_MISUSE, "gave up", "tries again");
    told(SQLITE_CORRUPT, "damaged", "Move it away");
    told(SQLITE_CORRUPT_INDEX, "damaged", "Move it away");
    told(SQLITE_NOTADB, "damaged", "Move it away");
    told(SQLITE_CONSTRAINT, "damaged", "Move it away");
    told(SQLITE_MISMATCH, "damaged", "Move it away");
    told(SQLITE_ERROR, "damaged", "Move it away");
}

/// A limit on the size of files stands for the full disk, which a test cannot make everywhere.
#[cfg(unix)]
#[test]
fn a_disk_without_room_costs_the_new_memory_and_not_the_old() {
    let sandbox = Sandbox::new(1);
    let backup = sandbox.backup(0);
    let old = record("old", VerifyLevel::Names);
    sandbox
        .open()
        .save_run("mac", now(), &[(&backup, &old)], &[], &[], None)
        .unwrap();
    let writer = process("writer_without_room", &sandbox, "mac", 1);
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$@\"", "sh"])
        .arg(writer.get_program())
        .args(writer.get_args())
        .env("TEST_DESK", sandbox.0.path())
        .stdout(Stdio::null())
        .status();
    let Ok(status) = limited else {
        println!("skipped: there is no sh to set the limit");
        return;
    };
    assert!(status.success());
    assert_eq!(
        sandbox.open().memory("mac").unwrap().check(&backup),
        Some(old)
    );
}
