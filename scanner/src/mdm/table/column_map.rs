//! Where the columns of a table stand, and what a row has in them.

use super::cell;
use super::columns::fold_header;
use crate::source::csv_rows::Row;

/// The columns that a header names, best name first, each with its place.
#[derive(Debug, Clone)]
pub(super) struct ColumnMap<C> {
    /// Cells of the header.
    width: usize,
    places: Vec<(C, usize)>,
}

impl<C> ColumnMap<C> {
    /// The columns of a header by whatever the caller knows of each cell.
    pub(super) fn new(header: &[String], column: impl Fn(&str) -> Option<C>) -> Self {
        let cells = header.iter().enumerate();
        Self {
            width: header.len(),
            places: cells
                .filter_map(|(place, cell)| Some((column(cell)?, place)))
                .collect(),
        }
    }

    /// The columns of a header by a list of folded names, in the order of the list.
    pub(super) fn by_names(
        header: &[String],
        names: impl Iterator<Item = (C, &'static str)>,
    ) -> Self {
        let folded: Vec<_> = header.iter().map(|cell| fold_header(cell)).collect();
        let place = |name: &str| folded.iter().position(|cell| cell == name);
        Self {
            width: header.len(),
            places: names
                .filter_map(|(column, name)| Some((column, place(name)?)))
                .collect(),
        }
    }

    pub(super) fn add(&mut self, column: C, place: usize) {
        self.places.push((column, place));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&C, usize)> {
        self.places.iter().map(|(column, place)| (column, *place))
    }

    /// Is there a column of this kind?
    pub(super) fn has(&self, is_one: impl Fn(&C) -> bool) -> bool {
        self.iter().any(|(column, _)| is_one(column))
    }

    /// Is this place of the header a column?
    pub(super) fn is_read(&self, place: usize) -> bool {
        self.iter().any(|(_, one)| one == place)
    }

    /// Are there cells beyond the header?
    pub(super) fn is_too_wide(&self, row: &Row) -> bool {
        row.says_anything_from(self.width)
    }

    /// Are cells missing at the end?
    pub(super) fn is_too_short(&self, row: &Row) -> bool {
        row.len() < self.width
    }
}

impl<C: Copy + PartialEq> ColumnMap<C> {
    /// The cells of a column without their wrapping, best name first.
    pub(super) fn cells(&self, row: &Row, column: C) -> impl Iterator<Item = String> {
        let places = self.iter().filter(move |(one, _)| **one == column);
        let cells = places.filter_map(|(_, place)| row.cell(place));
        cells.map(|cell| cell::unwrapped(&cell).to_owned())
    }
}
