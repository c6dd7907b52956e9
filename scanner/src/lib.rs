//! Reads what is known of a fleet of iPhones and iPads: folders of local backups, MDM exports, an
//! inventory table. Disk in, [`model::fleet::Fleet`] out. Facts only: what is too old, what is
//! dangerous and what to do about it is judged in `fleetback-report`.
//!
//! Nothing under a scanned root is ever opened for writing.

pub mod backup;
pub mod discover;
pub mod feed;
pub mod mdm;
pub mod model;
pub mod reconcile;
pub mod scan;
pub mod source;
pub mod work;
