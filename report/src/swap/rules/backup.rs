//! The backup itself: is there one, of this device, young enough, and with a second one beside it?

use crate::format::number;
use crate::results::{Backup, BackupKind, Status};
use crate::swap::answer::Reply;
use crate::swap::copies::{Copy, Worth};
use crate::swap::rule_input::RuleInput;

/// What makes a backup that will do.
pub(super) const BACK_UP_NOW: &str =
    "Back it up now, encrypted, to a scanned computer; then check again";
const TWO_COPIES: &str =
    "For people whose data must not be lost: one encrypted copy on a computer, and one in iCloud";
const REFRESH: &str = "Have the MDM query the device, export its data, and check again";
const SET_THE_CLOCK: &str = "Set the clocks of both computers right, and scan again";
const SCAN_AGAIN: &str = "Scan again, or read the evidence now with --root and --mdm";

/// S1, S2 and S21 from evidence that is itself out of date.
pub(super) fn evidence_out_of_date(input: &RuleInput<'_>) -> Reply {
    let age = input.age(input.read_at);
    if input.is_from_the_future() {
        return Reply::cannot_tell(format!(
            "the stored results are from the future ({age} of now): a clock is wrong, so their age is unknown"
        ))
        .remedy(SET_THE_CLOCK);
    }
    let limit = limit(input);
    Reply::cannot_tell(format!(
        "the stored results are {age} old, and nothing older than {limit} is relied on"
    ))
    .remedy(SCAN_AGAIN)
}

/// S1
pub(super) fn recent(input: &RuleInput<'_>) -> Reply {
    let Some(copy) = input.chosen() else {
        return no_copy(input);
    };
    let age = input.age(copy.date);
    let newest = format!("the newest restorable backup is {age} old");
    let what = kind_and_place(&copy);
    if input.is_young(copy.date) {
        return Reply::pass(format!("{newest} ({what})"));
    }
    let limit = limit(input);
    if input.icloud_may_be_newer() {
        return Reply::cannot_tell(format!(
            "{newest}; limit: {limit} ({what}); the MDM's answer about iCloud is older too, so there may be a newer backup"
        ))
        .remedy(REFRESH);
    }
    Reply::blocks(format!("{newest}; limit: {limit} ({what})")).remedy(BACK_UP_NOW)
}

/// "encrypted, on mac-07", "iCloud".
fn kind_and_place(copy: &Copy<'_>) -> String {
    match copy.backup {
        Some(backup) if backup.encrypted == Some(true) => format!("encrypted, on {}", backup.host),
        Some(backup) => format!("on {}", backup.host),
        None => "iCloud".to_owned(),
    }
}

fn no_copy(input: &RuleInput<'_>) -> Reply {
    let refresh = input.icloud_may_be_newer();
    match input.device.status {
        Status::Unknown => {
            Reply::cannot_tell("no evidence tells whether there is a backup").remedy(BACK_UP_NOW)
        }
        _ if refresh => {
            Reply::cannot_tell("no backup is known, and the MDM's word on iCloud is old itself")
                .remedy(REFRESH)
        }
        Status::Never => Reply::blocks("there has never been a backup").remedy(BACK_UP_NOW),
        _ => Reply::blocks("there is no backup that could be restored").remedy(BACK_UP_NOW),
    }
}

/// S17
pub(super) fn outlives(input: &RuleInput<'_>) -> Reply {
    let Some(date) = input.device.icloud.last_date else {
        return Reply::pass("no iCloud backup is counted on");
    };
    let age = format!("the iCloud backup is {} old", input.age(date));
    let only = input
        .chosen()
        .is_none_or(|copy| copy.kind() == BackupKind::Icloud);
    if older_than(input, date, input.policy.icloud_ignored_days) && only {
        return Reply::blocks(format!(
            "{age}: Apple deletes it after 180 days, and there is no other"
        ))
        .remedy(BACK_UP_NOW);
    }
    if older_than(input, date, input.policy.icloud_expiring_days) {
        return Reply::warns(format!(
            "{age}, and Apple deletes it after 180 days without a new one"
        ));
    }
    Reply::pass(age)
}

fn older_than(input: &RuleInput<'_>, date: jiff::Timestamp, days: f64) -> bool {
    date.duration_until(input.now) > crate::swap::rule_input::hours(days * 24.0)
}

/// S20
pub(super) fn second_copy(input: &RuleInput<'_>) -> Reply {
    let copies = input.copies();
    let current = copies.iter().filter(|copy| {
        !older_than(input, copy.date, input.device.max_age_days) && copy.worth < Worth::Unproven
    });
    let (linked, own): (Vec<_>, Vec<_>) =
        current.partition(|copy| copy.backup.is_some_and(|backup| backup.hard_linked));
    match (own.len() as u64, linked.first()) {
        (0, None) => Reply::no_backup(),
        (1, None) => Reply::warns("there is one copy only").remedy(TWO_COPIES),
        (0 | 1, Some(linked)) => Reply::warns(format!(
            "there is one copy only: {} shares its files with another folder by hard links, so what damages one damages both",
            describe(input, linked)
        ))
        .remedy(TWO_COPIES),
        (n, _) => Reply::pass(format!("there are {} copies in date", number(n))),
    }
}

/// S21
pub(super) fn of_this_device(input: &RuleInput<'_>) -> Reply {
    if let Some(conflict) = input.device.identity_conflict {
        return Reply::blocks(format!("the evidence contradicts itself: {conflict}"))
            .remedy("Read its serial number off the device; find out which backup is its own");
    }
    match input.chosen() {
        Some(Copy {
            backup: Some(backup),
            ..
        }) => of_this_local(input, backup),
        Some(_) => Reply::pass("the iCloud date is of this device, by the MDM"),
        None => no_copy_to_match(input),
    }
}

fn of_this_local(input: &RuleInput<'_>, backup: &Backup) -> Reply {
    let pairs = [
        ("UDID", &backup.udid, input.device.udid),
        (
            "serial number",
            &backup.serial_number,
            input.device.serial_number,
        ),
    ];
    let texts = pairs
        .into_iter()
        .filter_map(|(name, its, own)| Some((name, its.as_deref()?, own?)));
    let texts: Vec<_> = texts.collect();
    if let Some((name, its, own)) = texts
        .iter()
        .find(|(_, its, own)| !its.eq_ignore_ascii_case(own))
    {
        return Reply::blocks(format!("the backup's {name} is {its}, the device's {own}"))
            .remedy("Read its serial number off the device; find out which backup is its own");
    }
    let names: Vec<_> = texts.iter().map(|(name, ..)| *name).collect();
    let beside = if input.mdm().is_some() {
        ""
    } else {
        "; nothing but the backup itself says so"
    };
    match names.as_slice() {
        [] => Reply::cannot_tell("the backup tells no number of the device"),
        _ if backup.named_by_folder_only => Reply::cannot_tell(
            "only the folder's name says that the backup is of this device, and a folder can be renamed",
        )
        .remedy(BACK_UP_NOW),
        names => Reply::pass(format!(
            "its {} are those of this device{beside}",
            names.join(" and ")
        )),
    }
}

fn no_copy_to_match(input: &RuleInput<'_>) -> Reply {
    match input.device.status {
        Status::Unknown => {
            Reply::cannot_tell("no backup is known that could be held against the device")
        }
        _ => Reply::no_backup(),
    }
}

/// "24 hours", "1.5 hours".
pub(super) fn limit(input: &RuleInput<'_>) -> String {
    let hours = input.policy.swap_hours;
    format!("{hours} {}", if hours == 1.0 { "hour" } else { "hours" })
}

/// "the local backup of 9 hours ago on mac-07".
pub(super) fn describe(input: &RuleInput<'_>, copy: &Copy<'_>) -> String {
    let age = input.age(copy.date);
    match copy.backup {
        Some(backup) => {
            let locked = if backup.encrypted == Some(true) {
                "encrypted "
            } else {
                ""
            };
            format!("the {locked}backup on {} of {age} ago", backup.host)
        }
        None => format!("the iCloud backup of {age} ago"),
    }
}
