//! Reasons not to look any further: the device is retired, lost, silent, in the middle of a backup, or its
//! clock is wrong. The cause behind them cannot be seen from outside.

use fleetback_scanner::model::backup::State;
use jiff::SignedDuration;

use super::rule::{Reason, Row, row};
use crate::assess::context::DeviceContext;
use crate::assess::good_backup::is_plausible;
use crate::format::instant;
use crate::results::Confidence::{High, Medium};
use crate::results::{Code, FixId};

/// The codes that speak of the age of a backup and not of its making.
const AGE: &[Code] = &[
    Code::BackupNever,
    Code::BackupStale,
    Code::BackupUnknown,
    Code::BackupAging,
];

pub(crate) const ROWS: &[Row] = &[
    row(
        "L13",
        &[
            Code::BackupNever,
            Code::BackupStale,
            Code::BackupUnknown,
            Code::BackupAging,
            Code::DeviceNotSeen,
        ],
        left,
        "The device has left the MDM: nothing can be asked of it any more.",
        FixId::MatchInventory,
        High,
    ),
    row(
        "L13",
        AGE,
        retired,
        "Only old backups know this device: it is probably retired.",
        FixId::MatchInventory,
        Medium,
    ),
    row(
        "G4",
        &[
            Code::BackupNever,
            Code::BackupStale,
            Code::BackupUnknown,
            Code::BackupAging,
            Code::DeviceNotSeen,
        ],
        lost,
        "The device is in lost mode: it makes no backups until it is found.",
        FixId::BringDeviceOnline,
        High,
    ),
    row(
        "G5",
        AGE,
        wrong_clock,
        "The date of the newest backup cannot be true, so its age is unknown.",
        FixId::FixClock,
        High,
    ),
    row(
        "G2",
        &[
            Code::BackupNever,
            Code::BackupStale,
            Code::BackupUnknown,
            Code::BackupAging,
            Code::DeviceNotSeen,
        ],
        silent,
        "The MDM has not heard from the device lately: it may be off, offline or lost.",
        FixId::BringDeviceOnline,
        High,
    )
    .next(FixId::StableWifi),
    row(
        "G6",
        AGE,
        running,
        "A backup is running right now.",
        FixId::Wait,
        Medium,
    )
    .next(FixId::RestartDevice),
    row(
        "G7",
        AGE,
        new_device,
        "The device was enrolled less than two days ago: its first backup may still be to come.",
        FixId::Wait,
        Medium,
    )
    .next(FixId::TurnOnIcloudBackup),
];

fn left(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let state = ctx.left_mdm()?;
    Some(Reason::new(format!(
        "the MDM's record of {} says that it has left",
        instant(state.observed_at())
    )))
}

fn retired(ctx: &DeviceContext<'_>) -> Option<Reason> {
    ctx.only_in_backups()
        .then(|| Reason::new("no MDM document and no inventory table names this device"))
}

fn lost(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let lost_mode = ctx
        .mdm()?
        .lost_mode
        .as_ref()
        .filter(|lost_mode| lost_mode.value)?;
    Some(Reason::new(format!(
        "the MDM said on {} that lost mode is on",
        instant(lost_mode.observed_at())
    )))
}

fn wrong_clock(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let backup = ctx.newest_local()?;
    let date = backup.completed_at.or(backup.status_date)?;
    let wrong = !is_plausible(date, ctx.now);
    let newest = wrong && ctx.last_good().is_none_or(|good| date > good.date);
    newest.then(|| {
        Reason::new(format!(
            "the newest local backup bears the date {}",
            instant(date)
        ))
    })
}

/// Silent in the MDM, and not seen at a computer since either.
fn silent(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let contact = ctx.contact()?.value;
    let at_computer = ctx
        .real_locals()
        .filter_map(|local| local.backup.last_attempt());
    let seen_since = at_computer
        .filter(|date| is_plausible(*date, ctx.now))
        .any(|date| ctx.trusted(date));
    (!ctx.trusted(contact) && !seen_since).then(|| {
        Reason::new(format!(
            "the MDM last heard of it on {}, {} ago",
            instant(contact),
            ctx.age(contact).words()
        ))
    })
}

/// iOS itself counts the days from the start.
const NEW: SignedDuration = SignedDuration::from_hours(48);

fn new_device(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let enrolled = ctx.mdm()?.enrolled_at.as_ref()?.value;
    let new = is_plausible(enrolled, ctx.now) && enrolled.duration_until(ctx.now) < NEW;
    let backed_up = ctx.last_good().is_some_and(|good| good.date >= enrolled);
    (new && !backed_up).then(|| {
        Reason::new(format!(
            "it was enrolled on {}, and no backup since then is known",
            instant(enrolled)
        ))
    })
}

fn running(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let mut running = ctx
        .real_locals()
        .filter(|l| l.backup.state == State::InProgress);
    let backup = running.next()?.backup;
    Some(Reason::new(format!(
        "the folder {} on {} was being written during the scan",
        backup.folder_name, backup.host
    )))
}
