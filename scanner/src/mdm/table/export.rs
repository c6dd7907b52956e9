//! Device tables out of the console of an MDM: CSV, JSON and XML, read as a stream.
//!
//! A file is taken only when its head shows a table of devices; everything else is left to the readers
//! of answers and wrappers.

use std::path::Path;

use super::reading::ReadContext;
use super::{csv_export, record_export};
use crate::mdm::protocol::document::Document;
use crate::source::content::Content;

/// Reads the file if it is a table of devices; false leaves it to the other readers.
pub(crate) fn read(
    document: &mut Document,
    path: &Path,
    content: &Content<'_>,
    context: ReadContext<'_>,
) -> bool {
    match content {
        Content::Table | Content::Text => csv_export::read(document, path, context),
        Content::Json(_) => record_export::read_json(document, path, context),
        Content::Xml => record_export::read_xml(document, path, context),
        _ => false,
    }
}
