//! A folder that discovery takes for a local backup, before anything inside it was read.
//!
//! An empty folder with the name of a backup is one too: a backup that never got further.

use std::path::PathBuf;

use crate::model::identity::FolderName;

/// A folder to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FoundBackup {
    /// The folder, as found.
    pub path: PathBuf,
    /// The computer whose disk it lies on (first folder below a ROOT of several hosts, else this host).
    pub host: String,
    /// The folder's own name; lossy where it is not Unicode.
    pub folder_name: String,
    /// What that name says; `None` for a folder that somebody renamed.
    pub name: Option<FolderName>,
}
