//! Compares what is on disk with the list of files.

pub(crate) mod blocks;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod contents;
pub(crate) mod depth;
pub(crate) mod difference;
mod doubts;
pub(crate) mod expected;
pub(crate) mod fingerprint;
mod first_bytes;
mod looked_into;
pub(crate) mod payload;
mod sample;
pub(crate) mod spread;
pub(crate) mod unopened;
