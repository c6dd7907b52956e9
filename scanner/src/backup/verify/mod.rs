//! Compares what is on disk with the list of files.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod contents;
pub(crate) mod difference;
pub(crate) mod expected;
pub(crate) mod fingerprint;
pub(crate) mod payload;
