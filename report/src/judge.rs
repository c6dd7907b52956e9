//! Fleet x policy x now -> results: the only place where facts become verdicts.

use fleetback_scanner::model::fleet::Fleet;
use jiff::Timestamp;

use crate::policy::Policy;
use crate::results::Results;

/// What the command line knows of the run.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// The run's clock.
    pub now: Timestamp,
    /// This computer.
    pub scan_host: String,
    /// Name of the run.
    pub run_id: String,
    /// Version of the program.
    pub tool_version: String,
}

/// Judges every device. Pure: the same arguments give the same results.
pub fn judge(_fleet: &Fleet, _policy: &Policy, _run: &RunInfo) -> Option<Results> {
    None
}
