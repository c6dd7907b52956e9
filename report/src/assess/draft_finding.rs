//! A finding without cause and fix yet.

use std::borrow::Cow;

use fleetback_scanner::model::backup::LocalBackup;
use jiff::Timestamp;

use super::icloud_evidence::DatedFact;
use super::origin::Origin;
use crate::results::{Code, Evidence, Severity, SourceTable};

/// A code, how bad it is here, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftFinding {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) evidence: Vec<DraftEvidence>,
}

/// One fact that a finding rests on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftEvidence {
    /// The fact in plain words.
    pub(crate) text: String,
    pub(crate) origin: Origin,
    /// When it was true.
    pub(crate) observed_at: Option<Timestamp>,
}

impl DraftEvidence {
    /// The same with its document in the table.
    pub(crate) fn filed(self, sources: &mut SourceTable) -> Evidence {
        Evidence {
            text: self.text,
            source: sources.place(&self.origin.source),
            key: self.origin.key,
            observed_at: self.observed_at,
        }
    }
}

impl DraftFinding {
    /// A finding of the code's usual severity.
    pub(crate) fn new(code: Code, evidence: Vec<DraftEvidence>) -> Self {
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
    part: impl Into<Cow<'static, str>>,
    observed_at: Option<Timestamp>,
) -> DraftEvidence {
    DraftEvidence {
        text: text.into(),
        origin: Origin::folder(&backup.path, part),
        observed_at,
    }
}

/// A fact of the MDM or the iCloud log.
pub(crate) fn from_fact<T>(text: impl Into<String>, fact: &DatedFact<T>) -> DraftEvidence {
    DraftEvidence {
        text: text.into(),
        origin: fact.origin.clone(),
        observed_at: Some(fact.observed_at),
    }
}
