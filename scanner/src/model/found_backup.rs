//! A folder that the walk took for a local backup; nothing in it has been read yet.

use std::path::PathBuf;

use crate::model::backup::LocalBackup;
use crate::model::identity::FolderName;

/// Where a backup lies and what its folder is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FoundBackup {
    /// The folder, as given by the user or found below it.
    pub path: PathBuf,
    /// The computer whose disk it lies on.
    pub host: String,
    /// The folder's own name; unreadable characters are replaced.
    pub folder_name: String,
    /// The name taken apart; `None` when people renamed the folder.
    pub name: Option<FolderName>,
}

impl FoundBackup {
    /// The folder of a backup that was read before.
    pub fn from_backup(backup: &LocalBackup) -> Self {
        Self {
            path: backup.path.clone(),
            host: backup.host.clone(),
            folder_name: backup.folder_name.clone(),
            name: FolderName::parse(&backup.folder_name),
        }
    }
}
