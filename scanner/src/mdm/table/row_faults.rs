//! What is wrong with rows of a table: one problem for each kind, with the lines, however many rows
//! have it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::problem::{Level, Problem};

/// Lines named in one problem; the rest are counted.
const LINES_MAX: usize = 10;

/// What can be wrong with a row.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowFault {
    /// What was wanted; of a cell, the column's name is added.
    pub(crate) wanted: &'static str,
    /// What was found instead.
    pub(crate) found: &'static str,
    /// What to do.
    pub(crate) remedy: &'static str,
    /// How much it weighs.
    pub(crate) level: Level,
}

/// The faults of one table.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    by_kind: BTreeMap<(&'static RowFault, String), Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    first: Vec<u64>,
    more: u64,
}

impl Faults {
    /// A row has a fault.
    pub(crate) fn add(&mut self, fault: &'static RowFault, line: u64) {
        self.add_in(fault, "", line);
    }

    /// A cell has a fault.
    pub(crate) fn add_in(&mut self, fault: &'static RowFault, column: &str, line: u64) {
        let lines = self.by_kind.entry((fault, column.to_owned())).or_default();
        if lines.first.len() < LINES_MAX {
            lines.first.push(line);
        } else {
            lines.more += 1;
        }
    }

    /// One problem for each kind of fault; `unit` is "line" or "record".
    pub(crate) fn problems(self, path: &Path, unit: &str) -> Vec<Problem> {
        let told = self.by_kind.into_iter().map(|((fault, column), lines)| {
            let column = if column.is_empty() {
                column
            } else {
                format!(" in the column {column}")
            };
            Problem {
                path: path.to_owned(),
                wanted: format!("{}{column}", fault.wanted),
                found: format!("{}: {}", lines.place(unit), fault.found),
                remedy: Some(fault.remedy.to_owned()),
                level: fault.level,
            }
        });
        told.collect()
    }
}

impl Lines {
    /// "line 3", "lines 3, 4 and 2 more".
    fn place(&self, unit: &str) -> String {
        let named: Vec<_> = self.first.iter().map(u64::to_string).collect();
        let plural = if named.len() == 1 { "" } else { "s" };
        let more = match self.more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{unit}{plural} {}{more}", named.join(", "))
    }
}
