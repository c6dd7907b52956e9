//! What is built in: licences, sources and crates that are banned, held against deny.toml; and `unsafe`.
//!
//! cargo-deny reads the same file and knows more (docs/reliability.md); this needs nothing installed.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::license::is_allowed;
use crate::tokens::tokens;
use crate::{read, root};

/// The one file that may say `unsafe`, with the safe way beside it.
const UNSAFE: &[&str] = &["scanner/kdf/src/lanes.rs"];

/// Roots of crates that forbid `unsafe`; that of the key derivations denies it, for the one file.
const FORBIDDING: &[&str] = &[
    "cli/src/lib.rs",
    "cli/src/main.rs",
    "fuzz/targets/src/bin/make-corpus.rs",
    "fuzz/targets/src/lib.rs",
    "report/src/lib.rs",
    "scanner/src/lib.rs",
    "testdata/src/bin/make-fleet.rs",
    "testdata/src/lib.rs",
];

/// How cargo begins the source of a crate that comes from a registry; that of the first one is all others' too.
const REGISTRY: &str = "registry+";

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The texts of a list of deny.toml: `allow` of `licenses`, `deny` of `bans`.
fn listed(section: &str, key: &str) -> Vec<String> {
    let table: toml::Table = toml::from_str(&read("deny.toml")).unwrap();
    let list = table[section][key].as_array().unwrap();
    let text = |item: &toml::Value| match item {
        toml::Value::String(text) => Some(text.clone()),
        other => Some(other.get("crate")?.as_str()?.to_owned()),
    };
    list.iter().filter_map(text).collect()
}

#[test]
fn every_licence_and_every_source_is_allowed_and_no_crate_is_banned() {
    let (licences, banned) = (listed("licenses", "allow"), listed("bans", "deny"));
    assert!(!licences.is_empty() && !banned.is_empty());
    let mut wrong = Vec::new();
    let packages = packages();
    let sources: BTreeSet<_> = packages
        .iter()
        .filter_map(|package| package["source"].as_str())
        .collect();
    assert_eq!(sources.len(), 1, "more than one source: {sources:?}");
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &licences) {
            wrong.push(format!("{name}: licence {licence:?}"));
        }
        if package["source"]
            .as_str()
            .is_some_and(|source| !source.starts_with(REGISTRY))
        {
            wrong.push(format!("{name}: source {}", package["source"]));
        }
        if banned.iter().any(|banned| banned == name) {
            wrong.push(format!("{name}: banned"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_stands_in_the_one_file_at_most() {
    let folders = ["cli", "fuzz/targets", "report", "scanner", "testdata"];
    let mut found = Vec::new();
    for folder in folders {
        for path in fleetback_testdata::disk::files_below(&root().join(folder)).unwrap() {
            if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                if tokens(&text).iter().any(|token| token.is("unsafe")) {
                    let below = path.strip_prefix(root()).unwrap();
                    found.push(below.to_string_lossy().replace('\\', "/"));
                }
            }
        }
    }
    assert_eq!(found, UNSAFE);
    for file in FORBIDDING {
        assert!(read(file).contains("#![forbid(unsafe_code)]"), "{file}");
    }
}
