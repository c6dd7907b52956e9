//! A policy file that cannot be used: where, and why.

use std::ops::Range;

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

pub(super) fn refused(text: &str, file: &str, error: &toml::de::Error) -> PolicyError {
    error_at(text, file, error.span(), error.message().trim().to_owned())
}

pub(super) fn error_at(
    text: &str,
    file: &str,
    span: Option<Range<usize>>,
    message: String,
) -> PolicyError {
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
pub(super) fn key_span(text: &str, keys: [&str; 2]) -> Option<Range<usize>> {
    let document = toml::de::DeTable::parse(text).ok()?;
    let table = document.get_ref().get(keys[0])?;
    Some(table.get_ref().as_table()?.get(keys[1])?.span())
}

pub(super) fn text_gives_name(text: &str) -> bool {
    toml::de::DeTable::parse(text).is_ok_and(|document| document.get_ref().contains_key("name"))
}
