//! Finds and reads evidence on threads that are left behind where a disk or share never answers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use fleetback_scanner::backup::services::CheckCache;
use fleetback_scanner::in_time::{Patience, SharedProgress};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::scan::{
    self, Found, Inputs, Progress, ReadBackups, ScanOptions, ScanServices,
};

use crate::options::path_checks;
use crate::output::evidence_places::EvidencePlaces;
use crate::output::progress::{Listener, Stoppable};
use crate::passwords::Passwords;

const NO_THREADS: &str = "cannot start the reading threads; try --threads 1";

/// Makes the plan of a command, which looks at what was named; `None` when interrupted.
pub(super) fn plan<P: Send + 'static>(
    patience: &mut Patience,
    interrupted: &Arc<AtomicBool>,
    make: impl Fn() -> Result<P> + Send + Sync + 'static,
) -> Result<Option<P>> {
    let stop: SharedProgress = Arc::new(Stoppable::new(interrupted));
    let plan = patience.run(&stop, move |_| make()).context(NO_THREADS)?;
    plan.transpose()
}

/// What a command reads, and how long it waits for it.
pub(super) struct EvidenceReader {
    patience: Patience,
    progress: Arc<Listener>,
    inputs: Arc<Inputs>,
}

impl EvidenceReader {
    /// Reads these inputs on so many threads, 0 for one on each processor.
    pub(super) fn new(
        mut patience: Patience,
        progress: &Arc<Listener>,
        inputs: &Arc<Inputs>,
        threads: usize,
    ) -> Self {
        let named = inputs.roots.iter().chain(&inputs.documents);
        patience.read_below(threads, named.cloned().collect());
        Self {
            patience,
            progress: Arc::clone(progress),
            inputs: Arc::clone(inputs),
        }
    }

    /// What there is to read, and where nothing may be written for it; `None` when interrupted.
    pub(super) fn find(
        &mut self,
        options: &Arc<ScanOptions>,
    ) -> Result<Option<(Arc<Found>, EvidencePlaces)>> {
        let (inputs, options) = (Arc::clone(&self.inputs), Arc::clone(options));
        let found = self.run(move |progress| {
            let found = scan::find(&inputs, &options.scan_host, progress);
            let mut places = path_checks::places(&inputs);
            places.add_backups(&inputs.roots, found.backups());
            (Arc::new(found), places)
        })?;
        // What this thread asks for from now on is not watched, but it need not ask for what is lost.
        self.patience.refuse_here();
        Ok(found)
    }

    /// Reads what was found; `None` when interrupted.
    pub(super) fn read(
        &mut self,
        found: &Arc<Found>,
        options: &Arc<ScanOptions>,
        passwords: &Arc<Passwords>,
        cache: Arc<dyn CheckCache + Send>,
    ) -> Result<Option<Fleet>> {
        let (found, inputs) = (Arc::clone(found), Arc::clone(&self.inputs));
        let (options, passwords) = (Arc::clone(options), Arc::clone(passwords));
        let kept = ReadBackups::default();
        let fleet = self.run(move |progress| {
            let services = ScanServices {
                passwords: &*passwords,
                cache: &*cache,
                progress,
            };
            scan::read(&found, &inputs, &options, &services, &kept)
        })?;
        Ok(fleet.map(|fleet| self.told(fleet)))
    }

    /// Does some reading; `None` when interrupted.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        work: impl Fn(&dyn Progress) -> T + Send + Sync + 'static,
    ) -> Result<Option<T>> {
        let progress: SharedProgress = Arc::clone(&self.progress) as SharedProgress;
        self.patience.run(&progress, work).context(NO_THREADS)
    }

    /// With a problem for everything that did not answer.
    pub(super) fn told(&self, mut fleet: Fleet) -> Fleet {
        self.patience.tell(&mut fleet);
        fleet
    }
}
