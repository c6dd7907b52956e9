//! The embedded history store: one SQLite file in which a night tells the next what it found.

mod clock;
pub(crate) mod error;
mod job;
mod memory;
mod night;
mod past;
mod place;
mod records;
mod schema;
#[cfg(test)]
mod tests;
mod volume;

pub(crate) use job::Job;
pub(crate) use memory::Remembered;
pub(crate) use night::Kept;
pub(crate) use place::{default_path, named_folder};
pub(crate) use records::Store;
