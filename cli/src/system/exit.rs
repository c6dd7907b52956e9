//! The exit codes: a stable interface for schedulers.
//!
//! A code says the worst that happened, in the order `2 > 5 > 3 > 4 > 1 > 0`: "no backups" (4) must
//! never hide that a folder could not be read (3), and a clean fleet (0) must never hide either.

use std::process::ExitCode;

use fleetback_report::history::diff::Diff;
use fleetback_report::results::{Results, Severity, Verdict};
use fleetback_report::swap::answer::Retention;

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
        "a backup would not restore: files missing or damaged, or a part of a device only",
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

/// The same for `swap`.
pub(crate) const SWAP_CODES: &[(Exit, &str)] = &[
    (
        Exit::Complete,
        "every device is ready; with --accept-losses also with losses",
    ),
    (
        Exit::Findings,
        "a device is not ready, or ready only with losses that were not accepted",
    ),
    (
        Exit::Usage,
        "usage or configuration error; nothing was asked",
    ),
    (
        Exit::Incomplete,
        "a device could not be decided; none is known to be not ready",
    ),
    (Exit::Unwritten, "an output could not be written"),
    (Exit::Interrupted, "interrupted; no output was touched"),
];

/// The same for `diff`.
pub(crate) const DIFF_CODES: &[(Exit, &str)] = &[
    (
        Exit::Complete,
        "no device fails that did not, fails worse, or is gone",
    ),
    (Exit::Findings, "a device fails anew or worse, or is gone"),
    (
        Exit::Usage,
        "usage error, or a file that is no report; nothing was compared",
    ),
    (
        Exit::Incomplete,
        "one of the two runs could not read everything: the comparison has gaps",
    ),
    (Exit::Unwritten, "an output could not be written"),
    (Exit::Interrupted, "interrupted; no output was touched"),
];

/// The exit codes of `swap`.
pub(crate) fn swap_codes_help() -> String {
    codes_help(SWAP_CODES)
}

/// The exit codes of `verify`.
pub(crate) fn verify_codes_help() -> String {
    codes_help(VERIFY_CODES)
}

/// The exit codes of `diff`.
pub(crate) fn diff_codes_help() -> String {
    codes_help(DIFF_CODES)
}

fn codes_help(codes: &[(Exit, &str)]) -> String {
    let rows = codes
        .iter()
        .map(|(exit, meaning)| format!("  {:>3}  {meaning}\n", exit.code()));
    format!("Exit codes:\n{}", rows.collect::<String>())
}

/// The exit codes as the last part of the help.
pub(crate) fn exit_codes_help() -> String {
    let rows = CODES
        .iter()
        .map(|(code, _, meaning)| format!("  {code:>3}  {meaning}\n"));
    format!("Exit codes:\n{}", rows.collect::<String>())
}

/// The exit code of a comparison. What could not be read weighs more than what became worse, as in a
/// scan.
pub(crate) fn for_diff(diff: &Diff) -> Exit {
    match (diff.is_incomplete(), diff.is_worse()) {
        (true, _) => Exit::Incomplete,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Complete,
    }
}

/// The exit code of some verdicts. Not ready is known and weighs most; unknown weighs more than losses
/// that are known too.
pub(crate) fn for_verdicts(verdicts: impl Iterator<Item = Verdict>, accept_losses: bool) -> Exit {
    let weight = |verdict| match verdict {
        Verdict::Ready => 0,
        Verdict::ReadyWithLosses if accept_losses => 0,
        Verdict::ReadyWithLosses => 1,
        Verdict::Unknown => 2,
        Verdict::NotReady => 3,
    };
    match verdicts.map(weight).max() {
        Some(0) => Exit::Complete,
        Some(1 | 3) => Exit::Findings,
        _ => Exit::Incomplete,
    }
}

/// The exit code of what may go after a swap: 0 all of it, 1 something must be kept, 3 unknown.
pub(crate) fn for_retention(fates: impl Iterator<Item = Retention>) -> Exit {
    let weight = |fate| match fate {
        Retention::MayGo => 0,
        Retention::Unknown => 1,
        Retention::Keep => 2,
    };
    match fates.map(weight).max() {
        Some(0) => Exit::Complete,
        Some(2) => Exit::Findings,
        _ => Exit::Incomplete,
    }
}

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
pub(crate) struct FailThreshold(pub(crate) Option<Severity>);

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
    pub(crate) fn from_results(results: &Results, written: bool) -> Self {
        Self {
            written,
            incomplete: results.is_incomplete(),
            found_nothing: results.found_nothing(),
            worst: results.worst_unwaived(),
        }
    }

    /// The one exit code.
    pub(crate) fn exit(self, fail_threshold: FailThreshold) -> Exit {
        let is_reached = fail_threshold
            .0
            .is_some_and(|limit| self.worst >= Some(limit));
        let by_weight = [
            (!self.written, Exit::Unwritten),
            (self.incomplete, Exit::Incomplete),
            (self.found_nothing, Exit::NothingFound),
            (is_reached, Exit::Findings),
        ];
        let worst = by_weight.into_iter().find(|(applies, _)| *applies);
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
        assert_eq!(
            outcome.exit(FailThreshold(fail_on)).code(),
            code,
            "{outcome:?}"
        );
    }

    #[track_caller]
    fn swap(verdicts: &[Verdict], accept_losses: bool, code: u8) {
        let exit = for_verdicts(verdicts.iter().copied(), accept_losses);
        assert_eq!(exit.code(), code, "{verdicts:?}");
    }

    #[test]
    fn unknown_is_never_ready() {
        use Verdict::{NotReady, Ready, ReadyWithLosses, Unknown};
        swap(&[Ready, Ready], false, 0);
        swap(&[Ready, ReadyWithLosses], false, 1);
        swap(&[Ready, ReadyWithLosses], true, 0);
        swap(&[Ready, Unknown], true, 3);
        swap(&[ReadyWithLosses, Unknown], false, 3);
        swap(&[Unknown, NotReady, Ready], true, 1);
        swap(&[], true, 3);
    }

    #[test]
    fn what_is_unknown_is_kept() {
        let check = |fates: &[Retention], code| {
            assert_eq!(
                for_retention(fates.iter().copied()).code(),
                code,
                "{fates:?}"
            );
        };
        check(&[Retention::MayGo], 0);
        check(&[Retention::MayGo, Retention::Unknown], 3);
        check(&[Retention::Unknown, Retention::Keep], 1);
        check(&[], 3);
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
        let page = include_str!("../../../docs/scheduling.md");
        for (code, _, meaning) in CODES {
            assert!(page.contains(&format!("| {code} | {meaning} |")), "{code}");
        }
    }
}
