//! The only readers of files and callers of parsers: bounded, depth-checked, read-only.

pub(crate) mod content;
pub(crate) mod csv_rows;
pub(crate) mod entry_names;
pub mod file;
pub(crate) mod fold;
pub mod json;
pub(crate) mod json_items;
mod json_stream;
pub mod plist;
pub(crate) mod record_paths;
pub mod sqlite;
pub(crate) mod sqlite_journal;
pub(crate) mod sqlite_pages;
pub(crate) mod sqlite_wal;
pub(crate) mod text;
pub mod watched;
pub(crate) mod xml_records;
