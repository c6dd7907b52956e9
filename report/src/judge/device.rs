//! One device: facts, findings, swap verdict, waivers, history.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::facts;
use super::support_request::packet;
use super::waivers::Waivers;
use crate::assess::checks::all::assess;
use crate::assess::checks::planned_swap;
use crate::assess::context::Case;
use crate::diagnose::finding::diagnose;
use crate::format::Word;
use crate::history::compare;
use crate::history::run_days::Nights;
use crate::policy::policy_for;
use crate::results::{Device, Finding, FixId, Severity};
use crate::swap::question::Question;
use crate::swap::verdict::{of_device, reason};
use crate::tables::os_releases::OsTables;

pub(crate) fn judge_device(case: &Case<'_>, waivers: &mut Waivers<'_>) -> Device {
    let drafts = assess(case).into_iter();
    let mut findings: Vec<Finding> = drafts.map(|draft| diagnose(case, draft)).collect();
    waivers.meet(&case.device.identity, case.policy.group);
    waivers.apply(&case.device.identity, case.policy.group, &mut findings);
    let mut judged = facts::device(case, findings);
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
        change: compare::change(nights.history, case.past, &device),
        history: Some(compare::of_device(nights, case.past, &device, case.now)),
        ..device
    }
}

/// What the swap desk says of the judged device, with no new device named; a finding where its swap is
/// due.
fn ask_swap_desk(case: &Case<'_>, device: &mut Device, waivers: &mut Waivers<'_>) {
    let question = Question {
        device,
        policy: &policy_for(case.policy),
        releases: &OsTables::default(),
        read_at: case.now,
        now: case.now,
        target: None,
    };
    let (verdict, answers) = of_device(&question);
    let reason = reason(verdict, &answers, &question);
    let found = planned_swap::find(case, verdict, &reason).map(|draft| diagnose(case, draft));
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
