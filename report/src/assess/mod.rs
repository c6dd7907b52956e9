//! Facts of one device become findings: what is derived once, the status, and the checks.

pub(crate) mod checks;
pub(crate) mod context;
pub(crate) mod device_facts;
pub(crate) mod draft_finding;
pub(crate) mod fleet_index;
pub(crate) mod fleet_patterns;
pub(crate) mod good_backup;
pub(crate) mod icloud_evidence;
pub(crate) mod origin;
pub(crate) mod os_support;
pub(crate) mod status;
