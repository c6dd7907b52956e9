//! The layers of the three crates, and that the check sees what it is there for.

use crate::check::complaints;
use crate::table::{self, Table};
use crate::{read, root};

const TABLE: &str = "docs/layers.txt";
const PAGE: &str = "docs/ARCHITECTURE.md";

#[test]
fn every_import_points_downwards() {
    let tables = table::read(&read(TABLE));
    let folders: Vec<&str> = tables.iter().map(|table| table.folder.as_str()).collect();
    assert_eq!(folders, ["scanner/src", "report/src", "cli/src"]);
    let found: Vec<String> = tables.iter().flat_map(of_crate).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn of_crate(table: &Table) -> Vec<String> {
    let folder = root().join(&table.folder);
    let files = fleetback_testdata::disk::files_below(&folder).unwrap();
    let sources: Vec<(String, String)> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| {
            let below = path.strip_prefix(&folder).unwrap();
            let name = below.to_string_lossy().replace('\\', "/");
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let sources: Vec<(&str, &str)> = sources
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let found = complaints(table, &sources).into_iter();
    found
        .map(|line| format!("{}: {line}", table.folder))
        .collect()
}

#[test]
fn the_page_shows_the_same_table() {
    let shown = read(PAGE);
    let table = read(TABLE);
    assert!(
        shown.contains(table.trim()),
        "{PAGE} shows other layers than {TABLE}"
    );
}

/// Three layers, and what is wrong with these sources by them.
#[track_caller]
fn check(sources: &[(&str, &str)], wanted: &[&str]) {
    let table = table::read("x/src\n1 low\n2 middle side.rs\n3 high\nnever high side.rs");
    let whole = [
        ("lib.rs", "mod low; mod middle; mod side; mod high;"),
        ("low/mod.rs", "mod a; mod b; pub(crate) use a::A;"),
        ("low/a.rs", "pub(crate) struct A;"),
        ("low/b.rs", "use super::a::A;"),
        ("middle/mod.rs", "mod m;"),
        ("middle/m.rs", "use crate::low; fn f() { low::b::g(); }"),
        ("side.rs", "use crate::low::A;"),
        ("high/mod.rs", "mod h;"),
        ("high/h.rs", "use crate::middle::m::f;"),
    ];
    let planted = |name: &str| sources.iter().find(|(file, _)| *file == name);
    let mut all: Vec<(&str, &str)> = whole
        .iter()
        .map(|one| planted(one.0).copied().unwrap_or(*one))
        .collect();
    let new = |one: &&(&str, &str)| whole.iter().all(|(name, _)| *name != one.0);
    all.extend(sources.iter().filter(new));
    assert_eq!(complaints(&table[0], &all), wanted);
}

#[test]
fn an_import_upwards_is_seen() {
    check(&[], &[]);
    check(
        &[("low/a.rs", "use crate::middle::m::f;")],
        &[
            "a circle: low, middle",
            "a circle: low/a.rs, low/b.rs, middle/m.rs",
            "low/a.rs imports middle/m.rs, which is no layer below it",
        ],
    );
    check(
        &[("side.rs", "fn f() { crate::high::h::g() }")],
        &["side.rs imports high/h.rs, which is no layer below it"],
    );
    check(
        &[("side.rs", "use crate::middle;")],
        &["side.rs imports middle, which is no layer below it"],
    );
    check(
        &[("high/h.rs", "use crate::side::s;")],
        &["high/h.rs imports side.rs, which is no layer below it"],
    );
}

#[test]
fn a_circle_is_seen() {
    check(
        &[("low/a.rs", "use super::b::B;")],
        &["a circle: low/a.rs, low/b.rs"],
    );
    // By way of what a mod.rs hands on.
    check(
        &[
            ("low/a.rs", "use super::c::C;"),
            ("low/c.rs", "use crate::low::A;"),
        ],
        &["a circle: low/a.rs, low/c.rs"],
    );
    check(
        &[
            ("high/one/mod.rs", "mod a; mod b;"),
            ("high/one/a.rs", "use crate::high::two::c;"),
            ("high/one/b.rs", ""),
            ("high/two/mod.rs", "mod c;"),
            ("high/two/c.rs", "use crate::high::one::b;"),
        ],
        &["a circle: high/one, high/two"],
    );
}

#[test]
fn tests_are_left_out() {
    check(
        &[
            (
                "low/a.rs",
                "#[cfg(test)] mod tests; #[cfg(test)] use crate::high::h;",
            ),
            ("low/a/tests.rs", "use crate::high::h;"),
            ("low/b.rs", "#[cfg(test)] mod tests { use crate::high::h; }"),
        ],
        &[],
    );
}

#[test]
fn a_folder_has_a_layer_and_a_list_defines_nothing() {
    check(&[("new/mod.rs", "")], &["new is in no layer"]);
    check(
        &[("low/mod.rs", "mod a; fn f() {}")],
        &["low/mod.rs defines f"],
    );
}
