//! How far a scan is, told to whoever listens.

/// Hears how far the scan is. Called from many threads, often: keep it cheap.
pub trait Progress: Sync {
    /// Something happened.
    fn tell(&self, event: Event);
    /// Should the scan stop early? Asked between backups.
    fn cancelled(&self) -> bool {
        false
    }
}

/// What [`Progress`] hears. Counts are increments.
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
    /// One document was read.
    DocumentRead,
    /// Payload files checked.
    FilesChecked(u64),
    /// Bytes of the plists and the manifest of one backup, and of its payload where that was read.
    BytesRead(u64),
}

/// A listener that hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: Event) {}
}
