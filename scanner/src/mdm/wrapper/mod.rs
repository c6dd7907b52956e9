//! What other programs put around such messages, or write of a device themselves.

pub(crate) mod cfgutil;
pub(crate) mod enrolment_profile;
pub(crate) mod fleet;
pub(crate) mod host_facts;
pub(crate) mod icloud_log;
pub(crate) mod ideviceinfo;
pub(crate) mod json_shapes;
pub(crate) mod nanomdm_files;
pub(crate) mod webhook;
