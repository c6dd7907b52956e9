//! The simulation of docs/diagnosis-accuracy.md, in small: its thresholds, and that the page tells
//! what it finds.

#![allow(clippy::unwrap_used, clippy::panic)] // the simulation is a test too

#[path = "judging/fleet.rs"]
#[allow(dead_code, unused_imports)] // words that the tests of the judge build fleets with
mod fleet;
#[path = "../examples/accuracy/page.rs"]
#[allow(dead_code)] // the large fleet is left to the example
mod page;
#[path = "../examples/accuracy/tally.rs"]
mod tally;
#[path = "../examples/accuracy/world.rs"]
mod world;

use page::{RESTORABLE, SEED, SMALL};
use tally::run;
use world::Cause;

const PAGE: &str = include_str!("../../docs/diagnosis-accuracy.md");

#[test]
fn the_page_tells_what_the_simulation_finds_and_the_thresholds_hold() {
    let tally = run(SMALL, SEED);
    let table = tally.page();
    assert!(
        PAGE.contains(&table),
        "docs/diagnosis-accuracy.md is not of this judge: run its command again. Now it is\n{table}"
    );
    for cause in Cause::ALL {
        let recall = tally.recall(cause, Some(true));
        assert!(
            recall.is_none_or(|recall| recall >= 0.9),
            "{cause:?} {recall:?}"
        );
        let precision = tally.precision(cause);
        assert!(
            precision.is_none_or(|part| part >= 0.7),
            "{cause:?} {precision:?}"
        );
    }
    // The small fleet may lose one device-night in a thousand to either.
    let (causes, errors) = tally.false_alarms();
    assert!(causes <= 1.0 && errors <= 1.0, "{causes} {errors}");
}

#[test]
fn the_page_holds_what_other_readers_say() {
    assert!(
        PAGE.contains(RESTORABLE),
        "the section in examples/accuracy/restorable.md is newer: run the command of the page again"
    );
    let rows = RESTORABLE
        .lines()
        .filter(|row| row.starts_with("| fleetback"));
    let false_alarms: Vec<&str> = rows.filter_map(|row| row.split(" | ").nth(3)).collect();
    assert_eq!(false_alarms, ["0", "0"]);
}

/// The large fleet is told by the page alone; its figures stand in it.
#[test]
fn the_large_fleet_on_the_page_keeps_the_promise() {
    let (_, large) = PAGE.split_once("## 2000 devices").unwrap();
    let (large, _) = large.split_once("## 300 devices").unwrap();
    let rows = large.lines().filter(|line| line.split('|').count() == 8);
    let mut causes = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let Ok(recall) = cells[5].parse::<f64>() else {
            continue;
        };
        assert!(recall >= 0.9, "{row}");
        causes += 1;
    }
    assert!(causes >= 3);
    let (_, told) = large.split_once("on which nothing was planted, ").unwrap();
    let parts: Vec<f64> = told
        .split(" of 1,000)")
        .take(2)
        .map(|text| text.rsplit('(').next().unwrap().parse().unwrap())
        .collect();
    assert!(parts.iter().all(|part| *part < 1.0), "{parts:?}");
}
