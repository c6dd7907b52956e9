//! What the swap check says: one ticket for each device that was asked for, and the sums over all.
//!
//! A stable format for ticket systems, like the results: fields may be added, none changes its meaning,
//! unknown is `null`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::lookup::MatchedBy;
use super::request::{EvidenceFrom, PlanUsed};
use super::target::Target;
use crate::results::{BackupKind, DeviceRef, Verdict};

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
    /// Were losses accepted beforehand (`--accept-losses`)?
    #[serde(default)]
    pub losses_accepted: bool,
    /// The plan that was asked; `null` where devices were.
    #[serde(default)]
    pub plan: Option<PlanUsed>,
    /// The sums.
    pub summary: TicketSummary,
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
    /// How old it was when it was asked: "3 hours".
    #[serde(default)]
    pub age: String,
    /// The computer that read it.
    pub scan_host: String,
    /// Is it too old to say anything?
    pub too_old: bool,
    /// Was it read later than now, so that a clock is wrong and its age unknown?
    #[serde(default)]
    pub from_the_future: bool,
    /// Things that should have been readable and were not.
    pub unread: u64,
}

impl Tickets {
    /// May the device be erased: ready, or ready with losses that were accepted?
    pub fn may_erase(&self, ticket: &Ticket) -> bool {
        match ticket.verdict {
            Verdict::Ready => true,
            Verdict::ReadyWithLosses => self.losses_accepted,
            Verdict::NotReady | Verdict::Unknown => false,
        }
    }
}

impl EvidenceUsed {
    /// Can none of it be relied on?
    pub(crate) fn out_of_date(&self) -> bool {
        self.too_old || self.from_the_future
    }
}

/// Totals over the tickets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Sums")]
pub struct TicketSummary {
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
    pub device: Option<DeviceRef>,
    /// What it was recognised by.
    pub matched_by: Option<MatchedBy>,
    /// The devices that fit, where several do.
    pub candidates: Vec<DeviceRef>,
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
    /// How old it was when it was asked: "9 hours".
    #[serde(default)]
    pub age: String,
    /// The computer; `null` for iCloud.
    pub host: Option<String>,
    /// The folder; `null` for iCloud.
    pub path: Option<String>,
    /// Is it encrypted? `null` for iCloud.
    pub encrypted: Option<bool>,
}
