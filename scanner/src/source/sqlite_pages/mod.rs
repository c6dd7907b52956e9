//! SQLite's pages as they lie in the file, for what SQLite itself does not say or says slowly.

pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod record;
pub(crate) mod tally;
pub(crate) mod tree;
