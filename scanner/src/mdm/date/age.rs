//! How old a document is. No MDM answer carries a time of its own.
//!
//! `LastCloudBackupDate` is not the age, only a lower bound of it: an answer of this morning with a
//! backup of forty days ago is an answer of this morning.

use jiff::Timestamp;
use plist::Dictionary;

use super::instant::{self, Dated};
use crate::model::evidence::TimestampSource;

/// When the facts of a document were true, and which clock says so.
///
/// A wrapper's date counts unless it lies after `now`; else the file's time, capped at `now`. Either
/// is raised to the newest date inside, because no answer is older than what it says.
pub(crate) fn observed(
    wrapper: Option<Timestamp>,
    inside: Option<Timestamp>,
    file: Timestamp,
    now: Timestamp,
) -> (Timestamp, TimestampSource) {
    let outside = match wrapper.filter(|date| *date <= now) {
        Some(date) => (date, TimestampSource::Wrapper),
        None if file > now => (now, TimestampSource::FileTimeInFuture),
        None => (file, TimestampSource::FileTime),
    };
    match inside.filter(|date| *date <= now && *date > outside.0) {
        Some(date) => (date, TimestampSource::NewestDateInside),
        None => outside,
    }
}

/// The newest date in a message that cannot lie after the message itself.
pub(crate) fn inside(root: &Dictionary) -> Option<Timestamp> {
    let responses = root.get("QueryResponses")?.as_dictionary()?;
    match instant::of_plist(responses.get("LastCloudBackupDate")?) {
        Dated::At(date) => Some(date),
        Dated::None | Dated::Unreadable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    #[track_caller]
    fn check(wrapper: Option<i64>, inside: Option<i64>, file: i64, want: (i64, TimestampSource)) {
        let at = |offset: i64| Timestamp::from_second(NOW + offset).unwrap();
        let got = observed(wrapper.map(at), inside.map(at), at(file), at(0));
        assert_eq!(got, (at(want.0), want.1));
    }

    #[test]
    fn the_best_clock_tells_the_age() {
        check(None, None, -10, (-10, TimestampSource::FileTime));
        check(None, None, 0, (0, TimestampSource::FileTime));
        check(None, None, 1, (0, TimestampSource::FileTimeInFuture));
        check(Some(-20), None, -10, (-20, TimestampSource::Wrapper));
        check(Some(1), None, -10, (-10, TimestampSource::FileTime));
    }

    #[test]
    fn a_date_inside_only_makes_younger() {
        check(None, Some(-3600), -10, (-10, TimestampSource::FileTime));
        check(None, Some(-5), -10, (-5, TimestampSource::NewestDateInside));
        check(
            Some(-20),
            Some(-15),
            -10,
            (-15, TimestampSource::NewestDateInside),
        );
        check(None, Some(1), -10, (-10, TimestampSource::FileTime));
        check(None, Some(-5), 1, (0, TimestampSource::FileTimeInFuture));
    }
}
