//! Cells of a workbook: typed, inert, and as wide as their text.
//!
//! Ids and words are text, so no digit of an IMEI is lost and nothing that a stranger wrote can run;
//! numbers are numbers; days and instants are dates that sort and filter. Text is never handed to the
//! part of the library that looks for formulas and links.

use std::borrow::Cow;
use std::io;

use jiff::civil;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, IgnoreError, Workbook, Worksheet,
    XlsxError,
};

use crate::render::csv::visible;
use crate::render::csv_guard::fitting;
use crate::view::cell::Cell;

/// Rows of a worksheet, the header among them (Microsoft, "Excel specifications and limits").
pub(super) const ROWS_MAX: usize = 1_048_576;
/// The narrowest and the widest column, in characters: longer text is read in the cell.
pub(super) const WIDTHS: (usize, usize) = (10, 60);
/// Room for the arrow of the filter beside a heading.
pub(super) const ARROW: usize = 3;

/// Tones with ink and paper. A colour never stands without its word.
const TONES: [(&str, u32, u32); 3] = [
    ("risk", 0x008A_1C1C, 0x00FB_E3E1),
    ("warn", 0x006B_4A00, 0x00FD_F1CF),
    ("good", 0x001C_5B32, 0x00E2_F3E7),
];

/// How the cells look.
pub(super) struct Forms {
    pub(super) heading: Format,
    pub(super) text: Format,
    /// Text of several lines, read as a whole.
    wrapped: Format,
    /// A number beside such a text.
    top: Format,
    id: Format,
    date: Format,
    instant: Format,
    tones: [(&'static str, Format); 3],
}

impl Forms {
    pub(super) fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            // Text that is edited stays text: without this "=1+1" would run after a key press.
            text: Format::new().set_quote_prefix(),
            wrapped: Format::new()
                .set_quote_prefix()
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            top: Format::new().set_align(FormatAlign::Top),
            id: Format::new().set_quote_prefix().set_num_format("@"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            tones: TONES.map(|(tone, ink, paper)| {
                let form = Format::new().set_quote_prefix().set_bold();
                let form = form.set_font_color(Color::RGB(ink));
                (tone, form.set_background_color(Color::RGB(paper)))
            }),
        }
    }

    /// How a word of that tone looks; as other text for a tone without a colour.
    pub(super) fn toned(&self, tone: Option<&str>) -> &Format {
        let form = self.tones.iter().find(|(name, _)| Some(*name) == tone);
        form.map_or(&self.text, |(_, form)| form)
    }
}

/// A workbook with a title. The same report gives the same bytes: the document was created when the
/// question was asked.
pub(super) fn document(title: &str, at: jiff::Timestamp) -> Workbook {
    let mut workbook = Workbook::new();
    let at = TimeZone::UTC.to_datetime(at);
    let properties = DocProperties::new()
        .set_title(title)
        .set_creation_datetime(&excel(at).unwrap_or_default());
    workbook.set_properties(&properties);
    workbook
}

/// Too many rows for a worksheet, and what to do.
pub(super) fn too_many(rows: usize, what: &str, remedy: &str) -> io::Error {
    let most = ROWS_MAX - 1;
    let found = format!("a worksheet has room for {most} {what}, and there are {rows}; {remedy}");
    io::Error::new(io::ErrorKind::InvalidInput, found)
}

/// The headings stay in sight, each column can be filtered, and text that looks like a number is no
/// mistake.
pub(super) fn finish(page: &mut Worksheet, rows: usize, columns: usize) -> Result<(), XlsxError> {
    let last = (index(rows), index(columns.saturating_sub(1)));
    page.set_freeze_panes(1, 0)?;
    page.autofilter(0, 0, last.0, last.1)?;
    page.ignore_error_range(0, 0, last.0, last.1, IgnoreError::NumberStoredAsText)?;
    on_paper(page, columns)
}

/// More columns than these are too small to read on one sheet of paper.
const PAPER_COLUMNS: usize = 14;

/// Landscape, with the headings and a page number on each sheet of paper; as wide as one where it can be read.
fn on_paper(page: &mut Worksheet, columns: usize) -> Result<(), XlsxError> {
    page.set_landscape();
    page.set_repeat_rows(0, 0)?;
    page.set_footer("&R&P / &N");
    if columns <= PAPER_COLUMNS {
        page.set_print_fit_to_pages(1, 0);
    }
    Ok(())
}

/// The last row or column of a table that is known to fit.
pub(super) fn index<T: TryFrom<usize> + Default>(count: usize) -> T {
    T::try_from(count).unwrap_or_default()
}

pub(super) fn columns(characters: usize) -> f64 {
    index::<u32>(characters).into()
}

pub(super) fn width(cell: &Cell) -> usize {
    let text = cell.pretty();
    let lines = text.lines().map(|line| line.chars().count() + 1);
    lines.max().unwrap_or_default()
}

pub(super) fn put(
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

/// The same in a sheet whose texts are read as a whole, a line each.
pub(super) fn put_wrapped(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    forms: &Forms,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(words) => page
            .write_string_with_format(row, column, inert(words), &forms.wrapped)
            .map(drop),
        #[allow(clippy::cast_precision_loss)] // counts, far below 2^53
        Cell::Whole(number) => page
            .write_number_with_format(row, column, *number as f64, &forms.top)
            .map(drop),
        other => put(page, (row, column), other, forms),
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
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    let barred = |c| matches!(c, '\u{fffe}' | '\u{ffff}');
    let shown = if shown.contains(barred) {
        Cow::Owned(shown.replace(barred, "\u{fffd}"))
    } else {
        shown
    };
    match fitting(&shown) {
        Cow::Owned(cut) => Cow::Owned(cut),
        Cow::Borrowed(_) => shown,
    }
}
