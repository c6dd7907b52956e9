//! A scan that is killed, at two hundred moments from its first step to its last: the history holds the
//! runs that it held, or one more, and each of them whole; and no temporary file outlives the next run.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::sandbox::{Sandbox, exit_code, healthy, stderr};

const ROUNDS: u32 = 200;
/// Moments are spread by the golden ratio: no two near each other, and every run of them is even.
const SPREAD: f64 = 0.618_033_988_749_895;

/// A scan as of so many hours after the first.
fn scan(sandbox: &Sandbox, hour: u32) -> Command {
    let first: jiff::Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
    let now = first + jiff::SignedDuration::from_hours(hour.into());
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("fleetback"));
    command
        .current_dir(sandbox.path(""))
        .args([
            "scan",
            "backups",
            "--host",
            "desk",
            "--history",
            "history.sqlite3",
        ])
        .args([
            "--now",
            &now.to_string(),
            "--timezone",
            "UTC",
            "--json",
            "out.json",
        ])
        .env_remove("FLEETBACK_CONFIG")
        .env("HOME", sandbox.path("home"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Kills it; true if it was still alive.
fn killed_after(mut child: Child, delay: Duration) -> bool {
    std::thread::sleep(delay);
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

/// The runs that the store holds; fails when it is damaged, or a run in it is not whole.
#[track_caller]
fn stored_runs(sandbox: &Sandbox, devices: i64) -> BTreeSet<i64> {
    if !sandbox.path("history.sqlite3").exists() {
        return BTreeSet::new();
    }
    let store = Connection::open(sandbox.path("history.sqlite3")).unwrap();
    let one = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0));
    let sound = store.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(sound.unwrap(), "ok");
    if one("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'").unwrap() == 0 {
        return BTreeSet::new();
    }
    let mut runs = store.prepare("SELECT at FROM runs").unwrap();
    let runs: Result<BTreeSet<i64>, _> = runs.query_map([], |row| row.get(0)).unwrap().collect();
    let runs = runs.unwrap();
    if !runs.is_empty() {
        assert_eq!(one("SELECT min(devices) FROM runs").unwrap(), devices);
        let open = one("SELECT count(*) FROM states WHERE until IS NULL").unwrap();
        assert_eq!(open, devices, "a night without all of its devices");
    }
    runs
}

/// Temporary files that lie in the sandbox. Each is for its user alone, however readable its report is.
#[track_caller]
fn temporary_files(sandbox: &Sandbox) -> Vec<String> {
    let names = sandbox.listing().into_iter();
    let left: Vec<_> = names.filter(|name| name.ends_with(".tmp")).collect();
    #[cfg(unix)]
    for name in &left {
        use std::os::unix::fs::PermissionsExt;
        let mode = sandbox.path(name).metadata().unwrap().permissions().mode();
        let bytes = std::fs::read(sandbox.path(name)).unwrap();
        let is_whole = serde_json::from_slice::<Value>(&bytes).is_ok();
        assert!(
            mode & 0o077 == 0 || is_whole,
            "{name} has mode {mode:o} and is half a report"
        );
    }
    left
}

#[test]
fn a_kill_at_two_hundred_moments_never_costs_a_night() {
    const DEVICES: u8 = 12;
    let backups: Vec<_> = (0..DEVICES).map(|seed| healthy(seed.into())).collect();
    let sandbox = Sandbox::with(&backups);
    let begun = Instant::now();
    assert!(scan(&sandbox, 0).status().unwrap().code().unwrap() < 2);
    let whole = begun.elapsed();

    let mut held = stored_runs(&sandbox, DEVICES.into());
    let (mut killed, mut kept) = (0, 0);
    for round in 1..=ROUNDS {
        // Past the end too: on a busy computer a run takes longer than the first one did.
        let moment = whole.mul_f64(1.5 * (f64::from(round) * SPREAD).fract());
        killed += u32::from(killed_after(scan(&sandbox, round).spawn().unwrap(), moment));
        temporary_files(&sandbox);
        let now = stored_runs(&sandbox, DEVICES.into());
        assert!(
            held.is_subset(&now),
            "round {round} lost a night: {held:?} {now:?}"
        );
        assert!(now.len() <= held.len() + 1, "round {round} made up a night");
        kept += u32::from(now.len() > held.len());
        held = now;
        let report = sandbox.read("out.json");
        assert!(
            serde_json::from_str::<Value>(&report).is_ok(),
            "half a report"
        );
    }
    assert!(
        killed > 20 && kept > 0,
        "{killed} killed, {kept} of {ROUNDS} nights kept"
    );

    // As a run that was killed before it wrote a byte leaves it, should none of them have come so far.
    sandbox.write(".fleetback-AbCdEf.tmp", "");
    let last = scan(&sandbox, ROUNDS + 1).output().unwrap();
    assert!(exit_code(&last) < 2, "{}", stderr(&last));
    let report: Value = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    assert_eq!(report["history"]["runs"], held.len());
    assert_eq!(temporary_files(&sandbox), Vec::<String>::new());
}
