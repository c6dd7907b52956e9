//! Sharing work among threads, and progress.

pub mod progress;
pub(crate) mod queue;
