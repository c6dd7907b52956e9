//! The rollback journal beside a database: how its pages were before a transaction that did not end.
//!
//! SQLite rolls such a transaction back when it next opens the database, and an immutable reader sees
//! half of it. The journal is read into memory and played back into a copy; nothing is ever written back.
//!
//! The format: <https://www.sqlite.org/fileformat.html#the_rollback_journal>.

use std::collections::BTreeSet;

/// How a journal begins whose transaction may not have ended.
pub(crate) const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

const HEADER_BYTES: usize = 28;
/// Before and after the page of a record.
const NUMBER_BYTES: usize = 4;
/// The count of records where they go on to the end of the file.
const TO_THE_END: u32 = u32::MAX;
/// Every so manieth byte of a page is added up, from its end.
const SUM_STEP: usize = 200;

/// Plays a journal back into a copy of its database, as SQLite would. `false` where it holds nothing to
/// play back; `None` where it is none of this database, or of a transaction over several databases.
pub(crate) fn roll_back(journal: &[u8], database: &mut Vec<u8>, page_bytes: usize) -> Option<bool> {
    if journal.ends_with(&MAGIC) {
        return None;
    }
    let mut playback = Playback {
        journal,
        page_bytes,
        pages: 0,
        done: BTreeSet::new(),
    };
    let first = Header::read(journal, 0, page_bytes)?;
    if first.records == 0 {
        return Some(false);
    }
    playback.pages = usize::try_from(first.pages_before).ok()?;
    let bytes_before = playback.pages.checked_mul(page_bytes)?;
    // Whatever the transaction took away lies in the journal.
    if bytes_before > database.len().saturating_add(journal.len()) {
        return None;
    }
    database.resize(bytes_before, 0);
    let mut next = Some((0, first));
    while let Some((at, header)) = next {
        let end = playback.segment(database, at + header.sector_bytes, header)?;
        next = end.and_then(|end| {
            let at = end.next_multiple_of(header.sector_bytes);
            Some((at, Header::read(journal, at, page_bytes)?))
        });
    }
    Some(true)
}

#[derive(Clone, Copy)]
struct Header {
    records: u32,
    /// What sums begin with.
    salt: u32,
    /// Pages of the database before the transaction.
    pages_before: u32,
    sector_bytes: usize,
}

impl Header {
    fn read(journal: &[u8], at: usize, page_bytes: usize) -> Option<Self> {
        let bytes = journal.get(at..at.checked_add(HEADER_BYTES)?)?;
        let header = Self {
            records: word(bytes, 8)?,
            salt: word(bytes, 12)?,
            pages_before: word(bytes, 16)?,
            sector_bytes: word(bytes, 20)? as usize,
        };
        let known = bytes.starts_with(&MAGIC)
            && word(bytes, 24)? as usize == page_bytes
            && header.sector_bytes.is_power_of_two()
            && (32..=65_536).contains(&header.sector_bytes);
        known.then_some(header)
    }
}

struct Playback<'a> {
    journal: &'a [u8],
    page_bytes: usize,
    /// Pages that the database had.
    pages: usize,
    /// Pages whose first and oldest copy is back.
    done: BTreeSet<u32>,
}

impl Playback<'_> {
    /// Plays the records back that begin there; where they end, or nothing at a record that is not whole:
    /// it and all after it never reached the disk, and neither did the pages that they are of.
    fn segment(
        &mut self,
        database: &mut [u8],
        begin: usize,
        header: Header,
    ) -> Option<Option<usize>> {
        let record_bytes = self.page_bytes + 2 * NUMBER_BYTES;
        let to_the_end = self.journal.len().saturating_sub(begin) / record_bytes;
        let records = match header.records {
            TO_THE_END => to_the_end,
            some => some as usize,
        };
        let mut at = begin;
        for _ in 0..records {
            let Some(record) = self.journal.get(at..at + record_bytes) else {
                return Some(None);
            };
            if !self.record(database, record, header.salt)? {
                return Some(None);
            }
            at += record_bytes;
        }
        Some(Some(at))
    }

    /// `false` for a record that is not whole.
    fn record(&mut self, database: &mut [u8], record: &[u8], salt: u32) -> Option<bool> {
        let number = word(record, 0)?;
        let (page, sum) = record[NUMBER_BYTES..].split_at(self.page_bytes);
        if number == 0 || word(sum, 0)? != sum_of(page, salt) {
            return Some(false);
        }
        if number as usize <= self.pages && self.done.insert(number) {
            let begin = (number as usize - 1).checked_mul(self.page_bytes)?;
            let place = database.get_mut(begin..begin.checked_add(self.page_bytes)?)?;
            place.copy_from_slice(page);
        }
        Some(true)
    }
}

fn sum_of(page: &[u8], salt: u32) -> u32 {
    let places = (1..).map_while(|step| page.len().checked_sub(step * SUM_STEP));
    places
        .filter(|at| *at > 0)
        .fold(salt, |sum, at| sum.wrapping_add(u32::from(page[at])))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// A database before a transaction, half-way through it, and the journal then; SQLite wrote them all.
    fn cut_short(sql: &str) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch(
            "CREATE TABLE T (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 999)
             INSERT INTO T SELECT hex(zeroblob(100)) FROM n;",
        )
        .unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let before = read("list.db");
        db.execute_batch("PRAGMA cache_size = 2; BEGIN;").unwrap();
        db.execute_batch(sql).unwrap();
        db.cache_flush().unwrap();
        (before, read("list.db"), read("list.db-journal"))
    }

    #[test]
    fn a_transaction_that_did_not_end_is_rolled_back() {
        for sql in [
            "DELETE FROM T WHERE rowid > 3;",
            "UPDATE T SET a = hex(zeroblob(99));",
            "INSERT INTO T SELECT a FROM T;",
        ] {
            let (before, half, journal) = cut_short(sql);
            assert_ne!(before, half);
            let mut copy = half;
            assert_eq!(roll_back(&journal, &mut copy, 4_096), Some(true));
            assert!(copy == before, "{sql}");
        }
    }

    #[test]
    fn what_is_no_journal_of_this_database_changes_nothing() {
        let (_, half, journal) = cut_short("DELETE FROM T WHERE rowid > 3;");
        let unchanged = |journal: &[u8], page_bytes: usize| {
            let mut copy = half.clone();
            assert_eq!(roll_back(journal, &mut copy, page_bytes), None);
        };
        unchanged(&journal, 8_192);
        unchanged(b"", 4_096);
        unchanged(&[7; 9_000], 4_096);
        unchanged(&[&journal[..], &MAGIC].concat(), 4_096);
    }

    #[test]
    fn a_journal_without_records_holds_nothing() {
        let (_, half, mut journal) = cut_short("DELETE FROM T WHERE rowid > 3;");
        journal[8..12].fill(0);
        let mut copy = half.clone();
        assert_eq!(roll_back(&journal, &mut copy, 4_096), Some(false));
        assert!(copy == half);
    }

    #[test]
    fn any_cut_and_any_wrong_byte_end_without_a_panic() {
        let (_, half, journal) = cut_short("DELETE FROM T WHERE rowid > 900;");
        for cut in (0..journal.len()).step_by(61) {
            roll_back(&journal[..cut], &mut half.clone(), 4_096);
            let mut wrong = journal.clone();
            wrong[cut] ^= 0x80;
            roll_back(&wrong, &mut half.clone(), 4_096);
        }
    }
}
