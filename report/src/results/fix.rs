//! What there is to say of a fix, whatever the device: once in the results, for all findings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::Focus;

/// What there is to say of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixText {
    /// "Check the storage space".
    pub title: String,
    /// 1 to 8 for the article's fixes, `null` for the others.
    pub article_step: Option<u8>,
    /// Who acts: "user", "admin", "Apple".
    pub who_acts: String,
    /// What it may destroy; `null` when nothing.
    pub may_destroy: Option<String>,
    /// What the device's user reads after "needs your help:"; `null` where no user is asked.
    pub ask: Option<String>,
    /// What to do, step by step: those that fit the device.
    pub steps: Vec<FixStep>,
}

/// One step, and the devices it is for. What is absent does not narrow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixStep {
    /// What to do.
    pub text: String,
    /// For this version of iOS (its first number) and later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ios: Option<u32>,
    /// For versions of iOS before this one (its first number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_ios: Option<u32>,
    /// For devices with a Home button, or for those without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_button: Option<bool>,
    /// For findings that mean this half of the fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    /// For the administrator only, not for the user of the device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin_only: bool,
}
