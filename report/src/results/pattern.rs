//! One cause behind many devices.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Confidence, FixId, PatternKind};

/// One cause behind many devices, found in what they have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pattern {
    /// Its name in this run, to which findings point: "outage", "site:Lyon".
    pub id: String,
    /// What the devices have in common.
    pub kind: PatternKind,
    /// The site, the build, the profile or the computer; `None` for an outage.
    pub what: Option<String>,
    /// Those that missed: serial number, else UDID.
    pub devices: Vec<String>,
    /// How many missed.
    pub missed: u64,
    /// Of so many that could have: healthy before, and heard of since.
    pub of: u64,
    /// When the first missed day began.
    pub since: Timestamp,
    /// How many days that is.
    pub nights: u64,
    /// Which part of them usually misses, 0 to 1.
    pub usual_rate: f64,
    /// How likely a run shows any pattern of this strength by accident, at most; a power of ten.
    pub probability: f64,
    /// What it points to: its id in `causes` of the results.
    pub cause: String,
    /// Why, in one plain sentence with the evidence in it.
    pub reason: String,
    /// What to do: its id in `fixes` of the results.
    pub likely_fix: FixId,
    /// What to try if it persists.
    pub next_fix: Option<FixId>,
    /// How sure.
    pub confidence: Confidence,
}
