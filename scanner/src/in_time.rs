//! Runs the reading on threads of its own, and leaves behind those that never come back.
//!
//! Where a thread waits for longer than the limit for one answer of a disk or share, the path is given up
//! and the work begins again on new threads, which are refused that path at once. What is given up is as
//! good as a path that gives a read error, so the results depend on it and on nothing else. The work must
//! keep by itself what it need not do again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

use crate::model::fleet::Fleet;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::watched::{Waiting, Watch, no_answer};
use crate::work::progress::{Event, Progress};

/// How often the threads are looked at, and an interrupt.
const POLL: Duration = Duration::from_millis(50);

/// After an interrupt the work may end by itself for so long.
const GRACE: Duration = Duration::from_secs(1);

/// A folder in which so much was given up is given up itself: a share that is gone would cost the limit for
/// each of its files.
const LOST_MAX: u32 = 3;

/// What counts as lost for a file, and for a folder that was given up: a share that is gone is given up with
/// the first file beyond the first folder.
const LOST_FILE: u32 = 1;
const LOST_FOLDER: u32 = LOST_MAX - LOST_FILE;

/// Someone who hears of the progress from threads that may be left behind.
pub type SharedProgress = Arc<dyn Progress + Send>;

/// How long an answer is waited for, and what is waited for no more.
#[derive(Debug, Clone)]
pub struct Patience {
    threads: usize,
    limit: Duration,
    /// Folders that hold all that is read; none above them is given up.
    bounds: Vec<PathBuf>,
    /// With what each counts for in the folders above it.
    given_up: BTreeMap<PathBuf, u32>,
}

impl Patience {
    /// One thread reads, and waits so long for one answer.
    pub fn new(limit: Duration) -> Self {
        Self {
            threads: 1,
            limit,
            bounds: Vec::new(),
            given_up: BTreeMap::new(),
        }
    }

    /// From now on so many threads read, 0 for one on each processor, and all that they read lies in these
    /// folders.
    pub fn read_below(&mut self, threads: usize, bounds: Vec<PathBuf>) {
        self.threads = threads;
        self.bounds = bounds;
    }

    /// Does the work, again for each path that is given up; `None` when cancelled, and then at once,
    /// whatever hangs.
    pub fn run<T: Send + 'static>(
        &mut self,
        progress: &SharedProgress,
        work: impl Fn(&dyn Progress) -> T + Send + Sync + 'static,
    ) -> Result<Option<T>, ThreadPoolBuildError> {
        let work = Arc::new(work);
        loop {
            let attempt = Arc::new(Attempt::new(progress));
            let watch = Watch::new(self.paths(), self.limit);
            let results = self.start(&watch, &attempt, &work)?;
            let end = wait(&results, &watch, self.limit, progress.as_ref());
            attempt.abandoned.store(true, Ordering::Relaxed);
            match end {
                End::Done(result) => return Ok(Some(result)),
                End::Cancelled => return Ok(None),
                End::Hangs(paths) => paths.into_iter().for_each(|path| self.give_up(path)),
            }
        }
    }

    fn start<T: Send + 'static>(
        &self,
        watch: &Arc<Watch>,
        attempt: &Arc<Attempt>,
        work: &Arc<impl Fn(&dyn Progress) -> T + Send + Sync + 'static>,
    ) -> Result<Receiver<T>, ThreadPoolBuildError> {
        let (sender, results) = channel();
        let watch = Arc::clone(watch);
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .start_handler(move |_| watch.over_this_thread())
            .build()?;
        let (attempt, work) = (Arc::clone(attempt), Arc::clone(work));
        pool.spawn(move || {
            // Nobody receives what an attempt finds that was given up.
            let _ = sender.send(work(&*attempt));
        });
        Ok(results)
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.given_up.keys().cloned().collect()
    }

    fn give_up(&mut self, path: PathBuf) {
        let bound = self.bounds.iter().find(|bound| path.starts_with(bound));
        let above = path.ancestors().skip(1);
        let above = above.take_while(|above| bound.is_some_and(|bound| above.starts_with(bound)));
        let above: Vec<_> = above.map(Path::to_owned).collect();
        self.given_up.insert(path, LOST_FILE);
        if let Some(lost) = above
            .into_iter()
            .find(|above| self.lost_in(above) >= LOST_MAX)
        {
            self.given_up.retain(|path, _| !path.starts_with(&lost));
            self.given_up.insert(lost, LOST_FOLDER);
        }
    }

    fn lost_in(&self, folder: &Path) -> u32 {
        let lost = self.given_up.iter();
        let below = lost.filter(|(path, _)| path.starts_with(folder));
        below.map(|(_, counts)| counts).sum()
    }

    /// Has whatever this thread asks for from now on refused where it was given up.
    pub fn refuse_here(&self) {
        Watch::new(self.paths(), self.limit).over_this_thread();
    }

    /// Adds a problem for each path that was given up and that no problem of the fleet names yet.
    pub fn tell(&self, fleet: &mut Fleet) {
        for path in self.given_up.keys() {
            let backups = fleet.devices.iter().flat_map(|device| &device.backups);
            let told = backups.flat_map(|backup| &backup.problems);
            let mut told = told.chain(&fleet.problems);
            if !told.any(|problem| self.is_of(problem, path)) {
                let problem = Problem::incomplete(path, "what lies here", no_answer(self.limit));
                let problem = problem.with_kind(ProblemKind::ReadError);
                fleet.problems.push(problem.with_remedy(CHECK_THE_DISK));
            }
        }
        fleet.problems.sort();
    }

    fn is_of(&self, problem: &Problem, path: &Path) -> bool {
        let is_named = path.starts_with(&problem.path) || problem.path.starts_with(path);
        is_named && problem.found.contains(&no_answer(self.limit))
    }
}

const CHECK_THE_DISK: &str = "check the disk or share that it lies on: it did not answer, and the run went on without it (how long it waits is set by --read-timeout)";

/// How an attempt came out.
enum End<T> {
    Done(T),
    Cancelled,
    Hangs(Vec<PathBuf>),
}

fn wait<T>(
    results: &Receiver<T>,
    watch: &Watch,
    limit: Duration,
    progress: &dyn Progress,
) -> End<T> {
    let mut patient = Patient::default();
    let mut cancelled: Option<Instant> = None;
    loop {
        match results.recv_timeout(POLL) {
            Ok(result) => return End::Done(result),
            // The work panicked, which ends the program.
            Err(RecvTimeoutError::Disconnected) => return End::Cancelled,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = Instant::now();
        if progress.cancelled() && now - *cancelled.get_or_insert(now) >= GRACE {
            return End::Cancelled;
        }
        let hangs = patient.look(watch.waiting(), now, limit);
        if !hangs.is_empty() && cancelled.is_none() {
            return End::Hangs(hangs);
        }
    }
}

/// Since when each thread waits for its answer.
#[derive(Default)]
struct Patient(BTreeMap<usize, (Waiting, Instant)>);

impl Patient {
    /// What has been waited for since `limit`, sorted, each once.
    fn look(&mut self, waiting: Vec<Waiting>, now: Instant, limit: Duration) -> Vec<PathBuf> {
        let mut still = BTreeMap::new();
        for one in waiting {
            let known = self
                .0
                .remove(&one.thread)
                .filter(|(known, _)| *known == one);
            still.insert(one.thread, known.unwrap_or((one, now)));
        }
        self.0 = still;
        let hangs = self.0.values().filter(|(_, since)| now - *since >= limit);
        let mut paths: Vec<_> = hangs.map(|(one, _)| one.path.clone()).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Hands the progress of one attempt on, until it is abandoned.
struct Attempt {
    progress: SharedProgress,
    abandoned: AtomicBool,
}

impl Attempt {
    fn new(progress: &SharedProgress) -> Self {
        Self {
            progress: Arc::clone(progress),
            abandoned: AtomicBool::new(false),
        }
    }
}

impl Progress for Attempt {
    fn report(&self, event: Event) {
        if !self.abandoned.load(Ordering::Relaxed) {
            self.progress.report(event);
        }
    }

    fn cancelled(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) || self.progress.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::Sender;

    use super::*;
    use crate::source::watched::ask;
    use crate::work::progress::Silent;

    const LIMIT: Duration = Duration::from_millis(200);

    fn silent() -> SharedProgress {
        Arc::new(Silent)
    }

    fn patience() -> Patience {
        let mut patience = Patience::new(LIMIT);
        patience.read_below(2, vec![PathBuf::from("/share")]);
        patience
    }

    /// A file system on which the files of these names never answer.
    struct Dead(Vec<&'static str>, Mutex<Vec<Sender<()>>>);

    impl Dead {
        fn new(names: &[&'static str]) -> Arc<Self> {
            Arc::new(Self(names.to_vec(), Mutex::default()))
        }

        /// "name" of what answers, "no name" of what was refused.
        fn read(&self, path: &str) -> String {
            let Ok(_asked) = ask(Path::new(path)) else {
                return format!("no {path}");
            };
            if self.0.contains(&path) {
                let (hold, never) = channel::<()>();
                self.1.lock().unwrap().push(hold);
                let _ = never.recv();
            }
            path.to_owned()
        }
    }

    #[track_caller]
    fn check(dead: &[&'static str], wanted: &[&str]) {
        let disk = Dead::new(dead);
        let files = [
            "/share/a/1",
            "/share/a/2",
            "/share/a/3",
            "/share/a/4",
            "/share/b/1",
        ];
        let read = move |_: &dyn Progress| files.map(|path| disk.read(path)).join(", ");
        let begun = Instant::now();
        let found = patience().run(&silent(), read).unwrap().unwrap();
        assert_eq!(found, wanted.join(", "));
        assert!(begun.elapsed() < LIMIT * 20, "{dead:?}");
    }

    #[test]
    fn what_never_answers_is_given_up_and_the_rest_is_read() {
        let all = [
            "/share/a/1",
            "/share/a/2",
            "/share/a/3",
            "/share/a/4",
            "/share/b/1",
        ];
        check(&[], &all);
        check(
            &["/share/a/2"],
            &[all[0], "no /share/a/2", all[2], all[3], all[4]],
        );
        check(
            &["/share/a/1", "/share/b/1"],
            &["no /share/a/1", all[1], all[2], all[3], "no /share/b/1"],
        );
    }

    #[test]
    fn after_three_of_a_folder_the_folder_is_given_up_and_none_above_what_is_read() {
        let lost = ["no /share/a/1", "no /share/a/2", "no /share/a/3"];
        let all = [lost[0], lost[1], lost[2], "no /share/a/4", "/share/b/1"];
        check(&["/share/a/1", "/share/a/2", "/share/a/3"], &all);
        let given_up = |paths: &[&str]| {
            let mut patience = patience();
            paths.iter().for_each(|path| patience.give_up(path.into()));
            patience.paths()
        };
        assert_eq!(
            given_up(&["/share/x", "/share/y", "/share/z"]),
            [Path::new("/share")]
        );
        assert_eq!(given_up(&["/x", "/y", "/z"]).len(), 3);
        let in_one = ["/share/a/1", "/share/a/2", "/share/a/3"];
        assert_eq!(given_up(&in_one), [Path::new("/share/a")]);
        assert_eq!(
            given_up(&[&in_one[..], &["/share/b/1"]].concat()),
            [Path::new("/share")]
        );
    }

    #[test]
    fn slow_is_not_dead() {
        let slow = |_: &dyn Progress| {
            let asked = ask(Path::new("/share/slow")).unwrap();
            for _ in 0..8 {
                std::thread::sleep(LIMIT / 3);
                asked.answered();
            }
            "read"
        };
        let mut patience = patience();
        assert_eq!(patience.run(&silent(), slow).unwrap(), Some("read"));
        assert!(patience.given_up.is_empty());
    }

    struct Cancelled;

    impl Progress for Cancelled {
        fn report(&self, _: Event) {}

        fn cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn an_interrupt_ends_it_whatever_hangs() {
        let disk = Dead::new(&["/share/a/1"]);
        let read = move |_: &dyn Progress| disk.read("/share/a/1");
        let mut patience = Patience::new(Duration::from_secs(600));
        let progress: SharedProgress = Arc::new(Cancelled);
        let begun = Instant::now();
        assert_eq!(patience.run(&progress, read).unwrap(), None);
        assert!(begun.elapsed() < GRACE * 5);
    }
}
