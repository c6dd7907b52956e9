//! The page as its template sees it: finished words in the order in which they are read.
//!
//! askama escapes every word; only the style, the script and the two embedded JSON documents go in as they are, and
//! `csp.rs` and `embedded_json.rs` hold the tests that they cannot end their elements.

use std::io;

use askama::Template;

use super::chart::{Bars, Line};
use super::filters::{Chip, Filter, chips, filters};
use super::{chart, csp, details, embedded_json, rows, url};
use crate::format::{self, escaped};
use crate::results::{Device, Results};
use crate::view::capped::Capped;
use crate::view::coverage::{
    HostRow, PROBLEMS_LEAD, ProblemRow, RootRow, UnmatchedRow, WaiverRow, host, problems, roots,
    unmatched, waiver,
};
use crate::view::device::{StaticRow, listed};
use crate::view::history::{self, OutcomeRow};
use crate::view::labelled::LabelledValue;
use crate::view::nights::nights;
use crate::view::patterns::{self, PatternRow};
use crate::view::policy::{self, method};
use crate::view::report::ReportView;
use crate::view::rollup::rollups;
use crate::view::since::{Since, since};
use crate::view::summary::{
    Count, FleetSum, Notice, SideNote, ages, counts, headline, masthead, notice, side_notes,
};
use crate::view::work_list::{TaskList, task_lists};

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
    sum: Vec<String>,
    since: Option<Since>,
    line: Option<Line>,
    notice: Option<Notice>,
    counts: Vec<Count>,
    side_notes: Vec<SideNote>,
    ages: Bars,
    rollups: Vec<Bars>,
    patterns: Vec<PatternRow>,
    lists: Vec<TaskList>,
    has_tasks: bool,
    filters: Vec<Filter>,
    chips: Vec<Chip>,
    has_nights: bool,
    rows: Capped<StaticRow>,
    problems_lead: &'static str,
    problems: Capped<ProblemRow>,
    notes_word: String,
    notes: Capped<ProblemRow>,
    policy_notes: Vec<String>,
    waivers: Vec<WaiverRow>,
    outcomes: Vec<OutcomeRow>,
    apart: Capped<StaticRow>,
    unmatched: Capped<UnmatchedRow>,
    hosts: Vec<HostRow>,
    roots: Vec<RootRow>,
    method: Vec<LabelledValue>,
    foot: String,
}

impl Page {
    pub(super) fn new(view: &ReportView<'_>) -> io::Result<Self> {
        let results = view.results();
        let (style, script) = (csp::style(), csp::script());
        let lists = task_lists(view);
        let headline = format!("{}.", headline(results));
        let (problems, notes) = problems(view);
        Ok(Self {
            policy: csp::policy(&style, &script),
            fleet: embedded_json::compressed(&rows::fleet(view, &lists))?,
            details: embedded_json::json(&details::details(view)?)?,
            generator: format!("fleetback {}", escaped(&results.tool_version)),
            title: format!(
                "{} Backup report, {}",
                headline,
                format::date(results.scanned_at, view.zone())
            ),
            masthead: masthead(view),
            sum: FleetSum::new(results).parts(),
            since: since(view),
            line: chart::line(&nights(view)),
            notice: notice(results, problems.all),
            side_notes: side_notes(results),
            ages: chart::ages(&ages(results)),
            rollups: rollups(results).iter().map(chart::rollup).collect(),
            patterns: patterns::rows(view),
            has_tasks: lists.iter().any(|list| !list.tasks.is_empty()),
            filters: filters(results),
            chips: chips(results),
            has_nights: has_nights(results),
            rows: listed(view, |device| device.could_be_lost),
            problems_lead: PROBLEMS_LEAD,
            notes_word: format::plural(notes.all, "note", "notes"),
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
            counts: counts(results),
            lists,
            problems,
            notes,
        })
    }
}

/// What the template asks of its words.
impl Page {
    fn encoded(&self, text: &str) -> String {
        url::encoded(text)
    }
}

/// Does any device have a strip of nights?
fn has_nights(results: &Results) -> bool {
    results
        .devices
        .iter()
        .any(|device| device.history.is_some())
}

/// Writes the page.
///
/// # Errors
/// Only those of `out`.
pub fn write(view: &ReportView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    Page::new(view)?.write_into(out)
}
