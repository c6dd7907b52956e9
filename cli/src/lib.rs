//! `fleetback`: which iPhones and iPads of a fleet could be lost tonight, why, and what to do.
//!
//! This crate alone knows the command line, the clock, the environment and the terminal. What is
//! read and judged happens in `fleetback-scanner` and `fleetback-report`. It is a library for the
//! sake of the fuzz targets, which reach its readers of untrusted bytes through [`doors`].

pub mod doors;
pub mod program;

mod apple;
mod args;
mod checked;
mod command;
mod config;
mod exit;
mod history;
mod homes;
mod interrupt;
mod kept;
mod options;
mod output;
mod passwords;
mod platform;
mod progress;
mod reports;
mod run_id;
mod say;
mod settings;
mod since;
mod store;
mod swap_options;
mod terminal;
