//! Is the list of files itself sound? SQLite looks at the form of every page, and every index is held
//! against the table: a list that was damaged may be smaller than it was, and then lists less.

use rusqlite::types::ValueRef;

use crate::source::file::Fault;
use crate::source::sqlite::{self, Database};
use crate::source::sqlite_pages::pages::{Pages, ReadAt};
use crate::source::sqlite_pages::tally::Tally;

/// The columns of the table of the list.
pub(super) const COLUMNS: [&str; 5] = ["fileID", "domain", "relativePath", "flags", "file"];
/// The columns of the list that have an index: the first ones.
pub(super) const INDEXED: usize = 4;

/// The sums over the indexed columns of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tallies([Tally; INDEXED]);

impl Tallies {
    /// Adds a row.
    pub(super) fn add(&mut self, row: &[ValueRef<'_>; COLUMNS.len()], rowid: i64) {
        for (value, tally) in row.iter().zip(&mut self.0) {
            tally.add(*value, rowid);
        }
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        for (tally, other) in self.0.iter_mut().zip(&other.0) {
            tally.add_all(other);
        }
    }
}

/// An index over one column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListIndex {
    column: usize,
    /// Its first page.
    root: u32,
}

/// What the indexes add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IndexSums(Vec<(usize, Tally)>);

impl IndexSums {
    /// Each with the column that it is over.
    pub(super) fn new(sums: Vec<(usize, Tally)>) -> Self {
        Self(sums)
    }

    /// Do all say the same as the table?
    pub(crate) fn agree_with(&self, table: &Tallies) -> Result<(), Fault> {
        let agrees = |(column, sum): &(usize, Tally)| table.0[*column] == *sum;
        match self.0.iter().find(|index| !agrees(index)) {
            None => Ok(()),
            Some((column, _)) => Err(damaged(&format!(
                "the index over {} and its table say different things",
                COLUMNS[*column]
            ))),
        }
    }
}

fn damaged(words: &str) -> Fault {
    Fault::Damaged(format!("a damaged SQLite database: {words}"))
}

/// The indexes over a single column of the list.
pub(super) fn indexes(database: &Database) -> Result<Vec<ListIndex>, Fault> {
    const ROOTS: &str = "SELECT name, rootpage FROM main.sqlite_schema \
                         WHERE type = 'index' AND lower(tbl_name) = 'files'";
    let read = || -> rusqlite::Result<Vec<ListIndex>> {
        let mut select = database.connection().prepare(ROOTS)?;
        let roots = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let roots: Vec<(String, u32)> = roots.collect::<rusqlite::Result<_>>()?;
        let mut indexes = Vec::new();
        for (name, root) in roots {
            let column = single_column(database, &name)?;
            indexes.extend(column.map(|column| ListIndex { column, root }));
        }
        Ok(indexes)
    };
    let _asked = database.ask()?;
    read().map_err(|e| sqlite::sqlite_fault(&e))
}

/// The column of an index over all rows and one column as it is stored.
fn single_column(database: &Database, index: &str) -> rusqlite::Result<Option<usize>> {
    let mut partial = false;
    let connection = database.connection();
    connection.pragma(Some("main"), "index_list", "Files", |row| {
        partial |= row.get::<_, String>("name")? == index && row.get("partial")?;
        Ok(())
    })?;
    let mut columns = Vec::new();
    connection.pragma(Some("main"), "index_info", index, |row| {
        columns.push(row.get::<_, Option<String>>("name")?);
        Ok(())
    })?;
    Ok(match columns.as_slice() {
        [Some(name)] if !partial => {
            (COLUMNS[..INDEXED].iter()).position(|column| name.eq_ignore_ascii_case(column))
        }
        _ => None,
    })
}

/// Asks SQLite for the form of every page; its own words name tables of the file and are not shown.
pub(super) fn quick_check(database: &Database) -> Result<(), Fault> {
    let connection = database.connection();
    let check = || {
        connection.pragma_update(None, "ignore_check_constraints", true)?;
        connection.query_row("PRAGMA main.quick_check(1)", [], |row| {
            row.get::<_, String>(0)
        })
    };
    let _asked = database.ask()?;
    match check() {
        Ok(words) if words == "ok" => Ok(()),
        Ok(_) => Err(damaged("its pages are not as SQLite leaves them")),
        Err(error) => Err(sqlite::sqlite_fault(&error)),
    }
}

/// Adds the indexes up, page by page.
pub(super) fn add_up(
    indexes: &[ListIndex],
    bytes: u64,
    read: &ReadAt<'_>,
) -> Result<IndexSums, Fault> {
    let mut header = [0; 100];
    read(&mut header, 0).map_err(|e| crate::source::file::fault(&e))?;
    let pages = Pages::new(header, bytes, read).map_err(damaged)?;
    let sum = |index: &ListIndex| Ok((index.column, pages.tally(index.root).map_err(damaged)?));
    indexes
        .iter()
        .map(sum)
        .collect::<Result<_, Fault>>()
        .map(IndexSums)
}
