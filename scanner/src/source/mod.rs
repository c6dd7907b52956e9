//! The only doors to the disk and to the parsers: bounded, depth-checked, read-only.

pub mod file;
pub mod plist;
