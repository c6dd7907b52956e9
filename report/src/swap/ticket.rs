//! What the swap desk says: one ticket for each device that was asked for, and the sums over all.
//!
//! A promise to ticket systems, like the results: fields may be added, none changes its meaning,
//! unknown is `null`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::model::problem::Level;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Outcome};
use super::copies::Copy;
use super::lookup::{Directory, Found, MatchedBy};
use super::plan::{PlanUsed, Said, said};
use super::question::Question;
use super::rules::RULES;
use super::target::{Target, Wish};
use super::verdict::{of_device, reason};
use crate::format::plural;
use crate::results::{BackupKind, Device, Results, Verdict, Who, who};
use crate::tables::os_releases::OsTables;

/// The version of this shape; raised only when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that was asked, answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tickets {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the program that wrote it.
    pub tool_version: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What it was answered from.
    pub evidence: EvidenceUsed,
    /// A backup older than this, in hours, does not do.
    pub limit_hours: f64,
    /// The plan that was asked; `null` where devices were.
    #[serde(default)]
    pub plan: Option<PlanUsed>,
    /// The sums.
    pub summary: Sums,
    /// One for each device, in the order in which they were asked for.
    pub swaps: Vec<Ticket>,
}

/// Where the evidence came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceUsed {
    /// Read right now, or by an earlier scan.
    pub from: EvidenceFrom,
    /// The stored results; `null` where the evidence was read right now.
    pub path: Option<String>,
    /// When it was read.
    pub read_at: Timestamp,
    /// The computer that read it.
    pub scan_host: String,
    /// Is it too old to say anything?
    pub too_old: bool,
    /// Things that should have been readable and were not.
    pub unread: u64,
}

/// Read right now, or by an earlier scan?
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceFrom {
    /// Backups and exports were read for this question.
    Live,
    /// The results of a scan were.
    Stored,
}

/// Sums over the tickets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sums {
    /// Tickets.
    pub devices: u64,
    /// By verdict; every verdict is there, also with 0.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// What stands in the way of most devices, most first.
    pub blockers: Vec<Blocker>,
}

/// A rule and how many devices it blocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Blocker {
    /// The rule.
    pub rule: String,
    /// What it asks.
    pub asks: String,
    /// Devices that it blocks.
    pub devices: u64,
}

/// One device that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// As it was typed.
    pub asked: String,
    /// The line of the plan that asks for it.
    pub plan_line: Option<u64>,
    /// The day on which the swap is planned: of the plan, else of the inventory.
    pub planned: Option<Date>,
    /// Whose it is: of the plan, else of the inventory.
    pub user: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The device; `null` where none or several fit.
    pub device: Option<Who>,
    /// What it was recognised by.
    pub matched_by: Option<MatchedBy>,
    /// The devices that fit, where several do.
    pub candidates: Vec<Who>,
    /// What the backup would be restored to.
    pub target: Option<Target>,
    /// The copy that should be restored.
    pub restore_from: Option<RestoreFrom>,
    /// Every rule's answer, what stands in the way first.
    pub answers: Vec<Answer>,
    /// What other rows of the plan say against this one: it is never ready then.
    #[serde(default)]
    pub plan_contradicts: Vec<String>,
    /// What else is worth knowing of this row of the plan.
    #[serde(default)]
    pub plan_notes: Vec<String>,
}

/// The copy that should be restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreFrom {
    /// Local or iCloud.
    pub kind: BackupKind,
    /// When it was completed.
    pub date: Timestamp,
    /// The computer; `null` for iCloud.
    pub host: Option<String>,
    /// The folder; `null` for iCloud.
    pub path: Option<String>,
    /// Is it encrypted? `null` for iCloud.
    pub encrypted: Option<bool>,
}

/// One device to ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// What was typed.
    pub text: String,
    /// The new device.
    pub wish: Wish,
    /// Whose it is, by the plan.
    pub user: Option<String>,
    /// When it is planned, by the plan.
    pub planned: Option<Date>,
    /// Does the plan say something for the day that is none, or that may be two?
    pub day_unreadable: bool,
    /// The line of the plan.
    pub line: Option<u64>,
}

/// What the command line knows.
#[derive(Debug, Clone)]
pub struct Run {
    /// The clock.
    pub now: Timestamp,
    /// Version of the program.
    pub tool_version: String,
    /// Live or stored.
    pub from: EvidenceFrom,
    /// The stored results.
    pub path: Option<String>,
    /// The plan that the questions come from.
    pub plan: Option<PlanUsed>,
    /// Which versions of iOS there are; without it the built-in table answers.
    pub os_feed: Option<OsFeed>,
}

/// Answers everything that was asked.
pub fn tickets(results: &Results, asked: &[Asked], run: &Run) -> Tickets {
    let directory = Directory::of(results);
    let releases = OsTables::of(run.os_feed.as_ref());
    let said = said(asked, &directory);
    let swaps = asked.iter().zip(said);
    let swaps: Vec<Ticket> = swaps
        .map(|(one, said)| within_plan(ticket(&directory, one, (run, &releases)), said))
        .collect();
    Tickets {
        schema_version: SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        asked_at: run.now,
        evidence: evidence(results, run),
        limit_hours: results.policy.swap_hours,
        plan: run.plan.clone(),
        summary: sums(&swaps),
        swaps,
    }
}

/// Where the evidence came from, and whether it is too old.
pub fn evidence(results: &Results, run: &Run) -> EvidenceUsed {
    let limit = super::question::hours(results.policy.swap_hours);
    EvidenceUsed {
        from: run.from,
        path: run.path.clone(),
        read_at: results.scanned_at,
        scan_host: results.scan_host.clone(),
        too_old: !super::copies::is_young(results.scanned_at, run.now, limit),
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

/// A row that another one contradicts is never ready: nobody can tell which of the two is meant.
fn within_plan(ticket: Ticket, said: Said) -> Ticket {
    let ready = matches!(ticket.verdict, Verdict::Ready | Verdict::ReadyWithLosses);
    let (verdict, reason) = match said.against.first() {
        Some(against) if ready => (Verdict::Unknown, against.clone()),
        _ => (ticket.verdict, ticket.reason.clone()),
    };
    Ticket {
        verdict,
        reason,
        plan_contradicts: said.against,
        plan_notes: said.beside,
        ..ticket
    }
}

fn ticket(directory: &Directory<'_>, asked: &Asked, run: (&Run, &OsTables<'_>)) -> Ticket {
    match directory.find(&asked.text) {
        Found::One(device, by) => of_one(directory, asked, run, (device, by)),
        Found::Several(devices) => Ticket {
            reason: format!(
                "{} fit; name one of them by its serial number or UDID",
                plural(devices.len() as u64, "device", "devices")
            ),
            candidates: devices.into_iter().map(who).collect(),
            ..empty(asked)
        },
        Found::None => Ticket {
            reason: nobody_knows(directory.results()),
            ..empty(asked)
        },
    }
}

fn nobody_knows(results: &Results) -> String {
    let told = "no backup, no MDM document and no inventory that was read knows this device";
    match unread(results) {
        0 => told.to_owned(),
        n => format!("{told}; {} could not be read", plural(n, "thing", "things")),
    }
}

fn of_one(
    directory: &Directory<'_>,
    asked: &Asked,
    (run, releases): (&Run, &OsTables<'_>),
    found: (&Device, MatchedBy),
) -> Ticket {
    let (device, by) = found;
    let results = directory.results();
    let target = Target::of(directory, device, &asked.wish);
    let question = Question {
        device,
        policy: results.policy.of(device),
        releases,
        read_at: results.scanned_at,
        now: run.now,
        target: target.as_ref(),
    };
    let (verdict, answers) = of_device(&question);
    Ticket {
        planned: asked.planned.or(device.planned_swap),
        user: asked.user.clone().or_else(|| device.user.clone()),
        verdict,
        reason: reason(verdict, &answers, &question),
        device: Some(who(device)),
        matched_by: Some(by),
        restore_from: question.chosen().map(|copy| restore_from(&copy)),
        answers,
        target,
        ..empty(asked)
    }
}

fn empty(asked: &Asked) -> Ticket {
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

fn restore_from(copy: &Copy<'_>) -> RestoreFrom {
    RestoreFrom {
        kind: copy.kind(),
        date: copy.date,
        host: copy.backup.map(|backup| backup.host.clone()),
        path: copy
            .backup
            .map(|backup| backup.path.to_string_lossy().into_owned()),
        encrypted: copy.backup.and_then(|backup| backup.encrypted),
    }
}

fn sums(tickets: &[Ticket]) -> Sums {
    let mut verdicts: BTreeMap<_, _> = Verdict::ALL.map(|verdict| (verdict, 0)).into();
    for ticket in tickets {
        *verdicts.entry(ticket.verdict).or_default() += 1;
    }
    Sums {
        devices: tickets.len() as u64,
        verdicts,
        blockers: blockers(tickets),
    }
}

fn blockers(tickets: &[Ticket]) -> Vec<Blocker> {
    let blocks = |ticket: &&Ticket, id: &str| {
        let mut answers = ticket.answers.iter();
        answers.any(|answer| answer.rule == id && answer.answer == Outcome::Blocks)
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
