//! The facts themselves: the base layer, which imports no other module of this crate.

pub mod backup;
pub mod cloud;
pub mod evidence;
pub mod fleet;
pub mod found_backup;
pub mod identity;
pub mod management;
pub mod os_feed;
pub mod path_text;
pub mod person;
pub mod plan;
pub mod problem;
pub mod service_status;
