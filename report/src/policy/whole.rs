//! The policy as a whole.

use super::group::Group;
use super::limits::Thresholds;
use super::preset::Preset;
use super::requirements::{OsAsked, Requirements};
use super::waiver::WaiverRule;

/// The policy in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What reports call this policy; the file's name when it gives itself none.
    pub name: String,
    /// Whose words it starts from.
    pub preset: Preset,
    /// How many days before its end a waiver is told.
    pub waiver_warning_days: f64,
    /// When something is too old, too small or too full.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// How new iOS must be.
    pub os: OsAsked,
    /// Devices of which something else is asked, the first match counts.
    pub groups: Vec<Group>,
    /// Devices and findings that somebody has decided to live with.
    pub waivers: Vec<WaiverRule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin()
    }
}

/// The name of the policy that no file gave.
pub const BUILTIN: &str = "built-in";

/// How many days before its end a waiver is told.
pub(super) const WAIVER_WARNING_DAYS: f64 = 14.0;

impl Policy {
    /// The policy that holds when no file is given.
    pub fn builtin() -> Self {
        Self {
            name: BUILTIN.to_owned(),
            ..Self::of_preset(Preset::Default)
        }
    }

    /// The words of a preset, with nothing of one's own.
    pub fn of_preset(preset: Preset) -> Self {
        Self {
            name: preset.word().to_owned(),
            preset,
            waiver_warning_days: WAIVER_WARNING_DAYS,
            thresholds: Thresholds::default(),
            backups: preset.over(Requirements::default()),
            os: preset.over_os(OsAsked::default()),
            groups: Vec::new(),
            waivers: Vec::new(),
        }
    }
}
