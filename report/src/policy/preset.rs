//! Policies that others have written: what a benchmark asks of backups, as far as this program can
//! check it.
//!
//! A preset says nothing of ages: no benchmark for iOS sets one. It lays its words over what was
//! asked before, and whatever the file says itself stands above it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::requirements::{Demand, OsRequirements, Requirement, Requirements};
use crate::format::labels;

/// A policy that comes with the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The built-in policy: a good backup of either kind protects, local ones must be encrypted.
    #[default]
    Default,
    /// CIS benchmark for institutionally owned devices: iCloud Backup is forbidden.
    CisEnterprise,
    /// DISA STIG: iCloud Backup is forbidden.
    Stig,
    /// CIS benchmark for devices that belong to their users: iCloud Backup is allowed.
    CisByod,
}

labels! { Preset:
    Default       "default",
    CisEnterprise "cis-enterprise",
    Stig          "stig",
    CisByod       "cis-byod",
}

impl Preset {
    /// What it asks of backups, and what `before` asked where it says nothing.
    pub(super) fn with_fallback(self, before: Requirements) -> Requirements {
        let icloud = match self {
            Self::Default | Self::CisByod => Requirement::Allowed,
            Self::CisEnterprise | Self::Stig => Requirement::Forbidden,
        };
        Requirements {
            icloud,
            encryption: Demand::Required,
            ..before
        }
    }

    /// What it asks of iOS. Every benchmark wants the newest, by a rule that a person checks.
    pub(super) fn os_with_fallback(self, before: OsRequirements) -> OsRequirements {
        let currency = match self {
            Self::Default => Demand::Allowed,
            Self::CisEnterprise | Self::Stig | Self::CisByod => Demand::Required,
        };
        OsRequirements { currency, ..before }
    }
}
