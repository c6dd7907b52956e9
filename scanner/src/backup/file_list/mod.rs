//! The list of files: Manifest.db, or Manifest.mbdb before iOS 10.

pub mod catalog;
pub mod file_record;
pub mod mbdb;
