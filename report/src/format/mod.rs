//! How single values are spelled for people: numbers, times, device ids, and text that is not ours.

mod age;
mod device;
mod escape;
mod label;
mod number;
mod time;

pub use age::{Age, AgeLimits, age};
pub use device::{iccid, imei, os, os_version, platform};
pub use escape::escaped;
pub(crate) use escape::{cut, is_plain, is_unsafe_to_print};
pub use label::{Label, UnknownId, sentence};
pub(crate) use label::{capital, heading, labels};
pub use number::{gigabytes, list, number, plural, size};
pub(crate) use number::{list_of_lines, percent, rounded, yes_no};
pub use time::{date, date_time, days_between, instant, zone};
pub(crate) use time::{in_named_zone, in_zone, limit};
