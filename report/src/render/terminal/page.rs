//! What every text for a terminal needs: drawn widths, lines that fit, and the few colours.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use crate::format::escaped;

/// The narrowest terminal that is laid out for.
const WIDTH_MIN: usize = 60;
/// The widest line of text: longer ones are hard to read.
const WIDTH_MAX: usize = 110;

/// How to write running text for a terminal.
#[derive(Debug, Clone, Copy)]
pub struct PageOptions<'a> {
    /// Columns of the terminal.
    pub width: usize,
    /// Write ANSI colours?
    pub color: bool,
    /// The zone of dates for people.
    pub zone: &'a TimeZone,
}

/// Running text on a terminal. What it writes goes through [`escaped`], for some of it is not ours.
pub(crate) struct Page<'a> {
    pub(crate) paint: Paint,
    pub(crate) width: usize,
    pub(crate) zone: &'a TimeZone,
}

impl<'a> Page<'a> {
    pub(crate) fn new(options: &PageOptions<'a>) -> Self {
        Self {
            paint: Paint(options.color),
            width: options.width.clamp(WIDTH_MIN, WIDTH_MAX),
            zone: options.zone,
        }
    }

    /// One line that stands out, however long it is.
    pub(crate) fn bold(&self, color: Color, text: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.paint.bold(color, &escaped(text)))
    }

    pub(crate) fn lines(&self, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped_words(&escaped(text), self.width - indent) {
            writeln!(out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    pub(crate) fn dim(&self, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped_words(&escaped(text), self.width - indent) {
            writeln!(out, "{:indent$}{}", "", self.paint.dim(&line))?;
        }
        Ok(())
    }
}

/// Fills with spaces up to a drawn width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!(
        "{text}{:fill$}",
        "",
        fill = width.saturating_sub(text.width())
    )
}

/// Cuts at a drawn width, with `…` in place of the rest.
pub(crate) fn cut(text: &str, width: usize) -> String {
    const MARKS_MAX: usize = 4; // characters of no width that one column may hold on average
    let short = text.chars().nth(width * MARKS_MAX).is_none();
    if short && text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars().take(width * MARKS_MAX) {
        kept.push(character);
        if kept.width() >= width {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept + "…"
}

/// A text on as few lines as fit.
pub(crate) fn wrapped_words(text: &str, width: usize) -> Vec<String> {
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    if text.is_empty() {
        Vec::new()
    } else {
        wrapped(&words, " ", width)
    }
}

/// Lays items out on as few lines as fit; an item that is wider than a line has one for itself.
pub(crate) fn wrapped(items: &[String], between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.width() + between.width() + item.width() <= width => {
                line.push_str(between);
                line.push_str(item);
            }
            Some(line) => {
                line.push_str(between.trim_end());
                lines.push(item.clone());
            }
            None => lines.push(item.clone()),
        }
    }
    lines
}

/// The few colours that mean something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Color {
    None,
    Red,
    Yellow,
    Green,
}

/// Writes ANSI sequences, or nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    pub(crate) fn bold(self, color: Color, text: &str) -> String {
        self.with("1", color, text)
    }

    pub(crate) fn plain(self, color: Color, text: &str) -> String {
        self.with("", color, text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", Color::None, text)
    }

    fn with(self, style: &str, color: Color, text: &str) -> String {
        let code = match color {
            Color::None => "",
            Color::Red => "31",
            Color::Yellow => "33",
            Color::Green => "32",
        };
        let both = if style.is_empty() || code.is_empty() {
            ""
        } else {
            ";"
        };
        if self.0 && !(style.is_empty() && code.is_empty()) {
            format!("\x1b[{style}{both}{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
