//! What is known beforehand: finding codes, fixes and their steps, error codes, patterns, models and
//! releases of iOS.

pub mod error_codes;
pub mod findings;
pub mod fix_steps;
pub mod fixes;
pub mod models;
pub mod os_releases;
pub mod os_version;
pub mod patterns;
