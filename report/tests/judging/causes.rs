//! Evidence -> cause and fix, rule by rule. Each of the article's eight fixes is reached here.

use fleetback_report::judge::ReferenceData;
use fleetback_report::results::{Code, Confidence, Finding, FixId};
use fleetback_report::view::advice::steps;
use fleetback_report::view::letter::to_user;
use fleetback_report::view::report::ReportView;
use fleetback_report::view::support_request::support_request;
use fleetback_scanner::model::backup::{
    FileCheck, FileCount, HostTool, LocalBackup, Password, Restorable, State, VerifyLevel,
};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::{Problem, ProblemKind};
use fleetback_scanner::model::service_status::{ServiceEvent, ServiceStatus};
use jiff::tz::TimeZone;

use crate::fleet::*;
use Confidence::{High, Low, Medium};

/// The finding of the first phone of a fleet.
#[track_caller]
fn found_in(fleet: &Fleet, policy: &str, code: Code) -> Finding {
    let results = with_reasons(judged(fleet, policy));
    let me = results
        .devices
        .iter()
        .find(|d| d.serial_number.as_deref() == Some("F2LX0000TEST"));
    finding(me.unwrap(), code).clone()
}

#[track_caller]
fn check_in(fleet: &Fleet, policy: &str, code: Code, fix: FixId, sure: Confidence, why: &str) {
    let found = found_in(fleet, policy, code);
    assert_eq!(
        (found.likely_fix, found.confidence),
        (Some(fix), sure),
        "{}",
        reason_of(&found)
    );
    assert!(reason_of(&found).contains(why), "{}", reason_of(&found));
    assert!(
        !found.cause.is_empty()
            && !found.evidence.is_empty()
            && found.fix().is_some_and(|fix| !fix.steps.is_empty())
    );
    assert_ne!(found.next_fix, Some(fix), "a fix is not its own successor");
}

#[track_caller]
fn check(phone: Phone, code: Code, fix: FixId, sure: Confidence, why: &str) {
    check_in(&fleet([phone]), "", code, fix, sure, why);
}

/// A phone whose iCloud is on and whose last backup is stale, with a log in an older local backup.
fn failing(codes: &[i64]) -> Phone {
    phone()
        .local(logged(local(30 * DAY), codes))
        .icloud(20 * DAY)
}

/// The same with a local backup fresh enough to risk a destructive fix.
fn failing_with_net(codes: &[i64]) -> Phone {
    failing(codes).local(local(2 * DAY))
}

const FAILING: Code = Code::IcloudAttemptsFailing;

#[test]
fn step_1_quota() {
    check(
        failing(&[303, 303, 303, 303]),
        FAILING,
        FixId::CheckStorage,
        High,
        "the last 4 attempts of iCloud Backup ended with code 303 (not enough iCloud storage), the newest on 2026-11-22T02:00:00Z",
    );
    check(
        failing(&[303]),
        Code::BackupStale,
        FixId::CheckStorage,
        High,
        "the last attempt of iCloud Backup, on 2026-11-22T02:00:00Z, ended with code 303 (not enough iCloud storage)",
    );
    let mut cloud_kit = failing(&[25]);
    cloud_kit.0.backups[0].cloud_log.as_mut().unwrap().attempts[0].domain =
        "CKErrorDomain".to_owned();
    check(
        cloud_kit,
        FAILING,
        FixId::CheckStorage,
        High,
        "ended with CKErrorDomain code 25 (not enough iCloud storage)",
    );
    let mut bundled = failing(&[2]);
    bundled.0.backups[0].cloud_log.as_mut().unwrap().attempts[0].inner_codes = vec![999, 303];
    check(bundled, FAILING, FixId::CheckStorage, High, "303");
}

#[test]
fn step_1_device_full() {
    check(
        failing(&[106, 106, 106]),
        FAILING,
        FixId::CheckStorage,
        High,
        "106",
    );
    check(
        phone().icloud(8 * DAY).storage(64.0, 1.0),
        Code::BackupStale,
        FixId::CheckStorage,
        Medium,
        "1.6 %",
    );
    check(
        phone().icloud(DAY).storage(64.0, 1.0),
        Code::DeviceStorageLow,
        FixId::CheckStorage,
        High,
        "",
    );
    let steps_for = |phone, code| {
        let results = judged(&fleet([phone]), "");
        let device = &results.devices[0];
        steps(device, finding(device, code)).join(" ")
    };
    assert!(!steps_for(failing(&[303]), FAILING).contains("iPhone Storage"));
    assert!(steps_for(failing(&[106, 106, 106]), FAILING).contains("iPhone Storage"));
}

#[test]
fn step_1_first_backup_never_done() {
    check(
        phone().icloud_never(true),
        Code::BackupNever,
        FixId::CheckStorage,
        Medium,
        "on 2026-11-23T01:00:00Z iCloud Backup was switched on, and the device named no backup that was ever completed",
    );
}

#[test]
fn step_2_wifi() {
    check(
        failing(&[300, 300, 300]),
        FAILING,
        FixId::StableWifi,
        High,
        "the last 3 attempts of iCloud Backup ended with code 300 (a network error)",
    );
    let mut cancelled = failing(&[202, 202, 202]);
    for attempt in &mut cancelled.0.backups[0].cloud_log.as_mut().unwrap().attempts {
        attempt.inner_codes = vec![218];
    }
    check(cancelled, FAILING, FixId::StableWifi, High, "218");
    let drops = |n| {
        let lost = (0..10).map(|i| (4_000, i >= n)).collect::<Vec<_>>();
        phone()
            .local(windows(local(30 * DAY), &lost))
            .icloud(20 * DAY)
    };
    check(
        drops(5),
        Code::BackupStale,
        FixId::StableWifi,
        High,
        "5 of 10 windows",
    );
    check(drops(4), Code::BackupStale, FixId::RestartDevice, Low, "");
    let short = |seconds| {
        phone()
            .local(windows(local(30 * DAY), &[(seconds, true)]))
            .icloud(20 * DAY)
    };
    check(
        short(1_799),
        Code::BackupStale,
        FixId::StableWifi,
        High,
        "for 29 minutes at most",
    );
    check(
        short(1_800),
        Code::BackupStale,
        FixId::RestartDevice,
        Low,
        "",
    );
}

/// A device whose windows for a backup ended without Wi-Fi so often while iCloud was silent for so many
/// days, and whose local backup is of last night.
fn silent(drops: usize, days: i64) -> Vec<&'static str> {
    let lost = (0..10).map(|i| (4_000, i >= drops)).collect::<Vec<_>>();
    let phone = phone()
        .local(windows(local(HOUR), &lost))
        .icloud(days * DAY);
    let device = judged_alone(phone, "");
    let found = device.findings.iter().find(|found| found.code == FAILING);
    if let Some(found) = found {
        assert_eq!(found.likely_fix, Some(FixId::StableWifi));
        assert!(found.evidence[0].text.contains("the Wi-Fi was lost"));
    }
    codes(&device)
}

#[test]
fn a_silent_icloud_is_told_beside_a_fresh_local_backup() {
    assert_eq!(silent(5, 20), ["icloud-attempts-failing"]);
    assert_eq!(silent(4, 20), [""; 0]);
    assert_eq!(silent(5, 3), [""; 0]);
}

#[test]
fn what_keeps_a_device_from_a_good_backup_comes_first() {
    let bare = |seconds| LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        ..local(seconds)
    };
    let first = |seconds| {
        let device = judged_alone(phone().local(bare(seconds)), "");
        (device.findings[0].code, device.severity)
    };
    let error = Some(fleetback_report::results::Severity::Error);
    assert_eq!(first(2 * DAY), (Code::LocalNotEncrypted, error));
    assert_eq!(first(4 * DAY), (Code::BackupAging, error));
    assert_eq!(first(8 * DAY), (Code::BackupStale, error));
}

#[test]
fn step_3_update() {
    check(
        phone().icloud(8 * DAY).os("8.4.1"),
        Code::BackupStale,
        FixId::UpdateIos,
        High,
        "iOS 8.4",
    );
    check(
        phone().icloud(DAY).os("8.4.1"),
        Code::OsUnsupported,
        FixId::UpdateIos,
        High,
        "iOS 8.4",
    );
    let newer = numbered(1).icloud(DAY).os("18.2").product("iPhone12,1");
    let older = phone().icloud(8 * DAY).os("18.1");
    let fleet = fleet([older.product("iPhone12,1"), newer]);
    check_in(
        &fleet,
        "",
        Code::OsOutdated,
        FixId::UpdateIos,
        Low,
        "newer version",
    );
}

#[test]
fn step_4_restart() {
    check(
        failing(&[209]),
        FAILING,
        FixId::RestartDevice,
        Medium,
        "209",
    );
    check(
        phone().icloud(8 * DAY),
        Code::BackupStale,
        FixId::RestartDevice,
        Low,
        "mildest",
    );
    check(
        failing(&[1]),
        FAILING,
        FixId::RestartDevice,
        Medium,
        "an internal error",
    );
}

/// A phone with network errors at a site where so many others succeed.
fn at_site(errors: usize, others: usize) -> Fleet {
    let mut log = vec![300; errors];
    log.resize(10, 0);
    // The newest attempts fail; the successes lie before them.
    let mut me = failing(&log).site("Berlin");
    me.0.management.as_mut().unwrap().last_cloud_backup = None;
    fleet(std::iter::once(me).chain((1..=others).map(|n| numbered(n).icloud(DAY).site("Berlin"))))
}

#[test]
fn step_5_network_settings() {
    check_in(
        &at_site(8, 5),
        "",
        FAILING,
        FixId::ResetNetworkSettings,
        Medium,
        "8 of the last 10 attempts of iCloud Backup ended with code 300 (a network error), the newest on 2026-11-22T02:00:00Z, while 5 other devices of the site succeed",
    );
    check_in(&at_site(7, 5), "", FAILING, FixId::StableWifi, High, "");
    check_in(&at_site(8, 4), "", FAILING, FixId::StableWifi, High, "");
}

#[test]
fn step_6_sign_out_only_over_a_net() {
    check(
        failing_with_net(&[305, 305, 305]),
        FAILING,
        FixId::SignOutIcloud,
        High,
        "code 305 (the account was not accepted)",
    );
    check(
        failing_with_net(&[307]),
        FAILING,
        FixId::SignOutIcloud,
        High,
        "307",
    );
    // No fresh local backup: exactly three days, and a second more.
    check(
        failing(&[307]).local(local(3 * DAY)),
        FAILING,
        FixId::SignOutIcloud,
        High,
        "307",
    );
    check(
        failing(&[307]).local(local(3 * DAY + 1)),
        FAILING,
        FixId::StartFreshBackup,
        High,
        "may lose data",
    );
    check(
        failing(&[307]).local(holed(DAY)),
        FAILING,
        FixId::StartFreshBackup,
        High,
        "may lose data",
    );
    // The account cannot be changed.
    let fixed = failing_with_net(&[307]).restricted(&[("allowAccountModification", false)]);
    check(
        fixed,
        FAILING,
        FixId::ReviewRestriction,
        High,
        "allowAccountModification = false",
    );
    // Neither way is open.
    let closed = failing(&[307]).restricted(&[("allowHostPairing", false)]);
    check(closed, FAILING, FixId::ContactAppleSupport, Medium, "307");
}

#[test]
fn step_6_is_never_advised_next_either_without_a_net() {
    for codes in [
        &[305, 305, 305][..],
        &[307],
        &[300, 300, 300],
        &[209],
        &[303],
        &[1],
        &[777],
    ] {
        let found = found_in(&fleet([failing(codes)]), "", FAILING);
        assert_ne!(found.next_fix, Some(FixId::SignOutIcloud));
        assert_ne!(found.likely_fix, Some(FixId::SignOutIcloud));
    }
}

/// Two phones with one failure each, so many seconds apart.
fn two_in_a_night(code: i64, apart: i64) -> Fleet {
    let other = attempt(DAY + apart, code);
    let mut second = logged(local(30 * DAY), &[0]);
    second.cloud_log.as_mut().unwrap().attempts = vec![other];
    fleet([failing(&[code]), numbered(1).local(second).icloud(20 * DAY)])
}

#[test]
fn step_7_outage() {
    check_in(
        &two_in_a_night(304, HOUR),
        "",
        FAILING,
        FixId::CheckIcloudStatus,
        High,
        "code 304 (the service is unavailable for now); another device met the like in the same night",
    );
    for code in [17, 301, 302] {
        check_in(
            &two_in_a_night(code, 12 * HOUR),
            "",
            FAILING,
            FixId::CheckIcloudStatus,
            High,
            "another device",
        );
    }
    // Not the same night: a passing code on one device says nothing.
    let results = judged(&two_in_a_night(304, 12 * HOUR + 1), "");
    assert!(
        results
            .devices
            .iter()
            .all(|device| !codes(device).contains(&"icloud-attempts-failing"))
    );
    // Both failures on one device.
    check(
        failing(&[304, 304, 304]),
        FAILING,
        FixId::CheckIcloudStatus,
        Medium,
        "304",
    );
}

/// iCloud was on, and the last backup to it is so many hours old; Apple's page tells of an event of
/// this service from so many hours ago to so many.
#[track_caller]
fn known_outage(service: &str, missed: i64, from: i64, to: Option<i64>, age: i64, fix: FixId) {
    let status = ServiceStatus {
        path: "/srv/status.js".into(),
        observed_at: ago(age * HOUR),
        events: vec![ServiceEvent {
            start: ago(from * HOUR),
            end: to.map(|to| ago(to * HOUR)),
            service: service.to_owned(),
            kind: "Outage".to_owned(),
        }],
    };
    let knowledge = ReferenceData {
        service_status: Some(&status),
        ..ReferenceData::default()
    };
    let mine = phone().icloud(missed * HOUR);
    let results = judged_knowing(&fleet([mine]), &knowledge, "");
    let found = finding(&results.devices[0], Code::BackupAging);
    assert_eq!(found.likely_fix, Some(fix), "{}", reason_of(found));
    if fix == FixId::CheckIcloudStatus {
        assert_eq!(
            (found.confidence, found.next_fix),
            (High, Some(FixId::Wait))
        );
        assert!(reason_of(found).contains(service), "{}", reason_of(found));
        assert!(
            reason_of(found).contains("every backup missed since 2026-11-1"),
            "{}",
            reason_of(found)
        );
    }
}

#[test]
fn step_7_apple_says_so() {
    let (outage, other) = (FixId::CheckIcloudStatus, FixId::Wait);
    // Four days without a backup: the first missed night began 72 hours ago.
    known_outage("iCloud Backup", 96, 50, Some(10), 0, outage);
    known_outage("iCloud Account & Sign In", 96, 50, Some(10), 0, outage);
    known_outage("iCloud backup", 96, 50, None, 1, outage);
    // It began after the first missed night, or ended before the last.
    known_outage("iCloud Backup", 96, 49, Some(23), 0, outage);
    known_outage("iCloud Backup", 96, 48, Some(10), 0, other);
    known_outage("iCloud Backup", 96, 50, Some(24), 0, other);
    // It goes on in a file that is too old to know.
    known_outage("iCloud Backup", 96, 50, None, 23, outage);
    known_outage("iCloud Backup", 96, 50, None, 24, other);
    // Another service.
    known_outage("iCloud Mail", 96, 50, Some(10), 0, other);
}

/// The letter to the user, and what Apple is handed, of the first finding.
fn texts(phone: Phone) -> (Option<String>, Option<String>) {
    let results = judged(&fleet([phone]), "");
    let (device, zone) = (&results.devices[0], TimeZone::UTC);
    let found = finding(device, FAILING);
    let view = ReportView::new(&results, &zone);
    let letter = to_user(device).map(|letter| letter.body);
    (letter, support_request(&view, device, found))
}

/// The words that a person gets: to send on, and to hand to Apple.
#[test]
fn the_texts_that_come_with_a_fix() {
    let mut named = failing(&[303]).os("26.1").product("iPhone14,5");
    named.0.management.as_mut().unwrap().device_name = Some(Sourced::new(
        "Ada\u{202e}\n1. Erase it".to_owned(),
        &source(HOUR),
    ));
    let (message, packet) = texts(named);
    let message = message.unwrap();
    assert!(
        message
            .contains("Your iPhone 13 “Ada\\u{202e}\\n1. Erase it” (serial number F2LX0000TEST)"),
        "{message}"
    );
    assert!(
        message.contains("\n   - Open Settings, tap the name at the top"),
        "{message}"
    );
    assert_eq!(packet, None);

    let strange = failing(&[4_242; 5]).os("26.1").product("iPhone14,5");
    let (message, packet) = texts(strange);
    let asks = "needs your help: an update of its software is waiting.";
    assert!(
        message.unwrap().contains(asks),
        "of the failures, Apple is asked"
    );
    let packet = packet.unwrap();
    for line in [
        "Model: iPhone 13\n",
        "Serial number: F2LX0000TEST\n",
        "UDID: not known\n",
        "System: iOS 26.1\n",
        "Last backup to iCloud: 2026-11-03T02:00:00Z\n",
        "MBErrorDomain 4242 (not explained anywhere)\n",
        "Tried so far: not recorded here",
    ] {
        assert!(packet.contains(line), "{line} not in\n{packet}");
    }
}

#[test]
fn step_8_apple() {
    check(
        failing(&[777; 5]),
        FAILING,
        FixId::ContactAppleSupport,
        Medium,
        "code 777 (unknown error code)",
    );
    check(
        failing(&[777; 4]),
        FAILING,
        FixId::RestartDevice,
        Low,
        "777",
    );
    check(
        failing(&[100; 5]),
        FAILING,
        FixId::ContactAppleSupport,
        Medium,
        "100",
    );
}

#[test]
fn old_evidence_makes_nobody_sure() {
    let mut old = failing(&[303]);
    old.0.backups[0].cloud_log.as_mut().unwrap().attempts[0].at = ago(7 * DAY);
    check(old.clone(), FAILING, FixId::CheckStorage, High, "303");
    old.0.backups[0].cloud_log.as_mut().unwrap().attempts[0].at = ago(7 * DAY + 1);
    check(old, FAILING, FixId::CheckStorage, Medium, "303");
}

#[test]
fn gates_come_first() {
    let lost = failing(&[303]).mdm(|mdm, source| mdm.lost_mode = Some(Sourced::new(true, source)));
    check(
        lost,
        Code::BackupStale,
        FixId::BringDeviceOnline,
        High,
        "lost mode",
    );
    let silent = phone().local(local(20 * DAY)).mdm_at(8 * DAY, |_, _| ());
    check(
        silent.clone(),
        Code::BackupStale,
        FixId::BringDeviceOnline,
        High,
        "8 days ago",
    );
    check(
        silent,
        Code::DeviceNotSeen,
        FixId::BringDeviceOnline,
        High,
        "8 days ago",
    );
    let future = phone().local(local(-3 * DAY)).local(LocalBackup {
        archived: true,
        ..local(20 * DAY)
    });
    check(
        future.clone(),
        Code::BackupStale,
        FixId::FixClock,
        High,
        "2026-11-26",
    );
    check(future, Code::ClockWrong, FixId::FixClock, High, "");
    let running = phone().local(LocalBackup {
        state: State::InProgress,
        ..local(8 * DAY)
    });
    check(
        running.clone(),
        Code::BackupStale,
        FixId::Wait,
        Medium,
        "was being written",
    );
    check(running, Code::BackupInProgress, FixId::Wait, Medium, "");
}

#[test]
fn unreadable_evidence() {
    let with = |kind, found: &str| {
        let problem = Problem::incomplete("/backups/1/Info.plist", "Info.plist", found);
        let problem = problem.with_kind(kind);
        phone().local(LocalBackup {
            problems: vec![problem],
            ..local(DAY)
        })
    };
    check(
        with(
            ProblemKind::Permission,
            "Operation not permitted (os error 1)",
        ),
        Code::EvidenceUnreadable,
        FixId::GrantFullDiskAccess,
        High,
        "not permitted",
    );
    check(
        with(ProblemKind::WrongShape, "an HTML page"),
        Code::EvidenceUnreadable,
        FixId::CheckHost,
        Medium,
        "1 file in its folder",
    );
}

#[test]
fn a_decrypted_copy_is_not_called_broken() {
    let copy = phone().local(LocalBackup {
        host_tool: HostTool::Decryptor,
        restorable: Restorable::Unknown,
        restorable_reason: "nobody has tried it".to_owned(),
        ..local(DAY)
    });
    check(
        copy,
        Code::BackupUnknown,
        FixId::StartFreshBackup,
        Medium,
        "nobody has tried it",
    );
}

#[test]
fn a_backup_that_nobody_checked_says_so() {
    let looked_at = LocalBackup {
        restorable: Restorable::Unknown,
        restorable_reason: "its files were not checked".to_owned(),
        file_check: FileCheck::new(VerifyLevel::State, NOW, local(DAY).file_check.files),
        ..local(DAY)
    };
    check(
        phone().local(looked_at),
        Code::BackupUnknown,
        FixId::VerifyBackup,
        High,
        "its files were not checked",
    );
}

#[test]
fn the_date_of_a_good_backup_names_the_file_that_holds_it() {
    let source = |backup: LocalBackup| {
        let results = judged(&fleet([phone().local(backup)]), "");
        let mut findings = results.devices[0].findings.iter();
        let stale = findings.find(|f| f.code == Code::BackupStale).unwrap();
        let evidence = &stale.evidence[0];
        results.origin(evidence.source, evidence.key.as_deref())
    };
    let whole = local(8 * DAY);
    let stands = LocalBackup {
        state: State::AttemptFailed,
        status_date: Some(ago(DAY)),
        ..whole.clone()
    };
    assert!(source(whole).ends_with(", Status.plist Date"));
    assert!(source(stands).ends_with(", Manifest.plist Date"));
}

#[test]
fn what_the_mdm_did_not_say() {
    check(
        phone().mdm(|_, _| ()),
        Code::BackupUnknown,
        FixId::QueryBackupState,
        High,
        "LastCloudBackupDate",
    );
    let hidden = phone().mdm(|mdm, source| mdm.user_enrollment = Some(Sourced::new(true, source)));
    check(
        hidden,
        Code::BackupUnknown,
        FixId::QueryBackupState,
        High,
        "User Enrollment",
    );
    check(
        phone().site("Berlin"),
        Code::BackupUnknown,
        FixId::QueryBackupState,
        Medium,
        "no MDM answer",
    );
}

#[test]
fn restrictions_and_switches() {
    let blocked = phone().restricted(&[("allowCloudBackup", false)]);
    check(
        blocked.clone(),
        Code::IcloudBlocked,
        FixId::ReviewRestriction,
        High,
        "allowCloudBackup = false",
    );
    check(
        blocked.icloud_never(false),
        Code::BackupNever,
        FixId::ReviewRestriction,
        High,
        "allowCloudBackup",
    );
    check(
        phone().icloud_never(false),
        Code::IcloudOff,
        FixId::TurnOnIcloudBackup,
        High,
        "switch",
    );
    check(
        phone().icloud_never(false),
        Code::BackupNever,
        FixId::TurnOnIcloudBackup,
        High,
        "was off",
    );
    let both = phone().restricted(&[("allowCloudBackup", false), ("allowHostPairing", false)]);
    check(
        both,
        Code::NoBackupPath,
        FixId::ReviewRestriction,
        High,
        "allowHostPairing = false",
    );
    check_in(
        &fleet([phone().icloud(DAY)]),
        "[backups]\nicloud = \"forbidden\"",
        Code::IcloudForbidden,
        FixId::ReviewRestriction,
        High,
        "",
    );
}

#[test]
fn expiring_copies() {
    check(
        phone().icloud(150 * DAY),
        Code::IcloudExpiring,
        FixId::StartFreshBackup,
        High,
        "150 days ago",
    );
    check(
        phone().icloud(150 * DAY),
        Code::BackupStale,
        FixId::StartFreshBackup,
        High,
        "150 days ago",
    );
    // Where no local backup is possible, the cause is looked for at once.
    let unpaired = phone()
        .icloud(150 * DAY)
        .restricted(&[("allowHostPairing", false)]);
    check(
        unpaired,
        Code::IcloudExpiring,
        FixId::RestartDevice,
        Low,
        "",
    );
}

#[test]
fn local_backups_that_did_not_end_well() {
    check(
        phone().local(broken(State::Unfinished, DAY)),
        Code::LocalUnfinished,
        FixId::StartFreshBackup,
        High,
        "it is Unfinished",
    );
    check(
        phone().local(broken(State::Damaged, DAY)),
        Code::LocalDamaged,
        FixId::StartFreshBackup,
        High,
        "it is Damaged",
    );
    check(
        phone().local(broken(State::Unknown, DAY)),
        Code::LocalDamaged,
        FixId::StartFreshBackup,
        High,
        "it is Unknown",
    );
    check(
        phone().local(broken(State::Placeholder, DAY)),
        Code::LocalPlaceholder,
        FixId::StartFreshBackup,
        High,
        "",
    );
    check(
        phone().local(holed(DAY)),
        Code::LocalFilesMissing,
        FixId::StartFreshBackup,
        High,
        "14 of 100 files",
    );
    let keybag = LocalBackup {
        password: Password::KeybagDamaged,
        ..locked(DAY)
    };
    check(
        phone().local(keybag),
        Code::LocalDamaged,
        FixId::StartFreshBackup,
        High,
        "keybag",
    );
    check(
        phone().local(local(9 * DAY)).local(holed(DAY)),
        Code::BackupStale,
        FixId::StartFreshBackup,
        High,
        "14 files are missing",
    );
    let unpaired = phone()
        .local(holed(DAY))
        .restricted(&[("allowHostPairing", false)]);
    check(
        unpaired,
        Code::LocalFilesMissing,
        FixId::AllowPairing,
        High,
        "allowHostPairing",
    );
}

#[test]
fn the_computers_disk() {
    let files = Some(FileCount {
        bytes: Some(10_000_000_000),
        ..FileCount::default()
    });
    let full = |backup: LocalBackup| {
        with_disk(
            fleet([phone().local(LocalBackup {
                file_check: FileCheck {
                    files,
                    ..backup.file_check.clone()
                },
                ..backup
            })]),
            1_000_000_000,
        )
    };
    check_in(
        &full(local(8 * DAY)),
        "",
        Code::HostDiskLow,
        FixId::FreeComputerDisk,
        Medium,
        "",
    );
    check_in(
        &full(local(8 * DAY)),
        "",
        Code::BackupStale,
        FixId::FreeComputerDisk,
        Medium,
        "1.0 GB free, and the next backup may need 12.1 GB",
    );
    check_in(
        &full(broken(State::Unfinished, DAY)),
        "",
        Code::LocalUnfinished,
        FixId::FreeComputerDisk,
        High,
        "stopped before its end",
    );
    check_in(
        &full(broken(State::Unfinished, DAY)),
        "",
        Code::HostDiskLow,
        FixId::FreeComputerDisk,
        High,
        "stopped",
    );
}

#[test]
fn passcodes_nobody_typed() {
    let stale = |version| LocalBackup {
        os_version: Some(version),
        ..local(8 * DAY)
    };
    let beside = |version: &str| {
        fleet([
            phone().local(stale(version.to_owned())),
            numbered(1).local(local(DAY)),
        ])
    };
    check_in(
        &beside("16.1"),
        "",
        Code::BackupStale,
        FixId::EnterPasscode,
        Medium,
        "1 other device was backed up to mac-1 lately",
    );
    check_in(
        &beside("16.0"),
        "",
        Code::BackupStale,
        FixId::RestartDevice,
        Low,
        "",
    );
    check(
        phone().local(stale("16.1".to_owned())),
        Code::BackupStale,
        FixId::EnterPasscode,
        Low,
        "commonest",
    );
    let began = LocalBackup {
        info_date: Some(ago(DAY)),
        ..stale("18.0".to_owned())
    };
    check(
        phone().local(began),
        Code::LocalAttemptFailed,
        FixId::EnterPasscode,
        Medium,
        "began a backup on 2026-11-22",
    );
}

#[test]
fn a_computer_that_backs_up_nobody() {
    let three = (0..3).map(|n| numbered(n).local(local(8 * DAY)));
    check_in(
        &fleet(three),
        "",
        Code::BackupStale,
        FixId::CheckHost,
        Medium,
        "none of the 3 devices on mac-1",
    );
    let two = (0..2).map(|n| numbered(n).local(local(8 * DAY)));
    check_in(
        &fleet(two),
        "",
        Code::BackupStale,
        FixId::RestartDevice,
        Low,
        "",
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
        Code::LocalNotEncrypted,
        FixId::EncryptBackup,
        High,
        "is not encrypted",
    );
    check(
        phone()
            .local(bare)
            .restricted(&[("forceEncryptedBackup", true)]),
        Code::LocalNotEncrypted,
        FixId::EncryptBackup,
        High,
        "although forceEncryptedBackup = true",
    );
    check_in(
        &fleet([phone().local(locked(DAY))]),
        "[backups]\npassword = \"required\"\n",
        Code::PasswordMissing,
        FixId::RecordBackupPassword,
        Medium,
        "",
    );
    let wrong = LocalBackup {
        password: Password::Wrong,
        ..locked(DAY)
    };
    check(
        phone().local(wrong),
        Code::PasswordWrong,
        FixId::RecordBackupPassword,
        High,
        "",
    );
}

#[test]
fn aging_without_a_fault_is_left_alone() {
    check(
        phone().icloud(4 * DAY),
        Code::BackupAging,
        FixId::Wait,
        Low,
        "only a few days",
    );
}

#[test]
fn an_account_that_is_not_signed_in() {
    let inactive = phone()
        .icloud(8 * DAY)
        .local(local(2 * DAY))
        .mdm(|mdm, source| mdm.store_account_active = Some(Sourced::new(false, source)));
    check_in(
        &fleet([inactive]),
        "[backups]\nicloud = \"required\"",
        Code::BackupStale,
        FixId::SignOutIcloud,
        Low,
        "App Store account is not active",
    );
}

#[test]
fn identity_and_inventory() {
    let copied = LocalBackup {
        identity_disagrees: Some("the folder is named for another UDID".to_owned()),
        ..local(DAY)
    };
    check(
        phone().local(copied),
        Code::IdentityConflict,
        FixId::ResolveIdentity,
        High,
        "the plists of a backup and the name of its folder name different devices",
    );
    let mut fleet = fleet([phone().local(local(8 * DAY))]);
    fleet.has_inventory = true;
    check_in(
        &fleet,
        "",
        Code::NotInInventory,
        FixId::MatchInventory,
        High,
        "",
    );
    check_in(
        &fleet,
        "",
        Code::BackupStale,
        FixId::MatchInventory,
        Medium,
        "no inventory table",
    );
}

#[test]
fn a_new_device_is_given_two_days() {
    let enrolled = |seconds: i64| {
        phone().icloud_never(true).mdm(move |mdm, source| {
            mdm.enrolled_at = Some(Sourced::new(ago(seconds), source));
        })
    };
    check(
        enrolled(2 * DAY - 1),
        Code::BackupNever,
        FixId::Wait,
        Medium,
        "it was enrolled on 2026-11-21T02:00:01Z, and no backup since then is known",
    );
    check(
        enrolled(2 * DAY),
        Code::BackupNever,
        FixId::CheckStorage,
        Medium,
        "",
    );
}

#[test]
fn busy_is_a_passing_code() {
    let codes = |codes: &[i64]| codes_of(phone().local(logged(local(DAY), codes)));
    assert!(!codes(&[14, 14, 0]).contains(&"icloud-attempts-failing"));
    assert!(codes(&[14, 14, 14, 0]).contains(&"icloud-attempts-failing"));
}

fn codes_of(phone: Phone) -> Vec<&'static str> {
    codes(&judged_alone(phone, ""))
}
