//! The list of files that a backup promises: one interface over Manifest.db and Manifest.mbdb.
//!
//! Which of the two is there decides, not the iOS version. Nothing in a row is trusted: file ids
//! that are no hash, missing texts and paths that climb are counted and told, and no path of a row
//! is ever opened.

use std::path::Path;

use rusqlite::types::ValueRef;

use super::{archive, mbdb};
use crate::model::backup::FileName;
use crate::source::database::{self, Database, Look};
use crate::source::file::{self, Fault};

const FILE: i64 = 1;
/// The file changed while it was uploaded; its payload may be missing.
const CHANGED_WHILE_UPLOADING: i64 = 16;
const MBDB_BYTES_MAX: u64 = 512 << 20;
const SHOWN_CHARS_MAX: usize = 512;

/// Rowid order: sorting by file id costs four times as much.
const SELECT: &str =
    "SELECT fileID, domain, relativePath, flags, file FROM main.Files NOT INDEXED ORDER BY rowid";
const COLUMNS: [&str; 5] = ["fileID", "domain", "relativePath", "flags", "file"];

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
pub enum Glance {
    /// Neither Manifest.db nor Manifest.mbdb.
    None,
    /// A Manifest.db.
    Database(Result<Look, Fault>),
    /// A Manifest.mbdb and no Manifest.db.
    Mbdb(Result<(), Fault>),
}

/// Looks at the first bytes of whichever manifest is there.
pub fn glance(folder: &Path) -> Glance {
    match database::look(&folder.join("Manifest.db")) {
        Err(Fault::Absent) => match file::open(&folder.join("Manifest.mbdb")) {
            Err(Fault::Absent) => Glance::None,
            found => Glance::Mbdb(found.map(|_| ())),
        },
        found => Glance::Database(found),
    }
}

/// An opened manifest.
#[derive(Debug)]
pub enum Catalog {
    /// Manifest.db, plain.
    Database(Database),
    /// Manifest.mbdb, in memory.
    Mbdb(Vec<u8>),
}

/// One row that promises a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// Position among all rows of the manifest.
    pub order: u32,
    /// The payload's name; `None` when the row's file id is not 40 hex digits.
    pub id: Option<[u8; 20]>,
    /// May the payload be missing (flag 16)?
    pub excused: bool,
    /// `Size`, in bytes.
    pub size: Option<u64>,
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

impl Catalog {
    /// Opens the manifest that `glance` saw.
    pub fn open(folder: &Path, glance: &Glance) -> Result<Self, Fault> {
        match glance {
            Glance::None => Err(Fault::Absent),
            Glance::Database(_) => {
                let database = Database::open(&folder.join("Manifest.db"))?;
                database.require_table("Files", &COLUMNS)?;
                Ok(Self::Database(database))
            }
            Glance::Mbdb(_) => {
                let bytes = file::read(&folder.join("Manifest.mbdb"), MBDB_BYTES_MAX)?;
                mbdb::Records::open(&bytes).map_err(Fault::Wrong)?;
                Ok(Self::Mbdb(bytes))
            }
        }
    }

    /// Where the payloads lie.
    pub fn layout(&self) -> Layout {
        match self {
            Self::Database(_) => Layout::Buckets,
            Self::Mbdb(_) => Layout::Flat,
        }
    }

    /// Hands every row that promises a payload to `take`.
    pub fn file_rows(&self, mut take: impl FnMut(FileRow)) -> Result<OddRows, Fault> {
        let mut odd = OddRows::default();
        self.rows(|order, row| {
            odd.rows += 1;
            odd.climbing += u64::from(row.climbs());
            let is_file = row.flags.is_some_and(|flags| flags & FILE != 0);
            odd.incomplete += u64::from(!row.is_complete());
            if is_file {
                let row = row.file_row(order);
                odd.bad_ids += u64::from(row.id.is_none());
                take(row);
            }
        })?;
        Ok(odd)
    }

    /// The names of the rows at these positions, in their order.
    pub fn names(&self, orders: &[u32]) -> Result<Vec<FileName>, Fault> {
        let mut names = Vec::with_capacity(orders.len());
        self.rows(|order, row| {
            if orders.binary_search(&order).is_ok() {
                names.push(row.name());
            }
        })?;
        Ok(names)
    }

    fn rows(&self, take: impl FnMut(u32, &RawRow<'_>)) -> Result<(), Fault> {
        match self {
            Self::Database(database) => database_rows(database, take),
            Self::Mbdb(bytes) => mbdb_rows(bytes, take),
        }
    }
}

/// A row as it lies in the manifest.
struct RawRow<'a> {
    id: Option<&'a [u8]>,
    domain: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    flags: Option<i64>,
    size: Size<'a>,
}

enum Size<'a> {
    Told(u64),
    Archived(Option<&'a [u8]>),
}

impl RawRow<'_> {
    fn is_complete(&self) -> bool {
        let archived = !matches!(self.size, Size::Archived(None));
        self.domain.is_some() && self.path.is_some() && self.flags.is_some() && archived
    }

    fn climbs(&self) -> bool {
        let parts = |text: &[u8]| {
            text.split(|byte| b"/\\".contains(byte))
                .any(|part| part == b"..")
        };
        let path = self.path.unwrap_or_default();
        path.starts_with(b"/") || parts(path) || parts(self.domain.unwrap_or_default())
    }

    fn file_row(&self, order: u32) -> FileRow {
        let flags = self.flags.unwrap_or(0);
        FileRow {
            order,
            id: self.id.and_then(file_id),
            excused: flags & CHANGED_WHILE_UPLOADING != 0,
            size: match self.size {
                Size::Told(size) => Some(size),
                Size::Archived(blob) => blob.and_then(archive::read).and_then(|file| file.size),
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

fn shown(text: Option<&[u8]>) -> String {
    let text = String::from_utf8_lossy(text.unwrap_or_default());
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

/// 40 hex digits of either case.
pub(super) fn file_id(text: &[u8]) -> Option<[u8; 20]> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut id = [0; 20];
    if text.len() != 40 {
        return None;
    }
    for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(id)
}

/// The payload's name as it stands on disk.
pub(super) fn hex(id: &[u8; 20]) -> String {
    use std::fmt::Write as _;
    id.iter().fold(String::with_capacity(40), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn database_rows(database: &Database, mut take: impl FnMut(u32, &RawRow<'_>)) -> Result<(), Fault> {
    let fault = |e| database::sqlite_fault(&e);
    let mut select = database.connection().prepare(SELECT).map_err(fault)?;
    let mut rows = select.query([]).map_err(fault)?;
    let mut order = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        let column = |at| row.get_ref(at).map_err(fault);
        take(
            order,
            &RawRow {
                id: text(column(0)?),
                domain: text(column(1)?),
                path: text(column(2)?),
                flags: match column(3)? {
                    ValueRef::Integer(flags) => Some(flags),
                    _ => None,
                },
                size: Size::Archived(match column(4)? {
                    ValueRef::Blob(blob) => Some(blob),
                    _ => None,
                }),
            },
        );
        order += 1;
        if u64::from(order) > database.rows_max || order == u32::MAX {
            return Err(Fault::Wrong(
                "a damaged SQLite database: more rows than its file can hold".to_owned(),
            ));
        }
    }
    Ok(())
}

fn text(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn mbdb_rows(bytes: &[u8], mut take: impl FnMut(u32, &RawRow<'_>)) -> Result<(), Fault> {
    let records = mbdb::Records::open(bytes).map_err(Fault::Wrong)?;
    for (order, record) in (0..u32::MAX).zip(records) {
        let record = record.map_err(Fault::Wrong)?;
        let id = hex(&record.file_id());
        take(
            order,
            &RawRow {
                id: Some(id.as_bytes()),
                domain: record.domain,
                path: record.path,
                flags: Some(i64::from(record.is_file)),
                size: Size::Told(record.size),
            },
        );
    }
    Ok(())
}
