//! The write-ahead log beside a database: which of its pages were committed.
//!
//! An immutable reader does not see what a log holds, and rows that were committed there alone would
//! be listed files that are not counted. The log is read into memory; nothing is ever written back.
//!
//! The format: <https://www.sqlite.org/fileformat.html#the_write_ahead_log>.

use std::collections::BTreeMap;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The lowest bit says in which order the bytes of a word are added up.
const MAGIC: u32 = 0x377f_0682;

/// The pages of a log whose writing was committed, each with where its newest copy begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Committed {
    pages: BTreeMap<u32, usize>,
    page_bytes: usize,
    /// Pages of the database after the last commit.
    count: u32,
}

/// Reads a log; nothing is committed in one that no database of this page size wrote.
pub(crate) fn committed(log: &[u8], page_bytes: usize) -> Committed {
    Reader::open(log, page_bytes).map_or_else(Committed::default, Reader::read)
}

impl Committed {
    /// Bytes of the database after the last commit.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.count) * self.page_bytes as u64
    }

    /// Puts the pages into a copy of the database. `false` where that changed nothing: a log that was
    /// written back before is left as it was.
    pub(crate) fn apply(&self, log: &[u8], database: &mut Vec<u8>) -> bool {
        if self.pages.is_empty() {
            return false;
        }
        let bytes = self.count as usize * self.page_bytes;
        let mut changed = database.len() < bytes;
        database.resize(bytes, 0);
        for (number, at) in &self.pages {
            let begin = (*number as usize - 1) * self.page_bytes;
            let (Some(old), Some(new)) = (
                database.get_mut(begin..begin + self.page_bytes),
                log.get(*at..at + self.page_bytes),
            ) else {
                continue;
            };
            changed |= old != new;
            old.copy_from_slice(new);
        }
        changed
    }
}

struct Reader<'a> {
    log: &'a [u8],
    page_bytes: usize,
    big_endian: bool,
    salt: &'a [u8],
    sum: (u32, u32),
}

impl<'a> Reader<'a> {
    fn open(log: &'a [u8], page_bytes: usize) -> Option<Self> {
        let header = log.get(..HEADER_BYTES)?;
        let magic = word(header, 0)?;
        let mut reader = Self {
            log,
            page_bytes,
            big_endian: magic & 1 == 1,
            salt: &header[16..24],
            sum: (0, 0),
        };
        reader.add(&header[..24]);
        let known = magic & !1 == MAGIC && word(header, 8)? as usize == page_bytes;
        (known && reader.sum == (word(header, 24)?, word(header, 28)?)).then_some(reader)
    }

    /// Goes on as long as frames are of this log, and keeps what stands before the last commit.
    fn read(mut self) -> Committed {
        let mut committed = Committed {
            page_bytes: self.page_bytes,
            ..Committed::default()
        };
        let mut open = BTreeMap::new();
        let mut at = HEADER_BYTES;
        while let Some((page, count)) = self.frame(at) {
            open.insert(page, at + FRAME_HEADER_BYTES);
            if count > 0 {
                committed.pages.append(&mut open);
                committed.count = count;
            }
            at += FRAME_HEADER_BYTES + self.page_bytes;
        }
        committed
    }

    /// The page of the frame that begins there, and the size of the database if it is a commit.
    fn frame(&mut self, at: usize) -> Option<(u32, u32)> {
        let frame = self
            .log
            .get(at..at + FRAME_HEADER_BYTES + self.page_bytes)?;
        let (header, page) = frame.split_at(FRAME_HEADER_BYTES);
        self.add(&header[..8]);
        self.add(page);
        let sound = &header[8..16] == self.salt
            && self.sum == (word(header, 16)?, word(header, 20)?)
            && word(header, 0)? > 0;
        sound.then_some((word(header, 0)?, word(header, 4)?))
    }

    fn add(&mut self, bytes: &[u8]) {
        let (pairs, _) = bytes.as_chunks::<8>();
        let (mut first, mut second) = self.sum;
        for [a, b, c, d, e, f, g, h] in pairs {
            let (x, y) = ([*a, *b, *c, *d], [*e, *f, *g, *h]);
            let [x, y] = [x, y].map(|word| match self.big_endian {
                true => u32::from_be_bytes(word),
                false => u32::from_le_bytes(word),
            });
            first = first.wrapping_add(x).wrapping_add(second);
            second = second.wrapping_add(y).wrapping_add(first);
        }
        self.sum = (first, second);
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// A database of one row and the log in which `sql` was committed; SQLite wrote both.
    fn with_log(sql: &str) -> (Vec<u8>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.db");
        let db = Connection::open(&path).unwrap();
        db.pragma_update(None, "journal_mode", "WAL").unwrap();
        db.execute_batch(
            "CREATE TABLE T (a); INSERT INTO T VALUES (1); PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
        db.execute_batch(sql).unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        (read("list.db"), read("list.db-wal"))
    }

    fn rows(database: &[u8]) -> i64 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.db");
        let mut bytes = database.to_vec();
        bytes[18..20].fill(1);
        std::fs::write(&path, bytes).unwrap();
        let db = Connection::open(&path).unwrap();
        db.query_row("SELECT count(*) FROM T", [], |row| row.get(0))
            .unwrap()
    }

    const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 999) \
                        INSERT INTO T SELECT hex(zeroblob(20)) FROM n;";

    #[test]
    fn committed_rows_are_seen_and_others_are_not() {
        let (mut database, log) = with_log(MANY);
        assert_eq!(rows(&database), 1);
        let pages = committed(&log, 4_096);
        assert!(pages.apply(&log, &mut database));
        assert_eq!(rows(&database), 1_000);
        assert!(
            !pages.apply(&log, &mut database),
            "a second time changes nothing"
        );
        // The last frame is the commit; without it nothing of it counts.
        let (mut database, log) = with_log(MANY);
        let cut = &log[..log.len() - 1];
        assert!(!committed(cut, 4_096).apply(cut, &mut database));
        assert_eq!(rows(&database), 1);
    }

    #[test]
    fn what_is_no_log_of_this_database_commits_nothing() {
        let (_, log) = with_log(MANY);
        assert_eq!(committed(&log, 8_192), Committed::default());
        assert_eq!(committed(&[7; 5_000], 4_096), Committed::default());
        assert_eq!(committed(b"", 4_096), Committed::default());
        let mut flipped = log;
        flipped[100] ^= 1;
        assert!(committed(&flipped, 4_096).pages.is_empty());
    }
}
