//! Compares what the manifest lists with what is on disk, to the depth that was asked for.
//!
//! `names` is Apple's own check at the end of a backup; `sizes` looks at every length; `contents`
//! reads every byte. Sampling cannot find 14 missing files among 507,000, so all are compared: each
//! of the 256 payload folders is listed once, and the folders are shared out to the threads.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::compare::{Compared, compare, sort_worst_first};
use super::depth::Depth;
use super::difference::How;
use super::doubts;
use super::expected::ExpectedFiles;
use super::looked_into;
use super::payload::{self, Listing, SAMPLE_MAX};
use super::sample::{Candidate, Sample};
use crate::backup::cloud_log::LogKeys;
use crate::backup::file_list::catalog::{Catalog, Layout, hex};
use crate::backup::file_list::row_facts::{Domains, OddRows, RowFacts};
use crate::model::backup::{
    DecomposedPaths, FileCount, FileDifference, FileName, ListedData, VerifyLevel,
};
use crate::source::file::{self, Fault};

/// Digests and keys are kept for about so many rows at a time.
const SEALED_ROWS_MAX: u64 = 250_000;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Check {
    /// The level reached.
    pub level: VerifyLevel,
    /// The figures.
    pub files: FileCount,
    /// The first missing files, in manifest order.
    pub missing_sample: Vec<FileName>,
    /// The first payloads that no row names.
    pub extra_sample: Vec<String>,
    /// The first differing files: damage first, then manifest order.
    pub different_sample: Vec<FileDifference>,
    /// Payload folders that could not be listed; their files are in neither `present` nor `missing`.
    pub unlisted: Vec<(PathBuf, Fault)>,
    /// Payloads that could not be read to their end.
    pub unread: u64,
    /// The first of them.
    pub unread_sample: Vec<(PathBuf, Fault)>,
    /// Payload names that are links, folders or the like, and count as missing.
    pub no_files: u64,
    /// Rows that are not as iOS writes them.
    pub odd: OddRows,
    /// Why the list proves less than it seems to, or the check does; plain words.
    pub doubts: Vec<String>,
    /// Of the missing files, those whose name is there and whose content is elsewhere.
    pub not_downloaded: u64,
    /// Domains that every device fills.
    pub domains: Domains,
    /// Data that people miss first.
    pub listed: ListedData,
    /// Paths that a restore has been seen to stop at.
    pub decomposed_paths: DecomposedPaths,
    /// The wrapped keys of the iCloud log's payloads.
    pub log_keys: LogKeys,
}

/// Checks every file row at `depth.level`.
pub(crate) fn check(folder: &Path, catalog: &Catalog, depth: &Depth<'_>) -> Result<Check, Fault> {
    let (whole, disk) = rayon::join(
        || read_proven(catalog),
        || Disk::open(folder, catalog, depth),
    );
    let whole = whole?;
    let facts = whole.facts.clone();
    let mut check = Check::begin(&whole, depth);
    let mut nameless: Vec<u32> = whole.nameless().collect();
    let compared = if depth.level < VerifyLevel::Contents {
        let mut compared = disk.compare(&whole, &ALL_FOLDERS, depth);
        if depth.lengths() {
            let sample = disk.look_into(&whole.sample, &compared, depth);
            compared.push(sample);
        }
        compared
    } else {
        drop(whole);
        in_runs(catalog, &disk, depth, check.odd.rows)?
    };
    check.add_up(catalog, compared, &mut nameless, &facts, depth)?;
    check.doubts.extend(catalog.doubt().map(str::to_owned));
    Ok(check)
}

/// Reads the list, and proves that it is sound.
fn read_proven(catalog: &Catalog) -> Result<ExpectedFiles, Fault> {
    if let Some(whole) = ExpectedFiles::read_proven(catalog) {
        return Ok(whole);
    }
    let (whole, indexes) = rayon::join(
        || ExpectedFiles::read(catalog, &ALL_FOLDERS, false),
        || catalog.prove(),
    );
    let (whole, indexes) = (whole?, indexes?);
    indexes.agree_with(&whole.facts.tallies)?;
    Ok(whole)
}

const ALL_FOLDERS: RangeInclusive<u8> = 0..=u8::MAX;

/// Reads the manifest once for each run of folders, so that only its digests and keys are held.
fn in_runs(
    catalog: &Catalog,
    disk: &Disk<'_>,
    depth: &Depth<'_>,
    rows: u64,
) -> Result<Vec<Compared>, Fault> {
    let runs = rows.div_ceil(SEALED_ROWS_MAX).clamp(1, 256);
    let width = u8::try_from(256 / runs).unwrap_or(u8::MAX);
    let mut compared = Vec::with_capacity(256);
    let mut next = Some(0_u8);
    while let Some(first) = next {
        let last = first.saturating_add(width - 1);
        let folders = if width == u8::MAX {
            ALL_FOLDERS
        } else {
            first..=last
        };
        let expected = ExpectedFiles::read(catalog, &folders, depth.with_integrity)?;
        compared.extend(disk.compare(&expected, &folders, depth));
        next = folders.end().checked_add(1);
    }
    Ok(compared)
}

/// Where the payloads lie.
enum Disk<'a> {
    Buckets(&'a Path),
    /// The same, listed while the manifest was read.
    Listed(&'a Path, Vec<Result<Listing, Fault>>),
    /// All in one folder, which is listed once.
    Flat(&'a Path, Result<Listing, Fault>),
}

impl<'a> Disk<'a> {
    /// A manifest that one thread reads leaves the others time to list the folders meanwhile; one that
    /// all threads read does not, and then no more than one listing for each of them is held.
    fn open(folder: &'a Path, catalog: &Catalog, depth: &Depth<'_>) -> Self {
        let list = |first_byte| payload::list_bucket(folder, first_byte, depth.look);
        match catalog.layout() {
            Layout::Buckets if catalog.is_in_one_part() => {
                let listings = ALL_FOLDERS.into_par_iter().map(list);
                Self::Listed(folder, listings.collect())
            }
            Layout::Buckets => Self::Buckets(folder),
            Layout::Flat => Self::Flat(folder, payload::list_flat(folder, depth.look)),
        }
    }

    fn compare(
        &self,
        expected: &ExpectedFiles,
        folders: &RangeInclusive<u8>,
        depth: &Depth<'_>,
    ) -> Vec<Compared> {
        let one = |first_byte: u8| {
            let bucket = expected.bucket(first_byte);
            let (path, listing) = self.list(first_byte, depth);
            (depth.files_checked)(bucket.expected.len() as u64);
            compare(&path, listing, &bucket, depth)
        };
        folders.clone().into_par_iter().map(one).collect()
    }

    /// Looks into the sample, but for files that are known to differ.
    fn look_into(&self, sample: &Sample, compared: &[Compared], depth: &Depth<'_>) -> Compared {
        let differing = compared.iter().flat_map(|one| &one.first_differences);
        let differing: BTreeSet<u32> = differing.map(|(order, _)| *order).collect();
        let files = sample.files();
        let look = |listed: &Candidate| {
            let path = self.place_of(&listed.id);
            let seen = looked_into::look_into(&path, listed, depth);
            (listed.order, path, seen)
        };
        let asked = files
            .par_iter()
            .filter(|file| !differing.contains(&file.order));
        let seen: Vec<_> = asked.map(look).collect();
        let mut sums = Compared::default();
        for (order, path, seen) in seen {
            match seen {
                Ok(seen) => sums.add_seen(order, &seen.unwrap_or_default()),
                Err(fault) => sums.add_unread(path, fault),
            }
        }
        sums
    }

    /// Where a payload lies, as its name is spelled there.
    fn place_of(&self, id: &[u8; 20]) -> PathBuf {
        let folder = match self {
            Self::Buckets(folder) | Self::Listed(folder, _) => payload::found_bucket(folder, id[0]),
            Self::Flat(folder, _) => (*folder).to_owned(),
        };
        file::found(&folder, &hex(id))
    }

    fn list(&self, first_byte: u8, depth: &Depth<'_>) -> (PathBuf, Result<Listing, Fault>) {
        match self {
            Self::Buckets(folder) => {
                let listing = payload::list_bucket(folder, first_byte, depth.look);
                (payload::found_bucket(folder, first_byte), listing)
            }
            Self::Listed(folder, listings) => (
                payload::found_bucket(folder, first_byte),
                listings[usize::from(first_byte)].clone(),
            ),
            Self::Flat(folder, Ok(all)) => ((*folder).to_owned(), Ok(all.part(first_byte))),
            Self::Flat(folder, Err(fault)) => ((*folder).to_owned(), Err(fault.clone())),
        }
    }
}

impl Check {
    /// True if something could not be read that a later run may read.
    pub(crate) fn is_incomplete(&self) -> bool {
        let elsewhere = self.not_downloaded > 0;
        !self.unlisted.is_empty() || self.unread > 0 || !self.doubts.is_empty() || elsewhere
    }

    fn begin(expected: &ExpectedFiles, depth: &Depth<'_>) -> Self {
        Self {
            level: depth.reached(),
            files: FileCount {
                expected: expected.expected(),
                bytes: expected.bytes().filter(|_| !depth.lengths()),
                ..FileCount::default()
            },
            odd: expected.facts.odd,
            domains: expected.facts.domains,
            listed: expected.facts.listed,
            log_keys: expected.log_keys(),
            ..Self::default()
        }
    }

    fn add_up(
        &mut self,
        catalog: &Catalog,
        compared: Vec<Compared>,
        missing: &mut Vec<u32>,
        facts: &RowFacts,
        depth: &Depth<'_>,
    ) -> Result<(), Fault> {
        self.files.missing = missing.len() as u64;
        let mut differences = Vec::new();
        let mut sums = Compared::default();
        for mut one in compared {
            missing.append(&mut one.first_missing);
            differences.append(&mut one.first_differences);
            self.extra_sample.append(&mut one.first_extra);
            self.unread_sample.append(&mut one.first_unread);
            self.unlisted.extend(one.unlisted.take());
            sums.add_figures(&one);
        }
        let (contradicting, first) = sums.looked_into.contradicting();
        differences.extend(first);
        sums.different += contradicting;
        // A flat folder that cannot be listed is one folder.
        self.unlisted.dedup();
        self.take_figures(&sums, facts);
        self.doubts = doubts::find(facts, &sums, &self.files, depth);
        self.extra_sample.sort_unstable();
        self.extra_sample.truncate(SAMPLE_MAX);
        self.unread_sample.truncate(SAMPLE_MAX);
        self.name(catalog, missing, differences, facts)
    }

    fn take_figures(&mut self, sums: &Compared, facts: &RowFacts) {
        let has_lengths = self.level >= VerifyLevel::Sizes;
        self.files.present = sums.present;
        self.files.missing += sums.missing;
        self.files.extra = sums.extra;
        self.no_files = sums.no_files;
        self.unread = sums.unread;
        self.not_downloaded = sums.not_downloaded;
        self.files.unchecked = facts.unusable_others;
        if has_lengths {
            self.files.damaged = sums.damaged;
            self.files.incomparable = sums.incomparable;
            self.files.different = Some(sums.different);
            self.files.looked_into = sums.looked_into.files;
            self.files.bytes = self.unlisted.is_empty().then_some(sums.bytes);
        }
        // The level is the one that every row reached.
        if sums.incomparable > 0 {
            self.level = self.level.min(VerifyLevel::Names);
        }
    }

    /// Looks the names of all samples up in one reading of the list.
    fn name(
        &mut self,
        catalog: &Catalog,
        missing: &mut Vec<u32>,
        mut differences: Vec<(u32, How)>,
        facts: &RowFacts,
    ) -> Result<(), Fault> {
        missing.sort_unstable();
        missing.truncate(SAMPLE_MAX);
        sort_worst_first(&mut differences);
        let mut orders: Vec<u32> = differences.iter().map(|(order, _)| *order).collect();
        orders.extend_from_slice(missing);
        orders.extend_from_slice(&facts.decomposed.orders);
        orders.sort_unstable();
        orders.dedup();
        let names = catalog.names(&orders)?;
        let name = |order: &u32| {
            let at = orders.binary_search(order).ok()?;
            names.get(at).cloned()
        };
        self.missing_sample = missing.iter().filter_map(name).collect();
        self.decomposed_paths = DecomposedPaths {
            count: facts.decomposed.count,
            domains: facts.decomposed.domains.iter().cloned().collect(),
            sample: facts.decomposed.orders.iter().filter_map(name).collect(),
        };
        let difference = |(order, how): &(u32, How)| {
            Some(FileDifference {
                file: name(order)?,
                how: how.words(),
            })
        };
        self.different_sample = differences.iter().filter_map(difference).collect();
        Ok(())
    }
}
