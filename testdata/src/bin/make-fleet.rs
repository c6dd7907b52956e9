//! Writes whole fleets.
fn main() {}
