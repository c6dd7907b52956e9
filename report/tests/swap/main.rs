//! The swap check through its public functions: results and a question in, a verdict out.

// The whole crate is a test; clippy takes its helpers for production code.
#![allow(clippy::unwrap_used, clippy::panic)]

mod after;
#[path = "../common/mod.rs"]
#[allow(dead_code)] // shared with other tests
mod common;
mod desk;
mod lookup;
mod outputs;
mod plans;
mod rules;
mod sheets;
mod tickets;
mod workbooks;
