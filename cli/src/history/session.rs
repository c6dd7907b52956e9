//! What a run does with the history store: opens it before, fills it after, and never fails for it.
//!
//! Without a store a run takes longer, and that is all. If the store is skipped, the reason is logged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fleetback_report::format;
use fleetback_report::history::{History as Past, Searched, ended_outcomes};
use fleetback_report::results::Results;
use fleetback_scanner::model::backup::LocalBackup;
use fleetback_scanner::model::backup::{CheckRecord, InfoRecord, PasswordProof};
use fleetback_scanner::model::fleet::Fleet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cache::StoredChecks;
use super::job::Job;
use super::location::default_path;
use super::store::Store;
use super::write_run::{SaveOutcome, ScanRun};
use crate::output::evidence_places::EvidencePlaces;
use crate::output::messages::Verbosity;

/// Which store a run was asked to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HistoryChoice {
    /// None: `--no-history`.
    None,
    /// This file: `--history`.
    Named(PathBuf),
    /// The one in the user's data directory.
    Default,
}

/// The store of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct History {
    store: Option<Store>,
    memory: Arc<StoredChecks>,
    earlier: Option<EarlierRuns>,
}

/// What earlier runs of the same job found.
#[derive(Debug)]
struct EarlierRuns {
    job: Job,
    /// None once it was handed out.
    past: Option<Past>,
}

impl HistoryChoice {
    /// The file that was named or would be used.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::None => None,
            Self::Named(path) => Some(path.clone()),
            Self::Default => default_path(),
        }
    }
}

impl History {
    /// Opens the store and reads the checks of this computer and the runs of the job before `now`.
    /// `evidence` is what this run reads: nothing is ever written below it. `since` is as for `before`.
    pub(crate) fn open(
        choice: &HistoryChoice,
        job: Job,
        evidence: &EvidencePlaces,
        (now, since): (Timestamp, Option<Timestamp>),
        verbosity: Verbosity,
    ) -> Self {
        if *choice == HistoryChoice::None {
            return Self::default();
        }
        match open(choice.path(), job, evidence, (now, since)) {
            Ok(history) => {
                history.log(verbosity);
                history
            }
            Err(why) => {
                verbosity.note(&format!(
                    "no history, so every backup is checked again and nothing is stored: {why}"
                ));
                Self::default()
            }
        }
    }

    fn log(&self, verbosity: Verbosity) {
        if let Some(store) = &self.store {
            let (checks, proofs) = self.memory.counts();
            let path = store.path().display();
            verbosity.detail(&format!(
                "history from {path}: {checks} checks, {proofs} proofs"
            ));
        }
    }

    /// What earlier runs checked and proved.
    pub(crate) fn memory(&self) -> Arc<StoredChecks> {
        Arc::clone(&self.memory)
    }

    /// The store of this run, if it has one.
    pub(crate) fn store(&self) -> Option<&Path> {
        self.store.as_ref().map(Store::path)
    }

    /// What runs before `now` found, for judging, once; `None` without a store. `zone` decides where a
    /// day of runs begins, `since` which run is compared with.
    pub(crate) fn before(
        &mut self,
        now: Timestamp,
        zone: &TimeZone,
        since: Option<Timestamp>,
    ) -> Option<Past> {
        let past = Past {
            zone: zone.clone(),
            since,
            ..self.earlier.as_mut()?.past.take()?
        };
        Some(past.before(now))
    }

    /// Writes what this run found: the checks, the proofs, and the results of a scan with the past that they
    /// were judged by.
    pub(crate) fn save_run(
        self,
        fleet: &Fleet,
        host: &str,
        now: Timestamp,
        judged: Option<(&Results, &Past)>,
        (zone, verbosity): (&TimeZone, Verbosity),
    ) {
        let Some(mut store) = self.store else { return };
        let checks: Vec<_> = backups(fleet).filter_map(check).collect();
        let infos: Vec<_> = backups(fleet).filter_map(info).collect();
        let proofs: Vec<_> = backups(fleet).filter_map(proof).collect();
        let searched = Searched::from_fleet(fleet);
        let ended = judged.map_or_else(Vec::new, |(results, past)| ended_outcomes(past, results));
        let run = self.earlier.as_ref().zip(judged);
        let run = run.map(|(earlier, (results, _))| ScanRun {
            job: &earlier.job,
            results,
            ended: &ended,
            searched: &searched,
        });
        match store.save_run(host, now, &checks, &infos, &proofs, run.as_ref()) {
            Ok(SaveOutcome::Written) => {}
            Ok(SaveOutcome::OthersSetAside(later)) => verbosity.note(&format!(
                "the history has a run of a later time ({}): a clock is wrong, or was. It was set aside, and this run follows the one before it. If the clock of this computer is right, nothing is to be done; if not, set it right, and the next run follows the runs that were set aside",
                in_words(later, zone)
            )),
            Ok(SaveOutcome::RanAtOnce(other)) => verbosity.note(&format!(
                "another run over the same folders ran at once and was added to the history first ({}); this one was not added, and nothing is to be done",
                in_words(other, zone)
            )),
            Err(error) => verbosity.note(&format!(
                "the history was not written, so the next run checks again what this one did: {error}"
            )),
        }
    }
}

/// "2026-11-20 05:00 Europe/Berlin".
pub(crate) fn in_words(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} {}", format::date_time(at, zone), format::zone(zone, at))
}

/// What the runs before these stored results found, to be compared from `since`; in words why not.
pub(crate) fn for_stored_results(
    results: &Results,
    store: &Path,
    since: Timestamp,
    zone: &TimeZone,
) -> Result<Past, String> {
    let open = Store::open(store).map_err(|e| e.to_string())?;
    let past = open.past_of_run(&results.run_id, results.scanned_at, since);
    let past = past.map_err(|e| e.to_string())?.ok_or_else(|| {
        format!(
            "{}: the run of these results ({}) is not in this history; name the history of that run with --history FILE, or compare two reports with `fleetback diff`",
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
            "{}: there is no run at or before {}{}",
            store.display(),
            in_words(since, zone),
            past.runs.first().map_or_else(String::new, |first| format!(
                "; the first is of {}",
                in_words(first.at, zone)
            )),
        )),
    }
}

fn open(
    path: Option<PathBuf>,
    job: Job,
    evidence: &EvidencePlaces,
    (now, since): (Timestamp, Option<Timestamp>),
) -> Result<History, String> {
    let nowhere = "this user has no data directory; name a file with --history, or a folder with FLEETBACK_DATA_DIR";
    let path = path.ok_or(nowhere)?;
    if let Some(root) = evidence.holding(&path) {
        return Err(format!(
            "{} lies inside {}, which this run reads: nothing is ever written there; name a file outside it with --history",
            path.display(),
            root.display(),
        ));
    }
    let store = Store::open(&path).map_err(|e| e.to_string())?;
    let memory = store.memory(job.host()).map_err(|e| e.to_string())?.into();
    let past = store.past(&job, now, since);
    let past = Some(past.map_err(|e| e.to_string())?);
    Ok(History {
        store: Some(store),
        memory,
        earlier: Some(EarlierRuns { job, past }),
    })
}

fn backups(fleet: &Fleet) -> impl Iterator<Item = &LocalBackup> {
    fleet.devices.iter().flat_map(|device| &device.backups)
}

fn check(backup: &LocalBackup) -> Option<(&Path, &CheckRecord)> {
    Some((&backup.path, backup.check.as_ref()?))
}

fn info(backup: &LocalBackup) -> Option<(&Path, &InfoRecord)> {
    Some((&backup.path, backup.info_record.as_ref()?))
}

fn proof(backup: &LocalBackup) -> Option<PasswordProof> {
    backup.password_proof.clone()
}
