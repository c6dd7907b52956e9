//! The worst devices as a table for a terminal.
//!
//! Where the terminal is wide enough, reason and fix are columns; else they stand below their device, and
//! on a narrow one each cell has a line of its own.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::page::{Color, Page, Paint, WIDTH_MIN, cut, cut_words, padded, wrapped_words};
use crate::format::{self, Label, escaped};
use crate::results::{Device, Finding, Severity, Status};
use crate::view::attention;
use crate::view::device;
use crate::view::report::ReportView;

/// Below this much room the reason stands on a line of its own.
const REASON_WIDTH_MIN: usize = 44;
/// The widest name in the table.
const NAME_WIDTH_MAX: usize = 24;
/// The narrowest column of names.
const NAME_WIDTH_MIN: usize = 10;

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
/// The place of the name among them: the column that gives way.
const NAME: usize = 2;

fn line<'a>(view: &ReportView<'a>, device: &'a Device) -> Line<'a> {
    let finding = attention::deciding_finding(device);
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
        fix: (finding.and_then(Finding::fix)).map_or(String::new(), |fix| fix.title.to_owned()),
    }
}

/// The date and the age; without a date, `never` only where that is known.
fn last_good(view: &ReportView<'_>, device: &Device) -> String {
    let good = device.last_good_backup.as_ref();
    let date = good.map(|good| format::date(good.date, view.zone()));
    match (date, device::short_age(view, device)) {
        (Some(date), Some(age)) => format!("{date} ({age})"),
        (Some(date), None) => date.to_string(),
        _ if device.status == Status::Never => "never".to_owned(),
        _ if device.status == Status::Unknown => "unknown".to_owned(),
        _ => "none".to_owned(),
    }
}

/// Writes the worst devices, as wide as the terminal: a table may be wider than running text.
pub(super) fn write_devices(
    view: &ReportView<'_>,
    (rows_max, width): (usize, usize),
    page: &Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let worst = || {
        view.results()
            .devices
            .iter()
            .filter(|device| attention::urgency(device).is_some())
    };
    let paint = page.paint;
    let lines: Vec<_> = worst().take(rows_max).map(|d| line(view, d)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let layout = Layout::of(&lines, width.max(WIDTH_MIN));
    writeln!(out)?;
    layout.write_heading(paint, out)?;
    for line in &lines {
        layout.write(line, paint, out)?;
    }
    match worst().count() - lines.len() {
        0 => Ok(()),
        more => {
            let more = format::plural(more as u64, "more device", "more devices");
            page.dim(
                0,
                &format!("and {more}: --csv and --html list them all"),
                out,
            )
        }
    }
}

/// The widths of the columns.
struct Layout {
    columns: [usize; 5],
    /// Widths of reason and fix; `None` puts them on lines of their own.
    beside: Option<(usize, usize)>,
    /// Is the terminal too narrow for columns?
    stacked: bool,
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
        let taken = |columns: &[usize; 5]| columns.iter().map(|column| column + 2).sum::<usize>();
        let over = taken(&columns).saturating_sub(width + 2);
        columns[NAME] = columns[NAME]
            .saturating_sub(over)
            .max(columns[NAME].min(NAME_WIDTH_MIN));
        let room = width.saturating_sub(taken(&columns) + 2);
        let fix = lines.iter().map(|line| line.fix.width()).max().unwrap_or(0);
        let fix = fix.clamp("LIKELY FIX".len(), (room / 2).max(10));
        Self {
            columns,
            beside: (room >= REASON_WIDTH_MIN).then(|| (room - fix, fix)),
            stacked: taken(&columns) > width + 2,
            width,
        }
    }

    fn write_heading(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        if self.stacked {
            return Ok(());
        }
        let [status, severity] = [HEADINGS[0], HEADINGS[1]];
        let tail = self.tail(&HEADINGS[2..], "REASON", "LIKELY FIX");
        let heading = format!(
            "{}  {}  {tail}",
            padded(status, self.columns[0]),
            padded(severity, self.columns[1])
        );
        writeln!(out, "{}", paint.dim(heading.trim_end()))
    }

    fn write(&self, line: &Line<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let [status, severity, rest @ ..] = line.cells();
        let color = color_of(line.device);
        let status = paint.bold(color, &padded(status, self.columns[0]));
        let severity = paint.plain(color, &padded(severity, self.columns[1]));
        if self.stacked {
            writeln!(out, "{status}  {}", severity.trim_end())?;
            let [name, numbers @ ..] = rest;
            self.write_indented(name, out)?;
            self.write_indented(&numbers.join(", "), out)?;
        } else {
            let tail = self.tail(&rest, &line.reason, &line.fix);
            writeln!(out, "{status}  {severity}  {}", tail.trim_end())?;
        }
        match self.beside {
            Some(_) => Ok(()),
            None => self.write_below(line, paint, out),
        }
    }

    /// The cells after the severity, each as wide as its column.
    fn tail(&self, cells: &[&str], reason: &str, fix: &str) -> String {
        let cells = cells.iter().zip(&self.columns[2..]);
        let cells = cells.map(|(text, width)| padded(&cut(text, *width), *width) + "  ");
        let mut tail: String = cells.collect();
        if let Some((reason_width, fix_width)) = self.beside {
            let reason = padded(&cut_words(reason, reason_width), reason_width);
            tail += &format!("{reason}  {}", cut_words(fix, fix_width));
        }
        tail
    }

    fn indent(&self) -> usize {
        if self.stacked { 2 } else { self.columns[0] + 2 }
    }

    fn write_indented(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.indent();
        for line in wrapped_words(text, self.width - indent) {
            writeln!(out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn write_below(&self, line: &Line<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        self.write_indented(&line.reason, out)?;
        let indent = self.indent();
        let fix = wrapped_words(&line.fix, self.width - indent - 5);
        for (index, text) in fix.iter().enumerate() {
            let label = if index == 0 { "fix: " } else { "     " };
            writeln!(out, "{:indent$}{}{text}", "", paint.dim(label))?;
        }
        Ok(())
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

fn color_of(device: &Device) -> Color {
    match device.severity {
        Some(Severity::Critical | Severity::Error) => Color::Red,
        Some(Severity::Warning) => Color::Yellow,
        _ => Color::None,
    }
}
