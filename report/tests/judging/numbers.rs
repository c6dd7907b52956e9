//! One truth in numbers: every output of a judged fleet prints the numbers of one struct.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use fleetback_report::render::csv::{CsvOptions, Profile};
use fleetback_report::render::terminal::report::{self, TextOptions};
use fleetback_report::render::{csv, html, json, xlsx};
use fleetback_report::results::{Results, Status};
use fleetback_report::view::attention::urgency;
use fleetback_report::view::report::ReportView;
use fleetback_report::view::summary::{FleetSum, headline};
use jiff::tz::TimeZone;
use serde_json::Value;

type Counts = BTreeMap<String, u64>;

fn text(write: impl Fn(&ReportView<'_>, &mut Vec<u8>), results: &Results) -> String {
    let (mut out, zone) = (Vec::new(), TimeZone::UTC);
    write(&ReportView::new(results, &zone), &mut out);
    String::from_utf8(out).unwrap()
}

fn counted<K: ToString>(keys: impl IntoIterator<Item = K>) -> Counts {
    let mut counts = Counts::new();
    for key in keys {
        *counts.entry(key.to_string()).or_default() += 1;
    }
    counts
}

fn without_zeros<K: ToString>(counts: &BTreeMap<K, u64>) -> Counts {
    let counts = counts.iter().filter(|(_, count)| **count > 0);
    counts
        .map(|(key, count)| (key.to_string(), *count))
        .collect()
}

/// The struct itself adds up, and is what the devices say.
fn check_sum(results: &Results, sum: &FleetSum) {
    assert_eq!(sum.without_good_backup - sum.waived, sum.could_be_lost);
    assert_eq!(
        sum.without_good_backup + sum.protected + sum.aging,
        sum.devices
    );
    let apart = sum.listed_apart + sum.left_mdm;
    assert_eq!(sum.devices + apart, results.devices.len() as u64);
    let lost = results.devices.iter().filter(|device| device.could_be_lost);
    assert_eq!(lost.count() as u64, sum.could_be_lost);
}

/// Anybody reproduces headline, statuses and fixes with a filter of the CSV.
fn check_csv(results: &Results, sum: &FleetSum) {
    let options = CsvOptions {
        profile: Profile::Raw,
        ..CsvOptions::default()
    };
    let table = text(
        |view, out| csv::write(view, &options, out).unwrap(),
        results,
    );
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let having =
        |column: &str, value: &str| rows.iter().filter(|row| row[column] == value).count() as u64;
    assert_eq!(having("could_be_lost", "yes"), sum.could_be_lost);
    assert_eq!(having("listed", "fleet"), sum.devices);
    assert_eq!(having("listed", "apart"), sum.listed_apart);
    assert_eq!(having("listed", "left-mdm"), sum.left_mdm);
    let fleet = || rows.iter().filter(|row| row["listed"] == "fleet");
    let summary = &results.summary;
    assert_eq!(
        counted(fleet().map(|row| &row["status"])),
        without_zeros(&summary.status)
    );
    assert_eq!(
        counted(fleet().map(|row| &row["severity"])),
        without_zeros(&summary.severity)
    );
    let fixes = rows.iter().map(|row| &row["likely_fix"]);
    assert_eq!(
        counted(fixes.filter(|fix| !fix.is_empty())),
        without_zeros(&summary.fixes)
    );
}

fn check_json(results: &Results, sum: &FleetSum) {
    let mut out = Vec::new();
    json::write_results(results, &mut out).unwrap();
    assert_eq!(json::read(out.as_slice()).unwrap().summary, results.summary);
    let report: Value = serde_json::from_slice(&out).unwrap();
    let devices = report["devices"].as_array().unwrap();
    let having = |field: &str, value: Value| {
        devices
            .iter()
            .filter(|device| device[field] == value)
            .count() as u64
    };
    assert_eq!(having("could_be_lost", true.into()), sum.could_be_lost);
    assert_eq!(having("listed", "fleet".into()), sum.devices);
    for (field, number) in [
        ("at_risk", sum.could_be_lost),
        ("without_good_backup", sum.without_good_backup),
        ("waived", sum.waived),
        ("listed_apart", sum.listed_apart + sum.left_mdm),
        ("left_mdm", sum.left_mdm),
    ] {
        assert_eq!(report["summary"][field], number, "{field}");
    }
}

fn check_terminal(results: &Results, sum: &FleetSum) {
    let options = TextOptions {
        width: 10_000,
        color: false,
        rows_max: 20,
    };
    let text = text(
        |view, out| report::write(view, &options, out).unwrap(),
        results,
    );
    assert!(text.contains(&headline(results)), "{text}");
    for part in sum.parts() {
        assert!(text.contains(&part), "{part} not in\n{text}");
    }
    check_to_do(results, sum, &text);
}

/// A line of the work list on the terminal: at risk, all, and the fix with what follows it.
fn task(line: &str) -> Option<(u64, u64, &str)> {
    let (at_risk, rest) = line.trim_start().split_once("  ")?;
    let (all, fix) = rest.trim_start().split_once("  ")?;
    let number = |text: &str| text.replace(',', "").parse().ok();
    Some((number(at_risk)?, number(all)?, fix))
}

/// The groups of the terminal count what the page and the JSON count; those that it leaves out are summed up.
fn check_to_do(results: &Results, sum: &FleetSum, text: &str) {
    let list = text.split_once("\nAT RISK").map_or("", |(_, list)| list);
    let tasks: Vec<_> = list.lines().filter_map(task).collect();
    let rest = list.lines().find_map(|line| {
        let (_, devices) = line.trim().strip_prefix("and ")?.split_once(" for ")?;
        let number = devices.split(' ').next()?.replace(',', "");
        number.parse::<u64>().ok()
    });
    let mut left_out = 0;
    for (fix, count) in &results.summary.fixes {
        let title = fix.about().title;
        let of_fix = tasks.iter().find(|(.., text)| {
            let rest = text.strip_prefix(title);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
        });
        match of_fix {
            Some((_, all, _)) => assert_eq!(all, count, "{fix}\n{text}"),
            None => left_out += count,
        }
    }
    let named: u64 = tasks.iter().map(|(_, all, _)| all).sum();
    let with_fix: u64 = results.summary.fixes.values().sum();
    let attention = results
        .devices
        .iter()
        .filter(|device| urgency(device).is_some());
    let attention = attention.count() as u64;
    assert_eq!(named + rest.unwrap_or(0), attention, "{text}");
    assert!(
        left_out <= rest.unwrap_or(0),
        "{left_out} of {rest:?}\n{text}"
    );
    assert!(with_fix <= attention);
    let at_risk: u64 = tasks.iter().map(|(at_risk, ..)| at_risk).sum();
    match rest {
        None => assert_eq!(at_risk, sum.could_be_lost, "{text}"),
        Some(_) => assert!(at_risk <= sum.could_be_lost, "{text}"),
    }
}

/// The numbers of the page's tasks: fix, devices, of them at risk.
fn check_page(results: &Results, sum: &FleetSum) {
    let page = text(|view, out| html::write(view, out).unwrap(), results);
    let attribute = |task: &str, name: &str| {
        let rest = task.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let mut fixes = Counts::new();
    let mut at_risk = 0;
    for task in page.split("data-fix=").skip(1) {
        let task = format!("data-fix={}", task.split('>').next().unwrap());
        let devices: u64 = attribute(&task, "data-devices").parse().unwrap();
        at_risk += attribute(&task, "data-at-risk").parse::<u64>().unwrap();
        *fixes.entry(attribute(&task, "data-fix")).or_default() += devices;
    }
    fixes.remove("");
    assert_eq!(fixes, without_zeros(&results.summary.fixes));
    assert_eq!(at_risk, sum.could_be_lost);
    assert!(page.contains(&headline(results)));
    for part in sum.parts() {
        assert!(page.contains(&part), "{part} not on the page");
    }
}

fn check_workbook(results: &Results, sum: &FleetSum) {
    let (mut out, zone) = (Vec::new(), TimeZone::UTC);
    xlsx::write_report(&ReportView::new(results, &zone), &mut out).unwrap();
    let mut book = Xlsx::new(Cursor::new(out)).unwrap();
    let mut rows = |name: &str| -> Vec<Vec<Data>> {
        let range = book.worksheet_range(name).unwrap();
        range.rows().skip(1).map(<[Data]>::to_vec).collect()
    };
    let summary: BTreeMap<String, String> = (rows("Summary").iter())
        .map(|row| (row[0].to_string(), row[1].to_string()))
        .collect();
    for (what, number) in [
        ("Could be lost", sum.could_be_lost),
        ("Without a good backup", sum.without_good_backup),
        ("Of these waived", sum.waived),
        ("Devices in the fleet", sum.devices),
        ("Known from old backups only", sum.listed_apart),
        ("No longer in the MDM", sum.left_mdm),
        ("Protected", sum.protected),
        ("Aging", sum.aging),
    ] {
        assert_eq!(summary[what], number.to_string(), "{what}");
    }
    let number = |cell: &Data| cell.to_string().parse::<u64>().unwrap();
    let tasks = rows("To do");
    let at_risk: u64 = tasks.iter().map(|row| number(&row[3])).sum();
    let devices: u64 = tasks.iter().map(|row| number(&row[2])).sum();
    assert_eq!(at_risk, sum.could_be_lost);
    assert!(devices >= results.summary.fixes.values().sum());
    let lost = rows("Devices").iter().filter(|row| row[0] == "yes").count();
    assert_eq!(lost as u64, sum.could_be_lost);
}

/// Holds every number of every output against the one struct.
pub(crate) fn check(results: &Results) {
    let sum = FleetSum::new(results);
    check_sum(results, &sum);
    check_csv(results, &sum);
    check_json(results, &sum);
    check_terminal(results, &sum);
    check_page(results, &sum);
    check_workbook(results, &sum);
    let exposed = results.summary.status.iter();
    let exposed =
        exposed.filter(|(status, _)| **status != Status::Protected && **status != Status::Aging);
    assert_eq!(
        exposed.map(|(_, count)| count).sum::<u64>(),
        sum.without_good_backup
    );
}
