//! Writes local backups, MDM answers and whole fleets, byte for byte.
//!
//! The second witness: everything here follows the published format notes and imports nothing of
//! the scanner, so a mistake in a reader cannot hide in the data it is tested with.

#![forbid(unsafe_code)]

pub mod backup;
pub mod device;
pub mod disk;
#[cfg(target_os = "linux")]
pub mod faulty_disk;
pub mod feeds;
pub mod fleet;
pub mod hostile;
pub mod mdm;
pub mod plists;
pub mod rng;
pub mod when;
