//! The sheet, printed. Formats never judge.

pub mod html;
