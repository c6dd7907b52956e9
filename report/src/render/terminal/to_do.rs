//! What to do, at the end of the short report: one line for each fix, what helps most devices that could
//! be lost first.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::page::{Color, Page, cut, wrapped_words};
use crate::format::{number, plural};
use crate::view::groups::{self, Group};
use crate::view::report::ReportView;
use crate::view::summary::headline;

/// Fixes named: they fit a screen of 24 lines with what stands around them.
const GROUPS_MAX: usize = 16;

const HEADINGS: [&str; 3] = ["AT RISK", "ALL", "FIX (WHO)"];

/// The widest name of a device.
const NAME_WIDTH_MAX: usize = 24;

/// Writes the groups.
pub(super) fn write_to_do(
    view: &ReportView<'_>,
    page: &Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let groups = groups::groups(view);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let title = format!("What to do: {}", headline(view.results()));
    page.bold(Color::None, &title, out)?;
    let columns = Columns::of(&groups);
    page.dim(0, &columns.line(HEADINGS), out)?;
    for group in groups.iter().take(GROUPS_MAX) {
        write_group(group, columns, page, out)?;
    }
    let rest = groups.get(GROUPS_MAX..).unwrap_or_default();
    write_rest(rest, columns, page, out)
}

/// The widths of the two numbers of devices.
#[derive(Debug, Clone, Copy)]
struct Columns {
    at_risk: usize,
    all: usize,
}

impl Columns {
    fn of(groups: &[Group]) -> Self {
        let widest = |heading: &str, count: fn(&Group) -> u64| {
            let counts = groups.iter().map(|group| number(count(group)).len());
            counts.max().unwrap_or(0).max(heading.len())
        };
        Self {
            at_risk: widest(HEADINGS[0], |group| group.at_risk),
            all: widest(HEADINGS[1], |group| group.count),
        }
    }

    /// What stands before a fix.
    fn indent(self) -> usize {
        self.at_risk + self.all + 4
    }

    fn line(self, [at_risk, all, text]: [&str; 3]) -> String {
        let (first, second) = (self.at_risk, self.all);
        format!("{at_risk:>first$}  {all:>second$}  {text}")
    }
}

/// "      4    5  Make a fresh local backup (admin): 45VCJG84LT 12HQNKX4JL and 3 more".
fn write_group(
    group: &Group,
    columns: Columns,
    page: &Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let who = match group.who.as_str() {
        "" => String::new(),
        who => format!(" ({who})"),
    };
    let room = page.width - columns.indent();
    let head = format!("{}{who}", group.title);
    let named = names(&group.names, room.saturating_sub(head.width() + 2));
    let text = match named.is_empty() {
        true => head,
        false => format!("{head}: {named}"),
    };
    for (index, line) in wrapped_words(&text, room).iter().enumerate() {
        let (at_risk, all) = match index {
            0 => (number(group.at_risk), number(group.count)),
            _ => (String::new(), String::new()),
        };
        writeln!(out, "{}", columns.line([&at_risk, &all, line]))?;
    }
    Ok(())
}

/// As many names as there is room for, and how many more there are.
fn names(names: &[String], room: usize) -> String {
    let with_rest = |shown: &[String]| {
        let shown_text = shown.join(" ");
        match names.len() - shown.len() {
            0 => shown_text,
            more => format!("{shown_text} and {} more", number(more as u64)),
        }
    };
    let mut fitting = String::new();
    let mut shown = Vec::new();
    for name in names {
        shown.push(cut(name, NAME_WIDTH_MAX));
        let text = with_rest(&shown);
        if text.width() > room {
            break;
        }
        fitting = text;
    }
    fitting
}

/// "and 3 more fixes for 4 devices".
fn write_rest(
    rest: &[Group],
    columns: Columns,
    page: &Page<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if rest.is_empty() {
        return Ok(());
    }
    let fixes = plural(rest.len() as u64, "more fix", "more fixes");
    let devices = rest.iter().map(|group| group.count).sum::<u64>();
    let devices = plural(devices, "device", "devices");
    let text = format!("and {fixes} for {devices}: --html lists them all");
    page.dim(columns.indent(), &text, out)
}
