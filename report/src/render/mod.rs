//! The printers. Each prints the sheet in its own form; none decides anything.

pub mod csv;
pub mod html;
pub mod json;
pub mod text;
