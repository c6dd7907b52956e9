//! The one parallel loop: roots and documents in, a [`Fleet`] out.
//!
//! Runs on the rayon pool it is called in (`pool.install(|| scan(…))`); the order of everything in
//! the fleet belongs to the data, never to the threads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::backup::all::read_all;
use crate::backup::read::ReadOptions;
use crate::discover::documents::documents;
use crate::discover::roots::{Discovery, HostFolders, discover};
use crate::mdm;
use crate::mdm::read::Document;
use crate::mdm::table::rules::TableRules;
use crate::model::backup::{LocalBackup, VerifyLevel};
use crate::model::fleet::{Disk, ExportSummary, Fleet, Host};
use crate::model::found_backup::FoundBackup;
use crate::model::management::Answer;
use crate::model::person::InventoryRow;
use crate::model::problem::Problem;
use crate::reconcile::reconcile;
use crate::source::watched;
use crate::work::progress::Part;
use crate::work::queue::in_turn;

pub use crate::backup::services::{ReadBackups, ScanServices};
pub use crate::work::progress::{Event, Progress, Silent};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Backup roots: a backup, a MobileSync/Backup folder, a home, a folder of homes, a share of hosts.
    pub roots: Vec<PathBuf>,
    /// MDM exports: files, or folders of them.
    pub documents: Vec<PathBuf>,
    /// The inventory table.
    pub inventory: Option<PathBuf>,
    /// What the user has said of the columns and dates of device tables.
    pub tables: TableRules,
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The run's clock.
    pub now: Timestamp,
    /// Name of this computer, for backups that no host folder holds.
    pub scan_host: String,
    /// How deep to check each backup.
    pub verify: VerifyLevel,
    /// Check everything again, whatever earlier runs found?
    pub verify_again: bool,
    /// A check of an earlier run is made again after so many days.
    pub verify_again_days: u32,
}

impl ScanOptions {
    /// Days after which everything is checked again, changed or not.
    pub const VERIFY_AGAIN_DAYS: u32 = 30;

    fn read_options(&self) -> ReadOptions {
        ReadOptions {
            now: self.now,
            verify: self.verify,
            verify_again: self.verify_again,
            verify_again_days: self.verify_again_days,
        }
    }
}

/// Reads everything. Never fails: what could not be read is in the fleet's problems. A cancelled
/// scan gives what it had read by then.
///
/// ```
/// use fleetback_scanner::model::backup::VerifyLevel;
/// use fleetback_scanner::scan::{Inputs, ScanOptions, ScanServices, Silent, scan};
///
/// let share = tempfile::tempdir()?;
/// std::fs::write(share.path().join("inventory.csv"), "serial,user\nF2LXK1ABCDEF,Ada\n")?;
/// let inputs = Inputs {
///     roots: vec![share.path().to_owned()],
///     inventory: Some(share.path().join("inventory.csv")),
///     ..Inputs::default()
/// };
/// let options = ScanOptions {
///     now: "2026-11-20T05:00:00Z".parse()?,
///     scan_host: "mac-1".to_owned(),
///     verify: VerifyLevel::Sizes,
///     verify_again: false,
///     verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
/// };
/// let fleet = scan(&inputs, &options, &ScanServices::new(&Silent));
/// assert_eq!(fleet.devices.len(), 1);
/// assert!(fleet.devices[0].backups.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scan(inputs: &Inputs, options: &ScanOptions, services: &ScanServices<'_>) -> Fleet {
    let found = find(inputs, &options.scan_host, services.progress);
    read(&found, inputs, options, services, &ReadBackups::default())
}

/// What there is to read.
#[derive(Debug, Clone, Default)]
pub struct Found {
    places: Discovery,
    documents: Vec<PathBuf>,
    /// Of finding the documents.
    trouble: Vec<Problem>,
}

impl Found {
    /// The backup folders.
    pub fn backups(&self) -> &[FoundBackup] {
        &self.places.backups
    }

    /// The documents.
    pub fn documents(&self) -> &[PathBuf] {
        &self.documents
    }

    /// What could not be looked into.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.places.problems.iter().chain(&self.trouble)
    }
}

/// The first half of [`scan`]: finds what there is, and reads none of it.
pub fn find(inputs: &Inputs, scan_host: &str, progress: &dyn Progress) -> Found {
    let (places, (documents, trouble)) = rayon::join(
        || discover(&inputs.roots, scan_host, progress),
        || documents(&inputs.documents),
    );
    let count = documents.len() + usize::from(inputs.inventory.is_some());
    progress.report(Event::DocumentsFound(count as u64));
    progress.report(Event::Discovered);
    Found {
        places,
        documents,
        trouble,
    }
}

/// The second half of [`scan`]: reads what was found, but for the backups that `kept` holds already.
pub fn read(
    found: &Found,
    inputs: &Inputs,
    options: &ScanOptions,
    services: &ScanServices<'_>,
    kept: &ReadBackups,
) -> Fleet {
    let progress = services.progress;
    let (backups, ((answers, unread, exports), people)) = rayon::join(
        || read_all(found.backups(), &options.read_options(), services, kept),
        || {
            rayon::join(
                || read_documents(&found.documents, inputs, options.now, progress),
                || read_inventory(inputs.inventory.as_deref(), options.now, progress),
            )
        },
    );
    let count = found.documents.len() + usize::from(inputs.inventory.is_some());
    assemble(
        found.places.clone(),
        backups,
        DocumentResults {
            evidence: (answers, unread),
            people,
            trouble: found.trouble.clone(),
            count: count as u64,
            exports,
        },
    )
}

/// Reads some backups of a fleet once more, as deep as these options ask: a swap check looks into one
/// device, and of the others it is enough to know that they are there.
pub fn read_again(
    fleet: &Fleet,
    wanted: &BTreeSet<PathBuf>,
    options: &ScanOptions,
    services: &ScanServices<'_>,
    kept: &ReadBackups,
) -> Vec<LocalBackup> {
    let backups = fleet.devices.iter().flat_map(|device| &device.backups);
    let wanted = backups.filter(|backup| wanted.contains(&backup.path));
    let found: Vec<_> = wanted.map(FoundBackup::from_backup).collect();
    read_all(&found, &options.read_options(), services, kept)
}

/// Puts what was read once more in the place of what was read before. A cancelled run reads fewer; the
/// others stay as they are.
pub fn replace_backups(fleet: &mut Fleet, fresh: Vec<LocalBackup>) {
    let mut fresh: BTreeMap<PathBuf, LocalBackup> = fresh
        .into_iter()
        .map(|backup| (backup.path.clone(), backup))
        .collect();
    let devices = fleet.devices.iter_mut();
    for old in devices.flat_map(|device| &mut device.backups) {
        if let Some(new) = fresh.remove(&old.path) {
            *old = new;
        }
    }
}

/// What was read beside the backups.
struct DocumentResults {
    evidence: (Vec<Answer>, Vec<Problem>),
    people: (Vec<InventoryRow>, Vec<Problem>),
    /// Of finding the documents.
    trouble: Vec<Problem>,
    count: u64,
    exports: Vec<ExportSummary>,
}

fn assemble(found: Discovery, backups: Vec<LocalBackup>, read: DocumentResults) -> Fleet {
    let (answers, unread) = read.evidence;
    let (people, rows_unread) = read.people;
    let mut problems = [found.problems, read.trouble, unread, rows_unread].concat();
    problems.sort();
    problems.dedup();
    let hosts = hosts(&found.hosts, &found.backups);
    let names_a_device = answers
        .iter()
        .any(|answer| !answer.identity.is_empty() && !answer.management.kind_unsure);
    let has_inventory = names_a_device
        || people
            .iter()
            .any(|row| !row.identity.is_empty() && !row.kind_unsure);
    let (devices, unmatched) = reconcile(backups, answers, people);
    Fleet {
        devices,
        has_inventory,
        unmatched,
        hosts,
        problems,
        roots: found.roots,
        absent_roots: Vec::new(),
        left_out: found.left_out,
        documents: read.count,
        exports: read.exports,
    }
}

/// Reads all documents of the exports that were named.
fn read_documents(
    paths: &[PathBuf],
    inputs: &Inputs,
    now: Timestamp,
    progress: &dyn Progress,
) -> (Vec<Answer>, Vec<Problem>, Vec<ExportSummary>) {
    let (named, tables) = (&inputs.documents, &inputs.tables);
    let documents = in_turn(paths, progress, |path| {
        let bytes = watched::metadata(path).map_or(0, |meta| meta.len());
        let part = Part::new(bytes, progress);
        let mut document =
            mdm::read::read_by_rules(path, now, tables, &|bytes| part.on_bytes(bytes));
        document.give_back_room();
        part.done();
        document
    });
    let exports = summaries(named, documents.iter().map(Document::export_summary));
    let (answers, problems) = mdm::pair::pair(documents);
    (answers, problems, exports)
}

/// One summary for each export that was named; what lies below two of them belongs to the deeper one.
fn summaries(named: &[PathBuf], files: impl Iterator<Item = ExportSummary>) -> Vec<ExportSummary> {
    let mut all: BTreeMap<&Path, ExportSummary> = BTreeMap::new();
    for path in named {
        let path = path.as_path();
        all.entry(path).or_default().path = path.to_owned();
    }
    for file in files {
        let path = file.path.clone();
        let owner = all.iter_mut().filter(|(above, _)| path.starts_with(above));
        if let Some((_, summary)) = owner.max_by_key(|(above, _)| above.components().count()) {
            summary.add(file);
        }
    }
    all.into_values().collect()
}

fn read_inventory(
    path: Option<&Path>,
    now: Timestamp,
    progress: &dyn Progress,
) -> (Vec<InventoryRow>, Vec<Problem>) {
    let Some(path) = path.filter(|_| !progress.cancelled()) else {
        return (Vec::new(), Vec::new());
    };
    let rows = mdm::table::inventory::read(path, now);
    progress.report(Event::DocumentRead);
    rows
}

/// The computers with the number of their backups and the free space of the volumes these lie on.
fn hosts(folders: &[HostFolders], backups: &[FoundBackup]) -> Vec<Host> {
    let one = |host: &HostFolders| Host {
        name: host.name.clone(),
        backups: backups
            .iter()
            .filter(|backup| backup.host == host.name)
            .count() as u64,
        disk: fullest(&host.folders),
    };
    folders.iter().map(one).collect()
}

/// Of the volumes that these folders lie on, the one with the least free space.
fn fullest(folders: &[PathBuf]) -> Option<Disk> {
    folders
        .iter()
        .filter_map(|folder| disk(folder))
        .min_by_key(|disk| (disk.free, disk.total))
}

fn disk(folder: &Path) -> Option<Disk> {
    let _asked = watched::ask(folder).ok()?;
    let volume = fs4::statvfs(folder).ok()?;
    let (free, total) = (volume.available_space(), volume.total_space());
    (total > 0).then_some(Disk { free, total })
}
