//! What an MDM server hears from its devices, and the wrappers it comes in.

pub mod answer;
pub mod asn1;
pub mod export;
pub mod wrapper;
