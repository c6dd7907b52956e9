//! The payloads that the manifest lists, sorted by the payload folder that must hold it.
//!
//! A backup can hold millions of files, so a listed is 36 bytes and no name is kept. Digests and
//! keys are kept only where every byte is read, and then for so many folders at a time that they
//! stay small.

use std::ops::RangeInclusive;

use crate::backup::cloud_log::{LogKeys, PAYLOADS};
use crate::backup::file_list::catalog::{self, Catalog, FileRow, Liveness};
use crate::backup::file_list::content_kind::ContentKind;
use crate::backup::file_list::row_facts::RowFacts;
use crate::source::file::Fault;

use super::sample::Sample;

/// The lowest bits of a size hold it; sizes that need more are none that a device has.
const SIZE_BITS: u32 = 58;
/// Size of a row that does not tell it.
const UNTOLD: u64 = (1 << SIZE_BITS) - 1;
/// Set where the row carries the Digest of something.
const NOT_EMPTY: u64 = 1 << SIZE_BITS;
/// How the file lives, above it.
const LIVENESS_AT: u32 = SIZE_BITS + 1;
/// What its name promises, above that.
const KIND_AT: u32 = LIVENESS_AT + 2;
/// SHA-1 of nothing.
const DIGEST_OF_NOTHING: [u8; 20] = [
    0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90,
    0xaf, 0xd8, 0x07, 0x09,
];
/// Set in `order` of a listed that may be broken.
const MAY_BE_ABSENT: u32 = 1 << 31;

/// A payload that the manifest lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpectedFile {
    /// The payload's name.
    pub id: [u8; 20],
    order: u32,
    /// With what else is known of it, in two halves: eight bytes in one piece would cost four more for alignment.
    size: [u32; 2],
    integrity: u32,
}

const _: () = assert!(size_of::<ExpectedFile>() == 36);

/// What proves the content of a payload.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Integrity {
    /// SHA-1 of the stored bytes.
    pub digest: Option<[u8; 20]>,
    /// `EncryptionKey`.
    pub key: Option<[u8; 44]>,
}

impl ExpectedFile {
    fn new(id: [u8; 20], row: &FileRow, integrity: usize) -> Self {
        let size = row.record.size.unwrap_or(UNTOLD).min(UNTOLD);
        let not_empty = row
            .record
            .digest
            .is_some_and(|digest| digest != DIGEST_OF_NOTHING);
        let liveness = (row.liveness as u64) << LIVENESS_AT;
        let kind = row.kind.map_or(0, |kind| kind as u64 + 1) << KIND_AT;
        let size = size | liveness | kind | if not_empty { NOT_EMPTY } else { 0 };
        Self {
            id,
            order: row.order | if row.may_be_absent { MAY_BE_ABSENT } else { 0 },
            size: [(size >> 32) as u32, size as u32],
            integrity: u32::try_from(integrity).unwrap_or(u32::MAX),
        }
    }

    /// Position in the manifest.
    pub(crate) fn order(&self) -> u32 {
        self.order & !MAY_BE_ABSENT
    }

    /// May the payload be missing?
    pub(crate) fn may_be_absent(&self) -> bool {
        self.order & MAY_BE_ABSENT != 0
    }

    /// Does the row carry the Digest of something, so that nothing cannot be it?
    pub(crate) fn is_not_empty(&self) -> bool {
        self.word() & NOT_EMPTY != 0
    }

    /// How the file lives while it is copied.
    pub(crate) fn liveness(&self) -> Liveness {
        let lives = [
            Liveness::Fixed,
            Liveness::Database,
            Liveness::Log,
            Liveness::Media,
        ];
        let number = (self.word() >> LIVENESS_AT) as usize % lives.len();
        lives.get(number).copied().unwrap_or(Liveness::Fixed)
    }

    /// What its name promises of its first bytes.
    pub(crate) fn kind(&self) -> Option<ContentKind> {
        let kinds = [
            ContentKind::CoreDatabase,
            ContentKind::Database,
            ContentKind::PropertyList,
            ContentKind::Media,
        ];
        let number = (self.word() >> KIND_AT) as usize;
        kinds.get(number.checked_sub(1)?).copied()
    }

    fn word(&self) -> u64 {
        let [high, low] = self.size.map(u64::from);
        high << 32 | low
    }

    /// `Size`, in bytes.
    pub(crate) fn size(&self) -> Option<u64> {
        Some(self.word() & UNTOLD).filter(|size| *size != UNTOLD)
    }
}

/// The listed files of one payload folder.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// Sorted by name once it is taken out of [`ExpectedFiles`].
    pub expected: Vec<ExpectedFile>,
    integrities: Vec<Integrity>,
}

impl Bucket {
    fn add(&mut self, id: [u8; 20], row: &FileRow, with_integrity: bool) {
        self.expected
            .push(ExpectedFile::new(id, row, self.integrities.len()));
        if with_integrity {
            self.integrities.push(Integrity {
                digest: row.record.digest,
                key: row.record.key,
            });
        }
    }

    /// What proves the content of one of its files; nothing where integrities were not asked for.
    pub(crate) fn integrity(&self, listed: &ExpectedFile) -> Integrity {
        let integrity = self.integrities.get(listed.integrity as usize);
        integrity.copied().unwrap_or_default()
    }
}

/// The listed files of one part of the manifest.
#[derive(Debug)]
struct Part {
    buckets: Vec<Bucket>,
    nameless: Vec<u32>,
    expected: u64,
    bytes: Option<u64>,
    log_keys: LogKeys,
    sample: Sample,
}

/// The listed files of a run of payload folders.
#[derive(Debug)]
pub(crate) struct ExpectedFiles {
    /// Each with the position of its first row.
    parts: Vec<(u32, Part)>,
    /// What the rows of the whole manifest tell.
    pub facts: RowFacts,
    /// Files that may be looked into.
    pub sample: Sample,
}

impl ExpectedFiles {
    /// Reads the manifest, and keeps what belongs in `folders`; `with_integrity` with digests and keys.
    pub(crate) fn read(
        catalog: &Catalog,
        folders: &RangeInclusive<u8>,
        with_integrity: bool,
    ) -> Result<Self, Fault> {
        let logs = PAYLOADS.map(|id| catalog::file_id(id.as_bytes()));
        let take = |part: &mut Part, row: &FileRow| {
            part.take(row, folders, with_integrity, &logs);
        };
        Self::of_parts(catalog.collect(Part::new, take)?)
    }

    /// Reads and proves the whole manifest in one pass, where that can be done; see
    /// [`Catalog::collect_proven`].
    pub(crate) fn read_proven(catalog: &Catalog) -> Option<Self> {
        let logs = PAYLOADS.map(|id| catalog::file_id(id.as_bytes()));
        let take = |part: &mut Part, row: &FileRow| part.take(row, &(0..=u8::MAX), false, &logs);
        Self::of_parts(catalog.collect_proven(Part::new, take)?).ok()
    }

    fn of_parts(read: Vec<catalog::Part<Part>>) -> Result<Self, Fault> {
        let mut facts = RowFacts::default();
        let mut sample = Sample::default();
        let mut parts = Vec::with_capacity(read.len());
        for part in read {
            let first = u32::try_from(facts.odd.rows).map_err(|_| catalog::too_many_rows())?;
            facts.add(&part.facts, first);
            sample.add(&part.collected.sample, first);
            parts.push((first, part.collected));
        }
        if facts.odd.rows > u64::from(catalog::ROWS_MAX) {
            return Err(catalog::too_many_rows());
        }
        Ok(Self {
            parts,
            facts,
            sample,
        })
    }

    /// Rows of the whole manifest that must have a payload, with those that may be such rows.
    pub(crate) fn expected(&self) -> u64 {
        let files: u64 = self.parts.iter().map(|(_, part)| part.expected).sum();
        files + self.facts.unusable_others
    }

    /// Sum of `Size` over the whole manifest, if every row tells it.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.parts
            .iter()
            .try_fold(0_u64, |sum, (_, part)| sum.checked_add(part.bytes?))
    }

    /// Positions of the rows whose file id names no payload, and which therefore have none.
    pub(crate) fn nameless(&self) -> impl Iterator<Item = u32> {
        self.parts
            .iter()
            .flat_map(|(first, part)| part.nameless.iter().map(move |order| first + order))
    }

    /// The keys of the iCloud log's payloads: of each the first in the list.
    pub(crate) fn log_keys(&self) -> LogKeys {
        let mut keys = LogKeys::default();
        for (_, part) in &self.parts {
            for (key, found) in keys.iter_mut().zip(part.log_keys) {
                *key = key.or(found);
            }
        }
        keys
    }

    /// The listed files of one folder, sorted by name.
    pub(crate) fn bucket(&self, first_byte: u8) -> Bucket {
        let mut all = Bucket::default();
        for (first, part) in &self.parts {
            let bucket = &part.buckets[usize::from(first_byte)];
            let integrities = u32::try_from(all.integrities.len()).unwrap_or(u32::MAX);
            let moved = bucket.expected.iter().map(|listed| ExpectedFile {
                order: listed.order + first,
                integrity: listed.integrity.saturating_add(integrities),
                ..*listed
            });
            all.expected.extend(moved);
            all.integrities.extend_from_slice(&bucket.integrities);
        }
        all.expected
            .sort_unstable_by_key(|listed| (catalog::id_order(&listed.id), listed.order));
        all
    }
}

impl Part {
    fn new() -> Self {
        Self {
            buckets: (0..256).map(|_| Bucket::default()).collect(),
            nameless: Vec::new(),
            expected: 0,
            bytes: Some(0),
            log_keys: LogKeys::default(),
            sample: Sample::default(),
        }
    }

    fn take(
        &mut self,
        row: &FileRow,
        folders: &RangeInclusive<u8>,
        with_integrity: bool,
        logs: &[Option<[u8; 20]>],
    ) {
        self.add(row, folders, with_integrity);
        self.add_log_key(row, logs);
        self.sample.offer(row);
    }

    fn add(&mut self, row: &FileRow, folders: &RangeInclusive<u8>, with_integrity: bool) {
        self.expected += u64::from(!row.may_be_absent);
        let sum = self.bytes.zip(row.record.size);
        self.bytes = sum.and_then(|(sum, size)| sum.checked_add(size));
        match row.id {
            Some(id) if folders.contains(&id[0]) => {
                self.buckets[usize::from(id[0])].add(id, row, with_integrity);
            }
            None if !row.may_be_absent => self.nameless.push(row.order),
            _ => {}
        }
    }

    fn add_log_key(&mut self, row: &FileRow, logs: &[Option<[u8; 20]>]) {
        if let Some(at) = logs
            .iter()
            .position(|log| row.id.is_some() && *log == row.id)
        {
            self.log_keys[at] = self.log_keys[at].or(row.record.key);
        }
    }
}
