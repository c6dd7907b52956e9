//! Every small fleet of the test data, one kind of damage each, through the whole program: what is found is
//! what people who know the format wrote beside it (testdata/README.md says how to read that).

use std::fs;
use std::path::{Path, PathBuf};

use fleetback_testdata::{disk, when};
use serde_json::Value;

use crate::sandbox::{Sandbox, stderr, stdout};

fn fleets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleets")
}

/// The names of the fleets.
pub(crate) fn names() -> Vec<String> {
    let folders = fs::read_dir(fleets()).unwrap().map(Result::unwrap);
    let folders = folders.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The parts of a fleet and the flags that hand them to a scan; a ROOT has none.
const PARTS: [(&str, &str); 4] = [
    ("fleet/backups", ""),
    ("fleet/mdm", "--mdm"),
    ("fleet/inventory.csv", "--inventory"),
    ("fleet/policy.toml", "--policy"),
];

/// Copies a fleet. Its files are as young as a clone's: later than the story, which proves nothing.
pub(crate) fn copy(name: &str, sandbox: &Sandbox, to: &str) {
    let (from, to) = (fleets().join(name), sandbox.path(to));
    for file in disk::files_below(&from).unwrap() {
        let copy = to.join(file.strip_prefix(&from).unwrap());
        disk::write(&copy, &fs::read(&file).unwrap()).unwrap();
    }
    disk::touch_all(&to, when::at("2027-01-01T00:00:00Z")).unwrap();
}

fn scan(name: &str, now: &str) -> (Value, String) {
    let sandbox = Sandbox::new();
    copy(name, &sandbox, "fleet");
    let there = PARTS.iter().filter(|(part, _)| sandbox.path(part).exists());
    let parts: Vec<_> = there.flat_map(|(part, flag)| [*flag, *part]).collect();
    let parts = parts.iter().filter(|arg| !arg.is_empty());
    let outputs = ["--json", "-", "--html", "a.html", "--csv", "a.csv", "-v"];
    let mut program = sandbox.program();
    program.args(["scan", "--host", "desk", "--timezone", "UTC", "--now", now]);
    let output = program.args(parts).args(outputs).output().unwrap();
    let json = stdout(&output);
    let results =
        serde_json::from_str(&json).unwrap_or_else(|_| panic!("{name}: {}", stderr(&output)));
    let everything = json + &sandbox.read("a.html") + &sandbox.read("a.csv") + &stderr(&output);
    (results, everything)
}

/// Codes and severities of a device's findings.
fn findings(device: &Value) -> Vec<[&Value; 2]> {
    let all = list(&device["findings"]).iter();
    all.map(|finding| [&finding["code"], &finding["severity"]])
        .collect()
}

fn fix_of(device: &Value, finding: usize) -> &Value {
    &device["findings"][finding]["likely_fix"]
}

/// Complaints about one key of an expected device.
fn complain(device: &Value, expected: &Value, key: &str) -> Option<String> {
    let want = &expected[key];
    let found = findings(device);
    let pair = |want: &Value| [want[0].clone(), want[1].clone()];
    let has = |want: &Value| {
        found
            .iter()
            .any(|f| [f[0].clone(), f[1].clone()] == pair(want))
    };
    let right = match key {
        "findings" => list(want).iter().all(has),
        "exact" => found.len() == list(&expected["findings"]).len(),
        "findings_not" => !found.iter().any(|[code, _]| list(want).contains(code)),
        "status_not" => !list(want).contains(&device["status"]),
        "likely_fix" => *fix_of(device, 0) == *want,
        "likely_fix_not" => !list(want).contains(fix_of(device, 0)),
        "fixes" => {
            let fits = |(code, fix): (&String, &Value)| {
                let at = found.iter().position(|[found, _]| *found == code.as_str());
                at.is_some_and(|at| fix_of(device, at) == fix)
            };
            want.as_object().unwrap().iter().all(fits)
        }
        "backups" => {
            let backups = list(&device["backups"]);
            let fits = |(got, want): (&Value, &Value)| contains(got, want);
            backups.len() == list(want).len() && backups.iter().zip(list(want)).all(fits)
        }
        _ => device[key] == *want,
    };
    (!right).then(|| {
        format!(
            "{key}: wanted {want}, found {} with {found:?}",
            shown(device, key)
        )
    })
}

fn shown(device: &Value, key: &str) -> String {
    match key {
        "status_not" => device["status"].to_string(),
        "likely_fix" | "likely_fix_not" => fix_of(device, 0).to_string(),
        "backups" => {
            let state = |b: &Value| format!("{} {} {}", b["state"], b["restorable"], b["files"]);
            list(&device["backups"])
                .iter()
                .map(state)
                .collect::<Vec<_>>()
                .join(", ")
        }
        "findings" | "exact" | "findings_not" | "fixes" => String::from("a device"),
        _ => device[key].to_string(),
    }
}

/// Is everything that `want` says also said by `got`, which may say more?
fn contains(got: &Value, want: &Value) -> bool {
    match want {
        Value::Object(keys) => keys
            .iter()
            .all(|(key, want)| match key.strip_suffix("_not") {
                Some(key) => !list(want).contains(&got[key]),
                None => contains(&got[key], want),
            }),
        _ => got == want,
    }
}

/// Complaints about a whole fleet.
fn check(name: &str) -> Vec<String> {
    let expected = fs::read_to_string(fleets().join(name).join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let (results, everything) = scan(name, expected["now"].as_str().unwrap());
    let devices = list(&results["devices"]);
    let levels: Vec<_> = list(&results["problems"])
        .iter()
        .map(|p| &p["level"])
        .collect();
    let everywhere: Vec<_> = devices.iter().flat_map(findings).collect();
    let mut wrong = Vec::new();

    for want in list(&expected["devices"]) {
        let same = |device: &&Value| device["serial_number"] == want["serial_number"];
        let Some(device) = devices.iter().find(same) else {
            wrong.push(format!("no device {}", want["serial_number"]));
            continue;
        };
        wrong.extend(
            want.as_object()
                .unwrap()
                .keys()
                .filter_map(|key| complain(device, want, key)),
        );
    }
    if let Some(want) = expected["devices"]
        .as_array()
        .filter(|want| want.len() != devices.len())
    {
        wrong.push(format!("{} devices, found {}", want.len(), devices.len()));
    }
    for [code, severity] in list(&expected["any_finding"])
        .iter()
        .map(|f| [&f[0], &f[1]])
    {
        if !everywhere.contains(&[code, severity]) {
            wrong.push(format!("no finding {code} {severity} in {everywhere:?}"));
        }
    }
    if let Some(want) = expected["problems"].as_array() {
        let exactly = want.iter().all(|level| levels.contains(&level))
            && levels.iter().all(|level| want.contains(level));
        let complaint = || format!("problems of {want:?}, found {}", results["problems"]);
        wrong.extend((!exactly).then(complaint));
    }
    let extra = list(&expected["problems_not"])
        .iter()
        .filter(|level| levels.contains(level));
    wrong.extend(extra.map(|level| format!("a problem of level {level}: {}", results["problems"])));
    if let Some(want) = expected["unmatched"].as_u64() {
        let found = list(&results["unmatched"]).len() as u64;
        wrong.extend((want != found).then(|| format!("{want} unmatched, found {found}")));
    }
    let secrets = list(&expected["never_in_output"])
        .iter()
        .filter_map(Value::as_str);
    let leaked = secrets.filter(|secret| everything.contains(secret));
    wrong.extend(leaked.map(|secret| format!("leaked {secret}")));
    wrong
        .into_iter()
        .map(|complaint| format!("{name}: {complaint}"))
        .collect()
}

#[test]
fn each_kind_of_damage_is_found() {
    let names = names();
    assert!(names.len() >= 50, "{names:?}");
    let wrong: Vec<_> = names.iter().flat_map(|name| check(name)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
