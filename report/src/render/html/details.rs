//! What a device opens to, as short arrays of numbers of texts.
//!
//! The script unpacks these arrays by place, so the order here and in `report.js` must be the same.
//! Devices stand in blocks of [`BLOCK`], each compressed by itself and read when the first of its
//! devices is opened: the page stays small, and a fleet of 50,000 opens as quickly as one of 50. What
//! repeats within a block stands once: texts, and the advice that comes with a fix.

use std::collections::HashMap;
use std::io;

use serde::Serialize;

use super::embedded_json::{self, StringTable, UNKNOWN};
use crate::format::escaped;
use crate::results::Device;
use crate::view::action::Action;
use crate::view::details::{BackupDetails, FindingDetails, ProblemDetails, details as of_device};
use crate::view::device;
use crate::view::labelled::LabelledValues;
use crate::view::letter::Letter;
use crate::view::panel::panel;
use crate::view::report::ReportView;

/// Devices that are compressed together.
const BLOCK: usize = 500;

/// All devices, in the order of the table.
#[derive(Debug, Serialize)]
pub(super) struct Details {
    block: usize,
    /// Each a [`Block`], compressed.
    blocks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Block {
    texts: Vec<String>,
    advice: Vec<AdviceCells>,
    devices: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    sentence: i32,
    start: Vec<Pair>,
    /// The number of an advice.
    action: Option<usize>,
    letter: Option<LetterCells>,
    findings: Vec<FindingCells>,
    facts: Vec<(i32, Vec<Pair>)>,
    backups: Vec<BackupCells>,
    problems: Vec<(i32, i32, i32)>,
}

/// Numbers of a label and its value, or of a fact and its source.
type Pair = (i32, i32);

/// Title, who and how sure, steps, what it may destroy, next.
type AdviceCells = (i32, i32, Vec<i32>, i32, i32);

/// Addresses, subject, parts of the text.
type LetterCells = (Vec<i32>, i32, Vec<i32>);

/// Severity, code, cause, why, advice, waiver, evidence, the lines of what Apple is handed.
type FindingCells = (
    usize,
    i32,
    i32,
    i32,
    Option<usize>,
    i32,
    Vec<Pair>,
    Vec<i32>,
);

/// Title, is it good, tone, facts, lists of files, each headed by a title.
type BackupCells = (i32, i32, &'static str, Vec<Pair>, Vec<Vec<i32>>);

/// The details of every device.
pub(super) fn details(view: &ReportView<'_>) -> io::Result<Details> {
    let blocks = view.results().devices.chunks(BLOCK);
    let blocks = blocks.map(|devices| embedded_json::compressed(&block(view, devices)));
    Ok(Details {
        block: BLOCK,
        blocks: blocks.collect::<io::Result<_>>()?,
    })
}

fn block(view: &ReportView<'_>, devices: &[Device]) -> Block {
    let mut numbers = Numbers::default();
    let devices = devices.iter().map(|device| numbers.detail(view, device));
    Block {
        devices: devices.collect(),
        advice: numbers.advice,
        texts: numbers.texts.into_texts(),
    }
}

/// Gives every text and every advice its number.
#[derive(Default)]
struct Numbers {
    texts: StringTable,
    advice: Vec<AdviceCells>,
    advice_numbers: HashMap<AdviceCells, usize>,
}

impl Numbers {
    fn detail(&mut self, view: &ReportView<'_>, device: &Device) -> Detail {
        let (panel, details) = (panel(view, device), of_device(view, device));
        let (findings, backups) = (details.findings.iter(), details.backups.iter());
        Detail {
            sentence: self.number(&panel.sentence),
            start: self.pairs(&panel.facts),
            action: panel.action.as_ref().map(|action| self.action(action)),
            letter: panel.letter.as_ref().map(|letter| self.letter(letter)),
            findings: findings.map(|finding| self.finding(finding)).collect(),
            facts: (details.sections.iter())
                .map(|(title, facts)| (self.number(title), self.pairs(facts)))
                .collect(),
            backups: backups.map(|backup| self.backup(backup)).collect(),
            problems: (details.problems.iter())
                .map(|problem| self.problem(problem))
                .collect(),
        }
    }

    fn action(&mut self, action: &Action) -> usize {
        let cells = (
            self.number(&action.title),
            self.number(&action.who_and_how_sure),
            self.all(&action.steps),
            self.maybe(action.may_destroy.as_deref()),
            self.maybe(action.next.as_deref()),
        );
        self.advice(cells)
    }

    fn advice(&mut self, cells: AdviceCells) -> usize {
        let advice = &mut self.advice;
        *self
            .advice_numbers
            .entry(cells)
            .or_insert_with_key(|cells| {
                advice.push(cells.clone());
                advice.len() - 1
            })
    }

    fn letter(&mut self, letter: &Letter) -> LetterCells {
        let parts = letter.parts();
        (
            self.all(&letter.to),
            self.number(&letter.subject),
            parts.map(|part| self.texts.number(part)).collect(),
        )
    }

    fn finding(&mut self, finding: &FindingDetails) -> FindingCells {
        (
            device::severity_number(finding.severity),
            self.number(finding.code),
            self.number(&finding.cause),
            self.number(&finding.why),
            finding.action.as_ref().map(|action| self.action(action)),
            self.maybe(finding.waiver.as_deref()),
            self.pairs(&finding.grounds),
            self.all(&finding.hand_over),
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
        facts
            .iter()
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
