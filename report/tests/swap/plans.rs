//! A plan's rows held against each other, and what is printed of them.

use fleetback_report::results::{Verdict, *};
use fleetback_report::swap::answer::Retention;
use fleetback_report::swap::evaluate::tickets;
use fleetback_report::swap::plan::asked as questions;
use fleetback_report::swap::request::{PlanUsed, Run, SwapRequest, TargetSpec};
use fleetback_report::swap::retention::afterwards;
use fleetback_report::swap::ticket::{Ticket, Tickets};
use fleetback_scanner::model::plan::{PlannedDay, PlannedSwap, SwapPlan};
use fleetback_scanner::model::problem::Problem;

use crate::common;
use crate::desk::*;
use crate::tickets::run;

/// A swap of a row: old, new.
fn swap(line: u64, old: &str, new: &str) -> PlannedSwap {
    PlannedSwap {
        line,
        old: old.to_owned(),
        new: (!new.is_empty()).then(|| new.to_owned()),
        new_type: None,
        new_os: Some("26.1".to_owned()),
        new_capacity_gb: Some(256),
        user: Some("Ada".to_owned()),
        day: PlannedDay::On("2026-12-01".parse().unwrap()),
    }
}

fn plan(swaps: Vec<PlannedSwap>) -> SwapPlan {
    SwapPlan {
        path: "plan.csv".into(),
        swaps,
        unusable: Vec::new(),
        problems: Vec::new(),
    }
}

/// A phone that is ready, of that serial number.
fn ready(serial: &str) -> Device {
    let backup = Backup {
        udid: None,
        serial_number: Some(serial.to_owned()),
        ..local(HOUR)
    };
    let device = common::device(serial, &format!("Phone {serial}"), Status::Protected);
    with(device, backup)
}

fn fleet() -> Results {
    let devices = ["C39TEST00001", "C39TEST00002", "C39TEST00003"].map(ready);
    common::results(devices.to_vec(), Vec::new())
}

fn of(plan: &SwapPlan) -> Tickets {
    let run = Run {
        plan: Some(PlanUsed::from_plan(plan)),
        ..run()
    };
    tickets(&fleet(), &questions(plan, &TargetSpec::default()), &run)
}

/// Verdict, contradictions and notes of each row.
#[track_caller]
fn check(rows: &[(&str, &str)], want: &[(Verdict, &str)]) {
    let swaps = rows.iter().zip(2..);
    let swaps = swaps.map(|((old, new), line)| swap(line, old, new));
    let told: Vec<_> = of(&plan(swaps.collect()))
        .swaps
        .into_iter()
        .map(|ticket| {
            let said = [&ticket.plan_contradicts[..], &ticket.plan_notes].concat();
            (ticket.verdict, said.join("; "))
        })
        .collect();
    let want: Vec<_> = want
        .iter()
        .map(|(verdict, said)| (*verdict, (*said).to_owned()))
        .collect();
    assert_eq!(told, want);
}

use Verdict::{NotReady, Ready, Unknown};

#[test]
fn rows_that_agree_are_asked_alone() {
    check(
        &[
            ("C39TEST00001", "F2LX0001TEST"),
            ("C39TEST00002", "F2LX0002TEST"),
        ],
        &[(Ready, ""), (Ready, "")],
    );
    // a model is no certain device
    check(
        &[("C39TEST00001", "iPhone 17"), ("C39TEST00002", "iPhone 17")],
        &[(Ready, ""), (Ready, "")],
    );
    check(
        &[("C39TEST00001", ""), ("C39TEST00002", "")],
        &[(Ready, ""), (Ready, "")],
    );
}

#[test]
fn one_new_device_for_two_is_never_ready() {
    let said = "the plan gives this new device to different old ones: lines 2 and 3";
    check(
        &[
            ("C39TEST00001", "F2LX0001TEST"),
            ("C39TEST00002", "f2lx-0001 TEST"),
        ],
        &[(Unknown, said), (Unknown, said)],
    );
    // what blocks stays NOT READY
    let old = "C39TEST00009";
    check(&[(old, "F2LX0001TEST")], &[(Unknown, "")]);
}

#[test]
fn one_old_device_into_two_is_never_ready() {
    let said = "the plan swaps this device into different ones: lines 2 and 3";
    check(
        &[
            ("C39TEST00001", "F2LX0001TEST"),
            ("Phone C39TEST00001", "F2LX0002TEST"),
        ],
        &[(Unknown, said), (Unknown, said)],
    );
    check(
        &[("C39TEST00001", "F2LX0001TEST"), ("C39TEST00001", "")],
        &[(Unknown, said), (Unknown, said)],
    );
}

#[test]
fn the_same_swap_twice_is_a_note() {
    let said = "the plan has this swap more than once: lines 2 and 3";
    check(
        &[
            ("C39TEST00001", "F2LX0001TEST"),
            ("S C39TEST00001", "F2LX0001TEST"),
        ],
        &[(Ready, said), (Ready, said)],
    );
}

#[test]
fn a_device_that_is_handed_on_is_a_note() {
    let said = "the new device is itself to be swapped, and must be first: line 3";
    check(
        &[
            ("C39TEST00001", "C39TEST00002"),
            ("C39TEST00002", "F2LX0002TEST"),
        ],
        &[(Ready, said), (Ready, "")],
    );
    // into itself: the same device
    check(&[("C39TEST00001", "C39TEST00001")], &[(Ready, "")]);
}

#[test]
fn what_blocks_is_not_softened_by_a_contradiction() {
    let blocked = managed(ready("C39TEST00001"), |mdm| mdm.find_my = Some(true));
    let results = common::results(vec![blocked], Vec::new());
    let plan = plan(vec![
        swap(2, "C39TEST00001", "F2LX0001TEST"),
        swap(3, "C39TEST00001", "F2LX0002TEST"),
    ]);
    let all = tickets(&results, &questions(&plan, &TargetSpec::default()), &run());
    assert_eq!(all.swaps[0].verdict, NotReady);
    assert_eq!(all.swaps[0].plan_contradicts.len(), 1);
}

#[test]
fn a_row_says_what_the_command_line_does_not() {
    let for_all = TargetSpec {
        product_type: Some("iPhone 16".to_owned()),
        capacity_gb: Some(64.0),
        ..TargetSpec::default()
    };
    let asked = questions(&plan(vec![swap(2, "C39TEST00001", "")]), &for_all);
    assert_eq!(
        asked[0].target_spec.product_type.as_deref(),
        Some("iPhone 16")
    );
    assert_eq!(asked[0].target_spec.capacity_gb, Some(256.0));
    assert_eq!(asked[0].line, Some(2));
}

#[test]
fn a_ticket_carries_line_user_and_day() {
    let ticket: Ticket = of(&plan(vec![swap(7, "C39TEST00001", "F2LX0001TEST")]))
        .swaps
        .remove(0);
    assert_eq!(ticket.plan_line, Some(7));
    assert_eq!(ticket.user.as_deref(), Some("Ada"));
    assert_eq!(
        ticket.planned.map(|day| day.to_string()).as_deref(),
        Some("2026-12-01")
    );
}

/// After the swap, of a plan with that day, and a new device backed up so long ago: may the old
/// backups go?
#[track_caller]
fn fate(day: PlannedDay, seconds_old: i64, twice: bool, want: Retention) {
    let new = Device {
        udid: None,
        ..with(
            common::device("F2LX0002TEST", "Neu", Status::Protected),
            local(seconds_old),
        )
    };
    let old = with(bare(), local(30 * DAY));
    let mut swaps = vec![PlannedSwap {
        day,
        ..swap(2, "C39TEST00001", "F2LX0002TEST")
    }];
    if twice {
        swaps.push(swap(3, "C39TEST00003", "F2LX0002TEST"));
    }
    let asked: Vec<SwapRequest> = questions(&plan(swaps), &TargetSpec::default());
    let results = common::results(vec![old, new], Vec::new());
    let got = &afterwards(&results, &asked, &run()).swaps[0];
    assert_eq!(got.fate, want, "{}", got.reason);
}

#[test]
fn after_the_swap_the_day_of_the_plan_counts() {
    // now is 2026-11-23 06:00 UTC; the day of the swap ends at midnight
    let on = |day: &str| PlannedDay::On(day.parse().unwrap());
    fate(on("2026-11-22"), 6 * HOUR - 1, false, Retention::MayGo);
    fate(on("2026-11-22"), 6 * HOUR, false, Retention::Keep);
    fate(PlannedDay::Unknown, 6 * HOUR, false, Retention::MayGo);
    fate(PlannedDay::Unreadable, HOUR, false, Retention::Unknown);
    fate(on("2026-11-22"), HOUR, true, Retention::Unknown);
}

#[test]
fn rows_that_nobody_was_asked_about_are_said() {
    let of = |lines: &[u64]| {
        PlanUsed::from_plan(&SwapPlan {
            unusable: lines.to_vec(),
            problems: vec![Problem::incomplete("plan.csv", "a number", "none")],
            ..plan(Vec::new())
        })
        .unasked()
    };
    assert_eq!(of(&[]), None);
    assert_eq!(
        of(&[7]).unwrap(),
        "1 row of the plan could not be used and was not checked: line 7"
    );
    assert_eq!(
        of(&[7, 9]).unwrap(),
        "2 rows of the plan could not be used and were not checked: lines 7 and 9"
    );
    let many = of(&(1..=12).collect::<Vec<_>>()).unwrap();
    assert!(
        many.ends_with("lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"),
        "{many}"
    );
}
