//! The tickets of the swap check as a workbook for Excel, Numbers and LibreOffice.
//!
//! The sheet `Swaps` has the columns of the CSV, and its cells have types: ids and words are text,
//! so no digit of an IMEI is lost and nothing that a stranger wrote can run; numbers are numbers;
//! days and instants are dates that sort and filter. Text is never handed to the part of the
//! library that looks for formulas and links. The same tickets give the same bytes: the document
//! was created when the question was asked.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::civil;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::csv::visible;
use crate::swap::ticket::Tickets;
use crate::view::cell::Cell;
use crate::view::ticket::{self, SWAP_COLUMNS, SwapRow};

/// Rows of a worksheet, the header among them (Microsoft, "Excel specifications and limits").
const ROWS_MAX: usize = 1_048_576;
/// UTF-16 units in a cell (the same page).
const CELL_MAX: usize = 32_767;
/// The narrowest and the widest column, in characters: longer text is read in the cell.
const WIDTHS: (usize, usize) = (10, 60);
/// Room for the arrow of the filter beside a heading.
const ARROW: usize = 3;
/// The one column of the sheet `Totals`.
const TOTALS_WIDTH: usize = 100;

/// Writes the sheet `Swaps` with one row for each ticket, and the sheet `Totals`.
///
/// # Errors
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for more tickets than a worksheet has rows.
pub fn write(tickets: &Tickets, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let swaps = tickets.swaps.len();
    if swaps >= ROWS_MAX {
        let found = format!(
            "wanted at most {} swaps for a worksheet, found {swaps}; split the plan, or use --csv",
            ROWS_MAX - 1
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, found));
    }
    let bytes = workbook(tickets, zone).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn workbook(tickets: &Tickets, zone: &TimeZone) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let forms = Forms::new();
    let asked_at = TimeZone::UTC.to_datetime(tickets.asked_at);
    let properties = DocProperties::new()
        .set_title("Swaps")
        .set_creation_datetime(&excel(asked_at).unwrap_or_default());
    workbook.set_properties(&properties);
    swaps(workbook.add_worksheet(), tickets, zone, &forms)?;
    totals(workbook.add_worksheet(), tickets, zone, &forms)?;
    workbook.save_to_buffer()
}

/// How the cells look.
struct Forms {
    heading: Format,
    text: Format,
    id: Format,
    date: Format,
    instant: Format,
}

impl Forms {
    fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            // Text that is edited stays text: without this "=1+1" would run after a key press.
            text: Format::new().set_quote_prefix(),
            id: Format::new().set_quote_prefix().set_num_format("@"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn swaps(
    page: &mut Worksheet,
    tickets: &Tickets,
    zone: &TimeZone,
    forms: &Forms,
) -> Result<(), XlsxError> {
    page.set_name("Swaps")?;
    page.set_freeze_panes(1, 0)?;
    for (index, column) in (0u16..).zip(SWAP_COLUMNS) {
        page.write_string_with_format(0, index, column.name, &forms.heading)?;
        let mut widest = column.name.len() + ARROW;
        for (line, ticket) in (1u32..).zip(&tickets.swaps) {
            let row = SwapRow {
                tickets,
                ticket,
                zone,
            };
            let cell = column.cell(&row);
            widest = widest.max(width(&cell));
            put(page, (line, index), &cell, forms)?;
        }
        page.set_column_width(index, columns(widest.clamp(WIDTHS.0, WIDTHS.1)))?;
    }
    let last = (index(tickets.swaps.len()), index(SWAP_COLUMNS.len() - 1));
    page.autofilter(0, 0, last.0, last.1)?;
    page.ignore_error_range(0, 0, last.0, last.1, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

/// The last row or column of a table that is known to fit.
fn index<T: TryFrom<usize> + Default>(count: usize) -> T {
    T::try_from(count).unwrap_or_default()
}

fn columns(characters: usize) -> f64 {
    index::<u32>(characters).into()
}

fn width(cell: &Cell) -> usize {
    let text = cell.pretty();
    let lines = text.lines().map(|line| line.chars().count() + 1);
    lines.max().unwrap_or_default()
}

fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    forms: &Forms,
) -> Result<(), XlsxError> {
    let text = |page: &mut Worksheet, text: &str, form| {
        let text = inert(text);
        page.write_string_with_format(row, column, text, form)
            .map(drop)
    };
    // A day that the calendar of a spreadsheet does not have, before 1900, is written as text.
    let date = |page: &mut Worksheet, at, form| match excel(at) {
        Some(at) => page
            .write_datetime_with_format(row, column, at, form)
            .map(drop),
        None => text(page, &cell.exact(), &forms.text),
    };
    match cell {
        Cell::Unknown => Ok(()),
        Cell::Text(words) => text(page, words, &forms.text),
        Cell::Id { exact, .. } => text(page, exact, &forms.id),
        #[allow(clippy::cast_precision_loss)] // counts and lines, far below 2^53
        Cell::Whole(number) => page.write_number(row, column, *number as f64).map(drop),
        Cell::Decimal(number) => page.write_number(row, column, *number).map(drop),
        Cell::Date(day) => date(page, day.at(0, 0, 0, 0), &forms.date),
        Cell::Instant(at) => date(page, TimeZone::UTC.to_datetime(*at), &forms.instant),
    }
}

/// A date of a spreadsheet, to the second; `None` outside the years 1900 to 9999.
fn excel(at: civil::DateTime) -> Option<ExcelDateTime> {
    let part = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(at.year()).ok()?;
    let day = ExcelDateTime::from_ymd(year, part(at.month())?, part(at.day())?).ok()?;
    let hour = u16::try_from(at.hour()).ok()?;
    day.and_hms(hour, part(at.minute())?, part(at.second())?)
        .ok()
}

/// Text as a cell can hold it: no character that XML 1.0 bars, and no longer than Excel reads.
fn inert(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    let barred = |c| matches!(c, '\u{fffe}' | '\u{ffff}');
    let shown = if shown.contains(barred) {
        Cow::Owned(shown.replace(barred, "\u{fffd}"))
    } else {
        shown
    };
    match cut(&shown) {
        Some(cut) => Cow::Owned(cut),
        None => shown,
    }
}

fn cut(text: &str) -> Option<String> {
    if text.encode_utf16().count() <= CELL_MAX {
        return None;
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < CELL_MAX
    };
    let kept: String = text.chars().take_while(fits).collect();
    Some(kept + "…")
}

fn totals(
    page: &mut Worksheet,
    tickets: &Tickets,
    zone: &TimeZone,
    forms: &Forms,
) -> Result<(), XlsxError> {
    page.set_name("Totals")?;
    page.set_column_width(0, columns(TOTALS_WIDTH))?;
    let faults = tickets.plan.as_ref().map(ticket::plan_faults);
    let groups = [
        ("Totals", vec![ticket::totals(tickets)]),
        ("Most frequent blockers", ticket::blockers(tickets)),
        ("What is wrong with the plan", faults.unwrap_or_default()),
        (
            "Evidence",
            vec![ticket::evidence(&tickets.evidence, tickets.asked_at, zone)],
        ),
    ];
    let mut row = 0;
    for (heading, lines) in groups.iter().filter(|(_, lines)| !lines.is_empty()) {
        page.write_string_with_format(row, 0, *heading, &forms.heading)?;
        for line in lines {
            row += 1;
            page.write_string_with_format(row, 0, inert(line), &forms.text)?;
        }
        row += 2;
    }
    Ok(())
}
