//! Tables of devices: exports of consoles, the inventory, a plan of swaps.

pub(crate) mod cell;
mod column_map;
pub mod columns;
pub mod consoles;
pub(crate) mod csv;
mod csv_export;
pub(crate) mod device_kind;
pub(crate) mod export;
pub mod inventory;
mod meaning;
pub(crate) mod near_miss;
mod orders;
pub(crate) mod reading;
pub(crate) mod record;
mod record_export;
pub(crate) mod row_faults;
pub mod rules;
mod state_words;
pub mod swap_plan;
mod yes_no;
