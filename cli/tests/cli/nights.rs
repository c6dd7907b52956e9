//! Four nights of the demo with one history: nobody touches a device, so no advice changes, and what
//! one night says of a date the next does not take back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::demo;
use crate::sandbox::{Sandbox, exit_code, stderr};

/// Whose iCloud storage is full.
const FULL: &str = "CPNJK4FNKR";

const NIGHTS: [&str; 4] = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"];

fn night(sandbox: &Sandbox, day: &str) -> Value {
    night_with(sandbox, day, &[])
}

fn night_with(sandbox: &Sandbox, day: &str, more: &[&str]) -> Value {
    let now = format!("{day}T04:00:00Z");
    let output = [
        "--now",
        &now,
        "--history",
        "h.sqlite3",
        "--json",
        "out.json",
    ];
    let output = sandbox.run(&[&demo::ARGS[..], &output, more].concat());
    assert_eq!(exit_code(&output), 1, "{}", stderr(&output));
    serde_json::from_str(&sandbox.read("out.json")).unwrap()
}

fn devices(report: &Value) -> BTreeMap<String, &Value> {
    let devices = report["devices"].as_array().unwrap().iter();
    let named =
        devices.filter_map(|device| Some((device["serial_number"].as_str()?.to_owned(), device)));
    named.collect()
}

/// The findings of a device that say why no backup is made, with what is advised.
fn advice(device: &Value) -> BTreeMap<&str, (&str, &str)> {
    let findings = device["findings"].as_array().unwrap().iter();
    let advice = findings.filter_map(|finding| {
        let text = |key: &str| finding[key].as_str();
        // A remark on a device that is in order advises nothing.
        Some((text("code")?, (text("cause")?, text("likely_fix")?)))
    });
    advice.collect()
}

#[test]
fn nights_without_a_try_change_no_advice() {
    let sandbox = demo::sandbox();
    let nights = NIGHTS.map(|day| night(&sandbox, day));
    let mut compared = 0;
    for pair in nights.windows(2) {
        let (before, after) = (devices(&pair[0]), devices(&pair[1]));
        for (serial, device) in &after {
            let earlier = advice(before[serial]);
            for (code, (cause, fix)) in advice(device) {
                // A cause that the evidence names anew brings its own fix.
                if let Some((_, was)) = earlier.get(code).filter(|(was, _)| *was == cause) {
                    assert_eq!(*was, fix, "{serial} {code} {cause}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
    for (number, night) in nights.iter().enumerate().skip(2) {
        let device = devices(night)[FULL];
        let finding = &device["findings"][0];
        assert_eq!(finding["likely_fix"], "check-storage");
        let shared = &night["reasons"][finding["cause"].as_str().unwrap()];
        let why = finding["why"].as_str().or_else(|| shared.as_str()).unwrap();
        assert!(
            why.contains("still open, ") && why.contains("no attempt since"),
            "{number}: {why}"
        );
    }
}

/// A night on which somebody could be lost who could not the night before says so.
#[test]
fn no_night_says_that_nothing_has_changed_while_more_could_be_lost() {
    let sandbox = demo::sandbox();
    let nights = NIGHTS.map(|day| night(&sandbox, day));
    for pair in nights.windows(2) {
        let at_risk = |night: &Value| night["summary"]["at_risk"].as_u64().unwrap();
        let changes = pair[1]["history"]["changes"].as_object().unwrap();
        let moved = changes.iter().filter(|(change, _)| *change != "same");
        let moved: u64 = moved.filter_map(|(_, count)| count.as_u64()).sum();
        assert!(
            at_risk(&pair[0]) == at_risk(&pair[1]) || moved > 0,
            "{} {changes:?}",
            pair[1]["scanned_at"]
        );
    }
}

/// An age only grows, by as much as passes between two nights.
#[test]
fn ages_grow_with_the_nights() {
    let sandbox = demo::sandbox();
    let nights = NIGHTS.map(|day| night(&sandbox, day));
    for pair in nights.windows(2) {
        let before = devices(&pair[0]);
        for (serial, device) in devices(&pair[1]) {
            let date = |device: &Value| device["last_good_backup"]["date"].clone();
            let age = |device: &Value| device["age_days"].as_f64();
            if date(device) != date(before[&serial]) {
                continue;
            }
            if let (Some(then), Some(now)) = (age(before[&serial]), age(device)) {
                let grown = now - then;
                assert!((0.0..2.0).contains(&grown), "{serial}: {then}, then {now}");
                let whole = (now.floor() - then.floor() - 1.0).abs();
                assert!(
                    whole < f64::EPSILON || then == 0.0,
                    "{serial}: {then}, then {now}"
                );
            }
        }
    }
}

/// What the summary of a night says of the sum below its headline.
fn counted(night: &Value) -> Value {
    let summary = &night["summary"];
    json!({
        "could_be_lost": summary["at_risk"],
        "waived": summary["waived"],
        "protected": summary["status"]["protected"],
        "aging": summary["status"]["aging"],
        "listed_apart": summary["listed_apart"],
    })
}

/// The policy of every second night has no waiver: what a night said stays said.
#[test]
fn what_a_night_counted_is_what_later_nights_say_of_it() {
    let sandbox = demo::sandbox();
    let policy = sandbox.read("testdata/demo/policy.toml");
    let policies = [&*policy, "name = \"Without waivers\"\n"];
    let mut said: Vec<(Value, Value)> = Vec::new();
    for (day, policy) in NIGHTS.into_iter().zip(policies.into_iter().cycle()) {
        sandbox.write("testdata/demo/policy.toml", policy);
        let tonight = night(&sandbox, day);
        let past = tonight["history"]["nights"].as_array().unwrap().iter();
        let past = past.map(|night| (night["scanned_at"].clone(), night["counts"].clone()));
        assert_eq!(past.collect::<Vec<_>>(), said, "{day}");
        let compared = &tonight["history"]["compared_with"]["could_be_lost"];
        let last = said
            .last()
            .map_or(Value::Null, |(_, counts)| counts["could_be_lost"].clone());
        assert_eq!(*compared, last, "{day}");
        // Device by device it is the same number.
        let devices = tonight["devices"].as_array().unwrap().iter();
        let then = devices.filter(|device| device["could_be_lost_then"] == true);
        assert_eq!(then.count() as u64, last.as_u64().unwrap_or(0), "{day}");
        said.push((tonight["scanned_at"].clone(), counted(&tonight)));
    }
    let lost: Vec<_> = said
        .iter()
        .map(|(_, counts)| &counts["could_be_lost"])
        .collect();
    assert_ne!(lost[0], lost[1], "the policy matters");
}

/// Each night as the page draws and tells it.
#[test]
fn the_line_of_the_last_nights_shows_what_each_night_counted() {
    let sandbox = demo::sandbox();
    let mut told = Vec::new();
    for day in ["2026-11-17", "2026-11-19", "2026-11-20"] {
        let tonight = night_with(&sandbox, day, &["--html", "out.html"]);
        told.push(format!("{day}: {}", tonight["summary"]["at_risk"]));
    }
    told.insert(1, "2026-11-18: not run".to_owned());
    let page = sandbox.read("out.html");
    let wanted = told.join("; ");
    assert!(page.contains(&wanted), "{wanted}");
    // In another zone the runs of four in the morning are those of the evening before.
    let report = [
        "report",
        "out.json",
        "--timezone",
        "America/Los_Angeles",
        "--html",
        "west.html",
    ];
    let output = sandbox.run(&report);
    assert_eq!(exit_code(&output), 1, "{}", stderr(&output));
    let page = sandbox.read("west.html");
    let west = wanted
        .replace("2026-11-17", "2026-11-16")
        .replace("2026-11-18", "2026-11-17");
    let west = west
        .replace("2026-11-19:", "2026-11-18:")
        .replace("2026-11-20", "2026-11-19");
    assert!(page.contains(&west), "{west}");
}
