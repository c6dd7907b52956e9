//! Readers of what a person or another run of the program wrote: the policy, stored results.

use std::io::{self, Write};

use fleetback_report::policy::Policy;
use fleetback_report::render::html;
use fleetback_report::render::terminal::report::{self, TextOptions};
use fleetback_report::render::{csv, json};
use fleetback_report::results::Results;
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;

use crate::invariant::is_readable;

/// The policy file: an error points into the file, and what was read is written and read again.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Policy::parse(text, "policy.toml") {
        Ok(policy) => {
            let written = policy.to_toml();
            assert_eq!(Policy::parse(&written, "policy.toml").as_ref(), Ok(&policy));
        }
        Err(error) => {
            assert!((1..=text.lines().count().max(1) + 1).contains(&error.line));
            assert!(error.column >= 1);
            is_readable(&error.message);
        }
    }
}

/// Stored results: what is accepted is written and read again, and every format prints it.
pub fn results(bytes: &[u8]) {
    match json::read(bytes) {
        Ok(results) => {
            let written = written(|out| json::write_results(&results, out));
            // As text: a number can lose its last bit on the way in.
            let again = json::read(written.as_slice()).map(|again| format!("{again:?}"));
            assert_eq!(again.ok(), Some(format!("{results:?}")));
            print(&results);
        }
        Err(error) => is_readable(&error.to_string()),
    }
}

fn print(results: &Results) {
    let zone = TimeZone::UTC;
    let sheet = ReportView::new(results, &zone);
    written(|out| csv::write(&sheet, &csv::CsvOptions::default(), out));
    written(|out| html::write(&sheet, out));
    let options = TextOptions {
        color: false,
        width: 80,
        rows_max: usize::MAX,
    };
    written(|out| report::write(&sheet, &options, out));
}

fn written(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
    let mut out = Vec::new();
    let printed = print(&mut out);
    assert!(printed.is_ok(), "{printed:?}");
    out
}
