//! How the file of a policy is read.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::error::{PolicyError, at_place, refused};
use super::limits::{Thresholds, ThresholdsGiven};
use super::matching::Match;
use super::model::{Group, Policy, WAIVER_WARNING_DAYS, start};
use super::preset::Preset;
use super::requirements::{OsGiven, OsRequirements, Requirements, RequirementsGiven};
use super::validate::contradiction;
use super::values::{days, group_name};
use super::waiver::WaiverRule;

/// A policy of fleetback: what an organisation asks of its backups. Every key may be left out; it
/// then keeps the value of the preset, or the built-in one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Policy")]
struct PolicyGiven {
    /// What reports call this policy. Left out: the name of the file.
    name: Option<String>,
    /// The words of a benchmark to start from.
    preset: Option<Preset>,
    /// A waiver that ends within so many days is announced.
    #[serde(deserialize_with = "days")]
    waiver_warning_days: Option<f64>,
    /// When something is too old, too small or too full.
    thresholds: ThresholdsGiven,
    /// Which kinds of backup are asked for, and how they must be.
    backups: RequirementsGiven,
    /// How new iOS must be.
    os: OsGiven,
    /// Devices of which something else is asked; the first that a device belongs to counts.
    #[serde(rename = "group")]
    groups: Vec<GroupGiven>,
    /// Accepted risks: devices and findings that a waiver covers.
    #[serde(rename = "waiver")]
    waivers: Vec<WaiverRule>,
}

impl Policy {
    /// Reads a policy file. `file` is its name: it stands in errors, and in reports when the
    /// policy gives itself no name.
    ///
    /// ```
    /// use fleetback_report::policy::{Policy, Requirement};
    ///
    /// let policy = Policy::parse("[backups]\nlocal = \"required\"\n", "policy.toml")?;
    /// assert_eq!(policy.name, "policy.toml");
    /// assert_eq!(policy.backups.local, Requirement::Required);
    ///
    /// let error = Policy::parse("[backups]\nlocl = \"required\"\n", "policy.toml").unwrap_err();
    /// assert!(error.to_string().contains("policy.toml"));
    /// # Ok::<(), fleetback_report::policy::PolicyError>(())
    /// ```
    ///
    /// # Errors
    /// The text is no TOML, has an unknown key or a wrong value, or contradicts itself.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let given: PolicyGiven =
            toml::from_str(text).map_err(|error| refused(text, file, &error))?;
        let policy = given.policy(file);
        match contradiction(&policy) {
            None => Ok(policy),
            Some(clash) => Err(at_place(text, file, &clash.places, clash.message)),
        }
    }

    /// The JSON Schema of a policy file, for editors.
    pub fn json_schema() -> schemars::Schema {
        // "Left out" is no default that a person could write down.
        let undefaulted = |schema: &mut schemars::Schema| drop(schema.remove("default"));
        let generator = schemars::generate::SchemaSettings::default()
            .with_transform(schemars::transform::RecursiveTransform(undefaulted))
            .into_generator();
        generator.into_root_schema_for::<PolicyGiven>()
    }
}

impl PolicyGiven {
    fn policy(self, file: &str) -> Policy {
        let preset = self.preset.unwrap_or_default();
        let everybody = Policy {
            name: self.name.unwrap_or_else(|| name_of(file)),
            preset,
            waiver_warning_days: self.waiver_warning_days.unwrap_or(WAIVER_WARNING_DAYS),
            thresholds: self.thresholds.with_fallback(Thresholds::default()),
            backups: self
                .backups
                .with_fallback(preset.with_fallback(Requirements::default())),
            os: self
                .os
                .with_fallback(preset.os_with_fallback(OsRequirements::default())),
            groups: Vec::new(),
            waivers: self.waivers,
        };
        let groups = self.groups.into_iter();
        Policy {
            groups: groups
                .map(|group| group.with_fallback(&everybody))
                .collect(),
            ..everybody
        }
    }
}

fn name_of(file: &str) -> String {
    let name = Path::new(file).file_name().unwrap_or(file.as_ref());
    name.to_string_lossy().into_owned()
}

/// A group as the file gives it: the first one that a device belongs to counts. What a group leaves
/// out stays as the policy says.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupGiven {
    /// Its name; reports show it, waivers may use it.
    #[serde(deserialize_with = "group_name")]
    name: String,
    /// Starts from the words of a benchmark instead of those of the policy.
    #[serde(default)]
    preset: Option<Preset>,
    /// Which devices belong to it; every condition must hold.
    #[serde(rename = "match")]
    matching: Match,
    /// Its limits.
    #[serde(default)]
    thresholds: ThresholdsGiven,
    /// Which kinds of backup are asked for.
    #[serde(default)]
    backups: RequirementsGiven,
    /// How new iOS must be.
    #[serde(default)]
    os: OsGiven,
}

impl GroupGiven {
    /// The group in a policy that asks this of all other devices.
    pub(crate) fn with_fallback(self, policy: &Policy) -> Group {
        let (backups, os) = start(self.preset, policy);
        Group {
            thresholds: self.thresholds.with_fallback(policy.thresholds),
            backups: self.backups.with_fallback(backups),
            os: self.os.with_fallback(os),
            name: self.name,
            matching: self.matching,
            preset: self.preset,
        }
    }
}
