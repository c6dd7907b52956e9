//! Which kinds of backup are asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which kinds of backup are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Requirements {
    /// Backups to iCloud.
    pub icloud: Requirement,
    /// Backups to a computer.
    pub local: Requirement,
    /// Encryption of local backups.
    pub encryption: Demand,
    /// Proof that the password of an encrypted backup opens it.
    pub password: Demand,
}

/// How a policy stands to a kind of backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// Each device must have one that is in date, whatever else it has.
    Required,
    /// One that is in date protects the device.
    Allowed,
    /// It protects nothing, and having it on is a finding.
    Forbidden,
}

/// Does a policy insist on something that is never forbidden?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Its absence is a finding.
    Required,
    /// Its absence is told at most as a remark.
    Allowed,
}

impl Requirement {
    /// The word that stands in the policy file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Allowed => "allowed",
            Self::Forbidden => "forbidden",
        }
    }
}

impl Demand {
    /// The word that stands in the policy file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Allowed => "allowed",
        }
    }
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            icloud: Requirement::Allowed,
            local: Requirement::Allowed,
            encryption: Demand::Required,
            password: Demand::Allowed,
        }
    }
}
