//! One file, read, before it is held against the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::command::Command;
use super::seen::Seen;
use crate::model::management::Answer;
use crate::model::problem::Problem;

/// One file, read: messages that still wait to be paired, and what could not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The file.
    pub(super) path: PathBuf,
    /// What devices told.
    pub(super) replies: Vec<Reply>,
    /// What the server asked.
    pub(super) commands: Vec<Command>,
    /// Messages of what is no iPhone or iPad.
    pub(super) kept_out: Vec<KeptOut>,
    /// What was seen in it, where it is a table of devices.
    pub(super) seen: Vec<Seen>,
    /// What could not be used, or is worth knowing, of this file alone.
    pub(super) problems: Vec<Problem>,
    /// Notes that other files may share; one folder of them makes one note.
    pub(super) shared: Vec<Problem>,
}

/// An answer, and the command that it answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    /// The answer.
    pub(super) answer: Answer,
    /// `CommandUUID`.
    pub(super) command_uuid: Option<String>,
}

/// A message of what is no iPhone or iPad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeptOut {
    /// "a Mac".
    pub(super) family: &'static str,
    /// `UDID` as it stands in the message.
    pub(super) udid: Option<String>,
}

impl Document {
    /// A file that has told nothing yet.
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            replies: Vec::new(),
            commands: Vec::new(),
            kept_out: Vec::new(),
            seen: Vec::new(),
            problems: Vec::new(),
            shared: Vec::new(),
        }
    }

    /// What was seen, where the file is a table of devices.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Kinds of the messages in it, and how many of each.
    pub fn messages(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for reply in &self.replies {
            *kinds.entry(reply.answer.source.kind.as_str()).or_default() += 1;
        }
        kinds
    }

    /// A note that other files may share.
    pub(super) fn share(&mut self, wanted: &str, found: &str, remedy: Option<&str>) {
        let note = Problem::note(&self.path, wanted, found);
        let note = Problem {
            remedy: remedy.map(str::to_owned),
            ..note
        };
        if !self.shared.contains(&note) {
            self.shared.push(note);
        }
    }
}
