//! One document at a time, in any order, then all of them held against one another.
//!
//! A newcomer would judge each answer alone; whether a missing date was ever asked for stands in
//! the command, which is another file, and so may the word that a UDID is an Apple TV's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use plist::Dictionary;

use super::content::{self, Content};
use super::document::{KeptOut, Reply};
use super::draft::Draft;
use super::export::{self, Means};
use super::kind::{self, Kind, Message};
use super::load::load;
use super::rules::TableRules;
use super::{age, command, envelope, foreign, gather, platform, webhook};
use crate::model::evidence::{Clock, Source, Told};
use crate::model::identity::Udid;
use crate::model::management::Answer;
use crate::model::problem::{Level, Problem};
use crate::source::plist as property_list;

pub use super::document::Document;

/// The largest document that is read, in bytes. An `InstalledApplicationList` has about one million.
const BYTES_MAX: u64 = 64 << 20;

const WANTED: &str = "an MDM answer, check-in, command or webhook event";

/// Endings by which a name promises evidence, so that rubbish inside is evidence lost.
const PROMISING: &[&str] = &["plist", "xml", "json"];

/// `CommandUUID` -> queries.
type LeftOut = BTreeMap<String, BTreeSet<&'static str>>;

/// UDID -> what it is, of devices that are no iPhone or iPad.
type Families = BTreeMap<String, &'static str>;

/// The two clocks outside a document.
#[derive(Debug, Clone, Copy)]
struct Times {
    file: Timestamp,
    now: Timestamp,
}

/// Reads one file, whatever it is. Never fails: what could not be used is inside the document.
///
/// `now` caps the file's modification time, by which an answer without a date is dated.
pub fn read_document(path: &Path, now: Timestamp) -> Document {
    read_by_rules(path, now, &TableRules::default(), &|_| {})
}

/// The same with what the user has said of device tables; `heard` is told the bytes of tables as they
/// are read.
pub fn read_by_rules(
    path: &Path,
    now: Timestamp,
    rules: &TableRules,
    heard: &dyn Fn(u64),
) -> Document {
    let mut document = Document::new(path);
    if export::read(&mut document, path, Means { now, rules, heard }) {
        return document;
    }
    match load(path, BYTES_MAX) {
        Ok((bytes, file)) => read_bytes(&mut document, &bytes, Times { file, now }),
        Err(fault) => {
            let problem = Problem::incomplete(path, WANTED, fault.to_string());
            document.problems.push(problem);
        }
    }
    document
}

fn read_bytes(document: &mut Document, bytes: &[u8], times: Times) {
    match content::tell(bytes) {
        Content::Plist(bytes) => match property_list::parse_dictionary(&bytes) {
            Ok(root) => read_message(document, &root, None, times),
            Err(fault) => lost(document, WANTED, &fault.to_string()),
        },
        Content::Json(bytes) => read_json(document, &bytes, times),
        other => something_else(document, &other),
    }
}

fn lost(document: &mut Document, wanted: &str, found: &str) {
    let problem = Problem::incomplete(&document.path, wanted, found).with_remedy(
        "export it again; a copy that was shortened, redacted or retyped cannot be read",
    );
    document.problems.push(problem);
}

/// One message of one device, or a command, or something else in the form of a property list.
fn read_message(
    document: &mut Document,
    root: &Dictionary,
    wrapper: Option<Timestamp>,
    times: Times,
) {
    if let Some(family) = platform::other_family(root) {
        let udid = envelope::text(root, "UDID").map(str::to_owned);
        document.kept_out.push(KeptOut { family, udid });
        return;
    }
    match kind::tell(root) {
        Kind::Message(message) => read_reply(document, message, root, wrapper, times),
        Kind::Command => match command::read(root) {
            Some(command) => document.commands.push(command),
            None => document.share(WANTED, "a command that no answer can be paired with", None),
        },
        Kind::Foreign(row) => foreign_note(document, row),
        Kind::Unknown => document.share(WANTED, "a property list that is none of them", None),
    }
}

fn read_reply(
    document: &mut Document,
    message: &Message,
    root: &Dictionary,
    wrapper: Option<Timestamp>,
    times: Times,
) {
    let (observed_at, clock) = age::observed(wrapper, age::inside(root), times.file, times.now);
    note_clocks(document, wrapper, clock, times);
    let mut draft = Draft::new(Arc::new(Source {
        path: document.path.clone(),
        kind: message.name.to_owned(),
        observed_at,
        clock,
    }));
    envelope::read(&mut draft, root);
    (message.read)(&mut draft, root);
    let hidden = envelope::hidden(&draft);
    document.problems.append(&mut draft.problems);
    document.replies.push(Reply {
        answer: Answer {
            identity: draft.identity,
            hidden,
            management: draft.management,
            source: draft.source,
        },
        command_uuid: envelope::text(root, "CommandUUID").map(str::to_owned),
    });
}

fn note_clocks(document: &mut Document, wrapper: Option<Timestamp>, clock: Clock, times: Times) {
    let remedy = Some("check the clock of the computer that wrote it");
    if wrapper.is_some_and(|date| date > times.now) {
        let found = "created_at after the time of this scan; the file's time was used";
        document.share("an event of the past", found, remedy);
    }
    if clock == Clock::FileTimeInFuture {
        let found = "a modification time after the time of this scan; taken to be now";
        document.share("the age of an answer", found, remedy);
    }
}

/// JSON values one after another, or arrays of them: each may be an event.
fn read_json(document: &mut Document, bytes: &[u8], times: Times) {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
    for value in values {
        match value {
            Ok(serde_json::Value::Array(items)) => {
                for item in &items {
                    read_json_value(document, item, times);
                }
            }
            Ok(value) => read_json_value(document, &value, times),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let found =
                    format!("JSON that breaks off or is damaged at line {line}, column {column}");
                lost(document, WANTED, &found);
            }
        }
    }
}

fn read_json_value(document: &mut Document, value: &serde_json::Value, times: Times) {
    if let Some(event) = webhook::read(value) {
        match event.message {
            Ok(root) => read_message(document, &root, event.created_at, times),
            Err(found) => lost(document, "a webhook event with its message", &found),
        }
        return;
    }
    match foreign::among(foreign::JSON, |key| value.get(key).is_some()) {
        Some(row) => foreign_note(document, row),
        None => document.share(WANTED, "JSON that is none of them", None),
    }
}

fn foreign_note(document: &mut Document, row: &foreign::Foreign) {
    let found = format!("{}: recognised, not read by this version", row.name);
    document.share(WANTED, &found, row.remedy);
}

/// A file that no parser is asked about.
fn something_else(document: &mut Document, content: &Content<'_>) {
    let name_promises = document
        .path
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| PROMISING.iter().any(|p| p.eq_ignore_ascii_case(ending)));
    let (found, level, remedy) = match content {
        Content::Html => (
            "an HTML page",
            Level::Incomplete,
            Some("it may be a login page that was saved in place of the export; export it again"),
        ),
        Content::Xml => (
            "XML that is no property list: not read by this version",
            Level::Note,
            None,
        ),
        Content::Empty => (
            "an empty file",
            by_promise(name_promises),
            Some("export it again"),
        ),
        Content::Table => (
            "a table: not read by this version as an MDM export",
            Level::Note,
            Some("a table that says whose device is whose is given with --inventory"),
        ),
        Content::Known(name) => (
            *name,
            by_promise(name_promises),
            Some("unpack it, if it holds exports"),
        ),
        Content::Text => ("plain text", by_promise(name_promises), None),
        _ => (
            "neither a property list nor JSON nor text",
            by_promise(name_promises),
            None,
        ),
    };
    if level == Level::Note {
        return document.share(WANTED, found, remedy);
    }
    let problem = Problem::incomplete(&document.path, WANTED, found);
    document.problems.push(Problem {
        remedy: remedy.map(str::to_owned),
        ..problem
    });
}

fn by_promise(promised: bool) -> Level {
    if promised {
        Level::Incomplete
    } else {
        Level::Note
    }
}

/// Holds commands against their answers, leaves out what is no iPhone or iPad, and gathers notes
/// that many files share. The result does not depend on the order of the documents.
pub fn pair(mut documents: Vec<Document>) -> (Vec<Answer>, Vec<Problem>) {
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    let left_out = queries_left_out(&documents);
    let kept_out = kept_out_udids(&documents);
    let (mut answers, mut problems, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for mut document in documents {
        let (out, kept) = std::mem::take(&mut document.replies)
            .into_iter()
            .partition::<Vec<_>, _>(|reply| family_of(reply, &kept_out).is_some());
        note_kept_out(&mut document, &out, &kept_out);
        answers.extend(kept.into_iter().map(|reply| settle(reply, &left_out)));
        problems.append(&mut document.problems);
        notes.append(&mut document.shared);
    }
    problems.extend(gather::gather(notes));
    problems.sort();
    (answers, problems)
}

/// Command -> the queries about backups that it leaves out.
fn queries_left_out(documents: &[Document]) -> LeftOut {
    let commands = documents.iter().flat_map(|document| &document.commands);
    let mut left_out = LeftOut::new();
    for command in commands {
        if let Some(queries) = &command.left_out {
            let known = left_out.entry(command.uuid.clone()).or_default();
            known.extend(queries);
        }
    }
    left_out
}

/// UDID -> family, of every device that any of its messages tells to be no iPhone or iPad.
fn kept_out_udids(documents: &[Document]) -> Families {
    let kept_out = documents.iter().flat_map(|document| &document.kept_out);
    kept_out
        .filter_map(|one| {
            let udid = Udid::parse(one.udid.as_deref()?)?;
            Some((udid.as_str().to_owned(), one.family))
        })
        .collect()
}

fn family_of(reply: &Reply, kept_out: &Families) -> Option<&'static str> {
    let udid = reply.answer.identity.udid.as_ref()?;
    kept_out.get(udid.as_str()).copied()
}

fn note_kept_out(document: &mut Document, out: &[Reply], kept_out: &Families) {
    let by_reply = out.iter().filter_map(|reply| family_of(reply, kept_out));
    let mut own = std::mem::take(&mut document.kept_out);
    if !document.seen.is_empty() {
        // a table has counted its own
        own.clear();
    }
    let families: BTreeSet<&str> = own.iter().map(|one| one.family).chain(by_reply).collect();
    for family in families {
        let found = format!("a message of {family}: left out");
        document.share("messages of iPhones and iPads", &found, None);
    }
}

fn settle(reply: Reply, left_out: &LeftOut) -> Answer {
    let Reply {
        mut answer,
        command_uuid,
    } = reply;
    let left_out = command_uuid.and_then(|uuid| left_out.get(&uuid));
    let is_inventory = answer.management.last_inventory.is_some();
    if let Some(queries) = left_out.filter(|_| is_inventory) {
        answer.management.cloud_date_could_be_told &= !queries.contains("LastCloudBackupDate");
        let queries = queries.iter().map(|query| (*query).to_owned()).collect();
        answer.management.backup_queries_left_out = Some(Told::new(queries, &answer.source));
    }
    answer
}
