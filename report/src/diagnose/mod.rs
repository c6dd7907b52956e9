//! Findings -> cause and likely fix. Tables of rows; the first that fits wins.

pub(crate) mod gates;
pub(crate) mod icloud;
pub(crate) mod likely;
pub(crate) mod local;
pub(crate) mod others;
pub(crate) mod row;
pub(crate) mod shared;
