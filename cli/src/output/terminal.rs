//! What the terminal can show: colours, width, moving bars.

use std::io::{IsTerminal, stderr, stdout};

use crate::config::settings::When;
use crate::output::messages::Verbosity;

/// Characters per line where the width is unknown.
const WIDTH_UNKNOWN: usize = 100;

/// The terminal settings in force.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// How much is logged on standard error.
    pub(crate) verbosity: Verbosity,
    /// `--color`
    pub(crate) color: When,
    /// `--progress`
    pub(crate) progress: When,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressStyle {
    /// Not at all.
    Hidden,
    /// Bars that move.
    Bars,
    /// A line for every tenth.
    Lines,
}

impl Terminal {
    /// Is standard output coloured?
    pub(crate) fn colored(self) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => stdout().is_terminal() && !is_set("NO_COLOR") && !dumb(),
        }
    }

    /// How standard error shows how far the scan is.
    pub(crate) fn progress_style(self) -> ProgressStyle {
        let bars = stderr().is_terminal() && !dumb();
        match self.progress {
            When::Never => ProgressStyle::Hidden,
            When::Auto if self.verbosity.quiet || !bars => ProgressStyle::Hidden,
            _ if bars => ProgressStyle::Bars,
            _ => ProgressStyle::Lines,
        }
    }
}

/// Is standard output a terminal?
pub(crate) fn is_shown() -> bool {
    stdout().is_terminal()
}

/// Characters per line of standard output.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let real = terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0));
    real.or(columns)
        .filter(|w| *w >= 20)
        .unwrap_or(WIDTH_UNKNOWN)
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
