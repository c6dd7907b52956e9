//! What the person at the swap desk is told first: may the device be erased, and the one next step.

use super::ticket;
use crate::format::{capital, plural, sentence};
use crate::results::Verdict;
use crate::swap::answer::{Answer, Outcome};
use crate::swap::ticket::{Ticket, Tickets};

/// The order that a ticket comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// May the device be erased, once the manual checks are done?
    pub may_erase: bool,
    /// `✔` or `✖`, for those who do not see the colour.
    pub mark: char,
    /// "READY", "DO NOT ERASE".
    pub word: &'static str,
    /// The one next step, as a sentence without its full stop.
    pub next_step: String,
    /// What could be done in its place.
    pub alternative: Option<&'static str>,
}

impl Order {
    /// The next step, and what could be done in its place.
    pub(crate) fn steps(&self) -> String {
        let alternative = self.alternative.map(|other| format!("; or {other}"));
        format!("{}{}", self.next_step, alternative.unwrap_or_default())
    }
}

const ACCEPT: &str = "accept the loss: run the check again with --accept-losses";

/// The order of a ticket.
pub(crate) fn order(ticket: &Ticket, tickets: &Tickets) -> Order {
    let may_erase = tickets.may_erase(ticket);
    Order {
        may_erase,
        mark: if may_erase { '✔' } else { '✖' },
        word: match (may_erase, ticket.verdict) {
            (false, _) => "DO NOT ERASE",
            (true, Verdict::ReadyWithLosses) => "READY, LOSSES ACCEPTED",
            (true, _) => "READY",
        },
        next_step: next_step(ticket, may_erase),
        alternative: (!may_erase && ticket.verdict == Verdict::ReadyWithLosses).then_some(ACCEPT),
    }
}

/// Why, in a sentence.
pub(crate) fn why(ticket: &Ticket) -> String {
    sentence(&ticket::without_back_ticks(&ticket.reason))
}

/// Why, and how many more reasons of the same weight there are.
pub(crate) fn why_and_how_many_more(ticket: &Ticket) -> String {
    match more_reasons(ticket) {
        0 => why(ticket),
        more => format!(
            "{} And {}.",
            why(ticket),
            plural(more, "more reason", "more reasons")
        ),
    }
}

/// How many more reasons of the same weight there are.
pub(crate) fn more_reasons(ticket: &Ticket) -> u64 {
    let leading = ticket
        .answers
        .iter()
        .filter(|answer| leads(ticket.verdict, answer));
    (leading.count() as u64).saturating_sub(1)
}

fn next_step(ticket: &Ticket, may_erase: bool) -> String {
    match (&ticket.device, ticket.candidates.is_empty()) {
        (None, true) => {
            "Read its serial number (Settings, General, About) and check again with it".to_owned()
        }
        (None, false) => {
            "Name one of these devices by its serial number and run the check again".to_owned()
        }
        _ if may_erase => swap_now(ticket),
        _ if !ticket.plan_contradicts.is_empty() => {
            "Correct the plan and run the check again".to_owned()
        }
        _ => settle(ticket),
    }
}

/// What is left to do for a device that may be erased.
fn swap_now(ticket: &Ticket) -> String {
    let same = ticket
        .target
        .as_ref()
        .is_some_and(|target| target.same_device);
    let swap = match same {
        true => "erase the device and restore to it",
        false => "restore to the new device, then erase the old one",
    };
    match ticket::manual_checks(ticket).count() as u64 {
        0 => capital(swap),
        n => format!("Make {} by hand, {swap}", plural(n, "check", "checks")),
    }
}

/// The remedy of the first answer that made the verdict.
fn settle(ticket: &Ticket) -> String {
    let mut leading = ticket
        .answers
        .iter()
        .filter(|answer| leads(ticket.verdict, answer));
    let first = leading.clone().next();
    let remedy = leading.find_map(|answer| answer.remedy.as_deref());
    match (remedy, first) {
        (Some(remedy), _) => ticket::without_back_ticks(remedy),
        (None, Some(answer)) => format!("Settle this and check again: {}", answer.asks),
        (None, None) => "Scan again and check again".to_owned(),
    }
}

/// Does this answer stand behind that verdict?
fn leads(verdict: Verdict, answer: &Answer) -> bool {
    match verdict {
        Verdict::NotReady => answer.answer == Outcome::Blocks,
        Verdict::ReadyWithLosses => answer.answer == Outcome::Loses,
        Verdict::Unknown => answer.decides,
        Verdict::Ready => false,
    }
}
