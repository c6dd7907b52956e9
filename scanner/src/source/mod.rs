//! The only doors to the disk and to the parsers: bounded, depth-checked, read-only.

pub mod bplist;
pub mod database;
pub mod file;
pub mod json;
mod nesting;
pub mod plist;
pub mod skim;
