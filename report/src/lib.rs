//! Judges a fleet of backups against a policy and renders the verdict.
//!
//! `Fleet x Policy x now -> Results -> Sheet -> CSV, HTML, JSON, text`. Opens no file, reads no
//! clock, knows no terminal: everything it needs is an argument, so the same evidence always gives
//! the same bytes.

pub mod format;
pub mod history;
pub mod judge;
pub mod policy;
pub mod render;
pub mod results;
pub mod swap;
pub mod tables;
pub mod view;

mod assess;
mod diagnose;
