//! Findings become cause and fix. Tables of rows; the first that fits wins.

pub(crate) mod causes;
pub(crate) mod escalate;
pub(crate) mod exclusions;
pub(crate) mod finding;
pub(crate) mod icloud;
pub(crate) mod local;
pub(crate) mod lookup;
pub(crate) mod others;
pub(crate) mod outage;
pub(crate) mod pattern;
pub(crate) mod pattern_result;
pub(crate) mod pattern_rules;
pub(crate) mod rule;
pub(crate) mod safety;
pub(crate) mod trial;
