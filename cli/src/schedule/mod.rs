//! The job of every night as the schedulers of three systems know it: the files that they read, and the
//! commands that make these count. Nothing here writes a file or runs a command.

mod job;
mod launchd;
mod plan;
mod scheduler;
mod systemd;
mod task_scheduler;

pub(crate) use job::{Job, Scope};
pub(crate) use plan::{JobFile, Plan, Step};
pub(crate) use scheduler::Scheduler;
