//! docs/output.md and the tables of columns say the same.

use fleetback_report::view::columns::{BACKUP_COLUMNS, COLUMNS, Column};

const DOCUMENT: &str = include_str!("../../../docs/output.md");

/// Rows of the table below a heading: name and kind.
fn documented(heading: &str) -> Vec<(String, String)> {
    let (_, below) = DOCUMENT.split_once(heading).expect(heading);
    let (section, _) = below.split_once("\n## ").unwrap_or((below, ""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .map(|row| {
            assert!(row.len() == 5 && !row[3].is_empty(), "{row:?}");
            (row[1].trim_matches('`').to_owned(), row[2].to_owned())
        })
        .collect()
}

fn check(heading: &str, columns: &[Column]) {
    let built = columns
        .iter()
        .map(|c| (c.name.to_owned(), c.kind.name().to_owned()));
    assert_eq!(documented(heading), built.collect::<Vec<_>>());
}

#[test]
fn every_column_is_documented() {
    check("\n## Columns: one row per device\n", COLUMNS);
    check("\n## Columns: one row per local backup\n", BACKUP_COLUMNS);
}
