//! The demo fleet, whole: the reports that docs and README show, byte for byte.
//!
//! `INSTA_UPDATE=always cargo test -p fleetback demo` writes them anew; read the difference.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use fleetback_testdata::{disk, fleet, when};
use serde_json::Value;

use crate::sandbox::{NOW, Sandbox, exit_code, stderr, stdout};

/// Where the demo is scanned from, as its own page says.
pub(crate) const ARGS: [&str; 12] = [
    "scan",
    "testdata/demo/backups",
    "--mdm",
    "testdata/demo/mdm",
    "--inventory",
    "testdata/demo/inventory.csv",
    "--policy",
    "testdata/demo/policy.toml",
    "--timezone",
    "Europe/Berlin",
    "--host",
    "demo",
];

/// The demo as a clone has it: every file younger than the story, which proves nothing.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let demo = sandbox.path("testdata/demo");
    fleet::demo::write(&demo).unwrap();
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/demo");
    for name in ["policy.toml", "swap-plan.csv"] {
        fs::copy(checked_in.join(name), demo.join(name)).unwrap();
    }
    disk::touch_all(&demo, when::at("2027-01-01T00:00:00Z")).unwrap();
    sandbox
}

/// Free room on the disk that the test runs on is no part of the story: the JSON has it as two
/// numbers of a host, the page as a cell like "64.4 GB of 270.6 GB".
pub(crate) fn without_free_room(text: &str) -> String {
    let of_json =
        |line: &str| line.starts_with("\"disk_free\":") || line.starts_with("\"disk_total\":");
    let of_page = |line: &str| line.contains(" of ") && line.ends_with("B</td></tr>");
    let kept = text
        .lines()
        .filter(|line| !of_json(line.trim_start()) && !of_page(line));
    kept.map(|line| format!("{}\n", without_disk(line)))
        .collect()
}

/// A host of the JSON, which stands on one line, without the two numbers.
fn without_disk(line: &str) -> &str {
    let host = line.trim_start().starts_with("{\"name\":");
    let disk = line.find(",\"disk_free\":").filter(|_| host);
    disk.map_or(line, |at| &line[..at])
}

/// A page without its style, its script and its compressed tables: what a reviewer can read.
fn without_code(page: &str) -> String {
    let (mut kept, mut rest) = (String::new(), page);
    for end in ["</style>", "</script>", "</script>", "</script>"] {
        let start = &end.replace('/', "")[..end.len() - 2];
        let (before, element) = rest.split_once(start).unwrap();
        kept += before;
        rest = element.split_once(end).unwrap().1;
    }
    // The policy names the hashes of both.
    let kept = kept + rest;
    let lines = kept.lines().filter(|line| !line.contains("sha256-"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What makes a device one of a kind: where nothing else in the JSON differs, one stands for all.
const KINDS: [fn(&Value) -> String; 4] = [
    |device| format!("status {}", device["status"]),
    |device| format!("listed {}", device["listed"]),
    |device| format!("waived {}", device["findings"][0]["waived"].is_object()),
    |device| format!("password {}", device["backups"][0]["password"]),
];

/// The JSON with the first device of each kind, and the first problem of each level.
fn few_devices(json: &str) -> String {
    let mut report: Value = serde_json::from_str(json).unwrap();
    let mut seen = HashSet::new();
    let mut first = |kinds: Vec<String>| {
        kinds
            .into_iter()
            .fold(false, |new, kind| seen.insert(kind) | new)
    };
    let devices = report["devices"].as_array_mut().unwrap();
    devices.retain(|device| first(KINDS.map(|kind| kind(device)).into()));
    let problems = report["problems"].as_array_mut().unwrap();
    problems.retain(|problem| first(vec![format!("problem {}", problem["level"])]));
    without_free_room(&serde_json::to_string_pretty(&report).unwrap())
}

#[test]
fn the_demo_reads_as_it_did() {
    let sandbox = sandbox();
    let outputs = [
        "--now",
        NOW,
        "--csv",
        "fleet.csv",
        "--html",
        "fleet.html",
        "--json",
        "fleet.json",
    ];
    let output = sandbox.run(&[&ARGS[..], &outputs].concat());
    assert_eq!(exit_code(&output), 1, "{}", stderr(&output));
    insta::assert_snapshot!("demo_stderr", stderr(&output));
    insta::assert_snapshot!("demo_csv", sandbox.read("fleet.csv"));
    insta::assert_snapshot!("demo_json", few_devices(&sandbox.read("fleet.json")));
    insta::assert_snapshot!(
        "demo_html",
        without_free_room(&without_code(&sandbox.read("fleet.html")))
    );
    let table = sandbox.run(&[&ARGS[..], &["--now", NOW, "-q"]].concat());
    insta::assert_snapshot!("demo_table", String::from_utf8(table.stdout).unwrap());
}

/// What the demo's README says of its plan.
#[test]
fn the_plan_of_the_demo_reads_as_it_did() {
    let sandbox = sandbox();
    let evidence = ARGS
        .into_iter()
        .skip(2)
        .filter(|arg| !arg.contains("policy"));
    let plan = ["swap", "--plan", "testdata/demo/swap-plan.csv"];
    let root = ["--root", "testdata/demo/backups", "--now", NOW];
    let args: Vec<_> = plan.into_iter().chain(root).chain(evidence).collect();
    let output = sandbox.run(&args);
    assert_eq!(exit_code(&output), 1, "{}", stderr(&output));
    insta::assert_snapshot!("demo_plan", stdout(&output));
    insta::assert_snapshot!("demo_plan_stderr", stderr(&output));
}

/// Snapshots forgive line ends; this does not.
#[test]
fn the_demo_is_the_same_to_the_byte_at_any_number_of_threads() {
    let sandbox = sandbox();
    for kind in ["--csv", "--html", "--json"] {
        let [one, eight] = ["1", "8"].map(|threads| {
            let args = ["--now", NOW, "-q", "--threads", threads, kind, "-"];
            let output = sandbox.run(&[&ARGS[..], &args].concat());
            without_free_room(&String::from_utf8(output.stdout).unwrap())
        });
        assert!(!one.is_empty());
        assert!(one == eight, "{kind} differs");
    }
}
