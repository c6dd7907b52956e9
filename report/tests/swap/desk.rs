//! Builders of devices for the swap check.

use fleetback_report::results::*;
use fleetback_report::swap::answer::{Answer, Outcome};
use fleetback_report::swap::rule_input::RuleInput;
use fleetback_report::swap::rules::answers;
use fleetback_report::swap::target::Target;
use fleetback_report::tables::os_releases::OsTables;
use fleetback_scanner::model::backup::*;
use fleetback_scanner::model::management::CapacityUnit;
use jiff::{SignedDuration, Timestamp};

use crate::common::{self, NOW, at};

/// Seconds of an hour and of a day.
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

/// So many seconds before now.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    at(NOW) - SignedDuration::from_secs(seconds)
}

/// An encrypted backup of a device, its password proven.
pub(crate) fn local(seconds_old: i64) -> Backup {
    let mut backup = common::backup("00008110-000A2C3E0E12801E", "mac-07", NOW);
    backup.completed_at = Some(ago(seconds_old));
    backup.verified.level = VerifyLevel::Sizes;
    backup.udid = Some("00008110-000A2C3E0E12801E".to_owned());
    backup.serial_number = Some("C39TEST00001".to_owned());
    backup
}

/// The same without encryption.
pub(crate) fn plain(seconds_old: i64) -> Backup {
    Backup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        password_proof: None,
        ..local(seconds_old)
    }
}

/// Encrypted, and the password was not given.
pub(crate) fn locked(seconds_old: i64) -> Backup {
    Backup {
        password: Password::Missing,
        password_proof: None,
        restorable: Restorable::NeedsPassword,
        ..local(seconds_old)
    }
}

/// A phone with a good encrypted backup of an hour ago, known from nowhere else.
pub(crate) fn phone() -> Device {
    with(bare(), local(HOUR))
}

/// A phone without a backup, about which nothing is known.
pub(crate) fn bare() -> Device {
    Device {
        udid: Some("00008110-000A2C3E0E12801E".to_owned()),
        ..common::device("C39TEST00001", "Anna’s iPhone", Status::Unknown)
    }
}

/// One more backup.
pub(crate) fn with(mut device: Device, backup: Backup) -> Device {
    device.status = Status::Protected;
    device.backups.insert(0, backup);
    device
}

/// With what the MDM said an hour ago.
pub(crate) fn managed(mut device: Device, say: impl FnOnce(&mut Mdm)) -> Device {
    let mdm = device.mdm.get_or_insert_with(|| Mdm {
        last_seen: Some(ago(HOUR)),
        trusted: true,
        ..Mdm::default()
    });
    say(mdm);
    device
}

/// Storage in all and free, as an MDM says it that counts in this unit.
pub(crate) fn storage(mdm: &mut Mdm, unit: CapacityUnit, all: f64, free: f64) {
    (mdm.capacity, mdm.available) = (Some(all), Some(free));
    mdm.capacity_told = Some(CapacityTold { amount: all, unit });
}

/// With an iCloud backup of that age, as the MDM heard so long ago.
pub(crate) fn icloud(mut device: Device, seconds_old: i64, told: i64) -> Device {
    device.status = Status::Protected;
    device.icloud = Icloud {
        unread: None,
        enabled: Some(true),
        last_date: Some(ago(seconds_old)),
        source: None,
        key: None,
        observed_at: Some(ago(told)),
        good: seconds_old <= 180 * DAY,
        attempts: Vec::new(),
    };
    device
}

/// A new device that nothing is said of.
pub(crate) fn new_device() -> Target {
    Target {
        asked: Some("F2LX0002TEST".to_owned()),
        one_device: true,
        ..Target::default()
    }
}

/// Every rule's answer.
pub(crate) fn ask(device: &Device, target: Option<&Target>) -> Vec<Answer> {
    ask_later(device, target, 0)
}

/// Every rule's answer, from evidence that was read so many seconds ago.
pub(crate) fn ask_later(device: &Device, target: Option<&Target>, seconds: i64) -> Vec<Answer> {
    let policy = common::results(Vec::new(), Vec::new()).policy;
    answers(&RuleInput {
        device: device.into(),
        policy: &policy,
        releases: &OsTables::default(),
        read_at: ago(seconds),
        now: at(NOW),
        target,
    })
}

/// The answer to one rule.
pub(crate) fn answer(device: &Device, target: Option<&Target>, rule: &str) -> Answer {
    let all = ask(device, target);
    all.into_iter().find(|answer| answer.rule == rule).unwrap()
}

/// Asks one rule.
#[track_caller]
pub(crate) fn check(rule: &str, device: &Device, target: Option<&Target>, want: Outcome) {
    let got = answer(device, target, rule);
    assert_eq!(got.answer, want, "{rule}: {}", got.evidence);
}
