//! What a run does with the history store: opens it before, fills it after, and never fails for it.
//!
//! Without a store a run takes longer, and that is all. Every reason for going without one is said,
//! for a night that is slow without a word is a night nobody can explain.

use std::path::{Path, PathBuf};

use fleetback_report::history::History as Past;
use fleetback_report::results::Results;
use fleetback_scanner::model::backup::LocalBackup;
use fleetback_scanner::model::backup::{CheckRecord, PasswordProof};
use fleetback_scanner::model::fleet::Fleet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cache::Remembered;
use super::job::Job;
use super::location::default_path;
use super::store::Store;
use super::write_run::Kept;
use crate::output::files::resolved;
use crate::output::messages::Voice;

/// Which store a run was asked to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// None: `--no-history`.
    None,
    /// This file: `--history`.
    Named(PathBuf),
    /// The one in the user's data directory.
    Usual,
}

/// The store of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct History {
    store: Option<Store>,
    memory: Remembered,
    night: Option<Earlier>,
}

/// What earlier runs of the same job found.
#[derive(Debug)]
struct Earlier {
    job: Job,
    past: Past,
}

impl Choice {
    /// The file that was named or would be used.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::None => None,
            Self::Named(path) => Some(path.clone()),
            Self::Usual => default_path(),
        }
    }
}

impl History {
    /// Opens the store and reads what `host` remembers. `evidence` is what this run reads: nothing
    /// is ever written below it.
    pub(crate) fn open(choice: &Choice, host: &str, evidence: &[PathBuf], voice: Voice) -> Self {
        if *choice == Choice::None {
            return Self::default();
        }
        match open(choice.path(), host, evidence) {
            Ok(history) => {
                history.tell(voice);
                history
            }
            Err(why) => {
                voice.note(&format!(
                    "no history, so everything is checked again and nothing of it remembered: {why}"
                ));
                Self::default()
            }
        }
    }

    fn tell(&self, voice: Voice) {
        if let Some(store) = &self.store {
            let (checks, proofs) = self.memory.counts();
            let path = store.path().display();
            voice.detail(&format!(
                "history from {path}: {checks} checks, {proofs} proofs"
            ));
        }
    }

    /// What earlier runs checked and proved.
    pub(crate) fn memory(&self) -> &Remembered {
        &self.memory
    }

    /// The store of this run, if it has one.
    pub(crate) fn store(&self) -> Option<&Path> {
        self.store.as_ref().map(Store::path)
    }

    /// What runs before `now` found, for judging; `None` without a store. `zone` tells which days are
    /// nights, `since` the run that is compared with.
    pub(crate) fn before(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        since: Option<Timestamp>,
    ) -> Option<Past> {
        let night = self.night.as_ref()?;
        let past = Past {
            zone: zone.clone(),
            since,
            ..night.past.clone()
        };
        Some(past.before(now))
    }

    /// Remembers what this run found: the checks, the proofs, and of a scan the whole night.
    pub(crate) fn remember(
        self,
        fleet: &Fleet,
        host: &str,
        now: Timestamp,
        results: Option<&Results>,
        voice: Voice,
    ) {
        let Some(mut store) = self.store else { return };
        let checks: Vec<_> = backups(fleet).filter_map(check).collect();
        let proofs: Vec<_> = backups(fleet).filter_map(proof).collect();
        let night = self.night.as_ref().map(|night| &night.job).zip(results);
        match store.remember(host, now, &checks, &proofs, night) {
            Ok(Kept::Written) => {}
            Ok(Kept::LaterThere(later)) => voice.note(&format!(
                "this night was not added to the history, which has a run of {later} already; if no run was made then, a clock was wrong: move the history file away"
            )),
            Err(error) => voice.note(&format!(
                "the history was not written, so the next run checks again what this one did: {error}"
            )),
        }
    }
}

/// What the runs before these stored results found, to be compared from `since`; in words why not.
pub(crate) fn of_stored(results: &Results, store: &Path, since: Timestamp) -> Result<Past, String> {
    let open = Store::open(store).map_err(|e| e.to_string())?;
    let past = open.past_of_run(&results.run_id);
    let past = past.map_err(|e| e.to_string())?.ok_or_else(|| {
        format!(
            "{}: wanted the run of these results ({}), and this history does not know it; name the history of that run with --history FILE, or compare two reports with `fleetback diff`",
            store.display(),
            results.run_id,
        )
    })?;
    let past = Past {
        since: Some(since),
        ..past.before(results.scanned_at)
    };
    match past.compared() {
        Some(_) => Ok(past),
        None => Err(format!(
            "{}: wanted a run at or before {since}, found {}",
            store.display(),
            past.runs.first().map_or_else(
                || "none before these results".to_owned(),
                |first| format!("none before that of {}", first.at)
            ),
        )),
    }
}

fn open(path: Option<PathBuf>, host: &str, evidence: &[PathBuf]) -> Result<History, String> {
    let nowhere = "this user has no data directory; name a file with --history, or a folder with FLEETBACK_DATA_DIR";
    let path = path.ok_or(nowhere)?;
    if let Some(root) = lies_below(&path, evidence) {
        return Err(format!(
            "{} lies inside {}, which this run reads: nothing is ever written there; name a file outside it with --history",
            path.display(),
            root.display(),
        ));
    }
    let store = Store::open(&path).map_err(|e| e.to_string())?;
    let memory = store.memory(host).map_err(|e| e.to_string())?;
    let job = Job::new(host, evidence);
    let past = store.past(&job).map_err(|e| e.to_string())?;
    Ok(History {
        store: Some(store),
        memory,
        night: Some(Earlier { job, past }),
    })
}

/// What is read that a path lies below, whether the path exists yet or not.
pub(crate) fn lies_below<'a>(path: &Path, evidence: &'a [PathBuf]) -> Option<&'a Path> {
    let absolute = std::path::absolute(path).ok()?;
    let mut real = absolute
        .ancestors()
        .filter_map(|folder| resolved(folder).ok());
    let real = real.next()?;
    let below = |root: &&PathBuf| root.canonicalize().is_ok_and(|root| real.starts_with(root));
    evidence.iter().find(below).map(PathBuf::as_path)
}

fn backups(fleet: &Fleet) -> impl Iterator<Item = &LocalBackup> {
    fleet.devices.iter().flat_map(|device| &device.backups)
}

fn check(backup: &LocalBackup) -> Option<(&Path, &CheckRecord)> {
    Some((&backup.path, backup.check.as_ref()?))
}

fn proof(backup: &LocalBackup) -> Option<PasswordProof> {
    backup.password_proof.clone()
}
