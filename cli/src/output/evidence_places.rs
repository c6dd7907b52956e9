//! The folders that a run reads, whatever path leads to them: nothing is ever written there.
//!
//! A path says little of where it leads: a root may be mounted a second time elsewhere, and a backup folder
//! may be a link to another disk. So folders are compared by what the system numbers them with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fleetback_scanner::discover::folder_id::RealFolder;
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::source::watched;

use super::files::resolved;

/// What is read.
#[derive(Debug, Default)]
pub(crate) struct EvidencePlaces {
    /// Files and folders by their number, as they are known to the user.
    numbered: BTreeMap<RealFolder, PathBuf>,
    /// The same by resolved path, for what has no number.
    resolved: BTreeMap<PathBuf, PathBuf>,
}

impl EvidencePlaces {
    /// These files, and these folders with all below them.
    pub(crate) fn new<'a>(named: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut places = Self::default();
        named.into_iter().for_each(|path| places.add(path));
        places
    }

    fn add(&mut self, path: &Path) {
        let shown = path.to_owned();
        if let Ok(real) = watched::canonicalize(path) {
            self.resolved.entry(real).or_insert_with(|| shown.clone());
        }
        if let Some(number) = RealFolder::at(path) {
            self.numbered.entry(number).or_insert(shown);
        }
    }

    /// And the folders of these backups, with those between them and their root: each may be a link that
    /// leads elsewhere, or a mount.
    pub(crate) fn add_backups(&mut self, roots: &[PathBuf], backups: &[FoundBackup]) {
        let mut last = None;
        for backup in backups {
            let root = roots.iter().find(|root| backup.path.starts_with(root));
            let folders = backup.path.ancestors();
            let below = folders.take_while(|folder| root.is_some_and(|root| folder != root));
            // Backups lie side by side: what is above the one is above the next.
            let new = below.take_while(|folder| last != Some(*folder));
            new.for_each(|folder| self.add_number(folder));
            last = backup.path.parent();
        }
    }

    fn add_number(&mut self, folder: &Path) {
        if let Some(number) = RealFolder::at(folder) {
            let shown = || folder.to_owned();
            self.numbered.entry(number).or_insert_with(shown);
        }
    }

    /// What is read and holds this path, which may not exist yet; `None` too where it leads nowhere.
    pub(crate) fn holding(&self, path: &Path) -> Option<&Path> {
        let absolute = std::path::absolute(path).ok()?;
        let mut folders = absolute.ancestors();
        let real = folders.find_map(|folder| resolved(folder).ok())?;
        let by_path = real.ancestors().find_map(|at| self.resolved.get(at));
        let numbers = || real.ancestors().filter_map(RealFolder::at);
        let by_number = || numbers().find_map(|number| self.numbered.get(&number));
        by_path.or_else(by_number).map(PathBuf::as_path)
    }
}
