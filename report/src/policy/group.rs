//! A group of devices of which something else is asked.

use schemars::JsonSchema;
use serde::Deserialize;

use super::limits::{Thresholds, ThresholdsGiven};
use super::matching::Match;
use super::preset::Preset;
use super::requirements::{OsAsked, OsGiven, Requirements, RequirementsGiven};
use super::values::group_name;
use super::whole::Policy;

/// A group, with everything that is asked of its devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name; reports and waivers use it.
    pub name: String,
    /// Which devices belong to it.
    pub matching: Match,
    /// The preset it starts from; the policy's own words when absent.
    pub preset: Option<Preset>,
    /// Its limits.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// How new iOS must be.
    pub os: OsAsked,
}

/// A group as the file gives it: the first one that a device belongs to counts. What a group leaves
/// out stays as the policy says.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupGiven {
    /// Its name; reports show it, waivers may use it.
    #[serde(deserialize_with = "group_name")]
    name: String,
    /// Starts from the words of a benchmark instead of those of the policy.
    #[serde(default)]
    preset: Option<Preset>,
    /// Which devices belong to it; every condition must hold.
    #[serde(rename = "match")]
    matching: Match,
    /// Its limits.
    #[serde(default)]
    thresholds: ThresholdsGiven,
    /// Which kinds of backup are asked for.
    #[serde(default)]
    backups: RequirementsGiven,
    /// How new iOS must be.
    #[serde(default)]
    os: OsGiven,
}

impl GroupGiven {
    /// The group in a policy that asks this of everybody else.
    pub(super) fn within(self, policy: &Policy) -> Group {
        let (backups, os) = start(self.preset, policy);
        Group {
            thresholds: self.thresholds.over(policy.thresholds),
            backups: self.backups.over(backups),
            os: self.os.over(os),
            name: self.name,
            matching: self.matching,
            preset: self.preset,
        }
    }
}

/// What a group with this preset asks before it says anything itself.
pub(super) fn start(preset: Option<Preset>, policy: &Policy) -> (Requirements, OsAsked) {
    match preset {
        None => (policy.backups, policy.os),
        Some(preset) => (preset.over(policy.backups), preset.over_os(policy.os)),
    }
}
