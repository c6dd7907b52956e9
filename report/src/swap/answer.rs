//! What a rule may answer, and the four verdicts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::labels;

/// May the old backups go?
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Fate")]
pub enum Retention {
    /// The new device has a complete backup of its own.
    MayGo,
    /// It has none yet.
    Keep,
    /// Unknown: keep them.
    Unknown,
}

/// What a rule says of a device.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Must be settled before the device is wiped.
    Blocks,
    /// The evidence does not show it.
    CannotTell,
    /// Something does not come back.
    Loses,
    /// Worth knowing before the device is wiped.
    Warns,
    /// Nothing stands against it.
    Pass,
}

/// What has to be known before a rule can be asked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// A backup that would be restored.
    Backup,
    /// The device that it would be restored to.
    Target,
}

/// The answer to one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The rule's number in docs/swap.md: "S1".
    pub rule: String,
    /// What is asked, in a few words.
    pub asks: String,
    /// The answer.
    pub answer: Outcome,
    /// What it rests on, in one plain sentence.
    pub evidence: String,
    /// What to do; `null` when nothing.
    pub remedy: Option<String>,
    /// Does this answer alone make the verdict `unknown`?
    pub decides: bool,
    /// Is it for a person to look at, because no data answer it?
    pub by_hand: bool,
    /// What has to be known before it can be asked; `null` for one that was asked.
    pub waits_for: Option<WaitsFor>,
}

/// What a rule's function gives back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) outcome: Outcome,
    pub(crate) evidence: String,
    pub(crate) remedy: Option<String>,
    pub(crate) waits_for: Option<WaitsFor>,
}

impl Reply {
    fn new(outcome: Outcome, evidence: impl Into<String>) -> Self {
        Self {
            outcome,
            evidence: evidence.into(),
            remedy: None,
            waits_for: None,
        }
    }

    pub(crate) fn pass(evidence: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, evidence)
    }

    pub(crate) fn blocks(evidence: impl Into<String>) -> Self {
        Self::new(Outcome::Blocks, evidence)
    }

    pub(crate) fn loses(evidence: impl Into<String>) -> Self {
        Self::new(Outcome::Loses, evidence)
    }

    pub(crate) fn warns(evidence: impl Into<String>) -> Self {
        Self::new(Outcome::Warns, evidence)
    }

    pub(crate) fn cannot_tell(evidence: impl Into<String>) -> Self {
        Self::new(Outcome::CannotTell, evidence)
    }

    /// There is no backup that the rule could be asked of.
    pub(crate) fn no_backup() -> Self {
        Self {
            waits_for: Some(WaitsFor::Backup),
            ..Self::cannot_tell("there is no backup that could be looked into")
        }
    }

    /// Nobody said what the backup would be restored to.
    pub(crate) fn no_target() -> Self {
        Self {
            waits_for: Some(WaitsFor::Target),
            ..Self::cannot_tell("no new device was named")
                .remedy("Name the new device with --to SERIAL, or its model with --to-type")
        }
    }

    pub(crate) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }
}

labels! { Outcome:
    Blocks     "blocks"      "blocks",
    CannotTell "cannot-tell" "cannot tell",
    Loses      "loses"       "loses",
    Warns      "warns"       "warns",
    Pass       "pass"        "in order",
}

labels! { Retention:
    MayGo   "may-go"  "MAY GO",
    Keep    "keep"    "KEEP",
    Unknown "unknown" "UNKNOWN, SO KEEP",
}
