//! The page as its template sees it: finished words in the order in which they are read.
//!
//! askama escapes every word; only the style, the script and the two embedded JSON documents go in as they are, and
//! `csp.rs` and `embedded_json.rs` hold the tests that they cannot end their elements.

use std::io;

use askama::Template;

use super::chart::{Chart, Piece};
use super::filters::{Filter, filters};
use super::{chart, csp, details, embedded_json, rows};
use crate::format::{self, escaped};
use crate::results::Device;
use crate::view::attention;
use crate::view::coverage::{
    HostRow, PROBLEMS_LEAD, ProblemRow, RootRow, UnmatchedRow, WaiverRow, host, problems, roots,
    unmatched, waiver,
};
use crate::view::device::{StaticRow, listed};
use crate::view::groups::{self, Group};
use crate::view::history::{self, OutcomeRow};
use crate::view::labelled::LabelledValue;
use crate::view::patterns::{self, PatternRow};
use crate::view::policy::{self, method};
use crate::view::report::ReportView;
use crate::view::summary::{
    Age, Count, FleetSum, Notice, SideNote, Start, ages, counts, headline, masthead, notice,
    side_notes, start,
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
    masthead: Vec<LabelledValue>,
    headline: String,
    sum: String,
    changed: Option<String>,
    start: Option<Start>,
    notice: Option<Notice>,
    strip: Vec<Piece>,
    counts: Vec<Count>,
    side_notes: Vec<SideNote>,
    ages: Vec<Age>,
    chart: Chart,
    patterns: Vec<PatternRow>,
    groups: Vec<Group>,
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
    method: Vec<LabelledValue>,
    foot: String,
}

impl Page {
    pub(super) fn new(view: &ReportView<'_>) -> io::Result<Self> {
        let results = view.results();
        let (style, script) = (csp::style(), csp::script());
        let groups = groups::groups(view);
        let headline = format!("{}.", headline(results));
        let counts = counts(results);
        let ages = ages(results);
        let (problems, notes) = problems(view);
        Ok(Self {
            policy: csp::policy(&style, &script),
            fleet: embedded_json::json(&rows::fleet(view, &groups))?,
            details: embedded_json::json(&details::details(view))?,
            generator: format!("fleetback {}", escaped(&results.tool_version)),
            title: format!(
                "{} Backup report, {}",
                headline,
                format::date(results.scanned_at, view.zone())
            ),
            masthead: masthead(view),
            sum: format!("{}.", FleetSum::new(results)),
            changed: history::changed(view),
            start: start(&groups),
            notice: notice(problems.len() as u64),
            strip: chart::strip(
                &counts
                    .iter()
                    .map(|count| (count.tone, count.number))
                    .collect::<Vec<_>>(),
            ),
            side_notes: side_notes(results),
            chart: chart::chart(&ages),
            patterns: patterns::rows(view),
            filters: filters(results),
            rows: listed(view, attention::is_worth_listing),
            problems_lead: PROBLEMS_LEAD,
            notes_word: format::plural(notes.len() as u64, "note", "notes"),
            outcomes: history::outcomes(view),
            policy_notes: policy::policy_notes(results)
                .iter()
                .map(|note| format::capital(note))
                .collect(),
            waivers: results.waivers.iter().map(waiver).collect(),
            apart: listed(view, Device::listed_apart),
            unmatched: unmatched(results),
            hosts: results.hosts.iter().map(host).collect(),
            roots: roots(results),
            method: method(view),
            foot: format!(
                "Written by fleetback {}. This page asks for nothing from any network.",
                escaped(&results.tool_version)
            ),
            style,
            script,
            headline,
            counts,
            ages,
            groups,
            problems,
            notes,
        })
    }
}

/// Writes the page.
///
/// # Errors
/// Only those of `out`.
pub fn write(view: &ReportView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    Page::new(view)?.write_into(out)
}
