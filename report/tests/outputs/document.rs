//! docs/output.md names every column, and every kind of a problem.

use fleetback_report::format::Label;
use fleetback_report::view::columns::{BACKUP_COLUMNS, COLUMNS, Column};
use fleetback_scanner::model::problem::ProblemKind;

const DOCUMENT: &str = include_str!("../../../docs/output.md");

/// The cells of the rows of the table below a heading.
fn rows(heading: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let (_, below) = DOCUMENT.split_once(heading).expect(heading);
    let (section, _) = below.split_once("\n## ").unwrap_or((below, ""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').map(str::trim).collect())
}

/// Rows of the table below a heading: name and kind.
fn documented(heading: &str) -> Vec<(String, String)> {
    rows(heading)
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

#[test]
fn every_kind_of_a_problem_is_documented() {
    let documented = rows("\n### Problems\n").map(|row| row[1].trim_matches('`'));
    let kinds = ProblemKind::ALL.iter().map(|kind| kind.id());
    assert_eq!(documented.collect::<Vec<_>>(), kinds.collect::<Vec<_>>());
}
