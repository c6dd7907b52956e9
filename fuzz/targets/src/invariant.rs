//! Invariants of every reader.

use std::path::Path;

use fleetback_scanner::model::problem::Problem;

/// Letters of the longest message; whole files must not come back as words.
pub const WORDS_MAX: usize = 2_000;

/// A message that people can read: not empty, and bounded whatever the input was.
pub fn is_readable(words: &str) {
    let letters = words.chars().count();
    assert!(letters > 0, "a message without words");
    assert!(letters <= WORDS_MAX, "a message of {letters} letters");
}

/// Problems that can be read, of files at or below `root` and of no other.
pub fn are_readable(problems: &[Problem], root: &Path) {
    for problem in problems {
        let path = problem.path.display();
        assert!(problem.path.starts_with(root), "a problem of {path}");
        is_readable(&problem.wanted);
        is_readable(&problem.found);
        if let Some(remedy) = &problem.remedy {
            is_readable(remedy);
        }
    }
}
