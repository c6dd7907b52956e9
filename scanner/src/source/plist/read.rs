//! The two ways in: a whole list, or one without its large values.

use std::path::Path;

use plist::Dictionary;

use super::parse::parse_dictionary;
use super::partial;
use crate::source::file::{self, Fault};

/// Reads a file whose root must be a dictionary.
pub(crate) fn read_dictionary(path: &Path, bytes_max: u64) -> Result<Dictionary, Fault> {
    file::read_with(path, bytes_max, parse_dictionary)?
}

/// Reads a file as [`read_dictionary`] does, leaving out these keys of its root and what lies below
/// them. Of a file in the usual form the values left out are not even parsed: most of Info.plist is
/// icons, and damage inside them is then not seen. The order of the root's keys is not kept.
pub(crate) fn read_dictionary_without(
    path: &Path,
    bytes_max: u64,
    left_out: &[&str],
) -> Result<Dictionary, Fault> {
    file::look_through(
        path,
        bytes_max,
        |window| partial::xml(window, left_out).map(Ok),
        |bytes| parse_dictionary_without(bytes, left_out),
    )?
}

/// Parses bytes as `read_dictionary_without` reads a file.
pub fn parse_dictionary_without(bytes: &[u8], left_out: &[&str]) -> Result<Dictionary, Fault> {
    partial::dictionary(bytes, left_out).map_or_else(|| plain_without(bytes, left_out), Ok)
}

fn plain_without(bytes: &[u8], left_out: &[&str]) -> Result<Dictionary, Fault> {
    let mut root = parse_dictionary(bytes)?;
    root.retain(|key, _| !left_out.contains(&key.as_str()));
    Ok(root)
}
