//! The tickets as a workbook, read back by a reader that shares nothing with the writer.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use fleetback_report::render::csv::{CsvOptions, Profile, write_csv};
use fleetback_report::render::xlsx;
use fleetback_report::swap::request::PlanUsed;
use fleetback_report::swap::ticket::Tickets;
use fleetback_report::view::cell::Cell;
use fleetback_report::view::ticket::{self, SWAP_COLUMNS, SwapRow};
use jiff::civil;
use jiff::tz::TimeZone;

use crate::outputs::{HOSTILE, counter, hostile};

/// Of a cell that is longer than Excel reads.
const CELL_MAX: usize = 32_767;

fn written(tickets: &Tickets) -> Vec<u8> {
    let mut out = Vec::new();
    xlsx::write(tickets, &TimeZone::UTC, &mut out).unwrap();
    out
}

fn opened(tickets: &Tickets) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(written(tickets))).unwrap()
}

fn page(tickets: &Tickets, name: &str) -> Range<Data> {
    opened(tickets).worksheet_range(name).unwrap()
}

fn column(name: &str) -> usize {
    let place = SWAP_COLUMNS.iter().position(|column| column.name == name);
    place.unwrap()
}

/// The cell in that column of the first ticket.
fn first(tickets: &Tickets, name: &str) -> Data {
    page(tickets, "Swaps")[(1, column(name))].clone()
}

/// The text of a cell as the exact CSV has it, from its type in the workbook.
fn exact(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            if at.as_f64().fract() == 0.0 && hour == 0 {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
            }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_workbook_has_the_cells_of_the_table() {
    let tickets = counter();
    let options = CsvOptions {
        profile: Profile::Raw,
        ..CsvOptions::default()
    };
    let mut table = Vec::new();
    write_csv(&tickets, &TimeZone::UTC, &options, &mut table).unwrap();
    let table = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&table[..])
        .into_records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect::<Vec<Vec<String>>>();
    let page = page(&tickets, "Swaps");
    let rows: Vec<Vec<_>> = page
        .rows()
        .map(|row| row.iter().map(exact).collect())
        .collect();
    assert_eq!(rows.len(), 4);
    let headings: Vec<_> = SWAP_COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(rows[0], headings);
    let padded = |mut row: Vec<String>| {
        row.resize(SWAP_COLUMNS.len(), String::new());
        row
    };
    let rows: Vec<_> = rows.into_iter().map(padded).collect();
    assert_eq!(rows, table);
}

#[test]
fn every_cell_has_its_type() {
    let mut tickets = counter();
    tickets.swaps[0].planned = Some(civil::date(2026, 12, 1));
    tickets.swaps[0].plan_line = Some(2);
    let page = page(&tickets, "Swaps");
    for (line, ticket) in tickets.swaps.iter().enumerate() {
        let row = SwapRow {
            tickets: &tickets,
            ticket,
            zone: &TimeZone::UTC,
        };
        for (index, column) in SWAP_COLUMNS.iter().enumerate() {
            let found = page.get((line + 1, index)).unwrap_or(&Data::Empty);
            let typed = match column.cell(&row) {
                Cell::Unknown => matches!(found, Data::Empty),
                Cell::Text(_) | Cell::Id { .. } => matches!(found, Data::String(_)),
                Cell::Whole(_) | Cell::Decimal(_) => matches!(found, Data::Float(_)),
                Cell::Date(_) | Cell::Instant(_) => matches!(found, Data::DateTime(_)),
            };
            assert!(typed, "{} of {line}: {found:?}", column.name);
        }
    }
    assert_eq!(page[(1, column("plan_line"))], Data::Float(2.0));
    assert_eq!(exact(&page[(1, column("planned"))]), "2026-12-01");
}

#[test]
fn no_digit_of_a_number_is_lost() {
    for number in ["356789012345678", "00012E5", "12345678901234567890", "1/2"] {
        let mut tickets = counter();
        number.clone_into(&mut tickets.swaps[0].asked);
        let device = tickets.swaps[0].device.as_mut().unwrap();
        device.serial_number = Some(number.to_owned());
        let wanted = Data::String(number.to_owned());
        assert_eq!(first(&tickets, "serial_number"), wanted);
        assert_eq!(first(&tickets, "asked"), wanted);
    }
}

#[test]
fn a_name_is_text_whatever_it_says() {
    let names = [
        (HOSTILE, None),
        ("=HYPERLINK(\"http://a.example\")", None),
        ("http://a.example/", None),
        ("@SUM(A1)", None),
        ("_x0041_", None),
        ("a\u{0}b\u{b}", Some("a\u{2400}b\u{240b}")),
        ("\u{fffe}|\u{ffff}", Some("\u{fffd}|\u{fffd}")),
        ("]]>&amp;<v>1</v>", None),
    ];
    for (name, shown) in names {
        let mut tickets = hostile();
        let device = tickets.swaps[0].device.as_mut().unwrap();
        device.device_name = Some(name.to_owned());
        let Data::String(found) = first(&tickets, "device_name") else {
            panic!("{name:?} is no text");
        };
        let wanted = shown.unwrap_or(name).replace('\u{1b}', "\u{241b}");
        assert_eq!(found, wanted);
        let formulas = opened(&tickets).worksheet_formula("Swaps").unwrap();
        assert!(formulas.is_empty(), "{name:?}");
    }
}

#[test]
fn long_text_ends_where_excel_stops() {
    let kept = |text: String| {
        let mut tickets = counter();
        tickets.swaps[0].reason = text;
        match first(&tickets, "reason") {
            Data::String(text) => text,
            other => panic!("{other:?}"),
        }
    };
    let longest = "x".repeat(CELL_MAX);
    assert_eq!(kept(longest.clone()), longest);
    let cut = "x".repeat(CELL_MAX - 1) + "…";
    assert_eq!(kept(longest + "x"), cut);
    // An emoji counts twice, and is not torn apart.
    let emoji = kept("\u{1f600}".repeat(CELL_MAX));
    assert_eq!(emoji, "\u{1f600}".repeat(CELL_MAX / 2) + "…");
    assert_eq!(emoji.encode_utf16().count(), CELL_MAX);
}

#[test]
fn a_day_that_no_spreadsheet_knows_is_text() {
    let planned = |day| {
        let mut tickets = counter();
        tickets.swaps[0].planned = Some(day);
        first(&tickets, "planned")
    };
    let before = planned(civil::date(1899, 12, 30));
    assert_eq!(before, Data::String("1899-12-30".to_owned()));
    assert!(matches!(
        planned(civil::date(1900, 3, 1)),
        Data::DateTime(_)
    ));
}

#[test]
fn the_totals_stand_on_a_page_of_their_own() {
    let mut tickets = counter();
    tickets.plan = Some(PlanUsed {
        path: "plan.csv".to_owned(),
        unusable: vec![3],
        ..PlanUsed::default()
    });
    let page = page(&tickets, "Totals");
    let lines: Vec<_> = page.rows().map(|row| exact(&row[0])).collect();
    let blockers = ticket::blockers(&tickets);
    assert!(!blockers.is_empty());
    let faults = ticket::plan_faults(tickets.plan.as_ref().unwrap());
    assert!(!faults.is_empty());
    for line in [vec![ticket::totals(&tickets)], blockers, faults].concat() {
        assert!(lines.contains(&line), "{line} is not in {lines:?}");
    }
}

#[test]
fn the_same_tickets_give_the_same_bytes() {
    let tickets = counter();
    let before = written(&tickets);
    // The library stamps whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(before, written(&tickets));
}
