//! PBKDF2-HMAC-SHA256 for several passwords at once.
//!
//! A keybag of iOS 10.2 and later asks for ten million rounds, each of which waits for the one before
//! it: a single derivation leaves most of the processor idle. Derivations of different keybags do not
//! wait for one another, so they run side by side, a lane each.
//!
//! A crate of its own for two reasons: `lanes` holds the only `unsafe` code of fleetback, which every
//! other crate can so forbid, and it is optimised in every profile, so that tests run what users run.

pub mod derivation;
mod lanes;

pub use derivation::{Derivation, at_once, derive};
