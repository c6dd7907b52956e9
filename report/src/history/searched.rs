//! Which folders a run searched: only of these can it say that something is not there any more.

use std::path::{Path, PathBuf};

use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::Level;

/// The folders that a run searched, and what it could not read below them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
    places: Vec<PathBuf>,
    unread: Vec<PathBuf>,
}

impl Searched {
    /// Those of the run that found this fleet.
    pub fn from_fleet(fleet: &Fleet) -> Self {
        let roots = fleet.roots.iter().map(|root| &root.path);
        let unread = fleet
            .problems
            .iter()
            .filter(|problem| problem.level == Level::Incomplete);
        Self {
            places: roots.chain(&fleet.absent_roots).cloned().collect(),
            unread: unread.map(|problem| problem.path.clone()).collect(),
        }
    }

    /// Would the run have found a backup at this path?
    pub fn contains(&self, path: &Path) -> bool {
        let below = |folders: &[PathBuf]| folders.iter().any(|folder| path.starts_with(folder));
        below(&self.places) && !below(&self.unread)
    }
}
