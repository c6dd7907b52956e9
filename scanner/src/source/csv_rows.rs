//! The rows of a table with delimiters, one at a time, each with the line of the file on which it
//! begins.
//!
//! Lines are counted, not records: a cell may hold line breaks, and blank lines are no records, but
//! an admin looks for line 812 of the file.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

/// A row of people is shorter, in bytes. A quotation mark that nothing closes makes one row of all
/// that follows; it is given up here.
const ROW_BYTES_MAX: u64 = 8 << 20;

const BUFFER_BYTES: usize = 64 << 10;

/// One row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The line of the file on which it begins, from 1.
    pub(crate) line: u64,
    record: ByteRecord,
}

impl Row {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.record.len()
    }

    /// A cell without blanks around it. What is no UTF-8 is Windows-1252, which spreadsheets on
    /// Windows write.
    pub(crate) fn cell(&self, place: usize) -> Option<String> {
        self.record.get(place).map(decode)
    }

    /// All cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = String> {
        self.record.iter().map(decode)
    }

    /// Is there anything in the cells from this one on?
    pub(crate) fn says_anything_from(&self, place: usize) -> bool {
        let mut cells = self.record.iter().skip(place);
        cells.any(|cell| !is_blank(cell))
    }

    fn spans_lines(&self) -> bool {
        self.record.iter().any(|cell| cell.contains(&b'\n'))
    }
}

/// Does a cell hold nothing but blanks, the unbreakable one included?
fn is_blank(cell: &[u8]) -> bool {
    cell.trim_ascii().is_empty() || decode(cell).is_empty()
}

fn decode(cell: &[u8]) -> String {
    match std::str::from_utf8(cell) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(cell)
            .0
            .trim()
            .to_owned(),
    }
}

/// The rows of a table.
pub(crate) struct Rows<R> {
    reader: Reader<Breaks<R>>,
    last_long: Option<u64>,
    delimiter: u8,
}

impl<R: Read> Rows<R> {
    /// What parts the cells.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// All rows, headers and blank ones of delimiters alike; `skipped` lines were taken off before.
    pub(crate) fn new(source: R, delimiter: u8, skipped: u64) -> Self {
        let source = Breaks {
            source,
            at: 0,
            breaks: VecDeque::new(),
            line: 1 + skipped,
            odd_quotes: false,
            since_row: 0,
        };
        Self {
            reader: ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .buffer_capacity(BUFFER_BYTES)
                .from_reader(source),
            last_long: None,
            delimiter,
        }
    }

    /// Reads the next row into `row`; false after the last. An error is in plain words, and no
    /// row comes after it.
    pub(crate) fn next(&mut self, row: &mut Row) -> Result<bool, String> {
        let more = self.reader.read_byte_record(&mut row.record);
        if !more.map_err(|e| words(&e))? {
            return Ok(false);
        }
        let start = row.record.position().map_or(0, csv::Position::byte);
        let source = self.reader.get_mut();
        source.since_row = 0;
        row.line = source.line_at(start);
        self.last_long = row.spans_lines().then_some(row.line);
        Ok(true)
    }

    /// After the last row: the line of the row that contains the rest, because nothing closes its
    /// quotation mark.
    pub(crate) fn unclosed_at(&self) -> Option<u64> {
        self.last_long.filter(|_| self.reader.get_ref().odd_quotes)
    }
}

fn words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => "cells that cannot be separated".to_owned(),
    }
}

/// Remembers where lines end in what has been read and not handed over yet.
struct Breaks<R> {
    source: R,
    at: u64,
    breaks: VecDeque<(u64, u8)>,
    line: u64,
    odd_quotes: bool,
    since_row: u64,
}

impl<R> Breaks<R> {
    /// The line of the first character at or after `start` that is no line break. Positions ascend.
    fn line_at(&mut self, mut start: u64) -> u64 {
        while let Some((at, byte)) = self.breaks.front().copied().filter(|(at, _)| *at <= start) {
            self.breaks.pop_front();
            start += u64::from(at == start);
            let pair = byte == b'\r' && self.breaks.front() == Some(&(at + 1, b'\n'));
            self.line += u64::from(!pair);
        }
        self.line
    }
}

impl<R: Read> Read for Breaks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.since_row += count as u64;
        if self.since_row > ROW_BYTES_MAX {
            return Err(io::Error::other(format!(
                "a row of more than {ROW_BYTES_MAX} bytes; a quotation mark may not be closed"
            )));
        }
        let read = &buffer[..count];
        let quotes = memchr::memchr_iter(b'"', read).count();
        self.odd_quotes ^= quotes % 2 == 1;
        let found = memchr::memchr2_iter(b'\n', b'\r', read);
        self.breaks
            .extend(found.map(|place| (self.at + place as u64, read[place])));
        self.at += count as u64;
        Ok(count)
    }
}
