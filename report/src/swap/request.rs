//! What is asked of the swap check, and from which evidence.

use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::model::plan::SwapPlan;
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::{list_of_lines, plural};
use crate::tables::os_version::OsVersion;

/// One device to ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SwapRequest {
    /// What was typed.
    pub text: String,
    /// The new device.
    pub target_spec: TargetSpec,
    /// Whose it is, by the plan.
    pub user: Option<String>,
    /// When it is planned, by the plan.
    pub planned: Option<Date>,
    /// Does the plan say something for the day that is none, or that may be two?
    pub day_unreadable: bool,
    /// The line of the plan.
    pub line: Option<u64>,
}

/// What the command line knows.
#[derive(Debug, Clone)]
pub struct Run {
    /// The clock.
    pub now: Timestamp,
    /// Version of the program.
    pub tool_version: String,
    /// Live or stored.
    pub from: EvidenceFrom,
    /// The stored results.
    pub path: Option<String>,
    /// The plan that the questions come from.
    pub plan: Option<PlanUsed>,
    /// Which versions of iOS there are; without it the built-in table answers.
    pub os_feed: Option<OsFeed>,
    /// Were the losses accepted by the person who asks?
    pub losses_accepted: bool,
}

/// Read right now, or by an earlier scan?
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceFrom {
    /// Backups and exports were read for this question.
    Live,
    /// The results of a scan were.
    Stored,
}

/// What was said of the new device, by hand or by a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetSpec {
    /// Serial number or another number of it, a product type ("iPhone17,1") or a model ("iPhone 16").
    pub to: Option<String>,
    /// Its product type or model.
    pub product_type: Option<String>,
    /// Its version of iOS.
    pub os_version: Option<OsVersion>,
    /// Its capacity in gigabytes, as it is sold.
    pub capacity_gb: Option<f64>,
}

impl TargetSpec {
    /// Was nothing said at all?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said here, and where nothing is, what `under` says.
    #[must_use]
    pub fn with_fallback(self, under: Self) -> Self {
        Self {
            to: self.to.or(under.to),
            product_type: self.product_type.or(under.product_type),
            os_version: self.os_version.or(under.os_version),
            capacity_gb: self.capacity_gb.or(under.capacity_gb),
        }
    }
}

/// The plan that was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanUsed {
    /// The file.
    pub path: String,
    /// Rows that were asked.
    pub swaps: u64,
    /// Lines whose rows could not be used: their devices were not checked.
    pub unusable: Vec<u64>,
    /// What is wrong with its rows.
    pub problems: Vec<Problem>,
}

impl PlanUsed {
    /// What is said of the plan itself.
    pub fn from_plan(plan: &SwapPlan) -> Self {
        Self {
            path: plan.path.to_string_lossy().into_owned(),
            swaps: plan.swaps.len() as u64,
            unusable: plan.unusable.clone(),
            problems: plan.problems.clone(),
        }
    }

    /// "2 rows of the plan could not be used: lines 7 and 9"; `None` where all could.
    pub fn unasked(&self) -> Option<String> {
        let count = self.unusable.len() as u64;
        (count > 0).then(|| {
            format!(
                "{} of the plan could not be used and {} not checked: {}",
                plural(count, "row", "rows"),
                if count == 1 { "was" } else { "were" },
                list_of_lines(&self.unusable)
            )
        })
    }
}
