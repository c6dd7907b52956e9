//! One page of a b-tree: <https://www.sqlite.org/fileformat.html#b_tree_pages>.
//!
//! Its form is held to what `PRAGMA quick_check` asks: cells and free blocks do not overlap, and with the
//! fragments that are counted they cover the page.

use std::ops::Range;

use super::number::{Damage, OUT_OF_BOUNDS, varint};

const OTHER_KIND: Damage = "a page of another kind than its tree";
const BAD_FORM: Damage = "a page whose parts overlap or are lost";

/// Longer entries are no path, and no record of a file.
const ENTRY_BYTES_MAX: u64 = 4 << 20;
/// What is shorter is a fragment.
const FREE_BYTES_MIN: usize = 4;
/// The file's own header stands before that of the first page.
pub(super) const FILE_HEADER_BYTES: usize = 100;

/// What a tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Rows, by their numbers.
    Table,
    /// Entries of an index.
    Index,
}

impl Tree {
    fn interior(self) -> u8 {
        match self {
            Self::Table => 5,
            Self::Index => 2,
        }
    }

    fn leaf(self) -> u8 {
        self.interior() + 8
    }
}

/// A cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// The page below it; 0 in a leaf.
    pub(super) child: u32,
    /// Of a table only.
    pub(super) rowid: i64,
    /// Bytes of its content.
    pub(super) length: usize,
    /// Those that lie in the page.
    pub(super) local: Range<usize>,
    /// The page with the next ones; 0 where all lie here.
    pub(super) overflow: u32,
}

/// The cells of a page, and what else its header says.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) all: Vec<Cell>,
    /// The last page below it; 0 in a leaf.
    pub(super) last_child: u32,
    /// First byte, and last byte.
    spans: Vec<(usize, usize)>,
}

/// Does page number `number` begin as a leaf?
pub(super) fn is_leaf(page: &[u8], number: u32, tree: Tree) -> bool {
    page.get(header_at(number)) == Some(&tree.leaf())
}

fn header_at(number: u32) -> usize {
    if number == 1 { FILE_HEADER_BYTES } else { 0 }
}

impl Cells {
    /// Parses the page of this number, whose bytes are those that may be used of it.
    pub(super) fn parse(
        &mut self,
        page: &[u8],
        number: u32,
        tree: Tree,
        leaf: bool,
    ) -> Result<(), Damage> {
        let header = header_at(number);
        let wanted = if leaf { tree.leaf() } else { tree.interior() };
        if page.get(header) != Some(&wanted) {
            return Err(OTHER_KIND);
        }
        let table = header + if leaf { 8 } else { 12 };
        let end = table + 2 * usize::from(word_at(page, header + 3)?);
        self.last_child = if leaf {
            0
        } else {
            number_at(page, header + 8)?
        };
        self.all.clear();
        self.spans.clear();
        for pair in page
            .get(table..end)
            .ok_or(OUT_OF_BOUNDS)?
            .as_chunks::<2>()
            .0
        {
            let at = usize::from(u16::from_be_bytes(*pair));
            let (cell, size) = parse_cell(page, at, tree, leaf)?;
            self.spans.push((at, at + size - 1));
            self.all.push(cell);
        }
        self.add_free_blocks(page, header)?;
        self.cover(page, header, end)
    }

    /// Free blocks stand in a chain, each behind the one before and not next to it.
    fn add_free_blocks(&mut self, page: &[u8], header: usize) -> Result<(), Damage> {
        let mut next = usize::from(word_at(page, header + 1)?);
        let mut free_from = 0;
        while next != 0 {
            let size = usize::from(word_at(page, next + 2)?);
            if next < free_from || size < FREE_BYTES_MIN {
                return Err(BAD_FORM);
            }
            self.spans.push((next, next + size - 1));
            free_from = next + size + FREE_BYTES_MIN;
            next = usize::from(word_at(page, next)?);
        }
        Ok(())
    }

    /// From the beginning of the contents to the end of the page every byte is in one cell or free block, or
    /// in one of so many fragments.
    fn cover(&mut self, page: &[u8], header: usize, cells_from: usize) -> Result<(), Damage> {
        let begin = match word_at(page, header + 5)? {
            0 => 65_536,
            begin => usize::from(begin),
        };
        let fragments = usize::from(page[header + 7]);
        self.spans.sort_unstable();
        let (mut next, mut lost) = (begin, 0);
        for (first, last) in &self.spans {
            lost += first.checked_sub(next).ok_or(BAD_FORM)?;
            next = last + 1;
        }
        lost += page.len().checked_sub(next).ok_or(BAD_FORM)?;
        if begin >= cells_from && lost == fragments {
            Ok(())
        } else {
            Err(BAD_FORM)
        }
    }
}

/// A cell and its bytes in the page.
fn parse_cell(page: &[u8], at: usize, tree: Tree, leaf: bool) -> Result<(Cell, usize), Damage> {
    const BYTES_MIN: usize = 4;
    let mut cell = Cell {
        child: 0,
        rowid: 0,
        length: 0,
        local: at..at,
        overflow: 0,
    };
    let mut next = at;
    if !leaf {
        cell.child = number_at(page, next)?;
        next += 4;
    }
    let mut number = || -> Result<u64, Damage> {
        let (number, used) = varint(page.get(next..).ok_or(OUT_OF_BOUNDS)?)?;
        next += used;
        Ok(number)
    };
    let has_content = leaf || tree == Tree::Index;
    if has_content {
        let length = number()?;
        if length > ENTRY_BYTES_MAX {
            return Err(OUT_OF_BOUNDS);
        }
        cell.length = length as usize;
    }
    if tree == Tree::Table {
        cell.rowid = number()?.cast_signed();
    }
    let local = local_bytes(cell.length, page.len(), tree);
    cell.local = next..next + local;
    next += local;
    if local < cell.length {
        cell.overflow = number_at(page, next)?;
        next += 4;
    }
    let size = (next - at).max(BYTES_MIN);
    if at + size > page.len() {
        return Err(OUT_OF_BOUNDS);
    }
    Ok((cell, size))
}

/// How many bytes of a content lie in its cell.
fn local_bytes(length: usize, usable: usize, tree: Tree) -> usize {
    let most = match tree {
        Tree::Table => usable - 35,
        Tree::Index => (usable - 12) * 64 / 255 - 23,
    };
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitted = least + (length - least) % (usable - 4);
    if fitted <= most { fitted } else { least }
}

/// Four bytes as a number.
pub(super) fn number_at(page: &[u8], at: usize) -> Result<u32, Damage> {
    let four = page.get(at..).and_then(|rest| rest.first_chunk());
    four.map(|four| u32::from_be_bytes(*four))
        .ok_or(OUT_OF_BOUNDS)
}

fn word_at(page: &[u8], at: usize) -> Result<u16, Damage> {
    let two = page.get(at..).and_then(|rest| rest.first_chunk());
    two.map(|two| u16::from_be_bytes(*two)).ok_or(OUT_OF_BOUNDS)
}
