//! Judges a fleet of backups against a policy and renders the verdict.
//!
//! `Fleet x Policy x history x now -> Results -> view -> CSV, HTML, JSON, text`. Opens no file, reads
//! no clock, knows no terminal: everything it needs is an argument, so the same evidence always gives
//! the same bytes.
//!
//! Begin at [`judge::judge`], which turns a fleet into [`results::Results`]; its example is the whole
//! crate in twenty lines. What stands around it, from the top down:
//!
//! | module | what it does |
//! |---|---|
//! | [`judge`](mod@judge) | the steps for one device after another: facts, findings, swap verdict, fixes, waivers, history |
//! | [`render`] | prints results in one format; decides nothing |
//! | [`view`] | what every output prints, decided once: counts, groups by fix, columns, tickets |
//! | [`swap`] | may this device be wiped: the rules, and their answers over stored results |
//! | [`policy`] | what an organisation asks for, read from TOML |
//! | [`history`] | earlier runs: matching of devices, incidents, comparison, [`history::diff`] |
//! | [`tables`] | what is known beforehand: finding codes, fixes, error codes, models, iOS releases |
//! | [`results`] | the judged fleet, which is also the JSON |
//! | [`format`](mod@format) | the spelling of single values |
//!
//! Two steps of `judge` are not public: `assess` turns facts into findings, `diagnose` turns findings
//! into a cause and a fix. A module imports lower ones only.

#![forbid(unsafe_code)]

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
