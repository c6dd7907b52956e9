//! The embedded history store, one SQLite file, and how a run uses it.

mod cache;
mod clock;
pub(crate) mod error;
mod icloud_weeks;
mod job;
mod location;
mod network_disk;
mod past_runs;
mod schema;
mod series;
mod session;
mod store;
#[cfg(test)]
mod tests;
mod write_done;
mod write_folders;
mod write_run;

pub(crate) use job::Job;
pub(crate) use location::{default_path, named_folder};
pub(crate) use session::{History, HistoryChoice, for_stored_results, in_words};
pub(crate) use store::Store;
pub(crate) use write_done::KnownDevice;
