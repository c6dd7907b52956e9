//! Dates for people stand in the zone of the reader, in every output and in every sentence, and one
//! stored report can be read in any zone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::Value;

use crate::demo;
use crate::sandbox::{NOW, Sandbox, stdout};

/// UTC, one far ahead of it, one behind it, one that changed its clocks in the weeks of the demo.
const ZONES: [&str; 4] = [
    "UTC",
    "Pacific/Auckland",
    "America/Los_Angeles",
    "Europe/Berlin",
];

/// The demo, scanned once and stored as JSON.
fn stored() -> (Sandbox, Value) {
    let sandbox = demo::sandbox();
    sandbox.run(&[&demo::ARGS[..], &["--now", NOW, "--json", "fleet.json"]].concat());
    let report = serde_json::from_str(&sandbox.read("fleet.json")).unwrap();
    (sandbox, report)
}

/// What `report` writes of it in a zone.
struct Read {
    zone: TimeZone,
    table: String,
    csv: Vec<BTreeMap<String, String>>,
    backups: Vec<BTreeMap<String, String>>,
    page: String,
}

fn read_in(sandbox: &Sandbox, name: &str) -> Read {
    let report = |args: &[&str]| {
        let fixed = ["report", "fleet.json", "--timezone", name];
        stdout(&sandbox.run(&[&fixed[..], args].concat()))
    };
    let table = report(&[]);
    report(&["--csv", "fleet.csv", "--html", "fleet.html"]);
    report(&["--csv", "backups.csv", "--csv-rows", "backup"]);
    Read {
        zone: TimeZone::get(name).unwrap(),
        table,
        csv: rows(&sandbox.read("fleet.csv")),
        backups: rows(&sandbox.read("backups.csv")),
        page: whole_page(&sandbox.read("fleet.html")),
    }
}

/// The page with what its devices open to, which stands compressed in it.
fn whole_page(page: &str) -> String {
    let start = page.find("id=\"details\">").unwrap();
    let json = page[start..].split_once('>').unwrap().1;
    let details: Value = serde_json::from_str(json.split("</script>").next().unwrap()).unwrap();
    let blocks = details["blocks"].as_array().unwrap().iter();
    let mut whole = page.to_owned();
    for block in blocks {
        let bytes = STANDARD.decode(block.as_str().unwrap()).unwrap();
        DeflateDecoder::new(bytes.as_slice())
            .read_to_string(&mut whole)
            .unwrap();
    }
    whole
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Every place in a text where a date stands, with what follows it.
fn dates(text: &str) -> impl Iterator<Item = (Date, &str)> {
    let starts = text.char_indices().map(|(start, _)| start);
    starts.filter_map(move |start| {
        let before = text[..start].chars().next_back();
        let is_one = before.is_none_or(|before| !before.is_ascii_alphanumeric() && before != '-');
        let date = text.get(start..start + 10).filter(|_| is_one)?;
        let shape = |date: &str| {
            let mut places = date.bytes().enumerate();
            places.all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        };
        Some((
            date.parse().ok().filter(|_| shape(date))?,
            &text[start + 10..],
        ))
    })
}

/// The dates with a time of day.
fn times(text: &str) -> BTreeSet<DateTime> {
    let time = |(date, rest): (Date, &str)| {
        let time = rest.strip_prefix(' ')?.get(..5)?;
        let time: civil::Time = time.parse().ok().filter(|_| time.contains(':'))?;
        Some(date.to_datetime(time))
    };
    dates(text).filter_map(time).collect()
}

/// The same instants on the clocks of another zone.
fn moved(times: &BTreeSet<DateTime>, from: &TimeZone, to: &TimeZone) -> BTreeSet<DateTime> {
    let there = |time: &DateTime| {
        let at = from.to_timestamp(*time).unwrap();
        to.to_datetime(at)
    };
    times.iter().map(there).collect()
}

#[test]
fn every_time_of_day_moves_with_the_zone() {
    let (sandbox, _) = stored();
    let utc = read_in(&sandbox, ZONES[0]);
    let outputs: [fn(&Read) -> String; 3] = [
        |read| read.table.clone(),
        |read| read.page.clone(),
        |read| {
            let rows = read.csv.iter().chain(&read.backups);
            let cells = rows.flat_map(|row| row.values().cloned());
            cells.collect::<Vec<_>>().join("\n")
        },
    ];
    for name in &ZONES[1..] {
        let other = read_in(&sandbox, name);
        for output in outputs {
            let (here, there) = (times(&output(&utc)), times(&output(&other)));
            assert_eq!(moved(&here, &utc.zone, &other.zone), there, "{name}");
        }
        assert!(
            times(&other.page).len() > 20,
            "{}",
            times(&other.page).len()
        );
    }
}

#[test]
fn no_instant_is_left_as_it_is_stored() {
    let (sandbox, _) = stored();
    for name in ZONES {
        let read = read_in(&sandbox, name);
        let instants = |text: &str| {
            let found = dates(text).filter(|(_, rest)| rest.starts_with('T'));
            found
                .map(|(date, rest)| format!("{date}{}", rest.get(..10).unwrap_or(rest)))
                .collect::<Vec<_>>()
        };
        assert_eq!(instants(&read.table), [""; 0]);
        assert_eq!(instants(&read.page), [""; 0]);
        for row in read.csv.iter().chain(&read.backups) {
            let of_programs = |name: &str| {
                let exact = [
                    "completed_at",
                    "info_date",
                    "manifest_date",
                    "status_date",
                    "verified_at",
                    "password_proven_at",
                ];
                name.ends_with("_utc") || exact.contains(&name)
            };
            for (name, cell) in row.iter().filter(|(name, _)| !of_programs(name)) {
                assert_eq!(instants(cell), [""; 0], "{name}");
            }
        }
    }
}

/// Columns with a calendar date, and where the JSON has the instant.
const DATES: [(&str, &str); 5] = [
    ("last_good_backup", "/last_good_backup/date"),
    ("last_attempt", "/last_attempt/at"),
    ("icloud_last_backup", "/icloud/last_date"),
    ("mdm_last_seen", "/mdm/last_seen"),
    ("first_failing", "/history/first_failing"),
];

/// The newest attempt stands in a report only where it is not the last good backup.
fn date<'a>(device: &'a Value, pointer: &str) -> Option<&'a Value> {
    let of_good = || device.pointer("/last_good_backup/date");
    let found = device.pointer(pointer);
    found.or_else(|| of_good().filter(|_| pointer == "/last_attempt/at"))
}

#[test]
fn every_calendar_date_is_that_of_the_zone() {
    let (sandbox, report) = stored();
    for name in ZONES {
        let read = read_in(&sandbox, name);
        let devices = report["devices"].as_array().unwrap();
        assert_eq!(devices.len(), read.csv.len());
        for (device, row) in devices.iter().zip(&read.csv) {
            for (column, pointer) in DATES {
                let at = date(device, pointer).and_then(Value::as_str);
                let at = at.map(|at| at.parse::<Timestamp>().unwrap());
                let day = at.map(|at| read.zone.to_datetime(at).date().to_string());
                assert_eq!(row[column], day.unwrap_or_default(), "{column} {name}");
            }
        }
    }
}

/// Every text in a JSON value with the names that lead to it.
fn texts<'a>(value: &'a Value, path: &str, found: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => found.push((path.to_owned(), text)),
        Value::Array(list) => list.iter().for_each(|item| texts(item, path, found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                texts(field, &format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Facts that are calendar days and no instants.
const DAYS: [&str; 3] = ["/planned_swap", "/until", "/sources/date"];

#[test]
fn a_stored_text_holds_instants_and_calendar_days_only() {
    let (_, report) = stored();
    let mut found = Vec::new();
    texts(&report, "", &mut found);
    let is_day = |path: &str| DAYS.iter().any(|name| path.ends_with(name));
    let days = found.iter().filter(|(path, _)| is_day(path));
    let days: BTreeSet<Date> = days.map(|(_, text)| text.parse().unwrap()).collect();
    assert!(days.len() > 1);
    let mut instants = 0;
    for (path, text) in found.iter().filter(|(path, _)| !is_day(path)) {
        for (date, rest) in dates(text) {
            let is_instant = rest.starts_with('T') && rest.contains('Z');
            instants += usize::from(is_instant);
            assert!(is_instant || days.contains(&date), "{path}: {text}");
            assert!(!text.contains(" UTC"), "{path}: {text}");
        }
    }
    assert!(instants > 50, "{instants}");
}

/// The age of one date is one number: in the JSON, the table, the CSV of devices and that of backups.
#[test]
fn one_date_has_one_age() {
    let (sandbox, report) = stored();
    let read = read_in(&sandbox, "Pacific/Auckland");
    let mut ages: BTreeMap<String, String> = BTreeMap::new();
    let mut one = |date: &str, age: String| {
        let known = ages.entry(date.to_owned()).or_insert_with(|| age.clone());
        assert_eq!(*known, age, "{date}");
    };
    for device in report["devices"].as_array().unwrap() {
        if let Some(days) = device["age_days"].as_f64() {
            one(
                device["last_good_backup"]["date"].as_str().unwrap(),
                days.to_string(),
            );
        }
    }
    for row in read.csv.iter().filter(|row| row["listed"] == "fleet") {
        one(&row["last_good_backup_utc"], row["age_days"].clone());
        let days = row["age_days"].clone();
        let lines = read.table.lines().filter(|line| line.ends_with(')'));
        let serial = &row["serial_number"];
        let namesakes = read
            .csv
            .iter()
            .filter(|row| row["serial_number"] == *serial);
        for line in lines.filter(|line| namesakes.clone().count() == 1 && line.contains(serial)) {
            let of_days = line.ends_with(&format!(" ({days} d)"));
            let of_hours = line
                .rsplit_once(" (")
                .and_then(|(_, age)| age.split_once(" h)"));
            let of_hours = of_hours.map(|(hours, _)| hours.parse::<f64>().unwrap() / 24.0);
            let same_day = of_hours.map(|days| days.floor().to_string()) == Some(days.clone());
            assert!(of_days || same_day, "{days}: {line}");
        }
        let evidence = row["evidence"].split("; ");
        for fact in evidence.filter(|fact| fact.contains("newest") && fact.contains(" ago")) {
            let unit = if days == "1" { "day" } else { "days" };
            assert!(
                fact.contains(&format!(", {days} {unit} ago")),
                "{days}: {fact}"
            );
        }
    }
    for row in read.backups.iter().filter(|row| row["good"] == "yes") {
        one(&row["completed_at"], row["age_days"].clone());
    }
}
