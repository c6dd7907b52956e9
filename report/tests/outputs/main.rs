//! What the renderers write: CSV, JSON, text, and the words and the sheet beneath them.

// clippy does not see that helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod attention;
#[path = "../common/mod.rs"]
mod common;
mod csv;
mod diff;
mod document;
mod json;
mod office;
mod sheet;
mod spreadsheet;
mod text;
mod words;
mod workbook;
