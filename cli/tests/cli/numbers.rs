//! One truth in numbers, through the program: the demo, and every damaged fleet at once.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sandbox::{NOW, Sandbox, stderr};
use crate::{demo, fleets};

/// The counts of the JSON are those that anybody makes with a filter of the CSV and of the page.
fn check(sandbox: &Sandbox, scan: &[&str]) {
    let outputs = [
        "--json",
        "n.json",
        "--csv",
        "n.csv",
        "--csv-profile",
        "raw",
        "--html",
        "n.html",
    ];
    let output = sandbox.run(&[scan, &["--now", NOW, "--no-history"], &outputs].concat());
    assert!(sandbox.path("n.json").is_file(), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&sandbox.read("n.json")).unwrap();
    let summary = &report["summary"];
    let table = sandbox.read("n.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let having =
        |column: &str, value: &str| rows.iter().filter(|row| row[column] == value).count() as u64;
    assert!(rows.len() > 20, "{}", rows.len());
    assert_eq!(having("could_be_lost", "yes"), summary["at_risk"]);
    let fleet = summary["devices"].as_u64().unwrap() - summary["listed_apart"].as_u64().unwrap();
    assert_eq!(having("listed", "fleet"), fleet);

    let fixes = summary["fixes"].as_object().unwrap();
    let page = sandbox.read("n.html");
    let mut tasks: BTreeMap<&str, u64> = BTreeMap::new();
    let mut at_risk = 0;
    for task in page.split("data-fix=\"").skip(1) {
        let task = task.split('>').next().unwrap();
        let number = |name: &str| -> u64 {
            let rest = task.split_once(name).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        at_risk += number("data-at-risk=\"");
        *tasks.entry(task.split('"').next().unwrap()).or_default() += number("data-devices=\"");
    }
    assert_eq!(at_risk, summary["at_risk"]);
    assert_eq!(tasks.len(), fixes.len());
    for (fix, count) in fixes {
        assert_eq!(tasks[fix.as_str()], *count, "{fix} on the page");
        assert_eq!(having("likely_fix", fix), *count, "{fix} in the CSV");
    }
    let status = summary["status"].as_object().unwrap();
    for (word, count) in status {
        let rows = rows.iter().filter(|row| row["listed"] == "fleet");
        let found = rows.filter(|row| row["status"] == *word).count();
        assert_eq!(found as u64, *count, "{word}");
    }
}

#[test]
fn the_demo_has_one_truth() {
    check(&demo::sandbox(), &demo::ARGS);
}

#[test]
fn damaged_fleets_have_one_truth() {
    let sandbox = Sandbox::new();
    for name in fleets::names() {
        fleets::copy(&name, &sandbox, &format!("all/{name}"));
    }
    check(&sandbox, &["scan", "all", "--timezone", "UTC"]);
}
