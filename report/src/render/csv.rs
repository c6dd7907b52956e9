//! CSV, for spreadsheets and for programs.
//!
//! `excel` is opened by a double click: byte order mark, CRLF, ids in forms that stay text, one
//! leading `'` on exactly those texts that a spreadsheet would run or mangle. `raw` is read by
//! programs: every value as it is. Only *text* is guarded: a number or a date cannot be hostile,
//! and a guarded number would no longer be one.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::csv_guard;
use crate::format::is_plain;
use crate::swap::ticket::Tickets;
use crate::view::cell::Cell;
use crate::view::columns::{BACKUP_COLUMNS, COLUMNS, Column};
use crate::view::report::{ReportView, Row};
use crate::view::ticket::{SWAP_COLUMNS, SwapRow};

/// How to write CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// For whom.
    pub profile: Profile,
    /// One ASCII character, `,` by default. With `;` the `excel` profile writes a decimal comma,
    /// because the spreadsheets that split at `;` are those that read `5.48` as a day in May.
    pub delimiter: u8,
    /// One row for what.
    pub rows: Rows,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            profile: Profile::Excel,
            delimiter: b',',
            rows: Rows::Device,
        }
    }
}

/// For whom a CSV file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// For spreadsheets.
    Excel,
    /// For programs.
    Raw,
}

/// What one row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One row per device, worst first.
    Device,
    /// One row per local backup, devices in the same order, newest first.
    Backup,
}

/// Writes the table with its header.
///
/// ```
/// use fleetback_report::judge::{ReferenceData, RunInfo, judge};
/// use fleetback_report::policy::Policy;
/// use fleetback_report::render::csv::{CsvOptions, Profile, write};
/// use fleetback_report::view::report::ReportView;
/// use fleetback_scanner::model::fleet::{Device, Fleet};
///
/// let fleet = Fleet {
///     devices: vec![Device::default()],
///     ..Fleet::default()
/// };
/// let run = RunInfo {
///     now: "2026-11-30T21:10:00Z".parse()?,
///     scan_host: "mac-07".to_owned(),
///     run_id: "1".to_owned(),
///     tool_version: "1.0.0".to_owned(),
/// };
/// let results = judge(&fleet, &ReferenceData::default(), &Policy::builtin(), &run);
/// let options = CsvOptions {
///     profile: Profile::Raw,
///     ..CsvOptions::default()
/// };
/// let mut table = Vec::new();
/// let zone = jiff::tz::TimeZone::UTC;
/// let view = ReportView::new(&results, &zone);
/// write(&view, &options, &mut table)?;
///
/// let table = String::from_utf8(table)?;
/// assert!(table.starts_with("could_be_lost,listed,status,severity,device_name,"));
/// assert!(table.lines().nth(1).is_some_and(|row| row.starts_with("yes,fleet,unknown,")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for a delimiter that CSV cannot have: a
/// quotation mark, an end of line, or no ASCII.
pub fn write(view: &ReportView<'_>, options: &CsvOptions, out: &mut dyn Write) -> io::Result<()> {
    match options.rows {
        Rows::Device => write_table(COLUMNS, view.devices(), options, out),
        Rows::Backup => write_table(BACKUP_COLUMNS, view.backups(), options, out),
    }
}

fn write_table<'a>(
    columns: &'static [Column],
    rows: impl Iterator<Item = Row<'a>>,
    options: &CsvOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    write_rows(&names, rows.map(|row| row.cells(columns)), options, out)
}

/// Writes a header and rows of cells.
pub(crate) fn write_rows(
    names: &[&str],
    rows: impl Iterator<Item: Iterator<Item = Cell>>,
    options: &CsvOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !options.delimiter.is_ascii() || matches!(options.delimiter, b'"' | b'\r' | b'\n') {
        let found = format!("CSV cannot be delimited by byte {:#04x}", options.delimiter);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, found));
    }
    if options.profile == Profile::Excel {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = csv::WriterBuilder::new()
        .delimiter(options.delimiter)
        .terminator(terminator(options.profile))
        .from_writer(out);
    writer.write_record(names)?;
    for row in rows {
        for cell in row {
            writer.write_field(form(cell, options))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn terminator(profile: Profile) -> csv::Terminator {
    match profile {
        Profile::Excel => csv::Terminator::CRLF,
        Profile::Raw => csv::Terminator::Any(b'\n'),
    }
}

fn form(cell: Cell, options: &CsvOptions) -> String {
    match (options.profile, cell) {
        (Profile::Raw, cell) => cell.exact(),
        (Profile::Excel, Cell::Text(text) | Cell::Id { pretty: text, .. }) => guarded(text),
        (Profile::Excel, Cell::Decimal(number)) if options.delimiter == b';' => {
            number.to_string().replace('.', ",")
        }
        (Profile::Excel, cell) => cell.exact(),
    }
}

fn guarded(text: String) -> String {
    let mangled = csv_guard::would_mangle(&text);
    let visible = owned(visible(&text)).unwrap_or(text);
    let guarded = if mangled {
        format!("'{visible}")
    } else {
        visible
    };
    owned(csv_guard::fitting(&guarded)).unwrap_or(guarded)
}

/// The text where it is another than it was.
fn owned(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Owned(text) => Some(text),
        Cow::Borrowed(_) => None,
    }
}

/// Control characters that no spreadsheet can hold, as their pictures (NUL is `␀`); the C1 controls,
/// which have none, as `\u{fffd}`. Tab and the ends of lines stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else if text.chars().any(|c| picture(c) != c) {
        Cow::Owned(text.chars().map(picture).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn picture(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' => character,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        _ => character,
    }
}

/// Writes one row for each ticket.
///
/// # Errors
/// Those of `out`, and those of a delimiter that CSV cannot have.
pub fn write_csv(
    tickets: &Tickets,
    zone: &TimeZone,
    options: &CsvOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<_> = SWAP_COLUMNS.iter().map(|column| column.name).collect();
    let rows = tickets.swaps.iter().map(|ticket| {
        let row = SwapRow {
            tickets,
            ticket,
            zone,
        };
        SWAP_COLUMNS.iter().map(move |column| column.cell(&row))
    });
    write_rows(&names, rows, options, out)
}
