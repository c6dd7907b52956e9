//! Roots in, backup folders out, each real folder once.
//!
//! A root that is missing, a file, or cannot be read is a problem of level incomplete; a root that
//! was searched and holds no backup is a note. The two are never mixed up.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::access_problem;
use super::folder;
use super::folder_id::RealFolder;
use super::hosts::{HostNames, Hosts};
use super::links;
use super::locations;
use super::walk::{self, Candidate, Walked};
use crate::model::fleet::RootSeen;
use crate::model::found_backup::FoundBackup;
use crate::model::problem::{Level, Problem, ProblemKind};
use crate::source::watched;
use crate::work::progress::Progress;

pub use super::hosts::HostFolders;

/// What lies below the roots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Every backup folder once, sorted by path.
    pub backups: Vec<FoundBackup>,
    /// What could not be read, and what is worth knowing; sorted.
    pub problems: Vec<Problem>,
    /// The roots in the order given, with the number of backup folders below each.
    pub roots: Vec<RootSeen>,
    /// The computers whose disks were searched, with the folders that name their volumes.
    pub hosts: Vec<HostFolders>,
    /// Was a place left out that may hold backups: refused, too deep, behind a link?
    pub left_out: bool,
}

/// One backup folder as one root reached it.
struct Reached {
    candidate: Candidate,
    root: usize,
    host: String,
}

/// Searches all roots. Never fails; a cancelled search gives what it had found.
///
/// ```
/// use fleetback_scanner::discover::roots::discover;
/// use fleetback_scanner::scan::Silent;
///
/// let disk = tempfile::tempdir()?;
/// let gone = disk.path().join("Backup");
/// let found = discover(&[gone.clone()], "mac-07", &Silent);
/// assert!(found.backups.is_empty());
/// assert_eq!(found.problems[0].path, gone);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn discover(roots: &[PathBuf], scan_host: &str, progress: &dyn Progress) -> Discovery {
    let mut discovery = Discovery::default();
    let mut hosts = Hosts::default();
    let mut reached = Vec::new();
    for (index, root) in roots.iter().enumerate() {
        let walked = walk_root(root, progress);
        let names = HostNames::new(root, &walked, scan_host);
        note_folders(&mut hosts, &names, root, &walked);
        discovery.roots.push(RootSeen {
            path: root.clone(),
            backups: walked.candidates.len() as u64,
        });
        discovery.left_out |= walked.left_out;
        discovery.problems.extend(walked.problems);
        reached.extend(walked.candidates.into_iter().map(|candidate| Reached {
            host: names.of(&candidate.path),
            candidate,
            root: index,
        }));
    }
    let (once, again) = each_once(reached);
    discovery.problems.extend(again);
    discovery.problems.sort();
    discovery.problems.dedup();
    discovery.backups = once.into_iter().map(found_backup).collect();
    discovery.backups.sort();
    discovery.hosts = hosts.into_vec();
    discovery
}

fn walk_root(root: &Path, progress: &dyn Progress) -> Walked {
    let problem = match watched::metadata(root) {
        Ok(meta) if meta.is_dir() => {
            let mut walked = walk::walk(root, progress);
            links::add_problems(root, &mut walked);
            walked.left_out |= !all_was_read(&walked);
            walked
                .problems
                .extend(none_found(root, &walked).filter(|_| !progress.cancelled()));
            return walked;
        }
        Ok(_) => not_a_folder(root),
        Err(error) => match broken_link(root) {
            Some(link) => {
                let found = "a link that leads nowhere";
                Problem::incomplete(link, "the folder to scan", found)
                    .with_kind(ProblemKind::Link)
                    .with_remedy(
                        "Connect the volume that the link leads to, or name another folder",
                    )
            }
            None => access_problem::unreadable(root, "the folder to scan", &error),
        },
    };
    Walked {
        problems: vec![problem],
        left_out: true,
        ..Walked::default()
    }
}

/// The root itself, or a folder on the way to it.
fn broken_link(root: &Path) -> Option<PathBuf> {
    let top = root.ancestors().last()?;
    let link = || locations::broken_link_on(top, root);
    root.is_symlink().then(|| root.to_owned()).or_else(link)
}

fn not_a_folder(root: &Path) -> Problem {
    let is = |wanted: &str| {
        root.extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case(wanted))
    };
    let remedy = if is("csv") {
        "An inventory table is given with --inventory, an MDM export with --mdm"
    } else if is("plist") || is("json") || is("xml") {
        "An MDM export is given with --mdm; for a backup, name its folder"
    } else {
        "Name a folder: a backup, a MobileSync/Backup folder, a home, or a folder of these"
    };
    Problem::incomplete(root, "the folder to scan", "something that is not a folder")
        .with_kind(ProblemKind::WrongShape)
        .with_remedy(remedy)
}

/// A root that was read and holds nothing, unless something in it could not be read.
fn none_found(root: &Path, walked: &Walked) -> Option<Problem> {
    (walked.candidates.is_empty() && all_was_read(walked)).then(|| {
        let wanted = "a backup, a MobileSync/Backup folder, a home, or a folder of these";
        Problem::note(
            root,
            wanted,
            "a folder that was searched and holds no backups",
        )
        .with_kind(ProblemKind::Empty)
    })
}

fn all_was_read(walked: &Walked) -> bool {
    walked
        .problems
        .iter()
        .all(|problem| problem.level == Level::Note)
}

fn note_folders(hosts: &mut Hosts, names: &HostNames<'_>, root: &Path, walked: &Walked) {
    let parents = walked
        .candidates
        .iter()
        .filter_map(|found| found.path.parent());
    let places = walked.places.iter().map(PathBuf::as_path);
    let mut any = false;
    for folder in parents.chain(places) {
        hosts.add(names.of(folder), folder);
        any = true;
    }
    if !any && watched::is_dir(root) {
        hosts.add(names.of(root), root);
    }
}

/// Of the paths that lead to one real folder, the plainest is kept: no link, then the first in
/// sorted order, then the root named first.
fn each_once(mut reached: Vec<Reached>) -> (Vec<Reached>, Vec<Problem>) {
    reached.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut first: BTreeMap<RealFolder, PathBuf> = BTreeMap::new();
    let mut again = Vec::new();
    reached.retain(|one| {
        let path = &one.candidate.path;
        match one.candidate.real.clone().map(|real| first.entry(real)) {
            Some(Entry::Occupied(seen)) => {
                again.push((path.clone(), seen.get().clone()));
                false
            }
            Some(Entry::Vacant(new)) => {
                new.insert(path.clone());
                true
            }
            None => true,
        }
    });
    (reached, reached_again(again))
}

fn rank(one: &Reached) -> (bool, &Path, usize) {
    (one.candidate.is_link, &one.candidate.path, one.root)
}

/// Names the first of the folders that several paths led to, and counts the rest.
fn reached_again(mut again: Vec<(PathBuf, PathBuf)>) -> Vec<Problem> {
    const NAMED_MAX: usize = 20;
    again.sort();
    let note = |(path, first): &(PathBuf, PathBuf)| {
        let found = if path == first {
            "a folder that lies below two roots; it is read once".to_owned()
        } else {
            format!("the same folder as {}, which is read once", first.display())
        };
        Problem::note(path, "a backup of its own", found).with_kind(ProblemKind::Repeated)
    };
    let mut notes: Vec<Problem> = again.iter().take(NAMED_MAX).map(note).collect();
    if let Some((path, _)) = again.get(NAMED_MAX) {
        let more = again.len() - NAMED_MAX;
        let found = format!(
            "this and {} more folders were reached by two paths; each is read once",
            more - 1
        );
        notes.push(
            Problem::note(path, "backups of their own", found).with_kind(ProblemKind::Repeated),
        );
    }
    notes
}

fn found_backup(reached: Reached) -> FoundBackup {
    let path = reached.candidate.path;
    let name = folder::folder_name(&path);
    FoundBackup {
        folder_name: own_name(&path),
        name,
        host: reached.host,
        path,
    }
}

/// The folder's own name; that of the real folder where the path ends in dots.
fn own_name(path: &Path) -> String {
    let real = || watched::canonicalize(path).unwrap_or_default();
    let name = path.file_name().map(ToOwned::to_owned);
    let name = name.or_else(|| real().file_name().map(ToOwned::to_owned));
    name.unwrap_or_else(|| path.as_os_str().to_owned())
        .to_string_lossy()
        .into_owned()
}
