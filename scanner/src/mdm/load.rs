//! The bytes of a document and how old the file is.

use std::path::Path;

use jiff::Timestamp;

use super::content::{self, Content};
use crate::source::file::{self, Fault};

/// The bytes of a file of at most `bytes_max` bytes, and its modification time.
pub(super) fn load(path: &Path, bytes_max: u64) -> Result<(Vec<u8>, Timestamp), Fault> {
    let modified = file::open(path)?
        .metadata()
        .and_then(|meta| meta.modified())
        .map_err(|e| file::fault(&e))?;
    let modified = Timestamp::try_from(modified)
        .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
    Ok((file::read(path, bytes_max)?, modified))
}

/// The same of a table that somebody saved out of a spreadsheet.
pub(super) fn table(path: &Path, bytes_max: u64) -> Result<(Vec<u8>, Timestamp), Fault> {
    let (bytes, modified) = load(path, bytes_max)?;
    match content::tell(&bytes) {
        Content::Table | Content::Text => Ok((bytes, modified)),
        other => Err(Fault::Wrong(not_a_table(&other).to_owned())),
    }
}

fn not_a_table(content: &Content<'_>) -> &'static str {
    match content {
        Content::Empty => "an empty file",
        Content::Html => "an HTML page",
        Content::Known("a ZIP archive") => "a ZIP archive or an Excel workbook; save it as CSV",
        Content::Known(name) => name,
        Content::Signed(_) => content::DER,
        Content::Plist(_) => "a property list",
        Content::Json(_) => "JSON",
        Content::Xml => "XML",
        _ => "no text",
    }
}
