//! From answers to verdicts, and what a ticket says.

use std::collections::BTreeSet;

use fleetback_report::results::{Code, FixId, Severity, Verdict, *};
use fleetback_report::swap::answer::Outcome;
use fleetback_report::swap::evaluate::tickets;
use fleetback_report::swap::lookup::Directory;
use fleetback_report::swap::request::{EvidenceFrom, Run, SwapRequest, TargetSpec};
use fleetback_report::swap::target::{Target, is_product};
use fleetback_report::swap::ticket::{Ticket, Tickets};
use fleetback_report::tables::os_version::OsVersion;
use fleetback_scanner::model::management::CapacityUnit;
use fleetback_scanner::model::os_feed::{OsFeed, OsFeedKind, OsRelease};
use jiff::SignedDuration;

use crate::common::{self, NOW, at};
use crate::desk::*;

pub(crate) fn run() -> Run {
    Run {
        now: at(NOW),
        tool_version: "0.1.0".to_owned(),
        from: EvidenceFrom::Live,
        path: None,
        plan: None,
        os_feed: None,
        losses_accepted: false,
    }
}

pub(crate) fn asked(text: &str) -> SwapRequest {
    SwapRequest {
        text: text.to_owned(),
        ..SwapRequest::default()
    }
}

pub(crate) fn all(devices: Vec<Device>, asked: &[SwapRequest]) -> Tickets {
    tickets(&common::results(devices, Vec::new()), asked, &run())
}

fn one(device: Device, target_spec: TargetSpec) -> Ticket {
    let asked = SwapRequest {
        target_spec,
        ..asked("C39TEST00001")
    };
    all(vec![device], &[asked]).swaps.remove(0)
}

#[track_caller]
fn check(device: Device, want: Verdict) {
    let got = one(device, TargetSpec::default());
    assert_eq!(got.verdict, want, "{}", got.reason);
}

#[test]
fn verdicts() {
    check(phone(), Verdict::Ready);
    check(with(bare(), plain(HOUR)), Verdict::ReadyWithLosses);
    check(icloud(bare(), HOUR, HOUR), Verdict::ReadyWithLosses);
    check(with(bare(), local(2 * DAY)), Verdict::NotReady);
    check(with(bare(), locked(HOUR)), Verdict::NotReady);
    check(bare(), Verdict::Unknown);
    check(icloud(bare(), 3 * DAY, 2 * DAY), Verdict::Unknown);
    check(
        managed(phone(), |mdm| mdm.find_my = Some(true)),
        Verdict::NotReady,
    );
}

#[test]
fn what_is_not_about_the_backup_never_makes_it_unknown() {
    let ticket = one(phone(), TargetSpec::default());
    assert!(ticket.answers.iter().any(|answer| answer.by_hand));
    assert!(ticket.answers.iter().all(|answer| !answer.decides));
}

#[test]
fn s3_and_s4_decide_once_a_target_is_named() {
    let target_spec = |to: &str, os: Option<OsVersion>, capacity| TargetSpec {
        to: Some(to.to_owned()),
        os_version: os,
        capacity_gb: capacity,
        ..TargetSpec::default()
    };
    let os = Some(OsVersion::new(18, 1, 0));
    let verdict = |target_spec| one(phone(), target_spec).verdict;
    assert_eq!(
        verdict(target_spec("F2LX0002TEST", None, Some(256.0))),
        Verdict::Unknown
    );
    assert_eq!(
        verdict(target_spec("F2LX0002TEST", os, None)),
        Verdict::Unknown
    );
    assert_eq!(
        verdict(target_spec("F2LX0002TEST", os, Some(256.0))),
        Verdict::Ready
    );
    assert_eq!(
        verdict(target_spec("F2LX0002TEST", os, Some(5.0))),
        Verdict::NotReady
    );
}

#[test]
fn stored_results_that_are_too_old_are_unknown_whatever_they_say() {
    let later = |seconds| {
        let run = Run {
            now: at(NOW) + SignedDuration::from_secs(seconds),
            ..run()
        };
        let blocked = managed(phone(), |mdm| mdm.find_my = Some(true));
        let results = common::results(vec![blocked], Vec::new());
        let tickets = tickets(&results, &[asked("C39TEST00001")], &run);
        (tickets.evidence.too_old, tickets.swaps[0].verdict)
    };
    assert_eq!(later(22 * HOUR), (false, Verdict::NotReady));
    assert_eq!(later(DAY), (false, Verdict::NotReady));
    assert_eq!(later(DAY + 1), (true, Verdict::Unknown));
}

/// The clocks of two computers differ a little; results of tomorrow prove nothing.
#[test]
fn stored_results_from_the_future_are_unknown_whatever_they_say() {
    let earlier = |seconds| {
        let run = Run {
            now: at(NOW) - SignedDuration::from_secs(seconds),
            ..run()
        };
        let blocked = managed(phone(), |mdm| mdm.find_my = Some(true));
        let results = common::results(vec![blocked], Vec::new());
        let tickets = tickets(&results, &[asked("C39TEST00001")], &run);
        (
            tickets.evidence.from_the_future,
            tickets.swaps[0].verdict,
            tickets.swaps[0].reason.contains("from the future"),
        )
    };
    assert_eq!(earlier(HOUR), (false, Verdict::NotReady, false));
    assert_eq!(earlier(HOUR + 1), (true, Verdict::Unknown, true));
    assert_eq!(earlier(60 * DAY), (true, Verdict::Unknown, true));
}

/// Known only to the MDM, only locally, to both in contradiction, to none: four different answers.
#[test]
fn four_ways_to_be_known_are_four_answers() {
    let mdm_only = managed(bare(), |_| ());
    let locally = phone();
    let mut both = managed(phone(), |_| ());
    let fix = FixId::ResolveIdentity;
    let conflict = "one device appears with 2 serial numbers";
    both.findings.push(common::finding(
        Code::IdentityConflict,
        Severity::Error,
        conflict,
        fix,
    ));
    let reasons = [Some(mdm_only), Some(locally), Some(both), None].map(|device| {
        let ticket = all(device.into_iter().collect(), &[asked("C39TEST00001")])
            .swaps
            .remove(0);
        (ticket.verdict, ticket.reason)
    });
    let [mdm_only, locally, both, none] = &reasons;
    assert_eq!(mdm_only.0, Verdict::Unknown);
    assert!(
        mdm_only
            .1
            .contains("no evidence tells whether there is a backup"),
        "{mdm_only:?}"
    );
    assert_eq!(locally.0, Verdict::Ready);
    assert_eq!(both.0, Verdict::NotReady);
    assert!(both.1.contains("contradicts itself"), "{both:?}");
    assert_eq!(none.0, Verdict::Unknown);
    assert!(none.1.contains("knows this device"), "{none:?}");
    let different: BTreeSet<_> = reasons.iter().collect();
    assert_eq!(different.len(), 4);
    insta::assert_debug_snapshot!(reasons);
}

#[test]
fn a_list_of_releases_tells_what_a_new_model_runs() {
    let feed = OsFeed {
        path: "feed.json".into(),
        kind: OsFeedKind::Gdmf,
        date: "2026-11-01".parse().unwrap(),
        releases: vec![OsRelease {
            version: "18.1".to_owned(),
            released: Some("2024-10-28".parse().unwrap()),
            product_types: BTreeSet::from(["iPhone99,9".to_owned()]),
        }],
    };
    let target_spec = TargetSpec {
        product_type: Some("iPhone99,9".to_owned()),
        capacity_gb: Some(256.0),
        ..TargetSpec::default()
    };
    let asked = [SwapRequest {
        target_spec,
        ..asked("C39TEST00001")
    }];
    let results = common::results(vec![phone()], Vec::new());
    let verdict = |os_feed| {
        let run = Run { os_feed, ..run() };
        tickets(&results, &asked, &run).swaps[0].verdict
    };
    assert_eq!(
        verdict(None),
        Verdict::Unknown,
        "the built-in table knows no such model"
    );
    assert_eq!(verdict(Some(feed)), Verdict::Ready);
}

#[test]
fn several_devices_decide_nothing_and_are_listed() {
    let named = |serial: &str| common::device(serial, "iPhone", Status::Protected);
    let devices = vec![named("C39TEST00001"), named("C39TEST00002")];
    let ticket = all(devices, &[asked("iPhone")]).swaps.remove(0);
    assert_eq!(ticket.verdict, Verdict::Unknown);
    assert_eq!(ticket.candidates.len(), 2);
    assert!(ticket.answers.is_empty() && ticket.device.is_none());
}

#[test]
fn what_stands_in_the_way_comes_first() {
    let device = managed(with(bare(), plain(HOUR)), |mdm| mdm.find_my = Some(true));
    let ranks: Vec<_> = one(device, TargetSpec::default())
        .answers
        .iter()
        .map(|answer| match answer.answer {
            Outcome::Blocks => 0,
            Outcome::Loses => 1,
            Outcome::Warns => 2,
            Outcome::CannotTell if answer.by_hand => 3,
            Outcome::CannotTell => 4,
            Outcome::Pass => 5,
        })
        .collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    assert_eq!(ranks[0], 0);
}

#[test]
fn the_copy_that_holds_most_is_restored() {
    let from = |device| one(device, TargetSpec::default()).restore_from.unwrap();
    assert_eq!(from(icloud(phone(), 60, 60)).kind, BackupKind::Local);
    assert_eq!(
        from(icloud(with(bare(), local(DAY + 1)), DAY, 60)).kind,
        BackupKind::Icloud
    );
    assert_eq!(
        from(icloud(with(bare(), plain(60)), HOUR, 60)).kind,
        BackupKind::Icloud
    );
    assert_eq!(
        from(icloud(with(bare(), locked(60)), HOUR, 60)).kind,
        BackupKind::Icloud
    );
    let two = with(with(bare(), local(2 * HOUR)), local(HOUR));
    assert_eq!(from(two).date, ago(HOUR));
}

#[test]
fn sums_tell_what_blocks_most() {
    let named = |serial: &str, old: i64, find_my| Device {
        serial_number: Some(serial.to_owned()),
        udid: None,
        ..managed(
            with(
                bare(),
                Backup {
                    serial_number: Some(serial.to_owned()),
                    ..local(old)
                },
            ),
            |mdm| mdm.find_my = Some(find_my),
        )
    };
    let devices = vec![
        named("C39TEST00001", HOUR, false),
        named("C39TEST00002", HOUR, true),
        named("C39TEST00003", 3 * DAY, true),
    ];
    let asked = [
        "C39TEST00001",
        "C39TEST00002",
        "C39TEST00003",
        "C39TEST00004",
    ]
    .map(asked);
    let summary = all(devices, &asked).summary;
    assert_eq!(summary.devices, 4);
    let counts = Verdict::ALL.map(|verdict| summary.verdicts[&verdict]);
    assert_eq!(counts, [1, 0, 2, 1]);
    let blockers: Vec<_> = summary
        .blockers
        .iter()
        .map(|b| (b.rule.as_str(), b.devices))
        .collect();
    assert_eq!(blockers, [("S14", 2), ("S1", 1)]);
}

#[test]
fn a_new_device_is_known_by_number_or_by_model() {
    let other = Device {
        os_version: Some("26.1".to_owned()),
        udid: None,
        ..managed(
            common::device("F2LX0002TEST", "Neu", Status::Unknown),
            |mdm| {
                storage(mdm, CapacityUnit::Gigabytes, 128.0, 64.0);
                mdm.supervised = Some(true);
                mdm.skipped_panes = Some(vec!["Location".to_owned(), "Restore".to_owned()]);
            },
        )
    };
    let results = common::results(vec![phone(), other], Vec::new());
    let target = |to: &str| {
        let target_spec = TargetSpec {
            to: Some(to.to_owned()),
            ..TargetSpec::default()
        };
        Target::resolve(&Directory::new(&results), &results.devices[0], &target_spec).unwrap()
    };
    let known = target("F2LX0002TEST");
    assert!(known.known && known.one_device && !known.same_device);
    assert_eq!(
        (known.os_version.as_deref(), known.capacity_gb),
        (Some("26.1"), Some(128.0))
    );
    assert_eq!(
        (known.supervised, known.restore_skipped),
        (Some(true), Some(true))
    );
    assert!(target("C39TEST00001").same_device);
    let stranger = target("F2LX0003TEST");
    assert!(stranger.one_device && !stranger.known);
    let model = target("iphone 16 pro");
    assert_eq!(
        (model.product_type.as_deref(), model.one_device),
        (Some("iPhone17,1"), false)
    );
    assert_eq!(
        target("iPhone99,9").product_type.as_deref(),
        Some("iPhone99,9")
    );
}

#[test]
fn products_and_serial_numbers_are_told_apart() {
    for text in [
        "iPhone17,1",
        "iPad14,10",
        "iPhone 16",
        "iPad (9th generation)",
    ] {
        assert!(is_product(text), "{text}");
    }
    for text in [
        "F2LX0002TEST",
        "iPhone17",
        "iPhone,1",
        "iPhone17,",
        "17,1",
        "",
        "iPhone 99",
    ] {
        assert!(!is_product(text), "{text}");
    }
}
