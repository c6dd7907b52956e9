//! One document at a time, in any order, then all of them held against one another.
//!
//! A newcomer would judge each answer alone; whether a missing date was ever asked for stands in
//! the command, which is another file, and so may the word that a UDID is an Apple TV's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use super::load::{self, Beginning};
use super::protocol::document::{Reply, WANTED};
use super::protocol::{der, message, other_files};
use super::table::reading::{self, Means};
use super::table::rules::TableRules;
use super::wrapper::{json_shapes, nanomdm_files};
use super::{gather, installed};
use crate::model::evidence::Told;
use crate::model::identity::Udid;
use crate::model::management::Answer;
use crate::model::problem::{Level, Problem};
use crate::source::content::{self, Content};
use crate::source::file::{self, Fault};
use crate::source::text::Text;

pub use super::protocol::document::Document;

/// The largest property list that is read, in bytes. An `InstalledApplicationList` has about one million.
const BYTES_MAX: u64 = 64 << 20;

/// Endings by which a name promises evidence, so that rubbish inside is evidence lost.
const PROMISING: &[&str] = &["plist", "xml", "json"];

/// `CommandUUID` -> queries.
type LeftOut = BTreeMap<String, BTreeSet<&'static str>>;

/// UDID -> what it is, of devices that are no iPhone or iPad.
type Families = BTreeMap<String, &'static str>;

/// Reads one file, whatever it is. Never fails: what could not be used is inside the document.
///
/// `now` caps the file's modification time, by which an answer without a date is dated.
pub fn read_document(path: &Path, now: Timestamp) -> Document {
    read_by_rules(path, now, &TableRules::default(), &|_| {})
}

/// The same with what the user has said of device tables; `heard` is told the bytes as they are read.
pub fn read_by_rules(
    path: &Path,
    now: Timestamp,
    rules: &TableRules,
    heard: &dyn Fn(u64),
) -> Document {
    read_into(Document::new(path, now), rules, now, heard)
}

/// The same, with the names of the keys that were read and of those that were passed over.
pub fn read_to_explain(path: &Path, now: Timestamp, rules: &TableRules) -> Document {
    read_into(Document::new(path, now).watching(), rules, now, &|_| {})
}

fn read_into(
    mut document: Document,
    rules: &TableRules,
    now: Timestamp,
    heard: &dyn Fn(u64),
) -> Document {
    let path = &document.path.clone();
    if nanomdm_files::is_secret(path) {
        let found = "a secret of the MDM server: never opened";
        document.share(WANTED, found, None);
        return document;
    }
    let read = load::begin(path)
        .and_then(|begun| read_begun(&mut document, begun, Means { now, rules, heard }));
    if let Err(fault) = read {
        let problem = Problem::incomplete(path, WANTED, fault.to_string());
        document.problems.push(problem);
    }
    document
}

/// Streams what may be large, and reads the rest as a whole.
fn read_begun(document: &mut Document, begun: Beginning, means: Means<'_>) -> Result<(), Fault> {
    document.file = begun.modified;
    let path = document.path.clone();
    let content = content::tell(&begun.bytes);
    if reading::read(document, &path, &content, means) {
        return Ok(());
    }
    if matches!(content, Content::Json(_)) {
        let text = Text::open(&path, reading::BYTES_MAX, means.heard)?;
        json_shapes::read(document, text.into_reader());
        return Ok(());
    }
    let bytes = if begun.is_all {
        begun.bytes
    } else {
        file::read(&path, BYTES_MAX)?
    };
    (means.heard)(bytes.len() as u64);
    read_bytes(document, &bytes);
    Ok(())
}

fn read_bytes(document: &mut Document, bytes: &[u8]) {
    if nanomdm_files::read(document, bytes) {
        return;
    }
    match content::tell(bytes) {
        Content::Plist(bytes) => message::read_bytes(document, &bytes),
        Content::Signed(bytes) => read_signed(document, bytes),
        other => something_else(document, &other, bytes),
    }
}

/// A property list inside a signature, or a certificate or the like.
fn read_signed(document: &mut Document, bytes: &[u8]) {
    match der::signed_content(bytes) {
        Some(inside) if matches!(content::tell(&inside), Content::Plist(_)) => {
            let found = "a signed file; its content was read and its signature not checked";
            document.share(WANTED, found, None);
            message::read_bytes(document, &inside);
        }
        _ => something_else(document, &Content::Known(content::DER), bytes),
    }
}

/// A file that no parser is asked about.
fn something_else(document: &mut Document, content: &Content<'_>, bytes: &[u8]) {
    if let Some(row) = other_files::of_text(bytes) {
        return message::foreign_note(document, row);
    }
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
            "XML that is neither a property list nor a device record of Jamf Pro",
            Level::Note,
            None,
        ),
        Content::Empty => (
            "an empty file",
            by_promise(name_promises),
            Some("export it again"),
        ),
        Content::Table => (
            "a table whose columns name no devices, or tell nothing else of them",
            Level::Note,
            Some(
                "its columns can be named under [mdm.columns] of fleetback.toml; a table that says \
                 whose device is whose is given with --inventory",
            ),
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
    installed::name_setters(&mut documents);
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
