//! A finding without cause and fix yet.

use std::path::Path;

use fleetback_scanner::model::backup::LocalBackup;
use jiff::Timestamp;

use super::icloud_evidence::DatedFact;
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
