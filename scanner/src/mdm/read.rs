//! One document at a time, in any order.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use super::plist_file;
use super::protocol::document::WANTED;
use super::protocol::{der, message, other_files};
use super::table::export;
use super::table::reading::{self, ReadContext};
use super::table::rules::TableRules;
use super::wrapper::{ideviceinfo, json_shapes, nanomdm_files};
use crate::model::problem::{Problem, ProblemKind};
use crate::source::content::{self, Content};
use crate::source::file::{self, Fault};
use crate::source::text::Text;

pub use super::protocol::document::Document;

/// The largest property list that is read, in bytes. An `InstalledApplicationList` has about one million.
const BYTES_MAX: u64 = 64 << 20;

/// Endings of evidence: a file that is named so and is none is evidence lost.
const EVIDENCE_ENDINGS: &[&str] = &["plist", "xml", "json"];

/// Reads one file, whatever it is. Never fails: what could not be used is inside the document.
///
/// `now` caps the file's modification time, by which an answer without a date is dated.
///
/// ```
/// use fleetback_scanner::mdm::pair::pair;
/// use fleetback_scanner::mdm::read::read_document;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("hosts.json");
/// std::fs::write(&path, r#"[{"platform": "ios", "hardware_serial": "F2LXK1ABCDEF"}]"#)?;
/// let document = read_document(&path, "2026-11-20T05:00:00Z".parse()?);
/// let (answers, problems) = pair(vec![document]);
/// let serial = answers[0].identity.serial.as_ref().map(|serial| serial.as_str());
/// assert_eq!(serial, Some("F2LXK1ABCDEF"));
/// # assert!(problems.iter().all(|problem| problem.remedy.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_document(path: &Path, now: Timestamp) -> Document {
    read_by_rules(path, now, &TableRules::default(), &|_| {})
}

/// The same with what the settings file says of device tables; `on_bytes` gets the bytes as they are read.
pub fn read_by_rules(
    path: &Path,
    now: Timestamp,
    rules: &TableRules,
    on_bytes: &dyn Fn(u64),
) -> Document {
    read_into(Document::new(path, now), rules, now, on_bytes)
}

/// The same, with the names of the keys that were read and of those that were passed over.
pub fn read_to_explain(path: &Path, now: Timestamp, rules: &TableRules) -> Document {
    read_into(Document::new(path, now).watching(), rules, now, &|_| {})
}

fn read_into(
    mut document: Document,
    rules: &TableRules,
    now: Timestamp,
    on_bytes: &dyn Fn(u64),
) -> Document {
    let path = &document.path.clone();
    if nanomdm_files::is_secret(path) {
        let found = "a secret of the MDM server: never opened";
        document.add_shared_note(WANTED, found, None);
        return document;
    }
    let read = begin(path).and_then(|begun| {
        read_begun(
            &mut document,
            begun,
            ReadContext {
                now,
                rules,
                on_bytes,
            },
        )
    });
    if let Err(fault) = read {
        document.problems.push(fault.incomplete(path, WANTED));
    }
    document
}

/// An MDM's answer is smaller as a rule, and then its file is opened once.
const BEGINNING_BYTES: u64 = 64 << 10;

/// The beginning of a document.
struct Beginning {
    /// Its first bytes.
    bytes: Vec<u8>,
    /// Are they all of it?
    is_all: bool,
    /// The file's modification time.
    modified: Timestamp,
}

/// Opens a regular file and reads its first bytes.
fn begin(path: &Path) -> Result<Beginning, Fault> {
    let file = file::open(path)?;
    let modified = file.metadata().and_then(|meta| meta.modified());
    let modified = Timestamp::try_from(modified.map_err(|e| file::fault(&e))?)
        .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
    let mut bytes = Vec::new();
    file.take(BEGINNING_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| file::fault(&e))?;
    Ok(Beginning {
        is_all: bytes.len() as u64 <= BEGINNING_BYTES,
        bytes,
        modified,
    })
}

/// Streams what may be large, and reads the rest as a whole.
fn read_begun(
    document: &mut Document,
    begun: Beginning,
    context: ReadContext<'_>,
) -> Result<(), Fault> {
    document.file = begun.modified;
    let path = document.path.clone();
    let content = content::detect(&begun.bytes);
    if export::read(document, &path, &content, context) {
        return Ok(());
    }
    if matches!(content, Content::Json(_)) {
        let open = || Text::open(&path, reading::BYTES_MAX, context.on_bytes);
        return json_shapes::read(document, &open);
    }
    let bytes = if begun.is_all {
        begun.bytes
    } else {
        file::read(&path, BYTES_MAX)?
    };
    (context.on_bytes)(bytes.len() as u64);
    read_bytes(document, &bytes);
    Ok(())
}

fn read_bytes(document: &mut Document, bytes: &[u8]) {
    if nanomdm_files::read(document, bytes) {
        return;
    }
    match content::detect(bytes) {
        Content::Plist(bytes) => plist_file::read(document, &bytes),
        Content::Signed(bytes) => read_signed(document, bytes),
        Content::Text | Content::Table if ideviceinfo::read_text(document, bytes) => {}
        other => something_else(document, &other, bytes),
    }
}

/// A property list inside a signature, or a certificate or the like.
fn read_signed(document: &mut Document, bytes: &[u8]) {
    match der::signed_content(bytes) {
        Some(inside) if matches!(content::detect(&inside), Content::Plist(_)) => {
            let found = "a signed file; its content was read and its signature not checked";
            document.add_shared_note(WANTED, found, None);
            plist_file::read(document, &inside);
        }
        _ => something_else(document, &Content::Known(content::DER), bytes),
    }
}

/// A file that no parser is asked about.
fn something_else(document: &mut Document, content: &Content<'_>, bytes: &[u8]) {
    if let Some(row) = other_files::of_text(bytes) {
        return message::note_other_file(document, row);
    }
    let (found, weight, remedy) = unreadable(content, bytes);
    let is_loss = match weight {
        Weight::Loss => true,
        Weight::Note => false,
        Weight::ByName => is_named_as_evidence(&document.path),
    };
    if !is_loss {
        return document.add_shared_note(WANTED, found, remedy);
    }
    let problem = Problem::incomplete(&document.path, WANTED, found);
    document.problems.push(Problem {
        remedy: remedy.map(str::to_owned),
        kind: ProblemKind::WrongShape,
        ..problem
    });
}

/// How much a file that cannot be read weighs.
enum Weight {
    /// It was meant as evidence.
    Loss,
    Note,
    /// It is a loss where its name is that of evidence.
    ByName,
}

fn is_named_as_evidence(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| {
        EVIDENCE_ENDINGS
            .iter()
            .any(|one| one.eq_ignore_ascii_case(ending))
    })
}

/// What such a file is, and what to do about it.
fn unreadable<'c>(content: &Content<'c>, bytes: &[u8]) -> (&'c str, Weight, Option<&'static str>) {
    match content {
        Content::Html => (
            "an HTML page",
            Weight::Loss,
            Some("it may be a login page that was saved in place of the export; export it again"),
        ),
        Content::Xml => (
            "XML that is neither a property list nor a list of device records",
            Weight::Note,
            None,
        ),
        Content::Empty => ("an empty file", Weight::ByName, Some("export it again")),
        Content::Table => (
            "a table whose columns name no devices, or say nothing else of them",
            Weight::Note,
            Some(
                "its columns can be named under [mdm.columns] of fleetback.toml; a table that says \
                 whose device is whose is given with --inventory",
            ),
        ),
        Content::Known(_) if is_workbook(bytes) => (
            "an Excel workbook",
            Weight::Loss,
            Some("open it, save it as CSV (UTF-8), and give that file"),
        ),
        Content::Known(name) => (name, Weight::ByName, Some("unpack it, if it holds exports")),
        Content::Text => ("plain text", Weight::ByName, None),
        _ => (
            "neither a property list nor JSON nor text",
            Weight::ByName,
            None,
        ),
    }
}

/// A ZIP archive with the parts of a workbook.
fn is_workbook(bytes: &[u8]) -> bool {
    let parts: [&[u8]; 2] = [b"[Content_Types].xml", b"xl/workbook.xml"];
    bytes.starts_with(b"PK")
        && parts
            .iter()
            .any(|part| memchr::memmem::find(bytes, part).is_some())
}
