//! Fleet x policy x now -> results: the only place where facts become verdicts.

use fleetback_scanner::model::fleet::Fleet;
use jiff::Timestamp;

use crate::policy::{Demand, Policy};
use crate::results::{PolicyUsed, Results, SCHEMA_VERSION, Summary};

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
pub fn judge(_fleet: &Fleet, policy: &Policy, run: &RunInfo) -> Results {
    Results {
        schema_version: SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        run_id: run.run_id.clone(),
        scanned_at: run.now,
        scan_host: run.scan_host.clone(),
        policy: policy_used(policy),
        summary: Summary::default(),
        devices: Vec::new(),
        problems: Vec::new(),
        unmatched: Vec::new(),
        hosts: Vec::new(),
        roots: Vec::new(),
        waivers: Vec::new(),
    }
}

fn policy_used(policy: &Policy) -> PolicyUsed {
    let limits = &policy.thresholds;
    PolicyUsed {
        name: policy.name.clone(),
        aging_days: limits.aging_days,
        stale_days: limits.stale_days,
        critical_days: limits.critical_days,
        inventory_trusted_days: limits.inventory_trusted_days,
        icloud: policy.backups.icloud.word().to_owned(),
        encryption_required: policy.backups.encryption == Demand::Required,
        password_required: policy.backups.password == Demand::Required,
    }
}
