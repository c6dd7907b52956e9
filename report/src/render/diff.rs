//! What changed between two reports, for a terminal and as JSON.
//!
//! The first line is the answer; devices follow in the order of how much they matter. Text that is
//! not ours goes through `shown` of the words.

use std::io::{self, Write};

use super::terminal::{Color, Page, PageOptions};
use crate::format::{self, Word, number};
use crate::history::diff::{DeviceDiff, Diff, DiffKind, Side, Stand};
use crate::results::Code;
use crate::view::ticket;

/// A heading for each change, and its colour.
const HEADINGS: [(DiffKind, &str, &str, Color); 7] = [
    (DiffKind::New, "new", "Fail and did not", Color::Red),
    (DiffKind::Worse, "worse", "Fail worse", Color::Red),
    (
        DiffKind::Gone,
        "gone",
        "Gone: not in the new report",
        Color::Yellow,
    ),
    (DiffKind::Better, "better", "Fail less", Color::Yellow),
    (DiffKind::Fixed, "fixed", "Fail no more", Color::Green),
    (
        DiffKind::Appeared,
        "appeared",
        "Not in the old report, and sound",
        Color::None,
    ),
    (
        DiffKind::Same,
        "the same",
        "As bad or as good as before, and not quite the same",
        Color::None,
    ),
];

/// "2 new, 1 fixed, 40 the same".
pub fn sums(diff: &Diff) -> String {
    let told = HEADINGS
        .iter()
        .map(|(kind, word, ..)| (diff.count(*kind), word));
    let told: Vec<String> = told
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(count)))
        .collect();
    if told.is_empty() {
        "no device in either report".to_owned()
    } else {
        told.join(", ")
    }
}

/// Writes it for a terminal.
///
/// # Errors
/// Those of `out`.
pub fn write_text(diff: &Diff, options: &PageOptions<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = Told {
        diff,
        page: Page::new(options),
    };
    told.head(out)?;
    for (kind, _, heading, color) in HEADINGS {
        told.group(kind, heading, color, out)?;
    }
    Ok(())
}

/// The JSON Schema of what is written for programs.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Diff).to_value()
}

struct Told<'a> {
    diff: &'a Diff,
    page: Page<'a>,
}

impl Told<'_> {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let (diff, page) = (self.diff, &self.page);
        let color = if diff.is_worse() {
            Color::Red
        } else {
            Color::Green
        };
        page.bold(color, &sums(diff), out)?;
        page.lines(2, &format!("from {}", self.side(&diff.old)), out)?;
        page.lines(2, &format!("to   {}", self.side(&diff.new)), out)?;
        for note in &diff.notes {
            page.lines(2, &format!("! {note}"), out)?;
        }
        Ok(())
    }

    /// "2026-11-18 04:00, 45 devices, read on backup-mac-1".
    fn side(&self, side: &Side) -> String {
        format!(
            "{}, {}, read on {}",
            format::date_time(side.scanned_at, self.page.zone),
            format::plural(side.devices, "device", "devices"),
            side.scan_host,
        )
    }

    fn group(
        &self,
        kind: DiffKind,
        heading: &str,
        color: Color,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut devices = self.diff.devices.iter().filter(|one| one.change == kind);
        let Some(first) = devices.next() else {
            return Ok(());
        };
        writeln!(out)?;
        self.page.bold(color, heading, out)?;
        self.device(first, out)?;
        devices.try_for_each(|device| self.device(device, out))
    }

    fn device(&self, device: &DeviceDiff, out: &mut dyn Write) -> io::Result<()> {
        let name = ticket::name(&device.device);
        self.page
            .lines(2, &format!("{name}: {}", standing(device)), out)?;
        for (label, codes) in [("came", &device.came), ("went", &device.went)] {
            if !codes.is_empty() {
                self.page
                    .dim(4, &format!("{label}: {}", titles(codes)), out)?;
            }
        }
        let fails = matches!(device.change, DiffKind::New | DiffKind::Worse);
        let why = device.now.as_ref().filter(|_| fails);
        match why.and_then(|now| Some((now.why.as_ref()?, now.likely_fix?))) {
            Some((why, fix)) => self
                .page
                .dim(4, &format!("-> {}: {why}", fix.about().title), out),
            None => Ok(()),
        }
    }
}

/// "stale, was protected"; "was stale"; "protected".
fn standing(device: &DeviceDiff) -> String {
    let word = |stand: &Option<Stand>| stand.as_ref().map(|stand| stand.status.phrase());
    match (word(&device.then), word(&device.now)) {
        (Some(then), Some(now)) if then == now => format!("still {now}"),
        (Some(then), Some(now)) => format!("{now}, was {then}"),
        (Some(then), None) => format!("was {then}"),
        (None, Some(now)) => now.to_owned(),
        (None, None) => String::new(),
    }
}

fn titles(codes: &[Code]) -> String {
    let titles: Vec<&str> = codes.iter().map(|code| code.about().title).collect();
    titles.join("; ")
}
