//! `fleetback`: which iPhones and iPads of a fleet could be lost tonight, why, and what to do.
//!
//! This crate alone knows the command line, the clock, the environment and the terminal. What is
//! read and judged happens in `fleetback-scanner` and `fleetback-report`. It is a library for the
//! sake of the fuzz targets, which reach its readers of untrusted bytes through [`fuzz_api`].

#![forbid(unsafe_code)]

pub mod fuzz_api;
pub mod program;

mod command;
mod config;
mod history;
mod options;
mod output;
mod passwords;
mod schedule;
mod system;
