//! Words that no sentence of the program has: each has a plainer one (docs/GLOSSARY.md).

use std::path::{Path, PathBuf};

use super::{root, tokens};

/// A phrase and what to write instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("wanted ", "Could not read X: why. Do Z."),
    (
        "nobody",
        "name the subject: \"no MDM answer\", \"it is unknown\"",
    ),
    ("anybody", "name the subject"),
    ("somebody", "name the subject"),
    ("whoever", "name the subject"),
    ("weighs", "counts"),
    ("not told", "unknown"),
    ("untold", "unknown"),
    ("told by", "source"),
    ("something that is no ", "it is not"),
    ("may be two", "can be read in two ways"),
    ("found not", "it is not"),
    ("swallow", "lost"),
    ("grows old", "older than the aging limit"),
    ("to blame", "the cause"),
    ("make-believe", "fake"),
    ("has healed", "is fixed"),
    ("says nothing to", "unknown to"),
    ("errand", "action"),
    ("stands in the way", "blocks"),
    ("for want of", "because there is no"),
];

/// Crates whose sentences people read.
const SOURCES: &[&str] = &["scanner/src", "report/src", "cli/src"];

#[test]
fn every_sentence_has_plain_words() {
    let mut found = Vec::new();
    for folder in SOURCES {
        each_source(&root().join(folder), &mut |path, text| {
            found.extend(complaints(path, text));
        });
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Comments of the command line and of the settings: `--help`, the manual page and the JSON Schema print them.
#[test]
fn every_help_text_has_plain_words() {
    let mut found = Vec::new();
    each_source(&root().join("cli/src/config"), &mut |path, text| {
        let lines = text.lines().map(str::trim_start);
        let help = lines.filter_map(|line| line.strip_prefix("/// "));
        let literals: String = help.map(|line| format!("f({line:?})\n")).collect();
        found.extend(complaints(path, &literals));
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Words that the pages for people do not have either.
const NAME_THE_SUBJECT: [&str; 4] = ["nobody", "anybody", "somebody", "whoever"];

#[test]
fn every_page_names_its_subjects() {
    let mut found = Vec::new();
    let pages = pages(&root().join("docs"));
    let others = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    for path in pages.into_iter().chain(others) {
        let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
        let words = text.split(|c: char| !c.is_alphabetic());
        let bad = words.filter(|word| NAME_THE_SUBJECT.contains(word));
        found.extend(bad.map(|word| format!("{}: {word}: name the subject", path.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The Markdown files below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut pages = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            pages.extend(self::pages(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages
}

fn complaints(path: &Path, text: &str) -> Vec<String> {
    // Tests of a file stand at its end.
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for literal in tokens::strings(product) {
        let small = literal.to_lowercase();
        let has = |(phrase, _): &&(&str, &str)| small.contains(phrase);
        for (phrase, instead) in FORBIDDEN.iter().filter(has) {
            let path = path.display();
            found.push(format!("{path}: {literal} has {phrase:?}: {instead}"));
        }
    }
    found
}

fn each_source(folder: &Path, use_text: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, use_text);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("tests.rs")
        {
            use_text(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn a_phrase_is_found_in_a_sentence_and_not_in_a_comment() {
    let check = |text: &str, count: usize| {
        assert_eq!(complaints(Path::new("a.rs"), text).len(), count, "{text}");
    };
    check("f(\"Nobody knows\")", 1);
    check("// nobody\nf(\"unknown\")", 0);
    check("#[cfg(test)]\nmod tests { f(\"nobody\") }", 0);
}
