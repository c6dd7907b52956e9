//! A finding: what is wrong, the evidence, the cause and the fix.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Code, Confidence, FixId, Severity};

/// Something wrong with a device, why, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The code.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
    /// What the evidence points to, in one plain sentence.
    pub cause: String,
    /// What to do.
    pub likely_fix: LikelyFix,
    /// How sure.
    pub confidence: Confidence,
    /// Why this fix, in one plain sentence with the evidence in it.
    pub why: String,
    /// What to try if it persists.
    pub next_fix: Option<FixId>,
    /// The waiver that covers it.
    pub waived: Option<Waiver>,
    /// The pattern of the fleet that explains it, see `patterns` of the results.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The rule of docs/findings.md that gave the cause: "C3".
    #[serde(default)]
    pub rule: String,
    /// What earlier runs add; `null` for a run without a history.
    #[serde(default)]
    pub history: Option<FindingHistory>,
    /// The rules of the preset's benchmark that speak of it; empty without a preset.
    #[serde(default)]
    pub references: Vec<Reference>,
}

/// A rule of a benchmark, under one of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Who gave the name: "CIS iOS Benchmark", "DISA STIG for iOS 26".
    pub source: String,
    /// The name: "3.2.1.4".
    pub id: String,
    /// What the rule demands: "allowCloudBackup = false".
    pub demands: String,
}

/// What earlier runs add to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PastOfFinding")]
pub struct FindingHistory {
    /// The first run of this incident.
    pub since: Timestamp,
    /// Run days that saw it, this one among them.
    pub nights: u64,
    /// The first run that showed the likely fix.
    pub fix_since: Timestamp,
    /// Run days on which the likely fix was shown, this one among them.
    pub fix_nights: u64,
    /// Other fixes that were shown before, oldest first.
    pub tried: Vec<EarlierFix>,
    /// Does direct evidence name the cause? An escalated fix is never more than a guess.
    pub cause_is_certain: bool,
}

/// A fix that was shown, and did not end the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Tried")]
pub struct EarlierFix {
    /// The fix.
    pub fix: FixId,
    /// The first run that showed it.
    pub since: Timestamp,
    /// Run days on which it was shown.
    pub nights: u64,
}

/// One fact a finding rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The fact in plain words.
    pub text: String,
    /// File and key it was read from.
    pub source: String,
    /// When it was true.
    pub observed_at: Option<Timestamp>,
}

/// A fix, made ready for this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LikelyFix {
    /// Its id.
    pub id: FixId,
    /// "Check the storage space".
    pub title: String,
    /// 1 to 8 for the article's fixes, `null` for the others.
    pub article_step: Option<u8>,
    /// The steps for this device's iOS.
    pub steps: Vec<String>,
    /// Who acts: "user", "admin", "Apple".
    pub who: String,
    /// What it may destroy; `None` when nothing.
    pub may_destroy: Option<String>,
    /// A message ready to send to the device's user; `None` where no user is asked.
    #[serde(default)]
    pub message: Option<String>,
    /// What to hand to Apple Support; only with `contact-apple-support`.
    #[serde(default)]
    pub hand_over: Option<String>,
}

/// A waiver as it was applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// The last day it holds, `yyyy-mm-dd`; `None` for one without end.
    pub until: Option<String>,
}
