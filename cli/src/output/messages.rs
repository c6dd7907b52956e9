//! Messages on standard error: errors, problems, the last line of a run.
//!
//! Results never go here. Text out of a backup or an export is shown with its control and
//! bidirectional characters escaped: a device's name must not be able to paint the terminal.

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

use fleetback_report::format::{self, escaped, plural};
use fleetback_report::render::terminal::page::wrapped_words;
use fleetback_report::results::Results;

use fleetback_report::view::{history, policy};
use fleetback_scanner::model::fleet::ExportSummary;
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::tz::TimeZone;

/// Problems named one by one before the rest is counted, without `--verbose`.
const PROBLEMS_NAMED_MAX: usize = 10;

/// Roots named where none of them held anything.
const ROOTS_NAMED_MAX: usize = 5;

/// The narrowest terminal that is laid out for.
const WIDTH_MIN: usize = 20;

/// Notes named of what was found in place of evidence.
const NOTES_NAMED_MAX: usize = 3;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verbosity {
    /// Errors only.
    pub(crate) quiet: bool,
    /// Every problem, and the notes too.
    pub(crate) verbose: bool,
}

/// An error; logged at every verbosity.
pub(crate) fn error(what: &dyn Display) {
    line(&format!("fleetback: error: {}", escaped(&what.to_string())));
}

impl Verbosity {
    /// A message for every run that is not quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            line(&format!("fleetback: {}", escaped(text)));
        }
    }

    /// A message for verbose runs only.
    pub(crate) fn detail(self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// What became of each export, in one line.
    pub(crate) fn exports(self, exports: &[ExportSummary], zone: &TimeZone) {
        for export in exports {
            self.note(&export_line(export, zone));
        }
    }

    /// What could not be used.
    pub(crate) fn problems(self, problems: &[Problem]) {
        let weighs = |p: &&Problem| self.verbose || p.level == Level::Incomplete;
        let shown_problems: Vec<_> = problems.iter().filter(weighs).collect();
        let named_max = if self.verbose {
            shown_problems.len()
        } else {
            PROBLEMS_NAMED_MAX
        };
        for problem in shown_problems.iter().take(named_max) {
            self.note(&sentence(problem));
        }
        if let Some(rest) = shown_problems
            .len()
            .checked_sub(named_max)
            .filter(|rest| *rest > 0)
        {
            self.note(&format!(
                "{rest} more could not be read; --verbose names them"
            ));
        }
    }

    /// Entries of the policy that need review.
    pub(crate) fn policy(self, results: &Results) {
        let notes = policy::policy_notes(results);
        let named_max = if self.verbose {
            notes.len()
        } else {
            PROBLEMS_NAMED_MAX
        };
        for note in notes.iter().take(named_max) {
            self.note(&format!("policy: {note}"));
        }
        if let Some(rest) = notes.len().checked_sub(named_max).filter(|rest| *rest > 0) {
            self.note(&format!(
                "policy: {rest} more need review; --verbose names them"
            ));
        }
    }

    /// The files that were written: the last line.
    pub(crate) fn written(self, files: &[PathBuf]) {
        let files: Vec<_> = files
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        if !files.is_empty() {
            self.note(&format!("wrote {}", files.join(", ")));
        }
    }

    /// The whole run in one sentence.
    pub(crate) fn summary(self, results: &Results, zone: &TimeZone) {
        self.note(&summary(results, zone));
    }
}

/// Kinds of documents named in the line of an export.
const KINDS_NAMED_MAX: usize = 3;

/// "intune.csv: Intune device record; 2 devices; newest evidence 2026-11-28 14:22 UTC; 7 columns not read;
/// left out: 2 of an Android device".
fn export_line(export: &ExportSummary, zone: &TimeZone) -> String {
    let kinds: Vec<String> = export.recognised.keys().cloned().collect();
    let recognised = if kinds.is_empty() {
        "nothing was recognised; fleetback explain --mdm says more".to_owned()
    } else {
        format::list(&kinds, KINDS_NAMED_MAX)
    };
    let mut parts = vec![recognised, plural(export.devices, "device", "devices")];
    if let Some(newest) = export.newest {
        let (newest, zone) = (format::date_time(newest, zone), format::zone(zone, newest));
        parts.push(format!("newest evidence {newest} {zone}"));
    }
    if export.columns_not_read > 0 {
        let count = plural(export.columns_not_read, "column", "columns");
        parts.push(format!("{count} not read"));
    }
    if export.unsure > 0 {
        let count = plural(export.unsure, "row", "rows");
        parts.push(format!(
            "{count} of which nothing says what kind of device it is"
        ));
    }
    let left_out: Vec<String> = export
        .left_out
        .iter()
        .map(|(family, count)| format!("{} of {family}", format::number(*count)))
        .collect();
    if !left_out.is_empty() {
        parts.push(format!("left out: {}", left_out.join(", ")));
    }
    format!("{}: {}", export.path.display(), parts.join("; "))
}

/// "; since 2026-11-19: 3 new, 1 fixed"; nothing without an earlier run.
fn since(results: &Results, zone: &TimeZone) -> String {
    let past = results.history.as_ref();
    let compared = past.and_then(|past| Some((past, past.compared_with.as_ref()?)));
    compared.map_or_else(String::new, |(past, run)| {
        let day = format::date(run.scanned_at, zone);
        format!("; since {day}: {}", history::changes(past))
    })
}

/// The run in one sentence.
fn summary(results: &Results, zone: &TimeZone) -> String {
    if results.found_nothing() && !results.is_incomplete() {
        let roots: Vec<_> = results
            .roots
            .iter()
            .map(|root| root.path.display().to_string())
            .collect();
        let below = if roots.is_empty() { "" } else { " below " };
        return format!(
            "nothing found to scan: no backup and no MDM document with a device{below}{}{}",
            format::list(&roots, ROOTS_NAMED_MAX),
            found_instead(results),
        );
    }
    let all = &results.summary;
    let unread = match all.problems.get("incomplete").copied().unwrap_or(0) {
        0 => "everything could be read".to_owned(),
        n => format!("{} could not be read", plural(n, "thing", "things")),
    };
    let apart = match all.listed_apart - all.left_mdm {
        0 => String::new(),
        n => format!("; {} more known from old backups only", format::number(n)),
    };
    let left = match all.left_mdm {
        0 => String::new(),
        n => format!("; {} left the MDM", plural(n, "device has", "devices have")),
    };
    let since = since(results, zone);
    format!(
        "{}, {} could be lost tonight{apart}{left}; {}; {unread}{since}",
        plural(all.devices_counted(), "device", "devices"),
        format::number(all.at_risk),
        plural(all.backups, "local backup", "local backups"),
    )
}

/// "; found instead: a.mobileconfig: the configuration profile …"
fn found_instead(results: &Results) -> String {
    let notes = results
        .problems
        .iter()
        .filter(|one| one.level == Level::Note);
    let notes = notes.map(|note| {
        let name = note.path.file_name().unwrap_or(note.path.as_os_str());
        format::escaped(&format!("{}: {}", name.to_string_lossy(), note.found))
    });
    let notes: Vec<String> = notes.collect();
    if notes.is_empty() {
        return String::new();
    }
    format!("; found instead: {}", format::list(&notes, NOTES_NAMED_MAX))
}

/// "mdm/a.plist: Could not read an MDM answer: found an HTML page. Export it again."
pub(crate) fn sentence(problem: &Problem) -> String {
    format!("{}: {}", problem.path.display(), problem.sentence())
}

/// Standard error may be closed: then there is nowhere to report it.
fn line(text: &str) {
    let mut stderr = std::io::stderr().lock();
    for line in lines(text, terminal_width()) {
        let _ = writeln!(stderr, "{line}");
    }
}

/// A line as it is in a file or a log, and wrapped between words on a terminal.
fn lines(text: &str, width: Option<usize>) -> Vec<String> {
    const HANG: usize = 2;
    match width {
        None => vec![text.to_owned()],
        Some(width) => {
            let lines = wrapped_words(text, width.max(WIDTH_MIN) - HANG);
            let hanging = |(index, line)| match index {
                0 => line,
                _ => format!("{:HANG$}{line}", ""),
            };
            lines.into_iter().enumerate().map(hanging).collect()
        }
    }
}

/// Columns of standard error; `None` when it is no terminal.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_wraps_on_a_terminal_and_nowhere_else() {
        let text = "fleetback: 45 devices, 16 could be lost tonight; everything could be read";
        assert_eq!(lines(text, None), [text]);
        let wrapped = [
            "fleetback: 45 devices, 16 could be",
            "  lost tonight; everything could be read",
        ];
        assert_eq!(lines(text, Some(40)), wrapped);
        assert_eq!(lines("short", Some(80)), ["short"]);
    }
}
