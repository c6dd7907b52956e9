//! A policy file that cannot be used: where, and why.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A policy file that cannot be used: where, and what was wanted there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PolicyError {
    /// The file's name as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was wanted and what was found.
    pub message: String,
}

/// A step on the way to a value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Of a table.
    Key(&'static str),
    /// Of a list, from 0.
    Item(usize),
}

/// The way to a value of the file.
pub(super) type Place = Vec<Step>;

/// What the TOML reader refused.
pub(super) fn refused(text: &str, file: &str, error: &toml::de::Error) -> PolicyError {
    error_at(text, file, error.span(), error.message().trim().to_owned())
}

/// Something wrong at the first of these places that the file has.
pub(super) fn at_place(text: &str, file: &str, places: &[Place], message: String) -> PolicyError {
    let document = DeTable::parse(text).ok();
    let span = document.as_ref().and_then(|document| {
        places
            .iter()
            .find_map(|place| span_of(document.get_ref(), place))
    });
    error_at(text, file, span, message)
}

fn error_at(text: &str, file: &str, span: Option<Range<usize>>, message: String) -> PolicyError {
    let start = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    PolicyError {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

/// Where a value stands in the file; `None` when the file does not give it.
fn span_of(document: &DeTable<'_>, place: &[Step]) -> Option<Range<usize>> {
    let (first, rest) = place.split_first()?;
    let Step::Key(key) = first else { return None };
    let first = document.get(*key)?;
    let last = rest
        .iter()
        .try_fold(first, |value, step| match (step, value.get_ref()) {
            (Step::Key(key), DeValue::Table(table)) => table.get(*key),
            (Step::Item(item), DeValue::Array(list)) => list.get(*item),
            _ => None,
        })?;
    Some(last.span())
}
