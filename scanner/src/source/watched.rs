//! Calls to the file system that are noticed when they never come back.
//!
//! A call to a share whose server is gone does not return, and nothing can end it. So every thread notes
//! what it asks for before it asks, and that it was answered. A [`Watch`] looks at the notes. What was not
//! answered in its time is given up: whoever asks for it later is refused at once, and the thread that
//! hangs is left behind (`in_time.rs`). All calls of this crate go through here or through `file.rs`.
//!
//! A thread that nobody watches pays a look at a thread-local and no more.

use std::cell::RefCell;
use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the threads of one run ask for, and what is given up.
#[derive(Debug)]
pub struct Watch {
    threads: Mutex<Vec<Arc<Notes>>>,
    given_up: Vec<PathBuf>,
    limit: Duration,
}

/// What one thread asks for.
#[derive(Debug, Default)]
struct Notes {
    /// How often it was answered.
    answers: AtomicU64,
    /// What it asks for now, the innermost last.
    asked: Mutex<Vec<PathBuf>>,
}

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which of the watched threads waits.
    pub thread: usize,
    /// How often it was answered before.
    pub answers: u64,
    /// What it asks for.
    pub path: PathBuf,
}

thread_local! {
    static HERE: RefCell<Option<(Arc<Watch>, Arc<Notes>)>> = const { RefCell::new(None) };
}

impl Watch {
    /// Watches nobody yet. What lies at or below a path that is given up is refused.
    pub fn new(given_up: Vec<PathBuf>, limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            threads: Mutex::default(),
            given_up,
            limit,
        })
    }

    /// Watches what the calling thread asks for from now on.
    pub fn over_this_thread(self: &Arc<Self>) {
        let notes = Arc::<Notes>::default();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.push(Arc::clone(&notes));
        HERE.set(Some((Arc::clone(self), notes)));
    }

    /// Everything that is waited for.
    pub fn waiting(&self) -> Vec<Waiting> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |(thread, notes): (usize, &Arc<Notes>)| {
            let asked = notes.asked.lock().unwrap_or_else(PoisonError::into_inner);
            Some(Waiting {
                thread,
                answers: notes.answers.load(Ordering::Relaxed),
                path: asked.last()?.clone(),
            })
        };
        threads.iter().enumerate().filter_map(one).collect()
    }

    fn refuse(&self, path: &Path) -> io::Result<()> {
        if self.given_up.iter().any(|lost| path.starts_with(lost)) {
            return Err(io::Error::new(ErrorKind::TimedOut, no_answer(self.limit)));
        }
        Ok(())
    }
}

/// Why a path was given up, in words.
pub fn no_answer(limit: Duration) -> String {
    format!("no answer within {} s", limit.as_secs_f64())
}

/// A question of this thread; it is answered when this goes.
#[derive(Debug)]
pub struct Asked(Option<Arc<Notes>>);

/// Notes that this thread is about to ask for something at this path; an error where it was given up.
pub fn ask(path: &Path) -> io::Result<Asked> {
    HERE.with_borrow(|here| {
        let Some((watch, notes)) = here else {
            return Ok(Asked(None));
        };
        watch.refuse(path)?;
        let mut asked = notes.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(path.to_owned());
        Ok(Asked(Some(Arc::clone(notes))))
    })
}

impl Asked {
    /// One of several calls for the same path was answered.
    pub fn answered(&self) {
        if let Some(notes) = &self.0 {
            notes.answers.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The same for a library that calls by itself.
    pub(crate) fn listener(&self) -> Option<impl Fn() + Send + 'static + use<>> {
        let notes = Arc::clone(self.0.as_ref()?);
        Some(move || {
            notes.answers.fetch_add(1, Ordering::Relaxed);
        })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(notes) = &self.0 {
            let mut asked = notes.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.pop();
            notes.answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// As [`fs::metadata`].
pub fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let _asked = ask(path.as_ref())?;
    fs::metadata(path)
}

/// As [`fs::symlink_metadata`].
pub fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let _asked = ask(path.as_ref())?;
    fs::symlink_metadata(path)
}

/// As [`fs::canonicalize`].
pub fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let _asked = ask(path.as_ref())?;
    fs::canonicalize(path)
}

/// As [`fs::read_link`].
pub(crate) fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let _asked = ask(path.as_ref())?;
    fs::read_link(path)
}

/// Does it lead to a folder?
pub(crate) fn is_dir(path: impl AsRef<Path>) -> bool {
    metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// As [`fs::read_dir`].
pub fn read_dir(path: impl AsRef<Path>) -> io::Result<Listing> {
    let asked = ask(path.as_ref())?;
    let entries = fs::read_dir(path)?;
    Ok(Listing { entries, asked })
}

/// The names in a folder.
#[derive(Debug)]
pub struct Listing {
    entries: fs::ReadDir,
    asked: Asked,
}

impl Iterator for Listing {
    type Item = io::Result<DirEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.asked.answered();
        self.entries.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a watched thread sees and what its watch sees, with this path given up.
    fn watched<T: Send>(given_up: &str, ask: impl FnOnce(&Watch) -> T + Send) -> T {
        let watch = Watch::new(vec![PathBuf::from(given_up)], Duration::from_secs(7));
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                watch.over_this_thread();
                ask(&watch)
            });
            thread.join().unwrap()
        })
    }

    #[test]
    fn the_innermost_question_is_waited_for_until_it_is_answered() {
        let paths = |watch: &Watch| -> Vec<PathBuf> {
            watch.waiting().into_iter().map(|one| one.path).collect()
        };
        watched("/lost", |watch| {
            assert!(paths(watch).is_empty());
            let outer = ask(Path::new("/a")).unwrap();
            let inner = ask(Path::new("/a/b")).unwrap();
            assert_eq!(paths(watch), [Path::new("/a/b")]);
            let before = watch.waiting()[0].answers;
            drop(inner);
            assert_eq!(paths(watch), [Path::new("/a")]);
            outer.answered();
            assert_eq!(watch.waiting()[0].answers, before + 2);
            drop(outer);
            assert!(paths(watch).is_empty());
        });
    }

    #[test]
    fn what_is_given_up_is_refused_with_all_below_it_and_nothing_beside_it() {
        let check = |path: &str, wanted: bool| {
            let refused = watched("/share/lost", |_| ask(Path::new(path)).is_err());
            assert_eq!(refused, wanted, "{path}");
        };
        check("/share/lost", true);
        check("/share/lost/Backup/Info.plist", true);
        check("/share", false);
        check("/share/lost2", false);
        assert!(ask(Path::new("/share/lost")).is_ok(), "nobody watches here");
        let told = watched("/", |_| metadata(Path::new("/")).unwrap_err());
        assert_eq!(told.to_string(), "no answer within 7 s");
    }
}
