//! A finding without cause and fix yet.

use std::path::Path;

use fleetback_scanner::model::backup::LocalBackup;
use jiff::Timestamp;

use super::icloud_evidence::DatedFact;
use crate::format::{count, whole_days};
use crate::results::{Code, Evidence, Severity};

/// A code, how bad it is here, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftFinding {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) evidence: Vec<Evidence>,
}

impl DraftFinding {
    /// A finding of the code's usual severity.
    pub(crate) fn new(code: Code, evidence: Vec<Evidence>) -> Self {
        Self {
            code,
            severity: code.about().severity,
            evidence,
        }
    }

    /// The same finding, as bad as this.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}

/// A fact out of a backup folder.
pub(crate) fn from_backup(
    text: impl Into<String>,
    backup: &LocalBackup,
    key: &str,
    observed_at: Option<Timestamp>,
) -> Evidence {
    Evidence {
        text: text.into(),
        source: in_file(&backup.path, key),
        observed_at,
    }
}

/// A fact of the MDM or the iCloud log.
pub(crate) fn from_fact<T>(text: impl Into<String>, fact: &DatedFact<T>) -> Evidence {
    Evidence {
        text: text.into(),
        source: fact.source.clone(),
        observed_at: Some(fact.observed_at),
    }
}

/// "/backups/0000…, Status.plist SnapshotState".
pub(crate) fn in_file(path: &Path, key: &str) -> String {
    format!("{}, {key}", path.display())
}

/// "5 days", from one moment to a later one, whole days only.
pub(crate) fn days_between(earlier: Timestamp, later: Timestamp) -> String {
    let days = whole_days(earlier, later);
    count(days.unsigned_abs(), "day", "days")
}

/// "12.3 GB", in powers of ten, as disks are sold.
#[allow(clippy::cast_precision_loss)] // one decimal is shown
pub(crate) fn size(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}
