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
/// set into sentences. None of them may hold a secret, a phone number or unbounded text out of the file.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Problem {
    /// Where; as given by the user or found below it, not canonicalised.
    #[serde(serialize_with = "super::path_text::lossy")]
    #[schemars(with = "PathBuf")]
    pub path: PathBuf,
    /// What was to be read there: "the Status.plist".
    pub wanted: String,
    /// Why it could not be, or what is worth knowing: "an HTML page", "permission denied".
    pub found: String,
    /// What the admin can do about it; `None` where nothing needs doing.
    pub remedy: Option<String>,
    /// Does the report miss evidence because of it?
    pub level: Level,
    /// What was wrong, for programs: the texts are for people and may change.
    #[serde(default)]
    pub kind: ProblemKind,
}

/// What kind of [`Problem`] it is.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// There is no such file or folder.
    Absent,
    /// The system refuses to open or list it.
    Permission,
    /// It is there, and reading it failed: a disk error, a lost connection.
    ReadError,
    /// A file of 0 bytes, or a folder that holds none of what was looked for.
    Empty,
    /// A link that leads nowhere or is not followed.
    Link,
    /// Its content is with a cloud service and not on this disk.
    NotDownloaded,
    /// It is larger than the limit up to which it is read.
    TooLarge,
    /// It is cut off or broken.
    Damaged,
    /// It is something else, or lacks a part that is needed.
    WrongShape,
    /// A part of it was seen and is not used: rows, entries, values, backups in a recycle bin.
    LeftOut,
    /// A folder or an archive whose content was not searched.
    NotSearched,
    /// Files of one backup contradict each other.
    Contradiction,
    /// Content that is no evidence about an iPhone or iPad.
    Unrelated,
    /// The same folder reached twice; it is read once.
    Repeated,
    /// A password could not be obtained.
    Password,
    /// None of these, or written by a version without kinds.
    #[default]
    Unknown,
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
            kind: ProblemKind::Unknown,
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

    /// The same problem with its kind.
    #[must_use]
    pub fn with_kind(self, kind: ProblemKind) -> Self {
        Self { kind, ..self }
    }

    /// What is wrong, without path and remedy, as words to be set into a sentence: "could not read the
    /// Status.plist: permission denied".
    pub fn reason(&self) -> String {
        let (wanted, found) = (&self.wanted, &self.found);
        match (self.is_unread(), self.kind) {
            (true, ProblemKind::WrongShape | ProblemKind::Empty | ProblemKind::Link) => {
                format!("could not read {wanted}: found {found}")
            }
            (true, _) => format!("could not read {wanted}: {found}"),
            (false, ProblemKind::WrongShape) => format!("not used as {wanted}: {found}"),
            (false, _) => found.clone(),
        }
    }

    /// The problem in plain words, without its path: "Could not read the Status.plist: permission denied.
    /// Run fleetback as a user who may read it."
    pub fn sentence(&self) -> String {
        let what = capital(&self.reason());
        match self
            .remedy
            .as_deref()
            .map(|text| text.trim_end_matches('.'))
        {
            None | Some("") => format!("{what}."),
            Some(remedy) => format!("{what}. {}.", capital(remedy)),
        }
    }

    /// Was there something that could not be read, and not only something worth knowing?
    fn is_unread(&self) -> bool {
        self.level == Level::Incomplete
            || matches!(
                self.kind,
                ProblemKind::Absent
                    | ProblemKind::Permission
                    | ProblemKind::ReadError
                    | ProblemKind::NotDownloaded
                    | ProblemKind::TooLarge
                    | ProblemKind::Damaged
            )
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

/// The text with a capital letter first.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_why_and_what_to_do() {
        let check = |problem: Problem, text: &str| assert_eq!(problem.sentence(), text);
        let refused = Problem::incomplete("a", "the Status.plist", "permission denied");
        check(
            refused.clone().with_remedy("run it as another user"),
            "Could not read the Status.plist: permission denied. Run it as another user.",
        );
        check(
            refused,
            "Could not read the Status.plist: permission denied.",
        );
        let html = |problem: Problem| problem.with_kind(ProblemKind::WrongShape);
        check(
            html(Problem::incomplete("a", "an MDM answer", "an HTML page")),
            "Could not read an MDM answer: found an HTML page.",
        );
        check(
            html(Problem::note("a", "an MDM answer", "plain text")),
            "Not used as an MDM answer: plain text.",
        );
        check(
            Problem::note("a", "backups", "3 files that are no backups"),
            "3 files that are no backups.",
        );
    }

    #[test]
    fn a_result_of_an_earlier_version_has_a_problem_of_unknown_kind() {
        let problem = Problem::note("a", "b", "c").with_kind(ProblemKind::TooLarge);
        let mut value = serde_json::to_value(&problem).unwrap();
        assert_eq!(value["kind"], "too-large");
        value.as_object_mut().unwrap().remove("kind");
        let earlier: Problem = serde_json::from_value(value).unwrap();
        assert_eq!(earlier, problem.with_kind(ProblemKind::Unknown));
    }
}
