//! The tickets of the swap check as a workbook for Excel, Numbers and LibreOffice.
//!
//! The sheet `Swaps` has the columns of the CSV.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{
    ARROW, Forms, ROWS_MAX, WIDTHS, columns, document, finish, inert, put, too_many, width,
};
use crate::swap::ticket::Tickets;
use crate::view::ticket::{self, SWAP_COLUMNS, SwapRow};

/// The one column of the sheet `Totals`.
const TOTALS_WIDTH: usize = 100;

/// Writes the sheet `Swaps` with one row for each ticket, and the sheet `Totals`.
///
/// # Errors
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for more tickets than a worksheet has rows.
pub fn write(tickets: &Tickets, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let swaps = tickets.swaps.len();
    if swaps >= ROWS_MAX {
        return Err(too_many(swaps, "swaps", "split the plan, or use --csv"));
    }
    let bytes = workbook(tickets, zone).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn workbook(tickets: &Tickets, zone: &TimeZone) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = document("Swaps", tickets.asked_at);
    let forms = Forms::new();
    swaps(workbook.add_worksheet(), tickets, zone, &forms)?;
    totals(workbook.add_worksheet(), tickets, zone, &forms)?;
    workbook.save_to_buffer()
}

fn swaps(
    page: &mut Worksheet,
    tickets: &Tickets,
    zone: &TimeZone,
    forms: &Forms,
) -> Result<(), XlsxError> {
    page.set_name("Swaps")?;
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
    finish(page, tickets.swaps.len(), SWAP_COLUMNS.len())
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
