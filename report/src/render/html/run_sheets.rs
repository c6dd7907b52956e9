//! A plan, or any devices that were asked for, as one page to print: totals and the most frequent
//! blockers first, then a run sheet for each device, on a sheet of paper of its own.
//!
//! The page asks for nothing and runs nothing: it has a style and no script.

use std::io;

use askama::Template;
use jiff::tz::TimeZone;

use super::csp;
use crate::format::{self, cut, escaped};
use crate::results::Verdict;
use crate::swap::ticket::{Ticket, Tickets};
use crate::view::run_sheet::{Density, RunSheet, run_sheet};
use crate::view::ticket::{self, Tone};

#[derive(Template)]
#[template(path = "run-sheets.html")]
struct Page {
    policy: String,
    style: String,
    generator: String,
    title: String,
    headline: String,
    counts: Vec<Count>,
    blockers: Vec<String>,
    faults: Vec<String>,
    rows: Vec<Row>,
    sheets: Vec<RunSheetPage>,
    evidence: String,
    foot: String,
}

/// Devices of one verdict.
struct Count {
    tone: &'static str,
    number: String,
    word: String,
}

/// One line of the overview.
struct Row {
    number: usize,
    tone: &'static str,
    verdict: &'static str,
    old: String,
    user: String,
    day: String,
    new: String,
    reason: String,
}

/// One sheet, with what the template asks of its words.
struct RunSheetPage {
    number: usize,
    of: usize,
    tone: &'static str,
    made: String,
    sheet: RunSheet,
}

/// Writes the page.
///
/// # Errors
/// Only those of `out`.
pub fn write(tickets: &Tickets, zone: &TimeZone, out: &mut dyn io::Write) -> io::Result<()> {
    page(tickets, zone).write_into(out)
}

fn page(tickets: &Tickets, zone: &TimeZone) -> Page {
    let style = csp::lines_ended_by_lf(include_str!("../../../assets/run-sheets.css"));
    let asked_at = format::date_time(tickets.asked_at, zone);
    let zone_name = format::zone(zone, tickets.asked_at);
    let version = escaped(&tickets.tool_version);
    let numbered = || tickets.swaps.iter().zip(1..);
    Page {
        policy: csp::policy_of_style(&style),
        generator: format!("fleetback {version}"),
        title: format!("Swaps, {asked_at}"),
        headline: format::plural(tickets.summary.devices, "swap", "swaps"),
        counts: Verdict::ALL.map(|verdict| count(tickets, verdict)).into(),
        blockers: ticket::blockers_on_paper(tickets),
        faults: faults(tickets),
        rows: numbered()
            .map(|(ticket, number)| row(ticket, number))
            .collect(),
        sheets: numbered()
            .map(|(ticket, number)| RunSheetPage {
                number,
                of: tickets.swaps.len(),
                tone: ticket.verdict.id(),
                made: format!("checked {asked_at} {zone_name}"),
                sheet: run_sheet(ticket, tickets, zone),
            })
            .collect(),
        evidence: escaped(&ticket::evidence(&tickets.evidence, tickets.asked_at, zone)),
        foot: format!(
            "Written by fleetback {version} on {asked_at} {zone_name}. This page asks for nothing from any network."
        ),
        style,
    }
}

fn count(tickets: &Tickets, verdict: Verdict) -> Count {
    let count = tickets.summary.verdicts.get(&verdict).copied().unwrap_or(0);
    Count {
        tone: verdict.id(),
        number: format::number(count),
        word: verdict.label().to_owned(),
    }
}

fn faults(tickets: &Tickets) -> Vec<String> {
    let faults = tickets.plan.iter().flat_map(ticket::plan_faults);
    faults.map(|fault| escaped(&fault)).collect()
}

/// The longest cell of the overview, in letters.
const CELL_MAX: usize = 90;
const REASON_MAX: usize = 200;

fn row(ticket: &Ticket, number: usize) -> Row {
    let cell = |text: Option<String>| cut(&text.unwrap_or_default(), CELL_MAX);
    Row {
        number,
        tone: ticket.verdict.id(),
        verdict: ticket.verdict.label(),
        old: cell(Some(ticket::subject(ticket))),
        user: cell(ticket.user.clone()),
        day: cell(ticket.planned.map(|day| day.to_string())),
        new: cell(ticket.target.as_ref().map(ticket::target)),
        reason: cut(&ticket.reason, REASON_MAX),
    }
}

impl Density {
    /// What the style sheet calls it.
    fn class(self) -> &'static str {
        match self {
            Self::Roomy => "roomy",
            Self::Dense => "dense",
            Self::Tight => "tight",
        }
    }
}

impl Tone {
    /// What the style sheet calls it.
    fn class(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Care => "care",
            Self::Tick => "tick",
            Self::Calm => "calm",
        }
    }
}
