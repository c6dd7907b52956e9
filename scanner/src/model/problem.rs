//! What could not be used, said so that an admin can act on it.
//!
//! A problem never ends a scan and is never dropped: a folder that could not be read must not look
//! like one without backups. So a problem is a result like any other, not an `Err`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One file or folder that could not be used, or that was something else than hoped for.
///
/// The texts are plain words that begin in lower case and have no full stop at the end, for they are
/// set into a sentence: "wanted …, found …; remedy". None of them may hold a
/// secret, a phone number or unbounded text out of the file.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Problem {
    /// Where; as given by the user or found below it, not canonicalised.
    #[serde(serialize_with = "super::path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// What was wanted there: "a Status.plist with the key SnapshotState".
    pub wanted: String,
    /// What was found instead: "an HTML page", "permission denied".
    pub found: String,
    /// What the admin can do about it; `None` where nothing needs doing.
    pub remedy: Option<String>,
    /// Does the report miss evidence because of it?
    pub level: Level,
}

/// How much a [`Problem`] weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing; nothing is missing from the report.
    Note,
    /// Evidence that should have been readable is missing: the run ends with exit code 3.
    Incomplete,
}

impl Problem {
    /// A problem that leaves the report incomplete.
    pub fn incomplete(
        path: impl Into<PathBuf>,
        wanted: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            wanted: wanted.into(),
            found: found.into(),
            remedy: None,
            level: Level::Incomplete,
        }
    }

    /// Something that is merely worth knowing.
    pub fn note(
        path: impl Into<PathBuf>,
        wanted: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Note,
            ..Self::incomplete(path, wanted, found)
        }
    }

    /// The same problem with what to do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }
}
