//! Every limit from both sides.

use fleetback_report::judge::ReferenceData;
use fleetback_report::results::{OsVerdict, Severity, Status};
use fleetback_scanner::model::backup::{FileCheck, FileCount, LocalBackup, VerifyLevel};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::os_feed::{OsFeed, OsFeedKind, OsRelease};
use jiff::civil::Date;

use crate::fleet::*;

#[track_caller]
fn age(seconds_old: i64, status: Status, code: &[&str], severity: Option<Severity>) {
    let device = judged_alone(phone().local(local(seconds_old)), "");
    assert_eq!(device.status, status);
    assert_eq!(codes(&device), code);
    assert_eq!(device.severity, severity);
}

#[test]
fn age_of_the_newest_good_backup() {
    use Severity::{Critical, Error, Warning};
    age(0, Status::Protected, &[], None);
    age(3 * DAY, Status::Protected, &[], None);
    age(3 * DAY + 1, Status::Aging, &["backup-aging"], Some(Warning));
    age(7 * DAY, Status::Aging, &["backup-aging"], Some(Warning));
    age(7 * DAY + 1, Status::Stale, &["backup-stale"], Some(Error));
    age(14 * DAY, Status::Stale, &["backup-stale"], Some(Error));
    age(
        14 * DAY + 1,
        Status::Stale,
        &["backup-stale"],
        Some(Critical),
    );
}

#[test]
fn an_age_shows_which_limit_it_passed() {
    let days = |seconds| judged_alone(phone().local(local(seconds)), "").age_days;
    assert_eq!(days(7 * DAY - 1), Some(6.0));
    assert_eq!(days(7 * DAY), Some(7.0));
    assert_eq!(days(7 * DAY + DAY / 5), Some(7.2));
    assert_eq!(days(9 * DAY + DAY / 5), Some(9.0));
}

#[test]
fn fractions_of_days_are_limits_too() {
    let status = |seconds| {
        judged_alone(
            phone().local(local(seconds)),
            "[thresholds]\naging_days = 0.5",
        )
        .status
    };
    assert_eq!(status(12 * HOUR), Status::Protected);
    assert_eq!(status(12 * HOUR + 1), Status::Aging);
}

#[track_caller]
fn expiring(seconds_old: i64, severity: Option<Severity>) {
    let device = judged_alone(phone().icloud(seconds_old), "");
    let found = device
        .findings
        .iter()
        .find(|f| f.code.id() == "icloud-expiring");
    assert_eq!(found.map(|f| f.severity), severity);
}

#[test]
fn icloud_backups_expire() {
    expiring(150 * DAY - 1, None);
    expiring(150 * DAY, Some(Severity::Warning));
    expiring(170 * DAY, Some(Severity::Warning));
    expiring(170 * DAY + 1, Some(Severity::Error));
    expiring(180 * DAY, Some(Severity::Error));
    expiring(180 * DAY + 1, Some(Severity::Error));
}

#[track_caller]
fn seen(seconds: i64, want: bool) {
    let device = judged_alone(phone().local(local(DAY)).mdm_at(seconds, |_, _| ()), "");
    assert_eq!(codes(&device).contains(&"device-not-seen"), want);
    assert_eq!(device.mdm.unwrap().trusted, !want);
}

#[test]
fn devices_fall_silent() {
    seen(7 * DAY, false);
    seen(7 * DAY + 1, true);
}

#[track_caller]
fn storage(available: f64, severity: Option<Severity>) {
    let device = judged_alone(phone().local(local(DAY)).storage(100.0, available), "");
    let found = device
        .findings
        .iter()
        .find(|f| f.code.id() == "device-storage-low");
    assert_eq!(found.map(|f| f.severity), severity);
}

#[test]
fn device_storage() {
    storage(5.0, None);
    storage(4.99, Some(Severity::Warning));
    storage(1.0, Some(Severity::Warning));
    storage(0.99, Some(Severity::Error));
    storage(0.0, Some(Severity::Error));
    // Figures that make no sense say nothing.
    storage(101.0, None);
    storage(-1.0, None);
}

#[track_caller]
fn disk(free: u64, want: bool) {
    let files = FileCount {
        bytes: Some(10_000_000_000),
        ..FileCount::default()
    };
    let backup = LocalBackup {
        file_check: FileCheck::new(VerifyLevel::Names, NOW, Some(files)),
        ..local(DAY)
    };
    let results = judged(&with_disk(fleet([phone().local(backup)]), free), "");
    let found = codes(&results.devices[0]).contains(&"host-disk-low");
    assert_eq!(found, want);
}

#[test]
fn the_computers_disk_needs_a_tenth_more_than_the_last_backup_and_a_gibibyte() {
    let need = 11_000_000_000 + (1 << 30);
    disk(need, false);
    disk(need - 1, true);
}

#[track_caller]
fn clock(seconds_old: i64, want: bool) {
    let device = judged_alone(phone().local(local(seconds_old)), "");
    assert_eq!(codes(&device).contains(&"clock-wrong"), want);
}

#[test]
fn clocks() {
    clock(-DAY, false);
    clock(-DAY - 1, true);
    clock(NOW.as_second(), true);
    let first_iphone = NOW.as_second() - 1_167_609_600;
    clock(first_iphone, false);
    clock(first_iphone + 1, true);
}

#[test]
fn an_icloud_date_to_come_is_told() {
    let device = judged_alone(phone().icloud(-2 * DAY), "");
    assert_eq!(codes(&device), ["clock-wrong"]);
}

#[track_caller]
fn transient(log: &[i64], want: bool) {
    let device = judged_alone(phone().local(logged(local(DAY / 2), log)), "");
    assert_eq!(
        codes(&device).contains(&"icloud-attempts-failing"),
        want,
        "{log:?}"
    );
}

#[test]
fn a_passing_code_means_something_the_third_time() {
    transient(&[300, 300], false);
    transient(&[300, 300, 300], true);
    transient(&[300, 300, 305, 300], false);
    transient(&[303], true);
    transient(&[0, 303, 303], false);
    transient(&[222, 222], false);
    transient(&[222, 222, 222], true);
}

#[test]
fn with_no_good_backup_a_passing_code_means_something_at_once() {
    let alone = judged_alone(phone().local(logged(holed(DAY), &[300])), "");
    assert!(codes(&alone).contains(&"icloud-attempts-failing"));
    let deferred = judged_alone(phone().local(logged(holed(DAY), &[222])), "");
    assert!(!codes(&deferred).contains(&"icloud-attempts-failing"));
}

#[test]
fn a_success_that_the_mdm_tells_of_ends_the_failures() {
    let failing = phone().local(logged(local(DAY / 2), &[303, 303]));
    let healed = failing.clone().icloud(DAY - 1);
    let before = failing.icloud(DAY + 1);
    assert!(!codes(&judged_alone(healed, "")).contains(&"icloud-attempts-failing"));
    assert!(codes(&judged_alone(before, "")).contains(&"icloud-attempts-failing"));
}

/// A phone beside one of its model that runs 26.2 and one of another model that runs 27.0. The
/// built-in list is 93 days old and knows 26.6.1 and 18.7.8 for an iPhone 11, and no iPhone 99.
#[track_caller]
fn os(model: &str, version: &str, want: &[&str]) {
    let newer = numbered(1).local(local(DAY)).os("26.2").product(model);
    let other = numbered(2)
        .local(local(DAY))
        .os("27.0")
        .product("iPhone13,1");
    let mine = phone().local(local(DAY)).os(version).product(model);
    let results = judged(&fleet([mine, newer, other]), "");
    let me = results
        .devices
        .iter()
        .find(|d| d.serial_number.as_deref() == Some("F2LX0000TEST"));
    assert_eq!(codes(me.unwrap()), want, "{version}");
}

#[test]
fn versions() {
    let listed = "iPhone12,1";
    os(listed, "26.6.1", &[]);
    os(listed, "26.6", &["os-outdated"]);
    os(listed, "18.7.8", &[]);
    os(listed, "18.7.7", &["os-outdated"]);
    os(listed, "9.0", &["os-outdated"]);
    os(listed, "8.4.1", &["os-unsupported"]);
    os(listed, "not a version", &[]);
    os("iPhone5,1", "10.3.4", &["os-unsupported"]);
}

#[test]
fn versions_of_a_model_that_no_list_knows() {
    let strange = "iPhone99,1";
    os(strange, "26.2", &[]);
    os(strange, "26.10", &[]);
    os(strange, "26.1.9", &["os-outdated"]);
    os(strange, "9.0", &["os-outdated"]);
    os(strange, "8.4.1", &["os-unsupported"]);
    os(strange, "not a version", &[]);
}

/// A feed that the admin gave is asked before the built-in table, and its grace of 14 days holds.
#[test]
fn a_feed_knows_more() {
    let feed = OsFeed {
        path: "/srv/feed.json".into(),
        kind: OsFeedKind::SofaV2,
        date: Date::constant(2026, 11, 22),
        releases: vec![OsRelease {
            version: "26.7".to_owned(),
            released: Some(Date::constant(2026, 11, 10)),
            product_types: ["iPhone12,1".to_owned()].into(),
        }],
    };
    let knowledge = ReferenceData {
        os_feed: Some(&feed),
        ..ReferenceData::default()
    };
    let check = |version: &str, verdict, in_grace, want: &[&str]| {
        let mine = phone().local(local(DAY)).os(version).product("iPhone12,1");
        let results = judged_knowing(&fleet([mine]), &knowledge, "");
        let me = &results.devices[0];
        assert_eq!(
            (me.os.verdict, me.os.in_grace),
            (verdict, in_grace),
            "{version}"
        );
        assert_eq!(me.os.newest.as_deref(), Some("26.7"));
        assert_eq!(codes(me), want, "{version}");
    };
    check("26.7", OsVerdict::Current, false, &[]);
    check("26.6.1", OsVerdict::BehindMinor, true, &[]);
}

#[test]
fn the_newest_evidence_tells_the_version() {
    let backup = LocalBackup {
        os_version: Some("17.0".to_owned()),
        ..local(DAY)
    };
    let told = |seconds| {
        phone()
            .local(backup.clone())
            .mdm_at(seconds, |mdm, source| {
                mdm.os_version = Some(Sourced::new("18.0".to_owned(), source));
            })
    };
    let version = |phone| judged_alone(phone, "").os_version;
    assert_eq!(version(told(HOUR)).as_deref(), Some("18.0"));
    assert_eq!(version(told(2 * DAY)).as_deref(), Some("17.0"));
}
