//! A fact with where it was read and how old it is.
//!
//! "The MDM did not say" is `None` of a [`Sourced`], never a default value.

use std::cmp::{Ordering, Reverse};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The document that a fact was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The file, as found.
    pub path: PathBuf,
    /// What the document is, in words for the report: "DeviceInformation answer".
    pub kind: String,
    /// When the facts in it were true, as far as is known.
    pub observed_at: Timestamp,
    /// Which clock dated [`Source::observed_at`].
    pub clock: TimestampSource,
}

/// Where the age of a document comes from, best first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampSource {
    /// A wrapper around the answer says when it came (`created_at` of a webhook event).
    Wrapper,
    /// The row of a table says when the console collected its facts, or last heard of the device.
    Row,
    /// The newest date inside the document: it cannot be older than that.
    NewestDateInside,
    /// The file's modification time; a copy of the file may be younger than its facts.
    FileTime,
    /// The file's modification time lay after the run's `now` and was taken to be `now`.
    FileTimeInFuture,
}

/// A fact and the document that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sourced<T> {
    /// The fact.
    pub value: T,
    /// Where it was read.
    pub source: Arc<Source>,
}

impl<T> Sourced<T> {
    /// A fact out of a document.
    pub fn new(value: T, source: &Arc<Source>) -> Self {
        Self {
            value,
            source: Arc::clone(source),
        }
    }

    /// When the fact was true.
    pub fn observed_at(&self) -> Timestamp {
        self.source.observed_at
    }
}

impl<T: PartialOrd> Sourced<T> {
    /// Which of two tellings of one fact counts: the younger; of two equally old ones the better
    /// clock, then the one whose path sorts last. Depends on nothing but the two, so the order in
    /// which files are read cannot change a report.
    pub fn rank(&self, other: &Self) -> Ordering {
        self.source.rank(&other.source).then_with(|| {
            self.value
                .partial_cmp(&other.value)
                .unwrap_or(Ordering::Equal)
        })
    }
}

impl Source {
    /// Which of two documents counts, see [`Sourced::rank`].
    pub fn rank(&self, other: &Self) -> Ordering {
        let key = |s: &Self| (s.observed_at, Reverse(s.clock));
        key(self)
            .cmp(&key(other))
            .then_with(|| self.path.cmp(&other.path))
            .then_with(|| self.kind.cmp(&other.kind))
    }
}
