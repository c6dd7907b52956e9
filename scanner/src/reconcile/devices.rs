//! Puts the evidence together: which backup, which MDM answer and which table row speak of one device.
//!
//! By UDID, then serial number, then IMEI or MEID, then ECID, never by name. Evidence that agrees on
//! one number and contradicts itself on a stronger one is kept apart, and every device concerned says
//! so. The result is the same whatever order the evidence comes in.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::join::{self, Claim, Group};
use crate::model::backup::LocalBackup;
use crate::model::evidence::Sourced;
use crate::model::fleet::{Conflict, Device, Unmatched};
use crate::model::identity::{FolderName, Identity, Udid};
use crate::model::management::{Answer, Management};
use crate::model::person::{Assigned, InventoryRow};

/// All devices that any evidence names, by serial number and then UDID, and the answers and rows
/// that name none. A backup that names no device is a device of its own: it must not get lost.
pub fn reconcile(
    backups: Vec<LocalBackup>,
    answers: Vec<Answer>,
    people: Vec<InventoryRow>,
) -> (Vec<Device>, Vec<Unmatched>) {
    let (answers, hidden): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| !answer.identity.is_empty());
    let (people, nameless): (Vec<_>, Vec<_>) =
        people.into_iter().partition(|row| !row.identity.is_empty());
    let mut evidence: Vec<Option<Evidence>> = (backups
        .into_iter()
        .map(|one| Evidence::Backup(Box::new(one))))
    .chain(
        answers
            .into_iter()
            .map(|one| Evidence::Answer(Box::new(one))),
    )
    .chain(people.into_iter().map(|one| Evidence::Row(Box::new(one))))
    .map(Some)
    .collect();
    let claims: Vec<Claim> = evidence.iter().flatten().map(Evidence::claim).collect();
    let counts = |group: &Group| {
        let mut members = group
            .members
            .iter()
            .filter_map(|member| evidence.get(*member)?.as_ref());
        members.any(Evidence::counts)
    };
    let groups: Vec<Group> = join::join(&claims).into_iter().filter(counts).collect();
    let mut devices: Vec<Device> = groups
        .into_iter()
        .map(|group| device(group, &mut evidence))
        .collect();
    add_name_conflicts(&mut devices);
    devices.sort_by_cached_key(place_in_fleet);
    (devices, unmatched(hidden, nameless))
}

/// Says at a device without a backup that the folder named by its UDID holds the backup of another one:
/// people rename the old phone's folder to the new phone's UDID before a restore.
fn add_name_conflicts(devices: &mut [Device]) {
    let mut others: BTreeMap<Udid, Vec<&LocalBackup>> = BTreeMap::new();
    for backup in devices.iter().flat_map(|device| &device.backups) {
        let name = FolderName::parse(&backup.folder_name).map(|name| name.udid);
        let own = backup.identity.udid.as_ref();
        if let Some(name) = name.filter(|name| own.is_some_and(|own| own != name)) {
            others.entry(name).or_default().push(backup);
        }
    }
    let conflicts: Vec<Option<Conflict>> = devices
        .iter()
        .map(|device| {
            let udid = device.identity.udid.as_ref();
            let udid = udid.filter(|_| device.backups.is_empty())?;
            another_inside(others.get(udid)?)
        })
        .collect();
    for (device, conflict) in devices.iter_mut().zip(conflicts) {
        device.conflicts.extend(conflict);
        device.conflicts.sort();
    }
}

fn another_inside(backups: &[&LocalBackup]) -> Option<Conflict> {
    let first = backups.iter().min_by_key(|backup| &backup.path)?;
    let of = first.identity.udid.as_ref()?;
    let mut paths: Vec<PathBuf> = backups.iter().map(|backup| backup.path.clone()).collect();
    paths.sort();
    Some(Conflict {
        text: format!(
            "a folder is named by the UDID of this device and holds the backup of another one, UDID {of}"
        ),
        paths,
    })
}

/// One piece of evidence.
enum Evidence {
    Backup(Box<LocalBackup>),
    Answer(Box<Answer>),
    Row(Box<InventoryRow>),
}

impl Evidence {
    /// Is it of an iPhone or iPad by itself?
    fn counts(&self) -> bool {
        match self {
            Self::Backup(_) => true,
            Self::Answer(answer) => !answer.management.kind_unsure,
            Self::Row(row) => !row.kind_unsure,
        }
    }

    fn claim(&self) -> Claim {
        let (identity, at, path): (&Identity, _, &Path) = match self {
            Self::Backup(backup) => {
                let newest = backup.last_attempt().max(backup.manifest_date);
                (&backup.identity, newest, &backup.path)
            }
            Self::Answer(answer) => (
                &answer.identity,
                Some(answer.source.observed_at),
                &answer.source.path,
            ),
            Self::Row(row) => (&row.identity, None, &row.source.path),
        };
        Claim {
            identity: identity.clone(),
            at: at.unwrap_or(Timestamp::MIN),
            path: path.to_owned(),
        }
    }
}

/// Gathers the evidence of one group.
fn device(group: Group, evidence: &mut [Option<Evidence>]) -> Device {
    let mut device = Device {
        identity: group.identity,
        conflicts: group.conflicts,
        ..Device::default()
    };
    let mut rows = Vec::new();
    for piece in group
        .members
        .iter()
        .filter_map(|member| evidence.get_mut(*member)?.take())
    {
        match piece {
            Evidence::Backup(backup) => device.backups.push(*backup),
            Evidence::Answer(answer) => add_answer(&mut device.management, answer.management),
            Evidence::Row(row) => rows.push(*row),
        }
    }
    device
        .backups
        .sort_by(|a, b| newest_first(a).cmp(&newest_first(b)));
    device.conflicts.extend(rows_that_differ(&mut rows));
    device.conflicts.sort();
    device.conflicts.dedup();
    let assigned = device.management.as_ref().and_then(|m| m.assigned.as_ref());
    device.person = person(rows.into_iter().next(), assigned, &device.identity);
    device
}

/// The first answer stays where it is: with many devices every copy counts.
fn add_answer(known: &mut Option<Box<Management>>, mut answer: Box<Management>) {
    match known {
        Some(known) => known.absorb(*answer),
        None => {
            // Of this group something is known to be an iPhone or iPad.
            answer.kind_unsure = false;
            *known = Some(answer);
        }
    }
}

/// The inventory's row, with what the MDM says where the row is silent. A row that names a user takes
/// no address or department from an answer that names another user.
fn person(
    row: Option<InventoryRow>,
    assigned: Option<&Sourced<Assigned>>,
    identity: &Identity,
) -> Option<InventoryRow> {
    let Some(assigned) = assigned else { return row };
    let mdm = &assigned.value;
    let mut row = row.unwrap_or_else(|| InventoryRow {
        identity: identity.clone(),
        user: None,
        email: None,
        department: None,
        site: None,
        group: None,
        tags: Vec::new(),
        planned_swap: None,
        device_name: None,
        kind_unsure: false,
        source: Arc::clone(&assigned.source),
    });
    let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a.to_lowercase() == b.to_lowercase(),
        _ => false,
    };
    let has_no_user = row.user.is_none() && row.email.is_none();
    if has_no_user || same(&row.user, &mdm.user) || same(&row.email, &mdm.email) {
        row.user = row.user.or_else(|| mdm.user.clone());
        row.email = row.email.or_else(|| mdm.email.clone());
        row.department = row.department.or_else(|| mdm.department.clone());
    }
    row.site = row.site.or_else(|| mdm.site.clone());
    row.group = row.group.or_else(|| mdm.group.clone());
    if row.tags.is_empty() {
        row.tags.clone_from(&mdm.tags);
    }
    Some(row)
}

fn newest_first(
    backup: &LocalBackup,
) -> (
    Reverse<Option<Timestamp>>,
    Reverse<Option<Timestamp>>,
    &Path,
) {
    (
        Reverse(backup.completed_at),
        Reverse(backup.last_attempt()),
        &backup.path,
    )
}

/// Sorts the rows of one device; a conflict when they do not say the same of its user.
fn rows_that_differ(rows: &mut [InventoryRow]) -> Option<Conflict> {
    rows.sort_by(|a, b| (&a.source, a).cmp(&(&b.source, b)));
    let first = rows.first()?;
    let matches = |row: &InventoryRow| {
        (
            row.user.clone(),
            row.email.clone(),
            row.department.clone(),
            row.site.clone(),
            row.group.clone(),
            row.tags.clone(),
            row.planned_swap,
        )
    };
    let differ = rows.iter().any(|row| matches(row) != matches(first));
    differ.then(|| {
        let mut paths: Vec<_> = rows.iter().map(|row| row.source.path.clone()).collect();
        paths.dedup();
        let count = rows.len();
        Conflict {
            text: format!(
                "the inventory has {count} rows for this device that differ; one of them is shown"
            ),
            paths,
        }
    })
}

/// By serial number, then UDID; devices without come last.
fn place_in_fleet(device: &Device) -> impl Ord + use<> {
    let identity = device.identity.clone();
    let path = device.backups.first().map(|backup| backup.path.clone());
    (
        identity.serial.is_none(),
        identity.serial.clone(),
        identity.udid.is_none(),
        identity,
        path,
    )
}

fn unmatched(hidden: Vec<Answer>, nameless: Vec<InventoryRow>) -> Vec<Unmatched> {
    let answers = hidden.into_iter().map(|answer| Unmatched {
        reason: answer
            .hidden
            .unwrap_or_else(|| "the document names no device".to_owned()),
        source: answer.source,
    });
    let rows = nameless.into_iter().map(|row| Unmatched {
        reason: "the row names no device".to_owned(),
        source: row.source,
    });
    let mut all: Vec<_> = answers.chain(rows).collect();
    all.sort();
    all.dedup();
    all
}
