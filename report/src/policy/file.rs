//! The policy as a whole, and how its file is read.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contradiction::contradiction;
use super::error::{PolicyError, error_at, key_span, refused, text_gives_name};
use super::limits::Thresholds;
use super::requirements::Requirements;
use super::waiver::WaiverRule;

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// What reports call this policy; the file's name when it gives itself none.
    pub name: String,
    /// When something is too old, too small or too full.
    pub thresholds: Thresholds,
    /// Which kinds of backup are asked for.
    pub backups: Requirements,
    /// Devices and findings that somebody has decided to live with.
    #[serde(rename = "waiver")]
    pub waivers: Vec<WaiverRule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin()
    }
}

/// The name of the policy that no file gave.
pub const BUILTIN: &str = "built-in";

impl Policy {
    /// The policy that holds when no file is given.
    pub fn builtin() -> Self {
        Self {
            name: BUILTIN.to_owned(),
            thresholds: Thresholds::default(),
            backups: Requirements::default(),
            waivers: Vec::new(),
        }
    }

    /// Reads a policy file. `file` is its name: it stands in errors, and in reports when the
    /// policy gives itself no name.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let mut policy: Self = toml::from_str(text).map_err(|error| refused(text, file, &error))?;
        if let Some((places, message)) = contradiction(&policy.thresholds, &policy.backups) {
            let span = places.iter().find_map(|keys| key_span(text, *keys));
            return Err(error_at(text, file, span, message));
        }
        if !text_gives_name(text) {
            let name = Path::new(file).file_name().unwrap_or(file.as_ref());
            policy.name = name.to_string_lossy().into_owned();
        }
        Ok(policy)
    }

    /// The JSON Schema of a policy file, for editors.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Policy)
    }
}
