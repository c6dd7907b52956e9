//! What this organisation asks of its backups: thresholds, requirements, waivers. A TOML file, with
//! the defaults built in.
//!
//! All durations are plain numbers of days, fractions allowed (`0.5` is twelve hours); the unit
//! stands in the key's name. A key that is absent keeps its default, a key that nobody knows is an
//! error: a misspelt threshold must not fall back to the default in silence.

mod contradiction;
mod error;
mod file;
mod limits;
mod requirements;
#[cfg(test)]
mod tests;
mod values;
mod waiver;
mod write;

pub use self::error::PolicyError;
pub use self::file::{BUILTIN, Policy};
pub use self::limits::Thresholds;
pub(crate) use self::limits::span_of_days;
pub use self::requirements::{Demand, Requirement, Requirements};
pub use self::waiver::WaiverRule;
