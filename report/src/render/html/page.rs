//! The page as its template sees it: finished words in the order in which they are read.
//!
//! askama escapes every word; only the style, the script and the two islands go in as they are, and
//! `csp.rs` and `embedded_json.rs` hold the tests that they cannot end their elements.

use std::io;

use askama::Template;

use super::chart::{Chart, Piece};
use super::filters::{Filter, filters};
use super::{chart, csp, details, embedded_json, rows};
use crate::format::{self, shown};
use crate::view::attention;
use crate::view::coverage::{
    HostRow, PROBLEMS_LEAD, ProblemRow, RootRow, UnmatchedRow, WaiverRow, host, problems, roots,
    unmatched, waiver,
};
use crate::view::device::{StaticRow, listed};
use crate::view::groups::{self, Chapter};
use crate::view::history::{self, OutcomeRow};
use crate::view::labelled::Fact;
use crate::view::patterns::{self, PatternRow};
use crate::view::policy::{self, method};
use crate::view::report::Sheet;
use crate::view::summary::{
    Age, Aside, Count, Notice, Start, ages, asides, counts, headline, masthead, notice, start,
    subline,
};

#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    policy: String,
    style: String,
    script: String,
    fleet: String,
    details: String,
    generator: String,
    title: String,
    masthead: Vec<Fact>,
    headline: String,
    subline: String,
    changed: Option<String>,
    start: Option<Start>,
    notice: Option<Notice>,
    strip: Vec<Piece>,
    counts: Vec<Count>,
    asides: Vec<Aside>,
    ages: Vec<Age>,
    chart: Chart,
    patterns: Vec<PatternRow>,
    chapters: Vec<Chapter>,
    filters: Vec<Filter>,
    rows: Vec<StaticRow>,
    problems_lead: &'static str,
    problems: Vec<ProblemRow>,
    notes_word: String,
    notes: Vec<ProblemRow>,
    policy_notes: Vec<String>,
    waivers: Vec<WaiverRow>,
    outcomes: Vec<OutcomeRow>,
    apart: Vec<StaticRow>,
    unmatched: Vec<UnmatchedRow>,
    hosts: Vec<HostRow>,
    roots: Vec<RootRow>,
    method: Vec<Fact>,
    foot: String,
}

impl Page {
    pub(super) fn new(sheet: &Sheet<'_>) -> io::Result<Self> {
        let results = sheet.results();
        let (style, script) = (csp::style(), csp::script());
        let chapters = groups::chapters(sheet);
        let headline = format!("{}.", headline(results));
        let counts = counts(results);
        let ages = ages(results);
        let (problems, notes) = problems(sheet);
        Ok(Self {
            policy: csp::policy(&style, &script),
            fleet: embedded_json::json(&rows::fleet(sheet, &chapters))?,
            details: embedded_json::json(&details::details(sheet))?,
            generator: format!("fleetback {}", shown(&results.tool_version)),
            title: format!(
                "{} Backup report, {}",
                headline,
                format::date(results.scanned_at, sheet.zone())
            ),
            masthead: masthead(sheet),
            subline: subline(results),
            changed: history::changed(sheet),
            start: start(&chapters),
            notice: notice(problems.len() as u64),
            strip: chart::strip(
                &counts
                    .iter()
                    .map(|count| (count.tone, count.number))
                    .collect::<Vec<_>>(),
            ),
            asides: asides(results),
            chart: chart::chart(&ages),
            patterns: patterns::rows(sheet),
            filters: filters(results),
            rows: listed(sheet, attention::is_worth_listing),
            problems_lead: PROBLEMS_LEAD,
            notes_word: format::plural(notes.len() as u64, "note", "notes"),
            outcomes: history::outcomes(sheet),
            policy_notes: policy::policy_notes(results)
                .iter()
                .map(|note| format::capital(note))
                .collect(),
            waivers: results.waivers.iter().map(waiver).collect(),
            apart: listed(sheet, |device| device.listed_apart),
            unmatched: unmatched(results),
            hosts: results.hosts.iter().map(host).collect(),
            roots: roots(results),
            method: method(sheet),
            foot: format!(
                "Written by fleetback {}. This page asks for nothing from any network.",
                shown(&results.tool_version)
            ),
            style,
            script,
            headline,
            counts,
            ages,
            chapters,
            problems,
            notes,
        })
    }
}

/// Writes the page.
///
/// # Errors
/// Only those of `out`.
pub fn write(sheet: &Sheet<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    Page::new(sheet)?.write_into(out)
}
