//! Fleet x knowledge x policy x now -> results: the only place where facts become verdicts.

use std::cmp::Reverse;

use fleetback_scanner::model::fleet::Fleet;
use jiff::Timestamp;

use crate::assess::case::{Case, subject};
use crate::assess::cloud::Cloud;
use crate::assess::fleet_view::FleetView;
use crate::assess::planned;
use crate::assess::rules::assess;
use crate::diagnose::likely::{diagnose, rows_of};
use crate::format::Word;
use crate::hand_over::packet;
use crate::history::{Numbers, PastDevice};
use crate::knowledge::Knowledge;
use crate::nights::Nights;
use crate::pattern::find::patterns;
use crate::pattern::tell::told;
use crate::policy::{Demand, Effective, Group, Policy, effective};
use crate::results::{
    Code, Confidence, Device, Finding, FixId, GroupUsed, PolicyUsed, Results, SCHEMA_VERSION,
    Severity,
};
use crate::swap::question::Question;
use crate::swap::verdict::{of_device, reason};
use crate::tables::os_releases::OsTables;
use crate::waive::Waivers;
use crate::{portrait, remember, rollup};

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
pub fn judge(fleet: &Fleet, knowledge: &Knowledge<'_>, policy: &Policy, run: &RunInfo) -> Results {
    let clouds: Vec<Cloud<'_>> = fleet
        .devices
        .iter()
        .map(|device| Cloud::of(device, run.now))
        .collect();
    let policies = policies(fleet, policy);
    let view = FleetView::of(fleet, &clouds, knowledge, &policies, run.now);
    let nights = knowledge
        .history
        .map(|history| Nights::of(history, run.now));
    let pasts = pasts(fleet, knowledge);
    let mut waivers = Waivers::of(policy, run.now);
    let known = fleet.devices.iter().zip(&clouds).zip(&pasts);
    let known = known.zip(&policies).enumerate();
    let cases: Vec<Case<'_>> = known
        .map(|(index, (((device, cloud), past), policy))| {
            Case::of(index, device, cloud, &view, policy, run.now).after(nights.as_ref(), *past)
        })
        .collect();
    let patterns = patterns(&cases, knowledge, run.now);
    let told = patterns.all().iter().map(|found| told(found, &cases));
    let told = told.collect();
    let mut devices: Vec<Device> = cases
        .into_iter()
        .map(|case| judge_device(&case.within(&patterns), &mut waivers))
        .collect();
    let history = nights
        .as_ref()
        .map(|nights| remember::of_fleet(nights, &devices, &pasts));
    let used = policy_used(policy, &policies);
    devices.sort_by(rollup::worst_first);
    let of_backups = devices.iter().flat_map(|device| &device.backups);
    let of_backups = of_backups.flat_map(|backup| &backup.problems);
    let problems = rollup::problems(fleet.problems.iter().chain(of_backups));
    Results {
        schema_version: SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        run_id: run.run_id.clone(),
        scanned_at: run.now,
        scan_host: run.scan_host.clone(),
        policy: used,
        summary: rollup::summary(&devices, &problems),
        devices,
        problems,
        unmatched: portrait::unmatched(fleet),
        hosts: portrait::hosts(fleet),
        roots: portrait::roots(fleet),
        waivers: waivers.uses(),
        patterns: told,
        history,
    }
}

/// What is asked of each device of the fleet.
fn policies<'a>(fleet: &Fleet, policy: &'a Policy) -> Vec<Effective<'a>> {
    let devices = fleet.devices.iter();
    devices
        .map(|device| {
            let model = portrait::model_name(device);
            effective(policy, &subject(device, model.as_deref()))
        })
        .collect()
}

/// What earlier runs knew of each device of the fleet.
fn pasts<'a>(fleet: &Fleet, knowledge: &Knowledge<'a>) -> Vec<Option<&'a PastDevice>> {
    let numbers: Vec<_> = (fleet.devices.iter())
        .map(|device| Numbers::of(&device.identity))
        .collect();
    match knowledge.history {
        Some(history) => history.matched(&numbers),
        None => vec![None; numbers.len()],
    }
}

fn judge_device(case: &Case<'_>, waivers: &mut Waivers<'_>) -> Device {
    let drafts = assess(case).into_iter();
    let mut findings: Vec<Finding> = drafts.map(|draft| diagnose(case, draft)).collect();
    waivers.meet(&case.device.identity, case.policy.group);
    waivers.apply(&case.device.identity, case.policy.group, &mut findings);
    let mut judged = portrait::device(case, findings);
    ask_swap_desk(case, &mut judged, waivers);
    // What nobody has decided to live with comes first, so that reason and fix of a row are open.
    let rank = |finding: &Finding| {
        (
            finding.waived.is_some(),
            Reverse(finding.severity),
            finding.code,
        )
    };
    judged.findings.sort_by_key(rank);
    judged.severity = worst_unwaived(&judged.findings);
    let mut judged = match case.nights {
        Some(nights) => remembered(case, nights, judged),
        None => judged,
    };
    add_hand_over(&mut judged, case.now);
    judged
}

/// The same device with what earlier nights add.
fn remembered(case: &Case<'_>, nights: &Nights<'_>, device: Device) -> Device {
    Device {
        change: remember::change(nights.history, case.past, &device),
        history: Some(remember::of_device(nights, case.past, &device, case.now)),
        ..device
    }
}

/// What the swap desk says of the judged device, with no new device named; a finding where its swap is
/// due.
fn ask_swap_desk(case: &Case<'_>, device: &mut Device, waivers: &mut Waivers<'_>) {
    let question = Question {
        device,
        policy: &asked(case.policy),
        releases: &OsTables::default(),
        read_at: case.now,
        now: case.now,
        target: None,
    };
    let (verdict, answers) = of_device(&question);
    let reason = reason(verdict, &answers, &question);
    let found = planned::find(case, verdict, &reason).map(|draft| diagnose(case, draft));
    let mut found: Vec<_> = found.into_iter().collect();
    waivers.apply(&case.device.identity, case.policy.group, &mut found);
    device.swap = Some(verdict.code().to_owned());
    device.findings.append(&mut found);
}

/// What Apple Support is handed needs the whole device, so it is written last.
fn add_hand_over(device: &mut Device, now: Timestamp) {
    let for_apple = |finding: &Finding| finding.likely_fix.id == FixId::ContactAppleSupport;
    let packets: Vec<_> = device
        .findings
        .iter()
        .map(|finding| for_apple(finding).then(|| packet(device, finding, now)))
        .collect();
    for (finding, packet) in device.findings.iter_mut().zip(packets) {
        finding.likely_fix.hand_over = packet;
    }
}

fn worst_unwaived(findings: &[Finding]) -> Option<Severity> {
    let unwaived = findings.iter().filter(|finding| finding.waived.is_none());
    unwaived.map(|finding| finding.severity).max()
}

/// What was asked of the devices of no group, and of those of each group.
fn policy_used(policy: &Policy, of_devices: &[Effective<'_>]) -> PolicyUsed {
    let group_used = |group: &Group| GroupUsed {
        name: group.name.clone(),
        devices: members(&group.name, of_devices),
        policy: asked(&Effective::of_group(policy, group)),
    };
    PolicyUsed {
        waiver_warning_days: Some(policy.waiver_warning_days),
        groups: policy.groups.iter().map(group_used).collect(),
        ..asked(&Effective::of_everybody(policy))
    }
}

fn members(group: &str, of_devices: &[Effective<'_>]) -> u64 {
    let members = of_devices.iter().filter(|one| one.group == Some(group));
    members.count() as u64
}

fn asked(asked: &Effective<'_>) -> PolicyUsed {
    let (limits, backups) = (&asked.thresholds, &asked.backups);
    PolicyUsed {
        name: asked.name.to_owned(),
        aging_days: limits.aging_days,
        stale_days: limits.stale_days,
        critical_days: limits.critical_days,
        inventory_trusted_days: limits.inventory_trusted_days,
        icloud: backups.icloud.word().to_owned(),
        local: backups.local.word().to_owned(),
        encryption_required: backups.encryption == Demand::Required,
        password_required: backups.password == Demand::Required,
        swap_hours: limits.swap_hours,
        icloud_expiring_days: limits.icloud_expiring_days,
        icloud_ignored_days: limits.icloud_ignored_days,
        preset: Some(asked.preset.word().to_owned()),
        verification: Some(backups.verification.word().to_owned()),
        verification_days: Some(limits.verification_days),
        os_required: Some(asked.os.currency == Demand::Required),
        os_grace_days: Some(asked.os.grace_days),
        waiver_warning_days: None,
        groups: Vec::new(),
    }
}
