//! What this organisation asks of its backups: thresholds, requirements, groups, waivers. A TOML
//! file, with the defaults and the words of benchmarks built in.
//!
//! All durations are plain numbers of days, fractions allowed (`0.5` is twelve hours); the unit
//! stands in the key's name. A key that is absent keeps its default, an unknown key is an
//! error: a misspelt threshold must not fall back to the default in silence.

mod benchmarks;
mod error;
mod limits;
mod matching;
mod model;
mod preset;
mod read;
mod requirements;
mod settings;
#[cfg(test)]
mod tests;
mod used;
mod validate;
mod values;
mod waiver;
mod wildcard;
mod write;

pub use self::benchmarks::{Name, RULES, Rule, references};
pub use self::error::PolicyError;
pub use self::limits::Thresholds;
pub(crate) use self::limits::span_of_days;
pub use self::matching::Match;
pub(crate) use self::matching::Subject;
pub(crate) use self::model::effective;
pub use self::model::{Effective, Group, Policy};
pub use self::preset::Preset;
pub use self::requirements::{Demand, Depth, OsRequirements, Requirement, Requirements};
pub(crate) use self::used::{policy_for, policy_used};
pub use self::waiver::WaiverRule;
pub use self::wildcard::Patterns;
