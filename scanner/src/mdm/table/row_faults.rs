//! What is wrong with rows of a table: one problem for each kind, with the lines, however many rows
//! have it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::problem::{Level, Problem, ProblemKind};

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

impl RowFault {
    /// The same fault of a table that is mended in another way.
    pub(crate) const fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }
}

/// So many devices are taken of one table; each costs a few kilobytes until the reports are written.
pub(crate) const DEVICES_MAX: usize = 500_000;

/// A device beyond them.
pub(crate) const TOO_MANY: RowFault = RowFault {
    wanted: "a table of at most 500,000 devices",
    found: "a device beyond them; it was left out",
    remedy: "export the devices in several tables, or fewer of them, and scan each part by itself",
    level: Level::Incomplete,
};
/// Cells beyond the header.
pub(crate) const TOO_WIDE: RowFault = RowFault {
    wanted: "a row",
    found: "more cells than the header has, so the columns cannot be matched; the row was left out",
    remedy: "put cells that hold the delimiter into quotation marks, and save again",
    level: Level::Incomplete,
};
/// Cells missing at the end.
pub(crate) const TOO_SHORT: RowFault = RowFault {
    wanted: "a row",
    found: "fewer cells than the header has; the missing ones count as empty",
    remedy: "look whether a line break has cut the row in two",
    level: Level::Note,
};
/// A quotation mark that is open at the end of the file.
pub(crate) const UNCLOSED: RowFault = RowFault {
    wanted: "the rest of the table",
    found: "a quotation mark that is not closed; the rows after this line were lost",
    remedy: "close or remove the quotation mark",
    level: Level::Incomplete,
};
/// An id that a spreadsheet has rounded.
pub(crate) const SCIENTIFIC: RowFault = RowFault {
    wanted: "a number",
    found: "a number in scientific notation, such as 3.5E+14, which has lost its last digits; it was not used",
    remedy: "format the column as text in the spreadsheet, enter the number again and save again",
    level: Level::Incomplete,
};

/// The faults of one table.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    by_kind: BTreeMap<(&'static RowFault, String), Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    first: Vec<u64>,
    more: u64,
    detail: Option<Detail>,
}

/// What is added to the words of a fault by its first case; either may be empty.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// What was found, more exactly.
    pub(crate) found: String,
    /// Lines for the settings file.
    pub(crate) remedy: String,
}

impl Faults {
    /// A row has a fault.
    pub(crate) fn add(&mut self, fault: &'static RowFault, line: u64) {
        self.add_in(fault, "", line);
    }

    /// A cell has a fault.
    pub(crate) fn add_in(&mut self, fault: &'static RowFault, column: &str, line: u64) {
        let lines = self.by_kind.entry((fault, column.to_owned())).or_default();
        if lines.first.last() == Some(&line) {
            return;
        }
        if lines.first.len() < LINES_MAX {
            lines.first.push(line);
        } else {
            lines.more += 1;
        }
    }

    /// A cell has a fault, of which the first case is described more exactly.
    pub(crate) fn add_with(
        &mut self,
        fault: &'static RowFault,
        column: &str,
        line: u64,
        detail: Detail,
    ) {
        self.add_in(fault, column, line);
        if let Some(lines) = self.by_kind.get_mut(&(fault, column.to_owned())) {
            lines.detail.get_or_insert(detail);
        }
    }

    /// Takes a fault back.
    pub(crate) fn forget(&mut self, fault: &'static RowFault) {
        self.by_kind.retain(|(kind, _), _| *kind != fault);
    }

    /// One problem for each kind of fault; `unit` is "line" or "record".
    pub(crate) fn problems(self, path: &Path, unit: &str) -> Vec<Problem> {
        let problems = self.by_kind.into_iter().map(|((fault, column), lines)| {
            let column = if column.is_empty() {
                column
            } else {
                format!(" in the column {column}")
            };
            let detail = lines.detail.as_ref();
            let more = |text: &str| match text {
                "" => String::new(),
                text => format!(": {text}"),
            };
            let found = detail.map_or(String::new(), |detail| more(&detail.found));
            let remedy = detail.map_or(String::new(), |detail| more(&detail.remedy));
            Problem {
                path: path.to_owned(),
                wanted: format!("{}{column}", fault.wanted),
                found: format!("{}: {}{found}", lines.place(unit), fault.found),
                remedy: Some(format!("{}{remedy}", fault.remedy)),
                level: fault.level,
                kind: ProblemKind::LeftOut,
            }
        });
        problems.collect()
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
