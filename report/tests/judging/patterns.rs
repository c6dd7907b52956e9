//! What many devices have in common, from whole fleets: one cause, one finding of the fleet, and
//! devices that point to it.

use fleetback_report::history::{DeviceIds, History, PastDevice, PastIcloud, PastRun};
use fleetback_report::judge::{ReferenceData, judge};
use fleetback_report::render::terminal::report::{TextOptions, write};
use fleetback_report::results::{Code, Confidence, FixId, Pattern, PatternKind, Results};
use fleetback_report::view::report::ReportView;
use fleetback_scanner::model::backup::{FileCheck, FileCount, LocalBackup, State, VerifyLevel};
use fleetback_scanner::model::evidence::Sourced;
use jiff::tz::TimeZone;

use crate::fleet::*;

const SITES: [&str; 3] = ["Berlin", "Lyon", "Oslo"];
const BUILDS: [(&str, &str); 2] = [("18.1", "22B83"), ("18.2", "22C152")];

/// A phone of a fleet with three sites and two builds, spread evenly.
fn member(n: usize) -> Phone {
    let (version, build) = BUILDS[(n / SITES.len()) % BUILDS.len()];
    numbered(n)
        .site(SITES[n % SITES.len()])
        .os(version)
        .mdm(|mdm, source| mdm.build_version = Some(Sourced::new(build.to_owned(), source)))
}

/// Members of a fleet: those that `stopped` names made their last iCloud backup so many days ago, a
/// little apart, and the others in the last two nights.
fn many(
    members: usize,
    days: i64,
    stopped: impl Fn(usize) -> bool,
    dress: impl Fn(usize, Phone) -> Phone,
) -> Results {
    let phones = (0..members).map(|n| {
        let hours = i64::try_from(n % 5).unwrap();
        let seconds = if stopped(n) {
            days * DAY + (2 + 9 * hours) * HOUR
        } else {
            (2 + 8 * hours) * HOUR
        };
        dress(n, member(n)).icloud(seconds)
    });
    judged(&fleet(phones), "")
}

fn sixty(
    days: i64,
    stopped: impl Fn(usize) -> bool,
    dress: impl Fn(usize, Phone) -> Phone,
) -> Results {
    many(60, days, stopped, dress)
}

fn as_it_is(_: usize, phone: Phone) -> Phone {
    phone
}

#[track_caller]
fn one(results: &Results) -> &Pattern {
    assert_eq!(results.patterns.len(), 1, "{:?}", results.patterns);
    &results.patterns[0]
}

#[track_caller]
fn check(results: &Results, id: &str, missed: u64, fix: FixId, why: &str) {
    let pattern = one(results);
    assert_eq!(
        (pattern.id.as_str(), pattern.missed, pattern.likely_fix),
        (id, missed, fix)
    );
    assert!(pattern.reason.contains(why), "{}", pattern.reason);
    assert!(pattern.probability <= 0.001 && pattern.devices.len() as u64 == missed);
}

#[test]
fn an_outage() {
    let results = sixty(4, |_| true, as_it_is);
    check(
        &results,
        "outage",
        60,
        FixId::CheckIcloudStatus,
        "60 of 60 devices of the fleet were healthy, were heard of since, and made no iCloud backup since 2026-11-19T02:00:00Z; without a common cause no more than half",
    );
    assert_eq!(
        one(&results).confidence,
        Confidence::Medium,
        "no earlier nights"
    );
    assert_eq!(
        (one(&results).since, one(&results).nights),
        (ago(4 * DAY), 4)
    );
}

#[test]
fn a_weekend_is_no_outage_where_no_earlier_night_is_known() {
    // It is Monday, two in the morning: the last nights ended on Saturday, Sunday and Monday.
    assert!(sixty(2, |_| true, as_it_is).patterns.is_empty());
    assert!(sixty(3, |_| true, as_it_is).patterns.is_empty());
}

/// Sixty phones, of which the history knows some earlier nights: each was told an iCloud backup of
/// the night before, but on every `bad`th night a half of them had missed two nights.
fn remembered(nights: i64, bad: i64) -> History {
    let runs = (1..=nights).rev().map(|night| PastRun {
        at: ago(night * DAY),
        run_id: night.to_string(),
        complete: true,
        counts: None,
    });
    let told = |n: i64| {
        (1..=nights).rev().map(move |night| {
            let missed = if night % bad == 0 && n % 2 == 0 { 2 } else { 0 };
            PastIcloud {
                date: ago((night + missed) * DAY + (1 + n % 20) * HOUR),
                since: ago(night * DAY),
                until: ago(night * DAY),
            }
        })
    };
    let devices = (0..60).map(|n| PastDevice {
        ids: DeviceIds {
            serial: Some(format!("F2LX{n:04}TEST")),
            ..DeviceIds::default()
        },
        icloud: told(n).collect(),
        ..PastDevice::default()
    });
    History {
        runs: runs.collect(),
        devices: devices.collect(),
        ..History::default()
    }
}

/// Half of the fleet has missed the last two nights, over the weekend.
fn half_missed(history: &History) -> Results {
    let phones = (0..60).map(|n| {
        let days = if n % 2 == 0 { 2 } else { 0 };
        member(n).icloud(days * DAY + (1 + i64::try_from(n % 20).unwrap()) * HOUR)
    });
    let knowledge = ReferenceData {
        history: Some(history),
        ..ReferenceData::default()
    };
    judge(&fleet(phones), &knowledge, &policy(""), &run())
}

#[test]
fn earlier_nights_tell_what_is_usual() {
    let quiet = half_missed(&remembered(28, 100));
    check(
        &quiet,
        "outage",
        30,
        FixId::CheckIcloudStatus,
        "30 of 60 devices of the fleet were healthy, were heard of since, and made no iCloud backup since 2026-11-21T02:00:00Z; on the nights before, 2 % were usual",
    );
    assert_eq!(one(&quiet).confidence, Confidence::High);
    // Every week such a night: it is usual.
    assert!(half_missed(&remembered(28, 7)).patterns.is_empty());
    // Too few nights tell nothing, and half of a fleet on a weekend is then no pattern.
    assert!(half_missed(&remembered(14, 100)).patterns.is_empty());
    assert!(!half_missed(&remembered(15, 100)).patterns.is_empty());
}

#[test]
fn one_site() {
    let results = sixty(4, |n| n % 3 == 1, as_it_is);
    check(
        &results,
        "site:Lyon",
        20,
        FixId::StableWifi,
        "20 of 20 devices of the site Lyon were healthy, were heard of since, and made no iCloud backup since 2026-11-19T02:00:00Z; of the devices elsewhere 2 % did",
    );
}

#[test]
fn a_pattern_is_dated_in_the_zone_of_the_reader() {
    let results = sixty(4, |n| n % 3 == 1, as_it_is);
    let zone = TimeZone::get("Pacific/Auckland").unwrap();
    let options = TextOptions {
        width: 200,
        color: false,
        rows_max: 1,
    };
    let mut text = Vec::new();
    write(&ReportView::new(&results, &zone), &options, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(" 2026-11-19 15:00;"), "{text}");
}

#[test]
fn one_build() {
    let results = sixty(4, |n| (n / 3) % 2 == 1, as_it_is);
    check(
        &results,
        "os-build:22C152",
        30,
        FixId::UpdateIos,
        "the build 22C152",
    );
}

#[test]
fn one_profile() {
    let vpn = |n: usize| n % 4 < 2;
    let dress = |n: usize, phone: Phone| {
        let names: &[&str] = if vpn(n) {
            &["org.example.base", "org.example.vpn"]
        } else {
            &["org.example.base"]
        };
        let named = names
            .iter()
            .map(|name| ((*name).to_owned(), "Profile".to_owned()));
        let profiles = named.collect();
        phone.mdm(|mdm, source| mdm.profiles = Some(Sourced::new(profiles, source)))
    };
    let results = sixty(4, vpn, dress);
    check(
        &results,
        "profile-set:org.example.base + org.example.vpn",
        30,
        FixId::ReviewRestriction,
        "all of them share the profile org.example.vpn too",
    );
}

#[test]
fn devices_point_to_their_pattern_and_the_others_do_not() {
    let results = sixty(4, |n| n % 3 == 1, as_it_is);
    for device in &results.devices {
        let in_lyon = device.site.as_deref() == Some("Lyon");
        let aging = device.findings.iter().find(|f| f.code == Code::BackupAging);
        assert_eq!(aging.is_some(), in_lyon);
        if let Some(aging) = aging {
            assert_eq!(aging.pattern.as_deref(), Some("site:Lyon"));
            assert_eq!(aging.likely_fix, Some(FixId::StableWifi));
            assert_eq!(aging.confidence, Confidence::Medium);
            assert_eq!(results.why(aging), one(&results).reason);
            assert_eq!(aging.next_fix, Some(FixId::ResetNetworkSettings));
        }
    }
}

#[test]
fn two_causes_at_once_are_two_patterns() {
    let stopped = |n: usize| n % 3 == 1 || (n / 3) % 2 == 1;
    let results = many(240, 4, stopped, as_it_is);
    let found: Vec<_> = results
        .patterns
        .iter()
        .map(|p| (p.id.as_str(), p.missed))
        .collect();
    assert_eq!(found, [("os-build:22C152", 120), ("site:Lyon", 40)]);
}

#[test]
fn what_one_device_shows_comes_before_what_all_have_in_common() {
    let results = sixty(
        4,
        |_| true,
        |n, phone| {
            if n == 7 {
                phone.local(logged(local(30 * DAY), &[303, 303, 303, 303]))
            } else {
                phone
            }
        },
    );
    let seven = |device: &&fleetback_report::results::Device| {
        device.serial_number.as_deref() == Some("F2LX0007TEST")
    };
    let full = results.devices.iter().find(seven).unwrap();
    let aging = finding(full, Code::BackupAging);
    assert_eq!(
        (aging.likely_fix, aging.pattern.as_deref()),
        (Some(FixId::CheckStorage), None)
    );
    check(&results, "outage", 59, FixId::CheckIcloudStatus, "59 of 59");
}

#[test]
fn the_unseen_the_unhealthy_and_the_switched_off_do_not_count() {
    // The answers of Lyon are as old as the onset: what they made since is not known.
    let phones = (0..60).map(|n| {
        let (told, age) = if n % 3 == 1 {
            (3 * DAY + 12 * HOUR, 4 * DAY)
        } else {
            (HOUR, DAY)
        };
        member(n).mdm_at(told, |mdm, source| {
            mdm.cloud_backup_enabled = Some(Sourced::new(true, source));
            mdm.last_cloud_backup = Some(Sourced::new(ago(age), source));
        })
    });
    assert!(judged(&fleet(phones), "").patterns.is_empty());
    // Long stale before.
    let phones = (0..60).map(|n| member(n).icloud(if n % 3 == 1 { 15 * DAY } else { DAY }));
    assert!(judged(&fleet(phones), "").patterns.is_empty());
    // Switched off.
    let phones = (0..60).map(|n| {
        let on = member(n).icloud(if n % 3 == 1 { 4 * DAY } else { DAY });
        on.mdm(|mdm, source| mdm.cloud_backup_enabled = Some(Sourced::new(n % 3 != 1, source)))
    });
    assert!(judged(&fleet(phones), "").patterns.is_empty());
}

#[test]
fn a_group_has_five_members_and_others_beside_it() {
    let lyon = |members: usize| {
        let phones = (0..40).map(|n| {
            let (site, days) = if n < members {
                ("Lyon", 4)
            } else {
                ("Oslo", 0)
            };
            let hours = i64::try_from(n % 5).unwrap() * 8 + 2;
            numbered(n).site(site).icloud(days * DAY + hours * HOUR)
        });
        judged(&fleet(phones), "").patterns.len()
    };
    assert_eq!(lyon(4), 0);
    assert_eq!(lyon(20), 1);
    // Thirty-six of one site and four of another: nothing to compare with, and no second site.
    assert_eq!(lyon(36), 0);
}

/// Twenty phones on each of two computers.
fn computers(last: impl Fn(usize) -> LocalBackup) -> Results {
    let phones = (0..40).map(|n| {
        let host = if n < 20 { "mac-1" } else { "mac-2" };
        numbered(n).local(LocalBackup {
            host: host.to_owned(),
            path: format!("/backups/{host}/{n}").into(),
            ..last(n)
        })
    });
    judged(&fleet(phones), "")
}

#[test]
fn one_computer_has_stopped() {
    let results = computers(|n| {
        let spread = i64::try_from(n % 7).unwrap() * DAY;
        local(if n < 20 {
            8 * DAY + spread
        } else {
            spread + HOUR
        })
    });
    check(
        &results,
        "host:mac-1",
        20,
        FixId::CheckHost,
        "of the computer mac-1 were not backed up there since",
    );
    let device = results.devices.first().unwrap();
    let stale = finding(device, Code::BackupStale);
    assert_eq!(stale.pattern.as_deref(), Some("host:mac-1"));
}

#[test]
fn one_computer_breaks_backups() {
    let half = |n: usize| n < 20 && n.is_multiple_of(2);
    let breaks = |n: usize| {
        if half(n) {
            broken(State::Unfinished, DAY)
        } else {
            local(DAY)
        }
    };
    let results = computers(breaks);
    check(
        &results,
        "host-breaking:mac-1",
        10,
        FixId::CheckHost,
        "10 of 20 devices of the computer mac-1 have a broken or unfinished backup there; of the devices elsewhere 10 % did",
    );
    let device = results.devices.first().unwrap();
    let found = finding(device, Code::LocalUnfinished);
    assert_eq!(
        (found.likely_fix, found.confidence),
        (Some(FixId::CheckHost), Confidence::Low)
    );
    assert_eq!(found.next_fix, Some(FixId::StartFreshBackup));
    // A full disk explains it better, and so do broken backups everywhere.
    let phones = (0..20).map(|n| {
        numbered(n).local(LocalBackup {
            file_check: FileCheck::new(
                VerifyLevel::Names,
                NOW,
                Some(FileCount {
                    bytes: Some(1 << 34),
                    ..FileCount::default()
                }),
            ),
            ..breaks(n)
        })
    });
    assert!(
        judged(&with_disk(fleet(phones), 1 << 30), "")
            .patterns
            .is_empty()
    );
    assert!(
        computers(|_| broken(State::Unfinished, DAY))
            .patterns
            .is_empty()
    );
}

#[test]
fn every_kind_of_pattern_is_reached_here() {
    let kinds = PatternKind::ALL.map(PatternKind::id);
    assert_eq!(
        kinds,
        [
            "outage",
            "site",
            "os-build",
            "profile-set",
            "host",
            "host-breaking"
        ]
    );
}

/// The same evidence always gives the same words, whatever the order of devices.
#[test]
fn order_does_not_matter() {
    let phones: Vec<Phone> = (0..60)
        .map(|n| {
            let days = if n % 3 == 1 { 4 } else { 0 };
            let hours = i64::try_from(n % 5).unwrap() * 8 + 2;
            member(n).icloud(days * DAY + hours * HOUR)
        })
        .collect();
    let first = judged(&fleet(phones.clone()), "");
    let bytes = serde_json::to_string(&first).unwrap();
    assert_eq!(first.patterns.len(), 1);
    for step in [7, 11, 13, 17] {
        let turned = (0..60).map(|n| phones[(n * step) % 60].clone());
        assert_eq!(
            serde_json::to_string(&judged(&fleet(turned), "")).unwrap(),
            bytes
        );
    }
}
