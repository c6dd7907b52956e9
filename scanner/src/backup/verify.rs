//! Compares what the manifest promises with what lies on disk: Apple's own check at the end of a backup.
//!
//! Presence by name only. A size that differs is legitimate (live databases), a file that is not
//! there is not; sampling cannot find 14 missing files among 507,000, so all are compared.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::catalog::{Catalog, FileRow, Layout, OddRows};
use super::payload::{self, Listing};
use crate::model::backup::{FileCount, FileName};
use crate::source::file::Fault;

/// How many missing files are named.
pub(super) const MISSING_SAMPLE_MAX: usize = 20;

/// What the names check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NamesCheck {
    /// The figures.
    pub files: FileCount,
    /// The first missing files, in manifest order.
    pub missing_sample: Vec<FileName>,
    /// Payload folders that could not be listed; their files are in neither `present` nor `missing`.
    pub unlisted: Vec<(PathBuf, Fault)>,
    /// Payload names that are links, folders or the like, and count as missing.
    pub no_files: u64,
    /// Rows that are not as iOS writes them.
    pub odd: OddRows,
}

/// A promised payload.
#[derive(Debug, Clone, Copy)]
struct Promise {
    id: [u8; 20],
    order: u32,
    excused: bool,
}

/// All promises of a manifest.
#[derive(Debug, Default)]
struct Promises {
    buckets: Vec<Vec<Promise>>,
    nameless: Vec<u32>,
    expected: u64,
    bytes: Option<u64>,
}

/// Checks every file row; `files_checked` hears of every folder's count.
pub(super) fn names(
    folder: &Path,
    catalog: &Catalog,
    files_checked: &(dyn Fn(u64) + Sync),
) -> Result<NamesCheck, Fault> {
    let (promises, odd) = promises(catalog)?;
    let outcomes = match catalog.layout() {
        Layout::Buckets => (0..=u8::MAX)
            .into_par_iter()
            .map(|first_byte| {
                let listing = payload::list_bucket(folder, first_byte);
                let wanted = &promises.buckets[usize::from(first_byte)];
                let path = payload::bucket_path(folder, first_byte);
                outcome(path, listing, wanted, files_checked)
            })
            .collect(),
        Layout::Flat => {
            let wanted: Vec<_> = promises.buckets.concat();
            let listing = payload::list_flat(folder);
            vec![outcome(folder.to_owned(), listing, &wanted, files_checked)]
        }
    };
    add_up(catalog, &promises, odd, outcomes)
}

fn promises(catalog: &Catalog) -> Result<(Promises, OddRows), Fault> {
    let mut promises = Promises {
        buckets: vec![Vec::new(); 256],
        bytes: Some(0),
        ..Promises::default()
    };
    let odd = catalog.file_rows(|row| promises.add(&row))?;
    for bucket in &mut promises.buckets {
        bucket.sort_unstable_by_key(|promise| promise.id);
    }
    Ok((promises, odd))
}

impl Promises {
    fn add(&mut self, row: &FileRow) {
        self.expected += u64::from(!row.excused);
        self.bytes = self
            .bytes
            .zip(row.size)
            .and_then(|(sum, size)| sum.checked_add(size));
        match row.id {
            Some(id) => self.buckets[usize::from(id[0])].push(Promise {
                id,
                order: row.order,
                excused: row.excused,
            }),
            None if row.excused => {}
            None => self.nameless.push(row.order),
        }
    }
}

/// What one folder gave.
enum Outcome {
    Listed {
        present: u64,
        extra: u64,
        no_files: u64,
        missing: u64,
        first_missing: Vec<u32>,
    },
    Unlisted(PathBuf, Fault),
}

fn outcome(
    path: PathBuf,
    listing: Result<Listing, Fault>,
    wanted: &[Promise],
    files_checked: &(dyn Fn(u64) + Sync),
) -> Outcome {
    files_checked(wanted.len() as u64);
    match listing {
        Ok(listing) => compare(&listing, wanted),
        // Something else in a folder's place holds no payload; a link may lead to one.
        Err(Fault::Wrong(words)) if words != "a symbolic link" => {
            compare(&Listing::default(), wanted)
        }
        Err(fault) => Outcome::Unlisted(path, fault),
    }
}

/// Both sides are sorted by name.
fn compare(listing: &Listing, wanted: &[Promise]) -> Outcome {
    let on_disk = |promise: &Promise| listing.ids.binary_search(&promise.id).is_ok();
    let (found, lost): (Vec<&Promise>, Vec<&Promise>) = wanted.iter().partition(|p| on_disk(p));
    let mut orders: Vec<u32> = lost
        .iter()
        .filter(|p| !p.excused)
        .map(|p| p.order)
        .collect();
    let missing = orders.len() as u64;
    orders.sort_unstable();
    orders.truncate(MISSING_SAMPLE_MAX);
    let promised = |id: &&[u8; 20]| wanted.binary_search_by_key(id, |p| &p.id).is_ok();
    let named = listing.ids.iter().filter(promised).count();
    Outcome::Listed {
        present: found.iter().filter(|p| !p.excused).count() as u64,
        extra: (listing.ids.len() - named) as u64 + listing.strangers,
        no_files: listing.no_files,
        missing,
        first_missing: orders,
    }
}

fn add_up(
    catalog: &Catalog,
    promises: &Promises,
    odd: OddRows,
    outcomes: Vec<Outcome>,
) -> Result<NamesCheck, Fault> {
    let mut check = NamesCheck {
        odd,
        ..NamesCheck::default()
    };
    check.files.expected = promises.expected;
    check.files.bytes = promises.bytes;
    check.files.missing = promises.nameless.len() as u64;
    let mut orders = promises.nameless.clone();
    for outcome in outcomes {
        match outcome {
            Outcome::Listed {
                present,
                extra,
                no_files,
                missing,
                first_missing,
            } => {
                check.files.present += present;
                check.files.extra += extra;
                check.files.missing += missing;
                check.no_files += no_files;
                orders.extend(first_missing);
            }
            Outcome::Unlisted(path, fault) => check.unlisted.push((path, fault)),
        }
    }
    orders.sort_unstable();
    orders.truncate(MISSING_SAMPLE_MAX);
    if !orders.is_empty() {
        check.missing_sample = catalog.names(&orders)?;
    }
    Ok(check)
}
