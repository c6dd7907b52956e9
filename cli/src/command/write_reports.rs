//! Writes the reports of a run: renders each, then puts each in its place.
//!
//! One report that cannot be written does not cost the others. Nothing is put in place before
//! everything is rendered, so that an interrupt leaves every older report whole.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use fleetback_report::render::terminal::report;
use fleetback_report::render::{csv, html, json, xlsx};
use fleetback_report::results::Results;
use fleetback_report::view::report::ReportView;

use crate::options::{Format, Reports};
use crate::output::files::{self, Staged, Target, Unwritten, Written};
use crate::output::messages;
use crate::output::terminal::{self, Terminal};

/// Rows of the short table; the reports hold them all.
const TABLE_ROWS_MAX: usize = 20;

/// Writes them all. `None` when the run was interrupted before anything was put in place.
pub(crate) fn write(
    results: &Results,
    reports: &Reports,
    terminal: Terminal,
    interrupted: &AtomicBool,
) -> Option<Written> {
    let sheet = ReportView::new(results, &reports.time_zone);
    let page = Page {
        results,
        sheet: &sheet,
        reports,
        terminal,
    };
    let render = |format, out: &mut dyn Write| page.render(format, out);
    write_each(&reports.targets, &render, interrupted)
}

/// Can every target be written? Each that cannot is named, before anything is read.
pub(crate) fn can_write<'a>(targets: impl IntoIterator<Item = &'a Target>) -> bool {
    let mut all = true;
    for target in targets {
        if let Err(unwritten) = files::check(target) {
            messages::error(&unwritten);
            all = false;
        }
    }
    all
}

/// What renders a kind of report.
pub(crate) type Renderer<'a> = dyn Fn(Format, &mut dyn Write) -> io::Result<()> + 'a;

/// Renders everything, then puts the files in their places, then writes to standard output.
pub(crate) fn write_each(
    targets: &[(Format, Target)],
    render: &Renderer<'_>,
    interrupted: &AtomicBool,
) -> Option<Written> {
    let stage =
        |(format, target): &(Format, Target)| files::stage(target, &|out| render(*format, out));
    let (streams, files): (Vec<_>, Vec<_>) = targets
        .iter()
        .partition(|(_, target)| *target == Target::Stdout);
    let staged: Vec<_> = files.into_iter().map(stage).collect();
    if interrupted.load(Ordering::Relaxed) {
        return None;
    }
    let mut written = Written::default();
    for file in staged {
        written.add(put_in_place(file));
    }
    for stream in streams {
        written.add(put_in_place(stage(stream)));
    }
    Some(written)
}

/// The target, if the report is in its place now.
fn put_in_place(staged: Result<Staged, Unwritten>) -> Option<Target> {
    let done = staged.and_then(Staged::commit);
    done.inspect_err(|unwritten| messages::error(unwritten))
        .ok()
}

/// Everything that a renderer may ask for.
struct Page<'a> {
    results: &'a Results,
    sheet: &'a ReportView<'a>,
    reports: &'a Reports,
    terminal: Terminal,
}

impl Page<'_> {
    fn render(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Csv => csv::write(self.sheet, &self.reports.csv, out),
            Format::Html => html::write(self.sheet, out),
            Format::Json => json::write_results(self.results, out),
            Format::Text => report::write(self.sheet, &self.text_options(), out),
            Format::Xlsx => xlsx::write_report(self.sheet, out),
        }
    }

    fn text_options(&self) -> report::TextOptions {
        report::TextOptions {
            width: terminal::width(),
            color: self.terminal.colored(),
            rows_max: TABLE_ROWS_MAX,
        }
    }
}
