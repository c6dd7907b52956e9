//! What counts as a good backup: the one question behind every status.
//!
//! `finished` is a claim. A local backup is good when it is restorable, of this device, of a kind
//! that the policy accepts, and bears a date that can be true. Encryption is not asked for here:
//! its absence is a finding of its own.

use fleetback_scanner::model::backup::{LocalBackup, Password, Restorable, State};
use jiff::{SignedDuration, Timestamp};

use crate::policy::{Demand, Effective, Requirement, span_of_days};

/// How far ahead of the run's clock a date may lie before it is wrong: a day covers every time zone
/// that a tool may have forgotten.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The start of 2007: there was no iPhone before it. Clocks that lost their power say 1970 or 2001.
const FIRST_YEAR: Timestamp = Timestamp::constant(1_167_609_600, 0);

/// Can a date be true?
pub(crate) fn is_plausible(date: Timestamp, now: Timestamp) -> bool {
    date >= FIRST_YEAR && now.duration_until(date) <= AHEAD
}

/// Is something of this date at most so many days old? A date a little ahead of now is.
pub(crate) fn within(date: Timestamp, now: Timestamp, days: f64) -> bool {
    date.duration_until(now) <= span_of_days(days)
}

/// The date of a local backup that is good; `None` for one that is not.
pub(crate) fn local_date(
    backup: &LocalBackup,
    policy: &Effective<'_>,
    now: Timestamp,
) -> Option<Timestamp> {
    let accepted = policy.backups.local != Requirement::Forbidden
        && backup.identity_disagrees.is_none()
        && has_something_whole(backup.state)
        && can_be_restored(backup)
        && password_is_proven_enough(backup, policy);
    backup
        .completed_at
        .filter(|date| accepted && is_plausible(*date, now))
}

/// States in which a whole copy may lie in the folder.
fn has_something_whole(state: State) -> bool {
    match state {
        // A backup that is running now leaves the copy before it in place.
        State::Complete | State::AttemptFailed | State::CleanupUnfinished | State::InProgress => {
            true
        }
        State::Partial
        | State::Unfinished
        | State::Damaged
        | State::Placeholder
        | State::Fake
        | State::Unreadable
        | State::Unknown => false,
    }
}

fn can_be_restored(backup: &LocalBackup) -> bool {
    match backup.restorable {
        Restorable::Yes => true,
        Restorable::NeedsPassword => backup.password != Password::KeybagDamaged,
        Restorable::No | Restorable::Unknown => false,
    }
}

fn password_is_proven_enough(backup: &LocalBackup, policy: &Effective<'_>) -> bool {
    policy.backups.password == Demand::Allowed
        || !matches!(
            backup.password,
            Password::Missing | Password::Wrong | Password::NotTried
        )
}

/// An iCloud date and when it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CloudDate {
    /// When the backup was completed.
    pub(crate) date: Timestamp,
    /// When the evidence was true.
    pub(crate) observed_at: Timestamp,
}

impl CloudDate {
    /// Is the evidence young enough?
    pub(crate) fn is_trusted(self, policy: &Effective<'_>, now: Timestamp) -> bool {
        within(
            self.observed_at,
            now,
            policy.thresholds.inventory_trusted_days,
        )
    }

    /// Does it count as a backup?
    pub(crate) fn is_good(self, policy: &Effective<'_>, now: Timestamp) -> bool {
        policy.backups.icloud != Requirement::Forbidden
            && self.is_trusted(policy, now)
            && is_plausible(self.date, now)
            && within(self.date, now, policy.thresholds.icloud_ignored_days)
    }
}

/// States in which the folder claims to hold a whole backup.
pub(crate) fn claims_to_be_whole(backup: &LocalBackup) -> bool {
    !matches!(
        backup.state,
        State::Unfinished | State::InProgress | State::Placeholder | State::Fake
    )
}

/// Is a password needed to judge the backup?
pub(crate) fn is_asked_for_its_password(backup: &LocalBackup) -> bool {
    claims_to_be_whole(backup) && !backup.archived
}
