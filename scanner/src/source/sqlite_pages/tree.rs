//! Walks a tree of pages: its entries, and that its form is what SQLite leaves.

use super::number::Damage;
use super::page::{Cell, Cells, Tree, is_leaf, number_at};
use super::pages::{Pages, Use};
use super::record;
use super::tally::Tally;

const NOT_IN_ORDER: Damage = "rows that are not in the order of their numbers";
const LOST_CHAIN: Damage = "a long entry whose pages are more or fewer than it says";
const NO_ROW: Damage = "an entry of an index without its row";
/// No tree is deeper: each level holds dozens of times the entries.
const DEPTH_MAX: usize = 20;

/// A page of a tree, and which rows may lie in and below it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    page: u32,
    /// Every number is above this.
    above: Option<i64>,
    /// And none above this.
    up_to: Option<i64>,
}

/// Hears of an entry: the number of its row, which an index has in its content, and the content.
pub(crate) type TakeEntry<'a> = dyn FnMut(i64, &[u8]) -> Result<(), Damage> + 'a;

impl Pages<'_> {
    /// The leaves of the tree that begins at `root`, in order; the entries above them go to `take`.
    pub(crate) fn leaves(
        &self,
        root: u32,
        tree: Tree,
        take: &mut TakeEntry<'_>,
    ) -> Result<Vec<Node>, Damage> {
        // The first page is the root of the schema, and nothing leads to it.
        self.claim(root, Use::Root, 0)?;
        let mut level = vec![Node {
            page: root,
            above: None,
            up_to: None,
        }];
        let mut walk = Walk::new(self, tree);
        for _ in 0..DEPTH_MAX {
            self.read(level[0].page, &mut walk.page)?;
            if is_leaf(&walk.page, level[0].page, tree) {
                return Ok(level);
            }
            let mut below = Vec::new();
            for node in &level {
                walk.read(node, false)?;
                walk.add_children(node, &mut below)?;
                if tree == Tree::Index {
                    walk.take_entries(node.page, take)?;
                }
            }
            level = below;
        }
        Err("a tree that is too deep")
    }

    /// Hands the entries of some leaves to `take`.
    pub(crate) fn entries(
        &self,
        leaves: &[Node],
        tree: Tree,
        take: &mut TakeEntry<'_>,
    ) -> Result<(), Damage> {
        let mut walk = Walk::new(self, tree);
        for node in leaves {
            walk.read(node, true)?;
            if tree == Tree::Table {
                walk.are_in_order(node)?;
            }
            walk.take_entries(node.page, take)?;
        }
        Ok(())
    }

    /// Adds up an index over one column.
    pub(crate) fn tally(&self, root: u32) -> Result<Tally, Damage> {
        let mut tally = Tally::default();
        let mut add = |_: i64, entry: &[u8]| {
            let [value, row] = record::values(entry)?;
            tally.add(value, row.as_i64().map_err(|_| NO_ROW)?);
            Ok(())
        };
        let leaves = self.leaves(root, Tree::Index, &mut add)?;
        self.entries(&leaves, Tree::Index, &mut add)?;
        Ok(tally)
    }
}

/// The page where a walk is, with room that is used again for the next.
struct Walk<'a> {
    pages: &'a Pages<'a>,
    tree: Tree,
    page: Vec<u8>,
    cells: Cells,
    /// An entry that lies on several pages.
    long: Vec<u8>,
    further: Vec<u8>,
}

impl<'a> Walk<'a> {
    fn new(pages: &'a Pages<'a>, tree: Tree) -> Self {
        Self {
            pages,
            tree,
            page: Vec::new(),
            cells: Cells::default(),
            long: Vec::new(),
            further: Vec::new(),
        }
    }

    fn read(&mut self, node: &Node, leaf: bool) -> Result<(), Damage> {
        self.pages.read(node.page, &mut self.page)?;
        self.cells.parse(&self.page, node.page, self.tree, leaf)
    }

    /// Adds the pages below the one that was read.
    fn add_children(&self, node: &Node, below: &mut Vec<Node>) -> Result<(), Damage> {
        let mut above = node.above;
        for cell in &self.cells.all {
            let up_to = (self.tree == Tree::Table).then_some(cell.rowid);
            below.push(Node {
                page: cell.child,
                above,
                up_to,
            });
            above = up_to.or(above);
        }
        below.push(Node {
            page: self.cells.last_child,
            above,
            up_to: node.up_to,
        });
        let children = self.cells.all.iter().map(|cell| cell.child);
        for child in children.chain([self.cells.last_child]) {
            self.pages.claim(child, Use::Below, node.page)?;
        }
        Ok(())
    }

    /// Numbers rise, within the bounds that the pages above set.
    fn are_in_order(&self, node: &Node) -> Result<(), Damage> {
        let mut last = node.above;
        for cell in &self.cells.all {
            if last.is_some_and(|last| cell.rowid <= last) {
                return Err(NOT_IN_ORDER);
            }
            last = Some(cell.rowid);
        }
        let is_beyond = |up_to| last.is_some_and(|last| last > up_to);
        let is_empty = |up_to| node.above.is_some_and(|above| above >= up_to);
        match node.up_to {
            Some(up_to) if is_beyond(up_to) || is_empty(up_to) => Err(NOT_IN_ORDER),
            _ => Ok(()),
        }
    }

    fn take_entries(&mut self, number: u32, take: &mut TakeEntry<'_>) -> Result<(), Damage> {
        for nth in 0..self.cells.all.len() {
            let cell = self.cells.all[nth].clone();
            if cell.local.len() == cell.length {
                take(cell.rowid, &self.page[cell.local])?;
            } else {
                self.read_long(&cell, number)?;
                take(cell.rowid, &self.long)?;
            }
        }
        Ok(())
    }

    /// Reads an entry whose end lies on further pages, each of which names the next.
    fn read_long(&mut self, cell: &Cell, number: u32) -> Result<(), Damage> {
        self.long.clear();
        self.long.extend_from_slice(&self.page[cell.local.clone()]);
        let (mut next, mut used, mut leads) = (cell.overflow, Use::Overflow, number);
        while self.long.len() < cell.length {
            self.pages.claim(next, used, leads)?;
            self.pages.read(next, &mut self.further)?;
            let part = (cell.length - self.long.len()).min(self.pages.usable() - 4);
            self.long.extend_from_slice(&self.further[4..4 + part]);
            (used, leads) = (Use::FurtherOverflow, next);
            next = number_at(&self.further, 0)?;
        }
        if next == 0 { Ok(()) } else { Err(LOST_CHAIN) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::sqlite_pages::page::FILE_HEADER_BYTES;
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
        let header: [u8; FILE_HEADER_BYTES] = *bytes.first_chunk().unwrap();
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
