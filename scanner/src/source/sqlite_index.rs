//! Adds up the entries of an index straight from its pages, to hold it against its table.
//!
//! `PRAGMA quick_check` looks at the form of every page and not at whether an index says the same as
//! its table; `integrity_check` does, and looks every row up in every index: five times the cost of
//! the rest of a check. A sum over all entries needs each page once. Two different lists of entries
//! with the same sum are as likely as a guessed 64-bit number.
//!
//! The format: <https://www.sqlite.org/fileformat.html#b_tree_pages>.

use std::io;

use rusqlite::types::ValueRef;

/// Reads so many bytes at a position of the database.
pub(crate) type ReadAt<'a> = dyn Fn(&mut [u8], u64) -> io::Result<()> + Sync + 'a;

/// How many entries there are, and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    entries: u64,
    sum: u64,
}

/// What is said of an index that cannot be read.
pub(crate) type Damage = &'static str;

const NOT_AN_INDEX: Damage = "a page of an index that is none";
const OUT_OF_BOUNDS: Damage = "an index that points out of its page or of the file";
const UNREADABLE: Damage = "a page that cannot be read";

/// No index of a list of files is deeper: each level holds dozens of times the entries.
const DEPTH_MAX: usize = 24;
/// Longer entries are no path.
const ENTRY_BYTES_MAX: u64 = 4 << 20;
const INTERIOR: u8 = 2;
const LEAF: u8 = 10;

impl Tally {
    /// Adds one entry: a value and the row that has it.
    pub(crate) fn add(&mut self, value: ValueRef<'_>, rowid: i64) {
        let hash = Hash::of(rowid);
        self.add_hash(match value {
            ValueRef::Null => hash.number(0, 0),
            ValueRef::Integer(number) => hash.number(1, number.cast_unsigned()),
            ValueRef::Real(number) => hash.number(2, number.to_bits()),
            ValueRef::Text(bytes) => hash.bytes(3, bytes),
            ValueRef::Blob(bytes) => hash.bytes(4, bytes),
        });
    }

    /// Adds the entries of another part.
    pub(crate) fn add_all(&mut self, other: &Self) {
        self.entries += other.entries;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    fn add_hash(&mut self, hash: Hash) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash.0);
    }
}

/// A hash that is quick on short texts: one multiplication for eight bytes.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn of(rowid: i64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15).mixed(rowid.cast_unsigned())
    }

    fn mixed(self, word: u64) -> Self {
        const FACTOR: u128 = 0xd6e8_feb8_6659_fd93_a076_1d64_78bd_642f;
        let product = u128::from(self.0 ^ word).wrapping_mul(FACTOR);
        Self((product as u64) ^ (product >> 64) as u64 ^ self.0.rotate_left(23))
    }

    fn number(self, kind: u64, number: u64) -> Self {
        self.mixed(kind).mixed(number)
    }

    fn bytes(self, kind: u64, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        let start = self.mixed(kind).mixed(bytes.len() as u64);
        let hash = words
            .iter()
            .fold(start, |hash, word| hash.mixed(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash.mixed(u64::from_le_bytes(last))
    }
}

/// The pages of a database.
#[derive(Clone, Copy)]
pub(crate) struct Pages<'a> {
    read: &'a ReadAt<'a>,
    page_bytes: usize,
    /// Without the bytes that are reserved at the end of each.
    usable: usize,
    count: u64,
}

impl<'a> Pages<'a> {
    /// Of a database whose header this is and which has so many bytes.
    pub(crate) fn new(
        header: &[u8; 100],
        bytes: u64,
        read: &'a ReadAt<'a>,
    ) -> Result<Self, Damage> {
        let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err("a page size that no database has"),
        };
        let usable = page_bytes - usize::from(header[20]);
        if usable < 480 {
            return Err("pages with no room in them");
        }
        if u32::from_be_bytes([header[56], header[57], header[58], header[59]]) != 1 {
            return Err("another encoding than UTF-8, which no device writes");
        }
        Ok(Self {
            read,
            page_bytes,
            usable,
            count: bytes / page_bytes as u64,
        })
    }

    /// Adds up the index that begins at page `root`, whose entries are one value and a row each.
    pub(crate) fn tally(&self, root: u32) -> Result<Tally, Damage> {
        let mut tally = Tally::default();
        let mut page = vec![0; self.page_bytes];
        let mut entry = Vec::new();
        let mut waiting = vec![(root, 0)];
        let mut read = 0;
        while let Some((number, depth)) = waiting.pop() {
            read += 1;
            if read > self.count || depth > DEPTH_MAX {
                return Err("an index that comes back to itself");
            }
            self.read_page(number, &mut page)?;
            for child in self.children(&page)? {
                waiting.push((child?, depth + 1));
            }
            for cell in cells(&page)? {
                self.read_entry(&page, cell?, &mut entry)?;
                let (value, rowid) = parse_entry(&entry)?;
                tally.add(value, rowid);
            }
        }
        Ok(tally)
    }

    fn read_page(&self, number: u32, page: &mut [u8]) -> Result<(), Damage> {
        let number = u64::from(number);
        if number == 0 || number > self.count {
            return Err(OUT_OF_BOUNDS);
        }
        let at = (number - 1) * self.page_bytes as u64;
        (self.read)(page, at).map_err(|_| UNREADABLE)
    }

    /// The pages below one that is no leaf.
    fn children<'p>(
        &self,
        page: &'p [u8],
    ) -> Result<impl Iterator<Item = Result<u32, Damage>> + use<'p>, Damage> {
        let interior = page[0] == INTERIOR;
        let cells = cells(page)?.filter(move |_| interior);
        let last = interior.then(|| number_at(page, 8));
        Ok(cells.map(|cell| number_at(page, cell?)).chain(last))
    }

    /// Copies the entry of a cell, with what of it lies on further pages.
    fn read_entry(&self, page: &[u8], cell: usize, entry: &mut Vec<u8>) -> Result<(), Damage> {
        let begin = if page[0] == INTERIOR { cell + 4 } else { cell };
        let (length, used) = varint(page.get(begin..).ok_or(OUT_OF_BOUNDS)?)?;
        if length > ENTRY_BYTES_MAX {
            return Err(OUT_OF_BOUNDS);
        }
        let length = length as usize;
        let local = self.local_bytes(length);
        let begin = begin + used;
        entry.clear();
        entry.extend_from_slice(page.get(begin..begin + local).ok_or(OUT_OF_BOUNDS)?);
        if local == length {
            return Ok(());
        }
        self.read_overflow(number_at(page, begin + local)?, length, entry)
    }

    fn read_overflow(&self, first: u32, length: usize, entry: &mut Vec<u8>) -> Result<(), Damage> {
        let mut page = vec![0; self.page_bytes];
        let mut next = first;
        while entry.len() < length {
            self.read_page(next, &mut page)?;
            next = number_at(&page, 0)?;
            let part = (length - entry.len()).min(self.usable - 4);
            entry.extend_from_slice(&page[4..4 + part]);
        }
        Ok(())
    }

    /// How many bytes of an entry lie in its cell.
    fn local_bytes(&self, length: usize) -> usize {
        let most = (self.usable - 12) * 64 / 255 - 23;
        let least = (self.usable - 12) * 32 / 255 - 23;
        if length <= most {
            return length;
        }
        let fitted = least + (length - least) % (self.usable - 4);
        if fitted <= most { fitted } else { least }
    }
}

fn number_at(page: &[u8], at: usize) -> Result<u32, Damage> {
    let four = page.get(at..).and_then(|rest| rest.first_chunk());
    four.map(|four| u32::from_be_bytes(*four))
        .ok_or(OUT_OF_BOUNDS)
}

/// Where the cells of a page begin.
fn cells(page: &[u8]) -> Result<impl Iterator<Item = Result<usize, Damage>>, Damage> {
    let header = match page[0] {
        INTERIOR => 12,
        LEAF => 8,
        _ => return Err(NOT_AN_INDEX),
    };
    let count = usize::from(u16::from_be_bytes([page[3], page[4]]));
    let table = page.get(header..header + 2 * count).ok_or(OUT_OF_BOUNDS)?;
    let first = header + 2 * count;
    Ok(table.chunks_exact(2).map(move |pair| {
        let at = usize::from(u16::from_be_bytes([pair[0], pair[1]]));
        (at >= first).then_some(at).ok_or(OUT_OF_BOUNDS)
    }))
}

/// A number of one to nine bytes, and how many.
fn varint(bytes: &[u8]) -> Result<(u64, usize), Damage> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Ok((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    Err(OUT_OF_BOUNDS)
}

/// The value of an entry and its row.
fn parse_entry(entry: &[u8]) -> Result<(ValueRef<'_>, i64), Damage> {
    let (header, first) = varint(entry)?;
    let header = usize::try_from(header).map_err(|_| OUT_OF_BOUNDS)?;
    let types = entry.get(first..header).ok_or(OUT_OF_BOUNDS)?;
    let (value_type, used) = varint(types)?;
    let (row_type, used_by_row) = varint(&types[used..])?;
    if used + used_by_row != types.len() {
        return Err("an index of another form than those of a list of files");
    }
    let (value, rest) = parse_value(value_type, &entry[header..])?;
    match parse_value(row_type, rest)? {
        (ValueRef::Integer(rowid), []) => Ok((value, rowid)),
        _ => Err("an entry of an index without its row"),
    }
}

fn parse_value(serial: u64, bytes: &[u8]) -> Result<(ValueRef<'_>, &[u8]), Damage> {
    let length = match serial {
        0 | 8 | 9 => 0,
        1..=4 => serial as usize,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return Err("a value of no known type"),
        _ => usize::try_from((serial - 12) / 2).map_err(|_| OUT_OF_BOUNDS)?,
    };
    let (value, rest) = bytes.split_at_checked(length).ok_or(OUT_OF_BOUNDS)?;
    let value = match serial {
        0 => ValueRef::Null,
        8 => ValueRef::Integer(0),
        9 => ValueRef::Integer(1),
        1..=6 => ValueRef::Integer(integer(value)),
        7 => ValueRef::Real(f64::from_bits(integer(value).cast_unsigned())),
        _ if serial.is_multiple_of(2) => ValueRef::Blob(value),
        _ => ValueRef::Text(value),
    };
    Ok((value, rest))
}

/// One to eight bytes, most significant first, with a sign.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    bytes
        .iter()
        .fold(start, |value: i64, byte| value << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    const SCHEMA: &str = "CREATE TABLE T (a, b); CREATE INDEX I ON T(a);";

    /// The sums of a table's column and of the index over it, for a database made by `sql`.
    fn tallies(sql: &str) -> (Tally, Result<Tally, Damage>) {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(SCHEMA).unwrap();
        db.execute_batch(sql).unwrap();
        let table = tally_table(&db);
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'I'";
        let root = db.query_row(root, [], |row| row.get(0)).unwrap();
        let bytes = db.serialize(rusqlite::MAIN_DB).unwrap().to_vec();
        (table, tally(&bytes, root))
    }

    fn tally_table(db: &Connection) -> Tally {
        let mut table = Tally::default();
        let mut rows = db.prepare("SELECT rowid, a FROM T NOT INDEXED").unwrap();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            table.add(row.get_ref(1).unwrap(), row.get(0).unwrap());
        }
        table
    }

    fn tally(bytes: &[u8], root: u32) -> Result<Tally, Damage> {
        let read = |piece: &mut [u8], at: u64| {
            piece.copy_from_slice(&bytes[at as usize..][..piece.len()]);
            Ok(())
        };
        let header = bytes.first_chunk().unwrap();
        Pages::new(header, bytes.len() as u64, &read)?.tally(root)
    }

    #[track_caller]
    fn check_agree(sql: &str) {
        let (table, index) = tallies(sql);
        assert_eq!(Ok(table), index, "{sql}");
    }

    #[test]
    fn a_sound_index_adds_up_to_its_table() {
        check_agree("");
        for value in [
            "NULL", "0", "1", "-1", "127", "-129", "70000", "-9000000", "3e12", "1.5",
        ] {
            check_agree(&format!("INSERT INTO T VALUES ({value}, 0);"));
        }
        check_agree(
            "INSERT INTO T VALUES ('text', 0), (x'00ff', 1), ('', 2), (9223372036854775807, 3);",
        );
        let many = |n: u32, value: &str| {
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {n}) \
                 INSERT INTO T SELECT {value}, i FROM n;"
            )
        };
        check_agree(&many(20_000, "'Library/' || i"));
        check_agree(&many(300, "hex(zeroblob(i * 30)) || i"));
        check_agree(&format!(
            "{} DELETE FROM T WHERE b % 3 = 0;",
            many(5_000, "i")
        ));
    }

    #[test]
    fn another_value_or_another_row_gives_another_sum() {
        let sum = |sql: &str| tallies(sql).0;
        let one = sum("INSERT INTO T VALUES ('a', 0);");
        for other in ["('b', 0)", "(x'61', 0)", "(NULL, 0)", "('a', 0), ('a', 1)"] {
            assert_ne!(
                one,
                sum(&format!("INSERT INTO T VALUES {other};")),
                "{other}"
            );
        }
        assert_ne!(one, sum("INSERT INTO T(rowid, a) VALUES (2, 'a');"));
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics_or_hangs(at in 100_usize..40_000, bytes: [u8; 16]) {
            let mut db = Connection::open_in_memory().unwrap();
            db.execute_batch(SCHEMA).unwrap();
            db.execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) \
                 INSERT INTO T SELECT 'Library/' || i, i FROM n;"
            ).unwrap();
            let mut file = db.serialize(rusqlite::MAIN_DB).unwrap().to_vec();
            let at = at.min(file.len() - bytes.len());
            file[at..at + bytes.len()].copy_from_slice(&bytes);
            let _ = tally(&file, 3);
        }
    }
}
