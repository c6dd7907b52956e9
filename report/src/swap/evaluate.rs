//! Answers what was asked: one ticket for each device, and the sums over all.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fleetback_scanner::model::problem::Level;

use super::answer::Outcome;
use super::copies::Copy;
use super::lookup::{Directory, Found, MatchedBy};
use super::plan::{PlanCheck, check_plan};
use super::request::{Run, SwapRequest};
use super::rule_input::RuleInput;
use super::rules::RULES;
use super::target::Target;
use super::ticket::{
    Blocker, EvidenceUsed, RestoreFrom, SCHEMA_VERSION, Ticket, TicketSummary, Tickets,
};
use super::verdict::{judge_rules, reason};
use crate::format::{self, plural};
use crate::results::{Device, DeviceRef, Results, Verdict};
use crate::tables::os_releases::OsTables;

/// Answers everything that was asked.
pub fn tickets(results: &Results, asked: &[SwapRequest], run: &Run) -> Tickets {
    let directory = Directory::new(results);
    let releases = OsTables::from_feed(run.os_feed.as_ref());
    let check = check_plan(asked, &directory);
    let swaps = asked.iter().zip(check);
    let swaps: Vec<Ticket> = swaps
        .map(|(request, check)| within_plan(ticket(&directory, request, (run, &releases)), check))
        .collect();
    Tickets {
        schema_version: SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        asked_at: run.now,
        evidence: evidence(results, run),
        limit_hours: results.policy.swap_hours,
        losses_accepted: run.losses_accepted,
        plan: run.plan.clone(),
        summary: sums(&swaps),
        swaps,
    }
}

/// Where the evidence came from, and whether it is out of date.
pub fn evidence(results: &Results, run: &Run) -> EvidenceUsed {
    let limit = super::rule_input::hours(results.policy.swap_hours);
    let policy = &results.policy;
    let limits = policy.age_limits();
    EvidenceUsed {
        from: run.from,
        path: run.path.clone(),
        read_at: results.scanned_at,
        age: format::age(results.scanned_at, run.now, &limits).words(),
        scan_host: results.scan_host.clone(),
        too_old: !super::copies::is_young(results.scanned_at, run.now, limit),
        from_the_future: super::copies::is_ahead(results.scanned_at, run.now),
        unread: unread(results),
    }
}

fn unread(results: &Results) -> u64 {
    let lost = results
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Incomplete);
    lost.count() as u64
}

/// A row that another one contradicts is never ready: which of the two is meant is unknown.
fn within_plan(ticket: Ticket, check: PlanCheck) -> Ticket {
    let ready = matches!(ticket.verdict, Verdict::Ready | Verdict::ReadyWithLosses);
    let (verdict, reason) = match check.conflicts.first() {
        Some(against) if ready => (Verdict::Unknown, against.clone()),
        _ => (ticket.verdict, ticket.reason.clone()),
    };
    Ticket {
        verdict,
        reason,
        plan_contradicts: check.conflicts,
        plan_notes: check.notes,
        ..ticket
    }
}

fn ticket(directory: &Directory<'_>, asked: &SwapRequest, run: (&Run, &OsTables<'_>)) -> Ticket {
    match directory.find(&asked.text) {
        Found::One(device, by) => of_known_device(directory, asked, run, (device, by)),
        Found::Several(devices) => Ticket {
            reason: format!(
                "{} fit; name one of them by its serial number or UDID",
                plural(devices.len() as u64, "device", "devices")
            ),
            candidates: devices.into_iter().map(DeviceRef::from).collect(),
            ..empty(asked)
        },
        Found::None => Ticket {
            reason: nobody_knows(directory.results()),
            ..empty(asked)
        },
    }
}

fn nobody_knows(results: &Results) -> String {
    let reason = "no backup, MDM document or inventory that was read knows this device";
    match unread(results) {
        0 => reason.to_owned(),
        n => format!(
            "{reason}; {} could not be read",
            plural(n, "thing", "things")
        ),
    }
}

fn of_known_device(
    directory: &Directory<'_>,
    asked: &SwapRequest,
    (run, releases): (&Run, &OsTables<'_>),
    found: (&Device, MatchedBy),
) -> Ticket {
    let (device, by) = found;
    let results = directory.results();
    let target = Target::resolve(directory, device, &asked.target_spec);
    let input = RuleInput {
        device: device.into(),
        policy: results.policy.of(device),
        releases,
        read_at: results.scanned_at,
        now: run.now,
        target: target.as_ref(),
    };
    let (verdict, answers) = judge_rules(&input);
    Ticket {
        planned: asked.planned.or(device.planned_swap),
        user: asked.user.clone().or_else(|| device.user.clone()),
        verdict,
        reason: reason(verdict, &answers, &input),
        device: Some(DeviceRef::from(device)),
        matched_by: Some(by),
        restore_from: input.chosen().map(|copy| restore_from(&copy, &input)),
        answers,
        target,
        ..empty(asked)
    }
}

fn empty(asked: &SwapRequest) -> Ticket {
    Ticket {
        asked: asked.text.clone(),
        plan_line: asked.line,
        planned: asked.planned,
        user: asked.user.clone(),
        verdict: Verdict::Unknown,
        reason: String::new(),
        device: None,
        matched_by: None,
        candidates: Vec::new(),
        target: None,
        restore_from: None,
        answers: Vec::new(),
        plan_contradicts: Vec::new(),
        plan_notes: Vec::new(),
    }
}

fn restore_from(copy: &Copy<'_>, input: &RuleInput<'_>) -> RestoreFrom {
    RestoreFrom {
        kind: copy.kind(),
        date: copy.date,
        age: input.age(copy.date),
        host: copy.backup.map(|backup| backup.host.clone()),
        path: copy
            .backup
            .map(|backup| backup.path.to_string_lossy().into_owned()),
        encrypted: copy.backup.and_then(|backup| backup.encrypted),
    }
}

fn sums(tickets: &[Ticket]) -> TicketSummary {
    let mut verdicts: BTreeMap<_, _> = Verdict::ALL.map(|verdict| (verdict, 0)).into();
    for ticket in tickets {
        *verdicts.entry(ticket.verdict).or_default() += 1;
    }
    TicketSummary {
        devices: tickets.len() as u64,
        verdicts,
        blockers: blockers(tickets),
    }
}

fn blockers(tickets: &[Ticket]) -> Vec<Blocker> {
    let blocks = |ticket: &&Ticket, id: &str| {
        ticket
            .answers
            .iter()
            .any(|answer| answer.rule == id && answer.answer == Outcome::Blocks)
    };
    let mut all: Vec<Blocker> = RULES
        .iter()
        .map(|rule| Blocker {
            rule: rule.id.to_owned(),
            asks: rule.asks.to_owned(),
            devices: tickets
                .iter()
                .filter(|ticket| blocks(ticket, rule.id))
                .count() as u64,
        })
        .filter(|blocker| blocker.devices > 0)
        .collect();
    all.sort_by_key(|blocker| Reverse(blocker.devices));
    all
}
