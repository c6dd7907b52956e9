//! What must hold of every reader of untrusted bytes: one function per reader, which takes any bytes
//! and fails exactly when an invariant is broken. libFuzzer and the tests call the same functions.
//!
//! Not a reader, and no part of the product.

#![forbid(unsafe_code)]

pub mod backup;
pub mod cli_inputs;
pub mod documents;
pub mod invariant;
pub mod plists;
pub mod results;
pub mod sandbox;
pub mod seeds;
pub mod table;
