//! The work list: one row for each fix, for those who look after the devices and for their users.
//!
//! The rows are the groups of [`super::groups`], so the first numbers of all rows add up to the headline.

use std::collections::BTreeSet;

use super::device;
use super::groups::{Group, Member, gathered, group};
use super::letter::{self, Letter};
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::Device;

/// Devices named in the list of a task; the rest are in the table.
const NAMED_MAX: usize = 100;

/// Devices named in a mail.
const MAIL_DEVICES_MAX: usize = 40;

/// Tasks of the same people.
pub(crate) struct TaskList {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) tasks: Vec<Task>,
}

/// One fix and the devices that need it.
pub(crate) struct Task {
    pub(crate) group: Group,
    /// Whom it concerns: "Ben Achterberg, Kasse".
    pub(crate) people: String,
    pub(crate) named: Vec<NamedDevice>,
    /// "12 more in the table"; empty when all are named.
    pub(crate) more: String,
    pub(crate) mail: Letter,
}

/// A device of a task.
pub(crate) struct NamedDevice {
    /// What the address of the page calls it.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) serial: String,
}

impl Task {
    pub(crate) fn at_risk(&self) -> String {
        format::number(self.group.at_risk)
    }

    pub(crate) fn in_date(&self) -> String {
        format::number(self.group.count - self.group.at_risk)
    }
}

impl TaskList {
    /// Devices of all tasks.
    pub(crate) fn devices(&self) -> String {
        format::number(self.tasks.iter().map(|task| task.group.count).sum())
    }
}

/// The two lists; one without tasks is empty.
pub(crate) fn task_lists(view: &ReportView<'_>) -> Vec<TaskList> {
    let groups = gathered(view);
    let tasks = (1..)
        .zip(&groups)
        .map(|(number, members)| task(number, members));
    let (users, staff): (Vec<_>, Vec<_>) = tasks.partition(|task| task.group.who == "user");
    let lists = [
        ("for-it", "For IT", staff),
        ("for-users", "For users", users),
    ];
    let lists = lists.map(|(id, title, tasks)| TaskList { id, title, tasks });
    lists.into()
}

fn task(number: usize, members: &[Member<'_>]) -> Task {
    let group = group(number, members);
    let more = members.len().saturating_sub(NAMED_MAX) as u64;
    Task {
        people: people(members),
        named: (members.iter().take(NAMED_MAX))
            .map(|(place, device, _)| named(*place, device))
            .collect(),
        more: if more == 0 {
            String::new()
        } else {
            format!("{} more in the table", format::number(more))
        },
        mail: mail(members, &group),
        group,
    }
}

/// A device by its place in the table.
pub(super) fn named(place: usize, device: &Device) -> NamedDevice {
    NamedDevice {
        key: device::copied(device).unwrap_or_else(|| place.to_string()),
        name: person_and_device(device),
        serial: device::copied(device).unwrap_or_default(),
    }
}

/// "Ben Achterberg, iPhone von Ben".
fn person_and_device(device: &Device) -> String {
    let parts = [device.user.as_deref(), device.device_name.as_deref()];
    let parts: Vec<_> = parts.into_iter().flatten().map(escaped).collect();
    if parts.is_empty() {
        return device::handle(device);
    }
    parts.join(", ")
}

/// Each user once, or the device where there is none; as many as a line holds.
fn people(members: &[Member<'_>]) -> String {
    const LINE: usize = 12;
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for (_, device, _) in members {
        let name = match &device.user {
            Some(user) => escaped(user),
            None => device::handle(device),
        };
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    format::list(&names, LINE)
}

/// To the one user, with the letter about the device; to the users of many; or a task for staff.
fn mail(members: &[Member<'_>], group: &Group) -> Letter {
    let finding = members.first().and_then(|(_, _, finding)| *finding);
    let for_users = finding.filter(|finding| finding.likely_fix.about().ask.is_some());
    let letter = for_users.and_then(|finding| match members {
        [(_, device, _)] => letter::to_user(device),
        many => letter::to_users(finding.likely_fix, addresses(many)),
    });
    letter.unwrap_or_else(|| {
        let steps = group.step_lists.first().map_or(&[][..], |list| &list.steps);
        letter::to_staff(&group.title, steps, &lines(members))
    })
}

fn addresses(members: &[Member<'_>]) -> Vec<String> {
    let addresses = members
        .iter()
        .filter_map(|(_, device, _)| device.email.as_deref());
    let addresses: BTreeSet<_> = addresses.map(escaped).collect();
    addresses.into_iter().collect()
}

/// "45VCJG84LT, Ben Achterberg, iPhone von Ben", a line each.
fn lines(members: &[Member<'_>]) -> Vec<String> {
    let line = |(_, device, _): &Member<'_>| match device::copied(device) {
        Some(id) => format!("{id}, {}", person_and_device(device)),
        None => person_and_device(device),
    };
    let mut lines: Vec<_> = members.iter().take(MAIL_DEVICES_MAX).map(line).collect();
    let more = members.len().saturating_sub(MAIL_DEVICES_MAX);
    if more > 0 {
        lines.push(format!("and {} more", format::number(more as u64)));
    }
    lines
}
