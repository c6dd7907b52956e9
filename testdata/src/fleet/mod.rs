//! Whole fleets: what one is made of, and the fleets there are.

pub mod checked_in;
pub mod demo;
pub mod large;
pub mod plan;
