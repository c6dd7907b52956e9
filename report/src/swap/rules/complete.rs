//! Is the backup whole, and does its password open it?

use fleetback_scanner::model::backup::{Password, Restorable, State, VerifyLevel};

use super::backup::{BACK_UP_NOW, describe, limit};
use crate::format::Label;
use crate::results::{Backup, Status};
use crate::swap::answer::Reply;
use crate::swap::copies::{Copy, Worth};
use crate::swap::rule_input::RuleInput;

const CHECK_NOW: &str = "Check it now with --root, or scan again with --verify sizes";

/// S2
pub(super) fn complete(input: &RuleInput<'_>) -> Reply {
    match input.chosen() {
        Some(Copy {
            backup: Some(backup),
            ..
        }) => complete_local(input, backup),
        Some(_) => Reply::pass("an iCloud backup bears a date only once it is complete"),
        None => nothing_whole(input),
    }
}

/// What the check found of a folder, in the word that every command has for it.
fn complete_local(input: &RuleInput<'_>, backup: &Backup) -> Reply {
    let why = what_the_check_found(input, backup);
    match (backup.state, backup.restorable) {
        (State::InProgress, _) => Reply::blocks("it is being written to right now")
            .remedy("Wait until the backup has ended, and check again"),
        (_, Restorable::NeedsPassword) => Reply::cannot_tell(
            "its list of files is encrypted and cannot be checked without the password",
        )
        .remedy("Give the password with --passwords or --password-command"),
        (_, Restorable::No) => Reply::blocks(why).remedy(BACK_UP_NOW),
        (_, Restorable::Unknown) => Reply::cannot_tell(why),
        (_, Restorable::Yes) => restorable(input, backup, &why),
    }
}

/// "all 40 files of the manifest are on disk, each as long as promised; checked 3 hours ago (sizes)".
fn what_the_check_found(input: &RuleInput<'_>, backup: &Backup) -> String {
    let (why, checked) = (&backup.restorable_reason, backup.verified);
    match backup.files {
        None => why.clone(),
        Some(_) => format!(
            "{why}; checked {} ago ({})",
            input.age(checked.at),
            checked.level.id()
        ),
    }
}

fn restorable(input: &RuleInput<'_>, backup: &Backup, why: &str) -> Reply {
    if let Some(unknown) = not_checked_enough(input, backup, why) {
        return unknown;
    }
    let different = backup.files.and_then(|files| files.different).unwrap_or(0);
    match backup.state {
        State::AttemptFailed => {
            Reply::warns(format!("a later attempt failed; the copy before it is whole: {why}"))
        }
        State::CleanupUnfinished => Reply::warns(format!(
            "the data are complete, and the clean-up did not end; some tools refuse such a backup: {why}"
        ))
        .remedy("Back up once more, and the clean-up is made up for"),
        _ if different > 0 => Reply::warns(why).remedy(
            "A database in use while it was copied may explain it: to be sure, back up once more and leave the device alone meanwhile",
        ),
        _ => Reply::pass(why),
    }
}

/// Names alone, or a check of long ago, are no proof that the files are whole now.
fn not_checked_enough(input: &RuleInput<'_>, backup: &Backup, why: &str) -> Option<Reply> {
    let incomparable = backup.files.is_some_and(|files| files.incomparable > 0);
    let unknown = |text: &str| Reply::cannot_tell(format!("{text}: {why}"));
    if backup.verified.level < VerifyLevel::Sizes {
        return Some(match incomparable {
            true => {
                unknown("its list does not tell how long every file should be").remedy(BACK_UP_NOW)
            }
            false => unknown("whether its files are whole was not looked at").remedy(CHECK_NOW),
        });
    }
    let is_old = !input.is_young(backup.verified.at);
    is_old.then(|| {
        let text = format!("its files were last checked more than {} ago", limit(input));
        unknown(&text).remedy(CHECK_NOW)
    })
}

fn nothing_whole(input: &RuleInput<'_>) -> Reply {
    let never = input.device.status == Status::Never;
    match input.newest_local() {
        Some(backup) => complete_local(input, backup),
        None if never && !input.icloud_may_be_newer() => {
            Reply::blocks("there is none").remedy(BACK_UP_NOW)
        }
        None => Reply::cannot_tell("no backup is known that could be looked into"),
    }
}

/// S6: an unproven password blocks where there is no other copy young enough.
pub(super) fn password(input: &RuleInput<'_>) -> Reply {
    match (locked(input), input.chosen()) {
        (Some(locked), chosen) => unproven(input, locked, chosen),
        (None, None) => Reply::no_backup(),
        (None, Some(Copy { backup: None, .. })) => {
            Reply::pass("an iCloud backup asks for no password of its own")
        }
        (
            None,
            Some(Copy {
                backup: Some(backup),
                ..
            }),
        ) => match backup.password {
            Password::Proven => proven(backup),
            _ => Reply::pass("the backup asks for no password"),
        },
    }
}

fn unproven(input: &RuleInput<'_>, locked: &Backup, chosen: Option<Copy<'_>>) -> Reply {
    let what = match locked.password {
        Password::Wrong => "none of the given passwords opens the encrypted backup",
        Password::KeybagDamaged => {
            "the keys of the encrypted backup are damaged: no password opens it"
        }
        Password::NotTried => {
            "the keys of the encrypted backup ask for too much work: no password was tried"
        }
        _ => "no password is proven for the encrypted backup",
    };
    match chosen {
        Some(copy) if copy.worth < Worth::Unproven && input.is_young(copy.date) => {
            Reply::warns(format!("{what}; restore {}", describe(input, &copy)))
        }
        _ => Reply::blocks(format!("{what}, and there is no other copy young enough"))
            .remedy("Give the password with --passwords; if it is lost, back up to iCloud"),
    }
}

/// The copy to restore where its password is not proven, else the newest local one of which that is so.
fn locked<'a>(input: &RuleInput<'a>) -> Option<&'a Backup> {
    let chosen = input.chosen().and_then(|copy| copy.backup);
    let mut asked = chosen.into_iter().chain(input.newest_local());
    asked.find(|backup| {
        let unproven = matches!(
            backup.password,
            Password::Missing | Password::Wrong | Password::KeybagDamaged | Password::NotTried
        );
        unproven && backup.encrypted != Some(false)
    })
}

fn proven(backup: &Backup) -> Reply {
    Reply::pass(match &backup.password_proof {
        Some(proof) => format!("the password opens it: {}", proof.source),
        None => "the password opens it".to_owned(),
    })
}
