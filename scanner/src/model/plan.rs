//! Planned swaps, from `swap --plan FILE.csv`.

use std::path::PathBuf;

use jiff::civil::Date;

use super::problem::Problem;

/// A plan of swaps, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwapPlan {
    /// The table.
    pub path: PathBuf,
    /// Its swaps, in its order; a row that says the same as an earlier one is left out.
    pub swaps: Vec<PlannedSwap>,
    /// The lines whose rows could not be used: the devices that they mean are not checked.
    pub unusable: Vec<u64>,
    /// What is wrong with its rows.
    pub problems: Vec<Problem>,
}

/// One row of a plan. What the cells of a number or a model mean is decided where the fleet is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlannedSwap {
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    /// The old device: a number or a name of it.
    pub old: String,
    /// The new device: a number or a name of it, or its model.
    pub new: Option<String>,
    /// Its product type or model.
    pub new_type: Option<String>,
    /// Its version of iOS, digits and dots only.
    pub new_os: Option<String>,
    /// Its capacity in gigabytes, as it is sold.
    pub new_capacity_gb: Option<u32>,
    /// Whose it is.
    pub user: Option<String>,
    /// When.
    pub day: PlannedDay,
}

/// The day of a planned swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlannedDay {
    /// This day.
    On(Date),
    /// The plan does not say.
    Unknown,
    /// The plan says something that is no day, or that may be two.
    Unreadable,
}
