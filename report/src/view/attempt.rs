//! How the last attempt to back a device up ended, in words.
//!
//! The results hold a word for programs ("attempt-failed", "icloud 303"); what a person reads is decided
//! here. A result that is not in the table is shown as it is.

use crate::format::escaped;
use crate::results::{Attempt, Device};
use crate::tables::error_codes;

/// What the results say of an attempt, and what a person reads.
const OUTCOMES: [(&str, &str); 13] = [
    ("complete", "succeeded"),
    ("cleanup-unfinished", "succeeded, but did not clean up"),
    ("attempt-failed", "failed"),
    ("unfinished", "was not finished"),
    ("in-progress", "still running"),
    ("partial", "holds only a part of the device"),
    ("damaged", "ended in a damaged backup"),
    ("files missing", "ended, but files are missing"),
    (
        "not restorable",
        "ended in a backup that cannot be restored",
    ),
    ("placeholder", "left a placeholder and no backup"),
    ("fake", "left a fake backup, written by a tool"),
    ("unreadable", "could not be read"),
    ("unknown", "not known"),
];

/// "2026-11-18, iCloud: failed, not enough iCloud storage (code 303)", with the date as the reader writes it.
pub(super) fn attempt(device: &Device, attempt: &Attempt, date: &str) -> String {
    let outcome = escaped(&outcome(device, attempt));
    format!("{date}, {}: {outcome}", attempt.kind.label())
}

fn outcome(device: &Device, attempt: &Attempt) -> String {
    let result = attempt.result.as_str();
    if let Some(code) = result.strip_prefix("icloud ") {
        return failed(device, attempt, code);
    }
    let known = OUTCOMES.iter().find(|(id, _)| *id == result);
    known.map_or(result, |(_, words)| words).to_owned()
}

/// "failed, not enough iCloud storage (code 303)"; the log of the device says whose code it is.
fn failed(device: &Device, attempt: &Attempt, code: &str) -> String {
    let mut log = device.icloud.attempts.iter();
    let entry = log.find(|entry| entry.at == attempt.at);
    let domain = entry.map_or(error_codes::MB, |entry| &entry.domain);
    let number = code.parse().ok();
    let known = number.and_then(|number| error_codes::explain(domain, number));
    match known {
        Some(known) => format!("failed, {} (code {code})", known.meaning),
        None => format!("failed with code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Label;

    #[test]
    fn every_state_of_a_local_backup_has_words() {
        for state in fleetback_scanner::model::backup::State::ALL {
            assert!(
                OUTCOMES.iter().any(|(id, _)| *id == state.id()),
                "{state:?}"
            );
        }
    }
}
