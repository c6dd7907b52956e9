//! Text for a terminal.

mod device_table;
pub mod diff;
pub mod page;
pub mod report;
pub mod swap;
mod to_do;
