//! What an MDM server hears from its devices, and the wrappers it comes in.

pub mod answer;
pub mod asn1;
pub mod console;
pub mod export;
pub mod samples;
pub mod wrapper;
