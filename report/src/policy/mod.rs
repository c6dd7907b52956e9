//! What this organisation asks of its backups: thresholds, requirements, groups, waivers. A TOML
//! file, with the defaults and the words of benchmarks built in.
//!
//! All durations are plain numbers of days, fractions allowed (`0.5` is twelve hours); the unit
//! stands in the key's name. A key that is absent keeps its default, a key that nobody knows is an
//! error: a misspelt threshold must not fall back to the default in silence.

mod contradiction;
mod effective;
mod error;
mod group;
mod limits;
mod matching;
mod pattern;
mod preset;
mod read;
mod requirements;
mod rule;
mod settings;
#[cfg(test)]
mod tests;
mod values;
mod waiver;
mod whole;
mod write;

pub use self::effective::Effective;
pub(crate) use self::effective::effective;
pub use self::error::PolicyError;
pub use self::group::Group;
pub use self::limits::Thresholds;
pub(crate) use self::limits::span_of_days;
pub use self::matching::Match;
pub(crate) use self::matching::Subject;
pub use self::pattern::Patterns;
pub use self::preset::Preset;
pub use self::requirements::{Demand, Depth, OsAsked, Requirement, Requirements};
pub use self::rule::{Name, RULES, Rule, references};
pub use self::waiver::WaiverRule;
pub use self::whole::{BUILTIN, Policy};
