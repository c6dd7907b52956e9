//! The copies of a device's data that could be restored, and the one that should be.
//!
//! The newest is not always the right one. The newest that holds most is: an encrypted backup
//! of nine hours ago brings back the passwords that an iCloud backup of one hour ago does not.

use std::cmp::Reverse;

use fleetback_scanner::model::backup::{Password, Restorable, State};
use jiff::{SignedDuration, Timestamp};

use crate::results::{Backup, BackupKind, Icloud};

/// How much a copy brings back, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// Local, encrypted, its password proven.
    Full,
    /// iCloud: saved passwords come back to the same device only.
    Cloud,
    /// Local, not encrypted.
    Plain,
    /// Local, encrypted, its password not proven.
    Unproven,
    /// Local, and being written to.
    Running,
}

/// A copy that could be restored, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copy<'a> {
    /// When it was completed.
    pub date: Timestamp,
    /// The local backup; `None` for iCloud.
    pub backup: Option<&'a Backup>,
    /// What it brings back.
    pub worth: Worth,
}

impl Copy<'_> {
    /// Where it lies.
    pub fn kind(&self) -> BackupKind {
        match self.backup {
            Some(_) => BackupKind::Local,
            None => BackupKind::Icloud,
        }
    }
}

/// Every copy that the policy takes as good.
pub fn copies<'a>(backups: &'a [Backup], icloud: &Icloud) -> Vec<Copy<'a>> {
    let locals = backups.iter().filter(|backup| backup.good);
    let locals = locals.filter_map(|backup| {
        Some(Copy {
            date: backup.completed_at?,
            backup: Some(backup),
            worth: worth(backup),
        })
    });
    let cloud = icloud.last_date.filter(|_| icloud.good);
    let cloud = cloud.map(|date| Copy {
        date,
        backup: None,
        worth: Worth::Cloud,
    });
    locals.chain(cloud).collect()
}

/// The copy that should be restored: of those young enough the one that holds most, else the newest.
pub(crate) fn chosen(
    copies: Vec<Copy<'_>>,
    now: Timestamp,
    limit: SignedDuration,
) -> Option<Copy<'_>> {
    copies.into_iter().min_by_key(|copy| {
        let young = is_young(copy.date, now, limit);
        (!young, young.then_some(copy.worth), Reverse(copy.date))
    })
}

/// Is something of this date no older than the limit? To the second: a limit of 24 hours is passed a
/// second after them.
pub(crate) fn is_young(date: Timestamp, now: Timestamp, limit: SignedDuration) -> bool {
    date.duration_until(now) <= limit
}

/// Two clocks of one house differ by less than this.
const CLOCKS_DIFFER_BY: SignedDuration = SignedDuration::from_hours(1);

/// Does something of this date lie so far after now that a clock must be wrong?
pub(crate) fn is_ahead(date: Timestamp, now: Timestamp) -> bool {
    now.duration_until(date) > CLOCKS_DIFFER_BY
}

fn worth(backup: &Backup) -> Worth {
    let encrypted = backup.encrypted != Some(false);
    match (backup.state, backup.restorable, backup.password) {
        (State::InProgress, ..) => Worth::Running,
        (_, Restorable::Yes, Password::Proven) if encrypted => Worth::Full,
        (_, Restorable::Yes, Password::NotNeeded) => Worth::Plain,
        _ => Worth::Unproven,
    }
}
