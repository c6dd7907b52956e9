//! Would Apple restore from this folder? What the claims, the cipher and the check say together.
//!
//! The worst error is a yes that is none: whatever was not looked at is `unknown`, and a list
//! without any file proves nothing.

use super::crypto::unlock::Unlock;
use super::evidence::{BackupFiles, Checked, Cipher};
use super::verify::check::Check;
use super::verify::unopened::Unopened;
use crate::model::backup::{CheckRecord, FileCount, Password, Restorable, State, VerifyLevel};

type Verdict = (Restorable, String);

fn verdict(restorable: Restorable, reason: impl Into<String>) -> Verdict {
    (restorable, reason.into())
}

/// What the check says of a folder in this state.
pub(super) fn judge(state: State, level: VerifyLevel, files: &BackupFiles) -> Verdict {
    match state {
        State::Complete | State::AttemptFailed | State::CleanupUnfinished => {
            judge_root_copy(level, files)
        }
        State::Unreadable => verdict(
            Restorable::Unknown,
            "a file that decides it cannot be opened",
        ),
        State::Unknown => verdict(
            Restorable::No,
            "iOS refuses to restore a backup without Status.plist",
        ),
        State::Unfinished => verdict(Restorable::No, "no whole backup is in this folder"),
        State::Damaged => verdict(
            Restorable::No,
            "iOS refuses to restore with a damaged Status.plist or manifest",
        ),
        State::Partial => verdict(
            Restorable::No,
            "what is here would restore, and is a part of the device only",
        ),
        State::Placeholder | State::Fake => {
            verdict(Restorable::No, "no device ever wrote a backup here")
        }
        State::InProgress => verdict(Restorable::Unknown, "it is being written"),
    }
}

fn judge_root_copy(level: VerifyLevel, files: &BackupFiles) -> Verdict {
    if let Some(fault) = &files.unlock.fault
        && files.unlock.password == Password::KeybagDamaged
    {
        return verdict(
            Restorable::No,
            format!("encrypted, and its keybag cannot be used: {fault}"),
        );
    }
    match (&files.check, files.cipher) {
        (check, Cipher::DecryptedCopy) if !check.as_ref().is_some_and(finds_loss) => verdict(
            Restorable::Unknown,
            "a tool decrypted this copy, and Manifest.plist still says encrypted: whether Apple's \
             tools restore such a copy has not been tried",
        ),
        (Some(Checked::Now(check)), _) => judge_check(check, &files.unlock),
        (Some(Checked::Earlier(record)), _) => judge_record(record, &files.unlock),
        (None, Cipher::Everything) => match &files.unopened {
            Some(seen) => judge_unopened(seen, files),
            None => not_asked(),
        },
        (None, _) if level < VerifyLevel::Names => not_asked(),
        (None, _) => verdict(Restorable::Unknown, "its files could not be checked"),
    }
}

fn finds_loss(checked: &Checked) -> bool {
    match checked {
        Checked::Now(check) => check.files.missing > 0 || check.files.damaged > 0,
        Checked::Earlier(record) => record.restorable == Restorable::No,
    }
}

fn not_asked() -> Verdict {
    verdict(Restorable::Unknown, "its files were not checked")
}

/// The list was not opened: names and lengths in the folder decide.
fn judge_unopened(seen: &Unopened, files: &BackupFiles) -> Verdict {
    if let Some(loss) = seen.loss(pads_empty_files(files)) {
        return verdict(Restorable::No, format!("encrypted, and {loss}"));
    }
    if let Some(fault) = &seen.unlisted {
        return verdict(
            Restorable::Unknown,
            format!("its payload folders cannot be listed: {fault}"),
        );
    }
    if let Some((_, fault)) = &seen.unread {
        return verdict(
            Restorable::Unknown,
            format!("encrypted, and a file that was looked into cannot be read: {fault}"),
        );
    }
    if let Some(doubt) = seen.doubt() {
        return verdict(Restorable::Unknown, format!("encrypted, and {doubt}"));
    }
    judge_locked(&files.unlock)
}

fn judge_locked(unlock: &Unlock) -> Verdict {
    let tried = match unlock.password {
        Password::Wrong => ", and no password that was given opens it",
        Password::NotTried => ", and no password was tried",
        _ => " without the password",
    };
    verdict(
        Restorable::NeedsPassword,
        format!("encrypted: sound as far as can be seen{tried}"),
    )
}

/// iOS 27 stores most empty files of an encrypted backup as 0 bytes; those before it as one block.
fn pads_empty_files(files: &BackupFiles) -> bool {
    const UNPADDED_SINCE: u32 = 27;
    let version = files
        .manifest
        .as_ref()
        .ok()
        .and_then(|m| m.os_version.as_deref());
    let major = version.and_then(|version| version.split('.').next()?.trim().parse().ok());
    major.is_some_and(|major: u32| major < UNPADDED_SINCE)
}

/// Worst first: what is proven to be lost, then what could not be looked at, then what is there.
fn judge_check(check: &Check, unlock: &Unlock) -> Verdict {
    let files = &check.files;
    let expected = files.expected;
    if files.missing > 0 {
        let missing = files.missing;
        return verdict(
            Restorable::No,
            format!(
                "{missing} of {expected} files of the manifest are not on disk{}",
                not_downloaded(check)
            ),
        );
    }
    if check.files.damaged > 0 {
        return verdict(Restorable::No, describe_damage(check));
    }
    if !check.unlisted.is_empty() {
        let folders = check.unlisted.len();
        return verdict(
            Restorable::Unknown,
            format!("{folders} payload folders could not be listed"),
        );
    }
    if check.unread > 0 {
        let unread = check.unread;
        return verdict(
            Restorable::Unknown,
            format!("{unread} of {expected} files could not be read to their end"),
        );
    }
    if expected == 0 {
        return verdict(Restorable::No, "the manifest names no file at all");
    }
    let all_there = files.present > 0 && files.present == expected;
    if all_there && files.different.is_some() && files.bytes == Some(0) {
        return verdict(Restorable::No, "none of its files holds a single byte");
    }
    if let Some(doubt) = check.doubts.first() {
        return verdict(Restorable::Unknown, doubt.clone());
    }
    judge_sound(check.level, files, unlock)
}

/// "; not downloaded: 9 files, whose content stayed with the service that keeps the folder".
fn not_downloaded(check: &Check) -> String {
    match check.not_downloaded {
        0 => String::new(),
        count => format!(
            "; not downloaded: {count} files, whose content stayed with the service that keeps the folder"
        ),
    }
}

/// Every expected file is there: it can be restored by an owner of the password.
fn judge_sound(level: VerifyLevel, files: &FileCount, unlock: &Unlock) -> Verdict {
    let sound = describe_sound(level, files);
    match unlock.password {
        Password::NotNeeded => verdict(Restorable::Yes, sound),
        Password::Proven => verdict(
            Restorable::Yes,
            format!("encrypted, and its password is proven: {sound}"),
        ),
        Password::Wrong => verdict(
            Restorable::NeedsPassword,
            format!("encrypted: {sound}, and no password that was given opens it"),
        ),
        Password::Missing | Password::KeybagDamaged | Password::NotTried => verdict(
            Restorable::NeedsPassword,
            format!("encrypted: {sound}, the password is not proven"),
        ),
    }
}

/// The files as an earlier run found them; what is known of the password is of this run.
fn judge_record(record: &CheckRecord, unlock: &Unlock) -> Verdict {
    match (record.restorable, &record.file_check.files) {
        (Restorable::Yes | Restorable::NeedsPassword, Some(files)) => {
            judge_sound(record.file_check.verified.level, files, unlock)
        }
        (Restorable::NeedsPassword, None) => judge_locked(unlock),
        (restorable, _) => verdict(restorable, record.restorable_reason.clone()),
    }
}

/// "2 of 40 files are damaged; HomeDomain Library/SMS/sms.db: 0 bytes where 48,640 are promised".
fn describe_damage(check: &Check) -> String {
    let (damaged, expected) = (check.files.damaged, check.files.expected);
    let first = check.different_sample.first();
    let first = first.map_or_else(String::new, |first| {
        let file = &first.file;
        format!("; {} {}: {}", file.domain, file.path, first.how)
    });
    format!("{damaged} of {expected} files are damaged{first}")
}

/// StatusClaim what was looked at, and no more.
fn describe_sound(level: VerifyLevel, files: &FileCount) -> String {
    let expected = files.expected;
    let there = format!("all {expected} files of the manifest are on disk");
    if files.incomparable > 0 {
        let incomparable = files.incomparable;
        return format!("{there}; nothing to compare with: {incomparable} of {expected}");
    }
    let looked_into = match files.looked_into {
        0 => String::new(),
        files => format!("; {files} were looked into"),
    };
    let of_lengths = match files.present.saturating_sub(files.looked_into) {
        0 => String::new(),
        others => format!("; for {others} of them nothing but their length speaks"),
    };
    match (level, files.different.unwrap_or(0)) {
        (VerifyLevel::State | VerifyLevel::Names, _) => there,
        (VerifyLevel::Sizes, 0) => format!("{there}, each as long as promised{looked_into}"),
        (VerifyLevel::Sizes, other) => {
            format!("{there}, {other} of another length than promised{looked_into}")
        }
        (VerifyLevel::Contents, 0) => {
            format!("{there}, and every byte of them was read{of_lengths}")
        }
        (VerifyLevel::Contents, other) => format!(
            "{there}, and every byte was read; {other} of another length than promised{of_lengths}"
        ),
    }
}
