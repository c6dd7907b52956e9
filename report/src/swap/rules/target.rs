//! The new device: can it take what the old one gives?

use std::fmt;

use crate::format::rounded;
use crate::swap::answer::Reply;
use crate::swap::copies::Copy;
use crate::swap::rule_input::RuleInput;
use crate::swap::target::Target;
use crate::tables::os_releases::Runs;
use crate::tables::os_version::OsVersion;

/// Part of the capacity that must stay free, so that the restore and the apps' downloads have space.
const MARGIN: f64 = 0.1;

/// S3
pub(crate) fn runs_it(input: &RuleInput<'_>) -> Reply {
    let Some(target) = input.target else {
        return Reply::no_target();
    };
    let Some(copy) = input.chosen() else {
        return Reply::no_backup();
    };
    let Some(asks) = asked_os(input, &copy) else {
        return Reply::cannot_tell("iOS version of the backup unknown");
    };
    let needed = asks.version;
    if target.ambiguous {
        return ambiguous(target);
    }
    let runs = model_runs(input, target, needed);
    if runs == Runs::No {
        return Reply::blocks(format!(
            "{asks}, and the new device stops before it{}",
            in_brackets(target)
        ))
        .remedy("Take a newer model, or move the data by other ways");
    }
    match target.os_version.as_deref().and_then(OsVersion::parse) {
        Some(has) if has >= needed => Reply::pass(format!("{asks}, and the new device has {has}")),
        Some(has) => Reply::blocks(format!("{asks}, and the new device has only {has}"))
            .remedy(format!("Update the new device to {needed} or later first")),
        None if runs == Runs::Yes && !target.one_device => Reply::warns(format!(
            "{asks}, which the new device can run{}",
            in_brackets(target)
        ))
        .remedy(format!("Update the new device to {needed} or later first")),
        None => Reply::cannot_tell(format!(
            "{asks}; the new device's iOS is unknown{}",
            in_brackets(target)
        ))
        .remedy("Look it up on the new device (Settings, General, About); name it: --to-os"),
    }
}

/// Can the model run that version at all, by the list of releases that was given, or the built-in one?
fn model_runs(input: &RuleInput<'_>, target: &Target, needed: OsVersion) -> Runs {
    let model = target.product_type.as_deref();
    model.map_or(Runs::Unknown, |model| input.releases.runs(model, needed))
}

/// The version that a copy asks for, and who says so.
struct AskedOs {
    version: OsVersion,
    said_by: &'static str,
}

impl fmt::Display for AskedOs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.version, self.said_by) {
            (version, "") => write!(out, "the backup is of {version}"),
            (version, by) => write!(out, "the backup asks for {version} ({by})"),
        }
    }
}

/// The highest version that the backup's plists name; of an iCloud backup, that of the device today.
fn asked_os(input: &RuleInput<'_>, copy: &Copy<'_>) -> Option<AskedOs> {
    let required = copy.backup.into_iter().flat_map(|backup| {
        [
            (&backup.os_version, ""),
            (&backup.info_os_version, "Info.plist"),
            (&backup.required_os_version, "RequiredProductVersion"),
        ]
    });
    let required = required.filter_map(|(text, said_by)| {
        let version = OsVersion::parse(text.as_deref()?)?;
        Some(AskedOs { version, said_by })
    });
    let highest = required.reduce(|best, next| {
        if next.version > best.version {
            next
        } else {
            best
        }
    });
    highest.or_else(|| {
        let version = OsVersion::parse(input.device.os_version?)?;
        Some(AskedOs {
            version,
            said_by: "",
        })
    })
}

/// S4
pub(crate) fn has_room(input: &RuleInput<'_>) -> Reply {
    let Some(target) = input.target else {
        return Reply::no_target();
    };
    let Some(copy) = input.chosen() else {
        return Reply::no_backup();
    };
    if target.ambiguous {
        return ambiguous(target);
    }
    if target.same_device {
        return Reply::pass("it goes back to the device that it came from");
    }
    let stored = copy
        .backup
        .and_then(|backup| backup.files?.bytes)
        .map(|bytes| bytes as f64);
    let used = input.used_bytes();
    let Some(room) = target.capacity_gb.map(|gigabytes| gigabytes * 1e9) else {
        return Reply::cannot_tell(format!(
            "the new device's capacity is unknown{}",
            in_brackets(target)
        ))
        .remedy("Say it with --to-capacity");
    };
    compare(room, stored, used)
}

fn compare(room: f64, stored: Option<f64>, used: Option<f64>) -> Reply {
    let sold = rounded(room);
    if let Some(stored) = stored.filter(|stored| stored * (1.0 + MARGIN) > room) {
        return Reply::blocks(format!(
            "the backup takes {} and the new device has {sold}; 10 % more than the backup are needed",
            rounded(stored)
        ))
        .remedy("Take a device with more storage, or clear the old one and back up again");
    }
    match (stored, used) {
        (_, Some(used)) if used > room * (1.0 - MARGIN) => Reply::warns(format!(
            "the old device holds about {}, and the new one has {sold}: not all apps may fit",
            rounded(used)
        )),
        (Some(stored), _) => Reply::pass(format!(
            "the backup takes {}, and the new device has {sold}",
            rounded(stored)
        )),
        (None, Some(used)) => Reply::pass(format!(
            "the old device holds about {}, and the new one has {sold}",
            rounded(used)
        )),
        (None, None) => Reply::cannot_tell("used storage of the old device unknown")
            .remedy("Look on the old device: Settings, General, iPhone Storage"),
    }
}

/// S9
pub(crate) fn supervision(input: &RuleInput<'_>) -> Reply {
    let Some(target) = input.target else {
        return Reply::no_target();
    };
    let old = input.mdm().and_then(|mdm| mdm.supervised);
    if leaves_management_out(input) {
        return supervision_left_out(old, target);
    }
    if target.same_device {
        return Reply::pass("it is the same device");
    }
    let word = |supervised| {
        if supervised {
            "supervised"
        } else {
            "not supervised"
        }
    };
    match (old, target.supervised) {
        (Some(old), Some(new)) if old == new => Reply::pass(format!("both are {}", word(old))),
        (Some(old), Some(new)) => Reply::warns(format!(
            "the old device is {}, the new one is {}: a backup made by Apple Configurator would be refused",
            word(old),
            word(new)
        ))
        .remedy("Restore by Finder, Apple Devices or iCloud, or supervise the new device alike first"),
        (None, _) => Reply::cannot_tell("unknown whether the old device is supervised"),
        (_, None) => Reply::cannot_tell("unknown whether the new device is supervised"),
    }
}

/// Since iOS 27 management and supervision do not come back with a backup: people who restored say so,
/// Apple does not.
const LEAVES_MANAGEMENT_OUT_SINCE: OsVersion = OsVersion::new(27, 0, 0);

/// Is the backup, the device or the new device of a version that leaves management out?
fn leaves_management_out(input: &RuleInput<'_>) -> bool {
    let backup = input.chosen().and_then(|copy| asked_os(input, &copy));
    let target = input.target.and_then(|target| target.os_version.as_deref());
    let devices = [input.device.os_version, target].into_iter().flatten();
    let versions = devices.filter_map(OsVersion::parse);
    versions
        .chain(backup.map(|asked| asked.version))
        .any(|version| version >= LEAVES_MANAGEMENT_OUT_SINCE)
}

fn supervision_left_out(old: Option<bool>, target: &Target) -> Reply {
    const LOST: &str = "since iOS 27 management and supervision do not come back with the backup";
    match old {
        Some(true) if target.supervised == Some(true) && !target.same_device => {
            Reply::pass(format!("both are supervised; {LOST}"))
        }
        Some(true) => Reply::warns(format!("the old device is supervised, and {LOST}")).remedy(
            "Have automated enrolment or Apple Configurator supervise the device before its user gets it",
        ),
        Some(false) => Reply::pass("the old device is not supervised, so no supervision can be lost"),
        None => Reply::cannot_tell(format!(
            "unknown whether the old device is supervised; {LOST}"
        )),
    }
}

/// S10: how it will go, no data tell.
pub(crate) fn management(input: &RuleInput<'_>) -> Reply {
    const LOOK: &str = "See after the restore that the MDM lists the device and hears of it";
    if input.target.is_none() {
        return Reply::no_target();
    }
    if leaves_management_out(input) && input.mdm().is_some() {
        return Reply::warns(
            "management and supervision do not come back with the backup since iOS 27: the device has to be enrolled anew",
        )
        .remedy("See that automated enrolment takes the device; else enrol it by hand after the restore");
    }
    Reply::cannot_tell(if input.same_device() {
        "the same device: its management should come back as it was at the time of the backup, without a new enrolment"
    } else {
        "another device: after the restore, Setup Assistant should go on to Remote Management and enrol it"
    })
    .remedy(LOOK)
}

/// S11
pub(crate) fn restore_pane(input: &RuleInput<'_>) -> Reply {
    let Some(target) = input.target else {
        return Reply::no_target();
    };
    match target.restore_skipped {
        Some(true) => Reply::blocks(
            "the enrolment of the new device leaves out the Restore pane, and a backup can be restored nowhere else",
        )
        .remedy("Let its enrolment show the Restore pane, and erase the new device again"),
        Some(false) => Reply::pass("the enrolment of the new device shows the Restore pane"),
        None => Reply::cannot_tell("unknown whether the enrolment of the new device shows the Restore pane")
            .remedy("Look into its enrolment profile: `Restore` must not be among the skipped panes"),
    }
}

fn ambiguous(target: &Target) -> Reply {
    let asked = target.asked.as_deref().unwrap_or_default();
    Reply::cannot_tell(format!(
        "several devices fit {asked:?}, so none was taken for the new one"
    ))
    .remedy("Name it by its serial number")
}

/// " (iPhone 16 Pro)"; empty where nothing names it.
fn in_brackets(target: &Target) -> String {
    let known = [&target.model, &target.product_type, &target.serial_number];
    let text = known.into_iter().flatten().next();
    text.map_or_else(String::new, |text| format!(" ({text})"))
}
