//! The fleet, judged: the only place where facts become verdicts.

mod device;
mod facts;
mod known_causes;
mod reasons;
mod run;
mod summary;
mod tables;
mod vanished;
mod waivers;

pub use self::known_causes::{KnownCause, known_causes};
pub use self::run::{LikelyCause, RunInfo, judge, likely_causes};
pub use crate::assess::fleet_index::ReferenceData;
