//! What to do: the devices gathered by their likely fix, so that one action helps many.
//!
//! Each device that needs attention stands once, under the fix of the finding that decides it; one
//! that no finding explains has a group too. So the groups add up to the headline, and each to its
//! number in `summary.fixes`. The terminal and the page print these groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::attention::{deciding_finding, urgency};
use super::report::ReportView;
use super::{advice, device};
use crate::format;
use crate::results::{Device, Finding};
use crate::tables::fix_steps::About;

/// Ways to do one fix that are spelled out; the others stand with their devices in the table.
const STEP_LISTS_MAX: usize = 4;

/// Devices with one likely fix.
pub(crate) struct Group {
    /// Names the group within the page.
    pub(crate) number: usize,
    /// The fix id, with which a link shows the group in the table.
    pub(crate) key: String,
    pub(crate) count: u64,
    /// Of these, the devices that could be lost.
    pub(crate) at_risk: u64,
    pub(crate) title: String,
    /// "user", or "user for 10, admin for 2"; empty where no finding points to a fix.
    pub(crate) who: String,
    /// The findings behind it: "Never backed up (3), A local backup is damaged (1)".
    pub(crate) because: String,
    pub(crate) may_destroy: Vec<String>,
    pub(crate) step_lists: Vec<StepList>,
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
pub(super) type Member<'a> = (usize, &'a Device, Option<&'a Finding>);

/// The groups: most devices that could be lost first, then most devices.
pub(crate) fn groups(view: &ReportView<'_>) -> Vec<Group> {
    let gathered = gathered(view);
    let numbered = (1..).zip(&gathered);
    numbered
        .map(|(number, members)| group(number, members))
        .collect()
}

/// The devices that need attention, by the fix of the finding that decides it.
pub(super) fn gathered<'a>(view: &ReportView<'a>) -> Vec<Vec<Member<'a>>> {
    let mut by_fix: BTreeMap<_, Vec<Member<'a>>> = BTreeMap::new();
    let devices = view.results().devices.iter().enumerate();
    for (place, device) in devices.filter(|(_, device)| urgency(device).is_some()) {
        let finding = deciding_finding(device);
        let fix = finding.and_then(|finding| finding.likely_fix);
        by_fix
            .entry(fix)
            .or_default()
            .push((place, device, finding));
    }
    let mut groups: Vec<_> = by_fix.into_values().collect();
    groups.sort_by_key(|members| (Reverse(at_risk(members)), Reverse(members.len())));
    groups
}

fn at_risk(members: &[Member<'_>]) -> u64 {
    let at_risk = members.iter().filter(|(_, device, _)| device.could_be_lost);
    at_risk.count() as u64
}

pub(super) fn group(number: usize, members: &[Member<'_>]) -> Group {
    let leading_finding = members.first().and_then(|(_, _, finding)| *finding);
    let harms = counted(fixes(members).filter_map(|fix| fix.may_destroy));
    Group {
        number,
        count: members.len() as u64,
        at_risk: at_risk(members),
        key: device::fix_key(leading_finding),
        title: leading_finding.and_then(Finding::fix).map_or(
            "Look at the device: no finding points to a fix".into(),
            |fix| fix.title.to_owned(),
        ),
        who: who(members),
        because: because(&counted(findings(members).map(|f| f.code.about().title))),
        may_destroy: harms
            .into_iter()
            .map(|(harm, _)| may_destroy(harm))
            .collect(),
        step_lists: step_lists(members),
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

fn fixes(members: &[Member<'_>]) -> impl Iterator<Item = &'static About> {
    findings(members).filter_map(Finding::fix)
}

fn who(members: &[Member<'_>]) -> String {
    let all = fixes(members).map(|fix| fix.who.to_owned());
    shares(&counted(all))
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
    let all = counted(members.iter().filter_map(steps_of));
    let one = all.len() == 1;
    let shown_ways = all
        .into_iter()
        .filter(|(steps, _)| !steps.is_empty())
        .take(STEP_LISTS_MAX);
    let step_list = |(steps, _): (Vec<String>, u64)| StepList {
        whom: (!one).then(|| whom(members, &steps)),
        steps,
    };
    shown_ways.map(step_list).collect()
}

fn steps_of((_, device, finding): &Member<'_>) -> Option<Vec<String>> {
    finding.map(|finding| advice::steps(device, finding))
}

/// "2 devices with iOS 12.5.7, iOS 16.7:".
fn whom(members: &[Member<'_>], steps: &Vec<String>) -> String {
    let same_steps: Vec<_> = members
        .iter()
        .filter(|member| steps_of(member).as_ref() == Some(steps))
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
