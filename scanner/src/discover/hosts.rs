//! Which computer a backup lies on, when a share holds the folders of many.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder;
use super::walk::Walked;
use crate::model::identity::FolderName;
use crate::source::watched;

/// A computer, and the folders whose volumes its backups lie on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostFolders {
    /// Its name.
    pub name: String,
    /// Folders that hold its backups, sorted.
    pub folders: Vec<PathBuf>,
}

/// Folders that every computer has: the first folder below a root with one of these names is not a
/// computer's.
const NOT_HOSTS: &[&str] = &[
    "AppData",
    "Apple",
    "Apple Computer",
    "Application Support",
    "Backup",
    "Documents and Settings",
    "Library",
    "MobileSync",
    "Users",
    "Volumes",
    "home",
];

/// Names the computer for each path below one root.
pub(super) struct HostNames<'a> {
    root: &'a Path,
    scan_host: &'a str,
    several: bool,
}

impl<'a> HostNames<'a> {
    pub(super) fn new(root: &'a Path, walked: &Walked, scan_host: &'a str) -> Self {
        Self {
            root,
            scan_host,
            several: holds_hosts(root, walked),
        }
    }

    /// The computer that `path`, which lies below the root, belongs to.
    pub(super) fn of(&self, path: &Path) -> String {
        let first = || first_below(self.root, path).filter(|name| !is_part_of_a_host(name));
        self.several
            .then(first)
            .flatten()
            .unwrap_or_else(|| self.scan_host.to_owned())
    }
}

/// Does the root hold the folders of several computers? Not when it is a backup, a location, a
/// home, a folder of homes or one computer's disk, nor when backups lie right inside it.
pub(super) fn holds_hosts(root: &Path, walked: &Walked) -> bool {
    let real = watched::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let below = |path: &Path| {
        path.strip_prefix(root)
            .map_or(0, |rest| rest.components().count())
    };
    let is_location = folder::is_location(&real) || real.ends_with("MobileSync");
    let holds_homes = walked.homes.iter().any(|home| below(home) <= 1);
    let is_users = real
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case("Users"));
    let holds_backups = walked
        .candidates
        .iter()
        .any(|found| below(&found.path) <= 1);
    let is_disk = watched::is_dir(root.join("Users"));
    !(is_location || holds_homes || is_users || holds_backups || is_disk)
}

fn first_below(root: &Path, path: &Path) -> Option<String> {
    let first = path.strip_prefix(root).ok()?.components().next()?;
    Some(first.as_os_str().to_string_lossy().into_owned())
}

fn is_part_of_a_host(name: &str) -> bool {
    let is_known = NOT_HOSTS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name));
    is_known || FolderName::parse(name).is_some()
}

/// Gathers folders by computer.
#[derive(Debug, Default)]
pub(super) struct Hosts(BTreeMap<String, Vec<PathBuf>>);

impl Hosts {
    pub(super) fn add(&mut self, name: String, folder: &Path) {
        self.0.entry(name).or_default().push(folder.to_owned());
    }

    /// Sorted by name.
    pub(super) fn into_vec(self) -> Vec<HostFolders> {
        let one = |(name, mut folders): (String, Vec<PathBuf>)| {
            folders.sort();
            folders.dedup();
            HostFolders { name, folders }
        };
        self.0.into_iter().map(one).collect()
    }
}
