//! Words that no sentence of the program has: each has a plainer one (docs/GLOSSARY.md).

use std::path::Path;

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
