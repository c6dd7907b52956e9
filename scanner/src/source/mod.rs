//! The only doors to the disk and to the parsers: bounded, depth-checked, read-only.

pub mod bplist;
pub mod database;
pub(crate) mod elements;
pub mod file;
pub(crate) mod items;
pub mod json;
mod nesting;
pub mod plist;
pub(crate) mod rows;
pub mod skim;
pub(crate) mod text;
