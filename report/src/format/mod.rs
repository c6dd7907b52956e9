//! How single values are spelled for people: numbers, times, device ids, and text that is not ours.

mod device;
mod escape;
mod label;
mod number;
mod time;

pub use device::{iccid, imei, os, os_version, platform};
pub(crate) use escape::cut;
pub use escape::{escaped, is_unsafe_to_print};
pub use label::{Label, UnknownId, sentence};
pub(crate) use label::{capital, heading, labels};
pub use number::{gigabytes, list, list_of_lines, number, plural, size, yes_no};
pub(crate) use number::{percent, rounded};
pub use time::{date, date_time, days, days_between, elapsed, instant, zone};
pub(crate) use time::{elapsed_days, limit, utc_date, utc_date_time};
