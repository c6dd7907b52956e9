//! The formats: each prints the view or the results, and decides nothing.

pub mod csv;
pub mod csv_guard;
pub mod html;
pub mod json;
pub mod terminal;
pub mod xlsx;
