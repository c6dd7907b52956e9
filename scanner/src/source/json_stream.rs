//! Values of JSON out of a stream, of which only one record at a time is held.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use serde_json::de::IoRead;

pub(super) const BUFFER_BYTES: usize = 128 << 10;

/// The largest record, in bytes: a tree of it takes a small multiple, and only one is held at a time.
const RECORD_BYTES_MAX: u64 = 64 << 20;

/// The parser of a bounded source.
pub(super) type Parser<'b, R> = serde_json::Deserializer<IoRead<BufReader<Bounded<'b, R>>>>;

/// Bytes read since the last record.
#[derive(Default)]
pub(super) struct SinceRecord(Cell<u64>);

impl SinceRecord {
    /// A record was handed over.
    pub(super) fn restart(&self) {
        self.0.set(0);
    }
}

/// Calls `read` for each of the values that follow one another. An error says in plain words what is wrong and
/// where, and quotes nothing.
pub(super) fn each_value<R: Read>(
    source: R,
    since_record: &SinceRecord,
    mut read: impl FnMut(&mut Parser<'_, R>) -> serde_json::Result<()>,
) -> Result<(), String> {
    let source = Bounded {
        source,
        since_record,
    };
    let source = BufReader::with_capacity(BUFFER_BYTES, source);
    let mut parser = serde_json::Deserializer::from_reader(source);
    while parser.end().is_err() {
        read(&mut parser).map_err(|error| describe(&error, since_record.0.get()))?;
    }
    Ok(())
}

fn describe(error: &serde_json::Error, since_record: u64) -> String {
    if since_record > RECORD_BYTES_MAX {
        return format!("JSON with a record of more than {RECORD_BYTES_MAX} bytes");
    }
    if error.is_io() {
        return "JSON that could not be read to its end".to_owned();
    }
    let (line, column) = (error.line(), error.column());
    format!("JSON that breaks off or is damaged at line {line}, column {column}")
}

/// Gives up on a record that grows too large.
pub(super) struct Bounded<'b, R> {
    source: R,
    since_record: &'b SinceRecord,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let since_record = &self.since_record.0;
        if since_record.get() > RECORD_BYTES_MAX {
            return Err(io::Error::other("a record too large"));
        }
        let count = self.source.read(buffer)?;
        since_record.set(since_record.get() + count as u64);
        Ok(count)
    }
}
