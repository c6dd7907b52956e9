//! What this organisation asks of its backups: thresholds, requirements, waivers. A TOML file, with
//! the defaults built in.

/// The policy in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {}
