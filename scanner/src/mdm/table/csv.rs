//! What a table saved out of a spreadsheet begins with: perhaps a line like `sep=;`, and
//! the delimiter that its header is written with.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use crate::source::content::{self, Content};
use crate::source::csv_rows::{Row, Rows};
use crate::source::file::{self, Fault};
use crate::source::text::Text;

/// Delimiters that spreadsheets write, in the order in which they are preferred.
const DELIMITERS: &[u8] = b",;\t|";

/// Header cells named in a problem.
const HEADERS_MAX: usize = 12;

/// Opens a table of people's making, of at most `bytes_max` bytes, with its header in the first row: its
/// rows, and the modification time of the file.
pub(crate) fn open(
    path: &Path,
    bytes_max: u64,
    known: &dyn Fn(&str) -> bool,
) -> Result<(Rows<impl Read + use<>>, Timestamp), Fault> {
    let text = Text::open(path, bytes_max, &ignore_bytes)?;
    let modified = text.modified;
    match content::detect(&text.head) {
        Content::Table | Content::Text => Ok((rows(text, 1, known)?, modified)),
        other => Err(Fault::Wrong(not_a_table(&other).to_owned())),
    }
}

fn ignore_bytes(_: u64) {}

fn not_a_table(content: &Content<'_>) -> &'static str {
    match content {
        Content::Empty => "an empty file",
        Content::Html => "an HTML page",
        Content::Known("a ZIP archive") => "a ZIP archive or an Excel workbook; save it as CSV",
        Content::Known(name) => name,
        Content::Signed(_) => content::DER,
        Content::Plist(_) => "a property list",
        Content::Json(_) => "JSON",
        Content::Xml => "XML",
        _ => "no text",
    }
}

/// The header for a message: `the columns "a", "b" and 3 more`.
pub(crate) fn describe_columns(header: &[String]) -> String {
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

/// The rows of a table. `known` says whether a cell is a name of a column that the caller can use: the
/// delimiter that makes most of them, in one of the first `headers` rows, is the right one.
pub(crate) fn rows<'p>(
    text: Text<'p>,
    headers: usize,
    known: &dyn Fn(&str) -> bool,
) -> Result<Rows<Box<dyn Read + 'p>>, Fault> {
    let (skipped, hinted) = hint(&text.head);
    let delimiter = hinted.unwrap_or_else(|| sniff(&text.head[skipped..], headers, known));
    let mut reader: Box<dyn Read + 'p> = Box::new(text.into_reader());
    let mut taken_off = vec![0; skipped];
    reader
        .read_exact(&mut taken_off)
        .map_err(|e| file::fault(&e))?;
    Ok(Rows::new(reader, delimiter, u64::from(skipped > 0)))
}

/// Spreadsheets may write `sep=;` as the first line: its bytes, and the delimiter.
fn hint(head: &[u8]) -> (usize, Option<u8>) {
    let Some(end) = memchr::memchr(b'\n', head) else {
        return (0, None);
    };
    match head[..end].trim_ascii().strip_prefix(b"sep=") {
        Some([]) => (end + 1, Some(b'\t')),
        Some([delimiter, ..]) if delimiter.is_ascii() => (end + 1, Some(*delimiter)),
        _ => (0, None),
    }
}

fn sniff(head: &[u8], headers: usize, known: &dyn Fn(&str) -> bool) -> u8 {
    let score = |delimiter: u8| {
        let (mut rows, mut row) = (Rows::new(head, delimiter, 0), Row::default());
        let mut best = (0, 0);
        for _ in 0..headers {
            if !rows.next(&mut row).unwrap_or(false) {
                break;
            }
            let used = row.cells().filter(|cell| known(cell)).count();
            best = best.max((used, row.len()));
        }
        best
    };
    let best = DELIMITERS.iter().rev().max_by_key(|mark| score(**mark));
    best.copied().unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The lines and cells of a table, and where it is not closed.
    fn parse(bytes: &[u8]) -> (Vec<(u64, Vec<String>)>, Option<u64>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let text = Text::open(file.path(), 1 << 20, &ignore_bytes).unwrap();
        let known = |cell: &str| matches!(cell, "serial" | "user");
        let mut rows = rows(text, 1, &known).unwrap();
        let (mut row, mut all) = (Row::default(), Vec::new());
        while rows.next(&mut row).unwrap() {
            all.push((row.line, row.cells().collect()));
        }
        (all, rows.unclosed_at())
    }

    #[track_caller]
    fn check(bytes: &[u8], want: &[(u64, &[&str])]) {
        let (got, _) = parse(bytes);
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let want: Vec<(u64, Vec<String>)> = want
            .iter()
            .map(|(line, cells)| (*line, owned(cells)))
            .collect();
        assert_eq!(got[0].1, ["serial", "user"]);
        assert_eq!(got[1..], want);
    }

    #[test]
    fn delimiters() {
        check(b"serial,user\nA,B\n", &[(2, &["A", "B"])]);
        check(b"serial;user\nA;B, C\n", &[(2, &["A", "B, C"])]);
        check(b"serial\tuser\r\nA\tB;C\r\n", &[(2, &["A", "B;C"])]);
        check(b"sep=;\r\nserial;user\r\nA;B\r\n", &[(3, &["A", "B"])]);
        check(b"sep=\t\nserial\tuser\nA\tB\n", &[(3, &["A", "B"])]);
        check(b"serial , user\n A , B \n", &[(2, &["A", "B"])]);
    }

    #[test]
    fn encodings() {
        let text = "serial,user\nA,J\u{fc}rgen\n";
        let utf16: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let want: &[(u64, &[&str])] = &[(2, &["A", "J\u{fc}rgen"])];
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
        check(b"serial,user\n,\nA,B", &[(2, &["", ""]), (3, &["A", "B"])]);
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_told() {
        let (_, unclosed_at) = parse(b"serial,user\nA,\"B\nC,D\nE,F\n");
        assert_eq!(unclosed_at, Some(2));
        let (rows, unclosed_at) = parse(b"serial,user\nA,iPad 9.7\"\nC,D\n");
        assert_eq!((unclosed_at, rows.len()), (None, 3));
    }
}
