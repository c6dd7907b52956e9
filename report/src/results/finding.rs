//! A finding: what is wrong, the evidence, the cause and the fix.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Code, Confidence, FixId, Focus, Severity};
use super::source::SourceId;

/// Something wrong with a device, why, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The code.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
    /// What the evidence points to: its id in `causes` of the results.
    pub cause: String,
    /// What to do: its id in `fixes` of the results; `null` for a remark on a device that is in order.
    pub likely_fix: Option<FixId>,
    /// 1 to 8 when it is one of the article's eight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article_step: Option<u8>,
    /// The half of the fix that is meant; absent for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    /// How sure.
    pub confidence: Confidence,
    /// Why this fix, in one plain sentence with the evidence in it. Absent where `reasons` of the results
    /// has it under the cause, or else where the first piece of evidence says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to try if it persists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_fix: Option<FixId>,
    /// The waiver that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waiver>,
    /// The pattern of the fleet that explains it, see `patterns` of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What earlier runs add; `null` for a run without a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<FindingHistory>,
    /// The rules of the preset's benchmark that speak of it; empty without a preset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

impl Finding {
    /// The rule of docs/findings.md that gave the cause: "C3".
    pub fn rule(&self) -> &str {
        self.cause.split('.').next().unwrap_or(&self.cause)
    }
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
    /// The newest attempt since the likely fix was first shown; it failed. Absent when none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_attempt: Option<Timestamp>,
    /// The last day on which a person recorded the likely fix as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_on: Option<Date>,
    /// Other fixes that were shown before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<EarlierFix>,
    /// Does direct evidence name the cause? An escalated fix is never more than a guess.
    pub cause_is_certain: bool,
}

/// A fix that was shown before, while the incident lasted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Tried")]
pub struct EarlierFix {
    /// The fix.
    pub fix: FixId,
    /// The first run that showed it.
    pub since: Timestamp,
    /// Run days on which it was shown.
    pub nights: u64,
    /// The last day on which a person recorded it as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_on: Option<Date>,
}

/// One fact a finding rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The fact in plain words.
    pub text: String,
    /// What it was read from: its place in `sources` of the results.
    pub source: SourceId,
    /// The key or the part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'static, str>>,
    /// When it was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

/// A waiver as it was applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// The last day it holds, `yyyy-mm-dd`; `None` for one without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
