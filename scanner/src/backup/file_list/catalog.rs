//! The list of files that a backup promises: one interface over Manifest.db and Manifest.mbdb.
//!
//! Which of the two is there decides, not the iOS version. Nothing in a row is trusted: file ids
//! that are no hash, missing texts and paths that climb are counted and told, and no path of a row
//! is ever opened.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use memchr::memmem::Finder;
use rayon::prelude::*;
use rusqlite::types::ValueRef;

use super::file_record::{self, Record};
use super::mbdb;
use crate::model::backup::FileName;
use crate::source::file::{self, Fault};
use crate::source::sqlite::{self, Database, FileKind};

const FILE: i64 = 1;
/// The file changed while it was uploaded; its payload may be missing.
const CHANGED_WHILE_UPLOADING: i64 = 16;
const MBDB_BYTES_MAX: u64 = 512 << 20;
const SHOWN_CHARS_MAX: usize = 512;

/// Rowid order: sorting by file id costs four times as much.
const SELECT: &str = "SELECT fileID, domain, relativePath, flags, file FROM main.Files NOT INDEXED \
                      WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";
const SPAN: &str = "SELECT (SELECT min(rowid) FROM main.Files NOT INDEXED), \
                    (SELECT max(rowid) FROM main.Files NOT INDEXED)";
const COLUMNS: [&str; 5] = ["fileID", "domain", "relativePath", "flags", "file"];

/// A list that spans more rowids than this is read in parts, each on a connection of its own.
const UNDIVIDED_MAX: i128 = 100_000;
/// So many parts whatever the number of threads: the order of rows must not depend on it.
const PARTS: i128 = 16;
/// Positions fit in 31 bits; nothing near this many rows is a backup.
pub(crate) const ROWS_MAX: u32 = i32::MAX.cast_unsigned();

/// Where payload files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In 256 folders named by the first two digits (Manifest.db, iOS 10 and later).
    Buckets,
    /// Beside the plists (Manifest.mbdb, iOS 5 to 9).
    Flat,
}

/// What a first look at the manifest tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileListProbe {
    /// Neither Manifest.db nor Manifest.mbdb.
    None,
    /// A Manifest.db.
    Database(Result<FileKind, Fault>),
    /// A Manifest.mbdb and no Manifest.db.
    Mbdb(Result<(), Fault>),
}

/// Looks at the first bytes of whichever manifest is there.
pub fn probe(folder: &Path) -> FileListProbe {
    match sqlite::probe(&folder.join("Manifest.db")) {
        Err(Fault::Absent) => match file::open(&folder.join("Manifest.mbdb")) {
            Err(Fault::Absent) => FileListProbe::None,
            found => FileListProbe::Mbdb(found.map(|_| ())),
        },
        found => FileListProbe::Database(found),
    }
}

/// An opened manifest.
#[derive(Debug)]
pub struct Catalog(Source);

#[derive(Debug)]
enum Source {
    /// A plain Manifest.db, with the rowids of each part.
    File(PathBuf, Vec<Rowids>),
    /// A decrypted Manifest.db, which has the one connection.
    CheckCache(Mutex<Database>),
    Mbdb(Vec<u8>),
}

/// First and last.
type Rowids = (i64, i64);

const ALL_ROWIDS: Rowids = (i64::MIN, i64::MAX);

/// One row that promises a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// Position among all rows of its part of the manifest.
    pub order: u32,
    /// The payload's name; `None` when the row's file id is not 40 hex digits.
    pub id: Option<[u8; 20]>,
    /// May the payload be missing (flag 16)?
    pub may_be_absent: bool,
    /// What its record says of the content.
    pub record: Record,
}

/// One part of a manifest, read.
#[derive(Debug)]
pub struct Part<C> {
    /// What was made of its file rows.
    pub collected: C,
    /// Rows that are not as iOS writes them, and the number of all.
    pub odd: OddRows,
}

/// Rows that are not as iOS writes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OddRows {
    /// All rows, odd or not.
    pub rows: u64,
    /// File rows whose file id is not 40 hex digits.
    pub bad_ids: u64,
    /// Rows with a column that is NULL or of another type.
    pub incomplete: u64,
    /// Rows whose path has a `..` in it or begins at a root.
    pub climbing: u64,
}

impl OddRows {
    /// Adds those of another part.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.bad_ids += other.bad_ids;
        self.incomplete += other.incomplete;
        self.climbing += other.climbing;
    }

    /// "2 of 40 rows with a file id that is not 40 hex digits"; `None` where all are usual.
    pub fn describe(&self) -> Option<String> {
        let told: Vec<String> = [
            (self.bad_ids, "with a file id that is not 40 hex digits"),
            (
                self.incomplete,
                "with a column that is missing or of another type",
            ),
            (
                self.climbing,
                "with a path that climbs out of the backup; never followed",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} of {} rows {what}", self.rows))
        .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

impl Catalog {
    /// Opens the plain manifest that `probe` saw.
    pub fn open(folder: &Path, probe: &FileListProbe) -> Result<Self, Fault> {
        match probe {
            FileListProbe::None => Err(Fault::Absent),
            FileListProbe::Database(_) => {
                let path = folder.join("Manifest.db");
                let parts = parts(&open_database(&path)?)?;
                Ok(Self(Source::File(path, parts)))
            }
            FileListProbe::Mbdb(_) => {
                let bytes = file::read(&folder.join("Manifest.mbdb"), MBDB_BYTES_MAX)?;
                mbdb::Records::open(&bytes).map_err(Fault::Wrong)?;
                Ok(Self(Source::Mbdb(bytes)))
            }
        }
    }

    /// Takes a Manifest.db that was decrypted into memory.
    pub fn of_memory(database: Database) -> Result<Self, Fault> {
        database.require_table("Files", &COLUMNS)?;
        Ok(Self(Source::CheckCache(Mutex::new(database))))
    }

    /// Where the payloads lie.
    pub fn layout(&self) -> Layout {
        match &self.0 {
            Source::File(..) | Source::CheckCache(_) => Layout::Buckets,
            Source::Mbdb(_) => Layout::Flat,
        }
    }

    /// Is it read by one thread, however many there are?
    pub fn is_in_one_part(&self) -> bool {
        match &self.0 {
            Source::File(_, parts) => parts.len() == 1,
            Source::CheckCache(_) | Source::Mbdb(_) => true,
        }
    }

    /// Hands every row that promises a payload to `take`, with a collector for each part of the list;
    /// the parts come in the order of the list, read in parallel where it is long.
    pub fn collect<C: Send>(
        &self,
        new: impl Fn() -> C + Sync,
        take: impl Fn(&mut C, &FileRow) + Sync,
    ) -> Result<Vec<Part<C>>, Fault> {
        match &self.0 {
            Source::File(path, parts) => parts
                .par_iter()
                .map(|rowids| {
                    let database = open_database(path)?;
                    part(new(), &take, |row| database_rows(&database, *rowids, row))
                })
                .collect(),
            Source::CheckCache(database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                let rows = |row: &mut TakeRow<'_>| database_rows(&database, ALL_ROWIDS, row);
                Ok(vec![part(new(), &take, rows)?])
            }
            Source::Mbdb(bytes) => Ok(vec![part(new(), &take, |row| mbdb_rows(bytes, row))?]),
        }
    }

    fn all_rows(&self, take: &mut TakeRow<'_>) -> Result<(), Fault> {
        match &self.0 {
            Source::File(path, _) => database_rows(&open_database(path)?, ALL_ROWIDS, take),
            Source::CheckCache(database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                database_rows(&database, ALL_ROWIDS, take)
            }
            Source::Mbdb(bytes) => mbdb_rows(bytes, take),
        }
    }

    /// The names of the rows at these positions of the whole list, which are sorted, in their order.
    pub fn names(&self, orders: &[u32]) -> Result<Vec<FileName>, Fault> {
        let Some(last) = orders.last() else {
            return Ok(Vec::new());
        };
        let mut names = Vec::with_capacity(orders.len());
        let mut take = |order, row: &RawRow<'_>| {
            if orders.binary_search(&order).is_ok() {
                names.push(row.name());
            }
            if order < *last {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        self.all_rows(&mut take)?;
        Ok(names)
    }
}

/// Hears of a row and its position; may end the reading.
type TakeRow<'a> = dyn FnMut(u32, &RawRow<'_>) -> ControlFlow<()> + 'a;

fn part<C>(
    mut collected: C,
    take: &impl Fn(&mut C, &FileRow),
    rows: impl FnOnce(&mut TakeRow<'_>) -> Result<(), Fault>,
) -> Result<Part<C>, Fault> {
    let mut odd = OddRows::default();
    rows(&mut |order, row| {
        odd.rows += 1;
        odd.climbing += u64::from(row.climbs());
        odd.incomplete += u64::from(!row.is_complete());
        if row.flags.is_some_and(|flags| flags & FILE != 0) {
            let row = row.file_row(order);
            odd.bad_ids += u64::from(row.id.is_none());
            take(&mut collected, &row);
        }
        ControlFlow::Continue(())
    })?;
    Ok(Part { collected, odd })
}

fn open_database(path: &Path) -> Result<Database, Fault> {
    let database = Database::open(path)?;
    database.require_table("Files", &COLUMNS)?;
    Ok(database)
}

fn parts(database: &Database) -> Result<Vec<Rowids>, Fault> {
    let span = database
        .connection()
        .query_row(SPAN, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|e| sqlite::sqlite_fault(&e))?;
    Ok(match span {
        (Some(first), Some(last)) => split(first, last),
        _ => vec![ALL_ROWIDS],
    })
}

/// Cuts a long span of rowids into parts of the same width, which is not the same number of rows.
fn split(first: i64, last: i64) -> Vec<Rowids> {
    let width = i128::from(last) - i128::from(first) + 1;
    if width <= UNDIVIDED_MAX {
        return vec![ALL_ROWIDS];
    }
    let bound = |part: i128| i64::try_from(i128::from(first) + width * part / PARTS);
    let bounds = (1..PARTS).filter_map(|part| bound(part).ok());
    let starts = std::iter::once(i64::MIN).chain(bounds.clone());
    let ends = bounds.map(|start| start - 1).chain([i64::MAX]);
    starts.zip(ends).collect()
}

/// A row as it lies in the manifest.
struct RawRow<'a> {
    id: Option<&'a [u8]>,
    domain: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    flags: Option<i64>,
    record: RawRecord<'a>,
}

enum RawRecord<'a> {
    Sourced(Record),
    Archived(Option<&'a [u8]>),
}

impl RawRow<'_> {
    fn is_complete(&self) -> bool {
        let archived = !matches!(self.record, RawRecord::Archived(None));
        self.domain.is_some() && self.path.is_some() && self.flags.is_some() && archived
    }

    fn climbs(&self) -> bool {
        let path = self.path.unwrap_or_default();
        path.starts_with(b"/") || climbs(path) || climbs(self.domain.unwrap_or_default())
    }

    fn file_row(&self, order: u32) -> FileRow {
        let flags = self.flags.unwrap_or(0);
        FileRow {
            order,
            id: self.id.and_then(file_id),
            may_be_absent: flags & CHANGED_WHILE_UPLOADING != 0,
            record: match self.record {
                RawRecord::Sourced(record) => record,
                RawRecord::Archived(blob) => blob.and_then(file_record::read).unwrap_or_default(),
            },
        }
    }

    fn name(&self) -> FileName {
        FileName {
            file_id: shown(self.id),
            domain: shown(self.domain),
            path: shown(self.path),
        }
    }
}

/// Is one of its parts `..`? Nearly no text has two dots in a row, and that is quickly seen.
fn climbs(text: &[u8]) -> bool {
    static TWO_DOTS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b".."));
    TWO_DOTS.find(text).is_some()
        && text
            .split(|byte| b"/\\".contains(byte))
            .any(|part| part == b"..")
}

fn shown(text: Option<&[u8]>) -> String {
    let text = String::from_utf8_lossy(text.unwrap_or_default());
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

/// What each byte is worth as a hex digit of either case; `NO_DIGIT` when it is none.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};
const NO_DIGIT: u8 = 0xf0;

/// 40 hex digits of either case. Every row and every name on disk comes through here.
pub(crate) fn file_id(text: &[u8]) -> Option<[u8; 20]> {
    let text: &[u8; 40] = text.try_into().ok()?;
    let (mut id, mut worst) = ([0; 20], 0);
    for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| DIGITS[usize::from(digit)]);
        *byte = high << 4 | low;
        worst |= high | low;
    }
    (worst < NO_DIGIT).then_some(id)
}

/// An id as numbers: they sort as its bytes do, and compare without a call.
pub(crate) fn id_order(id: &[u8; 20]) -> (u128, u32) {
    let [high @ .., a, b, c, d] = *id;
    (u128::from_be_bytes(high), u32::from_be_bytes([a, b, c, d]))
}

/// The payload's name as it stands on disk.
pub(crate) fn hex(id: &[u8]) -> String {
    use std::fmt::Write as _;
    id.iter()
        .fold(String::with_capacity(2 * id.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn database_rows(
    database: &Database,
    (first, last): Rowids,
    take: &mut TakeRow<'_>,
) -> Result<(), Fault> {
    let fault = |e| sqlite::sqlite_fault(&e);
    let mut select = database.connection().prepare(SELECT).map_err(fault)?;
    let mut rows = select.query((first, last)).map_err(fault)?;
    let mut order = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        if take(order, &raw_row(row).map_err(fault)?).is_break() {
            break;
        }
        order += 1;
        if u64::from(order) > database.rows_max || order > ROWS_MAX {
            return Err(too_many_rows());
        }
    }
    Ok(())
}

pub(crate) fn too_many_rows() -> Fault {
    Fault::Wrong("a damaged SQLite database: more rows than its file can hold".to_owned())
}

fn raw_row<'a>(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<RawRow<'a>> {
    Ok(RawRow {
        id: text(row.get_ref(0)?),
        domain: text(row.get_ref(1)?),
        path: text(row.get_ref(2)?),
        flags: match row.get_ref(3)? {
            ValueRef::Integer(flags) => Some(flags),
            _ => None,
        },
        record: RawRecord::Archived(match row.get_ref(4)? {
            ValueRef::Blob(blob) => Some(blob),
            _ => None,
        }),
    })
}

fn text(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn mbdb_rows(bytes: &[u8], take: &mut TakeRow<'_>) -> Result<(), Fault> {
    let records = mbdb::Records::open(bytes).map_err(Fault::Wrong)?;
    for (order, record) in (0..ROWS_MAX).zip(records) {
        let record = record.map_err(Fault::Wrong)?;
        let id = hex(&record.file_id());
        let row = RawRow {
            id: Some(id.as_bytes()),
            domain: record.domain,
            path: record.path,
            flags: Some(i64::from(record.is_file)),
            record: RawRecord::Sourced(Record {
                size: Some(record.size),
                digest: record.digest,
                key: record.key,
            }),
        };
        if take(order, &row).is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_id(text: &str, wanted: Option<u8>) {
        assert_eq!(file_id(text.as_bytes()).map(|id| id[19]), wanted, "{text}");
    }

    #[test]
    fn a_file_id_is_forty_hex_digits_of_either_case() {
        let begin = "0".repeat(38);
        for (end, wanted) in [("3d", 0x3d), ("3D", 0x3d), ("fF", 0xff), ("00", 0)] {
            check_id(&format!("{begin}{end}"), Some(wanted));
        }
        for end in ["", "3", "3d0", "3g", "g3", "/0", ":0", "@0", "`0", "é"] {
            check_id(&format!("{begin}{end}"), None);
        }
        check_id("", None);
    }

    proptest::proptest! {
        #[test]
        fn ids_sort_as_numbers_as_they_do_as_bytes(a: [u8; 20], b: [u8; 20], same in 0_usize..20) {
            let mut near = a;
            near[same..].copy_from_slice(&b[same..]);
            proptest::prop_assert_eq!(a.cmp(&near), id_order(&a).cmp(&id_order(&near)));
            let text = hex(&a);
            proptest::prop_assert_eq!(file_id(text.as_bytes()), Some(a));
            proptest::prop_assert_eq!(file_id(text.to_uppercase().as_bytes()), Some(a));
        }
    }

    /// Every rowid lies in exactly one part.
    fn check(first: i64, last: i64, wanted: usize) {
        let parts = split(first, last);
        assert_eq!(parts.len(), wanted, "{first} {last}");
        assert_eq!((parts[0].0, parts[wanted - 1].1), ALL_ROWIDS);
        for pair in parts.windows(2) {
            assert_eq!(pair[0].1 + 1, pair[1].0, "{first} {last}");
        }
    }

    #[test]
    fn long_lists_are_cut_into_parts_without_a_gap() {
        check(1, 1, 1);
        check(1, 100_000, 1);
        check(1, 100_001, 16);
        check(-50, 1_000_000, 16);
        check(i64::MIN, i64::MAX, 16);
    }
}
