//! The embedded history store, one SQLite file, and how a run uses it.

mod cache;
mod clock;
pub(crate) mod error;
mod job;
mod location;
mod network_disk;
mod past_runs;
mod schema;
mod session;
mod store;
#[cfg(test)]
mod tests;
mod write_run;

pub(crate) use location::{default_path, named_folder};
pub(crate) use session::{Choice, History, lies_below, of_stored};
pub(crate) use store::Store;
