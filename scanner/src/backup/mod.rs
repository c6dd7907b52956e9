//! Reads one folder of a local backup.

pub mod found;
pub mod read;
