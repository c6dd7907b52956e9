//! One HTML file: the verdict, what to do about it, and every device with its evidence.
//!
//! The file asks for nothing: style, script and data stand inside it, and its content-security
//! policy lets nothing else in. Ten thousand rows would freeze a browser, so the page
//! holds the first screen, and the table is drawn by the script out of two embedded JSON documents, a hundred
//! rows at a time. Without the script, and on paper, every device that needs attention is listed.

mod chart;
mod csp;
mod details;
mod embedded_json;
mod filters;
mod page;
mod rows;
pub mod run_sheets;

pub use page::write;
