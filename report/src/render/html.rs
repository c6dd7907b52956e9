//! One HTML file: the verdict, what to do about it, and every device with its evidence.
//!
//! The file asks for nothing: style, script and data stand inside it, and its content-security
//! policy lets nothing else in. A newcomer would put ten thousand rows into the page; here the page
//! holds the first screen, and the table is drawn by the script out of two JSON islands, a hundred
//! rows at a time. Without the script, and on paper, every device that is not in order is listed.

use std::io;

use askama::Template;

use crate::view::report::Sheet;

mod chart;
pub(super) mod csp;
mod details;
mod filters;
mod island;
mod page;
mod rows;

/// Writes the page.
///
/// # Errors
/// Only those of `out`.
pub fn write(sheet: &Sheet<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    page::Page::new(sheet)?.write_into(out)
}
