//! How single values are spelled for people: numbers, times, device ids, and text that is not ours.

mod age;
mod device;
mod escape;
mod label;
mod number;
mod time;

pub use age::{Age, AgeLimits, age};
pub use device::{iccid, imei, os, os_version, platform};
pub(crate) use escape::cut;
pub use escape::{escaped, is_unsafe_to_print};
pub use label::{Label, UnknownId, sentence};
pub(crate) use label::{capital, heading, labels};
pub use number::{gigabytes, list, list_of_lines, number, plural, size, yes_no};
pub(crate) use number::{percent, rounded};
pub(crate) use time::limit;
pub use time::{date, date_time, days_between, in_named_zone, in_zone, instant, zone};
