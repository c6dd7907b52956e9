//! What does not come back although everything goes well, in words for people.

use fleetback_scanner::model::backup::ListedData;

use crate::format::{list, number, rounded};
use crate::swap::answer::Reply;
use crate::swap::copies::Copy;
use crate::swap::rule_input::RuleInput;

/// Apps named one by one.
const APPS_MAX: usize = 6;

/// S7: a device that holds more than this many times its backup, and at least so much, keeps most of
/// it elsewhere.
const ELSEWHERE_TIMES: f64 = 4.0;
const ELSEWHERE_BYTES_MIN: f64 = 20e9;

/// S5
pub(crate) fn encrypted(input: &RuleInput<'_>) -> Reply {
    let Some(copy) = input.chosen() else {
        return Reply::no_backup();
    };
    match copy.backup.map(|backup| backup.encrypted) {
        None => Reply::pass("Apple encrypts iCloud backups"),
        Some(Some(true)) => Reply::pass("encrypted: it holds saved passwords, Health and call history too"),
        Some(Some(false)) => Reply::loses(
            "the backup is not encrypted: saved passwords, Wi-Fi passwords, Health, call history and the history of websites are not in it",
        )
        .remedy("Turn on \"Encrypt local backup\" and back up again"),
        Some(None) => Reply::cannot_tell("unknown whether the backup is encrypted"),
    }
}

/// S7
pub(crate) fn never_in_a_backup(input: &RuleInput<'_>) -> Reply {
    const NEVER: &str = "no backup holds Face ID, Touch ID, the passcode, an eSIM, the apps themselves, or what lies in iCloud already (photos, messages, contacts)";
    const LOOK: &str = "On the device: Settings, the name at the top, iCloud: see that photos and messages are in sync";
    let missed = [lacking(input), mostly_elsewhere(input)];
    let warns = missed.iter().any(Option::is_some);
    let losses = missed.into_iter().flatten().chain(held(input));
    let text: Vec<_> = losses.chain([NEVER.to_owned()]).collect();
    let reply = if warns {
        Reply::warns
    } else {
        Reply::cannot_tell
    };
    reply(text.join("; ")).remedy(LOOK)
}

/// Data that people miss first: does the list of a backup name it? `None` for an app that is not there.
type IsListed = fn(&ListedData) -> Option<bool>;
const MISSED_FIRST: &[(&str, IsListed)] = &[
    ("messages", |data| Some(data.messages)),
    ("photos of the camera", |data| Some(data.photos)),
    ("contacts", |data| Some(data.contacts)),
    ("notes", |data| Some(data.notes)),
    ("chats of WhatsApp", |data| {
        (data.whatsapp || data.whatsapp_is_installed).then_some(data.whatsapp)
    }),
];

fn lacking(input: &RuleInput<'_>) -> Option<String> {
    let names = missed_first(input, false)?;
    Some(format!("not in this backup: {names}; in iCloud?"))
}

fn held(input: &RuleInput<'_>) -> Option<String> {
    let names = missed_first(input, true)?;
    Some(format!("in this backup: {names}"))
}

/// What the list of the copy names, or does not; `None` where that is nothing, or the list was not read.
fn missed_first(input: &RuleInput<'_>, is_listed: bool) -> Option<String> {
    let listed = input.chosen()?.backup?.listed_data?;
    let names: Vec<_> = MISSED_FIRST
        .iter()
        .filter(|(_, of)| of(&listed) == Some(is_listed))
        .map(|(name, _)| *name)
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn mostly_elsewhere(input: &RuleInput<'_>) -> Option<String> {
    let (used, stored) = (input.used_bytes()?, backup_bytes(input)?);
    let elsewhere = used >= ELSEWHERE_BYTES_MIN && used > stored * ELSEWHERE_TIMES;
    elsewhere.then(|| {
        format!(
            "the device holds about {} and its backup {}: most of it lies elsewhere, probably in iCloud",
            rounded(used),
            rounded(stored),
        )
    })
}

fn backup_bytes(input: &RuleInput<'_>) -> Option<f64> {
    let backup = input.chosen()?.backup?;
    Some(backup.files?.bytes? as f64)
}

/// S8
pub(crate) fn keychain(input: &RuleInput<'_>) -> Reply {
    match input.chosen() {
        None => Reply::no_backup(),
        Some(Copy {
            backup: Some(backup),
            ..
        }) => keychain_of_local(backup.encrypted),
        Some(_) if input.same_device() => {
            Reply::pass("an iCloud backup brings saved passwords back to the same device")
        }
        Some(_) => Reply::loses(
            "passwords saved in an iCloud backup come back to the same device only; on another one only those of iCloud Keychain are there",
        )
        .remedy("See that iCloud Keychain is on, or make an encrypted backup to a computer"),
    }
}

fn keychain_of_local(encrypted: Option<bool>) -> Reply {
    match encrypted {
        Some(true) => Reply::pass("an encrypted backup holds them, and is not bound to its device"),
        Some(false) => Reply::loses("a backup that is not encrypted holds no saved passwords")
            .remedy("See that iCloud Keychain is on, or make an encrypted backup to a computer"),
        None => Reply::cannot_tell("unknown whether the backup is encrypted and holds them"),
    }
}

/// S13
pub(crate) fn managed_apps(input: &RuleInput<'_>) -> Reply {
    let Some(mdm) = input.mdm() else {
        return Reply::cannot_tell("no MDM answer tells which apps are managed");
    };
    let barred = &mdm.apps_barred_from_backup;
    let removed = &mdm.apps_removed_with_enrolment;
    let mut losses = Vec::new();
    if !barred.is_empty() {
        losses.push(format!(
            "the data of {} are kept out of every backup: {}",
            apps(barred.len()),
            list(barred, APPS_MAX)
        ));
    }
    if !removed.is_empty() && !input.same_device() {
        losses.push(format!(
            "the data of {} come back to the same device only: {}",
            apps(removed.len()),
            list(removed, APPS_MAX)
        ));
    }
    match (losses.is_empty(), mdm.managed_apps_told) {
        (false, _) => {
            Reply::loses(losses.join("; ")).remedy("Have the user send these data elsewhere first")
        }
        (true, true) => Reply::pass("no managed app keeps its data out of the backup"),
        (true, false) => Reply::cannot_tell("no MDM answer lists the managed apps"),
    }
}

fn apps(count: usize) -> String {
    match count {
        1 => "1 managed app".to_owned(),
        n => format!("{} managed apps", number(n as u64)),
    }
}
