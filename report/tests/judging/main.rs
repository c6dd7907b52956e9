//! What a fleet is judged to be, by way of the public door: values in, results out, no disk.

// The whole crate is a test; clippy takes its helpers for production code.
#![allow(clippy::unwrap_used, clippy::panic)]

mod arbitrary;
mod causes;
mod content;
mod escalation;
mod fleet;
mod good;
mod groups;
mod limits;
mod mdm_state;
mod memory;
mod numbers;
mod patterns;
mod planned;
mod presets;
mod severity;
mod tables;
mod waivers;
mod whole;
