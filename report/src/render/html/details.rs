//! What a device opens to, as short arrays of numbers of texts.
//!
//! The script unpacks these arrays by place, so the order here and in `report.js` must be the same.
//! They stand in a script element of their own that is read when the first device is opened, not before.

use serde::Serialize;

use super::embedded_json::{StringTable, UNKNOWN};
use crate::format::escaped;
use crate::view::details::{BackupDetails, FindingDetails, ProblemDetails, details as of_device};
use crate::view::device;
use crate::view::labelled::LabelledValues;
use crate::view::report::ReportView;

/// All devices, in the order of the table.
#[derive(Debug, Serialize)]
pub(super) struct Details {
    texts: Vec<String>,
    devices: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    findings: Vec<FindingCells>,
    facts: Vec<(i32, Vec<Pair>)>,
    backups: Vec<BackupCells>,
    problems: Vec<(i32, i32, i32)>,
}

/// DeviceIds of a label and its value, or of a fact and its source.
type Pair = (i32, i32);

/// Severity, code, cause, why, fix, who and how sure, steps, what it may destroy, next, waiver, evidence,
/// letters.
type FindingCells = (
    usize,
    i32,
    i32,
    i32,
    i32,
    i32,
    Vec<i32>,
    i32,
    i32,
    i32,
    Vec<Pair>,
    Messages,
);

/// The lines of the message to the user, and of what Apple is handed.
type Messages = (Vec<i32>, Vec<i32>);

/// Title, is it good, tone, facts, lists of files, each headed by a title.
type BackupCells = (i32, i32, &'static str, Vec<Pair>, Vec<Vec<i32>>);

/// The details of every device.
pub(super) fn details(view: &ReportView<'_>) -> Details {
    let mut numbers = Numbers::default();
    let devices = view.results().devices.iter();
    let devices = devices
        .map(|device| {
            let details = of_device(view, device);
            let (findings, backups) = (details.findings.iter(), details.backups.iter());
            Detail {
                problems: (details.problems.iter())
                    .map(|problem| numbers.problem(problem))
                    .collect(),
                findings: findings.map(|finding| numbers.finding(finding)).collect(),
                facts: (details.sections.iter())
                    .map(|(title, facts)| (numbers.number(title), numbers.pairs(facts)))
                    .collect(),
                backups: backups.map(|backup| numbers.backup(backup)).collect(),
            }
        })
        .collect();
    Details {
        devices,
        texts: numbers.texts.into_texts(),
    }
}

/// Gives every text its number.
#[derive(Default)]
struct Numbers {
    texts: StringTable,
}

impl Numbers {
    fn finding(&mut self, finding: &FindingDetails) -> FindingCells {
        (
            device::severity_number(finding.severity),
            self.number(finding.code),
            self.number(&finding.cause),
            self.number(&finding.why),
            self.number(&finding.fix),
            self.number(&finding.who_and_how_sure),
            self.all(&finding.steps),
            self.maybe(finding.may_destroy.as_deref()),
            self.maybe(finding.next.as_deref()),
            self.maybe(finding.waiver.as_deref()),
            self.pairs(&finding.grounds),
            (self.all(&finding.message), self.all(&finding.hand_over)),
        )
    }

    fn backup(&mut self, backup: &BackupDetails) -> BackupCells {
        let (verdict, tone) = if backup.good {
            ("counts as good", "good")
        } else {
            ("does not count as good", "risk")
        };
        (
            self.number(&backup.title),
            self.number(verdict),
            tone,
            self.pairs(&backup.facts),
            (backup.file_lists.iter())
                .map(|list| {
                    let title = self.number(&list.title);
                    let files = list.files.iter().map(|file| self.number(file));
                    std::iter::once(title).chain(files).collect()
                })
                .collect(),
        )
    }

    fn problem(&mut self, problem: &ProblemDetails) -> (i32, i32, i32) {
        (
            self.number(&problem.path),
            self.number(&problem.what),
            self.maybe(problem.remedy.as_deref()),
        )
    }

    fn pairs(&mut self, facts: &LabelledValues) -> Vec<Pair> {
        let pairs = facts.iter();
        pairs
            .map(|fact| (self.number(&fact.label), self.number(&fact.value)))
            .collect()
    }

    fn all(&mut self, texts: &[String]) -> Vec<i32> {
        texts.iter().map(|text| self.number(text)).collect()
    }

    fn number(&mut self, text: &str) -> i32 {
        self.texts.number(escaped(text))
    }

    fn maybe(&mut self, text: Option<&str>) -> i32 {
        text.map_or(UNKNOWN, |text| self.number(text))
    }
}
