//! A table that somebody saved out of a spreadsheet: its encoding, its delimiter, and the line that
//! each row begins on.
//!
//! A newcomer would count records: a cell may hold line breaks, and blank lines are no records, but
//! an admin looks for line 812 of the file.

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Delimiters that spreadsheets write, in the order in which they are preferred.
const DELIMITERS: &[u8] = b",;\t|";

/// A header and its rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Cells of the header, blanks cut off.
    pub(super) header: Vec<String>,
    /// Rows that hold anything at all.
    pub(super) rows: Vec<Row>,
    /// A quotation mark that nothing closes: the line of the row that swallowed what follows.
    pub(super) unclosed_at: Option<u64>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// The line of the file on which it begins, from 1.
    pub(super) line: u64,
    /// Its cells, blanks cut off.
    pub(super) cells: Vec<String>,
}

/// Reads a whole table. `known` says whether a header cell is one that the caller can use: the
/// delimiter that makes most of them is the right one.
pub(super) fn parse(bytes: &[u8], known: impl Fn(&str) -> bool) -> Table {
    let text = decode(bytes);
    let (text, skipped, told) = without_hint(&text);
    let delimiter = told.unwrap_or_else(|| sniff(text, known));
    let mut lines = Lines::new(text, skipped);
    let mut table = Table::default();
    for (start, cells) in records(text, delimiter) {
        let line = lines.at(start);
        if table.header.is_empty() {
            table.header = cells;
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            table.rows.push(Row { line, cells });
        }
    }
    table.unclosed_at = unclosed(text, table.rows.last());
    table
}

/// Header cells named in a problem.
const HEADERS_MAX: usize = 12;

/// The header for a message: "the columns "a", "b" and 3 more".
pub(super) fn columns_in_words(header: &[String]) -> String {
    let named = header.iter().take(HEADERS_MAX).map(|cell| shown(cell));
    let named: Vec<_> = named.collect();
    match header.len().saturating_sub(HEADERS_MAX) {
        0 => format!("the columns {}", named.join(", ")),
        more => format!("the columns {} and {more} more", named.join(", ")),
    }
}

/// A header cell for a message. A table without a header has people's data there, so cells that
/// look like numbers or addresses are not shown.
fn shown(cell: &str) -> String {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits > 5 || cell.contains('@') {
        return "(data)".to_owned();
    }
    let short: String = cell.chars().filter(|c| !c.is_control()).take(40).collect();
    format!("\"{short}\"")
}

/// UTF-8 or UTF-16 by the byte-order mark, else UTF-8 if it is that, else Windows-1252, which is
/// what spreadsheets on Windows write.
fn decode(bytes: &[u8]) -> String {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| {
        let utf8 = std::str::from_utf8(bytes).is_ok();
        (if utf8 { UTF_8 } else { WINDOWS_1252 }, 0)
    });
    let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
    text.into_owned()
}

/// Spreadsheets may write `sep=;` as the first line: the rest, lines skipped, and the delimiter.
fn without_hint(text: &str) -> (&str, u64, Option<u8>) {
    let hint = text.split_once('\n').and_then(|(first, rest)| {
        let mark = first.trim().strip_prefix("sep=")?;
        let delimiter = mark.bytes().next().unwrap_or(b'\t');
        delimiter.is_ascii().then_some((rest, 1, Some(delimiter)))
    });
    hint.unwrap_or((text, 0, None))
}

/// The bytes of a hint like `sep=;` at the beginning of a table, and its delimiter: the one by which
/// one of the first `rows` rows has the most cells that the caller can use.
pub(super) fn shape(head: &[u8], rows: usize, known: impl Fn(&str) -> bool) -> (usize, u8) {
    let text = String::from_utf8_lossy(head);
    let (rest, _, told) = without_hint(&text);
    let skipped = text.len() - rest.len();
    let score = |delimiter: u8| {
        let first = records(rest, delimiter).take(rows);
        let scores = first.map(|(_, cells)| {
            let used = cells.iter().filter(|cell| known(cell)).count();
            (used, cells.len())
        });
        scores.max()
    };
    let best = DELIMITERS.iter().rev().max_by_key(|mark| score(**mark));
    (skipped, told.or(best.copied()).unwrap_or(b','))
}

fn sniff(text: &str, known: impl Fn(&str) -> bool) -> u8 {
    let score = |delimiter: u8| {
        let header = records(text, delimiter).next();
        let cells = header.map(|(_, cells)| cells).unwrap_or_default();
        (cells.iter().filter(|cell| known(cell)).count(), cells.len())
    };
    let best = DELIMITERS.iter().rev().max_by_key(|mark| score(**mark));
    best.copied().unwrap_or(b',')
}

/// Every record, with the byte on which it begins.
fn records(text: &str, delimiter: u8) -> impl Iterator<Item = (usize, Vec<String>)> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    std::iter::from_fn(move || {
        let mut record = ByteRecord::new();
        // reading from memory with any number of cells cannot fail
        let more = reader.read_byte_record(&mut record).unwrap_or(false);
        more.then(|| {
            let start = record.position().map_or(0, csv::Position::byte);
            let cells = record
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
            (
                usize::try_from(start).unwrap_or(usize::MAX),
                cells.collect(),
            )
        })
    })
}

/// A mark that nothing closes makes the rest of the file one cell.
fn unclosed(text: &str, last: Option<&Row>) -> Option<u64> {
    let last = last.filter(|row| row.cells.iter().any(|cell| cell.contains('\n')))?;
    let odd = text.bytes().filter(|b| *b == b'"').count() % 2 == 1;
    odd.then_some(last.line)
}

/// Turns ascending byte positions into line numbers.
struct Lines<'t> {
    text: &'t [u8],
    mark: u8,
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, skipped: u64) -> Self {
        let mark = if text.contains('\n') { b'\n' } else { b'\r' };
        Self {
            text: text.as_bytes(),
            mark,
            at: 0,
            line: 1 + skipped,
        }
    }

    /// The line of the first character at or after `start` that is no line break.
    fn at(&mut self, start: usize) -> u64 {
        while let Some(byte) = self.text.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == self.mark);
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], want: &[(u64, &[&str])]) {
        let table = parse(bytes, |cell| matches!(cell, "serial" | "user"));
        assert_eq!(table.header, ["serial", "user"]);
        let got: Vec<_> = table
            .rows
            .iter()
            .map(|row| (row.line, row.cells.clone()))
            .collect();
        let want: Vec<_> = want
            .iter()
            .map(|(line, cells)| {
                (
                    *line,
                    cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(got, want);
    }

    #[test]
    fn delimiters() {
        check(b"serial,user\nA,B\n", &[(2, &["A", "B"])]);
        check(b"serial;user\nA;B, C\n", &[(2, &["A", "B, C"])]);
        check(b"serial\tuser\r\nA\tB;C\r\n", &[(2, &["A", "B;C"])]);
        check(b"sep=;\r\nserial;user\r\nA;B\r\n", &[(3, &["A", "B"])]);
        check(b"serial , user\n A , B \n", &[(2, &["A", "B"])]);
    }

    #[test]
    fn encodings() {
        let text = "serial,user\nA,Jürgen\n";
        let utf16: Vec<u8> = "\u{feff}"
            .chars()
            .chain(text.chars())
            .collect::<String>()
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let want: &[(u64, &[&str])] = &[(2, &["A", "Jürgen"])];
        check(text.as_bytes(), want);
        check(format!("\u{feff}{text}").as_bytes(), want);
        check(&utf16, want);
        check(b"serial,user\nA,J\xfcrgen\n", want);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        check(
            b"\nserial,user\n\n\nA,\"B\nC\"\nD,E\n",
            &[(5, &["A", "B\nC"]), (7, &["D", "E"])],
        );
        check(
            b"serial,user\rA,B\r\rC,D",
            &[(2, &["A", "B"]), (4, &["C", "D"])],
        );
        check(b"serial,user\n,\nA,B", &[(3, &["A", "B"])]);
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_told() {
        let open = parse(b"serial,user\nA,\"B\nC,D\nE,F\n", |_| true);
        assert_eq!(open.unclosed_at, Some(2));
        let inch = parse(b"serial,user\nA,iPad 9.7\"\nC,D\n", |_| true);
        assert_eq!((inch.unclosed_at, inch.rows.len()), (None, 2));
    }
}
