//! What counts as a good backup, and the one word that follows from it: a case per line.

use fleetback_report::results::{BackupKind, Status};
use fleetback_scanner::model::backup::{FileNumber, LocalBackup, Password, Restorable, State};
use fleetback_scanner::model::evidence::Sourced;

use crate::fleet::*;

#[track_caller]
fn check(phone: Phone, policy: &str, want: Status) {
    let device = judged_alone(phone, policy);
    assert_eq!(device.status, want, "{:?}", codes(&device));
    assert_eq!(
        device.status == Status::Protected,
        device.age_days.is_some_and(|days| days < 4.0) && device.last_good_backup.is_some(),
        "status and age belong together"
    );
}

const ALL: &str = "";
const NO_ICLOUD: &str = "[backups]\nicloud = \"forbidden\"";
const NO_LOCAL: &str = "[backups]\nlocal = \"forbidden\"";
const PROOF: &str = "[backups]\npassword = \"required\"";

fn restorable(restorable: Restorable) -> LocalBackup {
    LocalBackup {
        restorable,
        ..local(DAY)
    }
}

/// Backups of so many seconds ago with the number of their lists: which are no copies of their own?
#[track_caller]
fn linked(backups: Vec<LocalBackup>, want: &[bool]) {
    let phone = backups.into_iter().fold(phone(), Phone::local);
    let device = judged_alone(phone, ALL);
    let found: Vec<bool> = device.backups.iter().map(|b| b.hard_linked).collect();
    assert_eq!(found, want);
}

#[test]
fn folders_that_share_their_list_are_one_copy() {
    let of = |seconds, file: Option<u64>| LocalBackup {
        list_number: file.map(|file| FileNumber { volume: 1, file }),
        ..local(seconds)
    };
    linked(vec![of(1, Some(7)), of(2, Some(7))], &[false, true]);
    linked(vec![of(1, Some(7)), of(2, Some(8))], &[false, false]);
    linked(vec![of(1, None), of(2, None)], &[false, false]);
    let elsewhere = LocalBackup {
        list_number: Some(FileNumber { volume: 2, file: 7 }),
        ..local(2)
    };
    linked(vec![of(1, Some(7)), elsewhere], &[false, false]);
    // Of two that share it the one counts that is good.
    let broken = LocalBackup {
        restorable: Restorable::No,
        ..of(1, Some(7))
    };
    linked(
        vec![broken, of(2, Some(7)), of(3, Some(7))],
        &[true, false, true],
    );
}

#[test]
fn local_backups() {
    check(phone().local(local(DAY)), ALL, Status::Protected);
    check(
        phone().local(restorable(Restorable::No)),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(restorable(Restorable::Unknown)),
        ALL,
        Status::Unknown,
    );
    check(phone().local(holed(DAY)), ALL, Status::Failed);
    check(phone().local(local(DAY)), NO_LOCAL, Status::Unknown);
    let bare = LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        ..local(DAY)
    };
    check(phone().local(bare), ALL, Status::Protected);
    let undated = LocalBackup {
        completed_at: None,
        ..local(DAY)
    };
    check(phone().local(undated), ALL, Status::Unknown);
    let of_another = LocalBackup {
        identity_disagrees: Some("two UDIDs".to_owned()),
        ..local(DAY)
    };
    check(phone().local(of_another), ALL, Status::Unknown);
}

#[test]
fn states() {
    let whole = |state| LocalBackup {
        state,
        ..local(DAY)
    };
    check(
        phone().local(whole(State::AttemptFailed)),
        ALL,
        Status::Protected,
    );
    check(
        phone().local(whole(State::CleanupUnfinished)),
        ALL,
        Status::Protected,
    );
    check(
        phone().local(whole(State::InProgress)),
        ALL,
        Status::Protected,
    );
    check(
        phone().local(broken(State::AttemptFailed, DAY)),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(broken(State::Unfinished, DAY)),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(broken(State::Damaged, DAY)),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(broken(State::Placeholder, DAY)),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(broken(State::Unknown, DAY)),
        ALL,
        Status::Failed,
    );
    // A backup that is running for the first time has not failed.
    check(
        phone().local(broken(State::InProgress, DAY)),
        ALL,
        Status::Unknown,
    );
    // A fake backup is no attempt.
    check(
        phone().local(broken(State::Fake, DAY)),
        ALL,
        Status::Unknown,
    );
    let unreadable = LocalBackup {
        restorable: Restorable::Unknown,
        ..broken(State::Unreadable, DAY)
    };
    check(phone().local(unreadable), ALL, Status::Unknown);
    // Whatever the check says, these states hold nothing whole.
    check(phone().local(whole(State::Unfinished)), ALL, Status::Failed);
    check(phone().local(whole(State::Fake)), ALL, Status::Unknown);
}

#[test]
fn passwords() {
    let with = |password| LocalBackup {
        password,
        ..locked(DAY)
    };
    check(phone().local(locked(DAY)), ALL, Status::Protected);
    check(phone().local(locked(DAY)), PROOF, Status::Failed);
    check(phone().local(with(Password::Wrong)), ALL, Status::Protected);
    check(phone().local(with(Password::Wrong)), PROOF, Status::Failed);
    check(
        phone().local(with(Password::Proven)),
        PROOF,
        Status::Protected,
    );
    check(
        phone().local(with(Password::KeybagDamaged)),
        ALL,
        Status::Failed,
    );
    check(phone().local(local(DAY)), PROOF, Status::Protected);
    let older = LocalBackup {
        state: State::AttemptFailed,
        ..locked(DAY)
    };
    check(phone().local(older), ALL, Status::Protected);
    let unsound = LocalBackup {
        state: State::Damaged,
        ..locked(DAY)
    };
    check(phone().local(unsound), ALL, Status::Failed);
}

#[test]
fn dates_that_cannot_be_true() {
    let dated = |seconds_old| local(seconds_old);
    check(phone().local(dated(-DAY)), ALL, Status::Protected);
    check(phone().local(dated(-DAY - 1)), ALL, Status::Unknown);
    let in_1970 = NOW.as_second();
    check(phone().local(dated(in_1970)), ALL, Status::Unknown);
    // An older good copy beside it still counts.
    check(
        phone().local(dated(-DAY - 1)).local(local(DAY)),
        ALL,
        Status::Protected,
    );
}

#[test]
fn icloud_backups() {
    check(phone().icloud(DAY), ALL, Status::Protected);
    check(phone().icloud(DAY), NO_ICLOUD, Status::Unknown);
    check(phone().icloud(180 * DAY), ALL, Status::Stale);
    check(phone().icloud(180 * DAY + 1), ALL, Status::Failed);
    check(phone().icloud(-DAY), ALL, Status::Protected);
    check(phone().icloud(-DAY - 1), ALL, Status::Unknown);
}

/// An answer so many seconds old that tells of a backup of an hour before.
fn told_long_ago(seconds_old: i64) -> Phone {
    phone().mdm_at(seconds_old, |mdm, source| {
        mdm.last_cloud_backup = Some(Sourced::new(ago(seconds_old + HOUR), source));
        mdm.no_cloud_date_means_never = true;
    })
}

#[test]
fn an_icloud_date_counts_as_long_as_the_evidence_is_trusted() {
    let seven = policy("[thresholds]\nstale_days = 30\naging_days = 30\ncritical_days = 30");
    let text = seven.to_toml();
    let status = |phone| judged_alone(phone, &text).status;
    assert_eq!(status(told_long_ago(7 * DAY)), Status::Protected);
    assert_eq!(status(told_long_ago(7 * DAY + 1)), Status::Unknown);
}

#[test]
fn never_is_said_only_when_the_evidence_could_have_told() {
    check(phone().icloud_never(true), ALL, Status::Never);
    check(phone().icloud_never(false), ALL, Status::Never);
    // The MDM did not say.
    check(phone().mdm(|_, _| ()), ALL, Status::Unknown);
    let not_asked =
        phone().mdm(|mdm, source| mdm.cloud_backup_enabled = Some(Sourced::new(true, source)));
    check(not_asked, ALL, Status::Unknown);
    // User Enrollment hides it.
    let hidden = phone()
        .icloud_never(true)
        .mdm(|mdm, source| mdm.user_enrollment = Some(Sourced::new(true, source)));
    check(hidden, ALL, Status::Unknown);
    // The answer is old.
    let old = |seconds| phone().mdm_at(seconds, |mdm, _| mdm.no_cloud_date_means_never = true);
    check(old(7 * DAY), ALL, Status::Never);
    check(old(7 * DAY + 1), ALL, Status::Unknown);
    // Something could not be read.
    let unreadable = LocalBackup {
        restorable: Restorable::Unknown,
        ..broken(State::Unreadable, DAY)
    };
    check(
        phone().icloud_never(true).local(unreadable),
        ALL,
        Status::Unknown,
    );
    // Something was tried.
    check(
        phone()
            .icloud_never(true)
            .local(broken(State::Unfinished, DAY)),
        ALL,
        Status::Failed,
    );
    // Only an inventory row.
    check(phone().site("Berlin"), ALL, Status::Unknown);
    // A console tells of a backup to a computer that was not scanned.
    let told = |policy, want| {
        let phone = phone().icloud_never(true).mdm(|mdm, source| {
            mdm.last_computer_backup = Some(Sourced::new(ago(400 * DAY), source));
        });
        check(phone, policy, want);
    };
    told(ALL, Status::Unknown);
    told("[backups]\nlocal = \"forbidden\"", Status::Never);
}

#[test]
fn a_good_backup_that_is_too_old_is_stale_or_failed() {
    check(phone().local(local(8 * DAY)), ALL, Status::Stale);
    check(
        phone()
            .local(local(8 * DAY))
            .local(broken(State::Unfinished, DAY)),
        ALL,
        Status::Failed,
    );
    check(
        phone()
            .local(local(8 * DAY))
            .local(broken(State::Unfinished, 9 * DAY)),
        ALL,
        Status::Stale,
    );
    check(
        phone().local(local(8 * DAY)).local(holed(DAY)),
        ALL,
        Status::Failed,
    );
    // A failed attempt beside a backup in date changes nothing.
    check(
        phone()
            .local(local(DAY))
            .local(broken(State::Unfinished, HOUR)),
        ALL,
        Status::Protected,
    );
    check(
        phone()
            .local(local(5 * DAY))
            .local(broken(State::Unfinished, HOUR)),
        ALL,
        Status::Aging,
    );
    // The attempt that iOS notes over an older whole copy.
    let older = LocalBackup {
        state: State::AttemptFailed,
        status_date: Some(ago(DAY)),
        ..local(8 * DAY)
    };
    check(phone().local(older), ALL, Status::Failed);
    // iCloud attempts are attempts.
    check(
        phone().local(logged(local(8 * DAY), &[303])),
        ALL,
        Status::Failed,
    );
    check(
        phone().local(logged(local(8 * DAY), &[303])),
        NO_ICLOUD,
        Status::Stale,
    );
    // Conditions that ended are none.
    check(
        phone().local(logged(local(8 * DAY), &[217])),
        ALL,
        Status::Stale,
    );
    // The computer noted a later attempt: a day and a second, not a day.
    let noted = |seconds| LocalBackup {
        info_date: Some(ago(8 * DAY - seconds)),
        ..local(8 * DAY)
    };
    check(phone().local(noted(DAY)), ALL, Status::Stale);
    check(phone().local(noted(DAY + 1)), ALL, Status::Failed);
    // A device whose clock says 1970 does not know of an earlier end.
    let lost_its_clock = LocalBackup {
        status_date: Some(jiff::Timestamp::UNIX_EPOCH),
        completed_at: Some(jiff::Timestamp::UNIX_EPOCH),
        ..noted(DAY + 1)
    };
    check(phone().local(lost_its_clock), ALL, Status::Unknown);
}

#[track_caller]
fn last_good(phone: Phone, kind: BackupKind, days: f64) {
    let device = judged_alone(phone, ALL);
    let good = device.last_good_backup.unwrap();
    assert_eq!((good.kind, device.age_days), (kind, Some(days)));
    assert_eq!(good.path.is_some(), kind == BackupKind::Local);
}

#[test]
fn the_newest_good_backup_counts() {
    last_good(
        phone().local(local(2 * DAY)).icloud(DAY),
        BackupKind::Icloud,
        1.0,
    );
    last_good(
        phone().local(local(DAY)).icloud(2 * DAY),
        BackupKind::Local,
        1.0,
    );
    last_good(
        phone().local(local(DAY)).icloud(DAY),
        BackupKind::Local,
        1.0,
    );
    last_good(
        phone().local(local(9 * DAY)).local(local(2 * DAY)),
        BackupKind::Local,
        2.0,
    );
    last_good(
        phone().local(holed(DAY)).local(local(2 * DAY)),
        BackupKind::Local,
        2.0,
    );
    last_good(phone().local(local(7 * DAY - HOUR)), BackupKind::Local, 6.0);
    last_good(phone().local(local(-HOUR)), BackupKind::Local, 0.0);
}

#[test]
fn the_date_in_an_icloud_log_counts_while_the_log_is_young() {
    let with_log = |seconds_old: i64| {
        let mut backup = logged(holed(seconds_old), &[]);
        backup.cloud_log.as_mut().unwrap().last_date = Some(ago(seconds_old + HOUR));
        phone().local(backup)
    };
    check(with_log(DAY), ALL, Status::Protected);
    check(with_log(8 * DAY), ALL, Status::Failed);
}
