//! Where a fact was read: the document, and the key or the part of it.

use std::borrow::Cow;
use std::path::Path;

use fleetback_scanner::model::backup::LocalBackup;
use fleetback_scanner::model::evidence::Source;

use crate::results::EvidenceSource;

/// The document, and the key or the part of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    pub(crate) source: EvidenceSource,
    pub(crate) key: Option<Cow<'static, str>>,
}

impl Origin {
    /// Something that has a name and no parts.
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self {
            source: EvidenceSource {
                name: name.into(),
                ..EvidenceSource::default()
            },
            key: None,
        }
    }

    /// A document of an MDM, as a whole.
    pub(crate) fn document(source: &Source) -> Self {
        Self {
            source: EvidenceSource {
                name: source.path.display().to_string(),
                kind: Some(source.kind.clone()),
                date: None,
            },
            key: None,
        }
    }

    /// A file or another part of a backup folder.
    pub(crate) fn folder(path: &Path, part: impl Into<Cow<'static, str>>) -> Self {
        Self::named(path.display().to_string()).key(part)
    }

    /// The iCloud log inside a backup.
    pub(crate) fn log(backup: &LocalBackup, file: &str) -> Self {
        Self::folder(&backup.path, format!("{file} inside the backup"))
    }

    /// The same, and the key that was read.
    pub(crate) fn key(self, key: impl Into<Cow<'static, str>>) -> Self {
        Self {
            key: Some(key.into()),
            ..self
        }
    }
}
