//! What every text for a terminal needs: drawn widths, lines that fit, and the few colours.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::format::escaped;

/// The narrowest terminal that is laid out for.
pub(crate) const WIDTH_MIN: usize = 40;
/// The widest line of running text: longer ones are hard to read.
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
    /// Write everything, not only what the reader needs first?
    pub details: bool,
}

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

/// Running text on a terminal. What it writes goes through [`escaped`], for some of it is not ours.
///
/// No line is wider than the terminal and words stay whole. A word that is wider than a line is broken.
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

    /// A heading, on as many lines as it needs.
    pub(crate) fn bold(&self, color: Color, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped_words(&escaped(text), self.width) {
            writeln!(out, "{}", self.paint.bold(color, &line))?;
        }
        Ok(())
    }

    /// A bar across the terminal: filled where there are colours, drawn with `=` where there are none.
    pub(crate) fn banner(&self, color: Color, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let text = cut(&escaped(text), self.width - 8);
        let bar = match self.paint.0 {
            true => padded(&format!("  {text}"), self.width),
            false => {
                let rest = self.width.saturating_sub(text.width() + 6);
                format!("==  {text}  {}", "=".repeat(rest))
            }
        };
        writeln!(out, "{}", self.paint.filled(color, &bar))
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

    /// A label of a fixed width, and beside it a text on as many lines as it needs.
    pub(crate) fn labelled(
        &self,
        (label, label_width): (&str, usize),
        text: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let lines = wrapped_words(&escaped(text), self.width - label_width);
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            writeln!(out, "{}{line}", self.paint.dim(&padded(label, label_width)))?;
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

/// The same between two words, where there is a place between two.
pub(crate) fn cut_words(text: &str, width: usize) -> String {
    let short = cut(text, width);
    let whole = short
        .strip_suffix('…')
        .and_then(|kept| kept.rsplit_once(' '));
    match whole {
        Some((words, _)) if short != text => format!("{words} …"),
        _ => short,
    }
}

/// The same between two clauses, where the first ones say enough: half a sentence misleads.
pub(crate) fn cut_clauses(text: &str, width: usize) -> String {
    const MARKS_MAX: usize = 16; // characters that are measured for each column
    const ENDS: [&str; 5] = ["; ", ". ", ": ", ", ", " ("];
    let end = text.char_indices().nth(width * MARKS_MAX);
    let text = end.map_or(text, |(end, _)| &text[..end]);
    if text.width() <= width {
        return text.to_owned();
    }
    let fits = |end: &usize| (width / 2..width - 1).contains(&text[..*end].width());
    let ends = ENDS.iter().flat_map(|end| text.match_indices(end));
    match ends.map(|(at, _)| at).filter(fits).max() {
        Some(end) => format!("{} …", &text[..end]),
        None => cut_words(text, width),
    }
}

/// Cuts at a drawn width, with `…` in place of the beginning: the end of a path identifies it.
pub(crate) fn cut_front(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut taken = 1; // the `…`
    for character in text.chars().rev() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept.into_iter().rev().collect()
}

/// A text on as few lines as fit.
pub fn wrapped_words(text: &str, width: usize) -> Vec<String> {
    let words = text.split(' ').flat_map(|word| pieces(word, width));
    let words: Vec<String> = words.collect();
    if text.is_empty() {
        Vec::new()
    } else {
        wrapped(&words, " ", width)
    }
}

/// A word whole, or in pieces where it is wider than a line: a path, a row of ids, a hostile name.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut taken = 0;
    for character in word.chars() {
        let wide = character.width().unwrap_or(0);
        if taken + wide > width {
            pieces.push(String::new());
            taken = 0;
        }
        taken += wide;
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces
}

/// Lays items out on as few lines as fit; an item that is wider than a line has one for itself.
pub(crate) fn wrapped(items: &[String], between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let comma = between.trim_end().width();
    for (index, item) in items.iter().enumerate() {
        let after = if index + 1 == items.len() { 0 } else { comma };
        match lines.last_mut() {
            Some(line) if line.width() + between.width() + item.width() + after <= width => {
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

    /// Dark letters on the colour.
    pub(crate) fn filled(self, color: Color, text: &str) -> String {
        self.with("1;7", color, text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut_between_clauses_and_else_between_words() {
        let check = |text: &str, width, want: &str| {
            let short = cut_clauses(text, width);
            assert_eq!(short, want);
            assert!(short.width() <= width, "{short}");
        };
        let text = "It is 3 days old; limit: 24 hours (iCloud)";
        check(text, 42, text);
        check(text, 41, "It is 3 days old; limit: 24 hours …");
        check(text, 35, "It is 3 days old; limit: 24 hours …");
        check(text, 34, "It is 3 days old; limit …");
        check(text, 24, "It is 3 days old …");
        check("no clause ends in this sentence", 20, "no clause ends in …");
        check("日本語の名前, さらに長い名前, もっと", 20, "日本語の名前 …");
    }
}
