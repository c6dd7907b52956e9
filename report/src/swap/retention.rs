//! After the swap: which old backups must be kept because the new device has none of its own yet, and
//! which may go. Only said; nothing is ever deleted.

use fleetback_scanner::model::backup::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Retention;
use super::copies::{Copy, Worth, copies};
use super::evaluate::evidence;
use super::lookup::{Directory, Found};
use super::plan::{PlanCheck, check_plan};
use super::request::{PlanUsed, Run, SwapRequest};
use super::ticket::EvidenceUsed;
use crate::format;
use crate::results::{BackupKind, Device, DeviceRef, PolicyUsed, Results};

/// Everything that was asked, answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Afterwards")]
pub struct RetentionReport {
    /// The version of this shape.
    pub schema_version: u32,
    /// Version of the program that wrote it.
    pub tool_version: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What it was answered from.
    pub evidence: EvidenceUsed,
    /// The plan that was asked; `null` where devices were.
    #[serde(default)]
    pub plan: Option<PlanUsed>,
    /// One for each old device.
    pub swaps: Vec<RetentionEntry>,
}

/// One old device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "After")]
pub struct RetentionEntry {
    /// As it was typed.
    pub asked: String,
    /// The line of the plan that asks for it.
    #[serde(default)]
    pub plan_line: Option<u64>,
    /// The day for which the swap was planned: of the plan, else of the inventory.
    #[serde(default)]
    pub planned: Option<Date>,
    /// May its backups go?
    pub fate: Retention,
    /// Why, in one sentence.
    pub reason: String,
    /// The old device.
    pub old: Option<DeviceRef>,
    /// The new device.
    pub new: Option<DeviceRef>,
    /// The old device's local backups.
    pub backups: Vec<OldBackup>,
    /// Is there an iCloud backup of the old device too? Apple deletes it after 180 days.
    pub icloud: bool,
}

/// A folder that must be kept or may go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OldBackup {
    /// The folder.
    pub path: String,
    /// The computer.
    pub host: String,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// Its size, where a check found it.
    pub bytes: Option<u64>,
}

/// Answers everything that was asked.
pub fn afterwards(results: &Results, asked: &[SwapRequest], run: &Run) -> RetentionReport {
    let evidence = evidence(results, run);
    let directory = Directory::new(results);
    let check = check_plan(asked, &directory);
    RetentionReport {
        schema_version: crate::swap::ticket::SCHEMA_VERSION,
        tool_version: run.tool_version.clone(),
        asked_at: run.now,
        plan: run.plan.clone(),
        swaps: (asked.iter().zip(&check))
            .map(|(one, check)| after(&directory, one, check, (run.now, evidence.out_of_date())))
            .collect(),
        evidence,
    }
}

fn after(
    directory: &Directory<'_>,
    asked: &SwapRequest,
    check: &PlanCheck,
    (now, out_of_date): (Timestamp, bool),
) -> RetentionEntry {
    let old = match directory.find(&asked.text) {
        Found::One(device, _) => device,
        Found::Several(_) => return unknown(asked, "several devices fit what was typed"),
        Found::None => return unknown(asked, "no evidence knows the old device"),
    };
    let new = asked.target_spec.to.as_deref().map(|to| directory.find(to));
    let planned = asked.planned.or(old.planned_swap);
    let (fate, reason, new) = match (why_unknown(asked, check, out_of_date), new) {
        (Some(why), _) => (Retention::Unknown, why, None),
        (None, new) => {
            let policy = &directory.results().policy;
            of_new(old, new.as_ref(), planned, (policy, now))
        }
    };
    RetentionEntry {
        planned,
        fate,
        reason,
        old: Some(DeviceRef::from(old)),
        new: new.map(DeviceRef::from),
        backups: backups(old),
        icloud: old.icloud.last_date.is_some(),
        ..unknown(asked, "")
    }
}

/// Why it is unknown, whatever the devices are.
fn why_unknown(asked: &SwapRequest, check: &PlanCheck, out_of_date: bool) -> Option<String> {
    const OLD: &str = "the stored results are too old to rely on, or from the future";
    const DAY: &str =
        "the day of the plan could not be read, so what was backed up since is unknown";
    match check.conflicts.first() {
        _ if out_of_date => Some(OLD.to_owned()),
        Some(against) => Some(against.clone()),
        None => asked.day_unreadable.then(|| DAY.to_owned()),
    }
}

fn of_new<'a>(
    old: &Device,
    new: Option<&Found<'a>>,
    planned: Option<Date>,
    at: (&PolicyUsed, Timestamp),
) -> (Retention, String, Option<&'a Device>) {
    match new {
        None => (
            Retention::Unknown,
            "no new device was named; name it with --to".to_owned(),
            None,
        ),
        Some(Found::One(new, _)) => of_pair(old, new, planned, at),
        Some(Found::Several(_)) => (
            Retention::Unknown,
            "several devices fit what was named as the new one".to_owned(),
            None,
        ),
        Some(Found::None) => (
            Retention::Keep,
            "no evidence knows the new device yet".to_owned(),
            None,
        ),
    }
}

fn of_pair<'a>(
    old: &Device,
    new: &'a Device,
    planned: Option<Date>,
    at: (&PolicyUsed, Timestamp),
) -> (Retention, String, Option<&'a Device>) {
    let since = since(old, planned);
    let own = copies(&new.backups, &new.icloud)
        .into_iter()
        .filter(|copy| copy.worth < Worth::Unproven && since.is_none_or(|since| copy.date > since))
        .max_by_key(|copy| copy.date);
    let (fate, reason) = match own {
        Some(copy) => (
            Retention::MayGo,
            format!("the new device has {}", describe(&copy, at.0.of(new), at.1)),
        ),
        None => (Retention::Keep, why_not(new)),
    };
    (fate, reason, Some(new))
}

/// A backup of the new device counts when it was made after the old device's last one, and after the
/// day of the swap: one of that day may be of what was on it before.
fn since(old: &Device, planned: Option<Date>) -> Option<Timestamp> {
    let day_after = planned.and_then(|day| day.checked_add(1.day()).ok());
    let day_after = day_after.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    let last = copies(&old.backups, &old.icloud)
        .iter()
        .map(|copy| copy.date)
        .max();
    last.max(day_after.map(|start| start.timestamp()))
}

fn why_not(new: &Device) -> String {
    let unproven = copies(&new.backups, &new.icloud)
        .iter()
        .any(|copy| copy.worth >= Worth::Unproven);
    let made = if unproven {
        "it has a backup, and it is not proven that it could be restored"
    } else {
        "it has no complete backup of its own since the swap"
    };
    format!("the new device is known, and {made}")
}

fn describe(copy: &Copy<'_>, policy: &PolicyUsed, now: Timestamp) -> String {
    let kind = match copy.kind() {
        BackupKind::Local => "a complete backup on a computer",
        BackupKind::Icloud => "an iCloud backup",
    };
    let limits = policy.age_limits();
    let age = format::age(copy.date, now, &limits).words();
    format!("{kind} of its own, {age} old")
}

fn backups(old: &Device) -> Vec<OldBackup> {
    let real = old
        .backups
        .iter()
        .filter(|backup| backup.state != State::Fake);
    real.map(|backup| OldBackup {
        path: backup.path.to_string_lossy().into_owned(),
        host: backup.host.clone(),
        completed_at: backup.completed_at,
        bytes: backup.files.and_then(|files| files.bytes),
    })
    .collect()
}

fn unknown(asked: &SwapRequest, reason: &str) -> RetentionEntry {
    RetentionEntry {
        asked: asked.text.clone(),
        plan_line: asked.line,
        planned: asked.planned,
        fate: Retention::Unknown,
        reason: reason.to_owned(),
        old: None,
        new: None,
        backups: Vec::new(),
        icloud: false,
    }
}
