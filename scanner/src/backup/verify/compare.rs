//! Compares one payload folder with the manifest: missing, extra and different files.

use std::path::{Path, PathBuf};

use super::blocks;
use super::contents;
use super::depth::Depth;
use super::difference::How;
use super::expected::{Bucket, ExpectedFile, Integrity};
use super::looked_into::{LookedInto, Seen};
use super::payload::{Listing, OnDisk, SAMPLE_MAX};
use crate::backup::crypto::decrypt;
use crate::backup::file_list::catalog::{hex, id_order};
use crate::model::backup::VerifyLevel;
use crate::source::file::Fault;

/// A payload is read up to so many bytes beyond what its row promises. A file that grew while it was copied
/// stays within that; what is longer differs by its length alone, and may be a sparse file of terabytes.
const READ_BEYOND_MAX: u64 = 16 << 20;

/// Where a row promises no length, a payload is read up to this one: no file of a device is longer.
const UNPROMISED_BYTES_MAX: u64 = 64 << 30;

/// What one folder gave. Samples hold the first few only.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Promised and there.
    pub present: u64,
    /// Promised and not there.
    pub missing: u64,
    /// Positions of the first of them.
    pub first_missing: Vec<u32>,
    /// Of the missing, those whose name is there and whose content is elsewhere.
    pub not_downloaded: u64,
    /// Promised and there, with nothing in the row to compare them with.
    pub incomparable: u64,
    /// Of those, files that hold nothing.
    pub incomparable_empty: u64,
    /// There and not in the manifest.
    pub extra: u64,
    /// Names of the first of them, below the backup's folder.
    pub first_extra: Vec<String>,
    /// Names that the manifest lists more than once.
    pub repeated: u64,
    /// Names of payloads that are no regular files.
    pub no_files: u64,
    /// There and not as the manifest says.
    pub different: u64,
    /// Of them, those that are damaged.
    pub damaged: u64,
    /// Positions of the worst of them.
    pub first_differences: Vec<(u32, How)>,
    /// Stored bytes of the listed files that are there.
    pub bytes: u64,
    /// What those that were looked into say.
    pub looked_into: LookedInto,
    /// Files that could not be read to their end.
    pub unread: u64,
    /// The first of them.
    pub first_unread: Vec<(PathBuf, Fault)>,
    /// The folder, if it could not be listed.
    pub unlisted: Option<(PathBuf, Fault)>,
}

impl Compared {
    /// Adds the figures of another folder, without its samples.
    pub(crate) fn add_figures(&mut self, other: &Self) {
        self.present += other.present;
        self.missing += other.missing;
        self.not_downloaded += other.not_downloaded;
        self.incomparable += other.incomparable;
        self.incomparable_empty += other.incomparable_empty;
        self.extra += other.extra;
        self.no_files += other.no_files;
        self.repeated += other.repeated;
        self.different += other.different;
        self.damaged += other.damaged;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.looked_into.add_all(&other.looked_into);
        self.unread += other.unread;
    }

    fn add_present(
        &mut self,
        place: &Place<'_>,
        file: &OnDisk,
        listed: &ExpectedFile,
        bucket: &Bucket,
        depth: &Depth<'_>,
    ) {
        if file.is_hollow && !listed.may_be_absent() {
            return self.add_missing(listed, true);
        }
        self.bytes = self.bytes.saturating_add(file.bytes);
        // The device itself says that it changed meanwhile.
        if listed.may_be_absent() {
            return;
        }
        self.present += 1;
        if !depth.lengths() {
            return;
        }
        let integrity = bucket.integrity(listed);
        if listed.size().is_none() && integrity.digest.is_none() {
            self.incomparable += 1;
            self.incomparable_empty += u64::from(file.bytes == 0 && !listed.is_not_empty());
        }
        let how = length(file, listed, depth);
        let deeper = match depth.level {
            VerifyLevel::Contents => self.read_to_end(place, file, listed, how, &integrity, depth),
            _ => None,
        };
        if let Some(how) = deeper.or(how) {
            self.add_difference(listed.order(), how);
        }
    }

    /// Reads a payload; what proves that it is damaged. One of another length goes on living, and may
    /// begin as it likes. One that is far longer than promised is not read.
    fn read_to_end(
        &mut self,
        place: &Place<'_>,
        file: &OnDisk,
        listed: &ExpectedFile,
        length: Option<How>,
        integrity: &Integrity,
        depth: &Depth<'_>,
    ) -> Option<How> {
        let bytes_max = bytes_to_read(listed, depth);
        if length.is_some() && file.bytes > bytes_max {
            return None;
        }
        let path = place.of(file);
        let kind = listed.kind().filter(|_| length.is_none());
        match contents::read(
            &path,
            bytes_max,
            integrity,
            kind,
            depth.encrypted,
            depth.keys,
        ) {
            Ok(seen) => {
                self.looked_into.add(listed.order(), &seen);
                if listed.size() == Some(0) && integrity.digest.is_none() && integrity.key.is_none()
                {
                    self.looked_into.add_empty();
                }
                seen.damage
            }
            Err(fault) => {
                self.add_unread(path, fault);
                None
            }
        }
    }

    /// Adds a payload of the sample.
    pub(crate) fn add_seen(&mut self, order: u32, seen: &Seen) {
        self.looked_into.add(order, seen);
        if let Some(how) = seen.damage {
            self.add_difference(order, how);
        }
    }

    fn add_missing(&mut self, listed: &ExpectedFile, not_downloaded: bool) {
        self.missing += 1;
        self.not_downloaded += u64::from(not_downloaded);
        self.first_missing.push(listed.order());
    }

    /// Adds a payload at this position that differs.
    pub(crate) fn add_difference(&mut self, order: u32, how: How) {
        self.different += 1;
        self.damaged += u64::from(how.is_damage());
        self.first_differences.push((order, how));
    }

    /// Looks into the largest ciphertext of the folder that differs in nothing so far: one for each
    /// folder finds what a copy left of many.
    fn look_into_largest(&mut self, place: &Place<'_>, promises: &[ExpectedFile]) {
        let differs = |order| {
            self.first_differences
                .iter()
                .any(|(other, _)| *other == order)
        };
        let Some(largest) = place
            .listing
            .files
            .iter()
            .filter(|file| !file.is_hollow)
            .max_by_key(|file| file.bytes)
        else {
            return;
        };
        let listed = promises.iter().find(|listed| listed.id == largest.id);
        let Some(listed) = listed.filter(|p| !p.may_be_absent() && !differs(p.order())) else {
            return;
        };
        let path = place.of(largest);
        match blocks::repeat_in_sample(&path, largest.bytes) {
            Ok(true) => self.add_difference(listed.order(), How::Repeats),
            Ok(false) => {}
            Err(fault) => self.add_unread(path, fault),
        }
    }

    /// Adds a payload that could not be read.
    pub(crate) fn add_unread(&mut self, path: PathBuf, fault: Fault) {
        self.unread += 1;
        if self.first_unread.len() < SAMPLE_MAX {
            self.first_unread.push((path, fault));
        }
    }

    fn add_extra(&mut self, path: &Path, unasked: &[&OnDisk], listing: &Listing) {
        self.extra += unasked.len() as u64 + listing.strangers;
        let unasked = unasked.iter().take(SAMPLE_MAX);
        let named = unasked.map(|file| below_backup(path, &hex(&file.id)));
        self.first_extra.extend(named);
        let named = listing
            .strangers_sample
            .iter()
            .map(|name| below_backup(path, name));
        self.first_extra.extend(named);
    }

    fn cut_samples(&mut self) {
        self.first_missing.sort_unstable();
        self.first_missing.truncate(SAMPLE_MAX);
        sort_worst_first(&mut self.first_differences);
        self.first_extra.sort_unstable();
        self.first_extra.truncate(SAMPLE_MAX);
    }
}

/// Damage first, then in the order of the manifest; the first few.
pub(crate) fn sort_worst_first(differences: &mut Vec<(u32, How)>) {
    differences.sort_unstable_by_key(|(order, how)| (!how.is_damage(), *order));
    differences.truncate(SAMPLE_MAX);
}

/// How much of a payload is read at most.
fn bytes_to_read(listed: &ExpectedFile, depth: &Depth<'_>) -> u64 {
    let promised = listed.size().map(|size| depth.stored(size));
    promised.map_or(UNPROMISED_BYTES_MAX, |promised| {
        promised.saturating_add(READ_BEYOND_MAX)
    })
}

/// What the length alone tells. An empty file of an encrypted backup takes one block or, on iOS 27,
/// nothing; its Digest says which.
fn length(file: &OnDisk, listed: &ExpectedFile, depth: &Depth<'_>) -> Option<How> {
    let found = file.bytes;
    if found == 0 && listed.is_not_empty() && depth.with_integrity {
        return Some(How::Digest);
    }
    if depth.encrypted && found == 0 && listed.size().unwrap_or(0) == 0 {
        return None;
    }
    if depth.encrypted && !found.is_multiple_of(decrypt::BLOCK as u64) {
        return Some(How::Blocks { found });
    }
    let expected = depth.stored(listed.size()?);
    (found != expected).then(|| How::Length {
        found,
        expected,
        liveness: listed.liveness(),
    })
}

/// A folder of payloads and what lies in it.
struct Place<'a> {
    path: &'a Path,
    listing: &'a Listing,
}

impl Place<'_> {
    /// Where a payload lies, as its name is spelled there.
    fn of(&self, file: &OnDisk) -> PathBuf {
        self.path.join(self.listing.name_of(&file.id))
    }
}

/// Compares a folder with what the manifest lists; both sides are sorted by name.
pub(crate) fn compare(
    path: &Path,
    listing: Result<Listing, Fault>,
    bucket: &Bucket,
    depth: &Depth<'_>,
) -> Compared {
    let listing = match listing {
        Ok(listing) => listing,
        // Something else in a folder's place holds no payload; a link may lead to one.
        Err(Fault::Wrong(_)) => Listing::default(),
        Err(fault) => {
            return Compared {
                unlisted: Some((path.to_owned(), fault)),
                ..Compared::default()
            };
        }
    };
    let mut compared = Compared {
        no_files: listing.no_files,
        ..Compared::default()
    };
    let place = Place {
        path,
        listing: &listing,
    };
    let mut found = InOrder::new(&listing.files);
    for listed in &bucket.expected {
        match found.take(&listed.id) {
            Some(file) => compared.add_present(&place, file, listed, bucket, depth),
            None if listed.may_be_absent() => {}
            None => compared.add_missing(listed, listing.stubs.contains(&listed.id)),
        }
    }
    compared.repeated = repeated(&bucket.expected);
    if depth.encrypted && depth.level == VerifyLevel::Sizes {
        compared.look_into_largest(&place, &bucket.expected);
    }
    let unasked = found.unasked();
    compared.add_extra(path, &unasked, &listing);
    compared.cut_samples();
    compared
}

/// How often a name is listed again; the listed files are sorted by name.
fn repeated(promises: &[ExpectedFile]) -> u64 {
    promises
        .windows(2)
        .filter(|pair| pair[0].id == pair[1].id)
        .count() as u64
}

/// The files of a folder, asked for in the order of their names: one walk over both sides.
struct InOrder<'a> {
    files: std::slice::Iter<'a, OnDisk>,
    /// The last file that was asked for; a name may be listed twice.
    last: Option<&'a OnDisk>,
    unasked: Vec<&'a OnDisk>,
}

impl<'a> InOrder<'a> {
    fn new(files: &'a [OnDisk]) -> Self {
        Self {
            files: files.iter(),
            last: None,
            unasked: Vec::new(),
        }
    }

    /// The file of that name, which is none before the last name asked for.
    fn take(&mut self, id: &[u8; 20]) -> Option<&'a OnDisk> {
        let wanted = id_order(id);
        let is_wanted = |file: &&OnDisk| id_order(&file.id) == wanted;
        if let Some(again) = self.last.filter(is_wanted) {
            return Some(again);
        }
        while let Some(file) = self.files.as_slice().first() {
            let order = id_order(&file.id);
            if order > wanted {
                return None;
            }
            self.files.next();
            if order == wanted {
                self.last = Some(file);
                return self.last;
            }
            self.unasked.push(file);
        }
        None
    }

    /// The files that the manifest does not list.
    fn unasked(mut self) -> Vec<&'a OnDisk> {
        self.unasked.extend(self.files);
        self.unasked
    }
}

/// "3d/3d0d…" in a folder of that name, else the name alone.
fn below_backup(path: &Path, name: &str) -> String {
    let folder = path.file_name().and_then(|name| name.to_str());
    match folder.filter(|folder| folder.len() == 2) {
        Some(folder) => format!("{folder}/{name}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn id(number: u8) -> [u8; 20] {
        let mut id = [0; 20];
        id[19] = number;
        id
    }

    /// One walk gives what two sets give, and a name that is listed twice is found twice.
    fn check(there: &[u8], promised: &[u8]) {
        let files: Vec<OnDisk> = (there.iter().map(|n| id(*n)))
            .map(|id| OnDisk {
                id,
                bytes: 0,
                is_hollow: false,
            })
            .collect();
        let mut found = InOrder::new(&files);
        for number in promised {
            let file = found.take(&id(*number)).map(|file| file.id[19]);
            assert_eq!(file, there.contains(number).then_some(*number));
        }
        let unasked: BTreeSet<u8> = found.unasked().iter().map(|file| file.id[19]).collect();
        let [there, promised] = [there, promised].map(|all| BTreeSet::from_iter(all.to_vec()));
        assert_eq!(unasked, &there - &promised);
    }

    #[test]
    fn one_walk_tells_the_missing_from_the_unasked() {
        check(&[], &[]);
        check(&[1, 2, 3], &[]);
        check(&[], &[1, 2]);
        check(&[1, 2, 3], &[1, 2, 3]);
        check(&[1, 2, 3], &[2, 2, 2, 3, 3]);
        check(&[2, 4, 6], &[1, 1, 2, 3, 4, 4, 5, 7]);
        check(&[1, 5, 9], &[5, 5]);
        check(&[7], &[1, 9]);
    }
}
