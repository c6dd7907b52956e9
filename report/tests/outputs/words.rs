//! Words, dates and ids.

use fleetback_report::format::{self, Label};
use fleetback_report::results::{BackupKind, Confidence, Severity, Status};

use fleetback_scanner::model::backup::*;
use fleetback_scanner::model::problem::Level;
use jiff::tz::TimeZone;

use crate::common::{at, morning, results};
use fleetback_report::view::summary;

#[test]
fn codes_are_those_of_the_json() {
    fn check<L: Label + serde::Serialize>(values: &[L]) {
        for value in values {
            let json = serde_json::to_value(value).unwrap();
            assert_eq!(json, value.id());
            assert!(!value.label().is_empty());
        }
    }
    use Status::*;
    check(&[Protected, Aging, Stale, Failed, Never, Unknown]);
    check(&[
        Severity::Info,
        Severity::Warning,
        Severity::Error,
        Severity::Critical,
    ]);
    check(&[Confidence::Low, Confidence::Medium, Confidence::High]);
    check(&[BackupKind::Local, BackupKind::Icloud]);
    check(&[
        State::Complete,
        State::AttemptFailed,
        State::Unfinished,
        State::CleanupUnfinished,
    ]);
    check(&[
        State::InProgress,
        State::Damaged,
        State::Placeholder,
        State::Fake,
    ]);
    check(&[State::Unreadable, State::Unknown]);
    check(&[
        Restorable::Yes,
        Restorable::No,
        Restorable::NeedsPassword,
        Restorable::Unknown,
    ]);
    check(&[
        Password::Proven,
        Password::Wrong,
        Password::Missing,
        Password::NotNeeded,
    ]);
    check(&[Password::KeybagDamaged, Password::NotTried]);
    check(&[VerifyLevel::State, VerifyLevel::Names]);
    check(&[
        HostTool::Apple,
        HostTool::Libimobiledevice,
        HostTool::Pymobiledevice3,
    ]);
    check(&[
        HostTool::NoInfo,
        HostTool::Fake,
        HostTool::Decryptor,
        HostTool::Unknown,
    ]);
    check(&[Level::Note, Level::Incomplete]);
}

#[test]
fn age_buckets_have_their_edges() {
    let check = |days, bucket| {
        assert_eq!(
            summary::age_bucket(Some(days), Status::Stale),
            Some(bucket),
            "{days}"
        );
    };
    check(0.0, "0 to 1 d");
    check(1.0, "0 to 1 d");
    check(2.0, "2 to 3 d");
    check(3.0, "2 to 3 d");
    check(4.0, "4 to 7 d");
    check(7.2, "4 to 7 d");
    check(8.0, "8 to 14 d");
    check(14.0, "8 to 14 d");
    check(15.0, "15 to 30 d");
    check(30.0, "15 to 30 d");
    check(31.0, "31 d and more");
    assert_eq!(summary::age_bucket(None, Status::Never), Some("never"));
    assert_eq!(summary::age_bucket(None, Status::Unknown), None);
    assert_eq!(summary::age_bucket(None, Status::Failed), None);
}

#[test]
fn days_are_whole_days_elapsed() {
    let check = |then, days| {
        assert_eq!(
            format::days_between(at(then), at("2026-11-23T06:00:00Z")),
            days
        );
    };
    check("2026-11-16T06:00:01Z", 6);
    check("2026-11-16T06:00:00Z", 7);
    check("2026-11-23T07:00:00Z", 0);
}

#[test]
fn dates_are_those_where_the_reader_lives() {
    let check = |zone, date, time| {
        let zone = TimeZone::get(zone).unwrap();
        let instant = at("2026-11-22T23:30:00Z");
        assert_eq!(format::date(instant, &zone).to_string(), date);
        assert_eq!(format::date_time(instant, &zone), time);
    };
    check("UTC", "2026-11-22", "2026-11-22 23:30");
    check("Europe/Zurich", "2026-11-23", "2026-11-23 00:30");
    check("America/New_York", "2026-11-22", "2026-11-22 18:30");
    assert_eq!(
        format::instant(at("2026-11-22T23:30:00.75Z")),
        "2026-11-22T23:30:00Z"
    );
}

#[test]
fn durations_and_sizes() {
    let now = at("2026-11-23T06:00:00Z");
    let limits = format::AgeLimits::of_days([6.0]);
    let check = |then, text| assert_eq!(format::age(at(then), now, &limits).words(), text);
    check("2026-11-23T05:40:00Z", "20 minutes");
    check("2026-11-23T05:00:00Z", "1 hour");
    check("2026-11-17T05:00:00Z", "6.04 days");
    check("2026-11-25T06:00:00Z", "2 days ahead");
    let check = |bytes, text| assert_eq!(format::size(bytes), text);
    check(0, "0 bytes");
    check(1, "1 byte");
    check(999, "999 bytes");
    check(1_000, "1.0 kB");
    check(5_480_000_000, "5.5 GB");
    assert_eq!(format::gigabytes(5_484_999_999), 5.48);
    let check = |count, text| assert_eq!(format::number(count), text);
    check(999, "999");
    check(1_000, "1,000");
    check(1_234_567, "1,234,567");
}

#[test]
fn ids_in_groups() {
    assert_eq!(format::imei("356789012345678"), "35-678901-234567-8");
    assert_eq!(format::imei("35678901234567"), "35678901234567");
    assert_eq!(format::imei("é5678901234567"), "é5678901234567");
    assert_eq!(
        format::iccid("8941014103211118510"),
        "8941 0141 0321 1118 510"
    );
    assert_eq!(
        format::iccid("894101410321111851"),
        "8941 0141 0321 1118 51"
    );
    assert_eq!(format::iccid("1234567"), "1234567");
    assert_eq!(format::iccid(""), "");
}

#[test]
fn the_system_is_named_after_the_product() {
    let check = |product, version, os| {
        assert_eq!(
            format::os(product, version, Some("22B83")).as_deref(),
            Some(os)
        );
    };
    check(Some("iPhone14,5"), Some("18.1"), "iOS 18.1 (22B83)");
    check(Some("iPod9,1"), Some("15.8"), "iOS 15.8 (22B83)");
    check(Some("iPad7,5"), Some("12.5.7"), "iOS 12.5.7 (22B83)");
    check(Some("iPad7,5"), Some("13.0"), "iPadOS 13.0 (22B83)");
    check(Some("iPad7,5"), None, "iPadOS (22B83)");
    check(None, Some("18.1"), "18.1 (22B83)");
    check(None, None, "build (22B83)");
    assert_eq!(format::os(Some("iPhone14,5"), None, None), None);
    assert_eq!(
        format::os_version(Some("iPhone14,5"), Some("18.1")).as_deref(),
        Some("iOS 18.1")
    );
}

#[test]
fn the_headline_counts_the_fleet() {
    let check = |at_risk, devices, listed_apart, text| {
        let mut results = results(Vec::new(), Vec::new());
        results.summary.at_risk = at_risk;
        results.summary.devices = devices;
        results.summary.listed_apart = listed_apart;
        assert_eq!(summary::headline(&results), text);
    };
    check(3, 41, 0, "3 of 41 devices could be lost tonight");
    check(1, 2, 0, "1 of 2 devices could be lost tonight");
    check(3, 45, 4, "3 of 41 devices could be lost tonight");
    check(0, 41, 0, "None of 41 devices could be lost tonight");
    check(1, 1, 0, "The one device could be lost tonight");
    check(0, 1, 0, "The one device is safe for tonight");
    check(0, 0, 0, "No devices found");
    assert_eq!(
        summary::headline(&morning()),
        "5 of 11 devices could be lost tonight"
    );
}

#[test]
fn hostile_text_is_shown_not_obeyed() {
    let check = |text, safe| assert_eq!(format::escaped(text), safe);
    check("Anna’s iPhone 📱 東京", "Anna’s iPhone 📱 東京");
    check("\x1b[31mred", "\\x1b[31mred");
    check("a\nb\tc\rd\0", "a\\nb\\tc\\rd\\x00");
    check("\u{202e}drow", "\\u{202e}drow");
    check("\u{9b}31m", "\\u{9b}31m");
    check("\u{200f}\u{2066}\u{feff}", "\\u{200f}\\u{2066}\\u{feff}");
    check("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧");
}

#[test]
fn lists_say_what_they_leave_out() {
    assert_eq!(format::list(&["a", "b"], 2), "a, b");
    assert_eq!(format::list(&["a", "b", "c"], 2), "a, b and 1 more");
}

#[test]
fn zones() {
    let check = |zone: TimeZone, want: &str| {
        assert_eq!(
            format::zone(&zone, "2026-11-20T04:00:00Z".parse().unwrap()),
            want
        );
    };
    check(TimeZone::get("Europe/Berlin").unwrap(), "Europe/Berlin");
    check(TimeZone::get("Etc/UTC").unwrap(), "UTC");
    check(TimeZone::UTC, "UTC");
    check(TimeZone::fixed(jiff::tz::offset(2)), "UTC+02");
}
