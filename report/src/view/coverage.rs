//! What was read and what could not be: problems, waivers, computers, roots, documents of no device.

use std::cmp::Reverse;

use fleetback_scanner::model::problem::{Level, Problem};

use super::capped::Capped;
use super::policy;
use super::report::ReportView;
use crate::format::{self, escaped};
use crate::results::{Host, Results, Unmatched, WaiverUse};

pub(crate) struct ProblemRow {
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) remedy: String,
}

pub(crate) struct WaiverRow {
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) device: String,
    pub(crate) code: String,
    pub(crate) reason: String,
    pub(crate) until: String,
}

pub(crate) struct UnmatchedRow {
    pub(crate) source: String,
    pub(crate) reason: String,
}

pub(crate) struct HostRow {
    pub(crate) name: String,
    pub(crate) backups: String,
    pub(crate) space: String,
}

pub(crate) struct RootRow {
    pub(crate) path: String,
    pub(crate) backups: String,
}

impl<'a> ReportView<'a> {
    /// Problems, those that leave the report incomplete first.
    pub fn problems(&self) -> Vec<&'a Problem> {
        let mut problems: Vec<_> = self.results().problems.iter().collect();
        problems.sort_by_key(|problem| Reverse(problem.level));
        problems
    }
}

pub(crate) const PROBLEMS_LEAD: &str =
    "Each of these is a file or folder that is missing or not as expected.";

/// Those that leave the report incomplete, and the notes.
pub(crate) fn problems(view: &ReportView<'_>) -> (Capped<ProblemRow>, Capped<ProblemRow>) {
    let all = view.problems();
    let of = |level: Level| {
        let problems = all.iter().filter(|problem| problem.level == level);
        Capped::new(problems, |problem| row(problem), "JSON")
    };
    (of(Level::Incomplete), of(Level::Note))
}

fn row(problem: &Problem) -> ProblemRow {
    ProblemRow {
        path: escaped(&problem.path.to_string_lossy()),
        what: format::sentence(&escaped(&problem.reason())),
        remedy: problem.remedy.as_deref().map_or("nothing".into(), escaped),
    }
}

pub(crate) fn waiver(waiver: &WaiverUse) -> WaiverRow {
    let calm = waiver.state == "used" && !waiver.expiring;
    let soon = if waiver.expiring { ", ends soon" } else { "" };
    WaiverRow {
        state: format!("{}{soon}", format::capital(&escaped(&waiver.state))),
        tone: if calm { "" } else { "warn" },
        device: policy::waived_devices(waiver),
        code: waiver.code.map_or("all".into(), |code| code.to_string()),
        reason: escaped(&waiver.reason),
        until: waiver
            .until
            .as_deref()
            .map_or("without end".into(), escaped),
    }
}

pub(crate) fn unmatched(results: &Results) -> Capped<UnmatchedRow> {
    let row = |item: &Unmatched| UnmatchedRow {
        source: escaped(&item.source),
        reason: escaped(&item.reason),
    };
    Capped::new(results.unmatched.iter(), row, "JSON")
}

pub(crate) fn host(host: &Host) -> HostRow {
    let space = match (host.disk_free, host.disk_total) {
        (Some(free), Some(total)) => format!("{} of {}", format::size(free), format::size(total)),
        (Some(free), None) => format::size(free),
        (None, _) => "could not be read".into(),
    };
    HostRow {
        name: escaped(&host.name),
        backups: format::number(host.backups),
        space,
    }
}

pub(crate) fn roots(results: &Results) -> Vec<RootRow> {
    results
        .roots
        .iter()
        .map(|root| RootRow {
            path: escaped(&root.path.to_string_lossy()),
            backups: format::number(root.backups),
        })
        .collect()
}
