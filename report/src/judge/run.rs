//! Fleet x knowledge x policy x now -> results: the only place where facts become verdicts.

use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;

use super::device::judge_device;
use super::vanished::with_vanished;
use super::waivers::Waivers;
use super::{facts, reasons, summary, tables};
use crate::assess::context::DeviceContext;
use crate::assess::device_facts::{model_name, subject};
use crate::assess::fleet_index::{FleetIndex, ReferenceData};
use crate::assess::icloud_evidence::IcloudEvidence;
use crate::diagnose::lookup::rows_of;
use crate::diagnose::pattern::find::patterns;
use crate::diagnose::pattern_result::to_result;
use crate::history::run_days::RunDays;
use crate::history::{DeviceIds, PastDevice, compare};
use crate::policy::{Effective, Policy, effective, policy_used};
use crate::results::{
    Code, Confidence, Device, FixId, Pattern, Results, SCHEMA_VERSION, SourceTable,
};

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

/// One cause that a finding may have, as the tables know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LikelyCause {
    /// Its name in docs/findings.md: "C3".
    pub rule: &'static str,
    /// What the evidence would point to.
    pub cause: &'static str,
    /// What would be advised.
    pub fix: FixId,
    /// How sure, at most.
    pub confidence: Confidence,
    /// What would be tried next.
    pub next_fix: Option<FixId>,
}

/// The causes that a finding may have, in the order in which they are tried.
pub fn likely_causes(code: Code) -> impl Iterator<Item = LikelyCause> {
    rows_of(code).map(|row| LikelyCause {
        rule: row.rule,
        cause: row.cause,
        fix: row.fix,
        confidence: row.confidence,
        next_fix: row.next,
    })
}

/// Judges every device. Pure: the same arguments give the same results, and the order in which the
/// fleet lists its devices makes no difference.
///
/// ```
/// use fleetback_report::judge::{ReferenceData, RunInfo, judge};
/// use fleetback_report::policy::Policy;
/// use fleetback_report::results::{Code, FixId, Status};
/// use fleetback_scanner::model::fleet::{Device, Fleet};
///
/// let fleet = Fleet {
///     devices: vec![Device::default()],
///     ..Fleet::default()
/// };
/// let run = RunInfo {
///     now: "2026-11-30T21:10:00Z".parse()?,
///     scan_host: "mac-07".to_owned(),
///     run_id: "1".to_owned(),
///     tool_version: "1.0.0".to_owned(),
/// };
/// let results = judge(&fleet, &ReferenceData::default(), &Policy::builtin(), &run);
///
/// let device = &results.devices[0];
/// assert_eq!(device.status, Status::Unknown);
/// assert_eq!(device.findings[0].code, Code::BackupUnknown);
/// assert_eq!(device.findings[0].likely_fix, Some(FixId::QueryBackupState));
/// assert_eq!(results.summary.at_risk, 1);
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn judge(
    fleet: &Fleet,
    reference_data: &ReferenceData<'_>,
    policy: &Policy,
    run: &RunInfo,
) -> Results {
    let fleet = &*with_vanished(fleet, reference_data.history, run.now);
    let devices = fleet.devices.iter();
    let clouds: Vec<IcloudEvidence<'_>> = devices
        .map(|device| IcloudEvidence::from_device(device, run.now))
        .collect();
    let policies = policies(fleet, policy);
    let index = FleetIndex::new(fleet, &clouds, reference_data, &policies, run.now);
    let run_days = reference_data
        .history
        .map(|history| RunDays::new(history, run.now));
    let pasts = pasts(fleet, reference_data);
    let mut waivers = Waivers::new(policy, run.now);
    let parts = fleet.devices.iter().zip(&clouds).zip(&pasts);
    let parts = parts.zip(&policies).enumerate();
    let contexts: Vec<DeviceContext<'_>> = parts
        .map(|(place, (((device, cloud), past), policy))| {
            DeviceContext::new(place, device, cloud, &index, policy, run.now)
                .with_history(run_days.as_ref(), *past)
        })
        .collect();
    let patterns = patterns(&contexts, reference_data, run.now);
    let shown = patterns
        .all()
        .iter()
        .map(|pattern| to_result(pattern, &contexts));
    let shown: Vec<Pattern> = shown.collect();
    let mut sources = SourceTable::default();
    let mut devices: Vec<Device> = contexts
        .into_iter()
        .map(|ctx| judge_device(&ctx.with_patterns(&patterns), &mut waivers, &mut sources))
        .collect();
    let sources = tables::sources(sources, &mut devices);
    let reasons = reasons::shared(&mut devices);
    let history = run_days
        .as_ref()
        .map(|run_days| compare::of_fleet(run_days, &devices, &pasts));
    devices.sort_by(summary::worst_first);
    let problems = problems(fleet, &devices);
    Results {
        schema_version: SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        run_id: run.run_id.clone(),
        scanned_at: run.now,
        scan_host: run.scan_host.clone(),
        policy: policy_used(policy, &policies),
        summary: summary::summary(&devices, &problems),
        fixes: tables::fixes(&devices, &shown, history.as_ref()),
        causes: tables::causes(&devices, &shown),
        reasons,
        sources,
        devices,
        problems,
        unmatched: facts::unmatched(fleet),
        hosts: facts::hosts(fleet),
        roots: facts::roots(fleet),
        exports: facts::exports(fleet),
        waivers: waivers.uses(),
        patterns: shown,
        history,
    }
}

/// The problems of the fleet and of every backup, each once.
fn problems(fleet: &Fleet, devices: &[Device]) -> Vec<Problem> {
    let of_backups = devices.iter().flat_map(|device| &device.backups);
    let of_backups = of_backups.flat_map(|backup| &backup.problems);
    summary::problems(fleet.problems.iter().chain(of_backups))
}

/// What is asked of each device of the fleet.
fn policies<'a>(fleet: &Fleet, policy: &'a Policy) -> Vec<Effective<'a>> {
    fleet
        .devices
        .iter()
        .map(|device| {
            let model = model_name(device);
            effective(policy, &subject(device, model.as_deref()))
        })
        .collect()
}

/// What earlier runs knew of each device of the fleet.
fn pasts<'a>(fleet: &Fleet, reference_data: &ReferenceData<'a>) -> Vec<Option<&'a PastDevice>> {
    let ids: Vec<_> = (fleet.devices.iter())
        .map(|device| DeviceIds::from_identity(&device.identity))
        .collect();
    match reference_data.history {
        Some(history) => history.matched(&ids),
        None => vec![None; ids.len()],
    }
}
