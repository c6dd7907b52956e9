//! The list of files: Manifest.db, or Manifest.mbdb before iOS 10.

pub mod catalog;
pub(crate) mod content_kind;
pub mod file_record;
pub mod mbdb;
mod one_pass;
pub(crate) mod pending;
pub mod proof;
pub mod row_facts;
pub(crate) mod row_kind;
