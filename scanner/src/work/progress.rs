//! How far a scan is, for a progress display.

use std::cell::Cell;

/// Gets events of the scan. Called from many threads, often: keep it cheap.
pub trait Progress: Sync {
    /// Something happened.
    fn report(&self, event: Event);
    /// Should the scan stop early? Asked between backups.
    fn cancelled(&self) -> bool {
        false
    }
}

/// What [`Progress`] gets. Counts are increments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Backup folders found while walking.
    BackupsFound(u64),
    /// MDM documents found while walking.
    DocumentsFound(u64),
    /// Walking is done: the counts found are final.
    Discovered,
    /// One backup was read and checked.
    BackupRead,
    /// Thousandths of one large document; they are taken back (a negative number) before it counts as
    /// read.
    DocumentPart(i64),
    /// One document was read.
    DocumentRead,
    /// Payload files checked.
    FilesChecked(u64),
    /// Bytes of the plists and the manifest of one backup, of its payload where that was read, and of
    /// documents.
    BytesRead(u64),
}

/// How far the reading of one document is.
pub(crate) struct Part<'p> {
    progress: &'p dyn Progress,
    /// The file's length; 0 for a document that is read in no time.
    bytes: u64,
    read: Cell<u64>,
    reported: Cell<i64>,
}

/// From this length on a document is reported in parts, in bytes.
const LARGE_BYTES: u64 = 4 << 20;

impl<'p> Part<'p> {
    /// A document of so many bytes that is about to be read.
    pub(crate) fn new(bytes: u64, progress: &'p dyn Progress) -> Self {
        Self {
            progress,
            bytes: if bytes < LARGE_BYTES { 0 } else { bytes },
            read: Cell::new(0),
            reported: Cell::new(0),
        }
    }

    /// So many more bytes of it were read.
    pub(crate) fn on_bytes(&self, bytes: u64) {
        self.progress.report(Event::BytesRead(bytes));
        self.read.set(self.read.get() + bytes);
        let thousandths = self.read.get().saturating_mul(1000).checked_div(self.bytes);
        let thousandths = thousandths.map_or(0, |part| part.min(1000) as i64);
        if thousandths > self.reported.get() {
            let more = thousandths - self.reported.replace(thousandths);
            self.progress.report(Event::DocumentPart(more));
        }
    }

    /// All of it was read.
    pub(crate) fn done(self) {
        if self.reported.get() > 0 {
            self.progress
                .report(Event::DocumentPart(-self.reported.get()));
        }
        self.progress.report(Event::DocumentRead);
    }
}

/// A listener that ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: Event) {}
}
