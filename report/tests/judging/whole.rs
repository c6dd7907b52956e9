//! The results as a whole: order, counts, problems, purity.

use fleetback_report::judge::{ReferenceData, judge};
use fleetback_report::results::{BackupKind, Code, FixId, Results, Severity};
use fleetback_scanner::model::backup::{LocalBackup, State};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::problem::Problem;

use crate::fleet::*;

/// One of every status and a few more.
fn mixed() -> Fleet {
    fleet([
        numbered(1).local(local(DAY)),
        numbered(2).icloud_never(true),
        numbered(3).local(local(8 * DAY)),
        numbered(4).local(local(9 * DAY)),
        numbered(5).local(broken(State::Unfinished, DAY)),
        numbered(6).local(local(5 * DAY)),
        numbered(7).site("Berlin"),
        numbered(8).local(local(30 * DAY)),
        numbered(9).local(logged(local(8 * DAY), &[303, 303, 0])),
    ])
}

fn order(results: &Results) -> Vec<String> {
    let devices = results.devices.iter();
    devices
        .map(|device| {
            let severity = device.severity.map_or("none", Severity::id);
            format!(
                "{} {severity} {}",
                device.serial_number.as_deref().unwrap(),
                device.status
            )
        })
        .collect()
}

#[test]
fn worst_first() {
    let want = [
        "F2LX0008TEST critical stale",
        "F2LX0002TEST error never",
        "F2LX0009TEST error failed",
        "F2LX0005TEST error failed",
        "F2LX0004TEST error stale",
        "F2LX0003TEST error stale",
        "F2LX0007TEST error unknown",
        "F2LX0006TEST warning aging",
        "F2LX0001TEST none protected",
    ];
    let got = order(&judged(&mixed(), ""));
    // Failed without a good backup has no age and stands before failed with one.
    let mut want: Vec<&str> = want.into();
    want.swap(2, 3);
    assert_eq!(got, want);
}

#[test]
fn same_evidence_same_results_in_any_order() {
    let fleet = mixed();
    let first = judged(&fleet, "");
    assert_eq!(first, judged(&fleet, ""));
    let mut turned = fleet.clone();
    turned.devices.reverse();
    assert_eq!(first, judged(&turned, ""));
    turned.devices.rotate_left(4);
    assert_eq!(first, judged(&turned, ""));
    // Devices that nothing tells apart.
    let mut nameless = mixed();
    for device in &mut nameless.devices {
        device.identity.serial = None;
    }
    let first = judged(&nameless, "");
    nameless.devices.reverse();
    assert_eq!(first, judged(&nameless, ""));
}

#[test]
fn results_survive_their_json() {
    let results = judged(&mixed(), "");
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
}

#[test]
fn counts() {
    let summary = judged(&mixed(), "").summary;
    assert_eq!(
        (summary.devices, summary.at_risk, summary.backups),
        (9, 7, 7)
    );
    assert_eq!(summary.status.values().sum::<u64>(), 9);
    assert_eq!(summary.status.len(), 6);
    assert_eq!(summary.severity.values().sum::<u64>(), 9);
    assert_eq!(summary.severity.len(), 5);
    assert_eq!(summary.fixes.values().sum::<u64>(), 8);
    assert_eq!(summary.problems["note"], 0);
    assert_eq!(summary.problems["incomplete"], 0);
}

#[test]
fn every_device_at_risk_has_a_finding_of_weight() {
    for device in judged(&mixed(), "").devices {
        let weighty = device.severity >= Some(Severity::Warning);
        assert!(
            !device.status.is_at_risk() || weighty,
            "{:?}",
            device.serial_number
        );
    }
}

#[test]
fn problems_of_backups_are_told_once_and_with_the_rest() {
    let unreadable = Problem::incomplete("/backups/b", "Info.plist", "permission denied");
    let note = Problem::note("/backups/a", "a backup", "a readme");
    let backup = LocalBackup {
        problems: vec![unreadable.clone(), unreadable.clone()],
        ..local(DAY)
    };
    let mut fleet = fleet([phone().local(backup)]);
    fleet.problems = vec![note.clone(), unreadable.clone(), note.clone()];
    let results = judged(&fleet, "");
    assert_eq!(results.problems, [note, unreadable]);
    assert!(results.is_incomplete());
    assert_eq!(results.summary.problems["incomplete"], 1);
}

#[test]
fn notes_leave_nothing_incomplete() {
    let mut fleet = fleet([phone().local(local(DAY))]);
    fleet.problems = vec![Problem::note("/backups/a", "a backup", "a readme")];
    assert!(!judged(&fleet, "").is_incomplete());
}

#[test]
fn nothing_found_is_told_from_nothing_wrong() {
    assert!(judged(&Fleet::default(), "").found_nothing());
    let fine = judged(&fleet([phone().local(local(DAY))]), "");
    assert!(!fine.found_nothing());
    assert_eq!(fine.worst_unwaived(), None);
}

#[track_caller]
fn last_attempt(phone: Phone, want: Option<(i64, &str, BackupKind)>) {
    let device = judged_alone(phone, "");
    let got = device.newest_attempt().map(|a| (a.at, a.result, a.kind));
    assert_eq!(
        got,
        want.map(|(seconds, result, kind)| (ago(seconds), result.to_owned(), kind))
    );
}

#[test]
fn last_attempts() {
    use BackupKind::{Icloud, Local};
    last_attempt(phone().local(local(DAY)), Some((DAY, "complete", Local)));
    last_attempt(phone().icloud(DAY), Some((DAY, "complete", Icloud)));
    last_attempt(
        phone().local(holed(DAY)),
        Some((DAY, "files missing", Local)),
    );
    last_attempt(
        phone().local(broken(State::Unfinished, DAY)),
        Some((DAY, "unfinished", Local)),
    );
    last_attempt(
        phone().local(local(2 * DAY)).icloud(DAY),
        Some((DAY, "complete", Icloud)),
    );
    last_attempt(
        phone().local(logged(local(5 * DAY), &[303])),
        Some((DAY, "icloud 303", Icloud)),
    );
    let older = LocalBackup {
        state: State::AttemptFailed,
        status_date: Some(ago(DAY)),
        ..local(8 * DAY)
    };
    last_attempt(phone().local(older), Some((DAY, "attempt-failed", Local)));
    last_attempt(phone().local(broken(State::Fake, DAY)), None);
    last_attempt(phone().mdm(|_, _| ()), None);
}

#[test]
fn backups_stand_newest_first() {
    let device = judged_alone(
        phone()
            .local(local(9 * DAY))
            .local(local(DAY))
            .local(local(3 * DAY)),
        "",
    );
    let dates: Vec<_> = device.backups.iter().map(|b| b.completed_at).collect();
    assert!(dates.is_sorted_by(|a, b| a > b));
    assert!(device.backups.iter().all(|backup| backup.good));
}

#[test]
fn marketing_names_come_from_the_table_and_unknown_types_keep_what_the_mdm_says() {
    let model = |phone| judged_alone(phone, "").model;
    assert_eq!(
        model(phone().product("iPhone12,8")).as_deref(),
        Some("iPhone SE (2nd generation)")
    );
    let named = phone()
        .product("iPhone99,1")
        .mdm(|mdm, source| mdm.model_name = Some(Sourced::new("iPhone".to_owned(), source)));
    assert_eq!(model(named).as_deref(), Some("iPhone"));
    assert_eq!(model(phone().product("iPhone99,1")), None);
}

#[test]
fn the_run_stands_in_the_results() {
    let results = judge(
        &Fleet::default(),
        &ReferenceData::default(),
        &policy("name = \"Head office\""),
        &run(),
    );
    assert_eq!(results.policy.name, "Head office");
    assert_eq!(
        (results.scanned_at, results.run_id.as_str()),
        (NOW, "run-1")
    );
}

/// An old version of iOS is worth knowing; on a device that is in order there is nothing to be done.
#[test]
fn a_remark_on_a_device_in_order_has_no_fix() {
    let fix = |days: i64| {
        let device = phone().icloud(days * DAY).product("iPhone14,5").os("16.1");
        let device = judged_alone(device, "");
        let found = finding(&device, Code::OsOutdated);
        (found.likely_fix, found.next_fix, found.article_step)
    };
    assert_eq!(fix(1), (None, None, None));
    let (likely, _, step) = fix(20);
    assert_eq!((likely, step), (Some(FixId::UpdateIos), Some(3)));
}

#[test]
fn a_reason_that_devices_share_stands_once() {
    let stale = |number| numbered(number).icloud(20 * DAY);
    let alone = judged(&fleet([stale(1)]), "");
    let both = judged(&fleet([stale(1), stale(2)]), "");
    let of = |results: &Results, at: usize| {
        let found = finding(&results.devices[at], Code::BackupStale);
        (found.why.is_some(), results.why(found).to_owned())
    };
    let (own, reason) = of(&alone, 0);
    assert!(own && !reason.is_empty());
    for at in [0, 1] {
        assert_eq!(of(&both, at), (false, reason.clone()));
    }
    let cause = &finding(&both.devices[0], Code::BackupStale).cause;
    assert_eq!(both.reasons.get(cause), Some(&reason));
}
