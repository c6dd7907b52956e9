//! What the payloads that were looked into say, each alone and all together.
//!
//! A Digest or the end of a ciphertext decides about its file. A name decides about none: the device may
//! have stored a file so. Names count as witnesses only where most of them are kept, and files that break
//! theirs there are a doubt, never a loss.

use std::ops::ControlFlow;
use std::path::Path;

use sha1::{Digest, Sha1};

use super::depth::Depth;
use super::difference::How;
use super::first_bytes::{self, HEAD_BYTES};
use super::payload::SAMPLE_MAX;
use super::sample::Candidate;
use crate::backup::crypto::decrypt::{self, BLOCK};
use crate::backup::crypto::keybag::Key;
use crate::backup::file_list::content_kind::ContentKind;
use crate::source::file::{self, Fault, OpenFile};
use crate::source::watched;

/// A file that does not begin as its name says is read whole for its Digest up to this length.
const DIGEST_BYTES_MAX: u64 = 64 << 20;

/// Of so many files with a Digest that begin as named, one may begin otherwise: where more do, the
/// backup was made by something that gives files other names, and names prove nothing in it.
const KEPT_FOR_ONE_BROKEN: u64 = 4;

/// How a file begins, where its name promises something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// As its name says.
    AsNamed,
    /// Otherwise.
    Other,
    /// With zeros, which no kind does.
    Zeros,
}

impl Beginning {
    /// Of a file whose first bytes are these.
    pub(crate) fn of(kind: Option<ContentKind>, head: &[u8]) -> Option<Self> {
        let kind = kind.filter(|_| !head.is_empty())?;
        Some(if first_bytes::begin_as(kind, head) {
            Self::AsNamed
        } else if first_bytes::are_zeros(head) {
            Self::Zeros
        } else {
            Self::Other
        })
    }
}

/// What looking into one payload gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// What proves that it is damaged.
    pub(crate) damage: Option<How>,
    /// Is its Digest that of its row, so that every byte is as the device stored it?
    pub(crate) has_its_digest: bool,
    /// Does it end as a ciphertext ends under its key?
    pub(crate) ends_rightly: bool,
    /// How it begins.
    pub(crate) beginning: Option<Beginning>,
}

impl Seen {
    pub(crate) fn damaged(how: How) -> Self {
        Self {
            damage: Some(how),
            ..Self::default()
        }
    }

    /// Was its content held against anything?
    fn was_held(&self) -> bool {
        self.damage.is_some()
            || self.has_its_digest
            || self.ends_rightly
            || self.beginning.is_some()
    }
}

/// The sums over all payloads that were looked into.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookedInto {
    /// Those whose content was held against something.
    pub(crate) files: u64,
    /// Those that begin as their names say.
    kept: u64,
    /// Those that have their Digest and do not.
    refuted: u64,
    /// Those that begin with zeros, with nothing else to say whether the device stored them so.
    zeros: Broken,
    /// Those that begin otherwise, the same.
    others: Broken,
}

/// Files that break their names.
#[derive(Debug, Clone, Default)]
struct Broken {
    count: u64,
    /// Positions of the first of them.
    first: Vec<u32>,
}

impl Broken {
    fn add(&mut self, count: u64, first: &[u32]) {
        self.count += count;
        self.first.extend_from_slice(first);
        self.first.sort_unstable();
        self.first.truncate(SAMPLE_MAX);
    }

    fn named(&self, zeros: bool) -> impl Iterator<Item = (u32, How)> {
        let how = How::Beginning { zeros };
        self.first.iter().map(move |order| (*order, how))
    }
}

impl LookedInto {
    /// Adds a payload.
    pub(crate) fn add(&mut self, order: u32, seen: &Seen) {
        self.files += u64::from(seen.was_held());
        match seen.beginning {
            None => {}
            Some(_) if seen.damage.is_some() => {}
            Some(Beginning::AsNamed) => self.kept += 1,
            Some(_) if seen.has_its_digest => self.refuted += 1,
            Some(Beginning::Zeros) => self.zeros.add(1, &[order]),
            Some(Beginning::Other) => self.others.add(1, &[order]),
        }
    }

    /// Adds an empty payload that should be empty: nothing in it can be wrong.
    pub(crate) fn add_empty(&mut self) {
        self.files += 1;
    }

    /// Adds the sums of others.
    pub(crate) fn add_all(&mut self, other: &Self) {
        self.files += other.files;
        self.kept += other.kept;
        self.refuted += other.refuted;
        self.zeros.add(other.zeros.count, &other.zeros.first);
        self.others.add(other.others.count, &other.others.first);
    }

    /// How many files contradict their names, where names count, and the first of them.
    ///
    /// Zeros are no content that something else than a device gave its files, and need no majority.
    pub(crate) fn contradicting(&self) -> (u64, Vec<(u32, How)>) {
        if self.kept == 0 || self.refuted * KEPT_FOR_ONE_BROKEN > self.kept {
            return (0, Vec::new());
        }
        let others = Some(&self.others).filter(|others| others.count <= self.kept);
        let count = self.zeros.count + others.map_or(0, |others| others.count);
        let named = others.into_iter().flat_map(|others| others.named(false));
        (count, self.zeros.named(true).chain(named).collect())
    }

    /// The same as a doubt, in plain words.
    pub(crate) fn doubt(&self) -> Option<String> {
        let (broken, _) = self.contradicting();
        let all = self.kept + self.refuted + self.zeros.count + self.others.count;
        (broken > 0).then(|| {
            format!("{broken} of {all} files whose names tell what they hold do not begin so: they are damaged, or the device stored them so")
        })
    }
}

/// Looks into a payload of the sample. `None` where it is not there as listed, which the comparison tells.
pub(crate) fn look_into(
    path: &Path,
    listed: &Candidate,
    depth: &Depth<'_>,
) -> Result<Option<Seen>, Fault> {
    let Ok(meta) = watched::symlink_metadata(path) else {
        return Ok(None);
    };
    let bytes = meta.len();
    let is_elsewhere = file::is_elsewhere(&meta, depth.look.blocks);
    let is_as_long = listed.record.size.map(|size| depth.stored(size)) == Some(bytes);
    if !meta.is_file() || is_elsewhere || !is_as_long {
        return Ok(None);
    }
    let file = file::open(path)?;
    let mut seen = look_at_ends(&file, bytes, listed, depth)?;
    let digest = listed.record.digest.filter(|_| depth.with_integrity);
    let is_odd = !matches!(seen.beginning, None | Some(Beginning::AsNamed));
    if let Some(digest) = digest
        && is_odd
        && !seen.has_its_digest
        && seen.damage.is_none()
        && bytes <= DIGEST_BYTES_MAX
    {
        seen.has_its_digest = digest_of(path)? == digest;
        seen.damage = (!seen.has_its_digest).then_some(How::Digest);
    }
    Ok(Some(seen))
}

/// The first bytes, and of a ciphertext that can be opened the last ones.
fn look_at_ends(
    file: &OpenFile,
    bytes: u64,
    listed: &Candidate,
    depth: &Depth<'_>,
) -> Result<Seen, Fault> {
    let length = usize::try_from(bytes).unwrap_or(HEAD_BYTES).min(HEAD_BYTES);
    let mut head = vec![0; length];
    read_at(file, &mut head, 0)?;
    let is_whole = bytes == length as u64;
    let digest = listed
        .record
        .digest
        .filter(|_| depth.with_integrity && is_whole);
    let found: [u8; 20] = Sha1::digest(&head).into();
    if digest.is_some_and(|digest| digest != found) {
        return Ok(Seen::damaged(How::Digest));
    }
    let mut seen = Seen {
        has_its_digest: digest.is_some(),
        ..Seen::default()
    };
    if !depth.encrypted {
        seen.beginning = Beginning::of(listed.kind, &head);
        return Ok(seen);
    }
    let Some((keys, key)) = depth.keys.zip(listed.record.key) else {
        return Ok(seen);
    };
    let Some(key) = keys.unwrap_with_class(&key) else {
        return Ok(Seen::damaged(How::Locked));
    };
    if !ends_rightly(file, bytes, &key)? {
        return Ok(Seen::damaged(How::Ending));
    }
    seen.ends_rightly = true;
    decrypt::decrypt_head(&key, &mut head, is_whole);
    seen.beginning = Beginning::of(listed.kind, &head);
    Ok(seen)
}

fn ends_rightly(file: &OpenFile, bytes: u64, key: &Key) -> Result<bool, Fault> {
    const BLOCK_BYTES: u64 = BLOCK as u64;
    let Some(last) = bytes.checked_sub(BLOCK_BYTES) else {
        return Ok(false);
    };
    let (mut before, mut end) = ([0; BLOCK], [0; BLOCK]);
    read_at(file, &mut end, last)?;
    if let Some(at) = last.checked_sub(BLOCK_BYTES) {
        read_at(file, &mut before, at)?;
    }
    Ok(decrypt::padding_fits(key, &before, &end))
}

fn read_at(file: &OpenFile, bytes: &mut [u8], at: u64) -> Result<(), Fault> {
    file::read_exact_at(file, bytes, at).map_err(|e| file::fault(&e))
}

fn digest_of(path: &Path) -> Result<[u8; 20], Fault> {
    let mut hash = Sha1::new();
    file::read_through(path, DIGEST_BYTES_MAX, |piece| {
        hash.update(piece);
        ControlFlow::Continue(())
    })?;
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Seen = Seen {
        damage: None,
        has_its_digest: false,
        ends_rightly: false,
        beginning: Some(Beginning::AsNamed),
    };
    const BROKEN: Seen = Seen {
        beginning: Some(Beginning::Other),
        ..KEPT
    };
    const ZEROS: Seen = Seen {
        beginning: Some(Beginning::Zeros),
        ..KEPT
    };
    const REFUTED: Seen = Seen {
        has_its_digest: true,
        ..BROKEN
    };

    /// So many files each; how many of them contradict their names?
    #[track_caller]
    fn check(kept: usize, refuted: usize, broken: usize, wanted: u64) {
        let mut sums = LookedInto::default();
        let files = [(kept, KEPT), (refuted, REFUTED), (broken, BROKEN)];
        for (count, seen) in files {
            (0..count).for_each(|order| sums.add(order as u32, &seen));
        }
        let (found, first) = sums.contradicting();
        assert_eq!((found, first.len() as u64), (wanted, wanted.min(20)));
        assert_eq!(sums.doubt().is_some(), wanted > 0);
        assert_eq!(sums.files, (kept + refuted + broken) as u64);
        let names_count = kept > 0 && refuted * 4 <= kept;
        (0..3).for_each(|order| sums.add(order, &ZEROS));
        let with_zeros = if names_count { wanted + 3 } else { 0 };
        assert_eq!(sums.contradicting().0, with_zeros);
    }

    #[test]
    fn names_are_witnesses_where_most_are_kept() {
        check(10, 0, 0, 0);
        check(10, 0, 1, 1);
        check(10, 0, 10, 10);
        check(10, 0, 11, 0);
        check(1, 0, 30, 0);
        check(8, 2, 1, 1);
        check(7, 2, 1, 0);
        check(0, 0, 14, 0);
        check(0, 7, 14, 0);
        check(4, 7, 1, 0);
    }

    #[test]
    fn a_file_that_is_proven_damaged_is_no_witness() {
        let mut sums = LookedInto::default();
        sums.add(1, &KEPT);
        sums.add(
            2,
            &Seen {
                damage: Some(How::Digest),
                ..BROKEN
            },
        );
        assert_eq!((sums.files, sums.contradicting().0), (2, 0));
        sums.add(3, &Seen::default());
        assert_eq!(sums.files, 2);
    }
}
