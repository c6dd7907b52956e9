//! Files about Apple's side of things that an admin may hand over: which versions of iOS there are,
//! and what it said of its services.

pub mod os_releases;
pub mod system_status;
