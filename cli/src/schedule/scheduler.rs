//! The schedulers that are known.

use anyhow::{Result, bail};

use super::job::Job;
use super::plan::Plan;
use super::{launchd, systemd, task_scheduler};

/// A scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheduler {
    /// A service and a timer, on Linux.
    Systemd,
    /// A daemon or an agent, on macOS.
    Launchd,
    /// A task, on Windows.
    Windows,
}

/// A row of [`SCHEDULERS`].
struct Row {
    scheduler: Scheduler,
    id: &'static str,
    /// The system that has it, as `std::env::consts::OS` names it.
    os: &'static str,
    plan: fn(&Job) -> Result<Plan>,
}

const SCHEDULERS: &[Row] = &[
    Row {
        scheduler: Scheduler::Systemd,
        id: "systemd",
        os: "linux",
        plan: systemd::plan,
    },
    Row {
        scheduler: Scheduler::Launchd,
        id: "launchd",
        os: "macos",
        plan: launchd::plan,
    },
    Row {
        scheduler: Scheduler::Windows,
        id: "task-scheduler",
        os: "windows",
        plan: task_scheduler::plan,
    },
];

impl Scheduler {
    /// The one of this system.
    pub(crate) fn of_this_system() -> Option<Self> {
        let row = SCHEDULERS
            .iter()
            .find(|row| row.os == std::env::consts::OS)?;
        Some(row.scheduler)
    }

    /// By its name.
    pub(crate) fn named(id: &str) -> Result<Self, String> {
        let row = SCHEDULERS.iter().find(|row| row.id == id);
        let words: Vec<_> = SCHEDULERS.iter().map(|row| row.id).collect();
        row.map(|row| row.scheduler)
            .ok_or_else(|| format!("write one of {}", words.join(", ")))
    }

    /// Its name.
    pub(crate) fn id(self) -> &'static str {
        self.row().map_or("", |row| row.id)
    }

    /// What it needs for this job.
    pub(crate) fn plan(self, job: &Job) -> Result<Plan> {
        match self.row() {
            Some(row) => (row.plan)(job),
            None => bail!("there is no scheduler of this name"),
        }
    }

    fn row(self) -> Option<&'static Row> {
        SCHEDULERS.iter().find(|row| row.scheduler == self)
    }
}
