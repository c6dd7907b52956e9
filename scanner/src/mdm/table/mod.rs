//! Tables of devices: exports of consoles, the inventory, a plan of swaps.

pub(crate) mod cell;
pub mod columns;
pub mod consoles;
pub(crate) mod csv;
mod csv_export;
pub(crate) mod export;
pub mod inventory;
pub(crate) mod reading;
pub(crate) mod record;
mod record_export;
pub(crate) mod row_faults;
pub mod rules;
pub mod swap_plan;
