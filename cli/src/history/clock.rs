//! The clock by which old rows are deleted.
//!
//! It is not the clock of the run: one run whose clock is years ahead must not delete the history.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use super::error::Cause;

/// What has not been seen for longer is forgotten; in days.
pub(super) const KEPT_DAYS: i64 = 400;

/// iCloud facts change in nearly every run, and no pattern looks further back than 35 days; in days. More
/// are kept than are read, for a clock that is a month ahead for one run deletes a month.
pub(super) const ICLOUD_KEPT_DAYS: i64 = 62;

/// So many days before the last run are read whole: those that a pattern and a strip look at, and half a day.
pub(super) const DAYS_READ: i64 = 36;

/// It goes forward by so much in a run at most; in days.
const STEP_DAYS: i64 = 31;

const MILLISECONDS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// So many days before an instant in milliseconds.
pub(super) fn days_before(clock: i64, days: i64) -> i64 {
    clock.saturating_sub(days * MILLISECONDS_PER_DAY)
}

/// The clock, in milliseconds. It goes back with the runs and forward by steps. The first run has nothing
/// to delete.
pub(super) fn slow_clock(transaction: &Transaction<'_>, now: Timestamp) -> Result<i64, Cause> {
    let before: Option<i64> = transaction
        .query_row(
            "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'slow_clock'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let step = STEP_DAYS * MILLISECONDS_PER_DAY;
    let now = now.as_millisecond();
    let clock = before.map_or(now, |before| now.min(before.saturating_add(step)));
    transaction.execute(
        "INSERT OR REPLACE INTO meta VALUES ('slow_clock', ?1)",
        [clock.to_string()],
    )?;
    Ok(clock)
}
