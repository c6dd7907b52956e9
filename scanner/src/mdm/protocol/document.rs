//! One file, read, before it is held against the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::answer::AnswerBuilder;
use super::envelope::{self, Command};
use super::explain::{Keys, TableSummary};
use crate::mdm::date::age;
use crate::model::evidence::{Source, TimestampSource};
use crate::model::fleet::ExportSummary;
use crate::model::management::Answer;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::file::Fault;

const EXPORT_AGAIN: &str =
    "export it again; a copy that was shortened, redacted or retyped cannot be read";

/// One file, read: messages that still wait to be paired, and what could not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its modification time.
    pub(crate) file: Timestamp,
    /// The run's `now`.
    now: Timestamp,
    /// What devices answered.
    pub(crate) replies: Vec<Reply>,
    /// What the server asked.
    pub(crate) commands: Vec<Command>,
    /// Messages of what is no iPhone or iPad.
    pub(crate) excluded: Vec<Excluded>,
    /// What was seen in it, where it is a table of devices.
    pub(crate) tables: Vec<TableSummary>,
    /// Is it reported which keys were read?
    watches: bool,
    /// Kind of message -> its keys, where that is reported.
    keys: BTreeMap<String, Keys>,
    /// Configuration profiles: which restrictions each would set on a device that has it.
    pub(crate) profiles: Vec<ProfileFile>,
    /// What could not be used, or is worth knowing, of this file alone.
    pub(crate) problems: Vec<Problem>,
    /// Notes that other files may share; one folder of them makes one note.
    pub(crate) shared: Vec<Problem>,
}

/// An answer, and the command that it answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    /// The answer.
    pub(crate) answer: Answer,
    /// `CommandUUID`.
    pub(crate) command_uuid: Option<String>,
}

/// A configuration profile in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfileFile {
    /// `PayloadIdentifier`.
    pub(crate) identifier: String,
    /// The restrictions about backups that it sets, whatever to.
    pub(crate) sets: BTreeSet<&'static str>,
}

/// A message of what is no iPhone or iPad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Excluded {
    /// "a Mac".
    pub(crate) family: &'static str,
    /// `UDID` as it stands in the message.
    pub(crate) udid: Option<String>,
}

/// What the server asked; beside the answer it separates "not asked" from "no answer".
const COMMAND: &str = "command of the server, to be held against its answer";

/// What is looked for in every file.
pub(crate) const WANTED: &str = "an MDM answer, check-in, command or webhook event";

impl Document {
    /// A file of which nothing was read yet, in a run at `now`.
    pub(crate) fn new(path: &Path, now: Timestamp) -> Self {
        Self {
            path: path.to_owned(),
            file: now,
            now,
            replies: Vec::new(),
            commands: Vec::new(),
            excluded: Vec::new(),
            tables: Vec::new(),
            watches: false,
            keys: BTreeMap::new(),
            profiles: Vec::new(),
            problems: Vec::new(),
            shared: Vec::new(),
        }
    }

    /// The same, and which keys are read is kept beside what they say.
    pub(crate) fn watching(self) -> Self {
        Self {
            watches: true,
            ..self
        }
    }

    /// Gives back the room that its lists have to spare: of a hundred thousand files, each with one answer, it
    /// is more than what they say.
    pub(crate) fn give_back_room(&mut self) {
        self.replies.shrink_to_fit();
        self.problems.shrink_to_fit();
        self.shared.shrink_to_fit();
    }

    /// The keys of each kind of message, of a document that was read to be explained.
    pub fn keys(&self) -> &BTreeMap<String, Keys> {
        &self.keys
    }

    /// Sorts the keys of one message, where that is reported.
    pub(crate) fn note_keys(
        &mut self,
        kind: &str,
        all: impl FnOnce() -> Vec<String>,
        is_read: impl Fn(&str) -> bool,
    ) {
        if !self.watches {
            return;
        }
        let keys = self.keys.entry(kind.to_owned()).or_default();
        for path in all() {
            if is_read(&path) {
                keys.read.insert(path);
            } else {
                keys.ignored.insert(path);
            }
        }
        // one message without a key does not make it one that is passed over
        keys.ignored.retain(|path| !keys.read.contains(path));
    }

    /// What became of the file, in figures.
    pub(crate) fn export_summary(&self) -> ExportSummary {
        let named = self.replies.iter().map(|reply| &reply.answer);
        let sure =
            named.filter(|answer| !answer.identity.is_empty() && !answer.management.kind_unsure);
        let mut summary = ExportSummary {
            path: self.path.clone(),
            files: 1,
            devices: sure.clone().count() as u64,
            newest: sure.map(|answer| answer.source.observed_at).max(),
            ..ExportSummary::default()
        };
        for kind in self.messages().into_keys() {
            summary.recognised.insert(kind.to_owned(), 1);
        }
        for table in &self.tables {
            summary.recognised.insert(table.source.clone(), 1);
            summary.columns_not_read += table.ignored.len() as u64;
            summary.unsure += table.unsure;
        }
        for one in &self.excluded {
            *summary.left_out.entry(one.family.to_owned()).or_default() += 1;
        }
        summary
    }

    /// What was seen, where the file is a table of devices.
    pub fn tables(&self) -> &[TableSummary] {
        &self.tables
    }

    /// Kinds of the messages in it, and how many of each.
    pub fn messages(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for reply in &self.replies {
            *kinds.entry(reply.answer.source.kind.as_str()).or_default() += 1;
        }
        if !self.commands.is_empty() {
            kinds.insert(COMMAND, self.commands.len());
        }
        kinds
    }

    /// An answer in the making, dated by the best clock there is: `wrapper` is a date around the
    /// answer, `inside` the newest date in it.
    pub(crate) fn builder(
        &mut self,
        kind: &str,
        wrapper: Option<Timestamp>,
        inside: Option<Timestamp>,
    ) -> AnswerBuilder {
        let (observed_at, clock) = age::observed(wrapper, inside, self.file, self.now);
        self.note_clocks(wrapper, clock);
        let mut builder = AnswerBuilder::new(Arc::new(Source {
            path: self.path.clone(),
            kind: kind.to_owned(),
            observed_at,
            clock,
        }));
        builder.looked_at = self.watches.then(BTreeSet::new);
        builder
    }

    fn note_clocks(&mut self, wrapper: Option<Timestamp>, clock: TimestampSource) {
        let remedy = Some("check the clock of the computer that wrote it");
        if wrapper.is_some_and(|date| date > self.now) {
            let found = "a date of its own after the time of this scan; the file's time was used";
            self.add_shared_note_of(ProblemKind::Unknown, "evidence of the past", found, remedy);
        }
        if clock == TimestampSource::FileTimeInFuture {
            let found = "a modification time after the time of this scan; taken to be now";
            self.add_shared_note_of(ProblemKind::Unknown, "the age of an answer", found, remedy);
        }
    }

    /// Takes in a finished answer.
    pub(crate) fn take(&mut self, mut builder: AnswerBuilder, command_uuid: Option<String>) {
        let hidden = envelope::hidden(&builder);
        self.problems.append(&mut builder.problems);
        self.replies.push(Reply {
            answer: Answer {
                identity: builder.identity,
                hidden,
                management: Box::new(builder.management),
                source: builder.source,
            },
            command_uuid,
        });
    }

    /// Counts a message of what is no iPhone or iPad.
    pub(crate) fn exclude(&mut self, family: &'static str, udid: Option<String>) {
        self.excluded.push(Excluded { family, udid });
    }

    /// Evidence that should have been readable.
    pub(crate) fn add_problem(&mut self, wanted: &str, found: &str) {
        self.add_problem_with_remedy(wanted, found, EXPORT_AGAIN);
    }

    /// A file that could not be parsed.
    pub(crate) fn add_fault(&mut self, wanted: &str, fault: &Fault) {
        let problem = fault.incomplete(&self.path, wanted);
        self.problems.push(problem.with_remedy(EXPORT_AGAIN));
    }

    /// The same, with something better to do about it.
    pub(crate) fn add_problem_with_remedy(&mut self, wanted: &str, found: &str, remedy: &str) {
        let problem = Problem::incomplete(&self.path, wanted, found)
            .with_kind(ProblemKind::WrongShape)
            .with_remedy(remedy);
        self.problems.push(problem);
    }

    /// Has nothing been said of this file?
    pub(crate) fn is_silent(&self) -> bool {
        self.replies.is_empty()
            && self.commands.is_empty()
            && self.excluded.is_empty()
            && self.problems.is_empty()
            && self.shared.is_empty()
    }

    /// A note that other files may share, on content of another form than wanted.
    pub(crate) fn add_shared_note(&mut self, wanted: &str, found: &str, remedy: Option<&str>) {
        self.add_shared_note_of(ProblemKind::WrongShape, wanted, found, remedy);
    }

    /// A note of any kind that other files may share.
    pub(crate) fn add_shared_note_of(
        &mut self,
        kind: ProblemKind,
        wanted: &str,
        found: &str,
        remedy: Option<&str>,
    ) {
        let note = Problem::note(&self.path, wanted, found);
        let note = Problem {
            remedy: remedy.map(str::to_owned),
            kind,
            ..note
        };
        if !self.shared.contains(&note) {
            self.shared.push(note);
        }
    }
}
