//! A plan of swaps: which old device gives way to which new one, whose it is, and when.
//!
//! Skipping a row that cannot be read would let its device be wiped without a check. So its line is kept
//! and reported, and a plan with such a line is never ready as a whole.

use std::collections::HashSet;
use std::path::Path;

use super::column_map::ColumnMap;
use super::columns::{self, DeviceField, IDS};
use super::row_faults::{self, Faults, RowFault, TOO_WIDE, UNCLOSED};
use super::{cell, csv};
use crate::mdm::date::day;
use crate::model::plan::{PlannedDay, PlannedSwap, SwapPlan};
use crate::model::problem::{Level, Problem, ProblemKind};
use crate::source::csv_rows::Row;
use crate::source::file::Fault;

/// The largest plan that is read, in bytes.
const BYTES_MAX: u64 = 16 << 20;

/// Letters of the longest cell: a longer one contains the cells after it, for want of a quotation mark.
const CELL_MAX: usize = 200;

/// The largest capacity that is believed, in gigabytes.
const GIGABYTES_MAX: f64 = 1e6;

const WANTED: &str = "a plan of swaps (CSV) with a header";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Old,
    New,
    NewType,
    NewOs,
    NewCapacity,
    User,
    Day,
}

/// Names of the columns, folded by [`columns::fold_header`]; of two columns with one meaning the earlier
/// name is asked first. The names that the inventory table knows come after them.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Old,
        &[
            "oldserialnumber",
            "oldserial",
            "olddevice",
            "oldudid",
            "oldimei",
            "old",
            "from",
            "alteseriennummer",
            "altesgerat",
            "altesgeraet",
            "alt",
            "device",
            "gerat",
            "geraet",
        ],
    ),
    (
        Column::New,
        &[
            "newserialnumber",
            "newserial",
            "newdevice",
            "newudid",
            "newimei",
            "new",
            "to",
            "replacement",
            "target",
            "neueseriennummer",
            "neuesgerat",
            "neuesgeraet",
            "neu",
        ],
    ),
    (
        Column::NewType,
        &[
            "newtype",
            "newmodel",
            "newproducttype",
            "totype",
            "tomodel",
            "neuesmodell",
            "neuertyp",
        ],
    ),
    (
        Column::NewOs,
        &[
            "newos",
            "newosversion",
            "newios",
            "newiosversion",
            "toos",
            "neuesios",
        ],
    ),
    (
        Column::NewCapacity,
        &[
            "newcapacity",
            "newcapacitygb",
            "newstorage",
            "newstoragegb",
            "tocapacity",
            "neuerspeicher",
        ],
    ),
    (Column::User, &[]),
    (
        Column::Day,
        &[
            "date",
            "day",
            "swapday",
            "planned",
            "plannedfor",
            "planneddate",
            "when",
            "datum",
            "termin",
            "tag",
            "fecha",
            "data",
        ],
    ),
];

/// The facts of the inventory table that a column of a plan may be named for.
const ALSO: &[(Column, &[DeviceField])] = &[
    (Column::Old, IDS),
    (Column::User, &[DeviceField::User]),
    (Column::Day, &[DeviceField::PlannedSwap]),
];

const NO_OLD: RowFault = RowFault {
    wanted: "the old device",
    found: "no serial number, UDID, IMEI, MEID, ECID or name; the row was not checked",
    remedy: "fill in the serial number of the old device",
    level: Level::Incomplete,
};
const SCIENTIFIC: RowFault = RowFault {
    found: "a number in scientific notation, such as 3.5E+14, which has lost its last digits; the row was left out",
    ..row_faults::SCIENTIFIC
};
const TOO_LONG: RowFault = RowFault {
    wanted: "a row",
    found: "a cell of more than 200 letters, which may contain the cells after it; the row was left out",
    remedy: "look for a quotation mark that is not closed, or shorten the cell",
    level: Level::Incomplete,
};
const BROKEN: RowFault = RowFault {
    wanted: "the rest of the table",
    found: "the row after this one is damaged; it and what follows were not checked",
    remedy: "look at the rows after this line, and save the table again",
    level: Level::Incomplete,
};
const TWICE: RowFault = RowFault {
    wanted: "each swap once",
    found: "the same as an earlier row; it was left out",
    remedy: "remove the row",
    level: Level::Note,
};
const BAD_DAY: RowFault = RowFault {
    wanted: "the day of the swap",
    found: "not a date, or a date that can be read in two ways, such as 03/04/2027; the row was read without it",
    remedy: "write the date as year-month-day, such as 2027-03-31",
    level: Level::Incomplete,
};
const BAD_OS: RowFault = RowFault {
    wanted: "the version of iOS",
    found: "not a version such as 26.1; the row was read without it",
    remedy: "write the version as numbers with dots",
    level: Level::Incomplete,
};
const BAD_CAPACITY: RowFault = RowFault {
    wanted: "the capacity",
    found: "not a capacity such as 256, 256 GB or 1 TB; the row was read without it",
    remedy: "write the capacity as the device is sold",
    level: Level::Incomplete,
};

/// Reads the plan. A row that cannot be used costs itself alone, and is named by its line.
///
/// # Errors
/// The problem of a file that is no such table, or whose columns name no old device.
pub fn read(path: &Path) -> Result<SwapPlan, Box<Problem>> {
    let known = |cell: &str| is_known(&columns::fold_header(cell));
    let refused = |fault: Fault| Box::new(fault.incomplete(path, WANTED));
    let (mut rows, _) = csv::open(path, BYTES_MAX, &known).map_err(refused)?;
    let mut row = Row::default();
    rows.next(&mut row)
        .map_err(|words| refused(Fault::Damaged(words)))?;
    let header: Vec<_> = row.cells().collect();
    let columns = columns_of(&header);
    if !columns.has(|column| *column == Column::Old) {
        return Err(Box::new(no_old_column(path, &header)));
    }
    let mut reading = Reading {
        columns,
        seen: HashSet::new(),
        swaps: Vec::new(),
        unusable: Vec::new(),
        faults: Faults::default(),
    };
    let broken = loop {
        match rows.next(&mut row) {
            Ok(true) => reading.row(&row),
            Ok(false) => break false,
            Err(_) => break true,
        }
    };
    if broken {
        reading.leave_out(&BROKEN, row.line);
    } else if let Some(line) = rows.unclosed_at() {
        reading.leave_out(&UNCLOSED, line);
    }
    Ok(reading.finish(path))
}

fn no_old_column(path: &Path, header: &[String]) -> Problem {
    let found = csv::describe_columns(header);
    let wanted = "a column with the old devices in the first row";
    let problem = Problem::incomplete(path, wanted, found).with_kind(ProblemKind::WrongShape);
    problem.with_remedy(
        "call the columns old serial, new serial, new type, user and date; case, spaces and dashes do not matter",
    )
}

fn is_known(folded: &str) -> bool {
    NAMES
        .iter()
        .any(|(column, _)| names(*column).any(|name| name == folded))
}

/// The names of a column, best first.
fn names(column: Column) -> impl Iterator<Item = &'static str> {
    let own = NAMES.iter().filter(move |(one, _)| *one == column);
    let own = own.flat_map(|(_, names)| names.iter().copied());
    let also = ALSO.iter().filter(move |(one, _)| *one == column);
    let fields = also.flat_map(|(_, fields)| fields.iter());
    own.chain(fields.flat_map(|field| columns::names(*field).iter().copied()))
}

type Columns = ColumnMap<Column>;

fn columns_of(header: &[String]) -> Columns {
    let columns = NAMES.iter().map(|(column, _)| *column);
    ColumnMap::by_names(
        header,
        columns.flat_map(|column| names(column).map(move |name| (column, name))),
    )
}

/// The first cell of a column that says something.
fn text(columns: &Columns, row: &Row, column: Column) -> Option<String> {
    columns
        .cells(row, column)
        .find(|cell| !cell::is_blank(cell))
}

/// The plan so far.
struct Reading {
    columns: Columns,
    /// Every swap without its line.
    seen: HashSet<PlannedSwap>,
    swaps: Vec<PlannedSwap>,
    unusable: Vec<u64>,
    faults: Faults,
}

impl Reading {
    fn row(&mut self, row: &Row) {
        if !row.says_anything_from(0) {
            return;
        }
        match self.swap(row) {
            Err(fault) => self.leave_out(fault, row.line),
            Ok(swap) if self.is_new(&swap) => self.swaps.push(swap),
            Ok(_) => self.faults.add(&TWICE, row.line),
        }
    }

    fn leave_out(&mut self, fault: &'static RowFault, line: u64) {
        self.faults.add(fault, line);
        if self.unusable.last() != Some(&line) {
            self.unusable.push(line);
        }
    }

    /// Does no earlier row say the same?
    fn is_new(&mut self, swap: &PlannedSwap) -> bool {
        self.seen.insert(PlannedSwap {
            line: 0,
            ..swap.clone()
        })
    }

    fn swap(&mut self, row: &Row) -> Result<PlannedSwap, &'static RowFault> {
        if self.columns.is_too_wide(row) {
            return Err(&TOO_WIDE);
        }
        if row.cells().any(|cell| cell.chars().nth(CELL_MAX).is_some()) {
            return Err(&TOO_LONG);
        }
        let text = |column| text(&self.columns, row, column);
        let (old, new) = (text(Column::Old).ok_or(&NO_OLD)?, text(Column::New));
        if cell::is_scientific(&old) || new.as_deref().is_some_and(cell::is_scientific) {
            return Err(&SCIENTIFIC);
        }
        let (new_type, user) = (text(Column::NewType), text(Column::User));
        let mut part = Part { row, of: self };
        Ok(PlannedSwap {
            line: row.line,
            old,
            new,
            new_type,
            new_os: part.read(Column::NewOs, &BAD_OS, version),
            new_capacity_gb: part.read(Column::NewCapacity, &BAD_CAPACITY, gigabytes),
            user,
            day: part.day(),
        })
    }

    fn finish(self, path: &Path) -> SwapPlan {
        SwapPlan {
            path: path.to_owned(),
            swaps: self.swaps,
            unusable: self.unusable,
            problems: self.faults.problems(path, "line"),
        }
    }
}

/// The parts of a row that cost it nothing but themselves.
struct Part<'r> {
    row: &'r Row,
    of: &'r mut Reading,
}

impl Part<'_> {
    fn read<T>(
        &mut self,
        column: Column,
        fault: &'static RowFault,
        read: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(&text(&self.of.columns, self.row, column)?);
        if value.is_none() {
            self.of.faults.add(fault, self.row.line);
        }
        value
    }

    fn day(&mut self) -> PlannedDay {
        if text(&self.of.columns, self.row, Column::Day).is_none() {
            return PlannedDay::Unknown;
        }
        let day = self.read(Column::Day, &BAD_DAY, day::parse);
        day.map_or(PlannedDay::Unreadable, PlannedDay::On)
    }
}

/// "iOS 26.1" and "26.1 (23B85)" are versions too.
fn version(text: &str) -> Option<String> {
    let (version, _) = cell::version(text)?;
    let parts: Vec<_> = version.split('.').collect();
    let number = |part: &&str| matches!(part.len(), 1..=4);
    (parts.len() <= 3 && parts.iter().all(number)).then(|| version.to_owned())
}

/// Without a unit it is gigabytes.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the range is checked
fn gigabytes(text: &str) -> Option<u32> {
    let (amount, unit) = cell::amount(text)?;
    let factor = match unit {
        None | Some(cell::Unit::Gigabytes) => 1.0,
        Some(cell::Unit::Terabytes) => 1000.0,
        Some(_) => return None,
    };
    let gigabytes = amount * factor;
    (1.0..GIGABYTES_MAX)
        .contains(&gigabytes)
        .then(|| gigabytes.round() as u32)
}
