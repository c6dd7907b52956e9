//! What a ticket says to people, decided once: its headline, its lists, its row in a table.

use fleetback_scanner::model::problem::Problem;
use jiff::tz::TimeZone;

use super::cell::Cell;
use crate::format::{self, plural};
use crate::results::{DeviceRef, Verdict};
use crate::swap::answer::{Answer, Outcome, Retention, WaitsFor};
use crate::swap::request::{EvidenceFrom, PlanUsed};
use crate::swap::retention::{RetentionEntry, RetentionReport};
use crate::swap::target::Target;
use crate::swap::ticket::{Blocker, EvidenceUsed, RestoreFrom, Ticket, Tickets};

/// Answers under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// "Blockers".
    pub title: &'static str,
    /// What it means for the person who does the swap.
    pub tone: Tone,
    /// The answers, in their order.
    pub answers: Vec<&'a Answer>,
}

/// How a list of answers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Stop.
    Stop,
    /// Take care.
    Care,
    /// To be ticked off.
    Tick,
    /// Nothing to do.
    Calm,
}

struct Heading {
    title: &'static str,
    tone: Tone,
    holds: fn(&Answer) -> bool,
}

/// Every answer stands under the first heading that it fits.
const HEADINGS: [Heading; 7] = [
    Heading {
        title: "Blockers",
        tone: Tone::Stop,
        holds: |answer| answer.answer == Outcome::Blocks,
    },
    Heading {
        title: "Unknown, must be clarified",
        tone: Tone::Stop,
        holds: |answer| answer.decides,
    },
    Heading {
        title: "Will be lost",
        tone: Tone::Care,
        holds: |answer| answer.answer == Outcome::Loses,
    },
    Heading {
        title: "Worth knowing",
        tone: Tone::Care,
        holds: |answer| answer.answer == Outcome::Warns,
    },
    Heading {
        title: "Check manually",
        tone: Tone::Tick,
        holds: |answer| answer.by_hand,
    },
    Heading {
        title: "Not checked yet",
        tone: Tone::Calm,
        holds: |answer| answer.waits_for.is_some(),
    },
    Heading {
        title: "In order",
        tone: Tone::Calm,
        holds: |_| true,
    },
];

/// The answers of a ticket under their headings; headings without an answer are left out.
pub fn groups(ticket: &Ticket) -> Vec<Group<'_>> {
    let place = |answer: &Answer| HEADINGS.iter().position(|heading| (heading.holds)(answer));
    let group = |(index, heading): (usize, &Heading)| Group {
        title: heading.title,
        tone: heading.tone,
        answers: ticket
            .answers
            .iter()
            .filter(|answer| place(answer) == Some(index))
            .collect(),
    };
    let groups = HEADINGS.iter().enumerate().map(group);
    groups.filter(|group| !group.answers.is_empty()).collect()
}

/// "NOT READY: iPhone von Marta (P447292248)". Untrusted text is in it.
pub fn headline(ticket: &Ticket) -> String {
    format!("{}: {}", ticket.verdict.label(), subject(ticket))
}

/// "iPhone von Marta (P447292248)", or what was typed.
pub fn subject(ticket: &Ticket) -> String {
    match &ticket.device {
        Some(who) => name(who),
        None => format!("\"{}\"", ticket.asked),
    }
}

/// "iPhone von Marta (P447292248)".
pub fn name(who: &DeviceRef) -> String {
    let number = [&who.serial_number, &who.udid, &who.imei]
        .into_iter()
        .flatten()
        .next();
    match (&who.device_name, number) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(text), None) | (None, Some(text)) => text.clone(),
        (None, None) => "a device without a number".to_owned(),
    }
}

/// "iPhone 11, iOS 18.6.2".
pub fn make(who: &DeviceRef) -> String {
    let os = format::os_version(who.product_type.as_deref(), who.os_version.as_deref());
    let model = who.model.clone().or_else(|| who.product_type.clone());
    [model, os]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// "iPhone 11, iOS 18.6.2, Tomás Herrera, Sales".
pub fn about(who: &DeviceRef, user: Option<&str>) -> String {
    let user = user.map(str::to_owned).or_else(|| who.user.clone());
    let make = Some(make(who)).filter(|make| !make.is_empty());
    let parts = [make, user, who.department.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// One device among several that fit, by what tells it from the others:
/// "P447292248, iPhone 11, iOS 18.6.2, last seen 2026-11-19 04:00, Tomás Herrera, Sales".
pub fn candidate(who: &DeviceRef, zone: &TimeZone) -> String {
    let numbers = [&who.serial_number, &who.udid, &who.imei];
    let number = numbers.into_iter().flatten().next().cloned();
    let make = Some(make(who)).filter(|make| !make.is_empty());
    let seen = who.last_seen.map_or_else(
        || "never seen".to_owned(),
        |at| format!("last seen {}", format::date_time(at, zone)),
    );
    let parts = [
        Some(number.unwrap_or_else(|| "no serial number".to_owned())),
        make,
        Some(seen),
        who.user.clone(),
        who.department.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The rule on what comes after the swap: no check that has to be made before.
const AFTER_THE_SWAP: &str = "S22";

/// What a person has to look at before the device is erased, because no data answer it.
pub(crate) fn manual_checks(ticket: &Ticket) -> impl Iterator<Item = &Answer> {
    let by_hand = ticket.answers.iter().filter(|answer| answer.by_hand);
    by_hand.filter(|answer| answer.rule != AFTER_THE_SWAP)
}

/// A text of the swap rules for paper and for the six lines: commands stand in quotation marks.
pub(crate) fn without_back_ticks(text: &str) -> String {
    text.replace('`', "\"")
}

/// "local, encrypted, mac-07, 2026-11-19 19:22 (9 hours ago)".
pub fn restore_from(copy: &RestoreFrom, zone: &TimeZone) -> String {
    let when = format::date_time(copy.date, zone);
    let age = &copy.age;
    let place = match (&copy.host, copy.encrypted) {
        (None, _) => "iCloud".to_owned(),
        (Some(host), Some(true)) => format!("encrypted backup on {host}"),
        (Some(host), Some(false)) => format!("unencrypted backup on {host}"),
        (Some(host), None) => format!("backup on {host}"),
    };
    format!("{place}, {when} ({age} ago)")
}

/// "iPhone 16 Pro, iOS 26.1, 256 GB, F2LX0002TEST".
pub fn target(target: &Target) -> String {
    let os = format::os_version(target.product_type.as_deref(), target.os_version.as_deref());
    let model = target.model.clone().or_else(|| target.product_type.clone());
    let parts = [
        target.same_device.then(|| "the same device".to_owned()),
        target.device_name.clone(),
        model,
        os,
        target
            .capacity_gb
            .map(|gigabytes| format!("{gigabytes:.0} GB")),
        target.serial_number.clone(),
    ];
    let texts: Vec<_> = parts.into_iter().flatten().collect();
    match (texts.is_empty(), &target.asked) {
        (false, _) => texts.join(", "),
        (true, Some(asked)) => format!("\"{asked}\""),
        (true, None) => "as described".to_owned(),
    }
}

/// "Read just now by mac-07", "From results.json, read 3 hours ago by mac-07".
pub fn evidence(used: &EvidenceUsed, tickets_at: jiff::Timestamp, zone: &TimeZone) -> String {
    let when = format::date_time(used.read_at, zone);
    let host = &used.scan_host;
    let unread = match used.unread {
        0 => String::new(),
        n => format!("; {} could not be read", plural(n, "thing", "things")),
    };
    match used.from {
        EvidenceFrom::Live => format!("Read just now ({when}) by {host}{unread}"),
        EvidenceFrom::Stored => format!(
            "From the stored results {}, read {} ({when}) by {host}{unread}",
            used.path.as_deref().unwrap_or("that were given"),
            read(used, tickets_at),
        ),
    }
}

/// The same for one line beside other things: "read 3 hours ago, 2026-11-20 05:00".
pub(crate) fn evidence_in_short(
    used: &EvidenceUsed,
    tickets_at: jiff::Timestamp,
    zone: &TimeZone,
) -> String {
    let when = format::date_time(used.read_at, zone);
    let read = match used.from {
        EvidenceFrom::Live => "just now".to_owned(),
        EvidenceFrom::Stored => read(used, tickets_at),
    };
    let unread = match used.unread {
        0 => String::new(),
        n => format!("; {} could not be read", plural(n, "thing", "things")),
    };
    format!("read {read}, {when}{unread}")
}

/// "3 hours ago", "in the future, 60 days ahead".
fn read(used: &EvidenceUsed, now: jiff::Timestamp) -> String {
    let age = &used.age;
    if used.from_the_future {
        format!("in the future, {age}")
    } else if used.read_at > now {
        "just now".to_owned()
    } else {
        format!("{age} ago")
    }
}

/// "3 devices: 1 ready, 2 not ready".
pub fn totals(tickets: &Tickets) -> String {
    let verdicts = tickets
        .summary
        .verdicts
        .iter()
        .filter(|(_, count)| **count > 0);
    let verdicts: Vec<_> = verdicts
        .map(|(verdict, count)| {
            format!(
                "{} {}",
                format::number(*count),
                verdict.label().to_lowercase()
            )
        })
        .collect();
    format!(
        "{}: {}",
        plural(tickets.summary.devices, "device", "devices"),
        verdicts.join("; ")
    )
}

/// "2 rows of the plan could not be used …", and what is wrong with which line.
pub fn plan_faults(plan: &PlanUsed) -> Vec<String> {
    let problems = plan.problems.iter().map(Problem::sentence);
    plan.unasked().into_iter().chain(problems).collect()
}

/// What stands below a ticket's reason: what the rest of the plan says of it.
pub(crate) fn plan_remarks(ticket: &Ticket) -> impl Iterator<Item = &str> {
    let remarks = ticket.plan_contradicts.iter().chain(&ticket.plan_notes);
    let remarks = remarks.map(String::as_str);
    remarks.filter(|text| *text != ticket.reason)
}

/// "on 2026-12-01, for Marta Keller, into iPhone 17, line 3 of the plan".
pub fn planned(ticket: &Ticket) -> String {
    let parts = [
        ticket.planned.map(|day| format!("on {day}")),
        ticket.user.as_ref().map(|user| format!("for {user}")),
        ticket
            .target
            .as_ref()
            .map(|new| format!("into {}", target(new))),
        ticket
            .plan_line
            .map(|line| format!("line {line} of the plan")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// "Find My and Activation Lock are off (S14): 12 devices".
pub fn blockers(tickets: &Tickets) -> Vec<String> {
    counted_blockers(tickets, |blocker| {
        format!("{} ({})", blocker.asks, blocker.rule)
    })
}

/// The same without the rules' numbers.
pub(crate) fn blockers_on_paper(tickets: &Tickets) -> Vec<String> {
    counted_blockers(tickets, |blocker| blocker.asks.clone())
}

fn counted_blockers(tickets: &Tickets, name: fn(&Blocker) -> String) -> Vec<String> {
    tickets
        .summary
        .blockers
        .iter()
        .map(|blocker| {
            let devices = plural(blocker.devices, "device", "devices");
            format!("{}: {devices}", name(blocker))
        })
        .collect()
}

/// "KEEP: 2 old backups of iPhone von Marta (P447292248)".
pub(crate) fn after_headline(after: &RetentionEntry) -> String {
    let whose = after
        .old
        .as_ref()
        .map_or_else(|| format!("\"{}\"", after.asked), name);
    let count = plural(after.backups.len() as u64, "old backup", "old backups");
    format!("{}: {count} of {whose}", after.fate.label())
}

/// "3 swaps: 1 may go, 2 keep".
pub(crate) fn after_totals(after: &RetentionReport) -> String {
    let count = |fate| after.swaps.iter().filter(|one| one.fate == fate).count() as u64;
    let fates =
        [Retention::MayGo, Retention::Keep, Retention::Unknown].map(|fate| (fate, count(fate)));
    let texts = fates.into_iter().filter(|(_, count)| *count > 0);
    let texts: Vec<_> = texts
        .map(|(fate, count)| format!("{} {}", format::number(count), fate.label().to_lowercase()))
        .collect();
    let swaps = plural(after.swaps.len() as u64, "swap", "swaps");
    format!("{swaps}: {}", texts.join("; "))
}

/// Why something was not asked.
pub fn waits(answer: &Answer) -> &'static str {
    match answer.waits_for {
        Some(WaitsFor::Target) => "until the new device is named (--to)",
        Some(WaitsFor::Backup) => "until there is a backup",
        None => "",
    }
}

/// One column of the table of swaps.
#[derive(Debug, Clone, Copy)]
pub struct SwapColumn {
    /// Its name in CSV files: never renamed.
    pub name: &'static str,
    /// Its heading for people.
    pub heading: &'static str,
    cell: fn(&SwapRow<'_>) -> Cell,
}

impl SwapColumn {
    /// The cell of this column in a row.
    pub fn cell(&self, row: &SwapRow<'_>) -> Cell {
        (self.cell)(row)
    }
}

/// One row of the table of swaps.
#[derive(Debug, Clone, Copy)]
pub struct SwapRow<'a> {
    /// All of them.
    pub tickets: &'a Tickets,
    /// This one.
    pub ticket: &'a Ticket,
    /// The time zone of the reader.
    pub zone: &'a TimeZone,
}

const fn col(
    name: &'static str,
    heading: &'static str,
    cell: fn(&SwapRow<'_>) -> Cell,
) -> SwapColumn {
    SwapColumn {
        name,
        heading,
        cell,
    }
}

/// The columns of the table of swaps; additions only at the end.
#[rustfmt::skip] // one column a line
pub const SWAP_COLUMNS: &[SwapColumn] = &[
    col("verdict", "Verdict", |r| Cell::word(Some(r.ticket.verdict))),
    col("reason", "Reason", |r| Cell::text(Some(r.ticket.reason.as_str()))),
    col("asked", "Asked for", |r| id(Some(&r.ticket.asked))),
    col("planned", "Planned", |r| r.ticket.planned.map_or(Cell::Unknown, Cell::Date)),
    col("user", "User", |r| Cell::text(r.ticket.user.as_deref())),
    col("device_name", "Old device", |r| Cell::text(old(r).and_then(|who| who.device_name.as_deref()))),
    col("serial_number", "Serial number", |r| id(old(r).and_then(|who| who.serial_number.as_ref()))),
    col("udid", "UDID", |r| id(old(r).and_then(|who| who.udid.as_ref()))),
    col("model", "Model", |r| Cell::text(old(r).and_then(|who| who.model.as_deref()))),
    col("os_version", "System version", |r| id(old(r).and_then(|who| who.os_version.as_ref()))),
    col("department", "Department", |r| Cell::text(old(r).and_then(|who| who.department.as_deref()))),
    col("new_device", "New device", |r| Cell::text(r.ticket.target.as_ref().map(target))),
    col("new_serial_number", "New serial number", |r| id(r.ticket.target.as_ref().and_then(|target| target.serial_number.as_ref()))),
    col("restore_from", "Restore from", |r| Cell::text(r.ticket.restore_from.as_ref().map(|copy| restore_from(copy, r.zone)))),
    col("restore_path", "Backup folder", |r| Cell::text(r.ticket.restore_from.as_ref().and_then(|copy| copy.path.as_deref()))),
    col("backup_date", "Backup of", |r| r.ticket.restore_from.as_ref().map_or(Cell::Unknown, |copy| Cell::Date(format::date(copy.date, r.zone)))),
    col("backup_date_utc", "Backup of (UTC)", |r| r.ticket.restore_from.as_ref().map_or(Cell::Unknown, |copy| Cell::Instant(copy.date))),
    col("blocks", "Blockers", |r| texts(r, |answer| answer.answer == Outcome::Blocks)),
    col("cannot_tell", "Unknown, must be clarified", |r| texts(r, |answer| answer.decides)),
    col("loses", "Will be lost", |r| texts(r, |answer| answer.answer == Outcome::Loses)),
    col("warns", "Worth knowing", |r| texts(r, |answer| answer.answer == Outcome::Warns)),
    col("by_hand", "Check manually", |r| texts(r, |answer| answer.by_hand)),
    col("remedy", "What to do", |r| Cell::text(remedy(r.ticket))),
    col("candidates", "Other matches", |r| Cell::text(candidates(r))),
    col("plan_line", "Line of the plan", |r| r.ticket.plan_line.map_or(Cell::Unknown, |line| Cell::Whole(i64::try_from(line).unwrap_or(i64::MAX)))),
    col("evidence_read_at_utc", "Evidence of (UTC)", |r| Cell::Instant(r.tickets.evidence.read_at)),
    col("asked_at_utc", "Asked at (UTC)", |r| Cell::Instant(r.tickets.asked_at)),
    col("plan_contradicts", "Plan conflicts", |r| joined(&r.ticket.plan_contradicts)),
    col("plan_notes", "Plan notes", |r| joined(&r.ticket.plan_notes)),
];

fn old<'a>(row: &SwapRow<'a>) -> Option<&'a DeviceRef> {
    row.ticket.device.as_ref()
}

fn id(text: Option<&String>) -> Cell {
    text.map_or(Cell::Unknown, |text| Cell::Id {
        exact: text.clone(),
        pretty: text.clone(),
    })
}

fn joined(texts: &[String]) -> Cell {
    Cell::text((!texts.is_empty()).then(|| texts.join("; ")))
}

fn texts(row: &SwapRow<'_>, holds: fn(&Answer) -> bool) -> Cell {
    let answers = row.ticket.answers.iter().filter(|answer| holds(answer));
    let texts: Vec<_> = answers
        .map(|answer| format!("{}: {}", answer.rule, answer.evidence))
        .collect();
    Cell::text((!texts.is_empty()).then(|| texts.join("; ")))
}

/// What to do about whatever keeps the ticket from being ready.
fn remedy(ticket: &Ticket) -> Option<String> {
    let in_the_way = |answer: &&Answer| match ticket.verdict {
        Verdict::ReadyWithLosses => answer.answer == Outcome::Loses,
        _ => answer.answer == Outcome::Blocks || answer.decides,
    };
    let mut remedies: Vec<&str> = Vec::new();
    for remedy in ticket
        .answers
        .iter()
        .filter(in_the_way)
        .filter_map(|answer| answer.remedy.as_deref())
    {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    (!remedies.is_empty()).then(|| remedies.join("; "))
}

fn candidates(row: &SwapRow<'_>) -> Option<String> {
    let all: Vec<_> = row
        .ticket
        .candidates
        .iter()
        .map(|who| candidate(who, row.zone))
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}
