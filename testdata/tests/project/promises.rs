//! docs/reliability.md: each row is a promise with four cells, and each test that it names is there.

use crate::tokens::{Token, tokens};
use crate::{read, root};

const PAGE: &str = "docs/reliability.md";

/// Rows of the tables of promises, as their cells; other tables name no tests.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let tables = page
        .split("\n\n")
        .filter(|part| part.starts_with("| promise |"));
    let lines = tables.flat_map(|table| table.lines().skip(2));
    lines
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

/// "`cli/tests/cli/killed.rs` `name` `other`" names two tests of one file; the next file may follow.
fn tests(cell: &str) -> Vec<(&str, &str)> {
    let mut file = None;
    let mut found = Vec::new();
    for text in cell.split('`').skip(1).step_by(2) {
        match file {
            _ if text.contains('/') => file = Some(text),
            Some(file) => found.push((file, text)),
            None => found.push(("no file", text)),
        }
    }
    found
}

/// Is there a test of this name: a function under an attribute `#[test]`?
fn is_test(file: &str, name: &str) -> bool {
    let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
    let tokens = tokens(&text);
    let is_word = |token: &Token, word: &str| token.is(word);
    let mut functions = tokens
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| is_word(&pair[0], "fn") && is_word(&pair[1], name));
    functions.any(|(at, _)| {
        let before = &tokens[at.saturating_sub(ATTRIBUTES_BEFORE)..at];
        let own = before.rsplit(|token| token.is("}")).next();
        own.is_some_and(|own| {
            own.windows(2)
                .any(|pair| pair[0].is("[") && pair[1].is("test"))
        })
    })
}

/// How many tokens before the name of a test its attributes may begin.
const ATTRIBUTES_BEFORE: usize = 60;

#[test]
fn every_promise_names_a_test_that_is_there() {
    let page = read(PAGE);
    let rows = rows(&page);
    let mut wrong = Vec::new();
    for row in &rows {
        let [promise, how, held, count] = row[..] else {
            wrong.push(format!("not four cells: {row:?}"));
            continue;
        };
        let named = tests(held);
        if named.is_empty() || how.is_empty() || count.is_empty() {
            wrong.push(format!("a cell is empty: {promise}"));
        }
        let gone = named.iter().filter(|(file, name)| !is_test(file, name));
        wrong.extend(gone.map(|(file, name)| format!("{promise}: no test {name} in {file}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(rows.len() >= 15, "the page lost its tables");
}
