//! Readers of files that a person gives to the program: passwords, settings, the history.

use std::fs;

use fleetback::fuzz_api;

use crate::invariant::is_readable;
use crate::sandbox::{stop, with_copy};

/// The longest sentence about a file that must not be quoted.
const SENTENCE_MAX: usize = 300;

/// A password file in both forms: no more entries than bytes, and no message that grows with it.
pub fn passwords(bytes: &[u8]) {
    for is_toml in [false, true] {
        match fuzz_api::passwords(bytes, is_toml) {
            Ok(lines) => assert!(lines <= bytes.len() / 2, "{lines} lines"),
            Err(words) => {
                is_readable(&words);
                assert!(words.chars().count() <= SENTENCE_MAX, "{words}");
            }
        }
    }
}

/// The settings: an error points into the file, and what was read is written and read again.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match fuzz_api::settings(text) {
        Ok(written) => assert_eq!(fuzz_api::settings(&written).as_ref(), Ok(&written)),
        Err(words) => points_into(text, &words),
    }
}

/// "f.toml:LINE:COLUMN: words", of a line that is there.
fn points_into(text: &str, words: &str) {
    let mut parts = words.splitn(4, ':');
    let mut number = |name: &str| -> usize {
        let part = parts.next().unwrap_or_default();
        assert!(
            name.is_empty() || part.parse::<usize>().is_ok(),
            "{name}: {words}"
        );
        part.parse().unwrap_or(0)
    };
    number("");
    assert!((1..=text.lines().count().max(1) + 1).contains(&number("line")));
    assert!(number("column") >= 1);
    is_readable(words);
}

/// Any file named as the history store: it is refused and left as it is, or it is one.
pub fn history_store(bytes: &[u8]) {
    with_copy("history.sqlite3", bytes, |path| {
        let opened = fuzz_api::store(path);
        let Err(words) = opened else {
            return;
        };
        is_readable(&words);
        let now = fs::read(path).unwrap_or_else(|error| stop(&error.into()));
        assert!(now == bytes, "it was refused, and is changed: {words}");
        let beside = path.parent().map(fs::read_dir);
        let files = beside.and_then(Result::ok).map_or(0, Iterator::count);
        assert_eq!(
            files, 1,
            "it was refused, and something lies beside it: {words}"
        );
    });
}
