//! Instants. Every date in test data is given, never taken from the clock.

use std::time::SystemTime;

use jiff::Timestamp;

/// An RFC 3339 instant, as a test writes it: `at("2026-11-19T22:10:04Z")`.
///
/// # Panics
/// On text that is no instant. Builders are fed by tests and tables; a bad date there is a bug in
/// the table, and the place to stop is here.
#[expect(
    clippy::panic,
    reason = "a bad date in a table must stop the test that holds it"
)]
pub fn at(text: &str) -> Timestamp {
    match text.parse() {
        Ok(instant) => instant,
        Err(error) => panic!("{text:?} is not an RFC 3339 instant: {error}"),
    }
}

/// `instant` moved by whole seconds, forwards or backwards; stays put where the calendar ends.
pub fn shift(instant: Timestamp, seconds: i64) -> Timestamp {
    instant
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(instant)
}

/// The same instant as a plist date.
pub fn plist_date(instant: Timestamp) -> plist::Value {
    plist::Value::Date(plist::Date::from(SystemTime::from(instant)))
}
