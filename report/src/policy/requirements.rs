//! Which kinds of backup are asked for, and how they must be.

use fleetback_scanner::model::backup::VerifyLevel;
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Shown, quoted, settings};
use crate::format::labels;

settings! {
    /// Which kinds of backup are asked for, and how they must be.
    #[derive(Eq)]
    Requirements,
    /// What a file says of them.
    RequirementsGiven, REQUIREMENTS;

    /// Backups to iCloud: "required", "allowed" or "forbidden".
    /// Required: each device needs one in date, whatever else it has. Forbidden: it counts for
    /// nothing, and having it on is a finding.
    icloud: Requirement = Requirement::Allowed;
    /// Backups to a computer: "required", "allowed" or "forbidden".
    local: Requirement = Requirement::Allowed;
    /// Must local backups be encrypted? "required" or "allowed".
    encryption: Demand = Demand::Required;
    /// Must the password of an encrypted backup be proven?
    /// "required": one without a proven password does not count. "allowed": it counts, with a remark.
    password: Demand = Demand::Allowed;
    /// How deep must the newest good local backup have been checked?
    /// "any", "names", "sizes" or "contents", as for `--verify`.
    verification: Depth = Depth::Any;
}

settings! {
    /// How new iOS must be.
    OsRequirements,
    /// What a file says of it.
    OsGiven, OS_ASKED;

    /// Must iOS be up to date? "required": one that is not is a warning. "allowed": a remark.
    currency: Demand = Demand::Allowed;
    /// A newer iOS counts once it has been out for so many days.
    grace_days: f64 = 30.0, read by "super::values::days";
}

// Not `VerifyLevel`: a policy may ask for no check, and never for the plists alone.

/// How deep a check a policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// None is asked for.
    Any,
    /// A payload for every file.
    Names,
    /// Of the right length.
    Sizes,
    /// And every byte read.
    Contents,
}

labels! { Depth:
    Any      "any",
    Names    "names",
    Sizes    "sizes",
    Contents "contents",
}

impl Depth {
    /// The check that is asked for; `None` where none is.
    pub fn level(self) -> Option<VerifyLevel> {
        match self {
            Self::Any => None,
            Self::Names => Some(VerifyLevel::Names),
            Self::Sizes => Some(VerifyLevel::Sizes),
            Self::Contents => Some(VerifyLevel::Contents),
        }
    }
}

impl Shown for Depth {
    fn shown(&self) -> String {
        quoted(self.id())
    }
}

/// How a policy stands to a kind of backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// Each device must have one that is in date, whatever else it has.
    Required,
    /// One that is in date protects the device.
    Allowed,
    /// It protects nothing, and having it on is a finding.
    Forbidden,
}

labels! { Requirement:
    Required  "required",
    Allowed   "allowed",
    Forbidden "forbidden",
}

/// Does a policy insist on something that is never forbidden?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Its absence is a finding.
    Required,
    /// Its absence is at most a remark.
    Allowed,
}

labels! { Demand:
    Required "required",
    Allowed  "allowed",
}

impl Shown for Requirement {
    fn shown(&self) -> String {
        quoted(self.id())
    }
}

impl Shown for Demand {
    fn shown(&self) -> String {
        quoted(self.id())
    }
}
