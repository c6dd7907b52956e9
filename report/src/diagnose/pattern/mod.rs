//! One cause that many devices share.

pub(crate) mod baseline;
pub(crate) mod find;
pub(crate) mod observations;
pub(crate) mod search;
pub(crate) mod statistics;
#[cfg(test)]
mod trials;
pub(crate) mod wording;
