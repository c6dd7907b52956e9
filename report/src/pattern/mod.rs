//! What the whole fleet has in common: one cause behind many devices.

pub(crate) mod find;
pub(crate) mod found;
pub(crate) mod search;
pub(crate) mod sight;
pub(crate) mod tail;
pub(crate) mod tell;
#[cfg(test)]
mod trials;
pub(crate) mod usual;
