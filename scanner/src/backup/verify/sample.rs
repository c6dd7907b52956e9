//! Which files are looked into where only lengths are compared: a few of each kind, spread evenly over
//! the backup, whatever its size.
//!
//! A name on disk is a hash, so that the files with the lowest numbers in the middle of their names are a
//! fair choice, and the same one in every run and at any number of threads.

use crate::backup::file_list::catalog::FileRow;
use crate::backup::file_list::content_kind::ContentKind;
use crate::backup::file_list::file_record::Record;

use super::first_bytes::HEAD_BYTES;

/// So many files are looked into.
pub(crate) const FILES_MAX: usize = 64;

/// The kinds, and files of none.
const GROUPS: usize = 5;

/// A file that may be looked into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    rank: u64,
    /// Position in the manifest.
    pub(crate) order: u32,
    /// The payload's name.
    pub(crate) id: [u8; 20],
    /// What its name promises of its first bytes.
    pub(crate) kind: Option<ContentKind>,
    /// What its record says of the content.
    pub(crate) record: Record,
}

/// The best candidates of each group, best first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample([Vec<Candidate>; GROUPS]);

impl Sample {
    /// Takes a row if it is among the best.
    pub(super) fn offer(&mut self, row: &FileRow) {
        let Some(id) = row.id.filter(|_| can_be_held_against_something(row)) else {
            return;
        };
        let group = &mut self.0[group_of(row.kind)];
        let rank = rank(&id);
        if group.len() == FILES_MAX && group.last().is_some_and(|last| last.rank <= rank) {
            return;
        }
        let at = group.partition_point(|other| other.rank <= rank);
        group.truncate(FILES_MAX - 1);
        let (order, kind, record) = (row.order, row.kind, row.record);
        group.insert(
            at.min(group.len()),
            Candidate {
                rank,
                order,
                id,
                kind,
                record,
            },
        );
    }

    /// Adds those of the next part of the list, whose first row has this position.
    pub(super) fn add(&mut self, other: &Self, first: u32) {
        for (group, more) in self.0.iter_mut().zip(&other.0) {
            group.extend(more.iter().map(|candidate| Candidate {
                order: candidate.order + first,
                ..*candidate
            }));
            group.sort_unstable_by_key(|candidate| (candidate.rank, candidate.order));
            group.truncate(FILES_MAX);
        }
    }

    /// The files to look into: of each group in turn the next best.
    pub(crate) fn files(&self) -> Vec<Candidate> {
        let turn = |nth| {
            self.0
                .iter()
                .filter_map(move |group| group.get(nth).copied())
        };
        (0..FILES_MAX).flat_map(turn).take(FILES_MAX).collect()
    }
}

/// The bits behind those that choose the folder.
fn rank(id: &[u8; 20]) -> u64 {
    let [_, _, _, _, bits @ .., _, _, _, _, _, _, _, _] = *id;
    u64::from_be_bytes(bits)
}

fn group_of(kind: Option<ContentKind>) -> usize {
    match kind {
        Some(ContentKind::CoreDatabase) => 0,
        Some(ContentKind::Database) => 1,
        Some(ContentKind::PropertyList) => 2,
        Some(ContentKind::Media) => 3,
        None => 4,
    }
}

/// Its kind, the end of its ciphertext, or a Digest that costs no more than its first bytes.
fn can_be_held_against_something(row: &FileRow) -> bool {
    let Record {
        size, digest, key, ..
    } = row.record;
    let is_short = size.is_some_and(|size| size < HEAD_BYTES as u64);
    let proof = row.kind.is_some() || key.is_some() || (digest.is_some() && is_short);
    !row.may_be_absent && size.is_some_and(|size| size > 0) && proof
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::file_list::catalog::Liveness;

    fn row(number: u32, kind: Option<ContentKind>, size: u64) -> FileRow {
        let mut id = [0; 20];
        let spread = number.wrapping_mul(0x9e37_79b9).rotate_left(7);
        id[4..8].copy_from_slice(&spread.to_be_bytes());
        FileRow {
            order: number,
            id: Some(id),
            may_be_absent: false,
            record: Record {
                size: Some(size),
                ..Record::default()
            },
            liveness: Liveness::Fixed,
            kind,
        }
    }

    const KINDS: [Option<ContentKind>; 3] = [
        Some(ContentKind::CoreDatabase),
        Some(ContentKind::PropertyList),
        Some(ContentKind::Media),
    ];

    fn rows() -> Vec<FileRow> {
        (0..3_000_u32)
            .map(|number| {
                row(
                    number,
                    KINDS[usize::from(number > 4) + usize::from(number % 7 != 0 && number > 4)],
                    9,
                )
            })
            .collect()
    }

    fn orders(sample: &Sample) -> Vec<u32> {
        sample.files().iter().map(|file| file.order).collect()
    }

    #[test]
    fn the_sample_is_the_same_in_one_part_and_in_several() {
        let rows = rows();
        let mut whole = Sample::default();
        rows.iter().for_each(|row| whole.offer(row));
        for parts in [2, 16] {
            let mut sum = Sample::default();
            for part in rows.chunks(rows.len().div_ceil(parts)) {
                let first = part[0].order;
                let mut sample = Sample::default();
                let moved = part.iter().map(|row| FileRow {
                    order: row.order - first,
                    ..*row
                });
                moved.for_each(|row| sample.offer(&row));
                sum.add(&sample, first);
            }
            assert_eq!(orders(&sum), orders(&whole));
        }
        let files = whole.files();
        assert_eq!(files.len(), FILES_MAX);
        assert_eq!(
            files.iter().filter(|file| file.order < 5).count(),
            5,
            "core databases"
        );
        assert!(files.iter().filter(|file| file.kind == KINDS[1]).count() > 20);
        assert!(
            files.iter().any(|file| file.order > 2_500),
            "spread over the list"
        );
    }

    #[test]
    fn only_what_can_be_held_against_something_is_looked_into() {
        let offered = |row: FileRow| {
            let mut sample = Sample::default();
            sample.offer(&row);
            sample.files().len()
        };
        let media = Some(ContentKind::Media);
        assert_eq!(offered(row(1, media, 9)), 1);
        assert_eq!(offered(row(1, media, 0)), 0);
        assert_eq!(offered(row(1, None, 9)), 0);
        assert_eq!(
            offered(FileRow {
                may_be_absent: true,
                ..row(1, media, 9)
            }),
            0
        );
        assert_eq!(
            offered(FileRow {
                id: None,
                ..row(1, media, 9)
            }),
            0
        );
        let digest = |size| Record {
            size: Some(size),
            digest: Some([1; 20]),
            ..Record::default()
        };
        assert_eq!(
            offered(FileRow {
                record: digest(9),
                ..row(1, None, 9)
            }),
            1
        );
        assert_eq!(
            offered(FileRow {
                record: digest(9_000),
                ..row(1, None, 9)
            }),
            0
        );
    }
}
