//! The tickets of the swap check for a terminal and as CSV.
//!
//! The first line of a ticket is the answer: READY or NOT READY. Why and the one next step follow, and
//! the answer is the last line too. `--details` shows every check. Text that is not ours goes through
//! [`escaped`].

use std::io::{self, Write};

use jiff::tz::TimeZone;

use unicode_width::UnicodeWidthStr;

use super::page::{Color, Page, PageOptions, cut, cut_clauses, wrapped_words};
use crate::format::{self, escaped};
use crate::results::Verdict;
use crate::swap::answer::{Answer, Retention};
use crate::swap::request::PlanUsed;
use crate::swap::retention::{RetentionEntry, RetentionReport};
use crate::swap::ticket::{Ticket, Tickets};
use crate::view::next_step::{self, Order};
use crate::view::ticket::{self, Group, Tone};

/// Devices that fit an ambiguous name, named without `--details`.
const CANDIDATES_MAX: usize = 8;
/// The width of the labels of a card.
const LABEL: usize = 6;
/// From this width on each part of a card stands on one line.
const ONE_LINE_FROM: usize = 80;
/// The widest name and number on a card: user, model and iOS have to stand beside it.
const NAME_WIDTH_MAX: usize = 40;

/// Writes every ticket. What it all comes to stands last, where the reader looks.
///
/// # Errors
/// Those of `out`.
pub fn write_text(
    tickets: &Tickets,
    options: &PageOptions<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::new(options);
    if let (None, [only], false) = (&tickets.plan, tickets.swaps.as_slice(), options.details) {
        page.card(only, tickets, out)?;
        return page.verdict(only, out);
    }
    for ticket in &tickets.swaps {
        match (&tickets.plan, options.details) {
            (_, true) => page.ticket(ticket, out)?,
            (Some(_), false) => page.row_of_plan(ticket, out)?,
            (None, false) => page.card(ticket, tickets, out)?,
        }
        writeln!(out)?;
    }
    page.plan(tickets.plan.as_ref(), out)?;
    if options.details || tickets.plan.is_some() {
        page.dim(0, &evidence(tickets, options.zone), out)?;
    }
    match (&tickets.plan, tickets.swaps.as_slice()) {
        (None, [only]) => page.verdict(only, out),
        _ => page.sums(tickets, out),
    }
}

fn evidence(tickets: &Tickets, zone: &TimeZone) -> String {
    ticket::evidence(&tickets.evidence, tickets.asked_at, zone)
}

/// The same for what may go after a swap.
///
/// # Errors
/// Those of `out`.
pub fn write_after_text(
    after: &RetentionReport,
    options: &PageOptions<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::new(options);
    for one in &after.swaps {
        page.after(one, out)?;
        writeln!(out)?;
    }
    if after.plan.is_some() {
        page.bold(Color::None, &ticket::after_totals(after), out)?;
    }
    page.plan(after.plan.as_ref(), out)?;
    page.dim(
        0,
        &ticket::evidence(&after.evidence, after.asked_at, options.zone),
        out,
    )?;
    page.dim(0, "Nothing was deleted.", out)
}

/// What the swap check puts on a page beside plain text.
impl Page<'_> {
    /// A device in five lines: may it be erased, whose it is, why, the one next step, where to see more.
    fn card(&self, ticket: &Ticket, tickets: &Tickets, out: &mut dyn Write) -> io::Result<()> {
        let order = next_step::order(ticket, tickets);
        let banner = format!("{} {}", order.mark, ticket.verdict.label());
        self.banner(color_of(ticket.verdict), &banner, out)?;
        self.told("Who", &self.whose(ticket), "", out)?;
        let more_reasons = match next_step::more_reasons(ticket) {
            0 => String::new(),
            more => format!(" (+{more} more)"),
        };
        self.told("Why", &next_step::why(ticket), &more_reasons, out)?;
        for candidate in ticket.candidates.iter().take(CANDIDATES_MAX) {
            self.lines(LABEL, &ticket::candidate(candidate, self.zone), out)?;
        }
        self.told("Next", &format::sentence(&order.next_step), "", out)?;
        self.told("More", &more(ticket, tickets, &order, self.zone), "", out)
    }

    /// One line of a card: where the first clauses of a text fill it, `--details` has the rest. On a
    /// narrow terminal it takes as many lines as it needs.
    fn told(&self, label: &str, text: &str, end: &str, out: &mut dyn Write) -> io::Result<()> {
        let end = escaped(end);
        let line = match self.width {
            ..ONE_LINE_FROM => escaped(text),
            _ => cut_clauses(&escaped(text), self.width - LABEL - end.width()),
        };
        self.labelled((label, LABEL), &format!("{line}{end}"), out)
    }

    /// "iPhone von Marta (P447292248), iPhone 11, iOS 18.6.2, Tomás Herrera".
    fn whose(&self, ticket: &Ticket) -> String {
        let about = ticket.device.as_ref();
        let about = about.map(|who| ticket::about(who, ticket.user.as_deref()));
        let subject = short_subject(ticket, NAME_WIDTH_MAX);
        let parts = [Some(subject), about];
        let filled = parts.into_iter().flatten().filter(|text| !text.is_empty());
        filled.collect::<Vec<_>>().join(", ")
    }

    /// The verdict once more, in one line.
    fn verdict(&self, ticket: &Ticket, out: &mut dyn Write) -> io::Result<()> {
        let verdict = ticket.verdict.label();
        let room = self.width - verdict.width() - 2;
        let text = format!("{verdict}: {}", short_subject(ticket, room));
        self.bold(color_of(ticket.verdict), &text, out)
    }

    fn ticket(&self, ticket: &Ticket, out: &mut dyn Write) -> io::Result<()> {
        let color = color_of(ticket.verdict);
        self.bold(color, &ticket::headline(ticket), out)?;
        self.lines(2, &ticket.reason, out)?;
        for text in ticket::plan_remarks(ticket) {
            self.lines(2, text, out)?;
        }
        for candidate in &ticket.candidates {
            self.lines(4, &ticket::candidate(candidate, self.zone), out)?;
        }
        for (label, text) in facts(ticket, self.zone) {
            self.fact(label, &text, out)?;
        }
        for group in ticket::groups(ticket) {
            self.group(&group, out)?;
        }
        Ok(())
    }

    /// One row of a plan: three hundred whole tickets are for the run sheets.
    fn row_of_plan(&self, ticket: &Ticket, out: &mut dyn Write) -> io::Result<()> {
        let color = color_of(ticket.verdict);
        self.bold(color, &ticket::headline(ticket), out)?;
        self.lines(2, &ticket.reason, out)?;
        for text in ticket::plan_remarks(ticket) {
            self.lines(2, text, out)?;
        }
        self.dim(2, &ticket::planned(ticket), out)
    }

    /// What is wrong with the plan itself.
    fn plan(&self, plan: Option<&PlanUsed>, out: &mut dyn Write) -> io::Result<()> {
        match plan.and_then(PlanUsed::unasked) {
            Some(unasked) => self.lines(0, &unasked, out),
            None => Ok(()),
        }
    }

    fn fact(&self, label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        const LABEL: usize = 16;
        self.labelled((&format!("  {label}"), LABEL), text, out)
    }

    fn group(&self, group: &Group<'_>, out: &mut dyn Write) -> io::Result<()> {
        let color = match group.tone {
            Tone::Stop => Color::Red,
            Tone::Care => Color::Yellow,
            Tone::Tick | Tone::Calm => Color::None,
        };
        writeln!(out, "\n  {}", self.paint.bold(color, group.title))?;
        for answer in &group.answers {
            self.answer(answer, group.tone, out)?;
        }
        Ok(())
    }

    fn answer(&self, answer: &Answer, tone: Tone, out: &mut dyn Write) -> io::Result<()> {
        let mark = if tone == Tone::Tick { "[ ] " } else { "" };
        let text = match answer.waits_for {
            Some(_) => ticket::waits(answer),
            None => &answer.evidence,
        };
        let story = format!("{mark}{:<4}{}: {text}", answer.rule, answer.asks);
        let lines = wrapped_words(&escaped(&story), self.width - 8 - mark.len());
        let hang = 8 + mark.len();
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { 4 } else { hang };
            writeln!(out, "{:indent$}{line}", "")?;
        }
        match answer
            .remedy
            .as_deref()
            .filter(|_| answer.waits_for.is_none())
        {
            Some(remedy) => self.dim(hang, &format!("-> {remedy}"), out),
            None => Ok(()),
        }
    }

    /// The sums, and of devices that were asked for one by one each verdict once more.
    fn sums(&self, tickets: &Tickets, out: &mut dyn Write) -> io::Result<()> {
        let blockers = ticket::blockers(tickets);
        if !blockers.is_empty() {
            self.lines(0, "Most frequent blockers:", out)?;
        }
        for blocker in &blockers {
            self.lines(2, blocker, out)?;
        }
        if tickets.plan.is_none() {
            for ticket in &tickets.swaps {
                self.verdict(ticket, out)?;
            }
        }
        self.bold(Color::None, &ticket::totals(tickets), out)
    }

    fn after(&self, after: &RetentionEntry, out: &mut dyn Write) -> io::Result<()> {
        let color = match after.fate {
            Retention::MayGo => Color::Green,
            Retention::Keep => Color::Red,
            Retention::Unknown => Color::Yellow,
        };
        self.bold(color, &ticket::after_headline(after), out)?;
        self.lines(2, &after.reason, out)?;
        if let Some(new) = &after.new {
            self.fact("New device", &ticket::name(new), out)?;
        }
        if let Some(day) = after.planned {
            self.fact("Planned for", &day.to_string(), out)?;
        }
        for old in &after.backups {
            let size = old.bytes.map(|bytes| format!(", {}", format::size(bytes)));
            let date = old
                .completed_at
                .map(|at| format!(", {}", format::date(at, self.zone)));
            let story = format!(
                "{} on {}{}{}",
                old.path,
                old.host,
                date.unwrap_or_default(),
                size.unwrap_or_default()
            );
            self.lines(4, &story, out)?;
        }
        match after.icloud {
            true => self.dim(
                2,
                "Its iCloud backup goes by itself: Apple deletes it after 180 days",
                out,
            ),
            false => Ok(()),
        }
    }
}

/// The name of a device, shortened so that its number is whole beside it.
fn short_subject(ticket: &Ticket, width: usize) -> String {
    let whole = escaped(&ticket::subject(ticket));
    if whole.width() <= width {
        return whole;
    }
    match whole.rfind(" (").filter(|_| ticket.device.is_some()) {
        Some(number) => {
            let (name, number) = whole.split_at(number);
            cut(name, width.saturating_sub(number.width())) + number
        }
        None => cut(&whole, width),
    }
}

/// "--details shows 22 checks; read just now, 2026-11-20 05:00".
fn more(ticket: &Ticket, tickets: &Tickets, order: &Order, zone: &TimeZone) -> String {
    let hidden = ticket.candidates.len().saturating_sub(CANDIDATES_MAX) as u64;
    let details = match (ticket.answers.len() as u64, hidden) {
        (0, 0) => None,
        (0, more) => Some(format!("--details names {more} more")),
        (checks, _) => Some(format!("--details shows {checks} checks")),
    };
    let parts = [
        order
            .alternative
            .map(|_| "--accept-losses accepts the loss".to_owned()),
        details,
        Some(ticket::evidence_in_short(
            &tickets.evidence,
            tickets.asked_at,
            zone,
        )),
    ];
    format::capital(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn facts(ticket: &Ticket, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let device = ticket.device.as_ref();
    let about = device.map(|who| ticket::about(who, ticket.user.as_deref()));
    let copy = ticket.restore_from.as_ref();
    let facts = [
        ("Device", about.filter(|text| !text.is_empty())),
        ("Planned for", ticket.planned.map(|day| day.to_string())),
        (
            "Restore from",
            copy.map(|copy| ticket::restore_from(copy, zone)),
        ),
        ("", copy.and_then(|copy| copy.path.clone())),
        ("New device", ticket.target.as_ref().map(ticket::target)),
    ];
    facts
        .into_iter()
        .filter_map(|(label, text)| Some((label, text?)))
        .collect()
}

fn color_of(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Ready => Color::Green,
        Verdict::ReadyWithLosses | Verdict::Unknown => Color::Yellow,
        Verdict::NotReady => Color::Red,
    }
}
