//! One file for each command; each reads as the story of that command.

pub(crate) mod config;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod done;
mod evidence;
pub(crate) mod explain;
pub(crate) mod manual;
pub(crate) mod report;
pub(crate) mod scan;
pub(crate) mod schedule;
pub(crate) mod swap;
pub(crate) mod verify;
mod write_reports;
