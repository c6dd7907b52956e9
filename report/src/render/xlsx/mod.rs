//! Workbooks for Excel, Numbers and LibreOffice.

mod cells;
mod report;
mod swaps;

pub use self::report::write_report;
pub use self::swaps::write;
