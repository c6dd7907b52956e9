//! The exit codes, a promise to every scheduler that runs us.
//!
//! A code says the worst that happened, in the order `2 > 5 > 3 > 4 > 1 > 0`: "no backups" (4) must
//! never hide that a folder could not be read (3), and a clean fleet (0) must never hide either.

use std::process::ExitCode;

use fleetback_report::finding::Severity;
use fleetback_report::results::Results;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Complete, and nothing at or above `--fail-on`.
    Complete,
    /// Findings at or above `--fail-on`, on devices that no waiver covers.
    Findings,
    /// Usage or configuration error; nothing was scanned, no output was touched.
    Usage,
    /// Some evidence could not be read; the reports are written and say which.
    Incomplete,
    /// Nothing was found to scan.
    NothingFound,
    /// An output could not be written.
    Unwritten,
    /// Interrupted; no output was touched.
    Interrupted,
}

/// Code, outcome and meaning: `--help`, the manual page and docs/scheduling.md say the same.
pub(crate) const CODES: &[(u8, Exit, &str)] = &[
    (0, Exit::Complete, "complete, nothing at or above --fail-on"),
    (1, Exit::Findings, "findings at or above --fail-on"),
    (
        2,
        Exit::Usage,
        "usage or configuration error; nothing was scanned, no output was touched",
    ),
    (
        3,
        Exit::Incomplete,
        "some evidence could not be read; the reports are written and say which",
    ),
    (4, Exit::NothingFound, "nothing found to scan"),
    (5, Exit::Unwritten, "an output could not be written"),
    (130, Exit::Interrupted, "interrupted; no output was touched"),
];

/// The same for `verify`, which means something of its own by each.
pub(crate) const VERIFY_CODES: &[(Exit, &str)] = &[
    (
        Exit::Complete,
        "every backup would restore, as far as it was asked to be checked",
    ),
    (
        Exit::Findings,
        "a backup would not restore, or a file in it is not what its row says",
    ),
    (
        Exit::Usage,
        "usage or configuration error; nothing was checked",
    ),
    (
        Exit::Incomplete,
        "a backup could not be checked so deep: not readable, in progress, or without its password",
    ),
    (Exit::NothingFound, "no backup found"),
    (Exit::Unwritten, "the JSON could not be written"),
    (Exit::Interrupted, "interrupted"),
];

impl Exit {
    /// The number the system sees.
    pub(crate) fn code(self) -> u8 {
        let row = CODES.iter().find(|(_, exit, _)| *exit == self);
        row.map_or(2, |(code, ..)| *code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// From which severity on a finding makes the run end with 1; `None` is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alarm(pub(crate) Option<Severity>);

/// What decides the exit code of a run that read evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Every output was written.
    pub(crate) written: bool,
    /// Evidence that should have been readable was not.
    pub(crate) incomplete: bool,
    /// No device, no backup, no document.
    pub(crate) found_nothing: bool,
    /// The worst severity that no waiver covers.
    pub(crate) worst: Option<Severity>,
}

impl Outcome {
    /// What the results say, and whether they could be written.
    pub(crate) fn of(results: &Results, written: bool) -> Self {
        Self {
            written,
            incomplete: results.is_incomplete(),
            found_nothing: results.found_nothing(),
            worst: results.worst_unwaived(),
        }
    }

    /// The one exit code.
    pub(crate) fn exit(self, alarm: Alarm) -> Exit {
        let alarming = alarm.0.is_some_and(|limit| self.worst >= Some(limit));
        let ladder = [
            (!self.written, Exit::Unwritten),
            (self.incomplete, Exit::Incomplete),
            (self.found_nothing, Exit::NothingFound),
            (alarming, Exit::Findings),
        ];
        let worst = ladder.into_iter().find(|(applies, _)| *applies);
        worst.map_or(Exit::Complete, |(_, exit)| exit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Outcome = Outcome {
        written: true,
        incomplete: false,
        found_nothing: false,
        worst: None,
    };

    #[track_caller]
    fn check(outcome: Outcome, fail_on: Option<Severity>, code: u8) {
        assert_eq!(outcome.exit(Alarm(fail_on)).code(), code, "{outcome:?}");
    }

    #[test]
    fn the_worst_that_happened_wins() {
        let error = Some(Severity::Error);
        let found = |worst| Outcome {
            worst: Some(worst),
            ..FINE
        };
        check(FINE, error, 0);
        check(found(Severity::Warning), error, 0);
        check(found(Severity::Error), error, 1);
        check(found(Severity::Critical), error, 1);
        check(found(Severity::Error), Some(Severity::Critical), 0);
        check(found(Severity::Critical), None, 0);

        let nothing = Outcome {
            found_nothing: true,
            ..FINE
        };
        let incomplete = Outcome {
            incomplete: true,
            ..found(Severity::Critical)
        };
        check(nothing, None, 4);
        check(incomplete, error, 3);
        check(
            Outcome {
                incomplete: true,
                ..nothing
            },
            error,
            3,
        );
        check(
            Outcome {
                written: false,
                ..incomplete
            },
            error,
            5,
        );
    }

    #[test]
    fn every_outcome_has_its_own_code() {
        let codes: Vec<u8> = CODES
            .iter()
            .map(|(code, exit, _)| {
                assert_eq!(exit.code(), *code);
                *code
            })
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 130]);
    }

    #[test]
    fn the_page_on_scheduling_says_the_same() {
        let page = include_str!("../../docs/scheduling.md");
        for (code, _, meaning) in CODES {
            assert!(page.contains(&format!("| {code} | {meaning} |")), "{code}");
        }
    }
}
