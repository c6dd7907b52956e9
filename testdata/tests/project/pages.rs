//! The pages for those who carry on name files and functions that are there.

use crate::{read, root};

/// Pages whose paths are held.
const PAGES: &[&str] = &[
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/recipes.md",
    "docs/tour.md",
];

/// Folders that a path of this project begins with.
const TOP: &[&str] = &["cli/", "docs/", "fuzz/", "report/", "scanner/", "testdata/"];

/// Texts between backticks.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    let lines = page.lines();
    lines.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Targets of links, without what stands behind a `#`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let ends = page.split("](").skip(1);
    let targets = ends.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

fn is_path(text: &str) -> bool {
    TOP.iter().any(|top| text.starts_with(top)) && !text.contains([' ', '*', '{', '<'])
}

#[test]
fn every_path_is_there() {
    let mut gone = Vec::new();
    for page in PAGES {
        let text = read(page);
        let quoted = quoted(&text).filter(|text| is_path(text));
        gone.extend(
            quoted
                .filter(|path| !root().join(path).exists())
                .map(|path| format!("{page}: {path}")),
        );
        let folder = root().join(page).parent().unwrap().to_owned();
        gone.extend(
            links(&text)
                .filter(|target| !folder.join(target).exists())
                .map(|target| format!("{page}: link to {target}")),
        );
    }
    assert!(gone.is_empty(), "\n{}", gone.join("\n"));
}

/// A row of the tour: "| 4 | `scanner/src/scan.rs` | `scan` | … |".
fn stops(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.lines().filter_map(|line| {
        let mut cells = line.split('|').map(|cell| cell.trim().trim_matches('`'));
        let file = cells.nth(2)?;
        let name = cells.next()?;
        is_path(file).then_some((file, name))
    })
}

#[test]
fn every_stop_of_the_tour_is_there() {
    let page = read("docs/tour.md");
    let lost: Vec<_> = stops(&page)
        .filter(|(file, name)| {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            let kinds = ["fn", "struct", "enum", "trait", "const", "type", "mod"];
            let defines = |kind: &&str| {
                let start = format!("{kind} {name}");
                let mut places = text.match_indices(&start);
                places.any(|(at, _)| {
                    let after = text[at + start.len()..].chars().next();
                    after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
                })
            };
            !kinds.iter().any(defines)
        })
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(stops(&page).count() >= 30, "the tour lost its table");
}
