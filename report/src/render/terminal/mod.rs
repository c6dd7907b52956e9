//! Text for a terminal.

pub mod diff;
pub mod page;
pub mod report;
pub mod swap;
