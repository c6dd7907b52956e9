//! Whole fleets: what one is made of, and the fleets there are.

pub mod demo;
pub mod plan;
