//! The run sheet of one swap: what has to be settled, checked and done, on one sheet of paper.
//!
//! A person ticks its boxes and signs it, so all of it must fit on that page, however long the device's
//! name and however many rules answer. Three densities see to that: the fuller a sheet, the smaller its
//! letters and the shorter its sentences. A sentence that is cut ends with `…`; the JSON has it whole.
//! Text that comes from a device or a plan has gone through [`escaped`].

use jiff::tz::TimeZone;

use super::ticket::{self, Group, Tone};
use crate::format::{self, cut, escaped};
use crate::results::{BackupKind, Verdict};
use crate::swap::answer::{Answer, Outcome};
use crate::swap::ticket::{RestoreFrom, Ticket, Tickets};

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSheet {
    /// The verdict.
    pub verdict: Verdict,
    /// "iPhone von Marta (P447292248)".
    pub subject: String,
    /// Why, in one sentence.
    pub reason: String,
    /// What the rest of the plan says of it.
    pub plan_remarks: Vec<String>,
    /// Old device, user, day, new device, what is restored.
    pub facts: Vec<LabelledValue>,
    /// What has to be settled or looked at, what stands in the way first.
    pub lists: Vec<List>,
    /// The rules that nothing is to be done about, in one line.
    pub in_order: String,
    /// What is done, in this order.
    pub steps: Vec<String>,
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

/// Boxes to tick under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// "Blockers".
    pub title: &'static str,
    /// How it is meant.
    pub tone: Tone,
    /// The boxes.
    pub items: Vec<Item>,
}

/// One box to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// "S14".
    pub rule: String,
    /// What is asked, and what is known of it.
    pub text: String,
    /// What to do.
    pub remedy: Option<String>,
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
/// typeface. The style sheet cuts an item after the same number of lines.
struct Capacity {
    density: Density,
    /// Lines of the lists.
    lines: usize,
    /// Messages of a line.
    letters: usize,
    /// Lines of one sentence, at most.
    sentence_lines: usize,
    /// The longest sentence, and the longest remedy, in letters.
    sentence: usize,
    remedy: usize,
}

#[rustfmt::skip] // one density a line
const CAPACITIES: [Capacity; 3] = [
    Capacity { density: Density::Roomy, lines: 22, letters: 90, sentence_lines: 4, sentence: 300, remedy: 220 },
    Capacity { density: Density::Dense, lines: 32, letters: 104, sentence_lines: 3, sentence: 240, remedy: 180 },
    Capacity { density: Density::Tight, lines: usize::MAX, letters: 120, sentence_lines: 1, sentence: 110, remedy: 105 },
];

/// The longest name, and the longest of the other facts.
const NAME_MAX: usize = 60;
const FACT_MAX: usize = 110;

/// The longest fact that has room in half a line.
const HALF_LINE: usize = 40;

/// Devices that fit what was asked for, at most; the JSON has them all.
const CANDIDATES_MAX: usize = 6;

/// What the rest of the plan says, at most.
const REMARKS_MAX: usize = 3;

/// The sheet of a ticket.
pub fn run_sheet(ticket: &Ticket, tickets: &Tickets, zone: &TimeZone) -> RunSheet {
    let (room, lists) = fitting(ticket);
    let remarks = ticket::plan_remarks(ticket).take(REMARKS_MAX);
    RunSheet {
        verdict: ticket.verdict,
        subject: cut(&ticket::subject(ticket), NAME_MAX),
        reason: cut(&ticket.reason, room.sentence),
        plan_remarks: remarks.map(|text| cut(text, FACT_MAX)).collect(),
        facts: facts(ticket, tickets, zone),
        lists,
        in_order: in_order(ticket),
        steps: steps(ticket, zone),
        density: room.density,
    }
}

/// The roomiest density in which the lists have room, and the lists.
fn fitting(ticket: &Ticket) -> (&'static Capacity, Vec<List>) {
    let [roomy, dense, tight] = &CAPACITIES;
    let fits = |room: &'static Capacity| {
        let lists = lists(ticket, room);
        (lines(&lists, room) <= room.lines).then_some((room, lists))
    };
    fits(roomy)
        .or_else(|| fits(dense))
        .unwrap_or_else(|| (tight, lists(ticket, tight)))
}

fn lines(lists: &[List], room: &Capacity) -> usize {
    let wrapped = |text: &str| {
        drawn(text)
            .div_ceil(room.letters)
            .clamp(1, room.sentence_lines)
    };
    let of_item = |item: &Item| wrapped(&item.text) + item.remedy.as_deref().map_or(0, wrapped);
    let of_list = |list: &List| 1 + list.items.iter().map(of_item).sum::<usize>();
    lists.iter().map(of_list).sum()
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

fn lists(ticket: &Ticket, room: &Capacity) -> Vec<List> {
    let groups = ticket::groups(ticket).into_iter();
    let to_do = groups.filter(|group| group.tone != Tone::Calm);
    to_do.map(|group| list(&group, room)).collect()
}

fn list(group: &Group<'_>, room: &Capacity) -> List {
    let item = |answer: &&Answer| Item {
        rule: answer.rule.clone(),
        text: cut(
            &format!("{}: {}", answer.asks, answer.evidence),
            room.sentence,
        ),
        remedy: answer.remedy.as_deref().map(|text| cut(text, room.remedy)),
    };
    List {
        title: group.title,
        tone: group.tone,
        items: group.answers.iter().map(item).collect(),
    }
}

/// "S1, S2 and S5 are in order; S3 and S4 are not asked until the new device is named".
fn in_order(ticket: &Ticket) -> String {
    let rules = |holds: fn(&Answer) -> bool| {
        let rules = ticket.answers.iter().filter(|answer| holds(answer));
        rules.map(|answer| answer.rule.as_str()).collect::<Vec<_>>()
    };
    let parts = [
        ("In order", rules(|answer| answer.answer == Outcome::Pass)),
        (
            "Not checked yet",
            rules(|answer| answer.waits_for.is_some()),
        ),
    ];
    let filled = parts.into_iter().filter(|(_, rules)| !rules.is_empty());
    let filled: Vec<_> = filled
        .map(|(title, rules)| format!("{title}: {}", rules.join(", ")))
        .collect();
    filled.join(". ")
}

fn facts(ticket: &Ticket, tickets: &Tickets, zone: &TimeZone) -> Vec<LabelledValue> {
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
            copy.map(|copy| ticket::restore_from(copy, tickets, zone)),
        ),
        ("Folder", folder.map(cut_front)),
    ];
    let candidates = ticket.candidates.iter().take(CANDIDATES_MAX);
    let candidates = candidates.map(|who| ("Fits", Some(ticket::candidate(who))));
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

/// What is done, step by step. The old device is erased last of all: until then nothing is lost.
fn steps(ticket: &Ticket, zone: &TimeZone) -> Vec<String> {
    if ticket.device.is_none() {
        return vec![
            "Do not erase any device: the device is not identified".to_owned(),
            "Read the serial number off it (Settings, General, About), correct the plan and run it again"
                .to_owned(),
        ];
    }
    let Some(copy) = &ticket.restore_from else {
        return vec![
            "Do not erase the old device: there is no backup to restore".to_owned(),
            "Back it up, encrypted, to a computer that is scanned, and ask again".to_owned(),
        ];
    };
    let same = ticket
        .target
        .as_ref()
        .is_some_and(|target| target.same_device);
    let restore = restore(copy, zone);
    let erase = "Erase the old device, only when every box above is ticked".to_owned();
    let checked = "See that it has enrolled with the MDM and checks in".to_owned();
    let seen = "The user has seen photos, messages, contacts and apps on it".to_owned();
    if same {
        let first = "Erase the device, only when every box above is ticked".to_owned();
        return vec![ask_again(ticket), first, restore, checked, seen];
    }
    let ready = "New device: at the first screen of Setup Assistant, on power and Wi-Fi".to_owned();
    vec![
        ask_again(ticket),
        ready,
        restore,
        checked,
        seen,
        erase,
        keep(copy),
    ]
}

fn ask_again(ticket: &Ticket) -> String {
    let number = ticket
        .device
        .as_ref()
        .and_then(|who| who.serial_number.as_deref());
    let number = number.map_or_else(String::new, |number| format!(" {}", cut(number, 20)));
    format!("Right before: `fleetback swap{number}` says READY; time: ____________")
}

fn restore(copy: &RestoreFrom, zone: &TimeZone) -> String {
    let when = format::date_time(copy.date, zone);
    match (copy.kind, &copy.host) {
        (BackupKind::Icloud, _) | (_, None) => format!(
            "Restore from iCloud Backup, with the user's Apple Account: the backup of {when}"
        ),
        (BackupKind::Local, Some(host)) => {
            let locked = if copy.encrypted == Some(false) {
                ""
            } else {
                "; its password is at hand"
            };
            format!(
                "Restore from the computer {}: the backup of {when}{locked}",
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
    format!("{what} until `fleetback swap OLD --to NEW --after` says that it may go")
}

/// The words of a verdict on paper: an order, not a judgement.
pub fn order(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "may be erased when every box is ticked",
        Verdict::ReadyWithLosses => {
            "may be erased when the losses are accepted and every box is ticked"
        }
        Verdict::NotReady => "must not be erased",
        Verdict::Unknown => "must not be erased: too little is known",
    }
}
