//! The sheets of the workbook, as tables of typed cells.

use super::cell::Cell;
use super::columns::{BACKUP_COLUMNS, COLUMNS, Column, column};
use super::device::{SEVERITIES, STATUSES};
use super::groups::{Group, groups};
use super::history::RiskChange;
use super::report::{ReportView, Row, when};
use super::source::evidence_origin;
use super::summary::{FleetSum, headline, silent_exports};
use crate::format::{Label, heading};
use crate::results::{Device, Evidence, Finding, Results, Status};

/// One sheet. Its rows are made while they are printed.
pub(crate) struct SheetTable<'a> {
    pub(crate) name: &'static str,
    pub(crate) headings: Vec<&'static str>,
    /// Are its texts read as a whole, a line each?
    pub(crate) wraps: bool,
    pub(crate) rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
}

/// The columns of the sheet for people; the sheet `All columns` has the others.
const DEVICE_COLUMNS: [&str; 12] = [
    "could_be_lost",
    "status",
    "severity",
    "device_name",
    "user",
    "department",
    "serial_number",
    "last_good_backup",
    "age_days",
    "reason",
    "likely_fix",
    "who_acts",
];

/// The sheets in their order.
pub(crate) fn tables<'a>(view: &ReportView<'a>) -> [SheetTable<'a>; 7] {
    let view = *view;
    let few: Vec<&'static Column> = DEVICE_COLUMNS.into_iter().filter_map(column).collect();
    [
        SheetTable {
            name: "Summary",
            headings: vec!["What", "Value"],
            wraps: false,
            rows: Box::new(summary(&view).into_iter()),
        },
        SheetTable {
            name: "To do",
            headings: TO_DO.to_vec(),
            wraps: true,
            rows: Box::new(groups(&view).into_iter().map(|group| to_do(&group))),
        },
        SheetTable {
            name: "Devices",
            headings: few.iter().map(|column| column.heading).collect(),
            wraps: false,
            rows: Box::new(
                view.devices()
                    .map(move |row| few.iter().map(|column| column.cell(&row)).collect()),
            ),
        },
        all("All columns", COLUMNS, view.devices()),
        all("Backups", BACKUP_COLUMNS, view.backups()),
        SheetTable {
            name: "Findings",
            headings: FINDINGS.to_vec(),
            wraps: false,
            rows: Box::new(view.results().devices.iter().flat_map(move |device| {
                device
                    .findings
                    .iter()
                    .map(move |found| finding(&view, device, found))
            })),
        },
        SheetTable {
            name: "Problems",
            headings: PROBLEMS.to_vec(),
            wraps: false,
            rows: Box::new(view.problems().into_iter().map(|problem| {
                let text = |text: &str| Cell::text(Some(text));
                vec![
                    text(problem.level.id()),
                    text(&problem.path.to_string_lossy()),
                    text(&problem.wanted),
                    text(&problem.found),
                    Cell::text(problem.remedy.as_deref()),
                ]
            })),
        },
    ]
}

/// A sheet with every column under the names of the CSV.
fn all<'a>(
    name: &'static str,
    columns: &'static [Column],
    rows: impl Iterator<Item = Row<'a>> + 'a,
) -> SheetTable<'a> {
    SheetTable {
        name,
        headings: columns.iter().map(|column| column.name).collect(),
        wraps: false,
        rows: Box::new(rows.map(move |row| row.cells(columns).collect())),
    }
}

/// Headings of columns whose words have a tone.
const TONED: [&str; 7] = [
    "could_be_lost",
    "Could be lost",
    "status",
    "Status",
    "severity",
    "Severity",
    "Level",
];

/// The tone of a word in a column: "risk", "warn", "good".
pub(crate) fn tone(heading: &str, cell: &Cell) -> Option<&'static str> {
    let Cell::Text(word) = cell else { return None };
    if !TONED.contains(&heading) {
        return None;
    }
    let of_statuses = STATUSES
        .iter()
        .map(|(status, tone, _)| (status.id(), *tone));
    let of_severities = SEVERITIES
        .iter()
        .map(|(severity, tone)| (severity.id(), *tone));
    let others = [("yes", "risk"), ("incomplete", "risk")];
    let mut tones = of_statuses.chain(of_severities).chain(others);
    let tone = tones.find(|(each, _)| each == word)?.1;
    Some(if tone == "unknown" { "warn" } else { tone })
}

/// Every number of the headline and of the sum under it, and what was read.
fn summary(view: &ReportView<'_>) -> Vec<Vec<Cell>> {
    let results = view.results();
    let sum = FleetSum::new(results);
    let statuses = Status::ALL.map(|status| {
        let count = results.summary.status.get(&status).copied();
        row(&heading(status), Cell::count(count))
    });
    let numbers = [
        ("Could be lost", sum.could_be_lost),
        ("Without a good backup", sum.without_good_backup),
        ("Of these waived", sum.waived),
        ("Devices in the fleet", sum.devices),
        ("Known from old backups only", sum.listed_apart),
        ("No longer in the MDM", sum.left_mdm),
        ("Local backups", results.summary.backups),
        (
            "Problems that make the report incomplete",
            problems(results, "incomplete"),
        ),
        ("Notes", problems(results, "note")),
    ];
    let numbers = numbers.map(|(what, count)| row(what, Cell::count(Some(count))));
    let change = RiskChange::new(results).map(|change| change.line(view));
    let texts = [
        ("Missing", Cell::text(silent_exports(results))),
        ("Headline", Cell::text(Some(headline(results)))),
        ("Sum", Cell::text(Some(sum.to_string()))),
        ("Since the compared run", Cell::text(change)),
        ("Scanned", Cell::text(Some(when(view)))),
        ("Scanned at (UTC)", Cell::Instant(results.scanned_at)),
        ("Scanned by", Cell::text(Some(results.scan_host.as_str()))),
        ("Policy", Cell::text(Some(results.policy.name.as_str()))),
        ("Run", Cell::text(Some(results.run_id.as_str()))),
    ];
    let known = texts.into_iter().filter(|(_, cell)| *cell != Cell::Unknown);
    let texts = known.map(|(what, cell)| row(what, cell));
    texts.chain(numbers).chain(statuses).collect()
}

fn row(what: &str, cell: Cell) -> Vec<Cell> {
    vec![Cell::text(Some(what)), cell]
}

fn problems(results: &Results, level: &str) -> u64 {
    results.summary.problems.get(level).copied().unwrap_or(0)
}

const TO_DO: [&str; 7] = [
    "What to do",
    "Who acts",
    "Devices",
    "Of these could be lost",
    "Which",
    "May destroy",
    "Steps",
];

fn to_do(group: &Group) -> Vec<Cell> {
    let steps = group.step_lists.iter().flat_map(|list| {
        let whom = list.whom.clone();
        let steps = (1..)
            .zip(&list.steps)
            .map(|(number, step)| format!("{number}. {step}"));
        whom.into_iter().chain(steps)
    });
    let steps: Vec<String> = steps.collect();
    vec![
        Cell::text(Some(group.title.as_str())),
        Cell::text(Some(group.who.as_str())),
        Cell::count(Some(group.count)),
        Cell::count(Some(group.at_risk)),
        Cell::text(Some(group.names.join(", "))),
        Cell::text(Some(group.may_destroy.join("\n"))),
        Cell::text(Some(steps.join("\n"))),
    ]
}

const FINDINGS: [&str; 13] = [
    "Serial number",
    "Device name",
    "User",
    "Finding",
    "Severity",
    "Waived",
    "Cause",
    "Likely fix",
    "Who acts",
    "Confidence",
    "Evidence",
    "Source",
    "Why this fix",
];

fn finding(view: &ReportView<'_>, device: &Device, finding: &Finding) -> Vec<Cell> {
    let fix = finding.fix();
    let results = view.results();
    let of_evidence = |part: fn(&Results, &Evidence) -> String| {
        let parts = finding.evidence.iter();
        let parts: Vec<_> = parts.map(|one| view.read(&part(results, one))).collect();
        Cell::text(Some(parts.join("; ")))
    };
    vec![
        Cell::id(device.serial_number.as_deref(), |_| None),
        Cell::text(device.device_name.as_deref()),
        Cell::text(device.user.as_deref()),
        Cell::text(Some(finding.code.id())),
        Cell::word(Some(finding.severity)),
        Cell::yes_no(Some(finding.waived.is_some())),
        Cell::text(Some(view.results().cause(&finding.cause))),
        Cell::text(fix.map(|fix| fix.title)),
        Cell::text(fix.map(|fix| fix.who)),
        Cell::word(Some(finding.confidence)),
        of_evidence(|_, evidence| evidence.text.clone()),
        of_evidence(evidence_origin),
        Cell::text(Some(view.read(view.results().why(finding)))),
    ]
}

const PROBLEMS: [&str; 5] = ["Level", "Path", "Expected", "Found", "What to do"];
