//! Walks one root and finds the backups below it, without entering any.
//!
//! What a newcomer would get wrong: a walk that follows every link never ends, and one that follows
//! none misses every user who moved MobileSync/Backup to another disk. Links are followed in three
//! places only: at the root, at a standard location's own path, and at a backup folder itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::FileType;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::access_problem;
use super::folder::{self, Folder};
use super::folder_id::RealFolder;
use super::path_sample::Sample;
use crate::model::problem::{Level, Problem};
use crate::work::progress::{Event, Progress};

/// How many folders deep an unknown tree is searched; a home or a location starts anew.
const DEPTH_MAX: usize = 8;

/// A backup folder, and how it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// As found, below the root as given.
    pub(super) path: PathBuf,
    /// The folder itself.
    pub(super) real: Option<RealFolder>,
    /// Is its own path a link?
    pub(super) is_link: bool,
}

/// What one root holds.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Backup folders, sorted by path.
    pub(super) candidates: Vec<Candidate>,
    /// Folders named MobileSync/Backup, with backups or without.
    pub(super) places: BTreeSet<PathBuf>,
    /// Homes.
    pub(super) homes: BTreeSet<PathBuf>,
    /// What could not be read or is worth knowing.
    pub(super) problems: Vec<Problem>,
}

/// Walks the folder `root`, which exists.
pub(super) fn walk(root: &Path, progress: &dyn Progress) -> Walked {
    let mut walker = Walker::new(root, progress);
    while let Some(start) = walker.starts.pop() {
        walker.begin(&start);
    }
    walker.finish()
}

struct Walker<'a> {
    root: &'a Path,
    progress: &'a dyn Progress,
    /// Folders to walk, each with a depth of its own.
    starts: Vec<PathBuf>,
    /// Folders whose walk has begun: the guard against loops.
    begun: BTreeSet<RealFolder>,
    volumes: BTreeSet<u64>,
    links: Sample,
    too_deep: Sample,
    again: Sample,
    /// Files beside backups, by the folder they lie in.
    stray_files: BTreeMap<PathBuf, Sample>,
    /// Folders that lie where backups lie and are none.
    stray_folders: BTreeSet<PathBuf>,
    walked: Walked,
}

/// What the walk does with an entry's inside.
#[derive(PartialEq, Eq)]
enum Step {
    Enter,
    PassBy,
}

impl<'a> Walker<'a> {
    fn new(root: &'a Path, progress: &'a dyn Progress) -> Self {
        let volume = RealFolder::at(root).and_then(|real| real.volume());
        Self {
            root,
            progress,
            starts: vec![root.to_owned()],
            begun: BTreeSet::new(),
            volumes: volume.into_iter().collect(),
            links: Sample::default(),
            too_deep: Sample::default(),
            again: Sample::default(),
            stray_files: BTreeMap::new(),
            stray_folders: BTreeSet::new(),
            walked: Walked::default(),
        }
    }

    /// Begins a walk at a folder or a link to one.
    fn begin(&mut self, start: &Path) {
        let real = RealFolder::at(start);
        if real.clone().is_some_and(|real| !self.begun.insert(real)) {
            self.again.add(start);
            return;
        }
        self.note_other_volume(start, real.as_ref());
        if self.meet_folder(start, real, start.is_symlink()) == Step::Enter {
            self.walk_from(start);
        }
    }

    /// A folder is listed once and closed before the next is opened; one that is passed by is never
    /// opened at all.
    fn walk_from(&mut self, start: &Path) {
        let mut folders = vec![(start.to_owned(), 1)];
        while let Some((folder, depth)) = folders.pop() {
            let listing = match std::fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) => {
                    self.refused(&folder, &error);
                    continue;
                }
            };
            for entry in listing {
                if self.progress.cancelled() {
                    return;
                }
                match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                    Ok((path, kind)) => {
                        if self.meet(&path, kind, depth) == Step::Enter && depth < DEPTH_MAX {
                            folders.push((path, depth + 1));
                        }
                    }
                    Err(error) => self.refused(&folder, &error),
                }
            }
        }
    }

    fn meet(&mut self, path: &Path, kind: FileType, depth: usize) -> Step {
        if path.file_name().is_some_and(folder::is_junk) {
            return Step::PassBy;
        }
        if kind.is_symlink() {
            self.meet_link(path);
            return Step::PassBy;
        }
        if !kind.is_dir() {
            self.meet_file(path, depth);
            return Step::PassBy;
        }
        let real = RealFolder::at(path);
        self.note_other_volume(path, real.as_ref());
        if folder::is_location(path) {
            self.starts.push(path.to_owned());
            return Step::PassBy;
        }
        let step = self.meet_folder(path, real, false);
        if step == Step::Enter {
            self.meet_plain_folder(path, depth);
        }
        step
    }

    /// Deals with everything a folder can be, except a plain one.
    fn meet_folder(&mut self, path: &Path, real: Option<RealFolder>, is_link: bool) -> Step {
        match folder::look(path) {
            Folder::Backup => self.found(path, real, is_link),
            Folder::Known(words) => self.note(path, "a backup", words),
            Folder::Home => self.meet_home(path),
            Folder::Disk => self.meet_disk(path),
            Folder::Plain => {
                if folder::is_location(path) {
                    self.walked.places.insert(path.to_owned());
                }
                return Step::Enter;
            }
        }
        Step::PassBy
    }

    fn found(&mut self, path: &Path, real: Option<RealFolder>, is_link: bool) {
        self.progress.tell(Event::BackupsFound(1));
        self.walked.candidates.push(Candidate {
            path: path.to_owned(),
            real,
            is_link,
        });
    }

    fn meet_home(&mut self, home: &Path) {
        self.walked.homes.insert(home.to_owned());
        for location in folder::locations_of(home) {
            match std::fs::metadata(&location) {
                Ok(meta) if meta.is_dir() => self.starts.push(location),
                Ok(_) => {
                    let found = "a file where the folder of backups should be";
                    self.note(&location, "the folder of this user's backups", found);
                }
                Err(_) if location.is_symlink() => self.broken_link(&location),
                Err(error) if is_absent(error.kind()) => {}
                Err(error) => {
                    let wanted = "the folder of this user's backups";
                    self.walked
                        .problems
                        .push(access_problem::unreadable(&location, wanted, &error));
                }
            }
        }
    }

    fn meet_disk(&mut self, disk: &Path) {
        match std::fs::read_dir(disk) {
            Ok(listing) => {
                for entry in listing.flatten() {
                    let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                    let name = entry.file_name();
                    if is_folder && !folder::is_system_folder(&name) && !folder::is_junk(&name) {
                        self.starts.push(entry.path());
                    }
                }
            }
            Err(error) => {
                let problem = access_problem::unreadable(disk, "the folders of this disk", &error);
                self.walked.problems.push(problem);
            }
        }
    }

    fn meet_plain_folder(&mut self, path: &Path, depth: usize) {
        if depth == 1 {
            self.stray_folders.insert(path.to_owned());
        }
        if depth == DEPTH_MAX && holds_folders(path) {
            self.too_deep.add(path);
        }
    }

    fn meet_file(&mut self, path: &Path, depth: usize) {
        if let (1, Some(parent)) = (depth, path.parent()) {
            self.stray_files
                .entry(parent.to_owned())
                .or_default()
                .add(path);
        }
    }

    fn meet_link(&mut self, path: &Path) {
        let leads_to_folder = std::fs::metadata(path).map(|meta| meta.is_dir());
        let is_awaited = folder::is_location(path) || folder::folder_name(path).is_some();
        match leads_to_folder {
            Err(_) if is_awaited => self.broken_link(path),
            Ok(true) if folder::is_location(path) => self.starts.push(path.to_owned()),
            Ok(true) if folder::look(path) == Folder::Backup => {
                self.found(path, RealFolder::at(path), true);
            }
            _ if path.file_name().is_some_and(folder::is_windows_link) => {}
            _ => self.links.add(path),
        }
    }

    fn broken_link(&mut self, path: &Path) {
        let found = format!("a link{} that leads nowhere", target_of(path));
        let problem = Problem::incomplete(path, "a folder of backups", found)
            .with_remedy("Connect the volume that the link leads to, or remove the link");
        self.walked.problems.push(problem);
    }

    fn note_other_volume(&mut self, path: &Path, real: Option<&RealFolder>) {
        let volume = real.and_then(RealFolder::volume);
        if volume.is_some_and(|volume| self.volumes.insert(volume)) {
            let found = "another file system begins here; it is searched too";
            self.note(path, "one file system below the root", found);
        }
    }

    fn refused(&mut self, path: &Path, error: &io::Error) {
        let wanted = "a folder that may hold backups";
        let problem = access_problem::unreadable(path, wanted, error);
        self.walked.problems.push(problem);
    }

    fn note(&mut self, path: &Path, wanted: &str, found: &str) {
        self.walked
            .problems
            .push(Problem::note(path, wanted, found));
    }

    fn finish(mut self) -> Walked {
        self.walked.candidates.sort_by(|a, b| a.path.cmp(&b.path));
        self.note_links();
        self.note_too_deep();
        self.note_again();
        self.note_strays();
        self.walked
    }

    fn note_links(&mut self) {
        let links = std::mem::take(&mut self.links);
        for link in links.named() {
            let found = format!("a link{}; links are not followed here", target_of(link));
            self.note(link, "a folder", &found);
        }
        if links.unnamed() > 0 {
            let found = format!("{} more links, which were not followed", links.unnamed());
            self.note(self.root, "folders", &found);
        }
    }

    fn note_too_deep(&mut self) {
        if self.too_deep.is_empty() {
            return;
        }
        let found = format!(
            "{} {DEPTH_MAX} levels deep, with folders in it that were not searched: {}",
            self.too_deep.counted("folder"),
            self.too_deep.names(),
        );
        let problem = Problem::note(self.root, "backups near the root", found)
            .with_remedy("If backups lie deeper, name a folder nearer to them as ROOT");
        self.walked.problems.push(problem);
    }

    fn note_again(&mut self) {
        let again = std::mem::take(&mut self.again);
        for path in again.named() {
            self.note(
                path,
                "a folder of its own",
                "a folder that another path led to already; it is read once",
            );
        }
    }

    /// Tells of what lies beside backups and is none, and of places with no backup in them. A
    /// folder with something unreadable below is left out: nobody knows what it holds.
    fn note_strays(&mut self) {
        let found: BTreeSet<&Path> = self
            .walked
            .candidates
            .iter()
            .map(|c| c.path.as_path())
            .collect();
        let refused = self
            .walked
            .problems
            .iter()
            .filter(|p| p.level == Level::Incomplete);
        let refused: BTreeSet<&Path> = refused.map(|problem| problem.path.as_path()).collect();
        let places = &self.walked.places;
        let beside: BTreeSet<&Path> = (found.iter().filter_map(|path| path.parent()))
            .chain(places.iter().map(PathBuf::as_path))
            .collect();
        let holds_nothing = |path: &Path| !any_below(&found, path) && !any_below(&refused, path);

        let files = self
            .stray_files
            .iter()
            .filter(|(folder, _)| beside.contains(folder.as_path()));
        let mut folders: BTreeMap<&Path, Sample> = BTreeMap::new();
        for folder in &self.stray_folders {
            let parent = folder.parent().filter(|parent| beside.contains(parent));
            if let Some(parent) = parent.filter(|_| holds_nothing(folder)) {
                folders.entry(parent).or_default().add(folder);
            }
        }
        let empty = places
            .iter()
            .filter(|place| *place != self.root && holds_nothing(place));
        let notes: Vec<Problem> = files
            .map(|(folder, files)| {
                let found = format!("{} beside them: {}", files.counted("file"), files.names());
                Problem::note(folder, "backup folders only", found)
            })
            .chain(
                folders
                    .iter()
                    .flat_map(|(parent, folders)| stray_folders(parent, folders)),
            )
            .chain(empty.map(|place| {
                Problem::note(place, "backups", "a folder for backups with none in it")
            }))
            .collect();
        self.walked.problems.extend(notes);
    }
}

fn stray_folders(parent: &Path, folders: &Sample) -> Vec<Problem> {
    let one = |folder: &Path| {
        let found = "a folder that holds nothing of a backup";
        Problem::note(folder, "a backup", found)
    };
    let mut notes: Vec<Problem> = folders.named().map(one).collect();
    if folders.unnamed() > 0 {
        let found = format!(
            "{} more folders that hold nothing of a backup",
            folders.unnamed()
        );
        notes.push(Problem::note(parent, "backups", found));
    }
    notes
}

/// Does one of the paths lie at or below the folder? Descendants follow their folder in order.
fn any_below(paths: &BTreeSet<&Path>, folder: &Path) -> bool {
    paths
        .range(folder..)
        .next()
        .is_some_and(|path| path.starts_with(folder))
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn holds_folders(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|listing| {
        listing
            .flatten()
            .any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    })
}

/// " to /Volumes/Backups", or nothing where the link cannot be read.
fn target_of(link: &Path) -> String {
    std::fs::read_link(link).map_or_else(
        |_| String::new(),
        |target| format!(" to {}", target.display()),
    )
}
