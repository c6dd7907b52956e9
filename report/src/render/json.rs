//! The results as JSON, out and in again.
//!
//! The shape is [`Results`], which is stable; this file only sets the form: fields in the order of
//! their declaration, one device a line, a newline at the end, so that two files can be compared line
//! by line. Both ways are streams: what is in memory once is the results themselves.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, BufWriter, Read, Write};

use serde::Serialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::history::diff::Diff;
use crate::results::{Results, SCHEMA_VERSION};
use crate::swap::retention::RetentionReport;
use crate::swap::ticket::Tickets;

/// The version stands among the first fields: it is looked for in so many bytes.
const HEAD_BYTES: u64 = 64 << 10;

/// Writes another answer for programs than results, indented.
///
/// # Errors
/// Those of `out`.
pub fn write(answer: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, answer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes the results.
///
/// # Errors
/// Those of `out`.
pub fn write_results(results: &Results, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut writer = serde_json::Serializer::with_formatter(&mut out, ByLine::default());
    results.serialize(&mut writer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Why bytes are no results.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They are no JSON at all, or could not be read to their end.
    #[error("this is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// JSON, and not of ours.
    #[error("this is not a report that `--json` wrote: {0}")]
    NotResults(&'static str),
    /// Written by another generation of the program.
    #[error(
        "another version of fleetback wrote it: its schema_version is {0}, and this one reads {SCHEMA_VERSION}. Make a new one: fleetback scan ROOT --json FILE"
    )]
    Version(u64),
    /// The right version, and a field that is missing or wrong.
    #[error("a field does not fit schema_version {SCHEMA_VERSION}: {0}")]
    Field(serde_json::Error),
}

/// Reads what [`write_results()`] wrote. Fields that this version does not know are skipped: later
/// versions may add some.
///
/// # Errors
/// [`ReadError`] says what was found.
pub fn read(mut input: impl Read) -> Result<Results, ReadError> {
    let mut head = Vec::new();
    let first = input.by_ref().take(HEAD_BYTES).read_to_end(&mut head);
    first.map_err(|error| ReadError::NotJson(serde_json::Error::io(error)))?;
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&head);
    match found_version(head)? {
        version if version == u64::from(SCHEMA_VERSION) => {
            let all = BufReader::new(head.chain(input));
            serde_json::from_reader(all).map_err(|error| match error.classify() {
                serde_json::error::Category::Data => ReadError::Field(error),
                _ => ReadError::NotJson(error),
            })
        }
        other => Err(ReadError::Version(other)),
    }
}

/// The version that the first bytes name. No other field of another generation is looked at.
fn found_version(head: &[u8]) -> Result<u64, ReadError> {
    let found = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(head);
    let end = reader.deserialize_any(Head { found: &found });
    match (found.take(), end) {
        (Some(version), _) => version.as_u64().ok_or(ReadError::NotResults(
            "a schema_version that is no whole number",
        )),
        (None, Ok(())) => Err(ReadError::NotResults("an object without schema_version")),
        (None, Err(error)) if error.is_data() => Err(ReadError::NotResults("another kind of JSON")),
        (None, Err(error)) if error.is_eof() && head.len() as u64 > HEAD_BYTES / 2 => Err(
            ReadError::NotResults("an object that does not begin with schema_version"),
        ),
        (None, Err(error)) => Err(ReadError::NotJson(error)),
    }
}

/// Looks for the version in an object that may be cut short behind it.
struct Head<'a> {
    found: &'a Cell<Option<Value>>,
}

impl<'de> Visitor<'de> for Head<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "schema_version" {
                self.found.set(Some(map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Indented to the second level; what lies deeper stands on one line.
#[derive(Default)]
struct ByLine {
    depth: usize,
    /// Did something stand in the innermost object or list that is indented?
    filled: bool,
}

/// Levels that begin a line of their own.
const INDENTED: usize = 2;

impl ByLine {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, mark: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(mark)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, mark: &[u8]) -> io::Result<()> {
        if self.depth <= INDENTED && self.filled {
            new_line(writer, self.depth - 1)?;
        }
        self.depth -= 1;
        self.filled = true;
        writer.write_all(mark)
    }

    fn next<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.filled = true;
        if self.depth <= INDENTED {
            new_line(writer, self.depth)?;
        }
        Ok(())
    }
}

fn new_line<W: ?Sized + Write>(writer: &mut W, depth: usize) -> io::Result<()> {
    write!(writer, "\n{:1$}", "", depth * 2)
}

impl Formatter for ByLine {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.depth <= INDENTED {
            writer.write_all(b": ")
        } else {
            CompactFormatter.begin_object_value(writer)
        }
    }
}

/// The JSON Schema of the results.
pub fn schema() -> Value {
    schemars::schema_for!(Results).to_value()
}

/// The JSON Schema of the tickets.
pub fn swap_schema() -> serde_json::Value {
    schemars::schema_for!(Tickets).to_value()
}

/// The JSON Schema of what may go after a swap.
pub fn after_schema() -> serde_json::Value {
    schemars::schema_for!(RetentionReport).to_value()
}

/// The JSON Schema of what is written for programs.
pub fn diff_schema() -> serde_json::Value {
    schemars::schema_for!(Diff).to_value()
}
