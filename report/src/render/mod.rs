//! The formats: each prints the sheet or the results, and decides nothing.

pub mod csv;
pub mod diff;
pub mod html;
pub mod json;
pub mod run_sheets;
pub mod spreadsheet;
pub mod swap;
pub mod swap_xlsx;
pub mod terminal;
pub mod text;
