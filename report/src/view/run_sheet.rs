//! The run sheet of one swap: may the device be erased, and what is done in which order, on one sheet of
//! paper.
//!
//! A device that must not be erased has a sheet of what to settle, without boxes and without a place to
//! sign: a ticked sheet must never be taken for a permission. All of it must fit on one page, however
//! long the device's name and however many rules answer. Three densities see to that: the fuller a
//! sheet, the smaller its letters and the shorter its sentences. A sentence that is cut ends with `…`;
//! the JSON has it whole. Text that comes from a device or a plan has gone through [`escaped`].

use jiff::tz::TimeZone;

use super::next_step::{self, Order};
use super::ticket::{self, Tone, without_back_ticks};
use crate::format::{self, cut, escaped, plural, sentence};
use crate::results::{BackupKind, Verdict};
use crate::swap::answer::{Answer, Outcome};
use crate::swap::ticket::{RestoreFrom, Ticket, Tickets};

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSheet {
    /// The verdict.
    pub verdict: Verdict,
    /// The order in large letters, and the one next step.
    pub order: Order,
    /// "iPhone von Marta (P447292248)".
    pub subject: String,
    /// Why, in one sentence.
    pub reason: String,
    /// What the rest of the plan says of it.
    pub plan_remarks: Vec<String>,
    /// Old device, user, day, new device, what is restored.
    pub facts: Vec<LabelledValue>,
    /// What is done, in this order. With boxes to tick only where the order allows to erase.
    pub steps: Vec<Step>,
    /// What else is worth knowing.
    pub notes: Vec<Notes>,
    /// The checks that nothing is to be done about, in one line.
    pub in_order: String,
    /// How full it is.
    pub density: Density,
}

/// One thing that is known of the swap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledValue {
    /// "Restore from".
    pub label: &'static str,
    /// What.
    pub value: String,
    /// Does it need a whole line?
    pub wide: bool,
}

/// One step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub text: String,
    /// What makes it necessary.
    pub why: String,
}

/// Sentences under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes {
    /// "Worth knowing".
    pub title: &'static str,
    /// How they are meant.
    pub tone: Tone,
    /// The sentences.
    pub texts: Vec<String>,
}

/// How full a sheet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Density {
    /// The usual.
    Roomy,
    /// A dozen things to look at.
    Dense,
    /// Everything that can be wrong is.
    Tight,
}

/// How much a sheet of a density holds, measured in Chromium on the smaller of A4 and Letter, in a wide
/// typeface. The style sheet cuts a sentence after the same number of lines.
struct Capacity {
    density: Density,
    /// Lines of steps and notes.
    lines: usize,
    /// Letters of a line.
    letters: usize,
    /// Lines of one sentence, at most.
    sentence_lines: usize,
    /// The longest step, and the longest of the other sentences, in letters.
    step: usize,
    sentence: usize,
}

#[rustfmt::skip] // one density a line
const CAPACITIES: [Capacity; 3] = [
    Capacity { density: Density::Roomy, lines: 33, letters: 90, sentence_lines: 4, step: 220, sentence: 300 },
    Capacity { density: Density::Dense, lines: 40, letters: 104, sentence_lines: 3, step: 180, sentence: 240 },
    Capacity { density: Density::Tight, lines: usize::MAX, letters: 120, sentence_lines: 1, step: 105, sentence: 110 },
];

/// The longest name, and the longest of the other facts.
const NAME_MAX: usize = 60;
const FACT_MAX: usize = 110;

/// The longest line of names: no more than the tightest sheet gives a sentence.
const LINE_MAX: usize = 110;

/// The longest fact that has room in half a line.
const HALF_LINE: usize = 40;

/// The longest next step, in letters: it stands in the block of the order.
const NEXT_STEP_MAX: usize = 180;

/// Devices that fit what was asked for, at most; the JSON has them all.
const CANDIDATES_MAX: usize = 6;

/// What the rest of the plan says, at most.
const REMARKS_MAX: usize = 3;

/// The sheet of a ticket.
pub fn run_sheet(ticket: &Ticket, tickets: &Tickets, zone: &TimeZone) -> RunSheet {
    let order = next_step::order(ticket, tickets);
    let full = Content {
        steps: steps(ticket, order.may_erase, zone),
        notes: notes(ticket, order.may_erase),
    };
    let (room, content) = fitting(&full);
    let remarks = ticket::plan_remarks(ticket).take(REMARKS_MAX);
    RunSheet {
        verdict: ticket.verdict,
        order: Order {
            next_step: cut(&sentence(&order.steps()), NEXT_STEP_MAX),
            ..order
        },
        subject: cut(&ticket::subject(ticket), NAME_MAX),
        reason: cut(&next_step::why_and_how_many_more(ticket), room.sentence),
        plan_remarks: remarks.map(|text| cut(&sentence(text), FACT_MAX)).collect(),
        facts: facts(ticket, zone),
        steps: content.steps,
        notes: content.notes,
        in_order: in_order(ticket),
        density: room.density,
    }
}

/// What of a sheet may need more room than there is.
struct Content {
    steps: Vec<Step>,
    notes: Vec<Notes>,
}

impl Content {
    fn cut_to(&self, room: &Capacity) -> Self {
        let step = |step: &Step| Step {
            text: cut(&step.text, room.step),
            why: cut(&step.why, room.sentence),
        };
        let notes = |notes: &Notes| Notes {
            texts: notes
                .texts
                .iter()
                .map(|text| cut(text, room.sentence))
                .collect(),
            ..notes.clone()
        };
        Self {
            steps: self.steps.iter().map(step).collect(),
            notes: self.notes.iter().map(notes).collect(),
        }
    }

    /// About how many lines it takes.
    fn lines(&self, room: &Capacity) -> usize {
        let wrapped = |text: &String| match drawn(text).div_ceil(room.letters) {
            0 => 0,
            lines => lines.min(room.sentence_lines),
        };
        let steps = self
            .steps
            .iter()
            .map(|step| wrapped(&step.text) + wrapped(&step.why));
        let notes = self.notes.iter();
        let notes = notes.map(|notes| 1 + notes.texts.iter().map(wrapped).sum::<usize>());
        steps.chain(notes).sum()
    }
}

/// The roomiest density in which everything has room, and everything cut to it.
fn fitting(full: &Content) -> (&'static Capacity, Content) {
    let [roomy, dense, tight] = &CAPACITIES;
    let fits = |room: &'static Capacity| {
        let content = full.cut_to(room);
        (content.lines(room) <= room.lines).then_some((room, content))
    };
    fits(roomy)
        .or_else(|| fits(dense))
        .unwrap_or_else(|| (tight, full.cut_to(tight)))
}

/// About how many small letters wide a text is: capitals are half as wide again, and what is no ASCII
/// may be twice as wide.
fn drawn(text: &str) -> usize {
    let halves = |c: char| match c {
        c if c.is_ascii_uppercase() => 3,
        c if c.is_ascii() => 2,
        _ => 4,
    };
    text.chars().map(halves).sum::<usize>() / 2
}

/// Does an answer stand in a list?
type AnswerFilter = fn(&Answer) -> bool;

/// What has to be settled, checked or known, beside the steps.
fn notes(ticket: &Ticket, may_erase: bool) -> Vec<Notes> {
    let lists: [(&str, Tone, AnswerFilter); 3] = [
        ("Will be lost", Tone::Care, |answer| {
            answer.answer == Outcome::Loses
        }),
        ("Worth knowing", Tone::Care, |answer| {
            answer.answer == Outcome::Warns
        }),
        ("To check by hand when it is ready", Tone::Calm, |answer| {
            answer.by_hand
        }),
    ];
    let shown = lists
        .into_iter()
        .filter(|(_, tone, _)| !may_erase || *tone != Tone::Calm);
    let notes = shown.map(|(title, tone, holds)| Notes {
        title,
        tone,
        texts: note_texts(ticket, tone, holds),
    });
    notes.filter(|notes| !notes.texts.is_empty()).collect()
}

/// One sentence for each answer; what only waits is named together, a line at a time.
fn note_texts(ticket: &Ticket, tone: Tone, holds: AnswerFilter) -> Vec<String> {
    let answers = ticket.answers.iter().filter(|answer| holds(answer));
    if tone == Tone::Calm {
        return lines_of(answers.map(|answer| answer.asks.as_str()));
    }
    answers
        .map(|answer| format!("{}: {}", answer.asks, result(answer)))
        .collect()
}

/// Names put together to lines that have room at every density.
fn lines_of<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() + 2 < LINE_MAX => {
                line.push_str("; ");
                line.push_str(name);
            }
            _ => lines.push(name.to_owned()),
        }
    }
    lines.iter().map(|line| sentence(line)).collect()
}

/// What is known, and what to do about it.
fn result(answer: &Answer) -> String {
    let remedy = answer
        .remedy
        .as_deref()
        .map(|text| format!(" {}", sentence(text)));
    let text = format!(
        "{}{}",
        sentence_after_colon(&answer.evidence),
        remedy.unwrap_or_default()
    );
    without_back_ticks(&text)
}

fn sentence_after_colon(text: &str) -> String {
    let full = sentence(text);
    let first = text.chars().next();
    first.into_iter().chain(full.chars().skip(1)).collect()
}

/// "9 checks are in order. 5 wait until the new device is named."
fn in_order(ticket: &Ticket) -> String {
    let count = |holds: fn(&Answer) -> bool| {
        let answers = ticket.answers.iter().filter(|answer| holds(answer));
        answers.count() as u64
    };
    let passed = count(|answer| answer.answer == Outcome::Pass);
    let waiting = count(|answer| answer.waits_for.is_some());
    let is = |count| if count == 1 { "is" } else { "are" };
    let parts = [
        (
            passed,
            format!(
                "{} {} in order.",
                plural(passed, "check", "checks"),
                is(passed)
            ),
        ),
        (
            waiting,
            format!(
                "{} not made yet.",
                plural(waiting, "check is", "checks are")
            ),
        ),
    ];
    let filled = parts.into_iter().filter(|(count, _)| *count > 0);
    filled.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

fn facts(ticket: &Ticket, zone: &TimeZone) -> Vec<LabelledValue> {
    let device = ticket.device.as_ref();
    let copy = ticket.restore_from.as_ref();
    let folder = copy.and_then(|copy| copy.path.as_deref());
    let facts = [
        ("Old device", device.map(ticket::make)),
        ("UDID", device.and_then(|who| who.udid.clone())),
        ("IMEI", device.and_then(|who| who.imei.clone())),
        ("User", ticket.user.clone()),
        ("Department", device.and_then(|who| who.department.clone())),
        ("Planned for", ticket.planned.map(|day| day.to_string())),
        ("New device", ticket.target.as_ref().map(ticket::target)),
        (
            "Restore from",
            copy.map(|copy| ticket::restore_from(copy, zone)),
        ),
        ("Folder", folder.map(cut_front)),
    ];
    let candidates = ticket.candidates.iter().take(CANDIDATES_MAX);
    let candidates = candidates.map(|who| ("Fits", Some(ticket::candidate(who, zone))));
    let filled = facts
        .into_iter()
        .chain(candidates)
        .filter_map(|(label, text)| Some((label, text?)));
    let filled = filled.filter(|(_, text)| !text.is_empty());
    filled
        .map(|(label, text)| {
            let value = cut(&text, FACT_MAX);
            let wide = drawn(&value) > HALF_LINE;
            LabelledValue { label, value, wide }
        })
        .collect()
}

/// A path, cut at the front: the end identifies it.
fn cut_front(path: &str) -> String {
    let path = escaped(path);
    match path.chars().count().saturating_sub(FACT_MAX - 1) {
        0 | 1 => path,
        more => format!("…{}", path.chars().skip(more).collect::<String>()),
    }
}

/// What is done, step by step.
fn steps(ticket: &Ticket, may_erase: bool, zone: &TimeZone) -> Vec<Step> {
    match (&ticket.device, &ticket.restore_from) {
        (Some(_), Some(copy)) if may_erase => swap_steps(ticket, copy, zone),
        _ => steps_to_settle(ticket),
    }
}

/// The way to READY: what is in the way, then the question once more.
fn steps_to_settle(ticket: &Ticket) -> Vec<Step> {
    let leading = ticket
        .answers
        .iter()
        .filter(|answer| in_the_way(ticket.verdict, answer));
    let mut steps: Vec<Step> = Vec::new();
    for answer in leading {
        let why = sentence(&format!(
            "{}: {}",
            answer.asks,
            without_back_ticks(&answer.evidence)
        ));
        let text = match answer.remedy.as_deref() {
            Some(remedy) => sentence(&without_back_ticks(remedy)),
            None => format!("Find this out: {}.", answer.asks),
        };
        match steps.iter_mut().find(|step| step.text == text) {
            Some(step) => step.why = format!("{} {why}", step.why),
            None => steps.push(Step { text, why }),
        }
    }
    if ticket.device.is_none() {
        steps.extend([
            step("Do not erase any device: the device is not identified."),
            step("Read the serial number off it (Settings, General, About), and correct the plan."),
        ]);
    } else if steps.is_empty() {
        steps.push(step("Do not erase the device. Scan again."));
    }
    steps.push(step(&ask_again(ticket, "Run the check again")));
    steps
}

fn in_the_way(verdict: Verdict, answer: &Answer) -> bool {
    match verdict {
        Verdict::ReadyWithLosses => answer.answer == Outcome::Loses,
        _ => answer.answer == Outcome::Blocks || answer.decides,
    }
}

/// The swap itself. The old device is erased last of all: until then nothing is lost.
fn swap_steps(ticket: &Ticket, copy: &RestoreFrom, zone: &TimeZone) -> Vec<Step> {
    let target = ticket.target.as_ref();
    let same = target.is_some_and(|target| target.same_device);
    let again = format!(
        "{} Time: ____________",
        ask_again(ticket, "Run the check right before")
    );
    let restore = restore(copy, zone);
    let checked = "See that it has enrolled with the MDM and checks in.";
    let seen = "The user has seen photos, messages, contacts and apps on it.";
    let swap = if same {
        let erase = "Erase the device, only when every box above is ticked.";
        vec![
            step(&again),
            step(erase),
            step(&restore),
            step(checked),
            step(seen),
        ]
    } else {
        let start = "New device: at the first screen of Setup Assistant, on power and Wi-Fi.";
        let erase = "Erase the old device, only when every box above is ticked.";
        let first = [&again, start, &restore, checked, seen, erase, &keep(copy)];
        first.map(step).into()
    };
    ticket::manual_checks(ticket)
        .map(manual_check)
        .chain(swap)
        .collect()
}

/// What a person has to look at, because no data answer it.
fn manual_check(answer: &Answer) -> Step {
    let evidence = without_back_ticks(&answer.evidence);
    match answer.remedy.as_deref() {
        Some(remedy) => Step {
            text: sentence(&without_back_ticks(remedy)),
            why: sentence(&format!("{}: {evidence}", answer.asks)),
        },
        None => Step {
            text: format!("Check: {}.", answer.asks),
            why: sentence(&evidence),
        },
    }
}

fn step(text: &str) -> Step {
    Step {
        text: text.to_owned(),
        why: String::new(),
    }
}

/// "Run the check again: fleetback swap P447292248".
fn ask_again(ticket: &Ticket, what: &str) -> String {
    let device = ticket.device.as_ref();
    let number = device.and_then(|who| who.serial_number.as_deref());
    let number = number.map_or_else(|| "SERIAL".to_owned(), |number| cut(number, 20));
    format!("{what}: fleetback swap {number} must say READY.")
}

fn restore(copy: &RestoreFrom, zone: &TimeZone) -> String {
    let when = format::date_time(copy.date, zone);
    match (copy.kind, &copy.host) {
        (BackupKind::Icloud, _) | (_, None) => format!(
            "Restore from iCloud Backup, with the user's Apple Account: the backup of {when}."
        ),
        (BackupKind::Local, Some(host)) => {
            let locked = if copy.encrypted == Some(false) {
                ""
            } else {
                " Have its password at hand."
            };
            format!(
                "Restore from the computer {}: the backup of {when}.{locked}",
                cut(host, 40)
            )
        }
    }
}

fn keep(copy: &RestoreFrom) -> String {
    let what = match copy.kind {
        BackupKind::Local => "Keep the old backup",
        BackupKind::Icloud => "Leave the old iCloud backup alone",
    };
    format!("{what} until fleetback swap OLD --to NEW --after says that it may go.")
}
