//! Walks one root and finds the backups below it; lists every folder once.
//!
//! A walk that follows every link never ends, and one that follows
//! none misses every user who moved MobileSync/Backup to another disk. Links are followed in three
//! places only: at the root, at a standard location's own path, and at a backup folder itself.
//!
//! One stray file must not hide a share: a folder of any name is taken for a backup only if no
//! backup, home or location lies inside it, or if it has payload of its own. That is decided when
//! all is known.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::access_problem;
use super::bins::Bins;
use super::folder;
use super::folder_id::RealFolder;
use super::inside::{Holds, Inside};
use super::locations;
use super::path_sample::Sample;
use crate::model::problem::{Level, Problem, ProblemKind};
use crate::source::watched;
use crate::work::progress::{Event, Progress};

/// How many folders deep an unknown tree is searched; a home or a location starts anew.
const DEPTH_MAX: usize = 8;
/// How many folders deep a backup is searched for another one: `<UDID>/<UDID>`.
const NESTED_DEPTH: usize = 3;
/// How many folders deep a home is searched beside its standard locations.
const HOME_DEPTH: usize = 5;
/// How many folders of one home are listed.
const HOME_FOLDERS_MAX: usize = 1_000;
/// How many folders that are named by UDIDs and hold nothing are listed as devices.
const EMPTY_MAX: usize = 2_000;

/// A backup folder, and how it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// As found, below the root as given.
    pub(super) path: PathBuf,
    /// The folder itself.
    pub(super) real: Option<RealFolder>,
    /// Is its own path a link?
    pub(super) is_link: bool,
    /// Is it named by a UDID?
    is_named: bool,
    holds: Holds,
    /// Are there folders in it that belong to no backup?
    is_doubtful: bool,
}

/// A kind of link that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Link {
    /// It leads nowhere, and a backup or a location was expected there.
    Awaited,
    /// It leads nowhere.
    Broken,
    /// It leads to a folder on the way to a standard location.
    OnTheWay,
    /// It leads to a folder that was not searched.
    Folder,
    /// It leads to a file, or to a folder below the root.
    Harmless,
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
    /// Links that were not followed, by the folder they lie in.
    pub(super) links: BTreeMap<(PathBuf, Link), Sample>,
    /// Was a place left out that may hold backups?
    pub(super) left_out: bool,
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
    real_root: Option<PathBuf>,
    progress: &'a dyn Progress,
    /// Folders to walk, each with a depth of its own.
    starts: Vec<PathBuf>,
    /// All that were ever among them.
    queued: BTreeSet<PathBuf>,
    /// Folders whose walk has begun: the guard against loops.
    begun: BTreeSet<RealFolder>,
    volumes: BTreeSet<u64>,
    too_deep: Sample,
    /// Homes that were not searched to their last folder.
    bounded_homes: Sample,
    again: Sample,
    bins: Bins,
    /// Files beside backups, by the folder they lie in.
    stray_files: BTreeMap<PathBuf, Sample>,
    /// Archives, by the folder they lie in.
    archives: BTreeMap<PathBuf, Sample>,
    /// Folders that lie where backups lie and are none.
    stray_folders: BTreeSet<PathBuf>,
    walked: Walked,
}

/// A folder to search, and how deep it lies.
type ToSearch = (PathBuf, usize);

impl<'a> Walker<'a> {
    fn new(root: &'a Path, progress: &'a dyn Progress) -> Self {
        let volume = RealFolder::at(root).and_then(|real| real.volume());
        Self {
            root,
            real_root: watched::canonicalize(root).ok(),
            progress,
            starts: vec![root.to_owned()],
            queued: BTreeSet::new(),
            begun: BTreeSet::new(),
            volumes: volume.into_iter().collect(),
            too_deep: Sample::default(),
            bounded_homes: Sample::default(),
            again: Sample::default(),
            bins: Bins::default(),
            stray_files: BTreeMap::new(),
            archives: BTreeMap::new(),
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
        let mut folders = self.meet_folder(start, real, start.is_symlink(), 0);
        while let Some((folder, depth)) = folders.pop() {
            if self.progress.cancelled() {
                return;
            }
            folders.extend(self.meet(&folder, depth));
        }
    }

    /// Puts a folder off until this walk is over.
    fn queue(&mut self, start: PathBuf) {
        if self.queued.insert(start.clone()) {
            self.starts.push(start);
        }
    }

    /// Deals with a folder that was found in another one; gives what is to be searched in it.
    fn meet(&mut self, path: &Path, depth: usize) -> Vec<ToSearch> {
        let real = RealFolder::at(path);
        self.note_other_volume(path, real.as_ref());
        if folder::is_location(path) {
            self.queue(path.to_owned());
            return Vec::new();
        }
        self.meet_folder(path, real, false, depth)
    }

    fn meet_folder(
        &mut self,
        path: &Path,
        real: Option<RealFolder>,
        is_link: bool,
        depth: usize,
    ) -> Vec<ToSearch> {
        if let Some(words) = folder::known(path) {
            self.note(path, "a backup", words, ProblemKind::Unrelated);
            return Vec::new();
        }
        let is_named = folder::folder_name(path).is_some();
        let inside = match Inside::list(path) {
            Ok(inside) => inside,
            // The reader of the backup says why.
            Err(_) if is_named => {
                let candidate = Candidate::new(path, real, is_link, true);
                self.found(candidate);
                return Vec::new();
            }
            Err(error) => {
                self.refused(path, &error);
                return Vec::new();
            }
        };
        for error in &inside.errors {
            self.refused(path, error);
        }
        if !is_named && inside.is_disk() {
            self.meet_disk(path, &inside);
        } else if !is_named && inside.is_home(path) {
            self.meet_home(path, &inside);
        } else {
            let mut candidate = Candidate::new(path, real, is_link, is_named);
            candidate.holds = inside.holds(path);
            return self.meet_candidate(candidate, &inside, depth);
        }
        Vec::new()
    }

    /// A folder that is a backup, or is none; gives the folders to search in it.
    fn meet_candidate(
        &mut self,
        mut candidate: Candidate,
        inside: &Inside,
        depth: usize,
    ) -> Vec<ToSearch> {
        let path = candidate.path.clone();
        let is_place = folder::is_location(&path);
        let has_shape = candidate.holds == Holds::Shape && (!is_place || inside.has_payload(&path));
        let is_backup = candidate.is_named || has_shape;
        let below: Vec<PathBuf> = inside
            .to_search(!is_backup)
            .map(|name| path.join(name))
            .filter(|below| !is_backup || folder::known(below).is_none())
            .collect();
        if is_place {
            self.walked.places.insert(path.clone());
        }
        if is_backup {
            candidate.is_doubtful = !below.is_empty() || !inside.links.is_empty();
            self.found(candidate.clone());
        } else {
            self.meet_plain(&path, inside, &below, depth);
        }
        if !is_backup || candidate.is_doubtful {
            self.take_files(&path, inside, depth);
            self.meet_links(&path, inside, !is_backup);
            self.look_into_bins(&path, inside);
        }
        let depth = if candidate.is_named {
            depth.max(DEPTH_MAX - NESTED_DEPTH)
        } else {
            depth
        };
        let may_enter = depth < DEPTH_MAX;
        let below = below.into_iter().filter(|_| may_enter);
        below.map(|path| (path, depth + 1)).collect()
    }

    fn found(&mut self, candidate: Candidate) {
        if !candidate.is_doubtful {
            self.progress.report(Event::BackupsFound(1));
        }
        self.walked.candidates.push(candidate);
    }

    fn meet_plain(&mut self, path: &Path, inside: &Inside, below: &[PathBuf], depth: usize) {
        if depth == 1 {
            self.stray_folders.insert(path.to_owned());
        }
        if depth == DEPTH_MAX && !(below.is_empty() && inside.bins.is_empty()) {
            self.too_deep.add(path);
        }
    }

    fn take_files(&mut self, path: &Path, inside: &Inside, depth: usize) {
        if depth == 0 || inside.holds(path) != Holds::Nothing {
            let files = self.stray_files.entry(path.to_owned()).or_default();
            files.add_all(&inside.files);
        }
        if !inside.archives.is_empty() {
            let archives = self.archives.entry(path.to_owned()).or_default();
            archives.add_all(&inside.archives);
        }
    }

    fn meet_links(&mut self, folder: &Path, inside: &Inside, all: bool) {
        for name in &inside.links {
            let is_named = || folder::folder_name(&folder.join(name)).is_some();
            if all || is_named() {
                self.meet_link(folder, name);
            }
        }
    }

    fn look_into_bins(&mut self, folder: &Path, inside: &Inside) {
        for name in &inside.bins {
            self.bins.look_into(&folder.join(name));
        }
    }

    fn meet_home(&mut self, home: &Path, inside: &Inside) {
        self.walked.homes.insert(home.to_owned());
        for location in locations::places_of(home) {
            let below = location.strip_prefix(home).unwrap_or(&location);
            let first = below
                .components()
                .next()
                .map(std::path::Component::as_os_str);
            if first
                .and_then(OsStr::to_str)
                .is_some_and(|first| inside.may_hold(first))
            {
                self.meet_place(home, &location);
            }
        }
        if inside.may_hold("AppData") {
            let (packages, error) = locations::of_packages(home);
            packages.into_iter().for_each(|place| self.queue(place));
            if let Some((path, error)) = error {
                self.refused(&path, &error);
            }
        }
        self.look_into_bins(home, inside);
        // Those on the way to the standard locations were followed.
        for name in inside
            .links
            .iter()
            .filter(|name| !folder::is_on_the_way(name))
        {
            self.meet_link(home, name);
        }
        self.search_home(home, inside);
    }

    /// Searches the folders in which people keep files, the near ones first. What lies beyond the
    /// bounds is reported once for the home.
    fn search_home(&mut self, home: &Path, inside: &Inside) {
        let offset = DEPTH_MAX - HOME_DEPTH;
        let too_deep = std::mem::take(&mut self.too_deep);
        let wanted = (inside.folders.iter()).filter(|name| folder::is_searched_in_homes(name));
        let mut level: Vec<ToSearch> = wanted.map(|name| (home.join(name), offset + 1)).collect();
        let mut left = HOME_FOLDERS_MAX;
        while !level.is_empty() && left > 0 && !self.progress.cancelled() {
            level.sort_unstable();
            let now = left.min(level.len());
            let beyond = level.split_off(now);
            left -= now;
            let mut next: Vec<ToSearch> = Vec::new();
            for (path, depth) in level {
                next.extend(self.meet(&path, depth));
            }
            level = if beyond.is_empty() { next } else { beyond };
        }
        if !level.is_empty() || !self.too_deep.is_empty() {
            self.bounded_homes.add(home);
        }
        self.too_deep = too_deep;
    }

    /// A standard location of a home. Every folder on the way to it may be a link to a disk that is
    /// not connected.
    fn meet_place(&mut self, home: &Path, location: &Path) {
        let wanted = "the folder of this user's backups";
        match watched::metadata(location) {
            Ok(meta) if meta.is_dir() => self.queue(location.to_owned()),
            Ok(_) => {
                let found = "a file where the folder of backups should be";
                self.note(location, wanted, found, ProblemKind::WrongShape);
            }
            Err(error) if is_absent(error.kind()) => {
                if let Some(link) = locations::broken_link_on(home, location) {
                    self.add_link(&link, Link::Awaited);
                }
            }
            Err(_) if location.is_symlink() => self.add_link(location, Link::Awaited),
            Err(error) => {
                let problem = access_problem::unreadable(location, wanted, &error);
                self.walked.problems.push(problem);
            }
        }
    }

    fn meet_disk(&mut self, disk: &Path, inside: &Inside) {
        for name in &inside.folders {
            if !folder::is_system_folder(name) {
                self.queue(disk.join(name));
            }
        }
        for name in &inside.links {
            if !folder::is_system_folder(name) {
                self.meet_link(disk, name);
            }
        }
        self.look_into_bins(disk, inside);
    }

    fn meet_link(&mut self, folder: &Path, name: &OsStr) {
        let path = folder.join(name);
        let leads_to_folder = watched::metadata(&path).map(|meta| meta.is_dir());
        let is_place = folder::is_location(&path) || folder::holds_location(&path);
        let is_named = || folder::folder_name(&path).is_some();
        match leads_to_folder {
            Ok(true) if folder::is_location(&path) => self.queue(path),
            Ok(true) if is_place => self.queue(path.join("Backup")),
            _ if folder::is_windows_link(name) => {}
            Err(_) if is_place || is_named() || folder::is_on_the_way(name) => {
                self.add_link(&path, Link::Awaited);
            }
            Err(_) => self.add_link(&path, Link::Broken),
            Ok(false) => self.add_link(&path, Link::Harmless),
            Ok(true) => self.meet_link_to_folder(&path, name),
        }
    }

    /// A backup behind a link is read; any other folder is left alone.
    fn meet_link_to_folder(&mut self, path: &Path, name: &OsStr) {
        let is_named = folder::folder_name(path).is_some();
        let holds = Inside::list(path).map_or(Holds::Nothing, |inside| inside.holds(path));
        if is_named || holds == Holds::Shape {
            let mut candidate = Candidate::new(path, RealFolder::at(path), true, is_named);
            candidate.holds = holds;
            return self.found(candidate);
        }
        let real = watched::canonicalize(path).ok();
        let is_below_root = (real.as_deref().zip(self.real_root.as_deref()))
            .is_some_and(|(real, root)| real.starts_with(root));
        let kind = match () {
            () if is_below_root => Link::Harmless,
            () if folder::is_on_the_way(name) => Link::OnTheWay,
            () => Link::Folder,
        };
        self.add_link(path, kind);
    }

    fn add_link(&mut self, path: &Path, kind: Link) {
        let folder = path.parent().unwrap_or(self.root).to_owned();
        self.walked
            .links
            .entry((folder, kind))
            .or_default()
            .add(path);
    }

    fn note_other_volume(&mut self, path: &Path, real: Option<&RealFolder>) {
        let volume = real.and_then(RealFolder::volume);
        if volume.is_some_and(|volume| self.volumes.insert(volume)) {
            let found = "another file system begins here; it is searched too";
            let wanted = "one file system below the root";
            self.note(path, wanted, found, ProblemKind::Unknown);
        }
    }

    fn refused(&mut self, path: &Path, error: &io::Error) {
        let wanted = "a folder that may hold backups";
        let problem = access_problem::unreadable(path, wanted, error);
        self.walked.problems.push(problem);
    }

    fn note(&mut self, path: &Path, wanted: &str, found: &str, kind: ProblemKind) {
        let note = Problem::note(path, wanted, found).with_kind(kind);
        self.walked.problems.push(note);
    }

    fn finish(mut self) -> Walked {
        let containers = self.drop_containers();
        self.drop_empty();
        self.note_too_deep();
        self.note_bounded_homes();
        self.note_again();
        self.walked
            .problems
            .extend(std::mem::take(&mut self.bins).problems());
        self.note_strays(&containers);
        self.walked.left_out |= self.progress.cancelled();
        self.walked
    }

    /// Drops the folders that looked like backups only because a file lies in the wrong place: there
    /// are better ones inside. Those that lie deepest are decided first.
    fn drop_containers(&mut self) -> BTreeSet<PathBuf> {
        let mut candidates = std::mem::take(&mut self.walked.candidates);
        candidates.sort_by(|a, b| b.path.cmp(&a.path));
        let (homes, places) = (&self.walked.homes, &self.walked.places);
        let mut better: BTreeMap<PathBuf, Holds> = BTreeMap::new();
        let mut containers = BTreeSet::new();
        let mut kept = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let path = &candidate.path;
            let below = || {
                let after = better.range(path.clone()..);
                after.take_while(|(below, _)| below.starts_with(path))
            };
            let holds_places = is_above_any(path, homes) || is_above_any(path, places);
            if candidate.is_doubtful && candidate.is_container(below(), holds_places) {
                containers.insert(candidate.path.clone());
                continue;
            }
            if candidate.is_doubtful {
                self.progress.report(Event::BackupsFound(1));
            }
            better.insert(candidate.path.clone(), candidate.holds);
            kept.push(candidate);
        }
        kept.reverse();
        self.walked.candidates = kept;
        containers
    }

    /// A folder named by a UDID with nothing in it is a device of which there is no backup; a
    /// hundred thousand of them are a mistake.
    fn drop_empty(&mut self) {
        let mut count = 0;
        let mut dropped = Sample::default();
        self.walked.candidates.retain(|candidate| {
            count += usize::from(candidate.holds == Holds::Nothing);
            let is_kept = candidate.holds != Holds::Nothing || count <= EMPTY_MAX;
            if !is_kept {
                dropped.add(&candidate.path);
            }
            is_kept
        });
        if !dropped.is_empty() {
            let found = format!(
                "{} named by UDIDs that hold nothing of a backup, beyond the first {EMPTY_MAX}; these are left out: {}",
                dropped.counted("folder"),
                dropped.names()
            );
            let problem = Problem::incomplete(self.root, "folders of backups", found)
                .with_kind(ProblemKind::LeftOut)
                .with_remedy("Remove the empty folders, then run fleetback again");
            self.walked.problems.push(problem);
        }
    }

    fn note_too_deep(&mut self) {
        if self.too_deep.is_empty() {
            return;
        }
        self.walked.left_out = true;
        let found = format!(
            "{} {DEPTH_MAX} levels deep, with folders in it that were not searched: {}",
            self.too_deep.counted("folder"),
            self.too_deep.names(),
        );
        let problem = Problem::note(self.root, "backups near the root", found)
            .with_kind(ProblemKind::NotSearched)
            .with_remedy("If backups lie deeper, name a folder nearer to them as ROOT");
        self.walked.problems.push(problem);
    }

    fn note_bounded_homes(&mut self) {
        if self.bounded_homes.is_empty() {
            return;
        }
        self.walked.left_out = true;
        let found = format!(
            "{} searched in part: in the standard locations, and in the other folders {HOME_DEPTH} levels deep and {HOME_FOLDERS_MAX} folders far; not in Library, AppData, Applications, hidden folders and what lies deeper: {}",
            self.bounded_homes.counted("home"),
            self.bounded_homes.names(),
        );
        let problem = Problem::note(self.root, "homes that are searched whole", found)
            .with_kind(ProblemKind::NotSearched)
            .with_remedy(
                "If backups lie elsewhere in a home, name their folder as a ROOT of its own",
            );
        self.walked.problems.push(problem);
    }

    fn note_again(&mut self) {
        let again = std::mem::take(&mut self.again);
        for path in again.named() {
            self.note(
                path,
                "a folder of its own",
                "a folder that another path led to already; it is read once",
                ProblemKind::Repeated,
            );
        }
        if again.unnamed() > 0 {
            let found = format!(
                "{} more folders that another path led to already",
                again.unnamed()
            );
            let wanted = "folders of their own";
            self.note(self.root, wanted, &found, ProblemKind::Repeated);
        }
    }

    /// Notes what lies beside backups and is none, and places with no backup in them.
    fn note_strays(&mut self, containers: &BTreeSet<PathBuf>) {
        let surroundings = self.surroundings(containers);
        let mut notes = self.file_notes(&surroundings);
        notes.extend(self.folder_notes(&surroundings));
        notes.extend(self.place_notes(&surroundings));
        let beside = |folder: &Path| surroundings.beside.contains(folder);
        let archives = self.archives.iter().filter(|(folder, _)| beside(folder));
        let archives: Vec<Problem> = archives
            .map(|(folder, archives)| archives_beside(folder, archives))
            .collect();
        self.walked.left_out |= !archives.is_empty();
        self.walked.problems.extend(notes);
        self.walked.problems.extend(archives);
    }

    fn surroundings(&self, containers: &BTreeSet<PathBuf>) -> Surroundings {
        let walked = &self.walked;
        let backups: BTreeSet<PathBuf> = walked.candidates.iter().map(|c| c.path.clone()).collect();
        let parents = backups.iter().filter_map(|path| path.parent());
        let beside = parents
            .chain(walked.places.iter().map(PathBuf::as_path))
            .chain(containers.iter().map(PathBuf::as_path))
            .map(Path::to_owned)
            .collect();
        let refused = walked
            .problems
            .iter()
            .filter(|problem| problem.level == Level::Incomplete);
        let links = walked.links.iter();
        let awaited = links.filter(|((_, kind), _)| *kind == Link::Awaited);
        let unknown = refused
            .map(|problem| problem.path.as_path())
            .chain(awaited.flat_map(|(_, links)| links.named()))
            .map(Path::to_owned)
            .collect();
        Surroundings {
            backups,
            beside,
            unknown,
        }
    }

    fn file_notes(&self, surroundings: &Surroundings) -> Vec<Problem> {
        let files = self.stray_files.iter().filter(|(folder, files)| {
            !files.is_empty()
                && surroundings.beside.contains(*folder)
                && !surroundings.backups.contains(*folder)
        });
        let note = |(folder, files): (&PathBuf, &Sample)| {
            let found = format!(
                "{} beside the backups: {}",
                files.counted("file"),
                files.names()
            );
            Problem::note(folder, "backup folders only", found).with_kind(ProblemKind::Unrelated)
        };
        files.map(note).collect()
    }

    fn folder_notes(&self, surroundings: &Surroundings) -> Vec<Problem> {
        let mut folders: BTreeMap<&Path, Sample> = BTreeMap::new();
        for folder in &self.stray_folders {
            let parent = folder.parent();
            let parent = parent.filter(|parent| surroundings.beside.contains(*parent));
            if let Some(parent) = parent.filter(|_| surroundings.is_known_empty(folder)) {
                folders.entry(parent).or_default().add(folder);
            }
        }
        folders
            .iter()
            .flat_map(|(parent, folders)| stray_folders(parent, folders))
            .collect()
    }

    fn place_notes(&self, surroundings: &Surroundings) -> Vec<Problem> {
        self.walked
            .places
            .iter()
            .filter(|place| *place != self.root && surroundings.is_known_empty(place))
            .map(|place| {
                Problem::note(place, "backups", "a folder for backups with none in it")
                    .with_kind(ProblemKind::Empty)
            })
            .collect()
    }
}

/// The backups of a root and what lies around them.
struct Surroundings {
    backups: BTreeSet<PathBuf>,
    /// Folders in which backups lie or belong.
    beside: BTreeSet<PathBuf>,
    /// Folders that could not be read: what they hold is unknown.
    unknown: BTreeSet<PathBuf>,
}

impl Surroundings {
    /// Is it known that no backup lies below a folder?
    fn is_known_empty(&self, path: &Path) -> bool {
        !any_below(&self.backups, path) && !any_below(&self.unknown, path)
    }
}

impl Candidate {
    fn new(path: &Path, real: Option<RealFolder>, is_link: bool, is_named: bool) -> Self {
        Self {
            path: path.to_owned(),
            real,
            is_link,
            is_named,
            holds: Holds::Traces,
            is_doubtful: false,
        }
    }

    /// Is it only the folder around better ones? One named by a UDID is dropped where it holds
    /// nothing, or less than another of the same device in it; one of any other name unless it has
    /// payload of its own.
    fn is_container<'a>(
        &self,
        mut inside: impl Iterator<Item = (&'a PathBuf, &'a Holds)>,
        holds_places: bool,
    ) -> bool {
        match self.holds {
            Holds::Nothing => inside.next().is_some(),
            _ if !self.is_named => {
                let has_payload = |inside: Inside| inside.has_payload(&self.path);
                (holds_places || inside.next().is_some())
                    && !Inside::list(&self.path).is_ok_and(has_payload)
            }
            holds => {
                let udid = |path: &Path| folder::folder_name(path).map(|name| name.udid);
                let own = udid(&self.path);
                inside.any(|(path, other)| *other > holds && udid(path) == own)
            }
        }
    }
}

fn archives_beside(folder: &Path, archives: &Sample) -> Problem {
    let found = format!(
        "{} or disk images, which are not looked into: {}",
        archives.counted("archive"),
        archives.names()
    );
    Problem::note(folder, "backups in folders", found)
        .with_kind(ProblemKind::NotSearched)
        .with_remedy("If they hold backups, unpack them into a folder and name it as ROOT")
}

fn stray_folders(parent: &Path, folders: &Sample) -> Vec<Problem> {
    let one = |folder: &Path| {
        let found = "a folder that holds nothing of a backup";
        Problem::note(folder, "a backup", found).with_kind(ProblemKind::Unrelated)
    };
    let mut notes: Vec<Problem> = folders.named().map(one).collect();
    if folders.unnamed() > 0 {
        let found = format!(
            "{} more folders that hold nothing of a backup",
            folders.unnamed()
        );
        notes.push(Problem::note(parent, "backups", found).with_kind(ProblemKind::Unrelated));
    }
    notes
}

/// Does one of the paths lie at or below the folder? Descendants follow their folder in order.
fn any_below(paths: &BTreeSet<PathBuf>, folder: &Path) -> bool {
    paths
        .range(folder.to_owned()..)
        .next()
        .is_some_and(|path| path.starts_with(folder))
}

/// Does one of the paths lie below the folder, and not at it?
fn is_above_any(folder: &Path, paths: &BTreeSet<PathBuf>) -> bool {
    let mut below = paths.range(folder.to_owned()..);
    below
        .find(|path| path.as_path() != folder)
        .is_some_and(|path| path.starts_with(folder))
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}
