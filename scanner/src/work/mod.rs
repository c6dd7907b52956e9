//! How the work is shared out, and how far it is.

pub mod progress;
pub(crate) mod queue;
