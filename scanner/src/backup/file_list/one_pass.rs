//! Reads Manifest.db and proves it in one pass over its pages, where it is as iOS writes it.
//!
//! SQLite reads a row for a microsecond, and `quick_check` and the sums of the indexes cost the same
//! again. All that they ask is asked here of each page when it is read: its form, that it is used for one thing,
//! the order of the rows, their types, and that the indexes say what the table says. Whatever surprises is
//! not judged here but left to SQLite, so that no list is damaged because this reader does not know it.

use std::ops::Range;

use rayon::prelude::*;
use rusqlite::types::ValueRef;

use super::proof::{COLUMNS, INDEXED, IndexSums, Tallies};
use crate::source::sqlite_pages::number::Damage;
use crate::source::sqlite_pages::page::Tree;
use crate::source::sqlite_pages::pages::{Pages, ReadAt};
use crate::source::sqlite_pages::record;
use crate::source::sqlite_pages::tally::Tally;
use crate::source::sqlite_pages::tree::Node;

/// What an entry of the schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Files,
    /// An index over this column of it.
    FilesIndex(usize),
    Properties,
    PropertiesIndex,
}

/// Kind, name, table and statement, as iOS 10.3 to 18 leave them.
const SCHEMA: [(&str, &str, &str, Option<&str>, Role); 7] = [
    (
        "table",
        "Files",
        "Files",
        Some(
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)",
        ),
        Role::Files,
    ),
    (
        "index",
        "sqlite_autoindex_Files_1",
        "Files",
        None,
        Role::FilesIndex(0),
    ),
    (
        "index",
        "FilesDomainIdx",
        "Files",
        Some("CREATE INDEX FilesDomainIdx ON Files(domain)"),
        Role::FilesIndex(1),
    ),
    (
        "index",
        "FilesRelativePathIdx",
        "Files",
        Some("CREATE INDEX FilesRelativePathIdx ON Files(relativePath)"),
        Role::FilesIndex(2),
    ),
    (
        "index",
        "FilesFlagsIdx",
        "Files",
        Some("CREATE INDEX FilesFlagsIdx ON Files(flags)"),
        Role::FilesIndex(3),
    ),
    (
        "table",
        "Properties",
        "Properties",
        Some("CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB)"),
        Role::Properties,
    ),
    (
        "index",
        "sqlite_autoindex_Properties_1",
        "Properties",
        None,
        Role::PropertiesIndex,
    ),
];

/// What a column holds, by its declaration.
#[derive(Debug, Clone, Copy)]
enum Type {
    Text,
    Number,
    Any,
}

const SCHEMA_TYPES: [Type; 5] = [Type::Text, Type::Text, Type::Text, Type::Number, Type::Text];
const FILES_TYPES: [Type; 5] = [Type::Text, Type::Text, Type::Text, Type::Number, Type::Any];
const PROPERTIES_TYPES: [Type; 2] = [Type::Text, Type::Any];
const OTHER_TYPE: Damage = "a value of another type than its column";
const OTHER_SCHEMA: Damage = "a schema that iOS does not write";
const DISAGREE: Damage = "an index that says something else than its table";

impl Type {
    /// Would SQLite leave this value in such a column?
    fn holds(self, value: ValueRef<'_>) -> bool {
        match self {
            Self::Text => !matches!(value, ValueRef::Integer(_) | ValueRef::Real(_)),
            Self::Number => !matches!(value, ValueRef::Text(_)),
            Self::Any => true,
        }
    }
}

/// A row of the list: its values, and its number.
pub(super) type FileValues<'a> = [ValueRef<'a>; COLUMNS.len()];

/// Leaves of the table that are read by one thread; more are read in parts.
const UNDIVIDED_MAX: usize = 16_384;
/// So many parts whatever the number of threads: the order of rows must not depend on it.
const PARTS: usize = 16;

/// A list whose schema is as iOS writes it.
pub(super) struct OnePass<'a> {
    pages: Pages<'a>,
    roots: Vec<(Role, u32)>,
    leaves: Vec<Node>,
}

impl<'a> OnePass<'a> {
    /// Of a database of so many bytes.
    pub(super) fn open(bytes: u64, read: &'a ReadAt<'a>) -> Result<Self, Damage> {
        let mut header = [0; 100];
        read(&mut header, 0).map_err(|_| OTHER_SCHEMA)?;
        let pages = Pages::new(header, bytes, read)?;
        let roots = roots(&pages)?;
        let files = root_of(&roots, Role::Files).ok_or(OTHER_SCHEMA)?;
        let leaves = pages.leaves(files, Tree::Table, &mut |_, _| Ok(()))?;
        Ok(Self {
            pages,
            roots,
            leaves,
        })
    }

    /// The parts that the rows are read in.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        let all = self.leaves.len();
        if all <= UNDIVIDED_MAX {
            return std::iter::once(0..all).collect();
        }
        let bound = |part| all * part / PARTS;
        (0..PARTS)
            .map(|part| bound(part)..bound(part + 1))
            .collect()
    }

    /// Hands the rows of a part to `take`, and adds them up.
    pub(super) fn rows(
        &self,
        part: Range<usize>,
        sums: &mut Tallies,
        take: &mut dyn FnMut(&FileValues<'_>),
    ) -> Result<(), Damage> {
        let leaves = self.leaves.get(part).unwrap_or_default();
        self.pages.entries(leaves, Tree::Table, &mut |rowid, row| {
            let values = typed_values(row, FILES_TYPES)?;
            sums.add(&values, rowid);
            take(&values);
            Ok(())
        })
    }

    /// Adds up the indexes of the list; may run beside the reading of the rows.
    pub(super) fn add_up_indexes(&self) -> Result<IndexSums, Damage> {
        let sums = self.roots.par_iter().filter_map(|(role, root)| match role {
            Role::FilesIndex(column) => Some((*column, *root)),
            _ => None,
        });
        let sums: Result<Vec<_>, Damage> = sums
            .map(|(column, root)| Ok((column, self.pages.tally(root)?)))
            .collect();
        sums.map(IndexSums::new)
    }

    /// Once all rows were read: do table and indexes agree, and is each page used for one thing?
    pub(super) fn finish(&self, table: &Tallies, indexes: &IndexSums) -> Result<(), Damage> {
        indexes.agree_with(table).map_err(|_| DISAGREE)?;
        self.properties_agree()?;
        let last_root = self.roots.iter().map(|(_, root)| *root).max();
        self.pages.finish(last_root.unwrap_or(1))
    }

    fn properties_agree(&self) -> Result<(), Damage> {
        let mut sum = Tally::default();
        if let Some(root) = root_of(&self.roots, Role::Properties) {
            each_row(&self.pages, root, PROPERTIES_TYPES, |rowid, [key, _]| {
                sum.add(key, rowid);
                Ok(())
            })?;
        }
        let index = root_of(&self.roots, Role::PropertiesIndex);
        match index.map(|root| self.pages.tally(root)).transpose()? {
            Some(index) if index != sum => Err(DISAGREE),
            _ => Ok(()),
        }
    }
}

fn root_of(roots: &[(Role, u32)], role: Role) -> Option<u32> {
    let found = roots.iter().find(|(other, _)| *other == role);
    found.map(|(_, root)| *root)
}

/// The first page of each tree.
fn roots(pages: &Pages<'_>) -> Result<Vec<(Role, u32)>, Damage> {
    let mut roots = Vec::with_capacity(SCHEMA.len());
    each_row(pages, 1, SCHEMA_TYPES, |_, row| {
        let [kind, name, table, root, statement] = row;
        let is_this = |known: &&(&str, &str, &str, Option<&str>, Role)| {
            is_text(kind, known.0)
                && is_text(name, known.1)
                && is_text(table, known.2)
                && known
                    .3
                    .map_or(statement == ValueRef::Null, |text| is_text(statement, text))
        };
        let known = SCHEMA.iter().find(is_this).ok_or(OTHER_SCHEMA)?;
        let root = root.as_i64().ok().and_then(|root| u32::try_from(root).ok());
        roots.push((known.4, root.ok_or(OTHER_SCHEMA)?));
        Ok(())
    })?;
    Ok(roots)
}

fn is_text(value: ValueRef<'_>, text: &str) -> bool {
    value == ValueRef::Text(text.as_bytes())
}

/// Hands every row of a table to `take`.
fn each_row<const N: usize>(
    pages: &Pages<'_>,
    root: u32,
    types: [Type; N],
    mut take: impl FnMut(i64, [ValueRef<'_>; N]) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let leaves = pages.leaves(root, Tree::Table, &mut |_, _| Ok(()))?;
    pages.entries(&leaves, Tree::Table, &mut |rowid, row| {
        take(rowid, typed_values(row, types)?)
    })
}

fn typed_values<const N: usize>(row: &[u8], types: [Type; N]) -> Result<[ValueRef<'_>; N], Damage> {
    let values = record::values::<N>(row)?;
    let fits = types
        .iter()
        .zip(&values)
        .all(|(held, value)| held.holds(*value));
    if fits { Ok(values) } else { Err(OTHER_TYPE) }
}

const _: () = assert!(FILES_TYPES.len() == COLUMNS.len() && INDEXED < COLUMNS.len());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::file_list::proof;
    use crate::source::sqlite::Database;
    use proptest::prelude::*;
    use rusqlite::Connection;
    use std::sync::LazyLock;

    /// The values of a row, each with its type.
    type Row = Vec<(i32, Vec<u8>)>;

    fn plain(value: ValueRef<'_>) -> (i32, Vec<u8>) {
        let bytes = match value {
            ValueRef::Null => Vec::new(),
            ValueRef::Integer(number) => number.to_be_bytes().to_vec(),
            ValueRef::Real(number) => number.to_be_bytes().to_vec(),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        };
        (value.data_type() as i32, bytes)
    }

    /// A list of so many rows whose schema is that of iOS, after `sql`.
    fn list(settings: &str, rows: u32, sql: &str) -> Vec<u8> {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(settings).unwrap();
        for (.., statement, _) in SCHEMA {
            db.execute_batch(statement.unwrap_or_default()).unwrap();
        }
        let row = "printf('%040x', i * 2654435761), 'HomeDomain', 'Library/' || i, 1 + (i % 5 = 0), \
                   zeroblob(100 + (i % 7) * 50 + (i % 29 = 0) * 6000)";
        db.execute_batch(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows}) \
             INSERT INTO Files SELECT {row} FROM n; \
             INSERT INTO Properties VALUES ('salt', x'00');"
        ))
        .unwrap();
        db.execute_batch(sql).unwrap();
        db.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
    }

    fn reader(bytes: &[u8]) -> impl Fn(&mut [u8], u64) -> std::io::Result<()> + Sync {
        move |piece, at| {
            let begin = usize::try_from(at).unwrap();
            let found = bytes.get(begin..).and_then(|rest| rest.get(..piece.len()));
            piece.copy_from_slice(found.ok_or(std::io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
    }

    fn open(bytes: &[u8]) -> Option<Database> {
        let copy = |memory: &mut [u8]| {
            memory.copy_from_slice(bytes);
            Ok(())
        };
        Database::of_memory(bytes.len() as u64, copy).ok()
    }

    /// The rows of a list that is proven; SQLite opens it first, as it does in a check.
    fn proven(bytes: &[u8]) -> Result<Vec<Row>, Damage> {
        let of_pages = open(bytes).and_then(|database| database.bytes_of_pages().ok());
        let read = reader(bytes);
        let list = OnePass::open(of_pages.ok_or("SQLite does not open it")?, &read)?;
        let (mut rows, mut sums) = (Vec::new(), Tallies::default());
        for part in list.parts() {
            list.rows(part, &mut sums, &mut |values| {
                rows.push(values.map(plain).into());
            })?;
        }
        list.finish(&sums, &list.add_up_indexes()?)?;
        Ok(rows)
    }

    fn of_sqlite(bytes: &[u8]) -> Option<Vec<Row>> {
        let database = open(bytes)?;
        proof::quick_check(&database).ok()?;
        let connection = database.connection();
        let select = "SELECT * FROM Files NOT INDEXED ORDER BY rowid";
        let mut select = connection.prepare(select).ok()?;
        let value = |row: &rusqlite::Row<'_>, column| Ok(plain(row.get_ref(column)?));
        let rows = select.query_map([], |row| (0..5).map(|column| value(row, column)).collect());
        rows.ok()?.collect::<Result<_, _>>().ok()
    }

    #[track_caller]
    fn check_proven(settings: &str, rows: u32, sql: &str) {
        let bytes = list(settings, rows, sql);
        let wanted = of_sqlite(&bytes).unwrap();
        let found = proven(&bytes);
        let words = found.as_ref().err();
        assert!(found == Ok(wanted), "{settings} {rows} {sql}: {words:?}");
    }

    #[track_caller]
    fn check_left_to_sqlite(sql: &str, words: &str) {
        let bytes = list("", 300, sql);
        assert_eq!(proven(&bytes).err(), Some(words), "{sql}");
    }

    #[test]
    fn a_sound_list_is_proven_and_its_rows_are_those_that_sqlite_reads() {
        const SETTINGS: [&str; 4] = [
            "",
            "PRAGMA auto_vacuum = FULL;",
            "PRAGMA auto_vacuum = INCREMENTAL;",
            "PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL;",
        ];
        for settings in SETTINGS {
            for rows in [1, 3, 40, 3_000] {
                check_proven(settings, rows, "");
                check_proven(settings, rows, "DELETE FROM Files WHERE rowid % 3 = 0;");
                check_proven(settings, rows, "DELETE FROM Files;");
            }
        }
        check_proven(
            "",
            900,
            "UPDATE Files SET file = zeroblob(20 + rowid % 900) WHERE rowid % 2;",
        );
        check_proven(
            "",
            900,
            "UPDATE Files SET rowid = rowid * -5000000000 WHERE rowid % 4 = 0;",
        );
        check_proven(
            "",
            9,
            "UPDATE Files SET domain = NULL, flags = 1.5, file = 'text';",
        );
        check_proven("", 9, "DROP INDEX FilesFlagsIdx; DROP TABLE Properties;");
    }

    #[test]
    fn what_ios_does_not_write_is_left_to_sqlite() {
        check_left_to_sqlite("CREATE TABLE Other (x);", OTHER_SCHEMA);
        check_left_to_sqlite("CREATE VIEW V AS SELECT 1;", OTHER_SCHEMA);
        check_left_to_sqlite("ALTER TABLE Files ADD COLUMN more;", OTHER_SCHEMA);
        check_left_to_sqlite("DROP TABLE Files;", OTHER_SCHEMA);
        check_left_to_sqlite("CREATE INDEX I ON Files(file);", OTHER_SCHEMA);
        let edit =
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'FilesFlagsIdx';";
        check_left_to_sqlite(edit, "a page that is used for nothing");
    }

    #[test]
    fn an_index_that_lost_a_row_is_no_proof() {
        let whole = list("", 300, "");
        let less = list(
            "",
            300,
            "DROP INDEX FilesFlagsIdx; DELETE FROM Files WHERE rowid = 7;",
        );
        assert!(proven(&less).is_ok());
        let at = whole
            .windows(11)
            .rposition(|bytes| bytes == b"Library/250")
            .unwrap();
        let mut other = whole;
        other[at + 8] = b'9';
        assert_eq!(proven(&other).err(), Some(DISAGREE));
    }

    fn check_no_false_proof(bytes: &[u8]) -> Result<(), TestCaseError> {
        if let Ok(rows) = proven(bytes) {
            prop_assert!(Some(rows) == of_sqlite(bytes), "SQLite says something else");
        }
        Ok(())
    }

    static LISTS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
        let fewer = "DELETE FROM Files WHERE rowid % 5 = 0;";
        ["", "PRAGMA auto_vacuum = FULL;"].map(|settings| list(settings, 60, fewer))
    });

    proptest! {
        /// What is proven here, SQLite finds sound as well, and reads the same rows of it.
        #[test]
        fn no_damage_is_proven(
            which in 0_usize..2, at in any::<prop::sample::Index>(), in_header: bool, value: u8,
            more in prop::option::of(any::<(u8, u16)>()),
        ) {
            let mut bytes = LISTS[which].clone();
            let pages = bytes.len() / 4_096;
            let position = if in_header { at.index(pages) * 4_096 + usize::from(value) % 24 } else { at.index(bytes.len()) };
            bytes[position] = value.rotate_left(3);
            if let Some((value, distance)) = more {
                let position = (position + usize::from(distance)) % bytes.len();
                bytes[position] = value;
            }
            check_no_false_proof(&bytes)?;
        }
    }
}
