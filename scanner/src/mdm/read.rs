//! One document at a time, in any order, then all of them held against one another.
//!
//! A newcomer would judge each answer alone; whether a missing date was ever asked for stands in
//! the command, which is another file.

use std::path::Path;

use jiff::Timestamp;

use crate::model::management::Answer;
use crate::model::problem::Problem;

/// One file, read: messages that still wait to be paired, and what could not be used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    answers: Vec<Answer>,
    problems: Vec<Problem>,
}

/// Reads one file, whatever it is. Never fails: what could not be used is inside the document.
pub fn read_document(_path: &Path, _now: Timestamp) -> Document {
    Document::default()
}

/// Holds commands against their answers, leaves out what is no iPhone or iPad, and gathers notes
/// that many files share. The result does not depend on the order of the documents.
pub fn pair(documents: Vec<Document>) -> (Vec<Answer>, Vec<Problem>) {
    let mut answers = Vec::new();
    let mut problems = Vec::new();
    for document in documents {
        answers.extend(document.answers);
        problems.extend(document.problems);
    }
    (answers, problems)
}
