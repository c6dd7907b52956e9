//! What can be seen of an encrypted backup whose list was not opened: names, lengths and the form of
//! its ciphertexts.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::blocks;
use super::payload::{self, Listing, Look};
use super::spread::Gap;
use crate::backup::crypto::decrypt::BLOCK;
use crate::model::backup::VerifyLevel;
use crate::source::file::{self, Fault};
use crate::source::watched;

/// Pages of a list that a device writes.
const PAGE_BYTES: u64 = 4_096;
/// Tables and indexes without a row.
const EMPTY_LIST_BYTES: u64 = 32 << 10;
/// A row takes 900 to 1,400 bytes of the list, in all that was seen.
const ROW_BYTES_MIN: u64 = 450;
const ROW_BYTES_MAX: u64 = 1_400;
/// Of the rows of a real list 29 in a hundred are files; one in five is taken for the least.
const FILES_ONE_IN: u64 = 5;
/// Lists that shrank keep their pages, so that some files too few prove nothing yet; a quarter of the
/// least does.
const CERTAIN: u64 = 4;

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unopened {
    /// Payload files.
    pub(crate) payloads: u64,
    /// Of them, files that hold nothing.
    pub(crate) empty: u64,
    /// Files of a length that no ciphertext has.
    pub(crate) broken: u64,
    /// Files of which parts were overwritten, among those that were looked into.
    pub(crate) overwritten: u64,
    /// Files whose name is there and whose content is elsewhere.
    pub(crate) not_downloaded: u64,
    /// Folders without a payload, where chance does not explain them.
    pub(crate) gap: Option<Gap>,
    /// Folders that cannot be listed.
    pub(crate) unlisted: Option<Fault>,
    /// The first file that was looked into and cannot be read.
    pub(crate) unread: Option<(PathBuf, Fault)>,
    /// Bytes of Manifest.db.
    pub(crate) list_bytes: u64,
    /// Blocks of Manifest.db repeat.
    pub(crate) list_overwritten: bool,
}

/// Looks at a folder with 256 payload folders, as deep as asked: at `names` at no length.
pub(crate) fn look(folder: &Path, level: VerifyLevel) -> Unopened {
    let list = file::found(folder, "Manifest.db");
    let lengths = level >= VerifyLevel::Sizes;
    let look = Look::new(lengths, &list);
    let (folders, list_overwritten) = rayon::join(
        || {
            let folders = (0..=u8::MAX).into_par_iter();
            folders
                .map(|first_byte| one_folder(folder, first_byte, look))
                .collect::<Vec<_>>()
        },
        || match lengths {
            true => blocks::repeat_in_file(&list),
            false => Ok(false),
        },
    );
    let empty_folders = folders
        .iter()
        .filter(|one| one.payloads + one.not_downloaded == 0)
        .count();
    let mut all = Unopened {
        list_bytes: watched::symlink_metadata(&list).map_or(0, |meta| meta.len()),
        list_overwritten: list_overwritten == Ok(true),
        unread: list_overwritten.err().map(|fault| (list, fault)),
        ..Unopened::nothing()
    };
    folders.into_iter().for_each(|one| all.add(one));
    let known = all.unlisted.is_none();
    all.gap = Gap::find(all.payloads + all.not_downloaded, empty_folders as u32).filter(|_| known);
    all
}

fn one_folder(folder: &Path, first_byte: u8, look: Look) -> Unopened {
    let path = payload::found_bucket(folder, first_byte);
    match payload::list_bucket(folder, first_byte, look) {
        Ok(listing) => of_listing(&path, &listing, look),
        // Something else in a folder's place holds no payload; a link may lead to one.
        Err(Fault::Wrong(_)) => Unopened::nothing(),
        Err(fault) => Unopened {
            unlisted: Some(fault),
            ..Unopened::nothing()
        },
    }
}

fn of_listing(path: &Path, listing: &Listing, look: Look) -> Unopened {
    let files = || listing.files.iter().filter(|file| !file.is_hollow);
    let mut seen = Unopened {
        payloads: files().count() as u64,
        not_downloaded: (listing.files.len() - files().count() + listing.stubs.len()) as u64,
        ..Unopened::nothing()
    };
    if !look.lengths {
        return seen;
    }
    seen.empty = files().filter(|file| file.bytes == 0).count() as u64;
    let broken = files().filter(|file| !file.bytes.is_multiple_of(BLOCK as u64));
    seen.broken = broken.count() as u64;
    let largest = files().max_by_key(|file| file.bytes);
    if let Some(file) = largest {
        let path = path.join(listing.name_of(&file.id));
        match blocks::repeat_in_sample(&path, file.bytes) {
            Ok(overwritten) => seen.overwritten = u64::from(overwritten),
            Err(fault) => seen.unread = Some((path, fault)),
        }
    }
    seen
}

impl Unopened {
    fn nothing() -> Self {
        Self {
            payloads: 0,
            empty: 0,
            broken: 0,
            overwritten: 0,
            not_downloaded: 0,
            gap: None,
            unlisted: None,
            unread: None,
            list_bytes: 0,
            list_overwritten: false,
        }
    }

    fn add(&mut self, one: Self) {
        self.payloads += one.payloads;
        self.empty += one.empty;
        self.broken += one.broken;
        self.overwritten += one.overwritten;
        self.not_downloaded += one.not_downloaded;
        self.unlisted = self.unlisted.take().or(one.unlisted);
        self.unread = self.unread.take().or(one.unread);
    }

    /// What is certainly lost, in plain words. `pads_empty`: does the device store an empty file as one
    /// block?
    pub(crate) fn loss(&self, pads_empty: bool) -> Option<String> {
        let payloads = self.payloads;
        if self.list_overwritten {
            return Some(
                "blocks of the encrypted Manifest.db repeat: a part of it was overwritten"
                    .to_owned(),
            );
        }
        if self.unlisted.is_none() && payloads + self.not_downloaded == 0 {
            return Some("its payload folders are missing or empty".to_owned());
        }
        if self.not_downloaded > 0 {
            return Some(format!(
                "{} of its files are not downloaded",
                self.not_downloaded
            ));
        }
        let cut = self.broken + if pads_empty { self.empty } else { 0 };
        if cut > 0 || payloads > 0 && self.empty == payloads {
            let cut = cut.max(self.empty);
            return Some(format!(
                "{cut} of {payloads} files have a length that no ciphertext has"
            ));
        }
        if self.overwritten > 0 {
            let overwritten = self.overwritten;
            return Some(format!(
                "parts of {overwritten} of 256 files that were looked into were overwritten"
            ));
        }
        if let Some(gap) = self.gap {
            return Some(gap.in_words());
        }
        if !self.is_of_whole_pages() && self.list_bytes < payloads * ROW_BYTES_MIN {
            let bytes = self.list_bytes;
            return Some(format!(
                "its Manifest.db was cut: {bytes} bytes cannot name the {payloads} files beside it"
            ));
        }
        let least = self.files_at_least();
        let is_known = self.unlisted.is_none();
        (is_known && payloads * CERTAIN < least).then(|| self.too_few(least))
    }

    /// What makes it unknown whether all is there, in plain words.
    pub(crate) fn doubt(&self) -> Option<String> {
        let payloads = self.payloads;
        if !self.is_of_whole_pages() {
            return Some(format!(
                "its Manifest.db of {} bytes is not a whole number of pages and one block, as a device writes it: it was cut, or a tool encrypted it again",
                self.list_bytes
            ));
        }
        if self.list_bytes < payloads * ROW_BYTES_MIN {
            return Some(format!(
                "its Manifest.db of {} bytes is too small for the {payloads} files beside it",
                self.list_bytes
            ));
        }
        let least = self.files_at_least();
        (payloads < least).then(|| self.too_few(least))
    }

    /// The padding of a cipher is a block where what was encrypted is a whole number of them.
    fn is_of_whole_pages(&self) -> bool {
        self.list_bytes % PAGE_BYTES == BLOCK as u64
    }

    fn files_at_least(&self) -> u64 {
        self.list_bytes.saturating_sub(EMPTY_LIST_BYTES) / ROW_BYTES_MAX / FILES_ONE_IN
    }

    fn too_few(&self, least: u64) -> String {
        let (payloads, bytes) = (self.payloads, self.list_bytes);
        format!("{payloads} files lie beside a list of {bytes} bytes, which names at least {least}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(payloads: u64, list_bytes: u64) -> Unopened {
        Unopened {
            payloads,
            list_bytes,
            ..Unopened::nothing()
        }
    }

    #[track_caller]
    fn check(seen: &Unopened, pads_empty: bool, loss: Option<&str>, doubt: Option<&str>) {
        let holds = |found: Option<String>, wanted: Option<&str>| match (found, wanted) {
            (None, None) => true,
            (Some(found), Some(wanted)) => found.contains(wanted),
            _ => false,
        };
        let found = (seen.loss(pads_empty), seen.doubt());
        assert!(holds(found.0.clone(), loss), "{found:?} {seen:?}");
        assert!(holds(found.1.clone(), doubt), "{found:?} {seen:?}");
    }

    #[test]
    fn the_length_of_the_list_and_the_number_of_files_fit() {
        // The list of a real backup, with as many files as it names; and of the whole device.
        check(&seen(1_089, 802 * 4_096 + 16), true, None, None);
        check(&seen(250_000, (250 << 20) + 16), true, None, None);
        check(&seen(21, 7 * 4_096 + 16), true, None, None);
        check(
            &seen(200, 802 * 4_096 + 16),
            true,
            None,
            Some("200 files lie beside"),
        );
        check(
            &seen(100, 802 * 4_096 + 16),
            true,
            Some("names at least 464"),
            Some("100 files"),
        );
        check(
            &seen(1, 802 * 4_096 + 16),
            true,
            Some("1 files lie beside"),
            Some("1 files"),
        );
        check(
            &seen(1_089, 802 * 4_096),
            true,
            None,
            Some("it was cut, or a tool"),
        );
        check(
            &seen(1_089, 802 * 4_096 + 32),
            true,
            None,
            Some("it was cut, or a tool"),
        );
        check(
            &seen(1_089, 2 * 4_096),
            true,
            Some("was cut"),
            Some("it was cut"),
        );
        check(&seen(1_089, 2 * 4_096 + 16), true, None, Some("too small"));
    }

    #[test]
    fn ciphertexts_that_are_none_are_a_loss() {
        let sound = seen(1_089, 802 * 4_096 + 16);
        let with = |change: fn(&mut Unopened)| {
            let mut seen = sound.clone();
            change(&mut seen);
            seen
        };
        check(
            &with(|s| s.broken = 1),
            false,
            Some("1 of 1089 files"),
            None,
        );
        check(
            &with(|s| s.empty = 24),
            true,
            Some("24 of 1089 files"),
            None,
        );
        check(&with(|s| s.empty = 24), false, None, None);
        check(
            &with(|s| s.empty = 1_089),
            false,
            Some("1089 of 1089"),
            None,
        );
        check(
            &with(|s| s.overwritten = 1),
            true,
            Some("overwritten"),
            None,
        );
        check(
            &with(|s| s.list_overwritten = true),
            true,
            Some("Manifest.db repeat"),
            None,
        );
        check(
            &with(|s| s.not_downloaded = 5),
            true,
            Some("not downloaded"),
            None,
        );
        check(
            &with(|s| s.payloads = 0),
            true,
            Some("missing or empty"),
            Some("0 files"),
        );
    }
}
