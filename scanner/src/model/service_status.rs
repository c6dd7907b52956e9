//! What Apple said of its services, from `--system-status FILE`.

use std::path::PathBuf;

use jiff::Timestamp;

/// Apple's status page as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStatus {
    /// The file.
    pub path: PathBuf,
    /// When it was fetched, by the file's time; at least as late as the newest date in it, and never
    /// after the scan.
    pub observed_at: Timestamp,
    /// Every event of every service, oldest first.
    pub events: Vec<ServiceEvent>,
}

/// One event of one service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceEvent {
    /// When it began.
    pub start: Timestamp,
    /// When it ended; `None` while it goes on.
    pub end: Option<Timestamp>,
    /// The service: "iCloud Backup".
    pub service: String,
    /// Apple's word: "Outage", "Issue", "Maintenance".
    pub kind: String,
}
