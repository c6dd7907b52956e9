//! The list of a backup's files: one interface over Manifest.db and Manifest.mbdb.
//!
//! Which of the two is there decides, not the iOS version. Nothing in a row is trusted: file ids
//! that are no hash, missing texts and paths that climb are counted and reported, and no path of a row
//! is ever opened.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use memchr::memmem::Finder;
use rayon::prelude::*;
use rusqlite::types::ValueRef;

use super::content_kind::ContentKind;
use super::file_record::{self, Record};
use super::mbdb;
use super::one_pass::{FileValues, OnePass};
use super::pending::{self, Pending};
use super::proof::{self, COLUMNS, IndexSums, ListIndex, Tallies};
use super::row_facts::{RowFacts, RowText};
use super::row_kind::{self, RowKind};
use crate::model::backup::FileName;
use crate::source::file::{self, Fault};
use crate::source::sqlite;
use crate::source::sqlite::{Database, FileKind};
use crate::source::sqlite_pages::pages::ReadAt;

const MBDB_BYTES_MAX: u64 = 512 << 20;
const SHOWN_CHARS_MAX: usize = 512;

/// Rowid order: sorting by file id costs four times as much.
const SELECT: &str = "SELECT fileID, domain, relativePath, flags, file, rowid FROM main.Files NOT INDEXED \
                      WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";
const SPAN: &str = "SELECT (SELECT min(rowid) FROM main.Files NOT INDEXED), \
                    (SELECT max(rowid) FROM main.Files NOT INDEXED)";

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

/// What the first bytes of the manifest say.
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
    match sqlite::probe(&file::found(folder, "Manifest.db")) {
        Err(Fault::Absent) => match file::open(&file::found(folder, "Manifest.mbdb")) {
            Err(Fault::Absent) => FileListProbe::None,
            found => FileListProbe::Mbdb(found.map(|_| ())),
        },
        found => FileListProbe::Database(found),
    }
}

/// An opened manifest.
#[derive(Debug)]
pub struct Catalog {
    source: Source,
    doubt: Option<String>,
}

#[derive(Debug)]
enum Source {
    /// A plain Manifest.db, with the rowids of each part.
    File(PathBuf, Vec<Rowids>, Vec<ListIndex>),
    /// A Manifest.db that was decrypted, or completed by what lies beside it: the one connection.
    Memory(Mutex<Database>),
    Mbdb(Vec<u8>),
}

/// First and last.
type Rowids = (i64, i64);

const ALL_ROWIDS: Rowids = (i64::MIN, i64::MAX);

/// One row that lists a payload.
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
    /// How the file lives while it is copied.
    pub(crate) liveness: Liveness,
    /// What its name promises of its first bytes.
    pub(crate) kind: Option<ContentKind>,
}

/// How a file lives while a device copies it: how much shorter than listed may it be?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Liveness {
    /// It does not change: any other file than those below.
    Fixed,
    /// A database: pages are added and given back.
    Database,
    /// A log beside a database, which is emptied whenever it was written back.
    Log,
    /// A photo, a film or a recording: it is written once, and then is as long as it is.
    Media,
}

const DATABASES: [&[u8]; 8] = [
    b"db",
    b"sqlite",
    b"sqlitedb",
    b"sqlite3",
    b"storedata",
    b"realm",
    b"store",
    b"db3",
];
const MEDIA: [&[u8]; 18] = [
    b"heic", b"heif", b"jpg", b"jpeg", b"png", b"gif", b"tif", b"tiff", b"webp", b"dng", b"mov",
    b"mp4", b"m4v", b"3gp", b"m4a", b"mp3", b"caf", b"wav",
];
const LOGS: [&[u8]; 3] = [b"-wal", b"-shm", b"-journal"];

impl Liveness {
    /// By the name of the file.
    fn of(path: &[u8]) -> Self {
        if LOGS.iter().any(|ending| path.ends_with(ending)) {
            return Self::Log;
        }
        const LONGEST: usize = 9;
        let end = &path[path.len().saturating_sub(LONGEST + 1)..];
        let dot = end.iter().rposition(|byte| *byte == b'.');
        let Some(ending) = dot.map(|at| &end[at + 1..]) else {
            return Self::Fixed;
        };
        let is_one_of = |known: &[&[u8]]| known.iter().any(|one| ending.eq_ignore_ascii_case(one));
        if is_one_of(&DATABASES) {
            Self::Database
        } else if is_one_of(&MEDIA) {
            Self::Media
        } else {
            Self::Fixed
        }
    }
}

/// One part of a manifest, read.
#[derive(Debug)]
pub struct Part<C> {
    /// What was made of its file rows.
    pub collected: C,
    /// What its rows say beside them.
    pub facts: RowFacts,
}

impl Catalog {
    /// Opens the plain manifest that `probe` saw.
    pub fn open(folder: &Path, probe: &FileListProbe) -> Result<Self, Fault> {
        match probe {
            FileListProbe::None => Err(Fault::Absent),
            FileListProbe::Database(_) => Self::open_database(file::found(folder, "Manifest.db")),
            FileListProbe::Mbdb(_) => {
                let bytes = file::read(&file::found(folder, "Manifest.mbdb"), MBDB_BYTES_MAX)?;
                mbdb::Records::open(&bytes)?;
                Ok(Self::new(Source::Mbdb(bytes)))
            }
        }
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            doubt: None,
        }
    }

    fn open_database(path: PathBuf) -> Result<Self, Fault> {
        match pending::probe(&path)? {
            Pending::Nothing => Self::of_file(path),
            Pending::Unknown(doubt) => Ok(Self {
                doubt: Some(doubt),
                ..Self::of_file(path)?
            }),
            Pending::InMemory(bytes, doubt) => Self::of_copy(&bytes, doubt),
        }
    }

    fn of_file(path: PathBuf) -> Result<Self, Fault> {
        let database = open_database(&path)?;
        let (parts, indexes) = (parts(&database)?, proof::indexes(&database)?);
        Ok(Self::new(Source::File(path, parts, indexes)))
    }

    fn of_copy(bytes: &[u8], doubt: &str) -> Result<Self, Fault> {
        let copy = |memory: &mut [u8]| {
            memory.copy_from_slice(bytes);
            Ok(())
        };
        let database = Database::of_memory(bytes.len() as u64, copy)?;
        Ok(Self {
            doubt: Some(doubt.to_owned()),
            ..Self::of_memory(database)?
        })
    }

    /// Why the list is not the last word; plain words.
    pub(crate) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// Takes a Manifest.db that was decrypted into memory.
    pub fn of_memory(database: Database) -> Result<Self, Fault> {
        database.require_table("Files", &COLUMNS)?;
        Ok(Self::new(Source::Memory(Mutex::new(database))))
    }

    /// Is every page as SQLite leaves it, and what do the indexes add up to? As dear as reading the list
    /// once more; meant to run beside it.
    pub(crate) fn prove(&self) -> Result<IndexSums, Fault> {
        match &self.source {
            Source::File(path, _, indexes) => {
                let (form, sums) = rayon::join(
                    || proof::quick_check(&open_database(path)?),
                    || add_up_file(path, indexes),
                );
                form.and(sums)
            }
            Source::Memory(database) => {
                let mut database = database.lock().unwrap_or_else(PoisonError::into_inner);
                proof::quick_check(&database)?;
                let indexes = proof::indexes(&database)?;
                database.with_bytes(|bytes| {
                    let read = |piece: &mut [u8], at: u64| copy_at(bytes, piece, at);
                    proof::add_up(&indexes, bytes.len() as u64, &read)
                })?
            }
            Source::Mbdb(_) => Ok(IndexSums::default()),
        }
    }

    /// Where the payloads lie.
    pub fn layout(&self) -> Layout {
        match &self.source {
            Source::File(..) | Source::Memory(_) => Layout::Buckets,
            Source::Mbdb(_) => Layout::Flat,
        }
    }

    /// Is it read by one thread, however many there are?
    pub(crate) fn is_in_one_part(&self) -> bool {
        match &self.source {
            Source::File(_, parts, _) => parts.len() == 1,
            Source::Memory(_) | Source::Mbdb(_) => true,
        }
    }

    /// Hands every row that lists a payload to `take`, with a collector for each part of the list;
    /// the parts come in the order of the list, read in parallel where it is long.
    pub fn collect<C: Send>(
        &self,
        new: impl Fn() -> C + Sync,
        take: impl Fn(&mut C, &FileRow) + Sync,
    ) -> Result<Vec<Part<C>>, Fault> {
        match &self.source {
            Source::File(path, parts, _) => parts
                .par_iter()
                .map(|rowids| {
                    let database = open_database(path)?;
                    part(new(), &take, |sums, row| {
                        database_rows(&database, *rowids, sums, row)
                    })
                })
                .collect(),
            Source::Memory(database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                let rows = |sums: &mut Tallies, row: &mut TakeRow<'_>| {
                    database_rows(&database, ALL_ROWIDS, sums, row)
                };
                Ok(vec![part(new(), &take, rows)?])
            }
            Source::Mbdb(bytes) => Ok(vec![part(new(), &take, |_, row| mbdb_rows(bytes, row))?]),
        }
    }

    /// Reads the list as [`Self::collect`] does and proves it in the same pass, where it is as iOS writes it;
    /// `None` where anything is otherwise, which says nothing: then it is read and proven by SQLite.
    pub(crate) fn collect_proven<C: Send>(
        &self,
        new: impl Fn() -> C + Sync,
        take: impl Fn(&mut C, &FileRow) + Sync,
    ) -> Option<Vec<Part<C>>> {
        match &self.source {
            Source::File(path, ..) => {
                let bytes = open_database(path).ok()?.bytes_of_pages().ok()?;
                let list = file::open(path).ok()?;
                let read = |piece: &mut [u8], at: u64| file::read_exact_at(&list, piece, at);
                in_one_pass(bytes, &read, new, take)
            }
            Source::Memory(database) => {
                let mut database = database.lock().unwrap_or_else(PoisonError::into_inner);
                let of_pages = database.bytes_of_pages().ok()?;
                let proven = database.with_bytes(|bytes| {
                    let read = |piece: &mut [u8], at: u64| copy_at(bytes, piece, at);
                    in_one_pass(of_pages, &read, new, take)
                });
                proven.ok().flatten()
            }
            Source::Mbdb(_) => None,
        }
    }

    fn all_rows(&self, take: &mut TakeRow<'_>) -> Result<(), Fault> {
        let mut unused = Tallies::default();
        match &self.source {
            Source::File(path, ..) => {
                database_rows(&open_database(path)?, ALL_ROWIDS, &mut unused, take)
            }
            Source::Memory(database) => {
                let database = database.lock().unwrap_or_else(PoisonError::into_inner);
                database_rows(&database, ALL_ROWIDS, &mut unused, take)
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
    rows: impl FnOnce(&mut Tallies, &mut TakeRow<'_>) -> Result<(), Fault>,
) -> Result<Part<C>, Fault> {
    let mut facts = RowFacts::default();
    let mut sums = Tallies::default();
    rows(&mut sums, &mut |order, row| {
        let kind = row_kind::by_flags(row.flags);
        let id = row.id.and_then(file_id);
        facts.add_texts(order, kind, row.text(id));
        facts.odd.rows += 1;
        facts.odd.climbing += u64::from(row.climbs());
        facts.odd.incomplete += u64::from(!row.is_complete());
        let record = row.record();
        let usable = row.is_usable(kind, record.as_ref());
        match kind {
            RowKind::File | RowKind::ChangedFile => {
                facts.changed += u64::from(kind == RowKind::ChangedFile);
                facts.odd.bad_ids += u64::from(id.is_none());
                facts.unusable_files += u64::from(!usable);
                facts.sealed += u64::from(row.is_sealed());
                let record = record.unwrap_or_default();
                facts.without_key += u64::from(usable && record.key.is_none());
                let file = FileRow {
                    order,
                    id,
                    may_be_absent: kind == RowKind::ChangedFile,
                    record,
                    liveness: Liveness::of(row.path.unwrap_or_default()),
                    kind: row.kind(),
                };
                take(&mut collected, &file);
            }
            RowKind::NoFile | RowKind::Unusable => facts.unusable_others += u64::from(!usable),
        }
        ControlFlow::Continue(())
    })?;
    facts.tallies = sums;
    Ok(Part { collected, facts })
}

fn in_one_pass<C: Send>(
    bytes: u64,
    read: &ReadAt<'_>,
    new: impl Fn() -> C + Sync,
    take: impl Fn(&mut C, &FileRow) + Sync,
) -> Option<Vec<Part<C>>> {
    let list = OnePass::open(bytes, read).ok()?;
    let rows = |leaves| {
        let mut order = 0;
        part(new(), &take, |sums, take| {
            let rows = list.rows(leaves, sums, &mut |values| {
                // The rows of a whole part are wanted: none of them ends the reading.
                let _ = take(order, &raw_row(values));
                order += 1;
            });
            rows.map_err(|damage| Fault::Damaged(damage.to_owned()))
        })
    };
    let (parts, indexes) = rayon::join(
        || list.parts().into_par_iter().map(rows).collect(),
        || list.add_up_indexes(),
    );
    let parts: Result<Vec<Part<C>>, Fault> = parts;
    let (parts, indexes) = (parts.ok()?, indexes.ok()?);
    let mut table = Tallies::default();
    for part in &parts {
        table.add_all(&part.facts.tallies);
    }
    list.finish(&table, &indexes).ok()?;
    Some(parts)
}

fn add_up_file(path: &Path, indexes: &[ListIndex]) -> Result<IndexSums, Fault> {
    let list = file::open(path)?;
    let bytes = list.metadata().map_err(|e| file::fault(&e))?.len();
    let read = |piece: &mut [u8], at: u64| file::read_exact_at(&list, piece, at);
    proof::add_up(indexes, bytes, &read)
}

fn copy_at(bytes: &[u8], piece: &mut [u8], at: u64) -> std::io::Result<()> {
    let begin = usize::try_from(at).unwrap_or(usize::MAX);
    let found = bytes.get(begin..).and_then(|rest| rest.get(..piece.len()));
    piece.copy_from_slice(found.ok_or(std::io::ErrorKind::UnexpectedEof)?);
    Ok(())
}

fn open_database(path: &Path) -> Result<Database, Fault> {
    let database = Database::open(path)?;
    database.require_table("Files", &COLUMNS)?;
    Ok(database)
}

fn parts(database: &Database) -> Result<Vec<Rowids>, Fault> {
    let _asked = database.ask()?;
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
    Parsed(Record),
    Archived(Option<&'a [u8]>),
    /// Text that is a ciphertext in base64: iOS 10.0 stores it so in an encrypted backup.
    Sealed,
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

    fn text(&self, id: Option<[u8; 20]>) -> RowText<'_> {
        RowText {
            id,
            domain: self.domain.unwrap_or_default(),
            path: self.path.unwrap_or_default(),
        }
    }

    fn record(&self) -> Option<Record> {
        match self.record {
            RawRecord::Parsed(record) => Some(record),
            RawRecord::Archived(blob) => blob.and_then(file_record::read),
            RawRecord::Sealed => Some(Record::default()),
        }
    }

    fn kind(&self) -> Option<ContentKind> {
        ContentKind::of(self.domain?, self.path?)
    }

    fn is_sealed(&self) -> bool {
        matches!(self.record, RawRecord::Sealed)
    }

    /// Does the row say what it stands for? Of a file that changed meanwhile nothing is asked.
    fn is_usable(&self, kind: RowKind, record: Option<&Record>) -> bool {
        let named = self.domain.is_some() && self.path.is_some();
        match kind {
            RowKind::ChangedFile => true,
            RowKind::Unusable => false,
            RowKind::File | RowKind::NoFile => {
                named && record.is_some_and(|record| row_kind::agrees(kind, record))
            }
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

/// Behind the columns of the table.
const INDEX_OF_ROWID: usize = COLUMNS.len();

fn database_rows(
    database: &Database,
    (first, last): Rowids,
    sums: &mut Tallies,
    take: &mut TakeRow<'_>,
) -> Result<(), Fault> {
    let fault = |e| sqlite::sqlite_fault(&e);
    let _asked = database.ask()?;
    let mut select = database.connection().prepare(SELECT).map_err(fault)?;
    let mut rows = select.query((first, last)).map_err(fault)?;
    let mut order = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        let rowid = row.get(INDEX_OF_ROWID).map_err(fault)?;
        let values = values(row).map_err(fault)?;
        sums.add(&values, rowid);
        if take(order, &raw_row(&values)).is_break() {
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
    Fault::Damaged("a damaged SQLite database: more rows than its file can hold".to_owned())
}

fn values<'a>(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<FileValues<'a>> {
    let mut values = [ValueRef::Null; COLUMNS.len()];
    for (column, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(column)?;
    }
    Ok(values)
}

fn raw_row<'a>(&[id, domain, path, flags, record]: &FileValues<'a>) -> RawRow<'a> {
    RawRow {
        id: text(id),
        domain: text(domain),
        path: text(path),
        flags: match flags {
            ValueRef::Integer(flags) => Some(flags),
            _ => None,
        },
        record: match record {
            ValueRef::Blob(blob) => RawRecord::Archived(Some(blob)),
            ValueRef::Text(text) if is_base64_of_blocks(text) => RawRecord::Sealed,
            _ => RawRecord::Archived(None),
        },
    }
}

/// Base64 of a whole number of cipher blocks, and of more than a few: a record has some 400 bytes.
fn is_base64_of_blocks(text: &[u8]) -> bool {
    const BYTES_MIN: usize = 128;
    let digits = text.trim_ascii_end();
    let padding = digits
        .iter()
        .rev()
        .take_while(|byte| **byte == b'=')
        .count();
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let bytes = digits.len() / 4 * 3 - padding.min(2);
    digits.len().is_multiple_of(4)
        && bytes >= BYTES_MIN
        && bytes.is_multiple_of(16)
        && digits[..digits.len() - padding].iter().all(is_digit)
}

fn text(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn mbdb_rows(bytes: &[u8], take: &mut TakeRow<'_>) -> Result<(), Fault> {
    let records = mbdb::Records::open(bytes)?;
    for (order, record) in (0..ROWS_MAX).zip(records) {
        let record = record.map_err(Fault::Wrong)?;
        let id = hex(&record.file_id());
        let row = RawRow {
            id: Some(id.as_bytes()),
            domain: record.domain,
            path: record.path,
            // A folder or a link is no file; which of them does not matter.
            flags: Some(if record.is_file { 1 } else { 2 }),
            record: RawRecord::Parsed(Record {
                size: record.is_file.then_some(record.size),
                digest: record.digest,
                key: record.key,
                mode: None,
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
