//! What a password file says, as CSV or as TOML.
//!
//! No message quotes what stands in the file, not even an id: where two columns are swapped, the id
//! is a password. The libraries' own messages quote, so none of them is passed on.

use csv_core::{ReadRecordResult, Reader};
use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// The one header.
const HEADER: [&str; 2] = ["id", "password"];

/// Cells that are surely a heading, and may therefore be quoted in a message.
const HEADINGS: &[&str] = &[
    "device",
    "id",
    "imei",
    "name",
    "pass",
    "passcode",
    "password",
    "passwort",
    "serial",
    "serial number",
    "serial_number",
    "serialnumber",
    "udid",
    "user",
];

/// A line that is longer has an open quotation mark; in bytes.
const LINE_BYTES_MAX: usize = 8192;

/// Columns counted before a line is called "more".
const COLUMNS_MAX: usize = 16;

/// Whose password a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Id {
    /// One device, by its UDID.
    Udid(Udid),
    /// One device, by its serial number.
    Serial(Serial),
    /// `*`: tried on every device, after its own.
    Any,
}

/// One line. Printing it prints its number only.
pub(super) struct Entry {
    /// Where it starts, counted from 1.
    pub(super) line: u64,
    pub(super) id: Id,
    pub(super) password: Zeroizing<Vec<u8>>,
}

/// What is wrong with a line, or with the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What was found.
    pub(super) found: String,
    /// What to do.
    pub(super) remedy: &'static str,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry of line {}", self.line)
    }
}

impl Id {
    fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "*" => Some(Self::Any),
            text => Udid::parse(text)
                .map(Self::Udid)
                .or_else(|| Serial::parse(text).map(Self::Serial)),
        }
    }

    /// True if the id names this device; false for `*`.
    pub(super) fn names(&self, identity: &Identity) -> bool {
        match self {
            Self::Udid(udid) => identity.udid.as_ref() == Some(udid),
            Self::Serial(serial) => identity.serial.as_ref() == Some(serial),
            Self::Any => false,
        }
    }
}

impl Fault {
    fn new(found: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            found: found.into(),
            remedy,
        }
    }
}

fn entry(line: u64, id: &str, password: &[u8]) -> Result<Entry, Fault> {
    let at = |what: &str| format!("line {line}, {what}");
    if password.is_empty() {
        return Err(Fault::new(
            at("without a password"),
            "fill it in, or take the line out",
        ));
    }
    if password.contains(&b'\n') || password.contains(&b'\r') {
        let remedy = "close the quotation mark; a quotation mark inside quotes is written twice";
        return Err(Fault::new(
            at("whose password goes on over the end of the line"),
            remedy,
        ));
    }
    let Some(id) = Id::parse(id) else {
        let remedy = "write a UDID, a serial number, or * for a password to try on every device";
        return Err(Fault::new(
            at("whose id is neither a UDID nor a serial number nor *"),
            remedy,
        ));
    };
    Ok(Entry {
        line,
        id,
        password: Zeroizing::new(password.to_vec()),
    })
}

/// Reads CSV with the header `id,password`.
pub(super) fn csv(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let mut lines = Lines::new(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    match lines.next() {
        Some(header) => ensure_header(&header?)?,
        None => {
            return Err(Fault::new(
                "an empty file",
                "begin it with the line id,password",
            ));
        }
    }
    lines.map(|line| csv_entry(&line?)).collect()
}

fn csv_entry(line: &Line) -> Result<Entry, Fault> {
    let number = line.number;
    let cells: Vec<&[u8]> = line.cells().collect();
    let [id, password] = cells[..] else {
        let remedy = "two are wanted; a password with a comma stands in quotation marks";
        return Err(Fault::new(
            format!("line {number} with {} columns", cells.len()),
            remedy,
        ));
    };
    match (std::str::from_utf8(id), std::str::from_utf8(password)) {
        (Ok(id), Ok(_)) => entry(number, id, password),
        _ => Err(Fault::new(
            format!("line {number}, which is not UTF-8"),
            "save the file as UTF-8",
        )),
    }
}

fn ensure_header(line: &Line) -> Result<(), Fault> {
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_ascii_lowercase();
    let cells: Vec<_> = line.cells().map(text).map(Zeroizing::new).collect();
    if cells.iter().map(|cell| cell.as_str()).eq(HEADER) {
        return Ok(());
    }
    let known = |cell: &str| HEADINGS.contains(&cell);
    let found = match &cells[..] {
        cells if cells.iter().all(|cell| known(cell)) => {
            let words: Vec<_> = cells.iter().map(|cell| cell.as_str()).collect();
            format!("the header {}", words.join(","))
        }
        [one] if one.split([';', '\t']).all(|part| known(part.trim())) => {
            "a header whose columns are not separated by commas".to_owned()
        }
        cells => format!("a first line of {} columns that is no header", cells.len()),
    };
    Err(Fault::new(
        found,
        "begin the file with the line id,password",
    ))
}

/// One line of CSV, unquoted; wiped when it goes.
struct Line {
    number: u64,
    text: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
}

impl Line {
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.text[start..*end])
    }
}

/// The lines of a CSV text. The csv crate keeps buffers that are never wiped; its core writes
/// into ours.
struct Lines<'a> {
    reader: Reader,
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(),
            rest: text,
            number: 1,
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (gone, rest) = self.rest.split_at(bytes);
        self.number += gone.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.rest = rest;
    }

    /// Blank lines count as lines.
    fn skip_blank(&mut self) {
        let blank = |byte: &&u8| matches!(**byte, b'\n' | b'\r');
        self.skip(self.rest.iter().take_while(blank).count());
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank();
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let mut text = Zeroizing::new(vec![0; self.rest.len().min(LINE_BYTES_MAX)]);
        let mut ends = vec![0; COLUMNS_MAX];
        let (mut written, mut columns) = (0, 0);
        loop {
            let (result, read, more, ended) =
                self.reader
                    .read_record(self.rest, &mut text[written..], &mut ends[columns..]);
            self.skip(read);
            (written, columns) = (written + more, columns + ended);
            match result {
                // Once more, with nothing: that is how csv-core learns that the text has ended.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                ReadRecordResult::OutputFull => {
                    let found = format!("line {number}, of more than {LINE_BYTES_MAX} bytes");
                    return Some(Err(Fault::new(found, "close the quotation mark")));
                }
                ReadRecordResult::OutputEndsFull => {
                    let found = format!("line {number} with more than {COLUMNS_MAX} columns");
                    return Some(Err(Fault::new(found, "two are wanted")));
                }
            }
        }
        ends.truncate(columns);
        text.truncate(written);
        Some(Ok(Line { number, text, ends }))
    }
}

/// The TOML form: `[[password]]` tables with `id` and `password`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    password: Vec<toml::Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    password: String,
}

impl Drop for Row {
    fn drop(&mut self) {
        self.id.zeroize();
        self.password.zeroize();
    }
}

/// Reads TOML. The parser's own copies are freed without being wiped; CSV leaves none.
pub(super) fn toml(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let not_utf8 = |_| Fault::new("a text that is not UTF-8", "save the file as UTF-8");
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
        .map_err(not_utf8)?;
    let document: Document = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let at = 1 + breaks(text.get(..start).unwrap_or(text));
        let remedy = "write tables [[password]] with the texts id and password, and nothing else";
        Fault::new(format!("line {at}, which means nothing here"), remedy)
    })?;
    // Rows come in the order of the file: what lies before the last one is not counted again.
    let (mut counted, mut number) = (0, 1);
    document
        .password
        .iter()
        .map(|row| {
            let start = row.span().start;
            number += breaks(text.get(counted..start).unwrap_or_default());
            counted = start;
            entry(number, &row.get_ref().id, row.get_ref().password.as_bytes())
        })
        .collect()
}

/// Line breaks in a text.
fn breaks(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
