//! One device, step by step: facts, draft findings, swap verdict, cause and fix, waivers, history.
//! The device of the results is built once, from all of them.

use std::cmp::Reverse;

use fleetback_scanner::model::identity::{Identity, Udid};

use super::facts::DeviceFacts;
use super::waivers::Waivers;
use crate::assess::checks::all::assess;
use crate::assess::checks::planned_swap;
use crate::assess::context::DeviceContext;
use crate::assess::device_facts::iccid;
use crate::assess::draft_finding::DraftFinding;
use crate::assess::status::last_attempt;
use crate::diagnose::finding::diagnose;
use crate::history::compare::{self, JudgedNow};
use crate::history::incident::escalates;
use crate::policy::policy_for;
use crate::results::{
    Attempt, Code, Device, Finding, Listed, Severity, SourceTable, Standing, Status, Verdict,
    are_waived,
};
use crate::swap::rule_input::{OldDevice, RuleInput};
use crate::swap::verdict::{judge_rules, reason};
use crate::tables::os_releases::OsTables;
use crate::view::attention::urgency;

pub(crate) fn judge_device(
    ctx: &DeviceContext<'_>,
    waivers: &mut Waivers<'_>,
    sources: &mut SourceTable,
) -> Device {
    let facts = DeviceFacts::new(ctx, sources);
    let mut drafts = assess(ctx);
    let (verdict, reason) = swap_verdict(ctx, &facts, &drafts);
    drafts.extend(planned_swap::find(ctx, verdict, &reason));
    let mut findings: Vec<Finding> = drafts
        .into_iter()
        .map(|draft| diagnose(ctx, draft, sources))
        .collect();
    let (identity, group) = (&ctx.device.identity, ctx.policy.group);
    waivers.count_device(identity, group);
    waivers.apply(identity, group, &mut findings);
    findings.sort_by_key(open_and_worst_first);
    let mut device = device(ctx, facts, findings, verdict);
    if is_in_order(&device) {
        let remarks = device
            .findings
            .iter_mut()
            .filter(|finding| finding.severity == Severity::Info);
        remarks.for_each(without_fix);
    }
    device
}

/// A good backup in date, and nothing that needs attention.
fn is_in_order(device: &Device) -> bool {
    !device.listed_apart() && !device.status.is_at_risk() && urgency(device).is_none()
}

/// A device that is in order has nothing to be put right: what is said of it is a remark.
fn without_fix(finding: &mut Finding) {
    finding.likely_fix = None;
    finding.next_fix = None;
    finding.article_step = None;
    finding.focus = None;
    finding.history = None;
}

/// May the device be wiped, with no new device named, and why?
fn swap_verdict(
    ctx: &DeviceContext<'_>,
    facts: &DeviceFacts,
    drafts: &[DraftFinding],
) -> (Verdict, String) {
    let input = RuleInput {
        device: old_device(ctx, facts, drafts),
        policy: &policy_for(ctx.policy),
        releases: &OsTables::default(),
        read_at: ctx.now,
        now: ctx.now,
        target: None,
    };
    let (verdict, answers) = judge_rules(&input);
    let reason = reason(verdict, &answers, &input);
    (verdict, reason)
}

fn old_device<'a>(
    ctx: &DeviceContext<'_>,
    facts: &'a DeviceFacts,
    drafts: &'a [DraftFinding],
) -> OldDevice<'a> {
    let conflict = drafts
        .iter()
        .find(|draft| draft.code == Code::IdentityConflict);
    let evidence = conflict.and_then(|draft| draft.evidence.first());
    OldDevice {
        udid: facts.udid.as_deref(),
        serial_number: facts.serial_number.as_deref(),
        product_type: facts.product_type.as_deref(),
        os_version: facts.os_version.as_deref(),
        status: facts.status,
        max_age_days: ctx.policy.thresholds.stale_days,
        identity_conflict: evidence.map(|evidence| evidence.text.as_str()),
        backups: &facts.backups,
        icloud: &facts.icloud,
        mdm: facts.mdm.as_ref(),
    }
}

/// Findings that no waiver covers come first, so that reason and fix of a row are open ones.
fn open_and_worst_first(finding: &Finding) -> (bool, Reverse<Weight>, Code) {
    (
        finding.waived.is_some(),
        Reverse(Weight::of(finding)),
        finding.code,
    )
}

/// How much a finding weighs beside the others of its device. What keeps a device from a good backup
/// comes before "encrypt it" and "update iOS": neither helps while no backup is made.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Info,
    Warning,
    /// Encryption and updates, however bad they are.
    Improvement,
    NoGoodBackup,
    Error,
    Critical,
}

/// What makes a backup better and does not bring one about.
const IMPROVEMENTS: [Code; 2] = [Code::LocalNotEncrypted, Code::OsOutdated];

impl Weight {
    fn of(finding: &Finding) -> Self {
        let code = finding.code;
        let keeps_from_backup = code.about().bears_on_status || escalates(code);
        match finding.severity {
            Severity::Info => Self::Info,
            _ if IMPROVEMENTS.contains(&code) => Self::Improvement,
            Severity::Warning if keeps_from_backup => Self::NoGoodBackup,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
            Severity::Critical => Self::Critical,
        }
    }
}

fn device(
    ctx: &DeviceContext<'_>,
    facts: DeviceFacts,
    findings: Vec<Finding>,
    verdict: Verdict,
) -> Device {
    let identity = &ctx.device.identity;
    let person = ctx.device.person.as_ref();
    let judged = JudgedNow {
        status: facts.status,
        severity: worst_unwaived(&findings),
        findings: &findings,
    };
    let run_days = ctx.run_days;
    let standing = Standing {
        could_be_lost: could_be_lost(facts.status, ctx.listed(), &findings),
        status: facts.status,
        severity: judged.severity,
    };
    let since = run_days.map(|days| compare::since_then(days.history, ctx.past, standing));
    let since = since.unwrap_or_default();
    let history = run_days.map(|run_days| compare::of_device(run_days, ctx.past, judged, ctx.now));
    let good = facts.last_good_backup.as_ref();
    let as_attempt = good.map(Attempt::complete);
    Device {
        udid: facts.udid,
        serial_number: facts.serial_number,
        device_name: facts.device_name,
        product_type: facts.product_type,
        model: facts.model,
        os_version: facts.os_version,
        build_version: facts.build_version,
        os: facts.os,
        imei: facts.imei,
        other_imeis: (identity.imeis.iter().skip(1))
            .map(ToString::to_string)
            .collect(),
        meid: identity.meid.as_ref().map(ToString::to_string),
        ecid: outside_udid(identity),
        iccid: iccid(ctx.device),
        user: person.and_then(|p| p.user.clone()),
        email: person.and_then(|p| p.email.clone()),
        department: person.and_then(|p| p.department.clone()),
        site: person.and_then(|p| p.site.clone()),
        group: person.and_then(|p| p.group.clone()),
        tags: person.map(|p| p.tags.clone()).unwrap_or_default(),
        planned_swap: person.and_then(|p| p.planned_swap),
        could_be_lost: standing.could_be_lost,
        listed: ctx.listed(),
        status: facts.status,
        severity: judged.severity,
        age_days: good.map(|good| ctx.age(good.date).days()),
        last_good_backup: facts.last_good_backup,
        max_age_days: ctx.policy.thresholds.stale_days,
        policy_group: ctx.policy.group.map(str::to_owned),
        last_attempt: last_attempt(ctx).filter(|attempt| Some(attempt) != as_attempt.as_ref()),
        backups: facts.backups,
        icloud: facts.icloud,
        mdm: facts.mdm,
        in_inventory: ctx.fleet.has_inventory.then(|| !ctx.only_in_backups()),
        swap: Some(verdict.id().to_owned()),
        change: since.change,
        could_be_lost_then: since.could_be_lost_then,
        history,
        findings,
    }
}

/// The ECID where the UDID does not hold it.
fn outside_udid(identity: &Identity) -> Option<String> {
    let inside = identity.udid.as_ref().and_then(Udid::ecid);
    let ecid = identity.ecid().filter(|ecid| Some(*ecid) != inside);
    ecid.map(|ecid| ecid.to_string())
}

/// The one place where it is decided which devices the headline counts.
fn could_be_lost(status: Status, listed: Listed, findings: &[Finding]) -> bool {
    status.is_at_risk() && listed == Listed::Fleet && !are_waived(findings)
}

fn worst_unwaived(findings: &[Finding]) -> Option<Severity> {
    let unwaived = findings.iter().filter(|finding| finding.waived.is_none());
    unwaived.map(|finding| finding.severity).max()
}
