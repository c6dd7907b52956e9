//! What is known beforehand: finding codes, fixes and their steps, error codes, patterns, models and
//! releases of iOS.

mod article_fixes;
pub mod error_codes;
pub mod findings;
pub mod fix_steps;
pub mod fixes;
pub mod models;
pub mod os_releases;
pub mod os_version;
mod other_fixes;
pub mod patterns;
