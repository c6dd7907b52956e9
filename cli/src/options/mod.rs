//! What is meant: settings resolved into one plan a command.
//!
//! Everything here can fail, and does so before anything is read or written: exit code 2.

mod done;
mod feeds;
mod outputs;
pub(crate) mod path_checks;
mod resolve;
mod run_id;
mod scan;
pub(crate) mod standard_roots;
mod stored;
pub(crate) mod swap;
mod verify;

pub(crate) use done::DonePlan;
pub(crate) use outputs::{Format, Reports, time_zone};
pub(crate) use resolve::{
    check_settings, history_choice, host, passwords, patience, policy, read_timeout, threads,
};
pub(crate) use scan::ScanPlan;
pub(crate) use stored::{DiffPlan, ReportPlan};
pub(crate) use verify::VerifyPlan;
