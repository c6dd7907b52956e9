//! One HTML file: the verdict, what to do about it, and every device with its evidence.
//!
//! The file asks for nothing: style, script and data stand inside it, and its content-security
//! policy lets nothing else in. Ten thousand rows would freeze a browser, so the page
//! holds the first screen, and the table is drawn by the script out of embedded JSON, a hundred rows
//! at a time; what a device opens to stands compressed beside it. Without the script, and on paper,
//! the work list and every device that could be lost can still be read.

mod chart;
mod csp;
mod details;
mod embedded_json;
mod filters;
mod page;
mod rows;
pub mod run_sheets;
mod url;

pub use page::write;
