//! What changed between two reports, for a terminal and as JSON.
//!
//! The first line is the answer; devices follow in the order of how much they matter. Text that is
//! not ours goes through `shown` of the words.

use std::io::{self, Write};

use super::page::{Color, Page, PageOptions};
use crate::format;
use crate::history::diff::{DeviceDiff, Diff, DiffKind, Side};
use crate::view::diff::{HEADINGS, at_risk, standing, sums, titles};
use crate::view::ticket;

/// Writes it for a terminal.
///
/// # Errors
/// Those of `out`.
pub fn write_text(diff: &Diff, options: &PageOptions<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = DiffPage {
        diff,
        page: Page::new(options),
    };
    page.head(out)?;
    for (kind, _, heading) in HEADINGS {
        page.group(kind, heading, color_of(kind), out)?;
    }
    Ok(())
}

struct DiffPage<'a> {
    diff: &'a Diff,
    page: Page<'a>,
}

impl DiffPage<'_> {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let (diff, page) = (self.diff, &self.page);
        let color = if diff.is_worse() {
            Color::Red
        } else {
            Color::Green
        };
        page.bold(color, &at_risk(diff), out)?;
        page.lines(2, &sums(diff), out)?;
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
            Some((why, fix)) => {
                let why = format::in_zone(why, self.page.zone);
                let line = format!("-> {}: {why}", fix.about().title);
                self.page.dim(4, &line, out)
            }
            None => Ok(()),
        }
    }
}

fn color_of(kind: DiffKind) -> Color {
    match kind {
        DiffKind::New | DiffKind::Worse => Color::Red,
        DiffKind::Gone | DiffKind::Better => Color::Yellow,
        DiffKind::Fixed => Color::Green,
        DiffKind::Appeared | DiffKind::Same => Color::None,
    }
}
