//! The short report that a terminal shows when no output was asked for.
//!
//! Verdict, counts, what many devices have in common, the worst devices, what could not be read; what to
//! do stands last, where the reader looks. A device's name may hold escape sequences, so every text that
//! is not ours goes through [`format::escaped`], and widths are those of the drawn text, before any
//! colour.

use std::io::{self, Write};

use fleetback_scanner::model::problem::{Level, Problem};

use super::device_table::write_devices;
use super::page::{Color, Page, PageOptions, cut_front};
use super::to_do::write_to_do;
use crate::format::{self, escaped};
use crate::view::device::handle;
use crate::view::history::RiskChange;
use crate::view::report::ReportView;
use crate::view::summary::{FleetSum, headline, silent_exports};
use crate::view::{patterns, policy};

pub use super::page::TextOptions;

/// The most problems shown.
const PROBLEMS_MAX: usize = 5;

/// The most devices named beside a change.
const NAMED_MAX: usize = 12;

/// Writes the short report.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &ReportView<'_>, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::new(&PageOptions {
        width: options.width,
        color: options.color,
        zone: view.zone(),
        details: false,
    });
    write_verdict(view, &page, out)?;
    write_patterns(view, &page, out)?;
    write_devices(view, (options.rows_max, options.width), &page, out)?;
    write_problems(view, &page, out)?;
    write_notes(view, &page, out)?;
    write_to_do(view, &page, out)
}

fn write_verdict(view: &ReportView<'_>, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = &view.results().summary;
    let color = match (summary.at_risk, summary.devices) {
        (_, 0) => Color::Yellow,
        (0, _) => Color::Green,
        _ => Color::Red,
    };
    if let Some(silent) = silent_exports(view.results()) {
        page.bold(Color::Yellow, &silent, out)?;
    }
    page.bold(color, &headline(view.results()), out)?;
    let sum = FleetSum::new(view.results());
    page.dim(0, &sum.parts().join("; "), out)?;
    page.dim(0, &exposed(view).join(", "), out)?;
    write_risk_change(view, page, out)
}

/// "16 (14 last night): 3 new, 1 recovered", and which they are.
fn write_risk_change(
    view: &ReportView<'_>,
    page: &Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(risk) = RiskChange::new(view.results()) else {
        return Ok(());
    };
    page.bold(Color::None, &risk.line(view), out)?;
    for (word, devices) in [("new", &risk.new), ("recovered", &risk.recovered)] {
        let names: Vec<String> = devices.iter().map(|device| handle(device)).collect();
        if !names.is_empty() {
            let names = format::list(&names, NAMED_MAX);
            page.lines(4, &format!("{word}: {names}"), out)?;
        }
    }
    Ok(())
}

/// "8 stale", "4 failed", …, without the zeros: the statuses without a good backup.
fn exposed(view: &ReportView<'_>) -> Vec<String> {
    view.results()
        .summary
        .status
        .iter()
        .filter(|(status, count)| status.is_at_risk() && **count > 0)
        .map(|(status, count)| format!("{} {}", format::number(*count), status.label()))
        .collect()
}

fn write_patterns(view: &ReportView<'_>, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let patterns = &view.results().patterns;
    if patterns.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    page.bold(Color::None, "One cause, many devices", out)?;
    for pattern in patterns {
        let devices = format::plural(pattern.missed, "device", "devices");
        let heading = patterns::pattern_heading(pattern);
        let fix = pattern.likely_fix.about().title;
        let confidence = pattern.confidence;
        let text = format!("{heading}: {fix} ({devices}, confidence {confidence})");
        page.lines(2, &text, out)?;
        page.lines(4, &view.read(&pattern.reason), out)?;
    }
    Ok(())
}

/// What makes the report incomplete, one by one.
fn write_problems(view: &ReportView<'_>, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let problems = view
        .problems()
        .into_iter()
        .filter(|problem| problem.level == Level::Incomplete);
    let problems: Vec<&Problem> = problems.collect();
    if problems.is_empty() {
        return Ok(());
    }
    let count = problems.len() as u64;
    let lost = format::plural(count, "problem makes", "problems make");
    writeln!(out)?;
    page.bold(Color::Red, &format!("{lost} this report incomplete"), out)?;
    for problem in problems.iter().take(PROBLEMS_MAX) {
        write_problem(problem, page, out)?;
    }
    match count.saturating_sub(PROBLEMS_MAX as u64) {
        0 => Ok(()),
        more => {
            let more = format::plural(more, "more problem", "more problems");
            page.dim(
                0,
                &format!("and {more}: --html and --json list them all"),
                out,
            )
        }
    }
}

/// The end of the path, which tells it from others, and below it what was wrong and what to do.
fn write_problem(problem: &Problem, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let path = escaped(&problem.path.to_string_lossy());
    writeln!(out, "  {}", cut_front(&path, page.width - 2))?;
    page.lines(4, &problem.sentence(), out)
}

/// Everything that is merely worth knowing, in one line.
fn write_notes(view: &ReportView<'_>, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let notes = view
        .problems()
        .into_iter()
        .filter(|problem| problem.level == Level::Note);
    let counts = [
        (notes.count() as u64, "note", "notes"),
        (
            policy::policy_notes(view.results()).len() as u64,
            "entry of the policy needs review",
            "entries of the policy need review",
        ),
        (
            view.results().unmatched.len() as u64,
            "document could not be matched to a device",
            "documents could not be matched to a device",
        ),
    ];
    let parts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, one, many)| format::plural(count, one, many))
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let text = format!("{}: --html lists them", parts.join("; "));
    writeln!(out)?;
    page.dim(0, &text, out)
}
