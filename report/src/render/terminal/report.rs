//! The short report that a terminal shows when no output was asked for.
//!
//! Verdict, counts, what many devices have in common, the worst devices, what to do, what could not be
//! read. A device's name may hold escape sequences, so every text that is not ours goes through
//! [`format::escaped`], and widths are those of the drawn text, before any colour.

use std::io::{self, Write};

use fleetback_scanner::model::problem::{Level, Problem};
use unicode_width::UnicodeWidthStr;

use super::page::{Color, Paint, cut, padded, wrapped, wrapped_words};
use crate::format::{self, Label, escaped};
use crate::results::{Device, Pattern, Severity, Status};
use crate::view::attention;
use crate::view::groups::{self, Group};
use crate::view::report::ReportView;
use crate::view::summary::{FleetSum, headline};
use crate::view::{patterns, policy};

/// How to write the short report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the terminal.
    pub width: usize,
    /// Write ANSI colours?
    pub color: bool,
    /// The most devices to list.
    pub rows_max: usize,
}

/// The most devices named beside one fix.
const NAMES_MAX: usize = 12;
/// The most problems shown.
const PROBLEMS_MAX: usize = 5;
/// The most remarks on the policy.
const POLICY_NOTES_MAX: usize = 10;
/// The narrowest terminal that is laid out for.
const WIDTH_MIN: usize = 60;
/// Below this much room the reason stands on a line of its own.
const REASON_WIDTH_MIN: usize = 44;
/// The widest name in the table.
const NAME_WIDTH_MAX: usize = 24;

/// Writes the short report.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &ReportView<'_>, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(options.color);
    let width = options.width.max(WIDTH_MIN);
    write_verdict(view, paint, width, out)?;
    write_patterns(&view.results().patterns, paint, width, out)?;
    write_devices(view, options.rows_max, paint, width, out)?;
    write_groups(&groups::groups(view), paint, width, out)?;
    write_problems(view, paint, width, out)?;
    write_policy(view, paint, width, out)
}

fn write_verdict(
    view: &ReportView<'_>,
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let summary = &view.results().summary;
    let color = match (summary.at_risk, summary.devices) {
        (_, 0) => Color::Yellow,
        (0, _) => Color::Green,
        _ => Color::Red,
    };
    writeln!(out, "{}", paint.bold(color, &headline(view.results())))?;
    let sum = FleetSum::new(view.results());
    for line in wrapped(&sum.parts(), "; ", width) {
        writeln!(out, "{}", paint.dim(&line))?;
    }
    for line in wrapped(&exposed(view), ", ", width) {
        writeln!(out, "{}", paint.dim(&line))?;
    }
    Ok(())
}

/// "8 stale", "4 failed", …, without the zeros: the statuses without a good backup.
fn exposed(view: &ReportView<'_>) -> Vec<String> {
    let statuses = view.results().summary.status.iter();
    statuses
        .filter(|(status, count)| status.is_at_risk() && **count > 0)
        .map(|(status, count)| format!("{} {}", format::number(*count), status.label()))
        .collect()
}

fn write_patterns(
    patterns: &[Pattern],
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if patterns.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{}",
        paint.bold(Color::None, "One cause, many devices")
    )?;
    for pattern in patterns {
        let devices = format::plural(pattern.missed, "device", "devices");
        let fix = pattern.likely_fix.about().title;
        let heading = escaped(&patterns::pattern_heading(pattern));
        let sure = format!(" ({devices}, confidence {})", pattern.confidence);
        writeln!(out, "  {heading}: {fix}{}", paint.dim(&sure))?;
        for line in wrapped_words(&escaped(&pattern.reason), width - 4) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// One line of the table, in words that are safe to print.
struct Line<'a> {
    device: &'a Device,
    name: String,
    serial: String,
    last_good: String,
    reason: String,
    fix: String,
}

const HEADINGS: [&str; 5] = ["STATUS", "SEVERITY", "NAME", "SERIAL", "LAST GOOD"];

fn line<'a>(view: &ReportView<'a>, device: &'a Device) -> Line<'a> {
    let finding = attention::first_unwaived(device);
    Line {
        device,
        name: cut(
            &escaped(device.device_name.as_deref().unwrap_or("-")),
            NAME_WIDTH_MAX,
        ),
        serial: cut(
            &escaped(device.serial_number.as_deref().unwrap_or("-")),
            NAME_WIDTH_MAX,
        ),
        last_good: last_good(view, device),
        reason: finding.map_or(String::new(), |found| {
            escaped(view.results().cause(&found.cause))
        }),
        fix: finding.map_or(String::new(), |found| {
            found.likely_fix.about().title.to_owned()
        }),
    }
}

/// The date and the age; without a date, `never` only where that is known.
fn last_good(view: &ReportView<'_>, device: &Device) -> String {
    let good = device.last_good_backup.as_ref();
    let date = good.map(|good| format::date(good.date, view.zone()));
    match (date, device.age_days) {
        (Some(date), Some(age)) => format!("{date} ({age} d)"),
        (Some(date), None) => date.to_string(),
        _ if device.status == Status::Never => "never".to_owned(),
        _ if device.status == Status::Unknown => "unknown".to_owned(),
        _ => "none".to_owned(),
    }
}

fn write_devices(
    view: &ReportView<'_>,
    rows_max: usize,
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let worst = || {
        view.results()
            .devices
            .iter()
            .filter(|device| attention::urgency(device).is_some())
    };
    let lines: Vec<_> = worst().take(rows_max).map(|d| line(view, d)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let layout = Layout::of(&lines, width);
    writeln!(out)?;
    layout.write_heading(paint, out)?;
    for line in &lines {
        layout.write(line, paint, out)?;
    }
    match worst().count() - lines.len() {
        0 => Ok(()),
        more => {
            let more = format::plural(more as u64, "more device", "more devices");
            writeln!(
                out,
                "{}",
                paint.dim(&format!("and {more}: --csv and --html list them all"))
            )
        }
    }
}

/// The widths of the columns; no width for reason and fix puts them on lines of their own.
struct Layout {
    columns: [usize; 5],
    beside: Option<(usize, usize)>,
    width: usize,
}

impl Layout {
    fn of(lines: &[Line<'_>], width: usize) -> Self {
        let mut columns = HEADINGS.map(UnicodeWidthStr::width);
        for line in lines {
            for (column, text) in columns.iter_mut().zip(line.cells()) {
                *column = (*column).max(text.width());
            }
        }
        let taken: usize = columns.iter().map(|column| column + 2).sum();
        let room = width.saturating_sub(taken + 2);
        let fix = lines.iter().map(|line| line.fix.width()).max().unwrap_or(0);
        let fix = fix.clamp("LIKELY FIX".len(), (room / 2).max(10));
        let beside = (room >= REASON_WIDTH_MIN).then(|| (room - fix, fix));
        Self {
            columns,
            beside,
            width,
        }
    }

    fn write_heading(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let mut heading = self.row(HEADINGS);
        if let Some((reason, fix)) = self.beside {
            heading += &format!(
                "{}  {}",
                padded("REASON", reason),
                padded("LIKELY FIX", fix)
            );
        }
        writeln!(out, "{}", paint.dim(heading.trim_end()))
    }

    fn write(&self, line: &Line<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let [status, severity, rest @ ..] = line.cells();
        let color = color_of(line.device);
        let [status_width, severity_width, ..] = self.columns;
        let mut tail = String::new();
        for (text, width) in rest.iter().zip(&self.columns[2..]) {
            tail += &format!("{}  ", padded(text, *width));
        }
        if let Some((reason, fix)) = self.beside {
            tail += &format!(
                "{}  {}",
                padded(&cut(&line.reason, reason), reason),
                cut(&line.fix, fix)
            );
        }
        let status = paint.bold(color, &padded(status, status_width));
        let severity = paint.plain(color, &padded(severity, severity_width));
        writeln!(out, "{status}  {severity}  {}", tail.trim_end())?;
        match self.beside {
            Some(_) => Ok(()),
            None => self.write_below(line, paint, out),
        }
    }

    fn write_below(&self, line: &Line<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.columns[0] + 2;
        for text in wrapped_words(&line.reason, self.width - indent) {
            writeln!(out, "{:indent$}{text}", "")?;
        }
        for (index, text) in wrapped_words(&line.fix, self.width - indent - 5)
            .iter()
            .enumerate()
        {
            let label = if index == 0 { "fix: " } else { "     " };
            writeln!(out, "{:indent$}{}{text}", "", paint.dim(label))?;
        }
        Ok(())
    }

    fn row(&self, cells: [&str; 5]) -> String {
        let cells = cells.iter().zip(self.columns);
        cells
            .map(|(text, width)| padded(text, width) + "  ")
            .collect()
    }
}

impl Line<'_> {
    fn cells(&self) -> [&str; 5] {
        let severity = self.device.severity.map_or("-", Label::id);
        [
            self.device.status.id(),
            severity,
            &self.name,
            &self.serial,
            &self.last_good,
        ]
    }
}

fn write_groups(
    groups: &[Group],
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold(Color::None, "What to do"))?;
    for group in groups {
        let at_risk = match group.at_risk {
            0 => String::new(),
            n if n == group.count => ", could be lost".to_owned(),
            n => format!(", {} could be lost", format::number(n)),
        };
        let by = match group.who.as_str() {
            "" => String::new(),
            who => format!(", by {who}"),
        };
        let count = format!(" ({} {}{at_risk}{by})", group.devices, group.devices_word);
        writeln!(out, "  {}{}", group.title, paint.dim(&count))?;
        for line in wrapped(&names(group), " ", width - 4) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// What the first devices are called, and how many more there are.
fn names(group: &Group) -> Vec<String> {
    let first = group.names.iter().take(NAMES_MAX);
    let more = group.names.len().saturating_sub(NAMES_MAX);
    let more = (more > 0).then(|| format!("and {} more", format::number(more as u64)));
    first.map(|name| cut(name, 48)).chain(more).collect()
}

fn write_problems(
    view: &ReportView<'_>,
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let problems = view.problems();
    let unmatched = view.results().unmatched.len() as u64;
    if problems.is_empty() && unmatched == 0 {
        return Ok(());
    }
    writeln!(out)?;
    for (line, color) in problem_counts(&problems, unmatched) {
        for line in wrapped_words(&line, width) {
            writeln!(out, "{}", paint.bold(color, &line))?;
        }
    }
    for problem in problems.iter().take(PROBLEMS_MAX) {
        write_problem(problem, paint, width, out)?;
    }
    match problems.len().saturating_sub(PROBLEMS_MAX) {
        0 => Ok(()),
        more => {
            let more = format::plural(more as u64, "more problem", "more problems");
            writeln!(
                out,
                "{}",
                paint.dim(&format!("and {more}: --html and --json list them all"))
            )
        }
    }
}

fn problem_counts(problems: &[&Problem], unmatched: u64) -> Vec<(String, Color)> {
    let incomplete = problems
        .iter()
        .filter(|p| p.level == Level::Incomplete)
        .count() as u64;
    let notes = problems.len() as u64 - incomplete;
    let lost = format::plural(incomplete, "problem makes", "problems make");
    let documents = format::plural(unmatched, "document", "documents");
    [
        (
            incomplete,
            format!("{lost} this report incomplete"),
            Color::Red,
        ),
        (notes, format::plural(notes, "note", "notes"), Color::None),
        (
            unmatched,
            format!("{documents} could not be matched to a device"),
            Color::None,
        ),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(_, line, color)| (line, color))
    .collect()
}

/// The path whole, on a line of its own, so that it can be copied.
fn write_problem(
    problem: &Problem,
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "  {}", escaped(&problem.path.to_string_lossy()))?;
    let story = format!(
        "expected {}, found {}",
        escaped(&problem.wanted),
        escaped(&problem.found)
    );
    for line in wrapped_words(&story, width - 4) {
        writeln!(out, "    {line}")?;
    }
    let remedy = problem.remedy.as_deref().map(escaped).unwrap_or_default();
    for line in wrapped_words(&remedy, width - 4) {
        writeln!(out, "    {}", paint.dim(&line))?;
    }
    Ok(())
}

/// What in the policy asks for a look.
fn write_policy(
    view: &ReportView<'_>,
    paint: Paint,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let notes = policy::policy_notes(view.results());
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.bold(Color::None, "In the policy"))?;
    for note in notes.iter().take(POLICY_NOTES_MAX) {
        for (index, line) in wrapped_words(note, width - 4).iter().enumerate() {
            let indent = if index == 0 { "  " } else { "    " };
            writeln!(out, "{indent}{line}")?;
        }
    }
    match notes.len().saturating_sub(POLICY_NOTES_MAX) {
        0 => Ok(()),
        more => {
            let more = format!(
                "and {} more: --html lists them all",
                format::number(more as u64)
            );
            writeln!(out, "  {}", paint.dim(&more))
        }
    }
}

fn color_of(device: &Device) -> Color {
    match device.severity {
        Some(Severity::Critical | Severity::Error) => Color::Red,
        Some(Severity::Warning) => Color::Yellow,
        _ => Color::None,
    }
}
