//! The embedded history store: one SQLite file in which a night tells the next what it found.

pub(crate) mod error;
mod memory;
mod place;
mod records;
mod schema;
#[cfg(test)]
mod tests;
mod volume;

pub(crate) use memory::Remembered;
pub(crate) use place::{default_path, named_folder};
pub(crate) use records::Store;
