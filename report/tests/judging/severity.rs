//! How bad a finding is beside what else is known.

use fleetback_report::results::{Code, Severity, Status};
use fleetback_scanner::model::backup::{FolderContent, LocalBackup, Password, Restorable, State};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Conflict;
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::model::problem::Problem;

use crate::fleet::*;
use Severity::{Critical, Error, Info, Warning};

const ALL: &str = "";
const ICLOUD: &str = "[backups]\nicloud = \"required\"";
const LOCAL: &str = "[backups]\nlocal = \"required\"";
const NO_ICLOUD: &str = "[backups]\nicloud = \"forbidden\"";
const NO_LOCAL: &str = "[backups]\nlocal = \"forbidden\"";

#[track_caller]
fn check(phone: Phone, policy: &str, code: Code, want: Option<Severity>) {
    let device = judged_alone(phone, policy);
    let found = device.findings.iter().find(|finding| finding.code == code);
    assert_eq!(
        found.map(|finding| finding.severity),
        want,
        "{:?}",
        codes(&device)
    );
}

#[test]
fn a_local_failure_is_a_warning_while_another_good_backup_is_in_date() {
    let cases = [
        (holed(DAY), Code::LocalFilesMissing),
        (broken(State::Damaged, DAY), Code::LocalDamaged),
        (broken(State::Unknown, DAY), Code::LocalDamaged),
        (broken(State::Unfinished, DAY), Code::LocalUnfinished),
        (broken(State::Placeholder, DAY), Code::LocalPlaceholder),
        (broken(State::Fake, DAY), Code::LocalPlaceholder),
        (broken(State::Partial, DAY), Code::LocalPartial),
        (not_downloaded(DAY), Code::LocalNotDownloaded),
        (cut(DAY), Code::LocalDamaged),
        (empty(FolderContent::Nothing), Code::LocalUnfinished),
        (empty(FolderContent::OnlyInfo), Code::LocalUnfinished),
        (
            LocalBackup {
                password: Password::Wrong,
                ..locked(DAY)
            },
            Code::PasswordWrong,
        ),
    ];
    for (backup, code) in cases {
        let alone = phone().local(backup);
        check(alone.clone(), ALL, code, Some(Error));
        check(alone.clone().icloud(7 * DAY), ALL, code, Some(Warning));
        check(alone.clone().icloud(7 * DAY + 1), ALL, code, Some(Error));
        check(alone.clone().local(local(DAY)), ALL, code, Some(Warning));
        check(alone.clone().icloud(DAY), LOCAL, code, Some(Error));
        check(alone.clone().local(local(DAY)), LOCAL, code, Some(Warning));
        check(alone.icloud(DAY), NO_ICLOUD, code, Some(Error));
    }
}

#[test]
fn a_broken_archived_copy_beside_a_good_backup_is_only_worth_knowing() {
    let archived = LocalBackup {
        archived: true,
        ..holed(400 * DAY)
    };
    check(
        phone().local(archived.clone()),
        ALL,
        Code::LocalFilesMissing,
        Some(Error),
    );
    check(
        phone().local(archived).local(local(DAY)),
        ALL,
        Code::LocalFilesMissing,
        Some(Info),
    );
}

#[test]
fn an_unfinished_tidying_up_is_a_warning() {
    let backup = LocalBackup {
        state: State::CleanupUnfinished,
        ..local(DAY)
    };
    check(
        phone().local(backup),
        ALL,
        Code::LocalUnfinished,
        Some(Warning),
    );
}

#[test]
fn a_failed_attempt_is_a_warning_over_an_older_copy() {
    let older = LocalBackup {
        state: State::AttemptFailed,
        ..local(DAY)
    };
    check(
        phone().local(older),
        ALL,
        Code::LocalAttemptFailed,
        Some(Warning),
    );
    check(
        phone().local(broken(State::AttemptFailed, DAY)),
        ALL,
        Code::LocalAttemptFailed,
        Some(Error),
    );
}

#[test]
fn icloud_off() {
    let off = || phone().icloud_never(false);
    check(off(), ALL, Code::IcloudOff, Some(Error));
    check(
        off().local(local(7 * DAY)),
        ALL,
        Code::IcloudOff,
        Some(Info),
    );
    check(
        off().local(local(7 * DAY + 1)),
        ALL,
        Code::IcloudOff,
        Some(Error),
    );
    check(
        off().local(local(DAY)),
        ICLOUD,
        Code::IcloudOff,
        Some(Error),
    );
    check(off(), NO_ICLOUD, Code::IcloudOff, None);
    check(phone().icloud(DAY), ALL, Code::IcloudOff, None);
}

#[test]
fn icloud_blocked() {
    let blocked = || phone().restricted(&[("allowCloudBackup", false)]);
    check(blocked(), ALL, Code::IcloudBlocked, Some(Error));
    check(
        blocked().local(local(DAY)),
        ALL,
        Code::IcloudBlocked,
        Some(Warning),
    );
    check(
        blocked().local(local(DAY)),
        ICLOUD,
        Code::IcloudBlocked,
        Some(Error),
    );
    check(blocked(), NO_ICLOUD, Code::IcloudBlocked, None);
    check(
        phone().restricted(&[("allowCloudBackup", true)]),
        ALL,
        Code::IcloudBlocked,
        None,
    );
    // It is the restriction that holds the switch off.
    check(blocked().icloud_never(false), ALL, Code::IcloudOff, None);
}

#[test]
fn icloud_forbidden() {
    check(
        phone().icloud(DAY),
        NO_ICLOUD,
        Code::IcloudForbidden,
        Some(Error),
    );
    check(phone().icloud(DAY), ALL, Code::IcloudForbidden, None);
    check(
        phone().icloud_never(false),
        NO_ICLOUD,
        Code::IcloudForbidden,
        None,
    );
}

#[test]
fn icloud_attempts() {
    let failing = |backup| phone().local(logged(backup, &[303, 303]));
    check(
        failing(local(DAY)),
        ALL,
        Code::IcloudAttemptsFailing,
        Some(Warning),
    );
    check(
        failing(holed(DAY)),
        ALL,
        Code::IcloudAttemptsFailing,
        Some(Error),
    );
    check(
        failing(local(DAY)),
        NO_ICLOUD,
        Code::IcloudAttemptsFailing,
        None,
    );
}

#[test]
fn an_expiring_copy_beside_a_good_local_backup() {
    check(
        phone().icloud(175 * DAY).local(local(DAY)),
        ALL,
        Code::IcloudExpiring,
        Some(Warning),
    );
    check(
        phone().icloud(300 * DAY).local(local(DAY)),
        ALL,
        Code::IcloudExpiring,
        Some(Info),
    );
    check(
        phone().icloud(300 * DAY).local(local(DAY)),
        ICLOUD,
        Code::IcloudExpiring,
        Some(Error),
    );
    check(
        phone().icloud(175 * DAY),
        NO_ICLOUD,
        Code::IcloudExpiring,
        None,
    );
}

#[test]
fn encryption_and_passwords() {
    let bare = LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        ..local(DAY)
    };
    check(
        phone().local(bare.clone()),
        ALL,
        Code::LocalNotEncrypted,
        Some(Error),
    );
    check(
        phone().local(bare.clone()),
        "[backups]\nencryption = \"allowed\"",
        Code::LocalNotEncrypted,
        None,
    );
    check(
        phone().local(bare.clone()).local(local(HOUR)),
        ALL,
        Code::LocalNotEncrypted,
        None,
    );
    check(
        phone().local(LocalBackup {
            archived: true,
            ..bare
        }),
        ALL,
        Code::LocalNotEncrypted,
        None,
    );
    check(
        phone().local(locked(DAY)),
        ALL,
        Code::PasswordMissing,
        Some(Info),
    );
    check(
        phone().local(locked(DAY)),
        "[backups]\npassword = \"required\"",
        Code::PasswordMissing,
        Some(Error),
    );
    check(
        phone().local(local(DAY)),
        "[backups]\npassword = \"required\"",
        Code::PasswordMissing,
        None,
    );
}

#[test]
fn kinds_that_the_policy_requires_are_held_to_the_limits_by_themselves() {
    let both = || phone().local(local(DAY)).icloud(DAY);
    check(both(), ICLOUD, Code::BackupStale, None);
    check(
        phone().local(local(DAY)).icloud(8 * DAY),
        ICLOUD,
        Code::BackupStale,
        Some(Error),
    );
    check(
        phone().local(local(DAY)).icloud(8 * DAY),
        ALL,
        Code::BackupStale,
        None,
    );
    check(
        phone().local(local(15 * DAY)).icloud(DAY),
        LOCAL,
        Code::BackupStale,
        Some(Critical),
    );
    check(phone().icloud(DAY), LOCAL, Code::BackupNever, Some(Error));
    check(
        phone().local(local(DAY)).icloud_never(true),
        ICLOUD,
        Code::BackupNever,
        Some(Error),
    );
    check(
        phone().local(local(DAY)).icloud_never(true),
        ALL,
        Code::BackupNever,
        None,
    );
}

#[test]
fn never_does_not_rest_on_a_place_that_was_not_searched() {
    let mut fleet = fleet([phone().icloud(DAY)]);
    assert_eq!(codes(&judged(&fleet, LOCAL).devices[0]), ["backup-never"]);
    fleet.left_out = true;
    assert_eq!(codes(&judged(&fleet, LOCAL).devices[0]), ["backup-unknown"]);
}

#[test]
fn a_backup_that_names_no_device_protects_none() {
    let mut fleet = fleet([phone().local(local(DAY))]);
    let protected = judged(&fleet, ALL).devices[0].status;
    fleet.devices[0].identity = Identity::default();
    let device = judged(&fleet, ALL).devices.remove(0);
    assert_eq!(
        (protected, device.status),
        (Status::Protected, Status::Unknown)
    );
    assert!(
        codes(&device).contains(&"backup-unknown"),
        "{:?}",
        codes(&device)
    );
}

#[test]
fn without_roots_nobody_knows_of_local_backups() {
    let mut fleet = fleet([phone().icloud(DAY)]);
    fleet.roots.clear();
    assert_eq!(codes(&judged(&fleet, LOCAL).devices[0]), [""; 0]);
}

#[test]
fn no_way_to_back_up() {
    let icloud = ("allowCloudBackup", false);
    let pairing = ("allowHostPairing", false);
    check(
        phone().restricted(&[icloud, pairing]),
        ALL,
        Code::NoBackupPath,
        Some(Error),
    );
    check(
        phone().restricted(&[pairing]),
        ALL,
        Code::NoBackupPath,
        None,
    );
    check(phone().restricted(&[icloud]), ALL, Code::NoBackupPath, None);
    check(
        phone().restricted(&[pairing]),
        NO_ICLOUD,
        Code::NoBackupPath,
        Some(Error),
    );
    check(
        phone().restricted(&[icloud]),
        NO_LOCAL,
        Code::NoBackupPath,
        Some(Error),
    );
    // A good backup in date proves a way (a supervision identity may pair all the same).
    check(
        phone().restricted(&[icloud, pairing]).local(local(DAY)),
        ALL,
        Code::NoBackupPath,
        None,
    );
    check(
        phone().restricted(&[icloud, pairing]).local(local(8 * DAY)),
        ALL,
        Code::NoBackupPath,
        Some(Error),
    );
}

#[test]
fn conflicts_and_unreadable_evidence() {
    let mut mixed = phone().local(local(DAY));
    mixed.0.conflicts.push(Conflict {
        text: "one serial number, two UDIDs".to_owned(),
        paths: vec!["/a".into()],
    });
    check(mixed, ALL, Code::IdentityConflict, Some(Error));
    let problem = |problem| {
        phone().local(LocalBackup {
            problems: vec![problem],
            ..local(DAY)
        })
    };
    check(
        problem(Problem::incomplete("/a", "Info.plist", "permission denied")),
        ALL,
        Code::EvidenceUnreadable,
        Some(Warning),
    );
    check(
        problem(Problem::note("/a", "a backup", "a readme")),
        ALL,
        Code::EvidenceUnreadable,
        None,
    );
}

#[test]
fn unknown_is_never_without_a_finding() {
    check(
        phone().site("Berlin"),
        ALL,
        Code::BackupUnknown,
        Some(Error),
    );
    check(
        phone().mdm(|_, _| ()),
        ALL,
        Code::BackupUnknown,
        Some(Error),
    );
    // An error that says nothing about it explains nothing.
    check(
        phone().local(LocalBackup {
            restorable: Restorable::Unknown,
            encrypted: Some(false),
            ..local(DAY)
        }),
        ALL,
        Code::BackupUnknown,
        Some(Error),
    );
    // A warning that explains it does not weigh enough: the run would end with 0.
    check(
        phone().mdm_at(8 * DAY, |_, _| ()),
        ALL,
        Code::BackupUnknown,
        Some(Error),
    );
    check(
        phone().mdm_at(8 * DAY, |_, _| ()),
        ALL,
        Code::DeviceNotSeen,
        Some(Warning),
    );
    check(phone().local(local(DAY)), ALL, Code::BackupUnknown, None);
}

#[test]
fn a_running_backup_is_no_alarm() {
    let running = LocalBackup {
        state: State::InProgress,
        ..local(DAY)
    };
    let device = judged_alone(phone().local(running), ALL);
    assert_eq!(codes(&device), ["backup-in-progress"]);
    assert_eq!(device.severity, Some(Info));
}

#[test]
fn a_device_that_only_backups_know_is_listed_apart() {
    let stranger = phone()
        .local(broken(State::Damaged, 400 * DAY))
        .local(local(300 * DAY));
    let known = numbered(1).icloud_never(true);
    let mut fleet = fleet([stranger.clone(), known]);
    fleet.has_inventory = true;
    let results = judged(&fleet, ALL);
    let last = results.devices.last().unwrap();
    assert!(last.listed_apart());
    assert_eq!(last.in_inventory, Some(false));
    assert_eq!(last.severity, Some(Info));
    assert_eq!(last.status.id(), "stale");
    assert!(codes(last).contains(&"not-in-inventory"));
    assert_eq!(results.summary.listed_apart, 1);
    assert_eq!(
        results.summary.at_risk, 1,
        "only the device that the MDM knows"
    );
    // Without an inventory it is a device like any other.
    let alone = judged_alone(stranger, ALL);
    assert_eq!(
        (alone.listed_apart(), alone.in_inventory, alone.severity),
        (false, None, Some(Critical))
    );
}

#[test]
fn what_the_mdm_says_is_shown() {
    let device = judged_alone(
        phone()
            .restricted(&[("allowCloudBackup", true), ("allowCamera", false)])
            .mdm(|mdm, source| {
                mdm.supervised = Some(Sourced::new(true, source));
                mdm.apps_barred_from_backup =
                    Some(Sourced::new(apps(&["com.example.bank"]), source));
            }),
        ALL,
    );
    let mdm = device.mdm.unwrap();
    assert_eq!(mdm.supervised, Some(true));
    assert_eq!(mdm.lost_mode, None);
    assert_eq!(
        mdm.restrictions.into_iter().collect::<Vec<_>>(),
        [("allowCloudBackup".to_owned(), true)]
    );
    assert_eq!(mdm.apps_barred_from_backup, ["com.example.bank"]);
}
