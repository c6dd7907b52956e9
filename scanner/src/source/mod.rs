//! The only doors to the disk and to the parsers: bounded, depth-checked, read-only.

pub(crate) mod content;
pub(crate) mod csv_rows;
pub(crate) mod entry_names;
pub mod file;
pub(crate) mod file_number;
pub mod json;
pub(crate) mod json_items;
pub mod plist;
pub mod sqlite;
pub(crate) mod text;
pub(crate) mod xml_records;
