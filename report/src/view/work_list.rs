//! The work list: one row for each fix, for those who look after the devices and for their users.
//!
//! The rows are the groups of [`super::groups`], so the first numbers of all rows add up to the headline.

use std::collections::{BTreeMap, BTreeSet};

use super::device;
use super::groups::{Group, Member, gathered, group};
use super::letter::{self, Letter};
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::Device;

/// Devices named in the list of a task; the rest are in the table.
const NAMED_MAX: usize = 100;

/// People and devices named in the row of a task; how many of them fit, the page finds out.
const PEOPLE_MAX: usize = 12;

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
    /// Whom it concerns, the first of them.
    pub(crate) people: Vec<Concerned>,
    /// How many those are in all.
    pub(crate) people_count: usize,
    pub(crate) named: Vec<NamedDevice>,
    /// "12 more in the table"; empty when all are named.
    pub(crate) more: String,
    pub(crate) mail: Letter,
}

/// A person and the devices of this person, or a device without a person.
pub(crate) struct Concerned {
    /// "Ben Achterberg", "Kasse".
    pub(crate) name: String,
    /// "iPhone von Ben", "2 devices"; empty where the name is the device's.
    pub(crate) devices: String,
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

    /// "and 7 more", of those that are not named at all; empty when all are.
    pub(crate) fn people_more(&self) -> String {
        match self.people_count - self.people.len() {
            0 => String::new(),
            more => format!("and {} more", format::number(more as u64)),
        }
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
    let people = people(members);
    Task {
        people_count: people.len(),
        people: people.into_iter().take(PEOPLE_MAX).collect(),
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

/// Each user once, or the device where there is none: its name, else a number of it.
fn people(members: &[Member<'_>]) -> Vec<Concerned> {
    let mut owned: BTreeMap<&str, Vec<&Device>> = BTreeMap::new();
    for (_, device, _) in members {
        if let Some(user) = &device.user {
            owned.entry(user).or_default().push(device);
        }
    }
    let people = members.iter().filter_map(|(_, device, _)| {
        let Some(user) = &device.user else {
            return Some(Concerned {
                name: called(device),
                devices: String::new(),
            });
        };
        let devices = owned.remove(user.as_str())?;
        Some(Concerned {
            name: escaped(user),
            devices: devices_of(&devices),
        })
    });
    people.collect()
}

/// "iPhone von Ben", or "2 devices".
fn devices_of(devices: &[&Device]) -> String {
    match devices {
        [only] => called(only),
        many => format::plural(many.len() as u64, "device", "devices"),
    }
}

/// The name of a device, else a number of it.
fn called(device: &Device) -> String {
    let name = device.device_name.as_deref();
    name.map_or_else(|| device::handle(device), escaped)
}

/// To the one user, with the letter about the device; to the users of many; or a task for staff.
fn mail(members: &[Member<'_>], group: &Group) -> Letter {
    let finding = members.first().and_then(|(_, _, finding)| *finding);
    let fix = finding.and_then(|finding| finding.likely_fix);
    let for_users = fix.filter(|fix| fix.about().ask.is_some());
    let letter = for_users.and_then(|fix| match members {
        [(_, device, _)] => letter::to_user(device),
        many => letter::to_users(fix, addresses(many)),
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
