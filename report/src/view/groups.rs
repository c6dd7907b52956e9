//! What to do: the devices gathered by their likely fix, so that one action helps many.
//!
//! Each device that needs attention stands once, under the fix of its first finding that no waiver
//! covers; one that no finding explains has a group too. So the groups of the first section add up to
//! the headline. The terminal and the page print these groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::attention::{Urgency, first_unwaived, urgency};
use super::device;
use super::labelled::{LabelledValue, labelled};
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::{Device, Finding};

/// Ways to do one fix that are spelled out; the others stand with their devices in the table.
const STEP_LISTS_MAX: usize = 4;

/// Id of the section of what could be lost tonight.
pub(crate) const TONIGHT: &str = "tonight";

/// A section before its groups are known.
struct Heading {
    urgency: Urgency,
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    /// The rest of the link that shows a group in the table.
    filter: &'static str,
}

const HEADINGS: [Heading; 2] = [
    Heading {
        urgency: Urgency::Now,
        id: TONIGHT,
        title: "What to do first",
        lead: "Devices that could be lost tonight, gathered by the fix that is most likely to help.",
        filter: "&status=risk",
    },
    Heading {
        urgency: Urgency::Next,
        id: "soon",
        title: "What to do next",
        lead: "These devices have a good backup in date, and something that should be put right.",
        filter: "&status=soon",
    },
];

/// Groups under one heading.
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) groups: Vec<Group>,
}

/// Devices with one likely fix.
pub(crate) struct Group {
    /// Names the group within the page.
    pub(crate) number: usize,
    /// The fix id, and the rest of the link that shows the group in the table.
    pub(crate) key: String,
    pub(crate) also: &'static str,
    pub(crate) devices: String,
    pub(crate) devices_word: &'static str,
    pub(crate) title: String,
    /// "user", or "user for 10, admin for 2"; empty where no finding points to a fix.
    pub(crate) who: String,
    pub(crate) facts: Vec<LabelledValue>,
    pub(crate) may_destroy: Vec<String>,
    pub(crate) step_lists: Vec<StepList>,
    pub(crate) serials_word: String,
    pub(crate) serials: Vec<String>,
    /// What an administrator would call each device.
    pub(crate) names: Vec<String>,
    /// Places in the table, for the copy button.
    pub(crate) rows: Vec<usize>,
}

/// Steps, and for whom where not for all.
pub(crate) struct StepList {
    pub(crate) whom: Option<String>,
    pub(crate) steps: Vec<String>,
}

/// A device of a group: its place in the table, itself, the finding it is here for.
type Member<'a> = (usize, &'a Device, Option<&'a Finding>);

/// The sections that have groups.
pub(crate) fn sections(view: &ReportView<'_>) -> Vec<Section> {
    let mut numbers = 1..;
    let section = |heading: &Heading| Section {
        id: heading.id,
        title: heading.title,
        lead: heading.lead,
        groups: (gathered(view, heading.urgency).iter())
            .zip(&mut numbers)
            .map(|(members, number)| group(number, heading.filter, members))
            .collect(),
    };
    let sections = HEADINGS.iter().map(section);
    sections
        .filter(|section| !section.groups.is_empty())
        .collect()
}

/// Devices by the fix of their first finding that no waiver covers, most devices first.
fn gathered<'a>(view: &ReportView<'a>, soon: Urgency) -> Vec<Vec<Member<'a>>> {
    let mut by_fix: BTreeMap<_, Vec<Member<'a>>> = BTreeMap::new();
    let devices = view.results().devices.iter().enumerate();
    for (place, device) in devices.filter(|(_, device)| urgency(device) == Some(soon)) {
        let finding = first_unwaived(device);
        let fix = finding.map(|finding| finding.likely_fix.id);
        by_fix
            .entry(fix)
            .or_default()
            .push((place, device, finding));
    }
    let mut groups: Vec<_> = by_fix.into_values().collect();
    groups.sort_by_key(|members| Reverse(members.len()));
    groups
}

fn group(number: usize, also: &'static str, members: &[Member<'_>]) -> Group {
    let leading_finding = members.first().and_then(|(_, _, finding)| *finding);
    let serials: Vec<_> = members
        .iter()
        .filter_map(|(_, device, _)| device::copied(device))
        .collect();
    let harms = counted(findings(members).filter_map(|f| f.likely_fix.may_destroy.as_deref()));
    Group {
        number,
        also,
        key: device::fix_key(leading_finding),
        devices: format::number(members.len() as u64),
        devices_word: if members.len() == 1 {
            "device"
        } else {
            "devices"
        },
        title: leading_finding.map_or(
            "Look at the device: no finding points to a fix".into(),
            |f| escaped(&f.likely_fix.title),
        ),
        who: who(members),
        facts: facts(members),
        may_destroy: harms
            .into_iter()
            .map(|(harm, _)| escaped(&may_destroy(harm)))
            .collect(),
        step_lists: step_lists(members),
        serials_word: format::plural(serials.len() as u64, "serial number", "serial numbers"),
        serials,
        names: members
            .iter()
            .map(|(_, member, _)| device::handle(member))
            .collect(),
        rows: members.iter().map(|(place, ..)| *place).collect(),
    }
}

fn findings<'a>(members: &[Member<'a>]) -> impl Iterator<Item = &'a Finding> {
    members.iter().filter_map(|(_, _, finding)| *finding)
}

fn who(members: &[Member<'_>]) -> String {
    let all = findings(members).map(|finding| escaped(&finding.likely_fix.who));
    shares(&counted(all))
}

fn facts(members: &[Member<'_>]) -> Vec<LabelledValue> {
    let all = || findings(members);
    let facts = [
        ("Who acts:", who(members)),
        (
            "Confidence:",
            shares(&counted(all().map(|f| f.confidence.id().to_owned()))),
        ),
        (
            "Because:",
            because(&counted(all().map(|f| f.code.about().title))),
        ),
    ];
    let filled = facts.into_iter().filter(|(_, value)| !value.is_empty());
    filled
        .map(|(label, value)| labelled(label, value))
        .collect()
}

/// "Never backed up", or "Never backed up (3), A local backup is damaged (1)".
fn because(counts: &[(&str, u64)]) -> String {
    match counts {
        [(only, _)] => (*only).to_owned(),
        many => {
            let each = many
                .iter()
                .map(|(title, count)| format!("{title} ({})", format::number(*count)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// "high", or "high for 10, medium for 2".
fn shares(counts: &[(String, u64)]) -> String {
    match counts {
        [(only, _)] => only.clone(),
        many => {
            let shares = many
                .iter()
                .map(|(value, count)| format!("{value} for {}", format::number(*count)));
            shares.collect::<Vec<_>>().join(", ")
        }
    }
}

fn step_lists(members: &[Member<'_>]) -> Vec<StepList> {
    let all = counted(findings(members).map(|finding| &finding.likely_fix.steps));
    let one = all.len() == 1;
    let shown_ways = all
        .into_iter()
        .filter(|(steps, _)| !steps.is_empty())
        .take(STEP_LISTS_MAX);
    let step_list = |(steps, _): (&Vec<String>, u64)| StepList {
        whom: (!one).then(|| whom(members, steps)),
        steps: steps.iter().map(|step| escaped(step)).collect(),
    };
    shown_ways.map(step_list).collect()
}

/// "2 devices with iOS 12.5.7, iOS 16.7:".
fn whom(members: &[Member<'_>], steps: &Vec<String>) -> String {
    let same = |finding: &Finding| finding.likely_fix.steps == *steps;
    let same_steps: Vec<_> = members
        .iter()
        .filter(|(_, _, finding)| finding.is_some_and(same))
        .collect();
    let systems = counted(
        same_steps
            .iter()
            .filter_map(|(_, device, _)| device::system(device)),
    );
    let systems: Vec<_> = systems.into_iter().map(|(system, _)| system).collect();
    let devices = format::plural(same_steps.len() as u64, "device", "devices");
    if systems.is_empty() {
        format!("{devices}:")
    } else {
        format!("{devices} with {}:", format::list(&systems, 6))
    }
}

/// Each value once with how often it came, most first.
fn counted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<(T, u64)> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

/// "May destroy: Wi-Fi networks typed in by hand".
pub(crate) fn may_destroy(harm: &str) -> String {
    format!("May destroy: {harm}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], said: &str) {
        let values = values.iter().map(ToString::to_string);
        assert_eq!(shares(&counted(values)), said);
    }

    #[test]
    fn one_value_stands_alone_and_several_say_for_how_many() {
        check(&["high"], "high");
        check(&["high", "high"], "high");
        check(&["low", "high", "high"], "high for 2, low for 1");
        check(&[], "");
    }
}
