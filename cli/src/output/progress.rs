//! How far the scan is, on standard error.
//!
//! Events come from many threads, for every backup and for every batch of files: a counter
//! is added to, and the bars draw themselves a few times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use fleetback_scanner::scan::{Event, Progress};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle as BarStyle};

use crate::output::messages::Verbosity;
use crate::output::terminal::{ProgressStyle, Terminal};

/// While walking: the total is not known yet.
const WALKING: &str = "{spinner} looking for backups: {wide_msg}";
/// While reading. The bar counts thousandths, so that it moves within one large export too.
const READING: &str = "{bar:24} {eta} left; {wide_msg}";

/// Of one backup or document.
const THOUSANDTHS: u64 = 1000;

/// Receives the events of a scan, draws the progress, and knows whether it was interrupted.
#[derive(Debug)]
pub(crate) struct Listener {
    bar: ProgressBar,
    style: ProgressStyle,
    verbosity: Verbosity,
    counts: Counts,
    interrupted: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Counts {
    backups: AtomicU64,
    documents: AtomicU64,
    read: AtomicU64,
    /// Thousandths of documents that are being read.
    parts: AtomicI64,
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Listener {
    /// A listener in the style that this terminal allows.
    pub(crate) fn new(terminal: Terminal, interrupted: &Arc<AtomicBool>) -> Self {
        let style = terminal.progress_style();
        let bar = match style {
            ProgressStyle::Bars => ProgressBar::new_spinner().with_style(bar_style(WALKING)),
            _ => ProgressBar::hidden(),
        };
        // The bar starts a thread for it, and panics where it cannot.
        if style == ProgressStyle::Bars && std::thread::Builder::new().spawn(|| ()).is_ok() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            bar,
            style,
            verbosity: terminal.verbosity,
            counts: Counts::default(),
            interrupted: Arc::clone(interrupted),
        }
    }

    /// So many backups are read once more, deeper.
    pub(crate) fn add_rechecks(&self, backups: u64) {
        self.counts.backups.fetch_add(backups, Ordering::Relaxed);
        self.bar.set_length(self.found() * THOUSANDTHS);
    }

    /// Takes the bars off the terminal.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn found(&self) -> u64 {
        self.counts.backups.load(Ordering::Relaxed) + self.counts.documents.load(Ordering::Relaxed)
    }

    fn show_found(&self) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!(
                "{} backups, {} documents",
                HumanCount(self.counts.backups.load(Ordering::Relaxed)),
                HumanCount(self.counts.documents.load(Ordering::Relaxed)),
            ));
        }
    }

    fn show_checked(&self) {
        if !self.bar.is_hidden() {
            let read = HumanCount(self.counts.read.load(Ordering::Relaxed));
            let found = HumanCount(self.found());
            let checked = self.checked();
            self.bar
                .set_message(format!("{read} of {found} read, {checked}"));
        }
    }

    fn checked(&self) -> String {
        let files = HumanCount(self.counts.files.load(Ordering::Relaxed));
        match self.counts.bytes.load(Ordering::Relaxed) {
            0 => format!("{files} files checked"),
            bytes => format!("{files} files and {} checked", HumanBytes(bytes)),
        }
    }

    fn discovered(&self) {
        self.bar.set_style(bar_style(READING));
        self.bar.set_length(self.found() * THOUSANDTHS);
        if self.style == ProgressStyle::Lines {
            self.verbosity
                .note(&format!("{} to read", HumanCount(self.found())));
        }
    }

    fn show_position(&self) {
        let whole = self.counts.read.load(Ordering::Relaxed) * THOUSANDTHS;
        let parts = self.counts.parts.load(Ordering::Relaxed);
        self.bar.set_position(whole.saturating_add_signed(parts));
    }

    /// One more backup or document is read.
    fn read(&self) {
        let read = self.counts.read.fetch_add(1, Ordering::Relaxed) + 1;
        self.show_position();
        self.show_checked();
        let all = self.found();
        let tenth = |n: u64| n * 10 / all.max(1);
        if self.style == ProgressStyle::Lines && tenth(read) != tenth(read - 1) {
            self.verbosity.note(&format!(
                "{} of {} read, {}",
                HumanCount(read),
                HumanCount(all),
                self.checked()
            ));
        }
    }
}

impl Progress for Listener {
    fn report(&self, event: Event) {
        let add = |count: &AtomicU64, n| count.fetch_add(n, Ordering::Relaxed);
        match event {
            Event::BackupsFound(n) => {
                add(&self.counts.backups, n);
                self.show_found();
            }
            Event::DocumentsFound(n) => {
                add(&self.counts.documents, n);
                self.show_found();
            }
            Event::Discovered => self.discovered(),
            Event::BackupRead | Event::DocumentRead => self.read(),
            Event::DocumentPart(thousandths) => {
                let parts = &self.counts.parts;
                parts.fetch_add(thousandths, Ordering::Relaxed);
                self.show_position();
            }
            Event::FilesChecked(n) => {
                add(&self.counts.files, n);
                self.show_checked();
            }
            Event::BytesRead(n) => {
                add(&self.counts.bytes, n);
                self.show_checked();
            }
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// Shows nothing, and knows whether the program was interrupted.
#[derive(Debug)]
pub(crate) struct Stoppable(Arc<AtomicBool>);

impl Stoppable {
    pub(crate) fn new(interrupted: &Arc<AtomicBool>) -> Self {
        Self(Arc::clone(interrupted))
    }
}

impl Progress for Stoppable {
    fn report(&self, _: Event) {}

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The templates are ours; should one be wrong, the plain bar is shown.
fn bar_style(template: &str) -> BarStyle {
    BarStyle::with_template(template).unwrap_or_else(|_| BarStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_templates() {
        for template in [WALKING, READING] {
            assert!(BarStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
